//! What people see of the sandbox, and what the PSP's operator can do there.

use payments_core::clock::rfc3339;
use payments_core::money::{Currency, Money};
use payments_core::sandbox::{
    Action, Actor, Context, Fields, JsonNumber, JsonObject, Listed, Reply, Request,
};

use super::gateway::Gateway;
use super::money;
use super::page;
use super::records::{AttemptState, Payment, PaymentState};
use super::refusal::Refusal;
use super::updates;
use super::user;

/// The payments, oldest first.
pub(super) fn payments(gateway: &Gateway) -> Vec<Listed> {
    let payments = gateway.payments.iter().map(|payment| {
        let in_currency = |minor: i64| amount(minor, payment.currency);
        let state = match payment.attempts.last() {
            Some(attempt) if payment.state == PaymentState::Attempting => {
                format!("{}: {}", payment.state.name(), attempt.state.name())
            }
            Some(_) | None => payment.state.name().to_owned(),
        };
        Listed::new(
            &payment.id,
            &payment.reference,
            &in_currency(payment.amount),
            &state,
        )
        .page(&page::url("", &payment.id))
        .fact("Order", payment.order_id.as_str())
        .fact("Captured", in_currency(payment.captured()))
        .fact("Cancelled", in_currency(payment.cancelled()))
        .fact("Refunded", in_currency(payment.refunded()))
    });
    payments.collect()
}

fn amount(minor: i64, currency: &str) -> String {
    match Currency::from_code(currency) {
        Ok(currency) => Money::from_minor(minor, currency).to_string(),
        Err(_) => format!("{minor} {currency} (minor units)"),
    }
}

/// What can be done about a payment.
pub(super) fn actions(gateway: &Gateway, id: Option<&str>) -> Vec<Action> {
    let payments = gateway.payments.iter().enumerate();
    let mut found = payments.filter(|(_, one)| Some(one.id.as_str()) == id);
    // Commands go by reference, and mean the latest payment of that reference.
    let latest = found
        .next()
        .filter(|(place, one)| gateway.place(&one.reference) == Some(*place));
    let Some((_, payment)) = latest else {
        return Vec::new();
    };
    let mut actions = users(payment);
    actions.extend(providers(payment));
    actions.extend(operators(payment));
    actions
}

fn by(payment: &Payment, actor: Actor, command: &'static str, label: &'static str) -> Action {
    Action::new(actor, command, label).field("payment", &payment.reference)
}

fn users(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Payer, command, label);
    let mut actions = Vec::new();
    if payment.state == PaymentState::Open {
        actions.push(by("phone", "Enter a phone number").input("phone", "Phone", user::PHONE));
    }
    if matches!(payment.state, PaymentState::Open | PaymentState::Choosing)
        && let Some(card) = user::cards(payment).first()
    {
        actions.push(by("accept", "Accept").input("card", "Type of card", &card.card_type));
    }
    if payment.state.is_undecided() {
        if payment.state != PaymentState::Attempting {
            actions.push(by("reject", "Reject"));
        }
        actions.push(by("back", "Go back to the shop"));
    }
    actions
}

fn providers(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Provider, command, label);
    let mut actions = Vec::new();
    if payment.state.is_undecided() {
        actions.push(by("expire", "Let it expire"));
    }
    if !payment.attempts.is_empty() {
        let forge = |name, label, how| by("forge", label).named(name).field("forgery", how);
        actions.extend([
            forge("forge-flipped", "Forge a card: one bit flipped", "flipped"),
            forge(
                "forge-payment",
                "Forge a card: of a payment that there is not",
                "unknown-payment",
            ),
            forge("forge-padding", "Forge a card: PKCS #1 padding", "pkcs1"),
            forge("forge-json", "Forge a card: cut JSON", "cut-json"),
        ]);
    }
    actions
}

fn operators(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Operator, command, label);
    let attempt = payment.attempts.last();
    let open = attempt.is_some_and(|attempt| {
        attempt.state.is_open() && attempt.state != AttemptState::SendingAddress
    });
    let mut actions = Vec::new();
    if open {
        actions.push(by("operator/authorize", "Say that the card was authorized"));
        actions.push(by("operator/decline", "Say that the card was declined"));
    }
    if payment.state == PaymentState::Authorized {
        let captured = payment.captured();
        let uncaptured = payment.amount.saturating_sub(captured);
        let uncaptured = uncaptured.saturating_sub(payment.cancelled());
        let amount = |action: Action, minor: i64| {
            action.input("amount", "Amount in minor units", &minor.to_string())
        };
        if uncaptured > 0 {
            actions.push(amount(
                by("operator/capture", "Tell of a capture"),
                uncaptured,
            ));
            actions.push(amount(
                by("operator/cancel", "Tell of a cancel"),
                uncaptured,
            ));
        }
        let left = captured.saturating_sub(payment.refunded());
        if left > 0 {
            actions.push(amount(by("operator/refund", "Tell of a refund"), left));
        }
    }
    actions
}

/// A command of the operator's, as the call of that kind does it; `None` when it is none.
pub(super) fn command(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<Reply> {
    let what = match name {
        "operator/capture" => Some(("captures", "captureIdentifier")),
        "operator/cancel" => Some(("cancels", "cancelIdentifier")),
        "operator/refund" => Some(("refunds", "refundIdentifier")),
        "operator/authorize" | "operator/decline" => None,
        _ => return None,
    };
    let place = gateway.place(fields.value("payment").unwrap_or_default());
    let payment = place.and_then(|place| gateway.payments.get(place));
    let Some(payment) = payment else {
        return Some(Reply::not_done("there is no such payment"));
    };
    let payment_id = payment.id.clone();
    let attempt_id = payment.attempts.last().map(|attempt| attempt.id.clone());
    let answer = match what {
        Some((what, identifier)) => {
            let amount = fields.value("amount").unwrap_or_default();
            let Some(amount) = JsonNumber::parse(amount) else {
                return Some(Reply::not_done("the amount is not a number"));
            };
            let body = JsonObject::new()
                .text(identifier, &format!("sandbox-{}", context.random().hex()))
                .number("amount", &amount)
                .text("timestamp", &rfc3339(context.wall()));
            money::answer(gateway, &payment_id, what, &with_body(body), context)
        }
        None => {
            let succeeded = name == "operator/authorize";
            let body = JsonObject::new().boolean("succeeded", succeeded);
            let body = if succeeded {
                body
            } else {
                body.integer("reasonCode", 2000)
                    .text("reasonMessage", "declined by hand")
            };
            let attempt_id = attempt_id.unwrap_or_default();
            let request = with_body(body);
            updates::update(gateway, &payment_id, &attempt_id, &request, context)
        }
    };
    Some(match answer {
        Ok(_) => Reply::done(),
        Err(Refusal::Domain(code, message)) => Reply::not_done(&format!("{code}: {message}")),
        Err(Refusal::Invalid(what)) => Reply::not_done(&what),
        Err(Refusal::Status(_, title)) => Reply::not_done(title),
    })
}

fn with_body(body: JsonObject) -> Request {
    Request::new("POST", "/").body(body.finish())
}
