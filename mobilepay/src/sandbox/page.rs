//! The landing page: phone number, the app's choice, and the message to the page around the frame.

use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::cards::Card;
use super::edition::Edition;
use super::gateway::Gateway;
use super::records::{AttemptState, Payment, PaymentState};
use super::user;
use super::words::{DANISH, ENGLISH, FINNISH, Words};

/// Where it is.
pub(super) const PATH: &str = "/remote-website/index.html";
/// Where the PSP sends the user after its 3-D page.
pub(super) const DONE_PATH: &str = "/remote-website/apppages/done3ds.html";

/// Tells the page around the frame how it ended, just before going on.
const SCRIPT: &str = "const{message,next}=document.currentScript.dataset;\
if(window.parent!==window)window.parent.postMessage(message,'*');\
window.location.replace(next);";

pub(super) fn url(base_url: &str, payment_id: &str) -> String {
    format!("{base_url}{PATH}?page=request&id={payment_id}&version=2")
}

/// The end of a 3-D page in the app's web view.
pub(super) fn done() -> Reply {
    Page::new(ENGLISH.lang, ENGLISH.title)
        .paragraph(ENGLISH.waiting)
        .reply(200)
}

pub(super) fn serve(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    let query = Fields::parse(request.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let place = gateway.place_of_id(query.value("id").unwrap_or_default());
    let Some(place) = place.filter(|_| query.value("page") == Some("request")) else {
        return Page::new(ENGLISH.lang, "No such payment").reply(404);
    };
    gateway.concerns(query.value("id").unwrap_or_default(), context);
    match request.method() {
        "GET" => {}
        "POST" => {
            let fields = Fields::parse(request.bytes()).unwrap_or_default();
            act(gateway, place, &fields, context);
        }
        _ => {
            return Page::new(ENGLISH.lang, "Not here")
                .reply(405)
                .header("allow", "GET, POST");
        }
    }
    let Some(payment) = gateway.payments.get(place) else {
        return Page::new(ENGLISH.lang, "No such payment").reply(404);
    };
    show(gateway, payment, query.value("alias").unwrap_or_default())
}

/// A step that does not fit where the payment stands changes nothing.
fn act(gateway: &mut Gateway, place: usize, fields: &Fields, context: &mut Context<'_>) {
    let value = |name| fields.value(name).unwrap_or_default();
    let _changed = match value("step") {
        "phone" => {
            let phone = international(value("phone"));
            !phone.is_empty() && user::enter_phone(gateway, place, &phone)
        }
        "accept" => Card::test(value("card"))
            .is_some_and(|card| user::accept(gateway, place, card, context)),
        "reject" => user::end(gateway, place, PaymentState::Rejected, context),
        "back" => user::end(gateway, place, PaymentState::Cancelled, context),
        "expire" => user::expire(gateway, place, context),
        _ => false,
    };
}

/// `0045…`, `+45…` or a Danish number without its country; blanks are left out.
fn international(text: &str) -> String {
    let digits: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    match (digits.strip_prefix("00"), digits.starts_with('+')) {
        (Some(rest), _) => format!("+{rest}"),
        (None, true) => digits,
        (None, false) if digits.is_empty() => digits,
        (None, false) => format!("+45{digits}"),
    }
}

/// By the payment's language, then by the merchant's country.
fn words(gateway: &Gateway, payment: &Payment) -> &'static Words {
    let mut merchants = gateway.merchants.iter();
    let merchant = merchants.find(|one| one.id == payment.merchant_id);
    let country = merchant.map_or("", |merchant| merchant.country_code.as_str());
    match payment.language.as_deref().unwrap_or(country) {
        "DA" | "DK" => &DANISH,
        "FI" => &FINNISH,
        _ => &ENGLISH,
    }
}

fn show(gateway: &Gateway, payment: &Payment, alias: &str) -> Reply {
    let words = words(gateway, payment);
    let path = url("", &payment.id);
    let amount = crowns(payment.amount, payment.currency);
    let page = Page::new(words.lang, words.title)
        .amount(words.amount, &amount)
        .facts(&[
            (words.merchant, &payment.merchant_name),
            (words.order, &payment.order_id),
        ]);
    let choice = |step: &str, label: &str| Form::post(&path, label).hidden("step", step);
    match payment.state {
        PaymentState::Open => page
            .form(choice("phone", words.next).phone(words.phone, "phone", &international(alias)))
            .form(choice("back", words.back).second())
            .aside(words.sandbox, [choice("expire", words.expire).second()])
            .reply(200),
        PaymentState::Choosing => {
            let page = if payment.attempts.is_empty() {
                page
            } else {
                page.alert(words.again)
            };
            let cards = user::cards(payment).into_iter();
            let page = cards.fold(page, |page, card| {
                let label = format!("{} {} …{}", words.accept, card.card_type, card.last(4));
                page.form(choice("accept", &label).hidden("card", &card.card_type))
            });
            page.form(choice("reject", words.reject).second())
                .form(choice("back", words.back).second())
                .aside(words.sandbox, [choice("expire", words.expire).second()])
                .reply(200)
        }
        PaymentState::Attempting => {
            let attempt = payment.attempts.last();
            let step_up = attempt.filter(|attempt| attempt.state == AttemptState::StepUp);
            let page = match step_up.and_then(|attempt| attempt.three_d_secure_url.as_deref()) {
                Some(url) => page.status(words.step_up).link(url, words.step_up),
                None => page.status(words.waiting).reload_after(2),
            };
            page.link(&path, words.reload)
                .form(choice("back", words.back).second())
                .reply(200)
        }
        PaymentState::Authorized
        | PaymentState::Rejected
        | PaymentState::Cancelled
        | PaymentState::Expired
        | PaymentState::Invalidated => {
            let message = message(gateway, payment).unwrap_or_default();
            page.status(words.over)
                .link(&payment.redirect_url, words.back)
                .script(
                    SCRIPT,
                    &[("message", &message), ("next", &payment.redirect_url)],
                )
                .reply(200)
        }
    }
}

/// Minor units as people read them.
fn crowns(amount: i64, currency: &str) -> String {
    let digits = format!("{amount:03}");
    let place = digits.len().saturating_sub(2);
    let (whole, cents) = digits.split_at_checked(place).unwrap_or((&digits, ""));
    format!("{whole}.{cents} {currency}")
}

/// The message to the page around the frame, when the payment has ended.
pub(super) fn message(gateway: &Gateway, payment: &Payment) -> Option<String> {
    let founding = gateway.config.edition == Edition::Founding;
    let failed = payment.attempts.last().is_some_and(|attempt| {
        matches!(
            attempt.state,
            AttemptState::Failed(_) | AttemptState::TimedOut
        )
    });
    let (code, text) = match payment.state {
        PaymentState::Open | PaymentState::Choosing | PaymentState::Attempting => return None,
        PaymentState::Authorized => (0, "Completed"),
        // Given up after a failed attempt: a code of its own until 2021.
        PaymentState::Rejected | PaymentState::Cancelled if founding && failed => (2, "Failed"),
        PaymentState::Rejected => (1, "Rejected"),
        PaymentState::Expired => (3, "Expired"),
        PaymentState::Cancelled => (4, "Cancelled"),
        PaymentState::Invalidated if founding => (9, "Other"),
        PaymentState::Invalidated => (4, "Cancelled"),
    };
    let text = if founding {
        text.to_owned()
    } else {
        text.to_lowercase()
    };
    Some(format!("mobilepay:rc={code}&message={text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_phone_numbers() {
        for text in ["+45 12 34 56 78", "004512345678", "12345678"] {
            assert_eq!(international(text), "+4512345678");
        }
        assert_eq!(international(" "), "");
    }

    #[test]
    fn writes_amounts() {
        assert_eq!(crowns(5, "DKK"), "0.05 DKK");
        assert_eq!(crowns(123_456, "EUR"), "1234.56 EUR");
    }
}
