//! Replies that get lost: what may have moved money is unknown and sent once, reads are malformed.

use payments_core::call::Call;
use payments_core::client::Prepared;
use payments_core::sandbox::Reply;
use payments_core::{Error, MoneyMoved, Pending, Resolved};
use payments_moka::codes::PaymentStatus;
use payments_moka::sandbox::Fault;
use payments_moka::types::{Capture, CreatePage, PaymentKey, RefundAmount, RequestRefund, Void};

use crate::shop::{
    APPROVE, CAPTURE, CREATE, DAY, DETAILS, PageDraft, REFUND, Shop, UNDO, VOID, approve, capture,
    details, kind, refund, undo, void,
};

/// What can become of a reply, and whether one comes at all.
fn faults() -> Vec<(Fault, bool)> {
    let elsewhere = "http://127.0.0.1:9/elsewhere";
    let moved = |status| Reply::new(status).header("location", elsewhere);
    let ex = r#"{"Data":null,"ResultCode":"EX","ResultMessage":"","Exception":"Beklenmeyen"}"#;
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
        (Fault::ReplaceAfter(Reply::json(200, ex)), true),
        (Fault::ReplaceAfter(Reply::json(500, ex)), true),
    ]
}

/// Stores the call as a merchant would, loses its reply, and gives back what was stored.
async fn lose<C: Call>(shop: &Shop, path: &str, fault: Fault, call: C) -> Pending<C> {
    let prepared: Prepared<C> = shop.client.prepare(call).unwrap();
    let stored = serde_json::to_string(&prepared.pending()).unwrap();
    shop.control().faults().next(path, fault);
    let error = match shop.client.send(prepared).await {
        Ok(_) => panic!("answered"),
        Err(error) => error,
    };
    assert_eq!(error.money_moved(), MoneyMoved::Maybe, "{error}");
    let Error::Unknown(unknown) = &error else {
        panic!("{error}");
    };
    let pending: Pending<C> = serde_json::from_str(&stored).unwrap();
    assert_eq!(pending.record().reference(), unknown.record().reference());
    assert_eq!(shop.arrived(path), 1);
    pending
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_reply_is_lost_was_paid_by_nobody() {
    let shop = Shop::open().await;
    let page = PageDraft::of("ORD-1").build();
    let pending: Pending<CreatePage> = lose(&shop, CREATE, Fault::CloseAfter, page).await;
    match shop.client.resolve(&pending).await.unwrap() {
        Resolved::Settled(reply) => assert_eq!(reply.payment, None),
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.arrived(CREATE), 1);
    assert_eq!(shop.control().ledger().count("page", "ORD-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_reply_is_lost_is_found() {
    for (fault, status) in [
        (Fault::CloseAfter, PaymentStatus::Payment),
        (Fault::CloseBefore, PaymentStatus::PreAuthorisation),
    ] {
        let shop = Shop::open().await;
        shop.paid_with("ORD-1", |page| PageDraft {
            pre_auth: true,
            ..page
        })
        .await;
        let call = capture("ORD-1", "27.50");
        let pending: Pending<Capture> = lose(&shop, CAPTURE, fault, call).await;
        let Resolved::Settled(reply) = shop.client.resolve(&pending).await.unwrap() else {
            panic!("not settled");
        };
        assert_eq!(reply.payment.as_ref().unwrap().payment_status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_whose_reply_is_lost_is_found() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    let pending: Pending<Void> = lose(&shop, VOID, Fault::CloseAfter, void("ORD-1")).await;
    let Resolved::Settled(reply) = shop.client.resolve(&pending).await.unwrap() else {
        panic!("not settled");
    };
    let status = &reply.payment.as_ref().unwrap().payment_status;
    assert_eq!(*status, PaymentStatus::Voided);
    assert_eq!(shop.happened("void"), 1);
}

/// What is addressed by Moka's own code cannot be asked for by the merchant's.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_goes_by_the_merchants_code_can_be_asked_for() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    shop.control().advance(DAY);
    let order = shop.control().payment("ORD-1").unwrap();
    let by_order = RequestRefund::builder()
        .payment(PaymentKey::VirtualPosOrderId(
            order.virtual_pos_order_id().to_owned(),
        ))
        .amount(RefundAmount::Everything)
        .build()
        .unwrap();
    let pending = lose(&shop, REFUND, Fault::CloseAfter, by_order).await;
    assert_eq!(pending.record().reference(), None);
    assert!(shop.client.resolve(&pending).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_call_is_of_its_own_host_and_kind() {
    let shop = Shop::open().await;
    let page = PageDraft::of("ORD-1").build();
    let pending = lose(&shop, CREATE, Fault::CloseAfter, page).await;
    assert!(Pending::<Void>::try_from(pending.record().clone()).is_err());
    let elsewhere = Shop::open().await;
    let refused = elsewhere.client.resolve(&pending).await.unwrap_err();
    assert_eq!(kind(&refused), "misuse of pending");
    assert!(elsewhere.control().requests().is_empty());
}

/// Sends a call into the fault and checks that it is unknown, sent once, and happened as it did.
async fn check_once<C: Call + Clone>(path: &str, effect: &str, make: impl Fn() -> C) {
    for (fault, answers) in faults() {
        let shop = Shop::open().await;
        shop.paid_with("AUTH", |page| PageDraft {
            pre_auth: true,
            ..page
        })
        .await;
        shop.paid_with("POOL", |page| PageDraft { pool: true, ..page })
            .await;
        shop.paid_with("DONE", |page| PageDraft { pool: true, ..page })
            .await;
        shop.client
            .approve_pool_payment(approve("DONE"))
            .await
            .unwrap();
        shop.paid("OLD").await;
        if path == REFUND {
            shop.control().advance(DAY);
        }
        let (sent, happened) = (shop.arrived(path), shop.happened(effect));
        let wanted = happened + usize::from(fault.reaches_provider());
        let name = format!("{} on {path}", fault.name());
        shop.control().faults().next(path, fault);
        let error = match shop.client.call(make()).await {
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
async fn no_fault_makes_a_call_that_moves_money_fail_or_repeat() {
    check_once(CREATE, "page", || PageDraft::of("NEW").build()).await;
    check_once(CAPTURE, "capture", || capture("AUTH", "27.50")).await;
    check_once(VOID, "void", || void("OLD")).await;
    let all = || refund("OLD", RefundAmount::Everything);
    check_once(REFUND, "refund_request", all).await;
    check_once(APPROVE, "pool_approval", || approve("POOL")).await;
    check_once(UNDO, "pool_undo", || undo("DONE")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_into_a_fault_is_malformed() {
    for (fault, answers) in faults() {
        let shop = Shop::impatient().await;
        shop.paid("ORD-1").await;
        let name = fault.name();
        let refuses = match &fault {
            Fault::ReplaceAfter(reply) => reply.bytes().starts_with(b"{"),
            _ => false,
        };
        shop.control().faults().next(DETAILS, fault);
        let error = shop
            .client
            .payment_details(details("ORD-1"))
            .await
            .unwrap_err();
        let expect = if refuses {
            "refused with EX"
        } else {
            "malformed, moved: No"
        };
        assert_eq!(kind(&error), expect, "{name}");
        assert_eq!(error.money_moved(), MoneyMoved::No);
        assert_eq!(error.response().is_some(), answers, "{name}");
        assert_eq!(shop.arrived(DETAILS), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_repeated_where_its_reply_is_lost() {
    for fault in [Fault::CloseBefore, Fault::CutBody, Fault::StatusAfter(503)] {
        let shop = Shop::open().await;
        shop.paid("ORD-1").await;
        shop.control().faults().times(DETAILS, fault, 2);
        assert_eq!(shop.standing("ORD-1", "27.50").await, "paid");
        assert_eq!(shop.arrived(DETAILS), 3);
    }
}
