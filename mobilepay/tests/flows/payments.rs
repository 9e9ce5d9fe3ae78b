//! Payments from the start to the last refund.

use payments_mobilepay::codes::FrameEnd;
use payments_mobilepay::codes::{CardType, ReasonCode};
use payments_mobilepay::ext::Timing;
use payments_mobilepay::ext::frame::{Message, Prefix, embed, with_phone};
use payments_mobilepay::sandbox::{AttemptState, Card, Config, Edition, PaymentState};
use payments_mobilepay::{Link, types::InitiatePayment};

use super::psp::{Psp, cancel, capture, code, refund, said_by_acquirer};

async fn whole(config: Config, timing: Timing) {
    let psp = Psp::with(config, timing, |builder| builder).await;
    let attempt = psp.accepted("R-1").await;
    {
        let kept = psp.kept.lock().unwrap();
        let card = kept.first().unwrap();
        assert_eq!(card.number().last_four().len(), 4);
        assert!((1..=12).contains(&card.expiry().month()));
        assert!(card.expiry().year() > 2020);
    }
    assert_eq!(psp.cards.unreported().list().len(), 1);
    psp.succeed(&attempt).await.unwrap();
    let payment = attempt.payment_id();
    psp.client
        .capture(capture(payment, "CAP-1", 200))
        .await
        .unwrap();
    psp.client
        .capture(capture(payment, "CAP-2", 95))
        .await
        .unwrap();
    psp.client
        .cancel(cancel(payment, "CAN-1", 200))
        .await
        .unwrap();
    psp.client
        .refund(refund(payment, "REF-1", 100))
        .await
        .unwrap();
    psp.client
        .refund(refund(payment, "REF-2", 195))
        .await
        .unwrap();
    let seen = psp.control().payment("R-1").unwrap();
    assert_eq!(seen.state(), PaymentState::Authorized);
    assert_eq!(
        (seen.captured(), seen.cancelled(), seen.refunded()),
        (295, 200, 295)
    );
    let ledger = [
        "payment",
        "attempt",
        "authorization",
        "capture",
        "cancel",
        "refund",
    ];
    let counts = ledger.map(|kind| psp.count(kind, "R-1"));
    assert_eq!(counts, [1, 1, 1, 2, 1, 2]);
    let more = psp.client.refund(refund(payment, "REF-3", 1)).await;
    assert_eq!(
        code(more),
        ("unknown", Some("sandbox.amount-exceeded".to_owned()))
    );
}

#[tokio::test]
async fn a_payment_is_captured_cancelled_and_refunded_in_parts() {
    whole(Config::new(), Timing::SHORTEST).await;
    // The README of 2020: another name of the link, text in the card, no card type, other times.
    whole(
        Config::new().edition(Edition::Founding),
        Timing::README_2020,
    )
    .await;
}

#[tokio::test]
async fn a_rejected_card_leads_to_a_second_attempt() {
    let psp = Psp::open().await;
    psp.begin(psp.payment("R-1")).await.unwrap();
    let visa = Card::test("VISA-DEBIT").unwrap();
    psp.control().accept_with("R-1", visa).unwrap();
    psp.settle().await;
    let first = psp.kept.lock().unwrap().last().unwrap().subject().clone();
    let no = first.authorize_failed(ReasonCode::InsufficientFunds, "no funds");
    let no = said_by_acquirer(no).build();
    psp.client.update_attempt(no.unwrap()).await.unwrap();
    psp.cards.unreported().close(&first);
    let second = psp.accept_again("R-1").await;
    assert_eq!(second.payment_id(), first.payment_id());
    assert_ne!(second.attempt_id(), first.attempt_id());
    psp.succeed(&second).await.unwrap();
    let seen = psp.control().payment("R-1").unwrap();
    let states: Vec<AttemptState> = seen.attempts().iter().map(|one| one.state()).collect();
    assert_eq!(
        states,
        [AttemptState::Failed(1001), AttemptState::Succeeded]
    );
    assert_eq!(psp.kept.lock().unwrap().len(), 2);
    // What is decided stays decided.
    let late = psp
        .client
        .update_attempt(first.authorize_succeeded().unwrap())
        .await;
    assert_eq!(
        code(late),
        ("unknown", Some("sandbox.payment-decided".to_owned()))
    );
}

#[tokio::test]
async fn a_step_up_ends_in_a_success_or_not() {
    let psp = Psp::open().await;
    let page = "https://psp.example/3ds/1";
    for (reference, ends_well) in [("R-1", true), ("R-2", false)] {
        let attempt = psp.accepted(reference).await;
        let step_up = attempt.authorize_failed(ReasonCode::StepUp, "3-D Secure");
        let step_up = said_by_acquirer(step_up.three_d_secure_url(page)).build();
        psp.client.update_attempt(step_up.unwrap()).await.unwrap();
        let seen = psp.control().payment(reference).unwrap();
        let one = seen.attempts().last().unwrap();
        assert_eq!(one.three_d_secure_url(), Some(page));
        // Nothing is due at MobilePay while the payer is on the page.
        psp.control().advance(std::time::Duration::from_secs(120));
        let done = attempt
            .authorize_failed(ReasonCode::StepUpDone, "done")
            .build()
            .unwrap();
        psp.client.update_attempt(done).await.unwrap();
        let end = match ends_well {
            true => attempt.authorize_succeeded(),
            false => {
                said_by_acquirer(attempt.authorize_failed(ReasonCode::Rejected, "failed")).build()
            }
        };
        psp.client.update_attempt(end.unwrap()).await.unwrap();
        assert_eq!(
            psp.count("authorization", reference),
            usize::from(ends_well)
        );
    }
}

#[tokio::test]
async fn the_page_is_embedded_and_says_how_it_ended() {
    let psp = Psp::open().await;
    let reply = psp
        .client
        .initiate_payment(psp.payment("R-1"))
        .await
        .unwrap();
    let app: Link = reply
        .redirect_to_mobile_pay_app_url
        .as_deref()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(app.scheme(), "vipps");
    let page: Link = reply
        .redirect_to_mobile_pay_url
        .as_deref()
        .unwrap()
        .parse()
        .unwrap();
    assert!(embed(&page).unwrap().contains("&amp;id="));
    assert!(with_phone(page, "+4512345678", Prefix::Zeros).is_ok());
    assert_eq!(psp.control().page_message("R-1"), None);
    psp.control().reject("R-1").unwrap();
    psp.settle().await;
    let message = psp.control().page_message("R-1").unwrap();
    assert_eq!(Message::parse(&message).unwrap().end, FrameEnd::Rejected);
    // No callback tells of a rejection.
    assert_eq!(format!("{:?}", psp.inbox), "Inbox(0 rows, 0 dead)");
}

#[tokio::test]
async fn a_token_comes_before_a_card() {
    let psp = Psp::open().await;
    let payment = |reference: &str, minor: i64| -> InitiatePayment {
        InitiatePayment::builder()
            .merchant_id(Config::MERCHANT_ID)
            .merchant_name("Shop")
            .merchant_logo_url("https://no-logo.png")
            .merchant_order_id(reference)
            .merchant_url("https://shop.example")
            .psp_reference_id(reference)
            .amount(super::psp::dkk(minor))
            .allowed_card_types(vec![
                psp.card_type("VISA-CREDIT", true),
                psp.card_type("MC-DEBIT", true),
            ])
            .public_key_id(i64::from(Config::FIRST_KEY_ID))
            .redirect_from_mobile_pay_url("https://shop.example/return")
            .build()
            .unwrap()
    };
    for (reference, name, minor) in [("R-1", "VISA-CREDIT", 4200), ("R-2", "MC-DEBIT", 4300)] {
        psp.begin(payment(reference, minor)).await.unwrap();
        psp.control()
            .accept_with(reference, Card::test(name).unwrap())
            .unwrap();
        psp.settle().await;
        let attempt = {
            let tokens = psp.tokens.lock().unwrap();
            let token = tokens.last().unwrap();
            assert_eq!(token.claims().card_type, CardType::from(name));
            let data = &token.claims().token_data;
            assert_eq!(data.token_info.is_some(), reference == "R-1");
            assert_eq!(data.token.is_some(), reference == "R-2");
            token.subject().clone()
        };
        psp.succeed(&attempt).await.unwrap();
        assert_eq!(psp.count("authorization", reference), 1);
    }
    // This amount has no token: the card comes.
    psp.begin(payment("R-3", 3100)).await.unwrap();
    psp.accept_again("R-3").await;
    assert_eq!(psp.tokens.lock().unwrap().len(), 2);
}
