//! How the shop hears of a payment: by the buyer's browser, and by notification where that is on.

use std::time::Duration;

use payments_core::sandbox::{Callback, CallbackAnswer, Context, RetryRules, encode_form};

use super::gateway::Gateway;
use super::hashes::{hex_of, return_hash};
use super::records::{Outcome, Payment};

/// The label of a genuine return.
pub(super) const RETURN: &str = "return";
/// The label of a forged one.
pub(super) const FORGED: &str = "forged";
/// The label of a notification.
pub(super) const NOTIFICATION: &str = "notification";

/// A notification is sent three times in all; the pages say nothing of when.
const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_secs(60);

/// The fields of a return, in order.
pub(super) type Form = Vec<(String, String)>;

/// What is wrong with a forged return.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgery {
    /// The hash is of another `CodeForHash`, and says that the payment succeeded.
    WrongHash,
    /// The hash is 64 characters of nothing.
    Garbage,
    /// The hash is of this other payment, and says that it succeeded.
    OfPayment(String),
    /// The hash is of the `CodeForHash` in lower case, which is not the provider's rule.
    LowerCaseCode,
    /// The hash is genuine, in upper case.
    UpperCaseHash,
    /// This field, of the five, is not there.
    Without(String),
    /// This field stands twice, the second time with this value.
    Doubled(String, String),
    /// This field has another value; where it is not the hash, the hash stays genuine.
    Changed(String, String),
}

/// The fields of the genuine return. `None` where there is none: undecided, suppressed, or a page
/// without 3-D step that sends nobody back.
pub(super) fn genuine(gateway: &Gateway, payment: &Payment) -> Option<Form> {
    let outcome = payment.outcome?;
    let sent = payment.three_d || gateway.config.direct_return;
    (sent && !gateway.suppress_returns).then(|| fields(payment, outcome))
}

/// What is sent again by hand, suppressed or not.
pub(super) fn last(payment: &Payment) -> Option<Form> {
    payment.outcome.map(|outcome| fields(payment, outcome))
}

fn fields(payment: &Payment, outcome: Outcome) -> Form {
    let (code, message) = match outcome.bank {
        Some(bank) if payment.english => (bank.code, bank.english),
        Some(bank) => (bank.code, bank.turkish),
        None => ("", ""),
    };
    let hash = return_hash(&payment.code_for_hash, outcome.success);
    [
        ("hashValue", hash.as_str()),
        ("resultCode", code),
        ("resultMessage", message),
        ("trxCode", &payment.virtual_pos_order_id),
        ("OtherTrxCode", &payment.other_trx_code),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// A return with something wrong about it. An undecided payment is made to look like a success.
pub(super) fn forged(gateway: &Gateway, payment: &Payment, forgery: &Forgery) -> Option<Form> {
    let assumed = Outcome {
        success: true,
        bank: None,
    };
    let mut form = fields(payment, payment.outcome.unwrap_or(assumed));
    match forgery {
        Forgery::WrongHash => set(
            &mut form,
            "hashValue",
            return_hash("00000000-0000-4000-8000-000000000000", true),
        ),
        Forgery::Garbage => set(&mut form, "hashValue", "0123456789abcdef".repeat(4)),
        Forgery::OfPayment(other) => {
            let other = gateway.payments.get(gateway.place(other)?)?;
            set(
                &mut form,
                "hashValue",
                return_hash(&other.code_for_hash, true),
            );
        }
        Forgery::LowerCaseCode => {
            let code = payment.code_for_hash.to_lowercase();
            set(&mut form, "hashValue", hex_of(&format!("{code}T")));
        }
        Forgery::UpperCaseHash => {
            let success = payment.outcome.unwrap_or(assumed).success;
            let hash = return_hash(&payment.code_for_hash, success);
            set(&mut form, "hashValue", hash.to_uppercase());
        }
        Forgery::Without(name) => form.retain(|(candidate, _)| candidate != name),
        Forgery::Doubled(name, value) => form.push((name.clone(), value.clone())),
        Forgery::Changed(name, value) => set(&mut form, name, value.clone()),
    }
    Some(form)
}

fn set(form: &mut Form, name: &str, value: String) {
    for field in form.iter_mut().filter(|(candidate, _)| candidate == name) {
        field.1.clone_from(&value);
    }
}

/// What the buyer's browser posts to the shop; a browser tries once and takes any answer.
pub(super) fn post(label: &str, payment: &Payment, form: &Form) -> Callback {
    let rules = RetryRules::accept(200..=399);
    body(
        Callback::post(label, &payment.other_trx_code, &payment.redirect_url, rules),
        form,
    )
}

fn body(callback: Callback, form: &Form) -> Callback {
    let pairs: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    callback.content("application/x-www-form-urlencoded", encode_form(&pairs))
}

/// Reports a decided payment, where that is on.
pub(super) fn notify(gateway: &Gateway, place: usize, context: &mut Context<'_>) {
    let Some(url) = &gateway.config.notification else {
        return;
    };
    let payment = gateway.payments.get(place);
    if let Some((payment, form)) = payment.and_then(|payment| Some((payment, last(payment)?))) {
        let rules = RetryRules::accept(200..=200);
        let callback = Callback::post(NOTIFICATION, &payment.other_trx_code, url, rules);
        context.send(body(callback, &form));
    }
}

/// Sends what was not acknowledged and is due.
pub(super) fn notify_again(gateway: &mut Gateway, context: &mut Context<'_>) {
    let now = context.now();
    let (due, later) = gateway
        .unacknowledged
        .iter()
        .partition(|(moment, _)| *moment <= now);
    let due: Vec<(Duration, usize)> = due;
    gateway.unacknowledged = later;
    for (_, place) in due {
        notify(gateway, place, context);
    }
}

/// Hears the answer to a notification: `OK` as the body, or it is sent again.
pub(super) fn answered(gateway: &mut Gateway, answer: &CallbackAnswer, context: &mut Context<'_>) {
    let delivery = answer.delivery();
    let received = answer.status() == Some(200) && answer.body() == b"OK";
    if delivery.label() != NOTIFICATION || received {
        return;
    }
    let Some(place) = gateway.place(delivery.reference()) else {
        return;
    };
    let Some(payment) = gateway.payments.get_mut(place) else {
        return;
    };
    payment.notified = payment.notified.saturating_add(1);
    if payment.notified < ATTEMPTS {
        let moment = context.now().saturating_add(PAUSE);
        gateway.unacknowledged.push((moment, place));
        context.wake_at(moment);
    }
}
