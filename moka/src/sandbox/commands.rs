//! What `/_sandbox/` understands beside the kit's own commands.

use payments_core::sandbox::{Context, Fields};

use super::calls;
use super::cards::{CardForm, failure};
use super::codes::{BankCode, bank_code};
use super::gateway::Gateway;
use super::records::PaymentState;
use super::returns::{self, FORGED, Forgery, RETURN};

/// What the buyer does, all steps of the page at once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Buyer {
    Pays,
    Declined(&'static BankCode),
    /// The money is taken, and the return says this code all the same.
    PaysWithFailedReturn(&'static BankCode),
    Leaves,
}

/// Does it to the latest payment of that code, and sends the browser back. `false` when there is
/// no such payment, or it is decided.
pub(super) fn buyer(
    gateway: &mut Gateway,
    other_trx_code: &str,
    what: Buyer,
    context: &mut Context<'_>,
) -> Option<PaymentState> {
    let place = gateway.place(other_trx_code)?;
    let state = gateway.payments.get(place)?.state;
    if state.is_undecided() {
        if matches!(what, Buyer::Leaves) {
            gateway.abandon(place);
        } else {
            if state == PaymentState::Open {
                let card = CardForm::test("000").read(other_trx_code)?;
                gateway.take_card(place, card, context);
            }
            let card = gateway.payments.get_mut(place)?.card.as_mut()?;
            match what {
                Buyer::Pays | Buyer::Leaves => {}
                Buyer::Declined(bank) => (card.verdict, card.taken) = (failure(bank), false),
                Buyer::PaysWithFailedReturn(bank) => card.verdict = failure(bank),
            }
            gateway.decide(place, None, context);
            send_return(gateway, place, context);
        }
    }
    gateway.payments.get(place).map(|payment| payment.state)
}

fn send_return(gateway: &Gateway, place: usize, context: &mut Context<'_>) {
    let sent = gateway
        .payments
        .get(place)
        .and_then(|payment| Some((payment, returns::genuine(gateway, payment)?)));
    if let Some((payment, form)) = sent {
        context.send(returns::post(RETURN, payment, &form));
    }
}

/// Sends the return again, suppressed or not. `false` when there is none.
pub(super) fn resend(gateway: &Gateway, other_trx_code: &str, context: &mut Context<'_>) -> bool {
    let payment = gateway
        .place(other_trx_code)
        .and_then(|place| gateway.payments.get(place));
    let sent = payment.and_then(|payment| Some((payment, returns::last(payment)?)));
    sent.map(|(payment, form)| {
        context.send(returns::post(RETURN, payment, &form).unconditional());
    })
    .is_some()
}

/// Sends a return with something wrong about it. `false` when there is no such payment.
pub(super) fn forge(
    gateway: &Gateway,
    other_trx_code: &str,
    forgery: &Forgery,
    context: &mut Context<'_>,
) -> bool {
    let payment = gateway
        .place(other_trx_code)
        .and_then(|place| gateway.payments.get(place));
    let sent =
        payment.and_then(|payment| Some((payment, returns::forged(gateway, payment, forgery)?)));
    sent.map(|(payment, form)| {
        context.send(returns::post(FORGED, payment, &form).unconditional());
    })
    .is_some()
}

/// Answers the next call of `service` with `code`, if it has that code.
pub(super) fn fail_next(gateway: &mut Gateway, service: &str, code: &str) -> bool {
    let magic = calls::service(service).and_then(|service| service.magic(code));
    magic
        .map(|magic| gateway.armed.push((service.to_owned(), magic)))
        .is_some()
}

/// Turns a pending refund request into a refund now, or withdraws it. `false` without one.
pub(super) fn end_refund(
    gateway: &mut Gateway,
    other_trx_code: &str,
    refund: bool,
    context: &mut Context<'_>,
) -> bool {
    let Some(place) = gateway.place(other_trx_code) else {
        return false;
    };
    let request = gateway
        .payments
        .get_mut(place)
        .map(|payment| &mut payment.refund_request);
    match request {
        Some(Some(_)) if refund => gateway.refund(place, context),
        Some(request @ Some(_)) => *request = None,
        Some(None) | None => return false,
    }
    true
}

/// A command of `/_sandbox/`; `None` when there is no such command.
pub(super) fn run(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<bool> {
    let value = |name| fields.value(name).unwrap_or_default();
    let payment = value("payment");
    let what = match name {
        "pay" => Some(Buyer::Pays),
        "decline" => bank_code(value("code")).map(Buyer::Declined),
        "pay-unnoticed" => bank_code(value("code")).map(Buyer::PaysWithFailedReturn),
        "abandon" => Some(Buyer::Leaves),
        "return" => return Some(resend(gateway, payment, context)),
        "return/forged" => return Some(forge(gateway, payment, &Forgery::WrongHash, context)),
        "return/suppress" => {
            gateway.suppress_returns = value("on") != "0";
            return Some(true);
        }
        "fail" => return Some(fail_next(gateway, value("service"), value("code"))),
        "refund" => return Some(end_refund(gateway, payment, true, context)),
        "refund/withdraw" => return Some(end_refund(gateway, payment, false, context)),
        _ => return None,
    };
    Some(what.is_some_and(|what| buyer(gateway, payment, what, context).is_some()))
}
