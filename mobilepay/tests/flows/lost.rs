//! Requests and replies that get lost.

use payments_mobilepay::ext::Timing;
use payments_mobilepay::payments_core::client::RetryPolicy;
use payments_mobilepay::sandbox::{Config, Fault};
use payments_mobilepay::{Error, MoneyMoved};

use super::psp::{PAYMENTS, Psp, cancel, capture, code, refund};

const CAPTURES: &str = "/api/v1/payments/*/captures";
const UPDATES: &str = "/api/v1/payments/*/authorizationattempts/*";

fn losses() -> [Fault; 5] {
    [
        Fault::CloseBefore,
        Fault::CloseAfter,
        Fault::StatusBefore(503),
        Fault::StatusAfter(502),
        Fault::CloseAfter,
    ]
}

#[tokio::test]
async fn a_lost_reply_is_fetched_with_the_same_bytes() {
    for (index, fault) in losses().into_iter().enumerate() {
        let psp = Psp::open().await;
        let reference = format!("R-{index}");
        psp.control().faults().next(PAYMENTS, fault.clone());
        let attempt = psp.accepted(&reference).await;
        assert_eq!(psp.count("payment", &reference), 1);
        psp.control().faults().next(UPDATES, fault.clone());
        psp.succeed(&attempt).await.unwrap();
        assert_eq!(psp.count("authorization", &reference), 1);
        let payment = attempt.payment_id();
        psp.control().faults().next(CAPTURES, fault.clone());
        psp.client
            .capture(capture(payment, "CAP-1", 100))
            .await
            .unwrap();
        assert_eq!(psp.arrived("/captures"), 2, "{fault:?}");
        assert_eq!(psp.count("capture", &reference), 1);
        psp.control()
            .faults()
            .next("/api/v1/payments/*/cancels", fault.clone());
        psp.client
            .cancel(cancel(payment, "CAN-1", 100))
            .await
            .unwrap();
        psp.control()
            .faults()
            .next("/api/v1/payments/*/refunds", fault);
        psp.client
            .refund(refund(payment, "REF-1", 100))
            .await
            .unwrap();
        assert_eq!(psp.count("refund", &reference), 1);
    }
}

#[tokio::test]
async fn what_stays_lost_is_unknown_and_harmless_to_repeat() {
    let once = |builder: payments_mobilepay::payments_core::client::Builder<_, _, _>| {
        builder.retry(RetryPolicy::never())
    };
    let psp = Psp::with(Config::new(), Timing::SHORTEST, once).await;
    let attempt = psp.authorized("R-1").await;
    let payment = attempt.payment_id();
    for fault in [
        Fault::CloseAfter,
        Fault::CutBody,
        Fault::Html,
        Fault::StatusAfter(500),
    ] {
        psp.control().faults().next(CAPTURES, fault.clone());
        let lost = psp.client.capture(capture(payment, "CAP-1", 100)).await;
        let error = lost.err().unwrap();
        assert!(matches!(error, Error::Unknown(_)), "{fault:?}");
        assert_eq!(error.money_moved(), MoneyMoved::Maybe);
    }
    psp.client
        .capture(capture(payment, "CAP-1", 100))
        .await
        .unwrap();
    assert_eq!(psp.count("capture", "R-1"), 1);
    // The same identifier with another amount is another thing.
    let other = psp.client.capture(capture(payment, "CAP-1", 101)).await;
    assert_eq!(
        code(other),
        ("unknown", Some("sandbox.identifier-reused".to_owned()))
    );
}

#[tokio::test]
async fn a_changed_body_beside_an_empty_reply_is_not_believed() {
    let once = |builder: payments_mobilepay::payments_core::client::Builder<_, _, _>| {
        builder.retry(RetryPolicy::never())
    };
    let psp = Psp::with(Config::new(), Timing::SHORTEST, once).await;
    let attempt = psp.accepted("R-1").await;
    psp.control().faults().next(UPDATES, Fault::Html);
    let report = || attempt.authorize_succeeded().unwrap();
    let odd = psp.client.update_attempt(report()).await;
    assert_eq!(code(odd), ("unknown", None));
    psp.client.update_attempt(report()).await.unwrap();
    assert_eq!(psp.count("authorization", "R-1"), 1);
}
