//! The three services that only look.

use payments_core::sandbox::{Context, JsonObject};

use super::body::Block;
use super::calendar::Local;
use super::codes::{DETAIL, PAYMENTS, Service, TRANSACTIONS};
use super::config::UnknownPayment;
use super::gateway::Gateway;
use super::records::{Payment, Trx};
use super::refusal::{Answer, Refusal};

/// A payment with its transactions, by the provider's payment number or the merchant's code.
///
/// A page whose buyer has given no card yet is no payment.
pub(super) fn detail(
    gateway: &mut Gateway,
    block: &Block,
    _: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let payment_id = block.number_text("PaymentId").unwrap_or_default();
    let other_trx_code = block.text("OtherTrxCode");
    let by_id = !payment_id.is_empty();
    let is_number = payment_id.parse::<u64>().is_ok_and(|id| id > 0);
    let good = is_number || (!by_id && !other_trx_code.is_empty());
    let wrong_id = || Refusal::Code(DETAIL.code("PaymentIdError"));
    if !good {
        return Err(wrong_id());
    }
    let found = gateway.payments.iter().rev().find(|payment| {
        let wanted = if by_id {
            payment.dealer_payment_id.to_string() == payment_id
        } else {
            payment.other_trx_code == other_trx_code
        };
        wanted && !payment.trxs.is_empty()
    });
    let Some(payment) = found else {
        let nothing = JsonObject::new()
            .boolean(
                "IsSuccessful",
                gateway.config.unknown_payment != UnknownPayment::NotSuccessful,
            )
            .text("ResultCode", "")
            .text("ResultMessage", "")
            .integer("ListItemCount", 0);
        return match gateway.config.unknown_payment {
            UnknownPayment::NullDetail => Ok(Answer::Data(
                nothing
                    .null("PaymentDetail")
                    .objects("PaymentTrxDetailList", []),
            )),
            UnknownPayment::NoDetail | UnknownPayment::NotSuccessful => Ok(Answer::Data(nothing)),
            UnknownPayment::PaymentIdError => Err(wrong_id()),
        };
    };
    let items = payment.trxs.iter().map(|trx| payment.trx_detail(trx));
    let data = head(payment.trxs.len())
        .object("PaymentDetail", payment.detail())
        .objects("PaymentTrxDetailList", items);
    Ok(Answer::Data(data))
}

/// Payments by the date of their first transaction.
pub(super) fn payments(
    gateway: &mut Gateway,
    block: &Block,
    _: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let span = span(block, &PAYMENTS, "PaymentStartDate", "PaymentEndDate")?;
    let payment_status = filter(block, &PAYMENTS, "PaymentStatus")?;
    let trx_status = filter(block, &PAYMENTS, "TrxStatus")?;
    let wanted = |payment: &&Payment| {
        let (of_payment, of_trx) = payment.status();
        payment.first_at().is_some_and(|at| is_within(at, span))
            && payment_status.is_none_or(|status| status == of_payment)
            && trx_status.is_none_or(|status| status == of_trx)
    };
    let found: Vec<_> = gateway.payments.iter().filter(wanted).collect();
    let list = found.iter().map(|payment| payment.detail());
    Ok(Answer::Data(head(found.len()).objects("PaymentList", list)))
}

/// Transactions by their own date.
pub(super) fn transactions(
    gateway: &mut Gateway,
    block: &Block,
    _: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let span = span(block, &TRANSACTIONS, "TrxStartDate", "TrxEndDate")?;
    let kind = filter(block, &TRANSACTIONS, "TrxType")?;
    let status = filter(block, &TRANSACTIONS, "TrxStatus")?;
    let wanted = |trx: &Trx| {
        is_within(trx.at, span)
            && kind.is_none_or(|kind| kind == trx.kind.number())
            && status.is_none_or(|status| status == trx.status)
    };
    let found: Vec<_> = gateway
        .payments
        .iter()
        .flat_map(|payment| payment.trxs.iter().map(move |trx| (payment, trx)))
        .filter(|(_, trx)| wanted(trx))
        .collect();
    let list = found.iter().map(|(payment, trx)| payment.trx_detail(trx));
    Ok(Answer::Data(
        head(found.len()).objects("PaymentTrxList", list),
    ))
}

fn head(count: usize) -> JsonObject {
    JsonObject::new()
        .boolean("IsSuccessful", true)
        .text("ResultCode", "00")
        .text("ResultMessage", "")
        .integer("ListItemCount", u64::try_from(count).unwrap_or(u64::MAX))
}

/// From and to, both included to the minute. Without them the request is refused, by a code that
/// is the sandbox's guess.
fn span(block: &Block, service: &Service, from: &str, to: &str) -> Result<(Local, Local), Refusal> {
    let read = |name| {
        Local::parse(&block.text(name)).ok_or_else(|| Refusal::Code(service.code("InvalidRequest")))
    };
    Ok((read(from)?, read(to)?))
}

fn is_within(at: Local, (from, to): (Local, Local)) -> bool {
    from <= at && at < to.next_minute()
}

fn filter(block: &Block, service: &Service, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(text) = block.number_text(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number = text.parse().ok().filter(|number| *number <= 4);
    number
        .map(Some)
        .ok_or_else(|| Refusal::Code(service.code("InvalidRequest")))
}
