//! Captures, cancels and refunds: MobilePay is told of them, and moves no money.

use payments_core::sandbox::{Context, JsonObject, Reply, Request};
use serde::Deserialize;
use serde_json::Value;

use super::calls::{filled, read, wished};
use super::checks;
use super::gateway::{Gateway, guid};
use super::records::{AttemptState, Payment, PaymentState, Told};
use super::refusal::{Refusal, domain, invalid, require};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Capture {
    capture_identifier: String,
    amount: i64,
    timestamp: String,
    authorization_attempt_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Cancel {
    cancel_identifier: String,
    amount: i64,
    timestamp: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Refund {
    refund_identifier: String,
    amount: i64,
    timestamp: String,
}

/// What is told, and how.
struct Telling {
    identifier: String,
    amount: i64,
    timestamp: String,
    attempt: Option<String>,
    request: Value,
    /// The word of the ledger.
    kind: &'static str,
    /// The name of the id in the answer.
    id: &'static str,
    list: fn(&mut Payment) -> &mut Vec<Told>,
    /// What is left of the amount for it.
    left: i64,
}

pub(super) fn answer(
    gateway: &mut Gateway,
    payment_id: &str,
    what: &str,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let place = gateway.place_of_id(payment_id);
    let payment = place.and_then(|place| gateway.payments.get_mut(place));
    let telling = telling(payment.as_deref(), what, request)?;
    filled("the identifier", &telling.identifier)?;
    require(telling.amount > 0, || invalid("amount is not above 0"))?;
    require(checks::instant(&telling.timestamp).is_some(), || {
        invalid("timestamp is not a date-time")
    })?;
    wished(&telling.identifier)?;
    let payment = payment.ok_or_else(|| domain("sandbox.payment-unknown", "No such payment."))?;
    tell(payment, telling, context)
}

fn telling(payment: Option<&Payment>, what: &str, request: &Request) -> Result<Telling, Refusal> {
    let amount = payment.map_or(0, Payment::amount);
    let captured = payment.map_or(0, Payment::captured);
    let cancelled = payment.map_or(0, Payment::cancelled);
    let refunded = payment.map_or(0, Payment::refunded);
    let uncaptured = amount.saturating_sub(captured).saturating_sub(cancelled);
    match what {
        "captures" => read::<Capture>(request).map(|(capture, request)| Telling {
            identifier: capture.capture_identifier,
            amount: capture.amount,
            timestamp: capture.timestamp,
            attempt: capture.authorization_attempt_id,
            request,
            kind: "capture",
            id: "captureId",
            list: |payment| &mut payment.captures,
            left: uncaptured,
        }),
        "cancels" => read::<Cancel>(request).map(|(cancel, request)| Telling {
            identifier: cancel.cancel_identifier,
            amount: cancel.amount,
            timestamp: cancel.timestamp,
            attempt: None,
            request,
            kind: "cancel",
            id: "cancelId",
            list: |payment| &mut payment.cancels,
            left: uncaptured,
        }),
        _ => read::<Refund>(request).map(|(refund, request)| Telling {
            identifier: refund.refund_identifier,
            amount: refund.amount,
            timestamp: refund.timestamp,
            attempt: None,
            request,
            kind: "refund",
            id: "refundId",
            list: |payment| &mut payment.refunds,
            left: captured.saturating_sub(refunded),
        }),
    }
}

fn tell(
    payment: &mut Payment,
    telling: Telling,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let list = (telling.list)(payment);
    let earlier = list.iter().find(|one| one.identifier == telling.identifier);
    if let Some(earlier) = earlier {
        require(earlier.request == telling.request, || {
            domain(
                "sandbox.identifier-reused",
                "The same identifier with other content.",
            )
        })?;
        return Ok(told(telling.id, &earlier.id));
    }
    require(payment.state == PaymentState::Authorized, || {
        domain("sandbox.not-authorized", "The payment is not authorized.")
    })?;
    if let Some(wanted) = telling.attempt.as_deref() {
        let authorized = payment.attempts.iter().any(|attempt| {
            attempt.state == AttemptState::Succeeded && attempt.id.eq_ignore_ascii_case(wanted)
        });
        require(authorized, || {
            domain(
                "sandbox.attempt-not-authorized",
                "That attempt is not authorized.",
            )
        })?;
    }
    require(telling.amount <= telling.left, || {
        domain("sandbox.amount-exceeded", "More than what is left.")
    })?;
    let id = guid(context.random());
    context.record(
        telling.kind,
        &payment.reference,
        Some(&telling.amount.to_string()),
    );
    (telling.list)(payment).push(Told {
        id: id.clone(),
        identifier: telling.identifier,
        amount: telling.amount,
        request: telling.request,
    });
    Ok(told(telling.id, &id))
}

fn told(name: &str, id: &str) -> Reply {
    Reply::json(200, JsonObject::new().text(name, id).finish())
}
