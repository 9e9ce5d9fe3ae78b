//! Replies that get lost: what may have moved money is unknown and sent once, reads are malformed.

use payments_core::call::Call;
use payments_core::client::Prepared;
use payments_core::outgoing::StillUnknown;
use payments_core::sandbox::Reply;
use payments_core::{Error, MoneyMoved, Pending, Resolved};
use payments_mocasa::sandbox::Fault;
use payments_mocasa::types::{CreateOrder, Refund, Transfer};

use crate::shop::{
    BENEFICIARY, CREATE, QUERY, REFUND, Shop, TRANSFER, TRANSFER_QUERY, beneficiary, kind, order,
    order_status, refund, transfer, transfer_status,
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
    assert_eq!(pending.record(), unknown.record());
    assert!(Pending::<C>::try_from(unknown.record().clone()).is_ok());
    assert_eq!(shop.arrived(path), 1);
    pending
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_reply_is_lost_is_found() {
    let shop = Shop::open().await;
    let pending: Pending<CreateOrder> = lose(&shop, CREATE, Fault::CloseAfter, order("A-1")).await;
    match shop.client.resolve(&pending).await.unwrap() {
        Resolved::Settled(reply) => {
            assert_eq!(reply.tx_status.as_str(), "unpaid");
            assert!(reply.payment_link.is_some());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.control().ledger().count("order", "A-1"), 1);
    assert_eq!(shop.arrived(CREATE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_whose_reply_is_lost_is_found() {
    let shop = Shop::open().await;
    let payee = shop.beneficiary().await;
    let call = transfer("T-1", &payee);
    let pending: Pending<Transfer> = lose(&shop, TRANSFER, Fault::CloseAfter, call).await;
    match shop.client.resolve(&pending).await.unwrap() {
        Resolved::Settled(reply) => assert_eq!(reply.tx_status.as_str(), "success"),
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.control().ledger().count("transfer", "T-1"), 1);
    assert_eq!(shop.arrived(TRANSFER), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_has_not_failed() {
    let shop = Shop::open().await;
    let pending = lose(&shop, CREATE, Fault::CloseBefore, order("A-1")).await;
    match shop.client.resolve(&pending).await.unwrap() {
        Resolved::StillUnknown(StillUnknown::Refused(refused)) => {
            assert_eq!(refused.code(), Some("SANDBOX_ORDER_NOT_FOUND"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.arrived(CREATE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_call_is_of_its_own_host_and_kind() {
    let shop = Shop::open().await;
    let pending = lose(&shop, CREATE, Fault::CloseAfter, order("A-1")).await;
    assert!(Pending::<Transfer>::try_from(pending.record().clone()).is_err());
    let elsewhere = Shop::open().await;
    let refused = elsewhere.client.resolve(&pending).await.unwrap_err();
    assert_eq!(kind(&refused), "misuse of pending");
    assert!(elsewhere.control().requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_whose_reply_is_lost_stays_unknown() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    let pending: Pending<Refund> = lose(&shop, REFUND, Fault::CloseAfter, refund("A-1")).await;
    assert_eq!(pending.record().reference(), Some("A-1"));
    assert_eq!(shop.control().ledger().count("refund", "A-1"), 1);
    assert_eq!(shop.arrived(REFUND), 1);
}

/// Sends a call into the fault and checks that it is unknown, sent once, and happened as it did.
async fn check_once<C: Call + Clone>(path: &str, effect: &str, make: impl Fn(&str) -> C) {
    for (fault, answers) in faults() {
        let shop = Shop::open().await;
        shop.paid("A-1").await;
        let payee = shop.beneficiary().await;
        let (sent, happened) = (shop.arrived(path), shop.happened(effect));
        let wanted = happened + usize::from(fault.reaches_provider());
        let name = format!("{} on {path}", fault.name());
        shop.control().faults().next(path, fault);
        let error = match shop.client.call(make(&payee)).await {
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
    check_once(CREATE, "order", |_| order("A-2")).await;
    check_once(REFUND, "refund", |_| refund("A-1")).await;
    check_once(BENEFICIARY, "beneficiary", |_| beneficiary()).await;
    check_once(TRANSFER, "transfer", |payee| transfer("T-1", payee)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_into_a_fault_is_malformed() {
    for (fault, answers) in faults() {
        let shop = Shop::impatient().await;
        shop.paid("A-1").await;
        let name = fault.name();
        shop.control()
            .faults()
            .next("/payment/order/query", fault.clone());
        shop.control()
            .faults()
            .next("/payout/transfer/query", fault);
        let order = shop.client.order_status(order_status("A-1")).await;
        let transfer = shop.client.transfer_status(transfer_status("T-1")).await;
        for error in [order.unwrap_err(), transfer.unwrap_err()] {
            assert_eq!(kind(&error), "malformed, moved: No", "{name}");
            assert_eq!(error.response().is_some(), answers, "{name}");
        }
        assert_eq!((shop.arrived(QUERY), shop.arrived(TRANSFER_QUERY)), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_repeated_where_its_reply_is_lost() {
    for fault in [Fault::CloseBefore, Fault::CutBody, Fault::StatusAfter(503)] {
        let shop = Shop::open().await;
        shop.paid("A-1").await;
        shop.control().faults().times(QUERY, fault, 2);
        assert_eq!(shop.status("A-1").await, "success");
        assert_eq!(shop.arrived(QUERY), 3);
    }
}
