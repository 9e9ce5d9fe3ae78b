//! Periods against the clock, in both editions.

use super::*;

fn state(psp: &Psp, reference: &str) -> PaymentState {
    psp.control().payment(reference).unwrap().state()
}

#[test]
fn an_update_comes_within_its_period() {
    for (edition, seconds) in [(Edition::Newest, 20), (Edition::Founding, 32)] {
        let psp = Psp::open(config().edition(edition));
        let payment = psp.initiate("A", &json!({}));
        let first = psp.accepted("A");
        psp.advance(seconds - 1);
        assert_eq!(state(&psp, "A"), PaymentState::Attempting);
        psp.advance(1);
        assert_eq!(state(&psp, "A"), PaymentState::Choosing);
        let known = psp.control().payment("A").unwrap();
        assert_eq!(known.attempts()[0].state(), AttemptState::TimedOut);
        let late = psp.update(&payment, &first, &json!({ "succeeded": true }));
        assert_eq!(late.code(), "sandbox.update-late");
        let second = psp.accepted("A");
        psp.advance(seconds - 1);
        assert_eq!(
            psp.update(&payment, &second, &json!({ "succeeded": true }))
                .status,
            204
        );
        psp.advance(3600);
        assert_eq!(state(&psp, "A"), PaymentState::Authorized);
        assert_eq!(psp.control().ledger().count("update_missed", "A"), 1);
    }

    let psp = Psp::open(config().late_updates(true));
    let payment = psp.initiate("A", &json!({}));
    let first = psp.accepted("A");
    psp.advance(21);
    assert_eq!(
        psp.update(&payment, &first, &json!({ "succeeded": true }))
            .status,
        204
    );
    assert_eq!(state(&psp, "A"), PaymentState::Authorized);
    let payment = psp.initiate("B", &json!({}));
    let first = psp.accepted("B");
    psp.advance(21);
    psp.accepted("B");
    let late = psp.update(&payment, &first, &json!({ "succeeded": true }));
    assert_eq!(
        late.code(),
        "sandbox.update-late",
        "another attempt has replaced it"
    );
}

#[test]
fn a_payment_ends_in_time() {
    let psp = psp();
    // A time of its own is ignored.
    let until = json!({ "validUntil": "2026-01-01T02:00:00Z" });
    let untouched = psp.initiate("A", &until);
    psp.initiate("B", &json!({}));
    psp.control().enter_phone("B", "+4511111111").unwrap();
    let waiting = psp.initiate("C", &json!({}));
    psp.advance(599);
    assert_eq!(state(&psp, "A"), PaymentState::Open);
    let attempt = psp.accepted("C");
    assert_eq!(psp.endpoint.next_at("/card")["PaymentId"], waiting);
    psp.advance(1);
    for reference in ["A", "B", "C"] {
        assert_eq!(state(&psp, reference), PaymentState::Expired, "{reference}");
        assert_eq!(psp.control().ledger().count("expiry", reference), 1);
        assert_eq!(psp.control().accept(reference), Err(ControlError::NotNow));
        assert_eq!(
            psp.control().page_message(reference).as_deref(),
            Some("mobilepay:rc=3&message=expired")
        );
    }
    // Only the payment that nobody touched is told of.
    let failed = psp.endpoint.next_at("/failed");
    assert_eq!(
        failed,
        json!({ "Code": "100", "Reason": "Payment expired", "PaymentId": untouched })
    );
    assert!(psp.endpoint.is_quiet());
    let late = psp.update(&waiting, &attempt, &json!({ "succeeded": true }));
    assert_eq!(late.code(), "sandbox.payment-expired");
    assert_eq!(
        psp.control().payment("C").unwrap().attempts()[0].state(),
        AttemptState::Over
    );

    psp.initiate("D", &json!({ "failedPaymentCallbackUrl": null }));
    psp.control().expire("D").unwrap();
    psp.settle();
    assert!(psp.endpoint.is_quiet());
}

#[test]
fn the_founding_document_gives_more_time() {
    let psp = Psp::open(config().edition(Edition::Founding));
    psp.initiate("A", &json!({}));
    psp.initiate("B", &psp.checkout(true));
    let stepped = psp.initiate("C", &json!({}));
    psp.initiate("D", &json!({ "validUntil": "2026-01-01T01:05:00+01:00" }));
    psp.advance(299);
    assert_eq!(state(&psp, "D"), PaymentState::Open);
    psp.advance(1);
    assert_eq!(state(&psp, "D"), PaymentState::Expired);
    let attempt = psp.accepted("C");
    let mut step_up = rejected(1008);
    step_up["threeDSecureUrl"] = json!("https://psp.example/3d");
    assert_eq!(psp.update(&stepped, &attempt, &step_up).status, 204);
    psp.advance(30 * 60);
    let states = ["A", "B", "C"].map(|reference| state(&psp, reference));
    assert_eq!(
        states,
        [
            PaymentState::Expired,
            PaymentState::Open,
            PaymentState::Attempting
        ]
    );
    psp.advance(15 * 60);
    assert_eq!(state(&psp, "B"), PaymentState::Expired);
    assert_eq!(state(&psp, "C"), PaymentState::Expired);
    // All are told of, with small letters.
    let mut paths = Vec::new();
    while paths.len() < 5 {
        let message = psp.endpoint.next();
        if message.path() == "/failed" {
            assert_eq!(message.json()["code"], "100");
            assert!(message.json()["paymentId"].is_string());
        }
        paths.push(message.path().to_owned());
    }
    assert_eq!(paths, ["/failed", "/card", "/failed", "/failed", "/failed"]);
    assert_eq!(psp.control().failed_callbacks("D").len(), 1);
    let over = json!({ "validUntil": "2025-12-31T23:59:59Z" });
    assert!(psp.try_initiate("E", &over).detail().contains("validUntil"));
}

#[test]
fn periods_can_be_set_alone() {
    let second = std::time::Duration::from_secs(1);
    let periods = Periods {
        payment: second * 5,
        update: second,
        ..Periods::of(Edition::Newest)
    };
    let psp = Psp::open(config().periods(periods));
    psp.initiate("A", &json!({}));
    psp.accepted("A");
    psp.advance(1);
    assert_eq!(state(&psp, "A"), PaymentState::Choosing);
    psp.advance(4);
    assert_eq!(state(&psp, "A"), PaymentState::Expired);
}

#[test]
fn a_rejection_is_told_to_nobody() {
    let psp = psp();
    psp.initiate("A", &json!({}));
    psp.control().enter_phone("A", "+4511111111").unwrap();
    psp.control().reject("A").unwrap();
    psp.initiate("B", &json!({}));
    psp.control().go_back("B").unwrap();
    psp.advance(3600);
    assert!(psp.endpoint.is_quiet());
    assert_eq!(state(&psp, "A"), PaymentState::Rejected);
    assert_eq!(state(&psp, "B"), PaymentState::Cancelled);
    assert_eq!(psp.control().reject("A"), Err(ControlError::NotNow));
    assert_eq!(psp.control().reject("Z"), Err(ControlError::NoSuchPayment));
    let message = |reference: &str| psp.control().page_message(reference).unwrap();
    assert_eq!(message("A"), "mobilepay:rc=1&message=rejected");
    assert_eq!(message("B"), "mobilepay:rc=4&message=cancelled");
}
