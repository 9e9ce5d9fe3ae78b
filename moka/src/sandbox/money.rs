//! The five services that move money or let it go.

use payments_core::sandbox::{Context, JsonObject};

use super::amount::Amount;
use super::body::Block;
use super::calendar::Local;
use super::codes::{APPROVE, CAPTURE, REFUND, Service, UNDO, VOID};
use super::config::CaptureLimit;
use super::gateway::Gateway;
use super::records::{Payment, PaymentState, RefundRequest, TrxKind};
use super::refusal::{Answer, Refusal};

/// Which codes say that no payment was named, or none found.
struct Codes {
    service: &'static Service,
    neither: &'static str,
    not_found: &'static str,
    /// Where both identifiers are given and do not belong together.
    mismatch: &'static str,
}

fn refuse<T>(service: &Service, code: &str) -> Result<T, Refusal> {
    Err(Refusal::Code(service.code(code)))
}

/// The payment that the request names by either identifier, or by both.
///
/// The provider's payment number is neither: it gives "not found".
fn place(gateway: &Gateway, block: &Block, codes: &Codes) -> Result<usize, Refusal> {
    let (order_id, other) = (block.text("VirtualPosOrderId"), block.text("OtherTrxCode"));
    if order_id.is_empty() && other.is_empty() {
        return refuse(codes.service, codes.neither);
    }
    let find = |wanted: &dyn Fn(&Payment) -> bool| {
        gateway
            .payments
            .iter()
            .rposition(|payment| wanted(payment) && !payment.trxs.is_empty())
    };
    let by_order_id = find(&|payment| payment.virtual_pos_order_id == order_id);
    let by_other = find(&|payment| payment.other_trx_code == other);
    let found = match (order_id.is_empty(), other.is_empty()) {
        (false, false) if by_order_id != by_other => {
            return refuse(codes.service, codes.mismatch);
        }
        (false, _) => by_order_id,
        (true, _) => by_other,
    };
    found.map_or_else(|| refuse(codes.service, codes.not_found), Ok)
}

fn done(result_code: &str, order_id: &str) -> JsonObject {
    JsonObject::new()
        .boolean("IsSuccessful", true)
        .text("ResultCode", result_code)
        .text("ResultMessage", "")
        .text("VirtualPosOrderId", order_id)
}

pub(super) fn capture(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let codes = Codes {
        service: &CAPTURE,
        neither: "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        not_found: "PaymentNotFound",
        mismatch: "PaymentNotFound",
    };
    let place = place(gateway, block, &codes)?;
    let limit = gateway.config.capture_limit;
    let amount = block.amount("Amount").filter(|amount| !amount.is_zero());
    let captured = gateway.payments.get_mut(place).and_then(|payment| {
        let amount = amount.filter(|amount| match limit {
            CaptureLimit::FifteenPerCent => amount.is_near(payment.amount),
            CaptureLimit::EqualOrLess => *amount <= payment.amount,
        })?;
        (payment.state == PaymentState::Authorised).then(|| {
            payment.state = PaymentState::Paid;
            payment.amount = amount;
            let text = amount.to_string();
            context.record("capture", &payment.other_trx_code, Some(&text));
            payment.virtual_pos_order_id.clone()
        })
    });
    let Some(order_id) = captured else {
        return refuse(&CAPTURE, "CaptureNotAvailable");
    };
    gateway.happen(place, TrxKind::Payment, 1, None, context);
    Ok(Answer::Data(done("00", &order_id)))
}

/// Voids a whole payment on its own day until 22:00.
pub(super) fn void(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let codes = Codes {
        service: &VOID,
        neither: "InvalidRequest",
        not_found: "PaymentNotFound",
        mismatch: "PaymentNotFound",
    };
    let place = place(gateway, block, &codes)?;
    let reason = block.integer("VoidRefundReason");
    let reason = reason.and_then(|reason| u64::try_from(reason).ok());
    let Some(reason) = reason.filter(|_| !block.text("ClientIP").is_empty()) else {
        return refuse(&VOID, "InvalidRequest");
    };
    let now = Local::from_unix_millis(context.unix_millis());
    let voided = gateway.payments.get_mut(place).and_then(|payment| {
        let taken = matches!(payment.state, PaymentState::Authorised | PaymentState::Paid);
        let untouched = payment.refunded.is_zero() && payment.refund_request.is_none();
        let in_time = payment.taken_at().is_some_and(|paid| now.can_void(paid));
        (taken && untouched && in_time).then(|| {
            payment.state = PaymentState::Voided;
            let text = payment.amount.to_string();
            context.record("void", &payment.other_trx_code, Some(&text));
            payment.virtual_pos_order_id.clone()
        })
    });
    let Some(order_id) = voided else {
        return refuse(&VOID, "PaymentNotAvailable");
    };
    gateway.happen(place, TrxKind::Void, 1, None, context);
    let last = gateway
        .payments
        .get_mut(place)
        .and_then(|payment| payment.trxs.last_mut());
    if let Some(trx) = last {
        trx.void_refund_reason = reason;
    }
    Ok(Answer::Data(done("00", &order_id)))
}

/// Takes a refund request from the next day on; it becomes a refund later. Without an amount, or
/// with 0, it is about everything that is left.
pub(super) fn refund(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let codes = Codes {
        service: &REFUND,
        neither: "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        not_found: "PaymentNotFound",
        mismatch: "OtherTrxCodeAndVirtualPosOrderIdMismatch",
    };
    let place = place(gateway, block, &codes)?;
    let amount = match block.number_text("Amount") {
        None => Amount::default(),
        Some(text) => match Amount::parse(&text) {
            Some(amount) => amount,
            None => return refuse(&REFUND, "InvalidAmount"),
        },
    };
    let today = Local::from_unix_millis(context.unix_millis()).day();
    let due = context.now().saturating_add(gateway.config.refund_delay);
    let number = gateway.number();
    let Some(payment) = gateway.payments.get_mut(place) else {
        return refuse(&REFUND, "PaymentNotFound");
    };
    if payment.refund_request.is_some() {
        return refuse(&REFUND, "RefundRequestAlreadyExist");
    }
    let left = payment.amount.minus(payment.refunded);
    let amount = if amount.is_zero() { left } else { amount };
    let next_day = payment.taken_at().is_some_and(|paid| paid.day() < today);
    if payment.state != PaymentState::Paid || !next_day {
        return refuse(&REFUND, "InvalidRequest");
    }
    if amount > left {
        return refuse(&REFUND, "InvalidAmount");
    }
    payment.refund_request = Some(RefundRequest { amount, due });
    let text = amount.to_string();
    context.record("refund_request", &payment.other_trx_code, Some(&text));
    context.wake_at(due);
    let answer = JsonObject::new()
        .boolean("IsSuccessful", true)
        .text("ResultCode", "")
        .text("ResultMessage", "");
    let answer = if gateway.config.numeric_refund_ids {
        answer.integer("RefundRequestId", number)
    } else {
        answer.text("RefundRequestId", &number.to_string())
    };
    Ok(Answer::Data(answer))
}

/// Approves a pool payment: whole, and once.
pub(super) fn approve(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let codes = Codes {
        service: &APPROVE,
        neither: "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        not_found: "DealerPaymentNotFound",
        mismatch: "DealerPaymentNotFound",
    };
    let place = place(gateway, block, &codes)?;
    let now = Local::from_unix_millis(context.unix_millis());
    let Some(payment) = gateway.payments.get_mut(place) else {
        return refuse(&APPROVE, codes.not_found);
    };
    if !payment.pool {
        return refuse(&APPROVE, "PaymentIsNotPoolPayment");
    }
    if payment.pool_approved.is_some() {
        return refuse(&APPROVE, "PaymentAlreadyApproved");
    }
    if payment.state != PaymentState::Paid {
        return refuse(&APPROVE, codes.not_found);
    }
    payment.pool_approved = Some(now);
    let text = payment.amount.to_string();
    context.record("pool_approval", &payment.other_trx_code, Some(&text));
    Ok(Answer::Data(done("", &payment.virtual_pos_order_id)))
}

/// Takes an approval back until the end of its day.
pub(super) fn undo(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let codes = Codes {
        service: &UNDO,
        neither: "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        not_found: "DealerPaymentNotFound",
        mismatch: "OtherTrxCodeAndVirtualPosOrderIdNotMatch",
    };
    let place = place(gateway, block, &codes)?;
    let today = Local::from_unix_millis(context.unix_millis()).day();
    let Some(payment) = gateway.payments.get_mut(place) else {
        return refuse(&UNDO, codes.not_found);
    };
    if !payment.pool {
        return refuse(&UNDO, "PaymentIsNotPoolPayment");
    }
    match payment.pool_approved {
        None => refuse(&UNDO, "PaymentNotApprovedYet"),
        Some(approved) if approved.day() != today => refuse(&UNDO, "SandboxDayIsOver"),
        Some(_) => {
            payment.pool_approved = None;
            let text = payment.amount.to_string();
            context.record("pool_undo", &payment.other_trx_code, Some(&text));
            Ok(Answer::Data(done("", &payment.virtual_pos_order_id)))
        }
    }
}
