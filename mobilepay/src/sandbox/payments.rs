//! Calls about a payment as a whole: update, the simulated user, and the two withdrawn ones.

use payments_core::sandbox::{Context, JsonObject, Reply, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::read as body;
use super::checks;
use super::gateway::Gateway;
use super::records::{AttemptState, PaymentState};
use super::refusal::{Refusal, domain, invalid, require};
use super::user;

fn unknown() -> Refusal {
    domain("sandbox.payment-unknown", "No such payment.")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Update {
    reservation_expire_timestamp: Option<String>,
    redirect_from_mobile_pay_url: Option<String>,
}

pub(super) fn update(
    gateway: &mut Gateway,
    id: &str,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let (update, _) = body::<Update>(request)?;
    let until = update.reservation_expire_timestamp;
    require(
        until
            .as_deref()
            .is_none_or(|text| checks::instant(text).is_some()),
        || invalid("reservationExpireTimestamp is not a date-time"),
    )?;
    let redirect = update.redirect_from_mobile_pay_url;
    require(redirect.as_deref().is_none_or(checks::is_redirect), || {
        invalid("redirectFromMobilePayUrl is neither https, http on this machine nor an app's link")
    })?;
    let place = gateway.place_of_id(id).ok_or_else(unknown)?;
    let payment = gateway.payments.get_mut(place).ok_or_else(unknown)?;
    let until = until.or_else(|| payment.reservation_expires.clone());
    let redirect = redirect.unwrap_or_else(|| payment.redirect_url.clone());
    // The same again changes nothing.
    if (&until, &redirect) != (&payment.reservation_expires, &payment.redirect_url) {
        payment.reservation_expires = until;
        payment.redirect_url = redirect;
        context.record("update", &payment.reference, None);
    }
    Ok(Reply::new(204))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Simulate {
    phone_number: String,
    last_four_digits: Option<String>,
}

/// The user enters a phone number and accepts with the card of those last digits, or with the first
/// that the payment allows.
pub(super) fn simulate(
    gateway: &mut Gateway,
    id: &str,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let (simulate, _) = body::<Simulate>(request)?;
    let place = gateway.place_of_id(id).ok_or_else(unknown)?;
    let cards = gateway
        .payments
        .get(place)
        .map(user::cards)
        .unwrap_or_default();
    let wanted = simulate.last_four_digits.as_deref();
    let card = cards
        .into_iter()
        .find(|card| wanted.is_none_or(|digits| card.last(4) == digits))
        .ok_or_else(|| domain("sandbox.card-unknown", "The user has no such card."))?;
    user::enter_phone(gateway, place, &simulate.phone_number);
    require(user::accept(gateway, place, card, context), || {
        domain(
            "sandbox.payment-decided",
            "The payment cannot be accepted now.",
        )
    })?;
    Ok(Reply::new(200))
}

/// Without a state, as documented.
pub(super) fn read(gateway: &Gateway, id: &str) -> Result<Reply, Refusal> {
    let place = gateway.place_of_id(id).ok_or_else(unknown)?;
    let payment = gateway.payments.get(place).ok_or_else(unknown)?;
    let mut details = json!({});
    for name in [
        "merchantId",
        "merchantName",
        "merchantLogoUrl",
        "merchantOrderId",
        "merchantUrl",
        "pspReferenceId",
        "amount",
        "allowedCardTypes",
        "preferVisaPartOfVisaDankort",
        "publicKeyId",
        "deliveryAddressAllowed",
        "deliveryAddressDisallowedReasonCode",
    ] {
        set(
            &mut details,
            name,
            payment.request.get(name).cloned().unwrap_or_default(),
        );
    }
    set(&mut details, "currencyCode", json!(payment.currency));
    set(
        &mut details,
        "redirectFromMobilePayUrl",
        json!(payment.redirect_url),
    );
    Ok(Reply::json(200, details.to_string()))
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// Before a card was sent, and after a failed attempt; otherwise 2100 and 2101.
pub(super) fn invalidate(
    gateway: &mut Gateway,
    id: &str,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let place = gateway.place_of_id(id).ok_or_else(unknown)?;
    let payment = gateway.payments.get_mut(place).ok_or_else(unknown)?;
    require(payment.state != PaymentState::Authorized, || {
        domain("2100", "An authorization has completed.")
    })?;
    let open = payment
        .attempts
        .last_mut()
        .filter(|attempt| attempt.state.is_open());
    if let Some(attempt) = open {
        require(attempt.state == AttemptState::SendingAddress, || {
            domain("2101", "An attempt is not updated, or in its 3-D step.")
        })?;
        attempt.state = AttemptState::Over;
    }
    payment.state = PaymentState::Invalidated;
    context.record("invalidation", &payment.reference, None);
    Ok(Reply::json(200, JsonObject::new().finish()))
}
