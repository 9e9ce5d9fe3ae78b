//! The sandbox as MobilePay's documents have the provider, spoken to in raw HTTP.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "sandbox_protocol/callbacks.rs"]
mod callbacks;
#[path = "sandbox_protocol/calls.rs"]
mod calls;
#[path = "sandbox_protocol/deadlines.rs"]
mod deadlines;
#[path = "sandbox_protocol/page.rs"]
mod page;
#[path = "sandbox_protocol/trouble.rs"]
mod trouble;
#[path = "sandbox_protocol/updates.rs"]
mod updates;
#[path = "sandbox_protocol/wire.rs"]
mod wire;

use payments_mobilepay::sandbox::{
    AttemptState, CallbackMode, Card, CardText, Config, ControlError, DeliveryState, Edition,
    Forgery, KeyCase, PaymentState, Periods, StartError, start,
};
use serde_json::{Value, json};
use wire::{MERCHANTS, PAYMENTS, PUBLIC_KEY, Psp, config, decrypt};

fn psp() -> Psp {
    Psp::open(config())
}

/// A refusal by the acquirer.
fn rejected(reason: i32) -> Value {
    json!({
        "succeeded": false,
        "reasonCode": reason,
        "reasonMessage": "No",
        "acquirerVatNumber": "DK33749996",
        "acquirerMerchantId": "m-1",
        "acquirerPaymentReference": "a-1",
    })
}

#[test]
fn a_payment_from_its_initiation_to_its_refunds() {
    let psp = psp();
    let answer = psp.try_initiate("P-1", &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let initiated = answer.json();
    let payment = initiated["paymentId"].as_str().unwrap();
    let url = initiated["redirectToMobilePayUrl"].as_str().unwrap();
    let base = psp.sandbox.base_url();
    assert_eq!(
        url,
        format!("{base}/remote-website/index.html?page=request&id={payment}&version=2")
    );
    assert_eq!(
        initiated["redirectToMobilePayAppUrl"],
        format!("vipps://?token={payment}")
    );

    let page = psp.browse(url, None);
    for part in [
        "Butik &amp; Æble",
        "order-P-1",
        "4.95 DKK",
        "Mobilnummer",
        "This is a sandbox",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let page = psp.browse(url, Some("step=phone&phone=12+34+56+78"));
    assert!(page.body.contains("DANKORT …3742"), "{}", page.body);
    assert!(psp.endpoint.is_quiet());
    let page = psp.browse(url, Some("step=accept&card=DANKORT"));
    assert!(page.body.contains("Venter på butikken."), "{}", page.body);

    let callback = psp.endpoint.next_at("/card");
    psp.settle();
    let attempt = psp.attempt("P-1");
    assert_eq!(callback["PaymentId"], payment);
    assert_eq!(callback["AuthorizationAttemptId"], attempt);
    assert_eq!(callback["PublicKeyId"], 263_012);
    assert_eq!(callback["CardType"], "DANKORT");
    assert_eq!(callback.as_object().unwrap().len(), 5);
    assert_eq!(callback["EncryptedCardData"].as_str().unwrap().len(), 684);
    // The clock stands at the beginning of 2026, as .NET counts ticks.
    assert_eq!(
        decrypt(&callback["EncryptedCardData"]).unwrap(),
        r#"{"timestampticks":639028224000000000,"encryptedCardData":{"cardNumber":5019717010103742,"expiryMonth":5,"expiryYear":30}}"#
    );

    assert_eq!(
        psp.tell("capture", payment, "c-0", 1).code(),
        "sandbox.not-authorized"
    );
    assert_eq!(
        psp.update(payment, &attempt, &json!({ "succeeded": true }))
            .status,
        204
    );
    let page = psp.browse(url, None);
    assert!(
        page.body.contains("mobilepay:rc=0&amp;message=completed"),
        "{}",
        page.body
    );

    let first = psp.tell("capture", payment, "c-1", 300);
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.json()["captureId"].as_str().unwrap().len(), 36);
    assert_eq!(psp.tell("capture", payment, "c-1", 300).body, first.body);
    assert_eq!(
        psp.tell("capture", payment, "c-1", 301).code(),
        "sandbox.identifier-reused"
    );
    assert_eq!(
        psp.tell("capture", payment, "c-2", 196).code(),
        "sandbox.amount-exceeded"
    );
    assert_eq!(psp.tell("capture", payment, "c-2", 100).status, 200);
    assert_eq!(
        psp.tell("cancel", payment, "x-1", 96).code(),
        "sandbox.amount-exceeded"
    );
    let cancel = psp.tell("cancel", payment, "x-1", 95);
    assert!(cancel.json()["cancelId"].is_string(), "{}", cancel.body);
    assert_eq!(
        psp.tell("refund", payment, "r-1", 401).code(),
        "sandbox.amount-exceeded"
    );
    let refund = psp.tell("refund", payment, "r-1", 150);
    assert!(refund.json()["refundId"].is_string(), "{}", refund.body);
    assert_eq!(psp.tell("refund", payment, "r-2", 250).status, 200);
    assert_eq!(
        psp.tell("refund", payment, "r-3", 1).code(),
        "sandbox.amount-exceeded"
    );

    let known = psp.control().payment("P-1").unwrap();
    assert_eq!(known.state(), PaymentState::Authorized);
    assert_eq!(
        (known.captured(), known.cancelled(), known.refunded()),
        (400, 95, 400)
    );
    assert_eq!(known.captures()[1].identifier(), "c-2");
    let ledger = psp.control().ledger();
    let of = |kind: &str| ledger.count(kind, "P-1");
    assert_eq!(
        [of("payment"), of("attempt"), of("authorization")],
        [1, 1, 1]
    );
    assert_eq!([of("capture"), of("cancel"), of("refund")], [2, 1, 2]);
    let last = ledger.effects().last().unwrap();
    assert_eq!((last.kind(), last.amount()), ("refund", Some("250")));
}

#[test]
fn a_configuration_must_hold_together() {
    let refused = |config: Config| match start(config) {
        Err(StartError::Configuration(text)) => text,
        other => format!("{other:?}"),
    };
    let keys = [
        (
            include_str!("sandbox_protocol/keys/small-public.pem"),
            "fewer than 4096 bits",
        ),
        (
            include_str!("sandbox_protocol/keys/curve-public.pem"),
            "not an RSA public key",
        ),
        ("", "not an RSA public key"),
    ];
    for (pem, expect) in keys {
        let text = refused(Config::new().public_key(pem));
        assert!(
            text.starts_with("public key 263012: ") && text.contains(expect),
            "{text}"
        );
    }
    let twice = Config::new()
        .public_key_as(7, PUBLIC_KEY)
        .public_key_as(7, PUBLIC_KEY);
    assert_eq!(refused(twice), "public key 7: the id is taken");
    assert_eq!(
        refused(Config::new().credentials("", "s")),
        "a credential is empty"
    );
    assert!(refused(Config::new().webhook("https://psp.example/")).starts_with("webhook: "));
    assert!(refused(Config::new().invalid_status(200)).contains("400"));
    let small = include_str!("sandbox_protocol/keys/small-public.pem");
    let sandbox = start(Config::new().small_keys(true).public_key(small)).unwrap();
    let control = sandbox.control();
    assert_eq!(control.register_public_key(PUBLIC_KEY), Ok(263_013));
    assert!(matches!(
        control.register_public_key("x"),
        Err(ControlError::Key(_))
    ));
    assert_eq!(control.public_key_ids(), [263_012, 263_013]);
}
