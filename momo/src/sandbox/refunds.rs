//! Refunds and what became of them.

use payments_core::sandbox::{Context, JsonObject};

use super::body::Body;
use super::calls::{Answer, Outcome, Refusal, amount, scalar};
use super::codes;
use super::gateway::Gateway;
use super::orders::{NumberOrText, is_order_id, no_such_order};
use super::records::{PaymentState, Refund};

pub(super) fn refund(gateway: &mut Gateway, body: &Body, context: &mut Context<'_>) -> Answer {
    let amount = amount(body)?;
    let order_id = scalar(body, "orderId");
    let trans_id = scalar(body, "transId");
    if gateway.config.strict_order_id && !is_order_id(&order_id) {
        return Err(Refusal::new(
            codes::BAD_FORMAT,
            "orderId does not match its expression",
        ));
    }
    if !gateway.config.amounts.contains(&amount) {
        return Err(Refusal::new(codes::OUT_OF_RANGE, "amount is out of range"));
    }
    if gateway.knows_order(&order_id) {
        return Err(Refusal::new(
            codes::REPEATED_ORDER,
            "a refund has an orderId of its own",
        ));
    }
    let payment = gateway
        .payments
        .iter()
        .find(|one| one.trans_id != 0 && one.trans_id.to_string() == trans_id)
        .ok_or_else(no_such_order)?;
    context.concerns(&payment.order_id);
    let (purchase, paid) = (payment.order_id.clone(), payment.amount);
    let refundable = payment.state == PaymentState::Paid;
    let given_back: u64 = gateway
        .refunds
        .iter()
        .filter(|one| one.payment == purchase)
        .filter(|one| one.code == codes::DONE || codes::is_pending(one.code))
        .map(|one| one.amount)
        .sum();
    let wished = codes::magic(&scalar(body, "description"), "refund");
    let code = if !refundable {
        codes::NOT_REFUNDABLE
    } else if given_back.saturating_add(amount) > paid {
        codes::REFUND_REJECTED
    } else {
        wished.unwrap_or(codes::DONE)
    };
    if !codes::is_final(code) && !codes::is_pending(code) {
        return Err(Refusal::new(code, "asked for in description"));
    }
    let refund = Refund {
        order_id,
        payment: purchase,
        amount,
        trans_id: gateway.next_trans_id(),
        code,
        created: context.unix_millis(),
    };
    if code == codes::DONE {
        context.record("refund", &refund.order_id, Some(&amount.to_string()));
    }
    let outcome = outcome(&refund, gateway.config.numbers_as_text);
    gateway.refunds.push(refund);
    Ok(outcome)
}

pub(super) fn query(gateway: &mut Gateway, body: &Body, _: &mut Context<'_>) -> Answer {
    let order_id = scalar(body, "orderId");
    let refund = gateway.refunds.iter().find(|one| one.order_id == order_id);
    refund
        .map(|refund| outcome(refund, gateway.config.numbers_as_text))
        .ok_or_else(no_such_order)
}

fn outcome(refund: &Refund, as_text: bool) -> Outcome {
    let fields = JsonObject::new()
        .text("orderId", &refund.order_id)
        .number_or_text("amount", refund.amount, as_text)
        .number_or_text("transId", refund.trans_id, as_text);
    Outcome::new(refund.code, fields)
}
