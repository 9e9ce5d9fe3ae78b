//! Orders and payouts that reach the provider.

use payments_core::incoming::{
    Accepted, AmountClaim, Basis, Confirmation, Endpoint, Inbox, Outcome, Receiver, Worked, danger,
};
use payments_core::{Error, MoneyMoved};
use payments_mocasa::axum::route_or;
use payments_mocasa::codes::{TransferTxStatus, TxStatus};
use payments_mocasa::inbound::{OrderWebhook, PayoutEvent};
use payments_mocasa::sandbox::{Config, Forgery, TransferOutcome, WebhookEncoding};
use tokio::net::TcpListener;

use crate::shop::{
    FORM, JSON, REFUND, Shop, expected, inbound, kind, order, post, refund, signature, transfer,
    transfer_status,
};

const QUERIED: Basis = Basis::Queried { amount: false };
const ONE: Worked = Worked {
    done: 1,
    retried: 0,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_delivered_once_and_refunded_once() {
    for encoding in [WebhookEncoding::Form, WebhookEncoding::Json] {
        let shop = Shop::with(Config::new().webhook_encoding(encoding), |builder| builder).await;
        let created = shop.client.create_order(order("A-1")).await.unwrap();
        assert_eq!(created.order_no.as_deref(), Some("A-1"));
        assert_eq!(shop.control().order("A-1").unwrap().amount(), "1499");
        assert_eq!(shop.status("A-1").await, "unpaid");
        assert_eq!(
            kind(&shop.client.refund(refund("A-1")).await.unwrap_err()),
            "refused with SANDBOX_ORDER_NOT_PAID"
        );
        let open = shop.client.confirm(None, &expected("A-1")).await.unwrap();
        assert!(matches!(open, Confirmation::Open(_)), "{open:?}");

        let sent_back = post(&created.payment_link, FORM, "", b"choice=pay");
        assert!(sent_back.starts_with("HTTP/1.1 303"), "{sent_back}");
        assert!(sent_back.contains("location: https://shop.example/back\r\n"));
        assert_eq!(shop.work().await, ONE);
        let delivered = [("A-1".to_owned(), QUERIED, AmountClaim::Agrees)];
        assert_eq!(shop.delivered(), delivered);

        shop.control().burst_webhook("A-1", 3).unwrap();
        assert_eq!(shop.work().await, Worked::default());
        assert_eq!(shop.delivered(), delivered);
        let webhooks = shop.control().webhooks("A-1");
        let attempts: Vec<_> = webhooks.iter().flat_map(|one| one.attempts()).collect();
        assert_eq!(attempts.len(), 4);
        assert!(attempts.iter().all(|one| one.status() == Some(200)));

        let refunded = shop.client.refund(refund("A-1")).await.unwrap();
        assert_eq!(refunded.order_no.as_deref(), Some("A-1"));
        assert_eq!(shop.status("A-1").await, "refunded");
        let again = shop.client.refund(refund("A-1")).await.unwrap_err();
        assert_eq!(kind(&again), "refused with SANDBOX_ORDER_REFUNDED");
        assert_eq!(again.money_moved(), MoneyMoved::No);
        for kind in ["order", "payment", "refund"] {
            assert_eq!(shop.control().ledger().count(kind, "A-1"), 1, "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_order_delivers_nothing() {
    let shop = Shop::open().await;
    let created = shop.client.create_order(order("A-1")).await.unwrap();
    post(&created.payment_link, FORM, "", b"choice=decline");
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), []);
    let found = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    match found {
        Confirmation::Declined(reply) => assert_eq!(reply.tx_status, TxStatus::Failed),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_failed_undoes_no_success() {
    let shop = Shop::open().await;
    shop.client.create_order(order("A-1")).await.unwrap();
    shop.control().pay("A-1").unwrap();
    assert_eq!(shop.work().await, ONE);
    let late = shop.tell(
        FORM,
        &signature("A-1", "failed"),
        b"orderNo=A-1&txStatus=failed",
    );
    assert!(late.starts_with("HTTP/1.1 200"), "{late}");
    assert_eq!(shop.work().await, ONE);
    let confirmed = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    assert!(confirmed.confirmed().is_some());
    assert_eq!(shop.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_before_the_money_is_only_asked_about() {
    let shop = Shop::open().await;
    shop.client.create_order(order("A-1")).await.unwrap();
    shop.tell(
        FORM,
        &signature("A-1", "success"),
        b"orderNo=A-1&txStatus=success",
    );
    let worked = shop.work().await;
    assert_eq!((worked.done, worked.retried), (0, 1));
    assert_eq!(shop.delivered(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_never_came_is_found_and_then_a_repeat() {
    let shop = Shop::open().await;
    shop.client.create_order(order("A-1")).await.unwrap();
    shop.control().suppress_webhooks(true);
    shop.control().pay("A-1").unwrap();
    assert_eq!(shop.work().await, Worked::default());

    let found = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    let confirmed = found.confirmed().unwrap();
    assert_eq!(confirmed.basis(), QUERIED);
    assert_eq!(confirmed.amount_claim(), AmountClaim::Absent);
    assert_eq!(confirmed.expected(), &expected("A-1"));
    let message = inbound(
        &[
            ("content-type", JSON.as_bytes()),
            ("signature", signature("A-1", "success").as_bytes()),
        ],
        br#"{"orderNo":"A-1","txStatus":"success"}"#,
    );
    let late = shop.verifier.verify(&message).unwrap();
    let key = [
        confirmed.expected().reference(),
        confirmed.tx_status.as_str(),
    ];
    let accept_found = || {
        shop.inbox
            .accept_found::<OrderWebhook>(late.scope(), "A-1", &key)
    };
    assert_eq!(accept_found(), Accepted::New);
    assert_eq!(accept_found(), Accepted::Duplicate);
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered().len(), 1);

    assert_eq!(shop.inbox.accept(&late), Accepted::Duplicate);
    shop.control().suppress_webhooks(false);
    shop.control().resend_webhook("A-1").unwrap();
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_beside_the_signature_decides_nothing() {
    for forged in ["0.01", "1499.001", "a lot"] {
        let shop = Shop::open().await;
        shop.paid("A-1").await;
        let forgery = Forgery::Amount(forged.to_owned());
        shop.control().forge_webhook("A-1", &forgery).unwrap();
        assert_eq!(shop.work().await, ONE);
        let delivered = [("A-1".to_owned(), QUERIED, AmountClaim::Differs)];
        assert_eq!(shop.delivered(), delivered, "{forged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_webhook_goes_nowhere() {
    for forgery in [
        Forgery::WrongSignature,
        Forgery::NoSignature,
        Forgery::Status("failed".to_owned()),
    ] {
        let shop = Shop::open().await;
        shop.paid("A-1").await;
        shop.control().forge_webhook("A-1", &forgery).unwrap();
        assert_eq!(shop.work().await, Worked::default(), "{forgery:?}");
        assert_eq!(shop.delivered(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_compared_with_its_own_order() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    let body = b"orderNo=A-1&txStatus=success";
    let genuine = signature("A-1", "success");
    let headers: [(&str, &[u8]); 2] = [
        ("content-type", FORM.as_bytes()),
        ("signature", genuine.as_bytes()),
    ];
    let event = shop.verifier.verify(&inbound(&headers, body)).unwrap();
    let before = shop.control().requests().len();
    let wrong = shop.client.confirm(Some(&event), &expected("A-2")).await;
    assert_eq!(kind(&wrong.unwrap_err()), "misuse of expected");
    assert_eq!(shop.control().requests().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_order_refuses_its_refund() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    shop.control().settle("A-1").unwrap();
    let refused = shop.client.refund(refund("A-1")).await.unwrap_err();
    assert_eq!(kind(&refused), "refused with SANDBOX_ORDER_SETTLED");
    assert_eq!(shop.control().ledger().count("refund", "A-1"), 0);
    assert_eq!(shop.arrived(REFUND), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_needs_a_beneficiary_and_is_made_once() {
    let shop = Shop::open().await;
    let nobody = shop.client.transfer(transfer("T-1", "AC0")).await;
    assert_eq!(
        kind(&nobody.unwrap_err()),
        "refused with SANDBOX_BENEFICIARY_NOT_FOUND"
    );
    let payee = shop.beneficiary().await;
    let sent = shop.client.transfer(transfer("T-1", &payee)).await.unwrap();
    assert_eq!(sent.transfer_serial_no.as_deref(), Some("T-1"));
    let asked = shop.client.transfer_status(transfer_status("T-1")).await;
    let asked = asked.unwrap();
    assert_eq!(
        asked.tx_status,
        TransferTxStatus::Other("success".to_owned())
    );
    assert_eq!(asked.tx_status, sent.tx_status);
    let again = shop.client.transfer(transfer("T-1", &payee)).await;
    assert!(matches!(again, Err(Error::Refused(_))));
    let ledger = shop.control().ledger();
    let found = ledger.effects().iter().find(|one| one.kind() == "transfer");
    assert_eq!(found.unwrap().amount(), Some("250.5"));
    assert_eq!(ledger.count("transfer", "T-1"), 1);

    shop.control().set_transfer_outcome(TransferOutcome::Failed);
    let failed = shop.client.transfer(transfer("T-2", &payee)).await.unwrap();
    assert_eq!(failed.tx_status.as_str(), "failed");
    assert_eq!(shop.control().ledger().count("transfer", "T-2"), 0);
}

fn payout_events() -> Receiver<PayoutEvent> {
    Receiver::new("sandbox", "shop", danger::authenticated_elsewhere())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payout_event_is_raw_and_acknowledged_as_unverified() {
    let shop = Shop::open().await;
    let fields = [("transferSerialNo", "T-1"), ("txStatus", "success")];
    shop.control().send_payout_event(&fields).unwrap();
    assert_eq!(shop.work().await, Worked::default());
    let callbacks = shop.control().callbacks().list();
    let event = callbacks.first().unwrap();
    let message = inbound(&[("content-type", FORM.as_bytes())], event.body());
    let told = payout_events().receive(&message).unwrap();
    assert_eq!(told.claims().fields.iter().collect::<Vec<_>>(), fields);
    assert_eq!(format!("{told:?}"), "Unverified(..)");
    assert_eq!(event.attempts().first().unwrap().status(), Some(400));
}

/// What may fail five times only: a shop that gets payout events takes them for what they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_payout_event_can_be_acknowledged() {
    let shop = Shop::open().await;
    let events = Inbox::in_memory();
    let (kept, receiver) = (events.clone(), payout_events());
    let route = route_or(shop.verifier.clone(), shop.inbox.clone(), move |inbound| {
        let told = receiver.receive(inbound).ok();
        let payout = told.filter(|told| told.claims().fields.get("transferSerialNo").is_some());
        payout.is_some_and(|payout| kept.accept(&payout) != Accepted::Conflict)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/hook", route);
    tokio::spawn(async move { axum::serve(listener, app).await });
    shop.control().set_webhook(&hook).unwrap();
    let fields = [("transferSerialNo", "T-1"), ("txStatus", "success")];
    shop.control().send_payout_event(&fields).unwrap();
    shop.control().send_payout_event(&fields).unwrap();
    shop.control()
        .send_payout_event(&[("orderNo", "A-1"), ("txStatus", "success")])
        .unwrap();
    assert_eq!(shop.work().await, Worked::default());
    let answers = shop.control().callbacks().list();
    let answers = answers
        .iter()
        .map(|event| event.attempts().first().unwrap().status());
    assert_eq!(
        answers.collect::<Vec<_>>(),
        [Some(200), Some(200), Some(400)]
    );
    let mut seen = Vec::new();
    events.work_blocking(|row| {
        let told = payout_events().receive(row.inbound().unwrap()).unwrap();
        let number = told
            .claims()
            .fields
            .get("transferSerialNo")
            .map(str::to_owned);
        seen.extend(number);
        Outcome::Done
    });
    assert_eq!(seen, ["T-1"], "once");
}
