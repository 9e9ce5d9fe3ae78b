//! What people see of the sandbox, and what the merchant's operator can do there.

use std::time::Duration;

use payments_core::money::{Currency, Money};
use payments_core::sandbox::{Action, Actor, Context, Fields, Listed, Reply, encode_form};

use super::calls;
use super::control::Forgery;
use super::gateway::Gateway;
use super::records::{Order, OrderState, Transfer};

/// Orders, then transfers.
pub(super) fn payments(gateway: &Gateway) -> Vec<Listed> {
    let orders = gateway.orders.iter().map(|order| {
        Listed::new(
            &id_of(order),
            &order.order_no,
            &money(order.amount.text()),
            order.state.name(),
        )
        .page(&order.link)
        .fact("Product", order.product_name.as_str())
    });
    let transfers = gateway.transfers.iter().enumerate();
    let transfers = transfers.map(|(place, transfer)| {
        let (state, _) = transfer.texts();
        let amount = money(transfer.amount.text());
        Listed::new(
            &format!("transfer-{place}"),
            &transfer.serial_no,
            &amount,
            state,
        )
        .kind("payout")
        .fact("Beneficiary", transfer.payee.as_str())
    });
    orders.chain(transfers).collect()
}

fn id_of(order: &Order) -> String {
    let last = order.link.rsplit('/').next().unwrap_or_default();
    format!("order-{last}")
}

/// In pesos; as the merchant wrote it where that is no amount of them.
fn money(text: &str) -> String {
    Money::from_decimal(text, Currency::PHP)
        .map_or_else(|_| format!("{text} PHP"), |money| money.to_string())
}

/// What can be done about an order, a transfer, or the whole account.
pub(super) fn actions(gateway: &Gateway, id: Option<&str>, now: Duration) -> Vec<Action> {
    let Some(id) = id else {
        return about_the_account(gateway);
    };
    let transfers = gateway.transfers.iter().enumerate();
    let mut transfers = transfers.filter(|(place, _)| format!("transfer-{place}") == id);
    if let Some((_, transfer)) = transfers.next() {
        return about_a_transfer(gateway, transfer);
    }
    let found = gateway.orders.iter().find(|order| id_of(order) == id);
    // Commands go by number, and mean the latest order of that number.
    let latest = found.filter(|order| {
        let latest = gateway.order(&order.order_no);
        latest.is_some_and(|latest| latest.link == order.link)
    });
    latest.map_or_else(Vec::new, |order| about_an_order(gateway, order, now))
}

fn about_the_account(gateway: &Gateway) -> Vec<Action> {
    let mut actions = vec![
        Action::new(Actor::Provider, "expire-tokens", "Let every token expire"),
        Action::new(
            Actor::Operator,
            "operator/beneficiary",
            "Register a beneficiary",
        ),
    ];
    if let Some(payee) = gateway.beneficiaries.last() {
        let serial = format!("SANDBOX-{}", gateway.transfers.len().saturating_add(1));
        actions.push(
            Action::new(Actor::Operator, "operator/payout", "Pay out")
                .input("transferSerialNo", "Serial number", &serial)
                .input("amount", "Amount in PHP", "100.00")
                .input("payeeAccountNo", "Beneficiary's account", payee),
        );
    }
    actions
}

fn about_a_transfer(gateway: &Gateway, transfer: &Transfer) -> Vec<Action> {
    let event = Action::new(Actor::Provider, "payout", "Send an unsigned payout event")
        .field("transferSerialNo", &transfer.serial_no)
        .input("txStatus", "Status", transfer.texts().0);
    let has_endpoint = gateway.config.webhook.is_some();
    has_endpoint.then_some(event).into_iter().collect()
}

fn about_an_order(gateway: &Gateway, order: &Order, now: Duration) -> Vec<Action> {
    let by =
        |actor, command, label| Action::new(actor, command, label).field("order", &order.order_no);
    let mut actions = match order.state {
        OrderState::Unpaid => vec![
            by(Actor::Payer, "pay", "Pay"),
            by(Actor::Payer, "pay", "Pay twice")
                .named("pay-twice")
                .times(2),
            by(Actor::Payer, "decline", "Decline"),
        ],
        OrderState::Success | OrderState::Failed | OrderState::Refunded => {
            vec![by(Actor::Payer, "pay", "Pay again")]
        }
    };
    if gateway.config.webhook.is_some() {
        let forged = |name, label, how| {
            by(Actor::Provider, "webhook/forged", label)
                .named(name)
                .field("forgery", how)
        };
        actions.extend([
            forged(
                "forge-signature",
                "Forge a webhook: wrong signature",
                "signature",
            ),
            forged(
                "forge-unsigned",
                "Forge a webhook: no signature",
                "unsigned",
            ),
            forged("forge-amount", "Forge a webhook: another amount", "amount").input(
                "text",
                "Amount it claims",
                "0.01",
            ),
            forged("forge-status", "Forge a webhook: another status", "status").input(
                "text",
                "Status it claims",
                "success",
            ),
        ]);
    }
    if order.state == OrderState::Success && !order.is_settled(now) {
        actions.push(by(Actor::Provider, "settle", "Settle now"));
        actions.push(by(Actor::Operator, "operator/refund", "Refund").input(
            "reason",
            "Reason",
            "asked for by the customer",
        ));
    }
    actions
}

/// What is wrong with the webhook that a command asks for.
pub(super) fn forgery(fields: &Fields) -> Option<Forgery> {
    let text = || fields.value("text").unwrap_or_default().to_owned();
    match fields.value("forgery") {
        None | Some("signature") => Some(Forgery::WrongSignature),
        Some("unsigned") => Some(Forgery::NoSignature),
        Some("amount") => Some(Forgery::Amount(text())),
        Some("status") => Some(Forgery::Status(text())),
        Some(_) => None,
    }
}

/// A command of the operator's; `None` when it is none.
pub(super) fn command(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<Reply> {
    let value = |name| fields.value(name).unwrap_or_default();
    let done = match name {
        "operator/refund" => {
            let pairs = [("orderNo", value("order")), ("reason", value("reason"))];
            calls::refund(gateway, &form(&pairs), context)
        }
        "operator/beneficiary" => {
            // Somebody can be reached, where the sandbox demands it.
            let pairs = [("email", "beneficiary@shop.example")];
            calls::create_beneficiary(gateway, &form(&pairs), context)
        }
        "operator/payout" => calls::transfer(gateway, fields, context),
        _ => return None,
    };
    Some(match done {
        Ok(_) => Reply::done(),
        Err(refusal) => Reply::not_done(&refusal.to_string()),
    })
}

fn form(pairs: &[(&str, &str)]) -> Fields {
    Fields::parse(encode_form(pairs).as_bytes()).unwrap_or_default()
}
