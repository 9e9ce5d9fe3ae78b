//! What MobilePay sends to the PSP, and what follows from the answers.

use payments_core::sandbox::{
    Callback, Context, Delivery, DeliveryState, JsonNumber, JsonObject, RetryRules,
};

use super::cards::{Card, Token};
use super::cipher::{self, Padding};
use super::edition::{Edition, KeyCase};
use super::gateway::Gateway;
use super::records::{Attempt, AttemptState, Payment, PaymentState};
use super::user::PHONE;

/// The label of callbacks with a card.
pub(super) const CARD: &str = "card";
/// The label of callbacks with a token.
pub(super) const TOKEN: &str = "token";
/// The label of callbacks with addresses.
pub(super) const ADDRESS: &str = "address";
/// The label of callbacks about a payment that expired.
pub(super) const FAILED: &str = "failed";

/// Sends what a new attempt begins with: the address of a checkout, then token or card.
pub(super) fn begin(gateway: &mut Gateway, place: usize, context: &mut Context<'_>) {
    let with_address = gateway
        .payments
        .get(place)
        .is_some_and(|payment| payment.address_url.is_some());
    if !with_address {
        send_card(gateway, place, true, context);
    } else if gateway.out_of_order {
        send_card(gateway, place, true, context);
        send_address(gateway, place, context);
    } else {
        let delivery = send_address(gateway, place, context);
        if let Some(attempt) = last(gateway, place) {
            attempt.state = AttemptState::SendingAddress;
            attempt.delivery = delivery;
        }
    }
}

fn last(gateway: &mut Gateway, place: usize) -> Option<&mut Attempt> {
    gateway.payments.get_mut(place)?.attempts.last_mut()
}

/// Any 2xx is an acknowledgement.
fn rules(gateway: &Gateway) -> RetryRules {
    RetryRules::accept(200..=299)
        .every(gateway.config.periods.callback_pause)
        .at_most(gateway.config.callback_attempts)
}

pub(super) fn post(
    gateway: &Gateway,
    label: &str,
    reference: &str,
    url: &str,
    body: JsonObject,
) -> Callback {
    let webhook = gateway.config.webhook.as_deref();
    let url = webhook
        .filter(|_| url.starts_with("https://"))
        .unwrap_or(url);
    Callback::post(label, reference, url, rules(gateway))
        .content("application/json; charset=utf-8", body.finish())
}

/// A token where the card has one and it is wanted, the card under the PSP's key otherwise.
fn send_card(gateway: &mut Gateway, place: usize, token: bool, context: &mut Context<'_>) {
    let token = token.then(|| token_callback(gateway, place)).flatten();
    let (state, callback) = match token {
        Some(callback) => (AttemptState::SendingToken, Some(callback)),
        None => (
            AttemptState::SendingCard,
            card_callback(gateway, place, context),
        ),
    };
    let delivery = callback.map(|callback| context.send(callback));
    if let Some(attempt) = last(gateway, place) {
        attempt.state = state;
        attempt.delivery = delivery;
    }
}

fn token_callback(gateway: &Gateway, place: usize) -> Option<Callback> {
    let payment = gateway.payments.get(place)?;
    let attempt = payment.attempts.last()?;
    let url = payment.allows(attempt.card_type())?.token_url.as_deref()?;
    let token = attempt.card.token(payment.amount)?;
    let body = token_body(gateway, payment, attempt, token);
    Some(post(gateway, TOKEN, &payment.reference, url, body))
}

fn card_callback(
    gateway: &mut Gateway,
    place: usize,
    context: &mut Context<'_>,
) -> Option<Callback> {
    let payment = gateway.payments.get(place)?;
    let attempt = payment.attempts.last()?;
    let key = gateway.keys.find(payment.public_key_id)?;
    let plain = cipher::plain(
        &attempt.card,
        gateway.config.card_text,
        context.unix_millis(),
    );
    let bytes = cipher::encrypt(key, Padding::Oaep, &plain, context.random())?;
    let encrypted = cipher::text(&bytes);
    let url = &payment.allows(attempt.card_type())?.card_url;
    let body = Envelope::of(payment, attempt, &encrypted).body(gateway);
    let callback = post(gateway, CARD, &payment.reference, url, body);
    last(gateway, place)?.encrypted = Some(encrypted);
    Some(callback)
}

/// The members of a card callback.
pub(super) struct Envelope<'a> {
    pub(super) encrypted: &'a str,
    pub(super) payment_id: &'a str,
    pub(super) attempt_id: &'a str,
    pub(super) key_id: i32,
    pub(super) card_type: &'a str,
}

impl<'a> Envelope<'a> {
    pub(super) fn of(payment: &'a Payment, attempt: &'a Attempt, encrypted: &'a str) -> Self {
        Self {
            encrypted,
            payment_id: &payment.id,
            attempt_id: &attempt.id,
            key_id: payment.public_key_id,
            card_type: &attempt.card.card_type,
        }
    }

    pub(super) fn body(&self, gateway: &Gateway) -> JsonObject {
        let Self {
            encrypted,
            payment_id,
            attempt_id,
            key_id,
            card_type,
        } = self;
        let key = |name: &str| gateway.config.key_case.spell(name, KeyCase::Pascal);
        let body = JsonObject::new()
            .text(&key("EncryptedCardData"), encrypted)
            .text(&key("PaymentId"), payment_id)
            .text(&key("AuthorizationAttemptId"), attempt_id);
        let body = integer(body, &key("PublicKeyId"), *key_id);
        if gateway.config.card_type_key {
            body.text(&key("CardType"), card_type)
        } else {
            body
        }
    }
}

pub(super) fn integer(body: JsonObject, name: &str, value: i32) -> JsonObject {
    match JsonNumber::parse(&value.to_string()) {
        Some(number) => body.number(name, &number),
        None => body,
    }
}

fn token_body(
    gateway: &Gateway,
    payment: &Payment,
    attempt: &Attempt,
    token: &Token,
) -> JsonObject {
    let key = |name: &str| gateway.config.key_case.spell(name, KeyCase::Camel);
    let visa = attempt.card.is_visa();
    let method = if visa { "VTS" } else { "MC S4C" };
    let data = if visa {
        visa_data(&key, &attempt.card, token)
    } else {
        mastercard_data(&key, token)
    };
    let body = JsonObject::new()
        .text(&key("paymentId"), &payment.id)
        .text(&key("authorizationAttemptId"), &attempt.id)
        .text(&key("cardType"), attempt.card_type())
        .text(&key("cardIssuedInCountryCode"), "DK")
        .text(&key("maskedCardNumber"), &masked(gateway, &attempt.card))
        .text(&key("tokenMethod"), method)
        .object(&key("tokenData"), data);
    if visa {
        body.boolean(&key("isDelegatedAuthentication"), false)
    } else {
        body
    }
}

/// Eight digits are shown since 2025, six before.
fn masked(gateway: &Gateway, card: &Card) -> String {
    let shown = match gateway.config.edition {
        Edition::Founding => 6,
        Edition::Newest => 8,
    };
    let hidden = card.number.len().saturating_sub(shown).saturating_sub(4);
    let front = card.number.get(..shown).unwrap_or_default();
    format!("{front}{}{}", "X".repeat(hidden), card.last(4))
}

/// An invented payment account reference in the form of the provider's sample.
const ACCOUNT_REFERENCE: &str = "V0010013020217426481676671969";

fn visa_data(key: &dyn Fn(&str) -> String, card: &Card, token: &Token) -> JsonObject {
    let last4 = token.number.get(12..).unwrap_or_default();
    let cryptogram = JsonObject::new()
        .text(&key("cryptogram"), token.cryptogram)
        .text(&key("eci"), "07");
    let instrument = JsonObject::new()
        .text(&key("last4"), card.last(4))
        .object(
            &key("paymentType"),
            JsonObject::new().text(&key("cardBrand"), "VISA"),
        )
        .text(&key("paymentAccountReference"), ACCOUNT_REFERENCE);
    let expiration = JsonObject::new()
        .text(&key("month"), token.month)
        .text(&key("year"), &format!("20{}", token.year));
    let info = JsonObject::new()
        .text(&key("token"), token.number)
        .text(&key("last4"), last4)
        .object(&key("expirationDate"), expiration);
    JsonObject::new()
        .text(&key("vPaymentDataID"), "da17bd1568bdc8b418d71cf80c44ea02")
        .object(&key("cryptogramInfo"), cryptogram)
        .object(&key("paymentInstrument"), instrument)
        .object(&key("tokenInfo"), info)
}

fn mastercard_data(key: &dyn Fn(&str) -> String, token: &Token) -> JsonObject {
    let inner = JsonObject::new()
        .text(&key("paymentToken"), token.number)
        .text(&key("tokenExpirationMonth"), token.month)
        .text(&key("tokenExpirationYear"), &format!("20{}", token.year))
        .text(&key("paymentAccountReference"), ACCOUNT_REFERENCE);
    let dynamic = JsonObject::new()
        .text(
            &key("dynamicDataType"),
            "CARD_APPLICATION_CRYPTOGRAM_SHORT_FORM",
        )
        .text(&key("dynamicDataValue"), token.cryptogram);
    JsonObject::new()
        .object(&key("token"), inner)
        .object(&key("dynamicData"), dynamic)
        .text(&key("eci"), "02")
}

fn send_address(
    gateway: &Gateway,
    place: usize,
    context: &mut Context<'_>,
) -> Option<payments_core::sandbox::DeliveryId> {
    let payment = gateway.payments.get(place)?;
    let attempt = payment.attempts.last()?;
    let key = |name: &str| gateway.config.key_case.spell(name, KeyCase::Pascal);
    let separate = gateway.config.separate_addresses && payment.delivery_allowed;
    let home = "Flower Street 23";
    let addresses = if separate {
        vec![
            address(&key, home, true, false),
            address(&key, "Harbour Road 5", false, true),
        ]
    } else {
        vec![address(&key, home, true, payment.delivery_allowed)]
    };
    let phone = payment.phone.as_deref().unwrap_or(PHONE);
    let body = JsonObject::new()
        .text(&key("PaymentId"), &payment.id)
        .text(&key("AuthorizationAttemptId"), &attempt.id)
        .objects(&key("Addresses"), addresses)
        .text(&key("EmailAddress"), "johndoe@example.com")
        .text(&key("EmailAddressValidationMethod"), "EmailEnteredTwice")
        .text(&key("EmailAddressValidationStatus"), "Validated")
        .text(&key("PhoneNumber"), phone)
        .text(&key("PhoneNumberValidationMethod"), "SMSChallenge")
        .text(&key("PhoneNumberValidationStatus"), "Validated");
    let url = payment.address_url.as_deref()?;
    Some(context.send(post(gateway, ADDRESS, &payment.reference, url, body)))
}

/// Empty texts stand for what the user has not.
fn address(key: &dyn Fn(&str) -> String, line: &str, billing: bool, delivery: bool) -> JsonObject {
    JsonObject::new()
        .text(&key("FirstName"), "John")
        .text(&key("Surname"), "Doe")
        .text(&key("Attention"), "")
        .text(&key("CompanyName"), "")
        .text(&key("AddressLine1"), line)
        .text(&key("AddressLine2"), "")
        .text(&key("PostalCode"), "3434")
        .text(&key("City"), "Great city")
        .text(&key("CountryCode"), "DK")
        .boolean(&key("IsCustomerOfficialAddress"), billing)
        .boolean(&key("IsBillingAddress"), billing)
        .boolean(&key("IsDeliveryAddress"), delivery)
        .text(&key("AddressValidationMethod"), "DaWa")
        .text(&key("AddressValidationStatus"), "NotValidated")
}

/// Tells that a payment expired, where the PSP wants to hear it.
pub(super) fn failed(gateway: &Gateway, place: usize, context: &mut Context<'_>) {
    let documented = match gateway.config.edition {
        Edition::Founding => KeyCase::Camel,
        Edition::Newest => KeyCase::Pascal,
    };
    let key = |name: &str| gateway.config.key_case.spell(name, documented);
    let Some(payment) = gateway.payments.get(place) else {
        return;
    };
    let body = JsonObject::new()
        .text(&key("Code"), "100")
        .text(&key("Reason"), "Payment expired")
        .text(&key("PaymentId"), &payment.id);
    if let Some(url) = &payment.failed_url {
        context.send(post(gateway, FAILED, &payment.reference, url, body));
    }
}

/// Goes on with the attempt that the callback is about.
pub(super) fn answered(gateway: &mut Gateway, delivery: &Delivery, context: &mut Context<'_>) {
    let waits_for = |payment: &Payment| {
        let attempt = payment.attempts.last();
        attempt.is_some_and(|attempt| attempt.delivery == Some(delivery.id()))
    };
    let Some(place) = gateway.payments.iter().position(waits_for) else {
        return;
    };
    let update = gateway.config.periods.update;
    let Some(payment) = gateway.payments.get_mut(place) else {
        return;
    };
    let Some(attempt) = payment.attempts.last_mut() else {
        return;
    };
    match (attempt.state, delivery.state()) {
        (AttemptState::SendingAddress, DeliveryState::Delivered) => {
            send_card(gateway, place, true, context);
        }
        (AttemptState::SendingToken | AttemptState::SendingCard, DeliveryState::Delivered) => {
            let until = context.now().saturating_add(update);
            attempt.state = AttemptState::Waiting(until);
            context.wake_at(until);
        }
        (AttemptState::SendingToken, DeliveryState::GaveUp) => {
            send_card(gateway, place, false, context);
        }
        (AttemptState::SendingAddress | AttemptState::SendingCard, DeliveryState::GaveUp) => {
            attempt.state = AttemptState::CallbackFailed;
            payment.state = PaymentState::Choosing;
            context.record("callback_failed", &payment.reference, None);
        }
        _ => {}
    }
}
