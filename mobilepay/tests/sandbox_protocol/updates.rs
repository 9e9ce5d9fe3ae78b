//! Attempts, their updates, and what captures, cancels and refunds may say.

use super::*;

#[test]
fn a_rejected_card_makes_room_for_another() {
    let psp = psp();
    let payment = psp.initiate("A", &psp.with_tokens(3100));
    psp.control().accept("A").unwrap();
    psp.settle();
    let first = psp.attempt("A");
    assert_eq!(psp.control().accept("A"), Err(ControlError::NotNow));
    assert_eq!(psp.control().reject("A"), Err(ControlError::NotNow));
    assert_eq!(psp.update(&payment, &first, &rejected(1001)).status, 204);
    let page = psp.browse(&psp.control().page_url("A").unwrap(), None);
    assert!(page.body.contains("Det lykkedes ikke."), "{}", page.body);

    let card = Card::new("DANKORT", "5019994016301094123", 2, 31);
    psp.control().accept_with("A", card).unwrap();
    psp.settle();
    let second = psp.attempt("A");
    assert_ne!(first, second);
    let callbacks = [psp.endpoint.next_at("/card"), psp.endpoint.next_at("/card")];
    assert_eq!(callbacks[0]["AuthorizationAttemptId"], first);
    assert_eq!(callbacks[1]["AuthorizationAttemptId"], second);
    assert_eq!(callbacks[1]["PaymentId"], payment);
    let plain = decrypt(&callbacks[1]["EncryptedCardData"]).unwrap();
    assert!(plain.contains(r#""cardNumber":5019994016301094123,"expiryMonth":2,"expiryYear":31"#));

    // The same update again is nothing new; another is refused.
    assert_eq!(psp.update(&payment, &first, &rejected(1001)).status, 204);
    let authorized = json!({ "succeeded": true });
    assert_eq!(
        psp.update(&payment, &first, &authorized).code(),
        "sandbox.attempt-decided"
    );
    let upper = second.to_uppercase();
    assert_eq!(
        psp.update(&payment.to_uppercase(), &upper, &authorized)
            .status,
        204
    );
    assert_eq!(psp.update(&payment, &second, &authorized).status, 204);
    assert_eq!(
        psp.update(&payment, &second, &rejected(1000)).code(),
        "sandbox.payment-decided"
    );
    assert_eq!(psp.update(&payment, &first, &rejected(1001)).status, 204);
    let states: Vec<AttemptState> = psp
        .control()
        .payment("A")
        .unwrap()
        .attempts()
        .iter()
        .map(|a| a.state())
        .collect();
    assert_eq!(
        states,
        [AttemptState::Failed(1001), AttemptState::Succeeded]
    );
    let ledger = psp.control().ledger();
    assert_eq!(ledger.count("attempt", "A"), 2);
    assert_eq!(ledger.count("attempt_failed", "A"), 1);
    assert_eq!(ledger.count("authorization", "A"), 1);
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(
        psp.update(&payment, nobody, &authorized).code(),
        "sandbox.attempt-unknown"
    );
    assert_eq!(
        psp.update(nobody, &second, &authorized).code(),
        "sandbox.payment-unknown"
    );
}

#[test]
fn an_update_fits_its_schema() {
    let psp = psp();
    let payment = psp.initiate("A", &json!({}));
    let attempt = psp.accepted("A");
    let check = |body: Value, expect: &str| {
        let detail = psp.update(&payment, &attempt, &body).detail();
        assert!(detail.contains(expect), "{body}: {detail}");
    };
    check(json!({}), "missing field `succeeded`");
    check(
        json!({ "succeeded": "authorize-successful" }),
        "invalid type",
    );
    check(
        json!({ "succeeded": true, "status": 1 }),
        "unknown field `status`",
    );
    check(json!({ "succeeded": false }), "reasonCode");
    check(
        json!({ "succeeded": false, "reasonCode": 2001 }),
        "reasonMessage",
    );
    for reason in [0, 999, 1002, 1011, 2003, 3001] {
        check(rejected(reason), "reasonCode");
    }
    for name in [
        "acquirerVatNumber",
        "acquirerMerchantId",
        "acquirerPaymentReference",
    ] {
        for reason in [1000, 1008] {
            let mut body = rejected(reason);
            body[name] = Value::Null;
            body["threeDSecureUrl"] = json!("https://psp.example/3d");
            check(body, name);
        }
    }
    check(rejected(1008), "threeDSecureUrl");
    let mut body = rejected(1008);
    body["threeDSecureUrl"] = json!("http://psp.example/3d");
    check(body, "threeDSecureUrl");
    let asked = json!({ "succeeded": false, "reasonCode": 2002, "reasonMessage": "fail.4712" });
    assert_eq!(psp.update(&payment, &attempt, &asked).code(), "4712");
    assert!(matches!(
        psp.control().payment("A").unwrap().attempts()[0].state(),
        AttemptState::Waiting(_)
    ));

    // Without an acquirer where none was asked; nulls where nothing is to say.
    let mut reference = 0;
    for reason in [
        1000, 1001, 1003, 1004, 1005, 1006, 1007, 1010, 2000, 2001, 2002, 3000,
    ] {
        reference += 1;
        let reference = format!("R-{reference}");
        let payment = psp.initiate(&reference, &json!({}));
        let attempt = psp.accepted(&reference);
        let body = if reason < 1009 {
            rejected(reason)
        } else {
            json!({ "succeeded": false, "reasonCode": reason, "reasonMessage": "No", "acquirerVatNumber": null, "threeDSecureUrl": null })
        };
        assert_eq!(
            psp.update(&payment, &attempt, &body).status,
            204,
            "{reason}"
        );
        let known = psp.control().payment(&reference).unwrap();
        assert_eq!(known.attempts()[0].state(), AttemptState::Failed(reason));
        assert_eq!(known.state(), PaymentState::Choosing);
    }
}

#[test]
fn a_3d_step_takes_its_time() {
    let psp = psp();
    let payment = psp.initiate("A", &json!({}));
    let attempt = psp.accepted("A");
    let done = json!({ "succeeded": false, "reasonCode": 1009, "reasonMessage": "done" });
    assert_eq!(
        psp.update(&payment, &attempt, &done).code(),
        "sandbox.no-step-up"
    );
    let mut step_up = rejected(1008);
    step_up["threeDSecureUrl"] = json!("https://psp.example/3d?a=1&b=2");
    assert_eq!(psp.update(&payment, &attempt, &step_up).status, 204);
    let page = psp.browse(&psp.control().page_url("A").unwrap(), None);
    assert!(
        page.body.contains("https://psp.example/3d?a=1&amp;b=2"),
        "{}",
        page.body
    );
    psp.advance(60);
    let known = psp.control().payment("A").unwrap();
    assert_eq!(known.attempts()[0].state(), AttemptState::StepUp);
    assert_eq!(
        known.attempts()[0].three_d_secure_url(),
        Some("https://psp.example/3d?a=1&b=2")
    );
    assert_eq!(
        psp.tell("capture", &payment, "c", 1).code(),
        "sandbox.not-authorized"
    );
    assert_eq!(psp.update(&payment, &attempt, &done).status, 204);
    assert_eq!(psp.update(&payment, &attempt, &done).status, 204);
    psp.advance(60);
    let done_page = psp.browse("/remote-website/apppages/done3ds.html", None);
    assert_eq!(done_page.status, 200);
    assert_eq!(
        psp.update(&payment, &attempt, &json!({ "succeeded": true }))
            .status,
        204
    );
    let ledger = psp.control().ledger();
    assert_eq!(
        (
            ledger.count("step_up", "A"),
            ledger.count("authorization", "A")
        ),
        (1, 1)
    );

    // A failed challenge is a rejection, and another card may follow.
    let payment = psp.initiate("B", &json!({}));
    let attempt = psp.accepted("B");
    assert_eq!(psp.update(&payment, &attempt, &step_up).status, 204);
    assert_eq!(psp.update(&payment, &attempt, &rejected(1000)).status, 204);
    assert_ne!(psp.accepted("B"), attempt);
}

#[test]
fn what_is_told_fits_its_schema() {
    let psp = psp();
    let payment = psp.authorized("A", &json!({}));
    let path = |what: &str| format!("/cardpassthrough-restapi/api/v1/payments/{payment}/{what}s");
    for what in ["capture", "cancel", "refund"] {
        let name = format!("{what}Identifier");
        let good = json!({ &name: "i", "amount": 1, "timestamp": "2026-01-01T00:00:00Z" });
        for (field, value) in [
            (name.as_str(), json!("")),
            (name.as_str(), Value::Null),
            ("amount", json!(0)),
            ("amount", json!(-1)),
            ("amount", json!(1.5)),
            ("amount", json!("1")),
            ("timestamp", json!("2026-01-01")),
            ("timestamp", json!(1_767_225_600)),
            ("currencyCode", json!("DKK")),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            assert!(
                !psp.call("POST", &path(what), &bad).detail().is_empty(),
                "{what} {bad}"
            );
        }
        let asked = psp.tell(what, &payment, "fail.4713-1", 1);
        assert_eq!(asked.code(), "4713");
        let nobody = "00000000-0000-4000-8000-000000000000";
        assert_eq!(
            psp.tell(what, nobody, "i", 1).code(),
            "sandbox.payment-unknown"
        );
    }
    let capture = |attempt: &str| {
        let body = json!({
            "captureIdentifier": "c", "amount": 495, "timestamp": "2026-01-01T01:00:00.5+01:00",
            "authorizationAttemptId": attempt,
        });
        psp.call("POST", &path("capture"), &body)
    };
    let attempt = psp.attempt("A");
    let other = "00000000-0000-4000-8000-000000000000";
    assert_eq!(capture(other).code(), "sandbox.attempt-not-authorized");
    assert_eq!(psp.control().payment("A").unwrap().captured(), 0);
    assert_eq!(capture(&attempt.to_uppercase()).status, 200);
    assert_eq!(psp.control().payment("A").unwrap().captured(), 495);
}

#[test]
fn a_payment_may_capture_itself() {
    let psp = psp();
    let payment = psp.authorized("A", &json!({ "autoCapture": true }));
    let known = psp.control().payment("A").unwrap();
    assert_eq!((known.captured(), known.captures().len()), (495, 0));
    assert_eq!(psp.control().ledger().count("capture", "A"), 1);
    assert_eq!(
        psp.tell("capture", &payment, "c", 1).code(),
        "sandbox.amount-exceeded"
    );
    assert_eq!(
        psp.tell("cancel", &payment, "x", 1).code(),
        "sandbox.amount-exceeded"
    );
    assert_eq!(psp.tell("refund", &payment, "r", 495).status, 200);
}
