//! What people see of both families, and what the merchant's operator can do there.

use payments_core::sandbox::{Action, Actor, Context, Fields, JsonObject, Listed, Reply};

use super::body::Body;
use super::codes;
use super::gateway::Gateway;
use super::one_payment::{Bill, BillState, FalseNotice};
use super::records::{Payment, PaymentState, Refund};
use super::{orders, refunds};

/// Payments, refunds, and the bills of the app.
pub(super) fn payments(gateway: &Gateway) -> Vec<Listed> {
    let dong = |amount: u64| format!("{amount} VND");
    let payments = gateway.payments.iter().map(|one| {
        let state = format!("{} ({})", word(one.state), one.state.code());
        Listed::new(&id_of(one), &one.order_id, &dong(one.amount), &state)
            .page(&one.link)
            .fact("Kind", one.request_type.as_str())
            .fact("transId", one.trans_id.to_string())
    });
    let refunds = gateway.refunds.iter().map(|one| {
        let state = format!("{} ({})", refund_word(one.code), one.code);
        let id = format!("refund-{}", one.order_id);
        Listed::new(&id, &one.order_id, &dong(one.amount), &state)
            .kind("refund")
            .fact("Of the payment", one.payment.as_str())
    });
    let bills = gateway.one_payment.bills.iter().map(|bill| {
        let state = match bill.state() {
            BillState::Open => "open".to_owned(),
            BillState::Paid => "paid".to_owned(),
            BillState::Failed(code) => format!("failed ({code})"),
        };
        let id = format!("bill-{}", bill.bill_id());
        Listed::new(&id, bill.bill_id(), &dong(bill.amount()), &state).kind("bill")
    });
    payments.chain(refunds).chain(bills).collect()
}

fn id_of(payment: &Payment) -> String {
    format!("order-{}", payment.order_id)
}

const fn word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Waiting => "waiting",
        PaymentState::Pending(_) => "pending",
        PaymentState::Authorised => "authorised",
        PaymentState::Paid => "paid",
        PaymentState::Failed(_) => "failed",
    }
}

fn refund_word(code: u64) -> &'static str {
    match code {
        codes::DONE => "done",
        code if codes::is_pending(code) => "pending",
        _ => "failed",
    }
}

/// What can be done about a payment, a refund, a bill, or with the app.
pub(super) fn actions(gateway: &Gateway, id: Option<&str>) -> Vec<Action> {
    let Some(id) = id else {
        return with_the_app(gateway);
    };
    if let Some(payment) = gateway.payments.iter().find(|one| id_of(one) == id) {
        return about_a_payment(gateway, payment);
    }
    if let Some(order_id) = id.strip_prefix("refund-") {
        let refund = gateway.refunds.iter().find(|one| one.order_id == order_id);
        return refund.map_or_else(Vec::new, about_a_refund);
    }
    let bills = gateway.one_payment.bills.iter();
    let bill = id
        .strip_prefix("bill-")
        .and_then(|id| bills.clone().find(|bill| bill.bill_id() == id));
    bill.map_or_else(Vec::new, about_a_bill)
}

fn with_the_app(gateway: &Gateway) -> Vec<Action> {
    let link = Action::new(Actor::Payer, "open-link", "Open a link in the app");
    let mut actions = vec![link.input("link", "Link of the app", "")];
    if gateway.one_payment.partner.init_url.is_some() {
        let init = Action::new(Actor::Provider, "init", "Call the partner's Init");
        actions.push(init.input("user", "The partner's user", "sandbox-user"));
    }
    actions
}

fn about_a_payment(gateway: &Gateway, payment: &Payment) -> Vec<Action> {
    let by = |actor, command, label| {
        Action::new(actor, command, label).field("order", &payment.order_id)
    };
    let forged = by(
        Actor::Provider,
        "ipn/forged",
        "Forge an IPN: wrong signature",
    );
    let mut actions = Vec::new();
    match payment.state {
        PaymentState::Waiting => actions.extend([
            by(Actor::Payer, "pay", "Pay"),
            by(Actor::Payer, "pay", "Pay twice")
                .named("pay-twice")
                .times(2),
            by(Actor::Payer, "decline", "Decline").input("code", "Result code", "1006"),
            by(Actor::Payer, "expire", "Let it expire"),
        ]),
        PaymentState::Pending(_) => actions.extend([
            by(Actor::Provider, "settle", "Let it come out well"),
            by(Actor::Provider, "decline", "Let it fail").input("code", "Result code", "1001"),
        ]),
        PaymentState::Authorised => {
            let amount = payment.amount.to_string();
            actions.extend([
                by(Actor::Payer, "pay", "Pay again"),
                by(Actor::Operator, "operator/capture", "Capture").field("amount", &amount),
                by(Actor::Operator, "operator/cancel", "Let the amount go")
                    .field("amount", &amount),
            ]);
        }
        PaymentState::Paid => {
            let number = gateway.refunds.len().saturating_add(1);
            let refund = format!("{}-R{number}", payment.order_id);
            actions.extend([
                by(Actor::Payer, "pay", "Pay again"),
                by(Actor::Operator, "operator/refund", "Refund")
                    .input("refund", "Number of the refund", &refund)
                    .input("amount", "Amount in VND", &payment.amount.to_string())
                    .input("description", "Description", "refund"),
            ]);
        }
        PaymentState::Failed(_) => actions.push(by(Actor::Payer, "pay", "Pay again")),
    }
    actions.push(forged);
    actions
}

fn about_a_refund(refund: &Refund) -> Vec<Action> {
    let end = |name, label, code| {
        Action::new(Actor::Provider, "settle-refund", label)
            .named(name)
            .field("order", &refund.order_id)
            .field("code", code)
    };
    if codes::is_pending(refund.code) {
        vec![
            end("settle", "Let it come out well", "0"),
            end("fail", "Let it fail", "1080"),
        ]
    } else {
        Vec::new()
    }
}

fn about_a_bill(bill: &Bill) -> Vec<Action> {
    let by =
        |actor, command, label| Action::new(actor, command, label).field("bill", bill.bill_id());
    let mut actions = vec![by(
        Actor::Provider,
        "notification/forged",
        "Forge a notification: without the header that MoMo is known by",
    )];
    if bill.state() == BillState::Open {
        actions.extend([
            by(Actor::Payer, "charge", "Pay"),
            by(Actor::Payer, "charge", "Pay twice")
                .named("pay-twice")
                .times(2),
            by(Actor::Payer, "fail", "Fail").input("code", "Result code", "1"),
        ]);
    } else {
        actions.push(by(Actor::Payer, "charge", "Pay again"));
    }
    actions
}

/// A command of the operator's, or a forgery; `None` when it is none.
pub(super) fn command(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<Reply> {
    let value = |name| fields.value(name).unwrap_or_default();
    let order_id = value("order");
    let object = JsonObject::new().text("amount", value("amount"));
    let confirm = |object: JsonObject, what| {
        object
            .text("orderId", order_id)
            .text("requestType", what)
            .text("description", "")
    };
    let answer = match name {
        "operator/capture" => orders::confirm(gateway, &read(confirm(object, "capture")), context),
        "operator/cancel" => orders::confirm(gateway, &read(confirm(object, "cancel")), context),
        "operator/refund" => {
            let trans_id = gateway.payment(order_id).map_or(0, Payment::trans_id);
            let object = object
                .text("orderId", value("refund"))
                .text("transId", &trans_id.to_string())
                .text("description", value("description"));
            refunds::refund(gateway, &read(object), context)
        }
        "notification/forged" => {
            let family = &gateway.one_payment;
            let callback = family.notification(value("bill"), Some(&FalseNotice::Unauthenticated));
            return Some(match callback {
                Some(callback) => {
                    context.send(callback.unconditional());
                    Reply::done()
                }
                None => Reply::not_done("there is no such bill, or nowhere to send it"),
            });
        }
        _ => return None,
    };
    Some(match answer {
        Ok(_) => Reply::done(),
        Err(refusal) => Reply::not_done(&refusal.to_string()),
    })
}

fn read(object: JsonObject) -> Body {
    Body::parse(object.finish().as_bytes()).unwrap_or_default()
}
