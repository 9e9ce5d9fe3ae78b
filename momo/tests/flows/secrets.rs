//! Neither secret nor person is in anything that is printed.

use std::fmt;
use std::sync::Arc;

use payments_core::client::RetryPolicy;
use payments_core::incoming::Endpoint;
use payments_core::incoming::Receiver;
use payments_core::testing::{Act, ScriptedTransport, chain};
use payments_momo::calls::{Client, Test};
use payments_momo::codes::RequestType;
use payments_momo::one_payment::{Bill, Init};
use payments_momo::sandbox::{Config, Partner};
use payments_momo::types::{CreatePayment, User};

use crate::shop::{
    self, CALLER, JSON, account, credentials, dong, inbound, payment_status, verifier,
};

/// What must not be shown: the keys, and who the buyer is.
const HIDDEN: [&str; 7] = [
    Config::SECRET_KEY,
    Config::ACCESS_KEY,
    "Nguyễn Văn A",
    "a@shop.example",
    "0987654321",
    "T0K3N-0F-4-W4LL3T",
    "momo-user-1",
];

fn check(shown: impl fmt::Display) {
    let shown = shown.to_string();
    for hidden in HIDDEN {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

fn payment() -> CreatePayment {
    let user = User::builder()
        .name("Nguyễn Văn A")
        .email("a@shop.example")
        .phone_number("0987654321")
        .build()
        .unwrap();
    CreatePayment::builder()
        .request_id("R-1")
        .amount(dong(33_000))
        .order_id("A-1")
        .order_info("x")
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .user_info(user)
        .build()
        .unwrap()
}

#[tokio::test]
async fn nothing_that_is_printed_tells_a_secret() {
    let key = Config::SECRET_KEY;
    let echo = format!(r#"{{"resultCode":"{key}","message":"{key}"}}"#);
    let refusal = format!(r#"{{"resultCode":1006,"message":"{key} a@shop.example"}}"#);
    for act in [
        Act::json(&echo),
        Act::json(&refusal),
        Act::status(500, &echo),
        Act::NotSent,
        Act::Cut,
    ] {
        let transport = ScriptedTransport::default()
            .always("/v2/gateway/api/create", act.clone())
            .always("/v2/gateway/api/query", act);
        let client = Client::builder(Test::new(), credentials())
            .transport(Arc::new(transport.clone()))
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        check(chain(&client.create_payment(payment()).await.unwrap_err()));
        if let Err(error) = client.payment_status(payment_status("A-1")).await {
            check(chain(&error));
        }
        let prepared = client.prepare(payment()).unwrap();
        check(format!("{client:?} {prepared:?} {:?}", prepared.request()));
        check(serde_json::to_string(&prepared.pending()).unwrap());
        // What went out did hold them, but for the keys.
        let sent = transport.seen();
        let body = String::from_utf8_lossy(sent.first().unwrap().body()).into_owned();
        assert!(body.contains("a@shop.example"));
        assert!(!body.contains(key) && !body.contains(Config::ACCESS_KEY));
    }
    check(format!(
        "{:?} {:?} {:?}",
        credentials(),
        payment(),
        account("R-1")
    ));
}

#[test]
fn neither_callbacks_nor_links_show_key_or_buyer() {
    let bill = Bill::builder()
        .request_id("R-1")
        .bill_id("B-1")
        .amount(dong(33_000))
        .build()
        .unwrap();
    let link = shop::links().write("momo://", &bill).unwrap();
    check(format!(
        "{:?} {:?} {link:?} {bill:?} {:?}",
        shop::links(),
        shop::bill_keys(),
        Partner::new()
    ));
    let checksum = link.pairs().unwrap().pop().unwrap().1;
    assert!(!format!("{link:?}").contains(&checksum));

    let headers = [("content-type", JSON), CALLER];
    let body = br#"{"requestId":"R-1","reference1":"momo-user-1","paymentUrl":"momo://"}"#;
    let receiver = Receiver::<Init>::new("e", "a", shop::caller());
    let init = receiver.receive(&inbound(&headers, body)).unwrap();
    check(format!("{init:?} {:?} {receiver:?}", init.claims()));

    let ipn = r#"{"partnerCode":"MOMO","orderId":"A-1","requestId":"R-1","amount":1,"transId":1,"resultCode":0,"responseTime":1,"callbackToken":"T0K3N-0F-4-W4LL3T","signature":"00"}"#;
    let message = inbound(&headers, ipn.as_bytes());
    check(format!(
        "{:?} {message:?} {:?}",
        verifier(),
        verifier().verify(&message)
    ));
}
