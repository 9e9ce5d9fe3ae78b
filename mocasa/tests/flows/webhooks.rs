//! Webhooks that are not to be believed: one uniform answer, and nothing in the inbox.

use payments_core::Secret;
use payments_core::incoming::{BodyFormat, KeyRing, Verifier};
use payments_core::signing::TagText;
use payments_core::testing::tamper;
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::codes::TxStatus;
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_mocasa::sandbox::{Config, DigestForm, webhook_signature};

use crate::shop::{FORM, JSON, Shop, inbound, post, signature, verifier};

const GENUINE: &str =
    "orderNo=A-1&amount=1499&txStatus=success&txMessage=ok&txTime=1&paymentMode=Mocasa+BNPL";
const K1: &str = "ymlZ2Na+E9So9yFM6S14271H9IGyHYExMbB2uSQZBaU=";
const K1_HEX: &str = "ca6959d8d6be13d4a8f7214ce92d78dbbd47f481b21d813131b076b9241905a5";
const K2: &str = "VimZuD5Z1wNO0EhHcQKw3+p96ksEQ38PYrFt2u/KwbA=";
const K2_HEX: &str = "562999b83e59d7034ed048477102b0dfea7dea4b04437f0f62b16ddaefcac1b0";

fn signed(form: DigestForm) -> String {
    webhook_signature("A-1", "success", Config::CLIENT_SECRET, form)
}

/// Bodies with a media type that are not to be believed, whatever is signed.
fn bad_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let mut bodies: Vec<(&str, Vec<u8>)> = [
        "",
        "orderNo=A-1",
        "txStatus=success",
        "orderNo=&txStatus=success",
        "orderNo=A-1&txStatus=",
        "orderNo=A-1&txStatus",
        "orderNo=A-1&orderNo=A-1&txStatus=success",
        "orderNo=A-1&txStatus=success&txStatus=success",
        "orderNo=A-1&txStatus=failed&txStatus=success",
        "orderNo=A-1&txStatus=success&%6frderNo=A-1",
        "orderno=A-1&txstatus=success",
        "orderNo=A-2&txStatus=success",
        "orderNo=A-1&txStatus=failed",
        "orderNo=A-1&txStatus=SUCCESS",
        "orderNo=A-1+&txStatus=success",
        "orderNo=A-1%7Csuccess&txStatus=success",
        "orderNo=A&txStatus=-1%7Csuccess",
        "orderNo=A-1%00&txStatus=success",
        "orderNo=A-1%0A&txStatus=success",
        "orderNo=A-1&txStatus=success%7F",
        "orderNo=A-1&txStatus=success%C2%85",
        "orderNo=A-1%FF&txStatus=success",
        "orderNo=A-1&txStatus=success&txMessage=%FF",
        "orderNo=A-1&txStatus=success&txMessage=%",
        r#"{"orderNo":"A-1","txStatus":"success"}"#,
    ]
    .iter()
    .map(|body| (FORM, body.as_bytes().to_vec()))
    .collect();
    for body in [
        "",
        "null",
        "{}",
        "[]",
        GENUINE,
        r#"{"orderNo":"A-1"}"#,
        r#"{"orderNo":null,"txStatus":"success"}"#,
        r#"{"orderNo":"","txStatus":"success"}"#,
        r#"{"orderNo":["A-1"],"txStatus":"success"}"#,
        r#"{"orderNo":{"a":"A-1"},"txStatus":"success"}"#,
        r#"{"orderNo":"A-1","orderNo":"A-1","txStatus":"success"}"#,
        r#"{"orderNo":"A-1","txStatus":"success","\u0074xStatus":"success"}"#,
        r#"{"orderNo":"A-1\u0000","txStatus":"success"}"#,
        r#"{"orderNo":"A-1|success","txStatus":"success"}"#,
        r#"{"orderNo":"A-1","txStatus":"success"} "x""#,
        r#"{"orderNo":"A-1","txStatus":"succ"#,
        r#"[{"orderNo":"A-1","txStatus":"success"}]"#,
    ] {
        bodies.push((JSON, body.as_bytes().to_vec()));
    }
    bodies.push((
        JSON,
        b"{\"orderNo\":\"A-1\xFF\",\"txStatus\":\"success\"}".to_vec(),
    ));
    bodies.push((FORM, b"orderNo=A-1\xFF&txStatus=success".to_vec()));
    bodies.push((JSON, vec![b'['; 64 * 1024]));
    for (kind, body) in [
        (FORM, GENUINE),
        (JSON, r#"{"orderNo":"A-1","txStatus":"success","x":"#),
    ] {
        let mut long = body.as_bytes().to_vec();
        long.extend(match kind {
            FORM => format!("&x={}", "x".repeat(1 << 20)).into_bytes(),
            _ => format!("\"{}\"}}", "x".repeat(1 << 20)).into_bytes(),
        });
        bodies.push((kind, long));
    }
    for kind in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
    ] {
        bodies.push((kind, GENUINE.as_bytes().to_vec()));
    }
    bodies
}

/// Signatures that are not the one of the genuine body.
fn bad_signatures() -> Vec<String> {
    let genuine = signed(DigestForm::Base64);
    vec![
        String::new(),
        signature("A-2", "success"),
        signature("A-1", "failed"),
        webhook_signature(
            "A-1",
            "success",
            "another-client-secret",
            DigestForm::Base64,
        ),
        signed(DigestForm::Hex),
        signed(DigestForm::Base64OfHex),
        genuine.trim_end_matches('=').to_owned(),
        format!("{genuine}="),
        format!("{genuine}{genuine}"),
        format!("sha256={genuine}"),
        format!("\"{genuine}\""),
        genuine.to_lowercase(),
        "A".repeat(43) + "=",
        "x".repeat(4096),
    ]
}

/// Status, headers and body, without the date.
fn uniform(answer: &str) -> String {
    let lines = answer.split_inclusive("\r\n");
    lines
        .filter(|line| !line.to_ascii_lowercase().starts_with("date:"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_webhook_gets_the_same_answer_and_goes_nowhere() {
    let shop = Shop::open().await;
    let genuine = signed(DigestForm::Base64);
    let mut answers = Vec::new();
    for (content_type, body) in bad_bodies() {
        let shown: String = String::from_utf8_lossy(&body).chars().take(80).collect();
        let headers = [
            ("content-type", content_type.as_bytes()),
            ("signature", genuine.as_bytes()),
        ];
        let message = inbound(&headers, &body);
        assert!(shop.verifier.verify(&message).is_err(), "{shown}");
        let _ = shop.verifier.explain(&message).to_string();
        answers.push((shop.tell(content_type, &genuine, &body), shown));
    }
    for bad in bad_signatures() {
        answers.push((shop.tell(FORM, &bad, GENUINE.as_bytes()), bad));
    }
    for headers in [
        String::new(),
        format!("signature: {genuine}\r\nsignature: {genuine}\r\n"),
        format!("x-signature: {genuine}\r\n"),
    ] {
        answers.push((
            post(&shop.hook, FORM, &headers, GENUINE.as_bytes()),
            headers,
        ));
    }
    let (first, _) = answers.first().unwrap();
    let first = uniform(first);
    assert!(first.starts_with("HTTP/1.1 400 "), "{first}");
    for (answer, shown) in &answers {
        assert_eq!(uniform(answer), first, "{shown}");
    }
    assert!(shop.inbox.claim().is_none());

    let good = shop.tell(FORM, &genuine, GENUINE.as_bytes());
    assert!(good.starts_with("HTTP/1.1 200 "), "{good}");
    assert!(shop.inbox.claim().is_some());
}

#[test]
fn either_encoding_is_read_alike() {
    let genuine = signed(DigestForm::Base64);
    let json =
        r#"{"orderNo":"A-1","amount":1499.00,"txStatus":"success","txTime":"1","more":{"a":1}}"#;
    for (content_type, body) in [
        (FORM, GENUINE),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", GENUINE),
        (JSON, json),
        ("application/json;charset=utf-8", json),
    ] {
        let headers = [
            ("content-type", content_type.as_bytes()),
            ("signature", genuine.as_bytes()),
        ];
        let found = verifier()
            .verify(&inbound(&headers, body.as_bytes()))
            .unwrap();
        assert_eq!(found.order_no, "A-1");
        assert_eq!(found.tx_status, TxStatus::Success);
        let amount = found.unsigned().amount.read().unwrap();
        assert_eq!(amount, &"1499".parse().unwrap(), "{content_type}");
        assert_eq!(found.unsigned().tx_time.read(), Some(&1));
    }
    let stated = verifier().with_body(BodyFormat::Form);
    let untyped = inbound(&[("signature", genuine.as_bytes())], GENUINE.as_bytes());
    assert!(stated.verify(&untyped).is_ok());
    assert!(verifier().verify(&untyped).is_err());
}

#[test]
fn an_unknown_status_is_verified_and_means_nothing() {
    let signature = signature("A-1", "on hold");
    let headers: [(&str, &[u8]); 2] = [
        ("content-type", FORM.as_bytes()),
        ("signature", signature.as_bytes()),
    ];
    let message = inbound(&headers, b"orderNo=A-1&txStatus=on+hold");
    let found = verifier().verify(&message).unwrap();
    assert_eq!(found.tx_status, TxStatus::Other("on hold".to_owned()));
}

/// The verifier of the document's own sample secret.
fn sample() -> Verifier<OrderWebhook> {
    let keys = OrderWebhookKeys::danger_unchecked("se1234");
    order_webhooks("sample", "sample", KeyRing::new("sample", keys))
}

#[test]
fn the_vectors_hold() {
    let secret = Secret::from("se1234");
    let sign =
        |form| payments_mocasa::ext::signature("ORDER-1001", "success", &secret, form).unwrap();
    assert_eq!(sign(TagText::Base64), K1);
    assert_eq!(sign(TagText::Hex), K1_HEX);
    let body = b"orderNo=ORDER-1001&txStatus=success";
    let verifies = |verifier: Verifier<OrderWebhook>, signature: &str| {
        let headers: [(&str, &[u8]); 2] = [
            ("content-type", FORM.as_bytes()),
            ("signature", signature.as_bytes()),
        ];
        verifier.verify(&inbound(&headers, body)).is_ok()
    };
    let hex = || sample().with_text(TagText::Hex);
    assert!(verifies(sample(), K1) && verifies(hex(), K1_HEX));
    assert!(!verifies(sample(), K1_HEX) && !verifies(hex(), K1));
    assert!(!verifies(sample(), K2) && !verifies(hex(), K2_HEX));
}

#[test]
fn nothing_is_signed_that_could_be_read_two_ways() {
    let secret = Secret::from("se1234");
    for (order_no, status) in [("A|1", "x"), ("A", "1|x"), ("A\n", "x"), ("A", "\u{85}")] {
        let refused = payments_mocasa::ext::signature(order_no, status, &secret, TagText::Base64);
        assert!(refused.is_err(), "{order_no:?} {status:?}");
    }
}

#[test]
fn whatever_is_tampered_with_is_refused_or_unsigned() {
    let fields = [
        ("orderNo", "A-1"),
        ("amount", "1499.00"),
        ("txStatus", "success"),
        ("txMessage", "ok"),
        ("txTime", "1767225600000"),
        ("paymentMode", "Mocasa BNPL"),
    ];
    let genuine = signed(DigestForm::Base64);
    let tried = tamper(&verifier(), &fields, &["orderNo", "txStatus"], &genuine).unwrap();
    assert!(tried.refused > 20 && tried.verified > 20, "{tried:?}");
}

#[test]
fn the_old_key_is_taken_while_it_is_in_the_ring() {
    let new = OrderWebhookKeys::new("a-new-webhook-secret").unwrap();
    let old = OrderWebhookKeys::new(Config::CLIENT_SECRET).unwrap();
    let genuine = signed(DigestForm::Base64);
    let headers: [(&str, &[u8]); 2] = [
        ("content-type", FORM.as_bytes()),
        ("signature", genuine.as_bytes()),
    ];
    let message = inbound(&headers, GENUINE.as_bytes());
    let ring = KeyRing::new("2026", new.clone());
    assert!(order_webhooks("e", "a", ring).verify(&message).is_err());
    let ring = KeyRing::new("2026", new).and("2025", old);
    let found = order_webhooks("e", "a", ring).verify(&message).unwrap();
    assert_eq!(found.key_id(), "2025");
}

/// The signature is what openssl makes of `A|success|`.
#[test]
fn an_empty_secret_verifies_nothing() {
    let keys = OrderWebhookKeys::danger_unchecked("");
    let verifier = order_webhooks("e", "a", KeyRing::new("none", keys));
    let headers: [(&str, &[u8]); 2] = [
        ("content-type", FORM.as_bytes()),
        ("signature", b"uRr7v7ud7yhZIhMXSzPdLtFoIuV1rGG8u/dMgRt1eLU="),
    ];
    let message = inbound(&headers, b"orderNo=A&txStatus=success");
    assert!(verifier.verify(&message).is_err());
}
