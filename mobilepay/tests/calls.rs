//! Calls over a scripted transport: what authorizes them, how long they are tried, and what refusals
//! without a documented code mean.
#![cfg(all(feature = "client", feature = "blocking"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::time::Duration;

use payments_mobilepay::codes::{CardType, ErrorCode};
use payments_mobilepay::payments_core::client::Provider;
use payments_mobilepay::payments_core::clock::Clock;
use payments_mobilepay::payments_core::error::Meaning;
use payments_mobilepay::payments_core::testing::{Act, FixedClock, ScriptedTransport};
use payments_mobilepay::types::{
    AllowedCardType, Capture, CreateMerchant, DeleteMerchant, InitiatePayment, ListMerchants,
};
use payments_mobilepay::{
    Client, Currency, Error, Mobilepay, Money, MoneyMoved, Test, TestCredentials,
};

const SECRET: &str = "secret-that-nobody-may-see";

struct Desk {
    client: Client,
    transport: ScriptedTransport,
    clock: FixedClock,
}

fn desk(acts: impl IntoIterator<Item = Act>) -> Desk {
    let (transport, clock) = (ScriptedTransport::new(acts), FixedClock::new());
    let credentials = TestCredentials::new("psp-client", SECRET).unwrap();
    let client = Client::builder(Test::new(), credentials)
        .transport(Arc::new(transport.clone()))
        .clock(Arc::new(clock.clone()))
        .build()
        .unwrap();
    Desk {
        client,
        transport,
        clock,
    }
}

fn capture() -> Capture {
    Capture::builder()
        .payment_id("p")
        .capture_identifier("CAP-1")
        .amount(Money::from_minor(495, Currency::DKK))
        .timestamp("2026-11-01T12:00:00Z")
        .build()
        .unwrap()
}

fn initiate(psp_reference: &str, minor: i64) -> InitiatePayment {
    let card = AllowedCardType::builder()
        .name(CardType::Dankort)
        .encrypted_pan_callback_url("https://psp.example/card")
        .build()
        .unwrap();
    InitiatePayment::builder()
        .merchant_id("m")
        .merchant_name("Shop")
        .merchant_logo_url("https://no-logo.png")
        .merchant_order_id("ORDER-1001")
        .merchant_url("https://shop.example")
        .psp_reference_id(psp_reference)
        .amount(Money::from_minor(minor, Currency::DKK))
        .allowed_card_types(vec![card])
        .public_key_id(263_012)
        .redirect_from_mobile_pay_url("https://shop.example/return")
        .build()
        .unwrap()
}

/// Variant, code and meaning of an error.
fn told<T>(result: Result<T, Error>) -> String {
    let (kind, refused) = match &result {
        Ok(_) => return "ok".to_owned(),
        Err(Error::Refused(refused)) => ("refused", Some(&**refused)),
        Err(Error::Unknown(unknown)) => ("unknown", unknown.refused()),
        Err(Error::Malformed(_)) => ("malformed", None),
        Err(Error::NotSent(_)) => ("not sent", None),
        Err(_) => ("other", None),
    };
    let Some(refused) = refused else {
        return kind.to_owned();
    };
    let (code, text) = (refused.code(), refused.text());
    let id = refused.request_id();
    format!("{kind} {code:?} {text:?} {id:?}")
}

#[tokio::test]
async fn requests_carry_both_credentials_and_an_id_of_their_own() {
    let taken = r#"{"captureId":"c"}"#;
    let desk = desk([Act::status(503, ""), Act::json(taken)]);
    desk.client.capture(capture()).await.unwrap();
    let seen = desk.transport.seen();
    let [first, second] = seen.as_slice() else {
        unreachable!("one repeat");
    };
    let base = "https://api.sandbox.mobilepay.dk/cardpassthrough-restapi";
    let path = format!("{base}/api/v1/payments/p/captures");
    assert_eq!(first.uri().to_string(), path);
    assert_eq!(first.body(), second.body());
    let body = r#"{"captureIdentifier":"CAP-1","amount":495,"timestamp":"2026-11-01T12:00:00Z"}"#;
    assert_eq!(first.body(), body);
    for request in [first, second] {
        assert_eq!(request.headers()["x-ibm-client-id"], "psp-client");
        assert_eq!(request.headers()["x-ibm-client-secret"], SECRET);
        assert_eq!(request.headers()["content-type"], "application/json");
        assert!(request.headers().get("authorization").is_none());
        assert_eq!(request.headers()["correlationid"].len(), 36);
    }
    // One call, one id, repeats included.
    let id = |request: usize| seen[request].headers()["correlationid"].clone();
    assert_eq!(id(0), id(1));
    desk.transport.then(Act::json(taken));
    desk.client.capture(capture()).await.unwrap();
    let third = desk.transport.seen()[2].headers()["correlationid"].clone();
    assert_ne!(id(0), third);
    assert!(!format!("{first:?}").contains(SECRET));
}

#[tokio::test]
async fn repeats_are_a_second_apart_and_two_at_most() {
    let acts = (0..9).map(|_| Act::Cut);
    let desk = desk(acts);
    let found = told(desk.client.capture(capture()).await);
    assert_eq!(found, "unknown");
    assert_eq!(desk.transport.seen().len(), 3);
    assert!(desk.clock.monotonic() >= Duration::from_secs(2));
    let two = Duration::from_secs(2);
    assert_eq!(Mobilepay::timeouts(), (two, two, two));
}

#[tokio::test]
async fn merchants_are_created_and_deleted_once() {
    let create = CreateMerchant::builder()
        .external_id("shop-1")
        .merchant_category_code(5732)
        .name("Shop")
        .billing_currency("DKK")
        .country_code("DK")
        .vat_number("12345678")
        .build()
        .unwrap();
    let delete = DeleteMerchant::builder().merchant_id("m").build().unwrap();
    let cut = desk([Act::Cut, Act::Cut]);
    assert_eq!(told(cut.client.create_merchant(create).await), "unknown");
    assert_eq!(told(cut.client.delete_merchant(delete).await), "unknown");
    assert_eq!(cut.transport.seen().len(), 2);
    let list = || ListMerchants::builder().build().unwrap();
    let busy = desk([Act::Cut, Act::json(r#"{"merchants":null}"#)]);
    let merchants = busy.client.list_merchants(list()).await.unwrap();
    assert!(merchants.merchants.is_none());
    assert_eq!(busy.transport.seen().len(), 2);
}

#[tokio::test]
async fn a_409_is_never_lost() {
    let check = async |status: u16, body: &'static str, expect: &str| {
        let desk = desk([Act::status(status, body)]);
        let found = told(desk.client.capture(capture()).await);
        assert_eq!(found, expect, "{status} {body}");
        assert_eq!(desk.transport.seen().len(), 1, "no repeat of {status}");
    };
    let documented = r#"{"code":"2020","message":"Some description","correlationId":"8d72ece4"}"#;
    let expect = r#"refused Some("2020") Some("Some description") Some("8d72ece4")"#;
    check(409, documented, expect).await;
    let number = r#"{"code":2020}"#;
    check(409, number, r#"refused Some("2020") None None"#).await;
    // Codes that are not documented leave it open, as does no code at all.
    let other = r#"{"code":"4711","message":"no"}"#;
    check(409, other, r#"unknown Some("4711") Some("no") None"#).await;
    check(409, "", "unknown None None None").await;
    check(409, "<html>", "unknown None None None").await;
    let problem = r#"{"type":"about:blank","title":"Conflict","status":409,"detail":"late"}"#;
    check(409, problem, r#"unknown None Some("late") None"#).await;
    let problem = r#"{"title":"One or more validation errors","status":400}"#;
    let expect = r#"refused None Some("One or more validation errors") None"#;
    check(400, problem, expect).await;
    check(404, problem, expect).await;
    check(400, "", "unknown").await;
    check(401, problem, "unknown").await;
    check(403, "", "unknown").await;
    check(302, "", "unknown").await;
}

#[tokio::test]
async fn money_may_have_moved_unless_a_code_says_no() {
    let error = |body: &'static str| async move {
        let desk = desk([Act::status(409, body)]);
        desk.client.capture(capture()).await.err().unwrap()
    };
    let declined = error(r#"{"code":"2020"}"#).await;
    assert_eq!(declined.money_moved(), MoneyMoved::No);
    assert_eq!(error("").await.money_moved(), MoneyMoved::Maybe);
    assert_eq!(ErrorCode::from("2020").meaning(), Meaning::Misuse);
    assert_eq!(ErrorCode::from("4711").meaning(), Meaning::Unknown);
}

#[tokio::test]
async fn a_client_does_not_fish() {
    let started = || Act::json(r#"{"paymentId":"p"}"#);
    let desk = desk([started(), started(), started()]);
    desk.client
        .initiate_payment(initiate("PSP-1", 495))
        .await
        .unwrap();
    desk.client
        .initiate_payment(initiate("PSP-1", 495))
        .await
        .unwrap();
    let changed = desk.client.initiate_payment(initiate("PSP-1", 496)).await;
    assert!(matches!(changed, Err(Error::Misuse(misuse)) if misuse.field() == "pspReferenceId"));
    // Clones of a client are one, and so is their guard.
    let clone = desk.client.clone();
    let changed = clone.initiate_payment(initiate("PSP-1", 497)).await;
    assert!(matches!(changed, Err(Error::Misuse(_))));
    assert_eq!(desk.transport.seen().len(), 2);
    desk.client
        .initiate_payment(initiate("PSP-2", 496))
        .await
        .unwrap();
}

#[tokio::test]
async fn amounts_are_in_a_currency_of_mobilepay() {
    let desk = desk([]);
    let php = Capture::builder()
        .payment_id("p")
        .capture_identifier("CAP-1")
        .amount(Money::from_minor(495, Currency::PHP))
        .timestamp("2026-11-01T12:00:00Z")
        .build()
        .unwrap();
    let found = desk.client.capture(php).await;
    assert!(matches!(found, Err(Error::Misuse(misuse)) if misuse.field() == "amount"));
    let nothing = Capture::builder()
        .payment_id("p")
        .capture_identifier("CAP-1")
        .amount(Money::from_minor(0, Currency::DKK))
        .timestamp("2026-11-01T12:00:00Z")
        .build();
    assert_eq!(nothing.err().unwrap().field(), "amount");
    assert!(desk.transport.seen().is_empty());
}

#[test]
fn a_timestamp_is_a_time() {
    let build = |at: &str| {
        let capture = Capture::builder()
            .payment_id("p")
            .capture_identifier("CAP-1");
        let capture = capture.amount(Money::from_minor(495, Currency::DKK));
        let built = capture.timestamp(at).build();
        built.map(drop).map_err(|misuse| misuse.field().to_owned())
    };
    for good in ["2026-11-01T12:00:00Z", "2026-11-01T13:00:00.5+00:00"] {
        assert_eq!(build(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "00000000000000000",
        "2026-11-01T12:00:00",
        "2026-11-01T13:00:00+01:00",
        "2026-02-30T12:00:00Z",
    ] {
        assert_eq!(build(bad), Err("timestamp".to_owned()), "{bad}");
    }
}

#[test]
fn more_than_six_attempts_are_refused() {
    let build = |attempts: u32| {
        let mut policy = Mobilepay::retry();
        policy.attempts = attempts;
        let credentials = TestCredentials::new("psp-client", SECRET).unwrap();
        let client = Client::builder(Test::new(), credentials).retry(policy);
        client.build().map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(build(6), Ok(()));
    for attempts in [7, u32::MAX] {
        let expect = "misuse: `retry` must allow 6 attempts at most".to_owned();
        assert_eq!(build(attempts), Err(expect));
    }
}
