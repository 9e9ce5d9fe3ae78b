//! Replies that get lost: what the gateway takes twice as once is repeated, and what stays open is
//! asked for.

use payments_core::call::{Call, Resolve};
use payments_core::client::RetryPolicy;
use payments_core::outgoing::StillUnknown;
use payments_core::sandbox::Reply;
use payments_core::testing::FixedClock;
use payments_core::{Error, MoneyMoved, Pending, Resolved};
use payments_momo::Outcome;
use payments_momo::codes::ConfirmType;
use payments_momo::sandbox::{Config, Fault};
use payments_momo::types::{CaptureOrCancel, CreatePayment, Refund};
use std::sync::Arc;
use std::time::Duration;

use crate::shop::{
    CONFIRM, CREATE, QUERY, REFUND, REFUND_QUERY, Shop, confirming, dong, kind, payment_status,
    refund, refund_status,
};

/// What can become of a reply, and whether one comes at all.
fn faults() -> Vec<(Fault, bool)> {
    let elsewhere = "http://127.0.0.1:9/elsewhere";
    let moved = |status| Reply::new(status).header("location", elsewhere);
    vec![
        (Fault::CloseBefore, false),
        (Fault::CloseAfter, false),
        (Fault::CutBody, false),
        (Fault::StatusBefore(502), true),
        (Fault::StatusAfter(500), true),
        (Fault::StatusAfter(503), true),
        (Fault::StatusAfter(403), true),
        (Fault::Html, true),
        (Fault::ContentType("text/plain".to_owned()), true),
        (Fault::InvalidUtf8, true),
        (Fault::ReplaceAfter(Reply::see_other(elsewhere)), true),
        (Fault::ReplaceAfter(moved(302)), true),
        (Fault::ReplaceAfter(moved(307)), true),
        (Fault::ReplaceAfter(moved(308)), true),
        (Fault::ReplaceAfter(Reply::json(200, "")), true),
        (Fault::ReplaceAfter(Reply::new(204)), true),
    ]
}

/// Loses the reply to a call and gives back what was stored before it was sent.
async fn lose<C: Call>(shop: &Shop, path: &str, fault: Fault, call: C) -> Pending<C> {
    let prepared = shop.client.prepare(call).unwrap();
    let stored = serde_json::to_string(&prepared.pending()).unwrap();
    shop.control().faults().next(path, fault);
    let error = match shop.client.send(prepared).await {
        Ok(_) => panic!("answered"),
        Err(error) => error,
    };
    assert_eq!(kind(&error), "unknown, moved: Maybe");
    let Error::Unknown(unknown) = &error else {
        panic!("{error}");
    };
    assert!(Pending::<C>::try_from(unknown.record().clone()).is_ok());
    serde_json::from_str(&stored).unwrap()
}

/// Sends a call into every fault, without repeats: it is unknown, and happened as it did.
async fn check_open<C: Call + Clone>(path: &str, effect: &str, make: impl Fn(&Shop, i64) -> C) {
    for (fault, answers) in faults() {
        let shop = Shop::impatient().await;
        shop.held("A-0").await;
        let trans_id = shop.paid("A-1").await;
        let (sent, happened) = (shop.arrived(path), shop.happened(effect));
        let wanted = happened + usize::from(fault.reaches_provider());
        let name = format!("{} on {path}", fault.name());
        shop.control().faults().next(path, fault);
        let error = match shop.client.call(make(&shop, trans_id)).await {
            Ok(_) => panic!("{name} is answered"),
            Err(error) => error,
        };
        assert_eq!(kind(&error), "unknown, moved: Maybe", "{name}");
        assert_eq!(error.response().is_some(), answers, "{name}");
        assert_eq!(shop.arrived(path), sent + 1, "{name}");
        assert_eq!(shop.happened(effect), wanted, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_makes_a_call_that_does_something_fail() {
    check_open(CREATE, "order", |shop, _| shop.payment("A-2")).await;
    check_open(REFUND, "refund", |_, trans_id| {
        refund("RF-1", trans_id, 3_000)
    })
    .await;
    check_open(CONFIRM, "capture", |_, _| {
        confirming("A-0", ConfirmType::Capture, 33_000)
    })
    .await;
}

/// The same `requestId` and body get the same final result, so a repeat is harmless.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_is_fetched_by_sending_the_same_again() {
    for fault in [Fault::CloseBefore, Fault::CloseAfter, Fault::CutBody] {
        let shop = Shop::open().await;
        let name = fault.name();
        shop.control().faults().times(CREATE, fault.clone(), 2);
        let created = shop
            .client
            .create_payment(shop.payment("A-1"))
            .await
            .unwrap();
        assert!(created.pay_url.is_some(), "{name}");
        assert_eq!(
            (shop.arrived(CREATE), shop.happened("order")),
            (3, 1),
            "{name}"
        );
        let trans_id = shop.paid("A-2").await;
        shop.control().faults().times(REFUND, fault.clone(), 2);
        shop.client
            .refund(refund("RF-1", trans_id, 3_000))
            .await
            .unwrap();
        assert_eq!(
            (shop.arrived(REFUND), shop.happened("refund")),
            (3, 1),
            "{name}"
        );
        shop.held("A-3").await;
        shop.control().faults().times(CONFIRM, fault, 2);
        let capture = confirming("A-3", ConfirmType::Capture, 33_000);
        shop.client.capture_or_cancel(capture).await.unwrap();
        assert_eq!(
            (shop.arrived(CONFIRM), shop.happened("capture")),
            (3, 1),
            "{name}"
        );
    }
}

/// Only what got no answer is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_not_sent_again() {
    for status in [429, 500, 503] {
        let shop = Shop::open().await;
        let trans_id = shop.paid("A-1").await;
        let before = shop.arrived(CREATE);
        for path in [CREATE, REFUND, QUERY] {
            shop.control()
                .faults()
                .next(path, Fault::StatusAfter(status));
        }
        let error = shop.client.create_payment(shop.payment("A-2")).await;
        assert_eq!(kind(&error.unwrap_err()), "unknown, moved: Maybe");
        let error = shop.client.refund(refund("RF-1", trans_id, 3_000)).await;
        assert_eq!(kind(&error.unwrap_err()), "unknown, moved: Maybe");
        let error = shop.client.payment_status(payment_status("A-1")).await;
        assert_eq!(kind(&error.unwrap_err()), "malformed, moved: No");
        let arrived = [CREATE, REFUND, QUERY].map(|path| shop.arrived(path));
        assert_eq!(arrived, [before + 1, 1, 1], "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_in_flight_is_open_and_another_body_is_a_conflict() {
    let shop = Shop::open().await;
    shop.client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap();
    shop.control().set_in_flight("R-A-1", true).unwrap();
    let error = shop
        .client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap_err();
    assert_eq!(kind(&error), "unknown with 7000");
    assert_eq!(error.response().unwrap().status().as_u16(), 422);
    shop.control().set_in_flight("R-A-1", false).unwrap();
    shop.client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap();
    let other = shop.payment_saying("A-1", "another text");
    let error = shop.client.create_payment(other).await.unwrap_err();
    assert_eq!(kind(&error), "unknown with 40");
    assert_eq!(shop.happened("order"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stayed_open_is_asked_for() {
    let shop = Shop::impatient().await;
    let call = shop.payment("A-1");
    let pending: Pending<CreatePayment> = lose(&shop, CREATE, Fault::CloseAfter, call).await;
    let Resolved::Settled(reply) = shop.client.resolve(&pending).await.unwrap() else {
        panic!("not found");
    };
    assert_eq!(reply.result_code.outcome(), Outcome::Pending);

    let trans_id = shop.paid("A-2").await;
    let call = refund("RF-1", trans_id, 3_000);
    let pending: Pending<Refund> = lose(&shop, REFUND, Fault::CloseAfter, call).await;
    let Resolved::Settled(reply) = shop.client.resolve(&pending).await.unwrap() else {
        panic!("not found");
    };
    assert_eq!(reply.result_code.outcome(), Outcome::Paid);
    assert_eq!(reply.amount, Some(dong(3_000)));

    shop.held("A-3").await;
    let call = confirming("A-3", ConfirmType::Cancel, 33_000);
    let pending: Pending<CaptureOrCancel> = lose(&shop, CONFIRM, Fault::CloseAfter, call).await;
    let Resolved::Settled(reply) = shop.client.resolve(&pending).await.unwrap() else {
        panic!("not found");
    };
    assert_eq!(reply.result_code.as_str(), "1017");
    assert!(Pending::<Refund>::try_from(pending.record().clone()).is_err());
}

/// 42 is the documented "there is none": believed once a request under way would have arrived.
#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrived_never_happened_after_a_while() {
    let clock = Arc::new(FixedClock::new());
    let shop = Shop::with(Config::new(), |builder| {
        builder.retry(RetryPolicy::never()).clock(clock.clone())
    })
    .await;
    let call = shop.payment("A-1");
    let pending = lose(&shop, CREATE, Fault::CloseBefore, call).await;
    let early = shop.client.resolve(&pending).await.unwrap();
    assert!(
        matches!(early, Resolved::StillUnknown(StillUnknown::TooEarly)),
        "{early:?}"
    );
    clock.advance(Duration::from_secs(3600));
    let late = shop.client.resolve(&pending).await.unwrap();
    assert!(matches!(late, Resolved::NeverHappened), "{late:?}");
    assert_eq!(shop.happened("order"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_into_a_fault_is_malformed_and_asked_again() {
    for (fault, answers) in faults() {
        let shop = Shop::impatient().await;
        let trans_id = shop.paid("A-1").await;
        shop.client
            .refund(refund("RF-1", trans_id, 3_000))
            .await
            .unwrap();
        let name = fault.name();
        shop.control().faults().next(QUERY, fault.clone());
        shop.control().faults().next(REFUND_QUERY, fault);
        let payment = shop.client.payment_status(payment_status("A-1")).await;
        let refund = shop.client.refund_status(refund_status("RF-1")).await;
        for error in [payment.unwrap_err(), refund.unwrap_err()] {
            assert_eq!(kind(&error), "malformed, moved: No", "{name}");
            assert_eq!(error.money_moved(), MoneyMoved::No);
            assert_eq!(error.response().is_some(), answers, "{name}");
        }
    }
    // With the same number, what is not final would be refused with 40: a question that may have arrived is not
    // asked twice by it.
    let shop = Shop::open().await;
    shop.client
        .create_payment(shop.payment("A-2"))
        .await
        .unwrap();
    let before = shop.arrived(QUERY);
    shop.control().faults().next(QUERY, Fault::CloseAfter);
    let error = shop
        .client
        .payment_status(payment_status("A-2"))
        .await
        .unwrap_err();
    assert_eq!(kind(&error), "malformed, moved: No");
    assert_eq!(shop.arrived(QUERY), before + 1);
    assert_eq!(shop.status("A-2").await, "1000");
}

#[test]
fn every_question_has_a_number_of_its_own() {
    let first = CreatePayment::query("A-1").unwrap();
    let second = CreatePayment::query("A-1").unwrap();
    assert_ne!(first.request_id(), second.request_id());
    assert!(CreatePayment::query("A 1").is_err());
}
