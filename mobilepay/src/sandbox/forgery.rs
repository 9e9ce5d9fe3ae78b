//! Card callbacks with something wrong about them.

use payments_core::sandbox::{Callback, Context};

use super::callbacks::{Envelope, post};
use super::cipher::{self, Padding};
use super::gateway::Gateway;

/// The label of forged callbacks.
pub(super) const FORGED: &str = "forged";

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What is wrong with a card callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgery {
    /// The ciphertext that was sent about the payment of this reference.
    MovedFrom(String),
    /// A payment that there is not.
    UnknownPayment,
    /// An attempt that there is not.
    UnknownAttempt,
    /// A public key that there is not.
    UnknownKey,
    /// A bit of the ciphertext is another.
    Flipped,
    /// The ciphertext lacks its last byte.
    Short,
    /// The ciphertext is in base64url.
    UrlSafe,
    /// PKCS #1 v1.5 in the place of OAEP.
    Pkcs1,
    /// Well encrypted, but the JSON lacks its last brace, as a sample of the provider's does.
    CutJson,
    /// Well encrypted, but the month is 13.
    Month13,
    /// Well encrypted, but this text.
    Plain(String),
    /// `PaymentId` stands twice, in both spellings.
    KeysTwice,
}

/// Sends it at once about the last attempt. `false` without an attempt, or without a ciphertext to
/// take.
pub(super) fn send(
    gateway: &Gateway,
    reference: &str,
    forgery: &Forgery,
    context: &mut Context<'_>,
) -> bool {
    forge(gateway, reference, forgery, context)
        .map(|callback| context.send(callback.unconditional()))
        .is_some()
}

fn forge(
    gateway: &Gateway,
    reference: &str,
    forgery: &Forgery,
    context: &mut Context<'_>,
) -> Option<Callback> {
    let payment = gateway.payments.get(gateway.place(reference)?)?;
    let attempt = payment.attempts.last()?;
    let url = &payment.allows(attempt.card_type())?.card_url;
    let key = gateway.keys.find(payment.public_key_id)?;
    let mut plain = cipher::plain(
        &attempt.card,
        gateway.config.card_text,
        context.unix_millis(),
    );
    let mut padding = Padding::Oaep;
    match forgery {
        Forgery::Pkcs1 => padding = Padding::Pkcs1,
        Forgery::CutJson => drop(plain.pop()),
        Forgery::Month13 => {
            let mut card = attempt.card.clone();
            card.month = 13;
            plain = cipher::plain(&card, gateway.config.card_text, context.unix_millis());
        }
        Forgery::Plain(text) => plain.clone_from(text),
        _ => {}
    }
    let mut bytes = cipher::encrypt(key, padding, &plain, context.random())?;
    match forgery {
        Forgery::Flipped => {
            if let Some(byte) = bytes.last_mut() {
                *byte ^= 1;
            }
        }
        Forgery::Short => drop(bytes.pop()),
        _ => {}
    }
    let encrypted = match forgery {
        Forgery::UrlSafe => cipher::url_safe(&bytes),
        Forgery::MovedFrom(other) => {
            let other = gateway.payments.get(gateway.place(other)?)?;
            let sent = other.attempts.iter().rev();
            sent.filter_map(|attempt| attempt.encrypted.clone())
                .next()?
        }
        _ => cipher::text(&bytes),
    };
    let mut envelope = Envelope::of(payment, attempt, &encrypted);
    match forgery {
        Forgery::UnknownPayment => envelope.payment_id = NOBODY,
        Forgery::UnknownAttempt => envelope.attempt_id = NOBODY,
        Forgery::UnknownKey => envelope.key_id = -1,
        _ => {}
    }
    let body = envelope.body(gateway);
    let body = match forgery {
        Forgery::KeysTwice => body
            .text("PaymentId", &payment.id)
            .text("paymentId", &payment.id),
        _ => body,
    };
    Some(post(gateway, FORGED, &payment.reference, url, body))
}
