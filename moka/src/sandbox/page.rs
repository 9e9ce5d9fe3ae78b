//! The page on which the buyer gives a card: card form, 3-D step, and the way back.

use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::cards::{CardForm, TEST_CARDS, is_test_card};
use super::codes::bank_code;
use super::gateway::Gateway;
use super::records::{Payment, PaymentState};
use super::returns;
use super::words::{ENGLISH, TURKISH, Words};

/// Below this is one page for each request.
pub(super) const PATH: &str = "/commonpaymentpage/";

/// What the 3-D step takes.
const THREE_D_CODE: &str = "123456";

/// Shows where the payment stands on GET; takes a card or the 3-D code on POST.
pub(super) fn serve(
    gateway: &mut Gateway,
    page_id: &str,
    request: &Request,
    context: &mut Context<'_>,
) -> Reply {
    let place = gateway
        .payments
        .iter()
        .position(|payment| payment.page_id == page_id);
    let Some(place) = place else {
        return Page::new("tr", TURKISH.none)
            .paragraph(ENGLISH.none)
            .reply(404);
    };
    if let Some(payment) = gateway.payments.get(place) {
        context.concerns(&payment.other_trx_code);
    }
    match request.method() {
        "GET" => show(gateway, place, request.path(), None),
        "POST" => {
            let fields = Fields::parse(request.bytes()).unwrap_or_default();
            let problem = act(gateway, place, &fields, context);
            show(gateway, place, request.path(), problem)
        }
        _ => Page::new("tr", TURKISH.none)
            .reply(405)
            .header("allow", "GET, POST"),
    }
}

/// Whether a request holds no card but a test card.
pub(super) fn may_rest(request: &Request) -> bool {
    if !request.path().starts_with(PATH) || request.bytes().is_empty() {
        return true;
    }
    let fields = Fields::parse(request.bytes()).unwrap_or_default();
    match fields.value("cardNumber") {
        Some(number) => is_test_card(number),
        None => fields.value("step").is_some(),
    }
}

/// A step that does not fit where the payment stands changes nothing.
fn act(
    gateway: &mut Gateway,
    place: usize,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<fn(&Words) -> &'static str> {
    let payment = gateway.payments.get(place)?;
    let value = |name| fields.value(name).unwrap_or_default();
    match (payment.state, value("step")) {
        (PaymentState::Open, "card") => {
            let form = CardForm {
                holder: value("cardHolder"),
                number: value("cardNumber"),
                exp_month: value("expMonth"),
                exp_year: value("expYear"),
                cvc: value("cvc"),
                keep: payment.tokenized == 1 || value("keepCard") == "1",
            };
            match form.read(&payment.other_trx_code) {
                Some(card) => gateway.take_card(place, card, context),
                None => return Some(|words| words.not_a_test_card),
            }
        }
        (PaymentState::Waiting, "three-d") if value("code") == THREE_D_CODE => {
            gateway.decide(place, None, context);
        }
        (PaymentState::Waiting, "three-d" | "cancel") => {
            gateway.decide(place, bank_code("001"), context);
        }
        _ => {}
    }
    None
}

fn show(
    gateway: &Gateway,
    place: usize,
    path: &str,
    problem: Option<fn(&Words) -> &'static str>,
) -> Reply {
    let Some(payment) = gateway.payments.get(place) else {
        return Page::new("tr", TURKISH.none).reply(404);
    };
    let words = if payment.english { ENGLISH } else { TURKISH };
    let page = match payment.state {
        PaymentState::Waiting => Page::new(words.lang, words.three_d),
        _ => Page::new(words.lang, words.title),
    };
    let page = facts(page, payment, &words);
    let page = match problem {
        Some(problem) => page.alert(problem(&words)),
        None => page,
    };
    match payment.state {
        PaymentState::Open => page
            .paragraph(words.test_cards)
            .paragraph(&TEST_CARDS.join(", "))
            .form(card_form(payment, path, &words)),
        PaymentState::Waiting => page
            .paragraph(words.three_d_hint)
            .form(
                Form::post(path, words.confirm)
                    .hidden("step", "three-d")
                    .digits(words.three_d_code, "code", ""),
            )
            .form(
                Form::post(path, words.cancel)
                    .second()
                    .hidden("step", "cancel"),
            ),
        PaymentState::Abandoned => page.status(words.gone),
        PaymentState::Failed
        | PaymentState::Authorised
        | PaymentState::Paid
        | PaymentState::Voided
        | PaymentState::Refunded => ended(page, gateway, payment, &words),
    }
    .reply(200)
}

fn facts(page: Page, payment: &Payment, words: &Words) -> Page {
    let amount = format!("{} {}", payment.amount, payment.currency);
    let installments = payment.installments.max(1).to_string();
    let kind = if payment.pre_auth {
        words.pre_auth
    } else {
        words.sale
    };
    page.amount(words.amount, &amount).facts(&[
        (words.merchant_code, &payment.other_trx_code),
        (words.description, &payment.description),
        (words.installments, &installments),
        (words.kind, kind),
    ])
}

fn card_form(payment: &Payment, path: &str, words: &Words) -> Form {
    let form = Form::post(path, words.pay)
        .hidden("step", "card")
        .input(words.holder, "cardHolder", "")
        .digits(words.number, "cardNumber", "")
        .digits(words.month, "expMonth", "")
        .digits(words.year, "expYear", "")
        .digits(words.cvc, "cvc", "");
    if payment.tokenized == 2 {
        form.tick(words.keep, "keepCard", "1")
    } else {
        form
    }
}

/// The end, with a form that sends the buyer's browser back by POST, as the provider does. In the
/// frame of the shop, or over the whole of it.
fn ended(page: Page, gateway: &Gateway, payment: &Payment, words: &Words) -> Page {
    let paid = payment.outcome.is_some_and(|outcome| outcome.success);
    let page = page.status(if paid { words.paid } else { words.failed });
    let Some(fields) = returns::genuine(gateway, payment) else {
        return page.paragraph(words.stays);
    };
    let mut form = Form::post(&payment.redirect_url, words.back);
    if payment.iframe && !payment.in_frame {
        form = form.target("_top");
    }
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.hidden(name, value));
    page.form(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_card_of_anybodys_may_rest() {
        let check = |path: &str, body: &str, expect: bool| {
            let request = Request::new("POST", path).body(body.to_owned());
            assert_eq!(may_rest(&request), expect, "{body}");
        };
        let page = "/commonpaymentpage/1";
        check(
            page,
            "step=card&cardNumber=5127+5411+2222+3332&cvc=000",
            true,
        );
        check(page, "step=card&cardNumber=4111111111111111&cvc=000", false);
        check(page, "cardNumber=%zz&step=card&x=4111111111111111", false);
        check(page, "step=three-d&code=123456", true);
        check("/PaymentDealer/DoVoid", "{}", true);
    }
}
