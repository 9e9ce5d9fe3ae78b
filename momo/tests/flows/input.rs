//! What the merchant gets wrong is told by field before anything is sent; what the description
//! does not know yet can be sent all the same.

use std::sync::Arc;
use std::time::Duration;

use payments_core::call::Extend;
use payments_core::error::Misuse;
use payments_core::exchange::{Body, Request};
use payments_core::testing::ScriptedTransport;
use payments_core::{Currency, Error, Money};
use payments_momo::calls::{Client, Credentials, Test, TestCredentials};
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{IpnKeys, RedirectResultKeys};
use payments_momo::types::{CaptureOrCancel, CreatePayment, Item, PaymentStatus, Refund};

use crate::shop::{CREATE, QUERY, Shop, credentials, dong, kind};

fn check<T>(built: Result<T, Misuse>, field: &str, problem: &str) {
    let misuse = match built {
        Ok(_) => panic!("built in spite of `{field}`"),
        Err(misuse) => misuse,
    };
    assert_eq!(misuse.field(), field, "{misuse}");
    assert!(misuse.problem().contains(problem), "{misuse}");
}

fn created(
    order_id: &str,
    request_id: &str,
    info: &str,
    amount: Money,
) -> Result<CreatePayment, Misuse> {
    CreatePayment::builder()
        .request_id(request_id)
        .amount(amount)
        .order_id(order_id)
        .order_info(info)
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .build()
}

fn refunded(amount: Money) -> Result<Refund, Misuse> {
    Refund::builder()
        .request_id("R-1")
        .order_id("RF-1")
        .amount(amount)
        .trans_id(1_i64)
        .build()
}

fn captured(amount: Money) -> Result<CaptureOrCancel, Misuse> {
    CaptureOrCancel::builder()
        .request_id("R-1")
        .order_id("A-1")
        .request_type(ConfirmType::Capture)
        .amount(amount)
        .build()
}

#[test]
fn amounts_that_move_are_positive() {
    for minor in [0, -1, i64::MIN] {
        check(refunded(dong(minor)), "amount", "greater than zero");
        check(captured(dong(minor)), "amount", "greater than zero");
    }
    // Nothing is paid where a wallet is linked; less is never.
    assert!(created("A-1", "R-1", "info", dong(0)).is_ok());
    for minor in [-1, i64::MIN] {
        let call = created("A-1", "R-1", "info", dong(minor));
        check(call, "amount", "must not be below zero");
    }
}

/// The dong has no smaller unit.
#[test]
fn an_amount_has_no_digits_behind_the_point() {
    for text in ["33000.5", "0.1"] {
        assert!(Money::from_decimal(text, Currency::VND).is_err(), "{text}");
    }
}

#[test]
fn numbers_are_of_the_alphabet_that_cannot_be_confused() {
    for bad in [
        "", " ", "A 1", "A&1", "A=1", "A/1", "A-1\n", "A\0", "ă", "A%31", "A+1",
    ] {
        check(created(bad, "R-1", "x", dong(1)), "orderId", "");
        check(created("A-1", bad, "x", dong(1)), "requestId", "");
        let asked = PaymentStatus::builder()
            .request_id("R-1")
            .order_id(bad)
            .build();
        check(asked, "orderId", "");
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    assert!(created(&"a".repeat(200), &"r".repeat(50), &"ấ".repeat(255), dong(1)).is_ok());
    check(
        created(&"a".repeat(201), "R-1", "x", dong(1)),
        "orderId",
        "",
    );
    check(
        created("A-1", &"r".repeat(51), "x", dong(1)),
        "requestId",
        "",
    );
    check(
        created("A-1", "R-1", &"ấ".repeat(256), dong(1)),
        "orderInfo",
        "",
    );
    check(created("A-1", "R-1", "", dong(1)), "orderInfo", "empty");
    let item = Item::builder()
        .id("T-1")
        .name("Trà")
        .price(dong(1))
        .quantity(0_i64)
        .total_price(dong(1))
        .build();
    check(item, "quantity", "");
    let basket = |count: usize| {
        let item = Item::builder()
            .id("T-1")
            .name("Trà")
            .price(dong(1))
            .quantity(1_i64)
            .total_price(dong(1))
            .build()
            .unwrap();
        CreatePayment::builder()
            .request_id("R-1")
            .amount(dong(51))
            .order_id("A-1")
            .order_info("x")
            .redirect_url("https://shop.example/return")
            .ipn_url("https://shop.example/ipn")
            .request_type(RequestType::CaptureWallet)
            .items(vec![item; count])
            .build()
    };
    assert!(basket(50).is_ok());
    check(basket(51), "items", "at most 50");
}

#[test]
fn secrets_are_given_and_long_enough() {
    check(Credentials::new("", "a", "k"), "partnerCode", "empty");
    check(Credentials::new("MOMO", "", "k"), "accessKey", "empty");
    check(Credentials::new("MOMO", "a", ""), "secretKey", "empty");
    check(IpnKeys::new("", "sixteen-letters!"), "accessKey", "empty");
    for short in ["se1234", "thirty-one-letters-are-too-few!"] {
        let credentials = Credentials::new("MOMO", "a", short);
        check(credentials, "secretKey", "32 bytes");
        check(
            TestCredentials::new("MOMO", "a", short),
            "secretKey",
            "32 bytes",
        );
        check(IpnKeys::new("a", short), "secretKey", "32 bytes");
        check(RedirectResultKeys::new("a", short), "secretKey", "32 bytes");
        let misuse = IpnKeys::new("a", short).unwrap_err();
        assert!(!misuse.to_string().contains(short));
    }
}

fn built(base: &str, credentials: TestCredentials) -> Result<(Client, ScriptedTransport), Error> {
    let transport = ScriptedTransport::new([]);
    let client = Client::builder(Test::at(base), credentials)
        .transport(Arc::new(transport.clone()))
        .build()?;
    Ok((client, transport))
}

#[test]
fn plain_http_stays_on_this_machine() {
    for base in [
        "http://pay.example",
        "http://10.0.0.1",
        "http://127.0.0.1@pay.example",
        "http://localhost.example",
        "pay.example",
        "",
    ] {
        let error = built(base, credentials()).map(|_| ()).unwrap_err();
        assert_eq!(kind(&error), "misuse of base_url", "{base}");
    }
    assert!(built("http://127.0.0.1:4010", credentials()).is_ok());
}

#[test]
fn options_that_cannot_be_met_are_refused() {
    let builder = || Client::builder(Test::new(), credentials());
    let second = Duration::from_secs(1);
    for (made, field) in [
        (
            builder().timeouts(Duration::ZERO, second, second),
            "connect_timeout",
        ),
        (builder().max_reply(0), "max_body"),
        (builder().proxy("no proxy"), "proxy"),
        (builder().root_certificate("no PEM"), "root_certificates"),
    ] {
        let error = made.build().map(|_| ()).unwrap_err();
        assert_eq!(kind(&error), format!("misuse of {field}"));
    }
}

/// Each amount is written in dong, and so is built in dong only.
#[test]
fn another_currency_is_refused() {
    for currency in [Currency::USD, Currency::JPY] {
        let amount = Money::from_minor(33_000, currency);
        check(created("A-1", "R-1", "x", amount), "amount", "VND");
        check(refunded(amount), "amount", "VND");
        check(captured(amount), "amount", "VND");
    }
}

#[tokio::test]
async fn a_field_that_is_there_is_not_sent_twice() {
    let (client, transport) = built("https://pay.example", credentials()).unwrap();
    for name in ["orderId", "partnerCode", "signature"] {
        let call = created("A-1", "R-1", "x", dong(1_000)).unwrap();
        let error = client.call(call.with_extra(name, "x")).await.unwrap_err();
        assert_eq!(kind(&error), format!("misuse of {name}"));
    }
    assert!(transport.seen().is_empty());
}

/// Vietnamese travels and is signed as UTF-8, and so is what would join the parts.
#[tokio::test(flavor = "multi_thread")]
async fn free_texts_arrive_as_they_are() {
    let shop = Shop::open().await;
    for (index, text) in [
        "Thanh toán qua ví MoMo",
        "a & b = c",
        "Đơn hàng “số 1” 🧋",
        "100% + 1",
    ]
    .into_iter()
    .enumerate()
    {
        let order_id = format!("A-{index}");
        let call = shop.payment_saying(&order_id, text);
        let reply = shop.client.create_payment(call).await.unwrap();
        let page = crate::shop::get(reply.pay_url.as_deref().unwrap());
        assert!(page.contains(&text.replace('&', "&amp;")), "{page}");
    }
    check(
        created("A-9", "R-9", "a\u{1}b", dong(1_000)),
        "orderInfo",
        "control",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_not_described_arrive() {
    let shop = Shop::open().await;
    let extended = shop
        .payment("A-1")
        .with_extra("installments", "3 & more")
        .and_extra("channel", "web");
    shop.client.call(extended).await.unwrap();
    let extra = shop.control().extra_fields();
    let expect = [(CREATE, "installments"), (CREATE, "channel")];
    assert_eq!(extra, expect.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

/// The access key is signed and never sent; what is signed as empty is sent as empty.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_as_documented() {
    let shop = Shop::open().await;
    shop.client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap();
    assert!(shop.control().extra_fields().is_empty());
    let transport = ScriptedTransport::new([payments_core::testing::Act::Cut; 1]);
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport.clone()))
        .retry(payments_core::client::RetryPolicy::never())
        .build()
        .unwrap();
    let call = created("A-1", "R-1", "x", dong(1_000)).unwrap();
    client.create_payment(call).await.unwrap_err();
    let sent = transport.seen();
    let request = sent.first().unwrap();
    assert_eq!(
        request.uri(),
        "https://test-payment.momo.vn/v2/gateway/api/create"
    );
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body.get("amount").unwrap(), 1_000);
    assert_eq!(body.get("extraData").unwrap(), "");
    assert_eq!(body.get("partnerCode").unwrap(), "MOMO");
    assert!(body.get("accessKey").is_none() && body.get("items").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_not_described_arrive_with_the_partner() {
    let shop = Shop::open().await;
    let query = Request::post(QUERY).with_body(Body::Json(r#"{"orderId":"A-1"}"#.to_owned()));
    let error = shop.client.raw_read(query).await.unwrap_err();
    let answer = String::from_utf8_lossy(error.response().unwrap().body()).into_owned();
    assert!(answer.contains("requestId is missing"), "{answer}");
    let new = Request::post("/v2/gateway/api/pos").with_body(Body::Json("{}".to_owned()));
    let error = shop.client.raw(new).await.unwrap_err();
    assert_eq!(kind(&error), "unknown, moved: Maybe");
    assert_eq!(error.response().unwrap().status().as_u16(), 404);
}
