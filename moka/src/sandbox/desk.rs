//! What people see of the sandbox, and what the dealer's operator can do there.

use payments_core::sandbox::{Action, Actor, Context, Fields, JsonObject, Listed, Reply};

use super::body::Block;
use super::gateway::Gateway;
use super::money;
use super::page;
use super::records::{Payment, PaymentState};
use super::refusal::Refusal;

/// The pages and the payments that came of them, oldest first.
pub(super) fn payments(gateway: &Gateway) -> Vec<Listed> {
    let payments = gateway.payments.iter().map(|payment| {
        let state = if payment.is_held() {
            "paid, held in the pool"
        } else {
            payment.state.name()
        };
        let in_lira = |amount: &str| format!("{amount} {}", payment.currency);
        Listed::new(
            &payment.page_id,
            &payment.other_trx_code,
            &in_lira(&payment.amount()),
            state,
        )
        .page(&format!("{}{}", page::PATH, payment.page_id))
        .fact("VirtualPosOrderId", payment.virtual_pos_order_id.as_str())
        .fact("Refunded", in_lira(&payment.refunded()))
    });
    payments.collect()
}

/// What can be done about a payment.
pub(super) fn actions(gateway: &Gateway, id: Option<&str>) -> Vec<Action> {
    let payments = gateway.payments.iter().enumerate();
    let mut found = payments.filter(|(_, one)| Some(one.page_id.as_str()) == id);
    // Commands go by the dealer's code, and mean the latest payment of that code.
    let latest = found
        .next()
        .filter(|(place, one)| gateway.place(&one.other_trx_code) == Some(*place));
    let Some((_, payment)) = latest else {
        return Vec::new();
    };
    let mut actions = buyers(payment);
    actions.extend(providers(payment));
    actions.extend(operators(payment));
    actions
}

fn by(payment: &Payment, actor: Actor, command: &'static str, label: &'static str) -> Action {
    Action::new(actor, command, label).field("payment", &payment.other_trx_code)
}

fn buyers(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Payer, command, label);
    if !payment.state.is_undecided() {
        return vec![by("pay", "Pay again")];
    }
    vec![
        by("pay", "Pay"),
        by("pay", "Pay twice").named("pay-twice").times(2),
        by("decline", "Give a card that is declined").input("code", "Bank code, 000 to 029", "005"),
        by("abandon", "Go away and never come back"),
    ]
}

fn providers(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Provider, command, label);
    let mut actions = vec![by("return/forged", "Forge a return: wrong hash")];
    if payment.state.is_undecided() {
        actions.push(
            by("pay-unnoticed", "Take the money and say that it failed").input(
                "code",
                "Bank code, 000 to 029",
                "005",
            ),
        );
    }
    if payment.refund_request.is_some() {
        actions.push(by("refund", "Do the refund that was asked for"));
        actions.push(by(
            "refund/withdraw",
            "Withdraw the refund that was asked for",
        ));
    }
    actions
}

fn operators(payment: &Payment) -> Vec<Action> {
    let by = |command, label| by(payment, Actor::Operator, command, label);
    let amount = |action: Action, left: &str| action.input("amount", "Amount", left);
    let mut actions = Vec::new();
    match payment.state {
        PaymentState::Authorised => {
            let whole = payment.amount();
            actions.push(amount(by("operator/capture", "Capture"), &whole));
            actions.push(by("operator/void", "Void"));
        }
        PaymentState::Paid => {
            actions.push(by("operator/void", "Void"));
            let left = payment.amount.minus(payment.refunded).to_string();
            let refund = by("operator/refund", "Ask for a refund (from the next day on)");
            actions.push(amount(refund, &left));
            if payment.is_held() {
                actions.push(by("operator/approve", "Approve the pool payment"));
            } else if payment.pool {
                actions.push(by("operator/undo", "Take the approval back"));
            }
        }
        PaymentState::Open
        | PaymentState::Waiting
        | PaymentState::Abandoned
        | PaymentState::Failed
        | PaymentState::Voided
        | PaymentState::Refunded => {}
    }
    actions
}

/// A command of the operator's, as the service of that name does it; `None` when it is none.
pub(super) fn command(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<Reply> {
    let service = match name {
        "operator/capture" => money::capture,
        "operator/void" => money::void,
        "operator/refund" => money::refund,
        "operator/approve" => money::approve,
        "operator/undo" => money::undo,
        _ => return None,
    };
    let value = |name| fields.value(name).unwrap_or_default();
    let request = JsonObject::new()
        .text("OtherTrxCode", value("payment"))
        .text("ClientIP", "127.0.0.1")
        .integer("VoidRefundReason", 2);
    let request = match fields.value("amount") {
        Some(amount) => request.text("Amount", amount),
        None => request,
    };
    let block = Block::parse(request.finish().as_bytes()).unwrap_or_default();
    Some(match service(gateway, &block, context) {
        Ok(_) => Reply::done(),
        Err(Refusal::Code(code)) => Reply::not_done(&code),
        Err(Refusal::Declined(bank)) => Reply::not_done(bank.english),
    })
}
