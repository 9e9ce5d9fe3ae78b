//! What the user does in the app and on the landing page.

use payments_core::sandbox::Context;

use super::callbacks;
use super::cards::Card;
use super::edition::Edition;
use super::gateway::{Gateway, guid};
use super::records::{Attempt, AttemptState, Payment, PaymentState};

/// The phone number of a user who did not say.
pub(super) const PHONE: &str = "+4512345678";

/// The user's cards that the payment allows.
pub(super) fn cards(payment: &Payment) -> Vec<Card> {
    let names = payment.allowed.iter();
    names.filter_map(|card| Card::test(&card.name)).collect()
}

/// Enters a phone number. `false` when the payment waits for none.
pub(super) fn enter_phone(gateway: &mut Gateway, place: usize, phone: &str) -> bool {
    match gateway.payments.get_mut(place) {
        Some(payment) if payment.state == PaymentState::Open => {
            payment.phone = Some(phone.to_owned());
            payment.state = PaymentState::Choosing;
            true
        }
        Some(_) | None => false,
    }
}

/// Accepts with a card: a new attempt. `false` when the payment cannot be accepted now, or does not
/// allow that card.
pub(super) fn accept(
    gateway: &mut Gateway,
    place: usize,
    card: Card,
    context: &mut Context<'_>,
) -> bool {
    enter_phone(gateway, place, PHONE);
    let Some(payment) = gateway.payments.get_mut(place) else {
        return false;
    };
    if payment.state != PaymentState::Choosing || payment.allows(&card.card_type).is_none() {
        return false;
    }
    payment.state = PaymentState::Attempting;
    payment.attempts.push(Attempt {
        id: guid(context.random()),
        card,
        state: AttemptState::SendingCard,
        delivery: None,
        update: None,
        three_d_secure_url: None,
        encrypted: None,
    });
    context.record("attempt", &payment.reference, None);
    callbacks::begin(gateway, place, context);
    true
}

/// Ends a payment without money. `false` when it is decided, or the PSP is at work.
pub(super) fn end(
    gateway: &mut Gateway,
    place: usize,
    state: PaymentState,
    context: &mut Context<'_>,
) -> bool {
    let Some(payment) = gateway.payments.get_mut(place) else {
        return false;
    };
    // A user who has accepted cannot reject, but may break off a 3-D step and go back.
    let at_work = payment.state == PaymentState::Attempting && state == PaymentState::Rejected;
    if !payment.state.is_undecided() || at_work {
        return false;
    }
    close(payment, state);
    let kind = match state {
        PaymentState::Rejected => "rejection",
        PaymentState::Expired => "expiry",
        _ => "user_cancel",
    };
    context.record(kind, &payment.reference, None);
    true
}

/// The payment's time is over. The failed callback is for payments that nobody touched; the founding
/// document has it for all.
pub(super) fn expire(gateway: &mut Gateway, place: usize, context: &mut Context<'_>) -> bool {
    let founding = gateway.config.edition == Edition::Founding;
    let untouched = |payment: &Payment| payment.state == PaymentState::Open;
    let told = gateway.payments.get(place).is_some_and(untouched) || founding;
    let ended = end(gateway, place, PaymentState::Expired, context);
    if ended && told {
        callbacks::failed(gateway, place, context);
    }
    ended
}

fn close(payment: &mut Payment, state: PaymentState) {
    payment.state = state;
    if let Some(attempt) = payment.attempts.last_mut()
        && attempt.state.is_open()
    {
        attempt.state = AttemptState::Over;
    }
}
