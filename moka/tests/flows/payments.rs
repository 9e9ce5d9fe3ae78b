//! Payments that reach the provider: started, confirmed, collected, given back.

use std::time::Duration;

use payments_core::incoming::{Accepted, Basis, Confirmation, Expected, Worked};
use payments_core::{Currency, Money, MoneyMoved};
use payments_moka::codes::{BankCode, PaymentStatus, TrxStatus, TrxType};
use payments_moka::ext::{Outcome, Returned, Taking};
use payments_moka::sandbox::{CaptureLimit, Config, Forgery, PaymentState, UnknownPayment};
use payments_moka::types::{
    DetailKey, ListPayments, ListTransactions, PaymentDetails, PaymentKey, RefundAmount,
    RequestRefund,
};

use crate::shop::{
    DAY, FORM, Shop, approve, capture, details, expected, inbound, kind, lira, post, refund, undo,
    void, word,
};

const ONE: Worked = Worked {
    done: 1,
    retried: 0,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_made_on_the_page_and_delivered_once() {
    let shop = Shop::open().await;
    let page = shop.page("ORD-1").await;
    assert_eq!(shop.standing("ORD-1", "27.50").await, "open");
    let card = b"step=card&cardHolder=Ay%C5%9Fe+G%C3%BCl&cardNumber=5127541122223332\
                 &expMonth=12&expYear=2030&cvc=000";
    let step = post(&page.url, FORM, card);
    assert!(step.contains("3D Güvenlik"), "{step}");
    assert_eq!(shop.standing("ORD-1", "27.50").await, "open");
    let ended = post(&page.url, FORM, b"step=three-d&code=123456");
    // The browser posts the form of the last page to the shop.
    let fields = shop.control().return_fields("ORD-1").unwrap();
    for (name, value) in &fields {
        assert!(
            ended.contains(&format!("name=\"{name}\" value=\"{value}\"")),
            "{ended}"
        );
    }
    shop.control().resend_return("ORD-1").unwrap();
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")]);
    // Again, and again: the buyer reloads.
    for _ in 0..3 {
        shop.control().resend_return("ORD-1").unwrap();
    }
    assert_eq!(shop.work().await, Worked::default());
    let returns = shop.control().returns("ORD-1");
    let statuses = returns.iter().flat_map(|one| one.attempts());
    assert!(
        statuses
            .map(|one| one.status())
            .all(|status| status == Some(200))
    );
    assert_eq!(shop.delivered().len(), 1);

    let found = shop.client.payment_details(details("ORD-1")).await.unwrap();
    let payment = found.payment.as_ref().unwrap();
    assert_eq!(payment.amount, lira("27.50"));
    assert_eq!(payment.refunded, Some(lira("0")));
    assert_eq!(payment.card_holder_full_name.as_deref(), Some("Ayşe Gül"));
    assert_eq!(payment.description.as_deref(), Some("Çay & <börek>"));
    assert_eq!(payment.three_d, Some(true));
    assert_eq!(payment.payment_date.as_deref(), Some("2026-01-01T03:00:00"));
    let transactions = found.transactions.as_ref().unwrap();
    let only = transactions.first().unwrap();
    assert_eq!(
        (&only.trx_type, &only.trx_status),
        (&TrxType::Payment, &TrxStatus::Done)
    );
    assert!(
        only.virtual_pos_order_id
            .as_ref()
            .unwrap()
            .starts_with(" Test-")
    );
    let id = payment.dealer_payment_id.clone().unwrap();
    let by_id = PaymentDetails::builder().payment(DetailKey::PaymentId(id));
    let by_id = shop.client.payment_details(by_id.build().unwrap()).await;
    assert_eq!(by_id.unwrap().payment.as_ref(), Some(payment));
    for kind in ["page", "payment"] {
        assert_eq!(shop.control().ledger().count(kind, "ORD-1"), 1, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_says_what_it_rests_on() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    let expected = expected("ORD-1");
    let found = shop
        .client
        .confirm(None, &expected, Taking::Contracted)
        .await;
    let Confirmation::Confirmed(confirmed) = found.unwrap() else {
        panic!("not paid");
    };
    assert_eq!(confirmed.basis(), Basis::Queried { amount: true });
    assert_eq!(confirmed.expected(), &expected);
    for (amount, currency) in [("27.49", Currency::TRY), ("27.50", Currency::USD)] {
        let other = Money::from_decimal(amount, currency).unwrap();
        let other = Expected::new("ORD-1", other);
        let found = shop.client.confirm(None, &other, Taking::Contracted).await;
        assert_eq!(word(&found.unwrap()), "differs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_currencies_go_out_and_come_back() {
    let shop = Shop::open().await;
    for (reference, currency, wire) in [
        ("A", Currency::TRY, "27.50 TL"),
        ("B", Currency::USD, "27.50 USD"),
        ("C", Currency::EUR, "27.50 EUR"),
        ("D", Currency::GBP, "27.50 GBP"),
    ] {
        let amount = Money::from_decimal("27.5", currency).unwrap();
        let page = shop.page_with(reference, |page| crate::shop::PageDraft { amount, ..page });
        let page = page.await;
        let shown = get(&page.url);
        assert!(shown.contains(wire), "{shown}");
        shop.control().pay(reference).unwrap();
        let found = shop
            .client
            .payment_details(details(reference))
            .await
            .unwrap();
        assert_eq!(found.payment.as_ref().unwrap().amount, amount);
    }
}

fn get(url: &str) -> String {
    // A page takes an empty form as nothing.
    post(url, FORM, b"step=none")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_payment_delivers_nothing() {
    let shop = Shop::open().await;
    shop.page("ORD-1").await;
    shop.control().decline("ORD-1", "002").unwrap();
    shop.control().callbacks().idle().await;
    let sent = shop.control().returns("ORD-1");
    let body = std::str::from_utf8(sent.first().unwrap().body()).unwrap();
    let token = shop.token("ORD-1");
    let inbound = inbound(&format!("/moka/return?t={token}"), body);
    let started = shop.pages.lock().unwrap().get(&token).cloned().unwrap();
    let event = shop.returns.verify(&inbound, &started).unwrap();
    assert_eq!(event.outcome, Outcome::Failure);
    let claims = event.unsigned();
    assert_eq!(claims.result_code, Some(BankCode::LimitInsufficient));
    assert_eq!(claims.result_message.as_deref(), Some("Limit yetersiz"));
    assert_eq!(claims.other_trx_code, "ORD-1");
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), []);
    assert_eq!(shop.standing("ORD-1", "27.50").await, "declined");
}

/// The return says failed, and the money is taken all the same: only the query knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_leaves_it_open_is_asked_for() {
    for code in ["008", "009", "017", "021", "024"] {
        let shop = Shop::open().await;
        shop.page("ORD-1").await;
        shop.control().pay_unnoticed("ORD-1", code).unwrap();
        assert_eq!(shop.work().await, ONE);
        assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")], "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_return_never_came_is_found_by_asking() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.standing("ORD-1", "27.50").await, "paid");
    let values = ["ORD-1", Outcome::Success.letter()];
    let scope = shop.returns.scope();
    let found = || shop.inbox.accept_found::<Returned>(scope, "ORD-1", &values);
    assert_eq!(found(), Accepted::New);
    assert_eq!(found(), Accepted::Duplicate);
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")]);
    // The late return is a repeat.
    shop.control().resend_return("ORD-1").unwrap();
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_who_goes_away_pays_nothing() {
    for how in [UnknownPayment::NullDetail, UnknownPayment::NoDetail] {
        let shop = Shop::with(Config::new().unknown_payment(how), |builder| builder).await;
        shop.page("ORD-1").await;
        shop.control().abandon("ORD-1").unwrap();
        assert_eq!(shop.standing("ORD-1", "27.50").await, "open");
        assert_eq!(shop.standing("unheard-of", "27.50").await, "open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_authorised_is_captured_and_then_paid() {
    let shop = Shop::open().await;
    shop.page_with("ORD-1", |page| crate::shop::PageDraft {
        pre_auth: true,
        ..page
    })
    .await;
    shop.control().pay("ORD-1").unwrap();
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "authorised")]);
    let too_much = shop.client.capture(capture("ORD-1", "31.63")).await;
    assert_eq!(
        kind(&too_much.unwrap_err()),
        "refused with PaymentDealer.DoCapture.CaptureNotAvailable"
    );
    let done = shop
        .client
        .capture(capture("ORD-1", "31.62"))
        .await
        .unwrap();
    assert!(
        done.virtual_pos_order_id
            .as_ref()
            .unwrap()
            .starts_with("Test-")
    );
    assert_eq!(shop.standing("ORD-1", "31.62").await, "paid");
    assert_eq!(shop.standing("ORD-1", "27.50").await, "differs");
    let again = shop
        .client
        .capture(capture("ORD-1", "27.50"))
        .await
        .unwrap_err();
    assert_eq!(again.money_moved(), MoneyMoved::No);
    let ledger = shop.control().ledger();
    for (kind, times) in [("authorisation", 1), ("capture", 1), ("payment", 0)] {
        assert_eq!(ledger.count(kind, "ORD-1"), times, "{kind}");
    }
    let limit = Config::new().capture_limit(CaptureLimit::EqualOrLess);
    let shop = Shop::with(limit, |builder| builder).await;
    shop.paid_with("ORD-2", |page| crate::shop::PageDraft {
        pre_auth: true,
        ..page
    })
    .await;
    assert!(
        shop.client
            .capture(capture("ORD-2", "27.51"))
            .await
            .is_err()
    );
    assert!(shop.client.capture(capture("ORD-2", "1")).await.is_ok());
}

/// A person has to look at another amount only where money is held or was taken: what is over is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_over_differs_no_more() {
    let shop = Shop::open().await;
    for reference in ["A", "B"] {
        let draft = |page| crate::shop::PageDraft {
            pre_auth: true,
            ..page
        };
        shop.paid_with(reference, draft).await;
        assert_eq!(shop.standing(reference, "24").await, "differs");
        let captured = shop.client.capture(capture(reference, "24")).await;
        captured.unwrap();
        assert_eq!(shop.standing(reference, "27.50").await, "differs");
    }
    shop.client.void(void("A")).await.unwrap();
    assert_eq!(shop.standing("A", "27.50").await, "voided");
    shop.control().advance(DAY);
    let rest = refund("B", RefundAmount::Everything);
    shop.client.request_refund(rest).await.unwrap();
    shop.control().complete_refund("B").unwrap();
    assert_eq!(shop.standing("B", "27.50").await, "refunded");
    shop.page("C").await;
    shop.control().decline("C", "002").unwrap();
    assert_eq!(shop.standing("C", "20").await, "declined");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_payment_is_held_released_and_taken_back() {
    let shop = Shop::open().await;
    shop.takes(Taking::Pool);
    shop.page_with("ORD-1", |page| crate::shop::PageDraft {
        pool: true,
        ..page
    })
    .await;
    shop.control().pay("ORD-1").unwrap();
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "held")]);
    shop.client
        .approve_pool_payment(approve("ORD-1"))
        .await
        .unwrap();
    let twice = shop.client.approve_pool_payment(approve("ORD-1")).await;
    assert_eq!(
        kind(&twice.unwrap_err()),
        "refused with PaymentDealer.DoApprovePoolPayment.PaymentAlreadyApproved"
    );
    shop.client.undo_pool_approval(undo("ORD-1")).await.unwrap();
    assert!(shop.control().payment("ORD-1").unwrap().is_held());
    shop.client
        .approve_pool_payment(approve("ORD-1"))
        .await
        .unwrap();
    // The day after it cannot be taken back, by a code that nobody documents: so it is unknown.
    shop.control().advance(DAY);
    let late = shop
        .client
        .undo_pool_approval(undo("ORD-1"))
        .await
        .unwrap_err();
    assert_eq!(kind(&late), "unknown, moved: Maybe");
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("pool_approval", "ORD-1"), 2);
    assert_eq!(ledger.count("pool_undo", "ORD-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_is_for_the_same_day_until_ten() {
    let shop = Shop::open().await;
    for reference in ["A", "B"] {
        shop.paid(reference).await;
    }
    shop.client.void(void("A")).await.unwrap();
    assert_eq!(shop.standing("A", "27.50").await, "voided");
    shop.control().advance(Duration::from_secs(19 * 3600));
    let late = shop.client.void(void("B")).await.unwrap_err();
    assert_eq!(
        kind(&late),
        "refused with PaymentDealer.DoVoid.PaymentNotAvailable"
    );
    assert_eq!(shop.standing("B", "27.50").await, "paid");
    assert_eq!(shop.happened("void"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_request_is_no_refund_yet() {
    for numeric in [false, true] {
        let config = Config::new().numeric_refund_ids(numeric);
        let shop = Shop::with(config, |builder| builder).await;
        shop.paid("ORD-1").await;
        let part = |amount: &str| refund("ORD-1", RefundAmount::Amount(lira(amount)));
        let early = shop.client.request_refund(part("5.10")).await.unwrap_err();
        assert_eq!(
            kind(&early),
            "refused with PaymentDealer.DoCreateRefundRequest.InvalidRequest"
        );
        shop.control().advance(DAY);
        let requested = shop.client.request_refund(part("5.10")).await.unwrap();
        let id = requested.refund_request_id.clone().unwrap();
        assert!(id.parse::<u64>().is_ok(), "{id}");
        let refunded = async || {
            let found = shop.client.payment_details(details("ORD-1")).await.unwrap();
            let payment = found.payment.clone().unwrap();
            (payment.refunded.unwrap(), payment.payment_status)
        };
        assert_eq!(refunded().await, (lira("0"), PaymentStatus::Payment));
        let pending = shop.client.request_refund(part("1")).await.unwrap_err();
        assert_eq!(
            kind(&pending),
            "refused with PaymentDealer.DoCreateRefundRequest.RefundRequestAlreadyExist"
        );
        shop.control().complete_refund("ORD-1").unwrap();
        assert_eq!(refunded().await, (lira("5.10"), PaymentStatus::Payment));
        assert_eq!(shop.standing("ORD-1", "27.50").await, "paid");
        let too_much = shop.client.request_refund(part("22.41")).await.unwrap_err();
        assert_eq!(
            kind(&too_much),
            "refused with PaymentDealer.DoCreateRefundRequest.InvalidAmount"
        );
        let rest = refund("ORD-1", RefundAmount::Everything);
        shop.client.request_refund(rest).await.unwrap();
        shop.control().complete_refund("ORD-1").unwrap();
        assert_eq!(refunded().await, (lira("27.50"), PaymentStatus::Refunded));
        assert_eq!(shop.standing("ORD-1", "27.50").await, "refunded");
        let ledger = shop.control().ledger();
        let effects = ledger.effects().iter();
        let amounts: Vec<_> = effects
            .filter(|effect| effect.kind() == "refund")
            .map(|effect| effect.amount().unwrap().to_owned())
            .collect();
        assert_eq!(amounts, ["5.10", "22.40"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn either_identifier_addresses_a_payment() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    shop.control().advance(DAY);
    let payment = shop.control().payment("ORD-1").unwrap();
    let by = |key: PaymentKey| {
        let builder = RequestRefund::builder().payment(key);
        builder.amount(RefundAmount::Everything).build().unwrap()
    };
    let number = PaymentKey::VirtualPosOrderId(payment.dealer_payment_id().to_string());
    assert_eq!(
        kind(&shop.client.request_refund(by(number)).await.unwrap_err()),
        "refused with PaymentDealer.DoCreateRefundRequest.PaymentNotFound"
    );
    let order = PaymentKey::VirtualPosOrderId(payment.virtual_pos_order_id().to_owned());
    shop.client.request_refund(by(order)).await.unwrap();
    assert_eq!(shop.control().ledger().count("refund_request", "ORD-1"), 1);
    // Nothing is sent that the pages do not list.
    assert_eq!(shop.control().extra_fields(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_tell_what_happened() {
    let shop = Shop::open().await;
    shop.paid("A").await;
    shop.page("B").await;
    shop.control().decline("B", "004").unwrap();
    let list = |status: TrxStatus| {
        ListPayments::builder()
            .payment_start_date("2026-01-01 00:00")
            .payment_end_date("2026-01-01 23:59")
            .payment_status(PaymentStatus::Payment)
            .trx_status(status)
            .build()
            .unwrap()
    };
    for (status, reference) in [(TrxStatus::Done, "A"), (TrxStatus::Failed, "B")] {
        let found = shop.client.list_payments(list(status)).await.unwrap();
        let payments = found.payments.as_ref().unwrap();
        assert_eq!(found.list_item_count, Some(1));
        let found = payments.first().unwrap().other_trx_code.as_deref();
        assert_eq!(found, Some(reference));
    }
    let trxs = ListTransactions::builder()
        .trx_start_date("2026-01-01 00:00")
        .trx_end_date("2026-01-01 23:59")
        .trx_type(TrxType::Payment)
        .build()
        .unwrap();
    let found = shop.client.list_transactions(trxs).await.unwrap();
    let found = found.transactions.as_ref().unwrap();
    let statuses: Vec<_> = found.iter().map(|one| one.trx_status.clone()).collect();
    assert_eq!(statuses, [TrxStatus::Done, TrxStatus::Failed]);
    assert_eq!(
        found.last().unwrap().result_message.as_deref(),
        Some("Genel ret")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_the_3d_step_may_send_nobody_back() {
    let config = Config::new().direct_return(false);
    let shop = Shop::with(config, |builder| builder).await;
    shop.page_with("ORD-1", |page| crate::shop::PageDraft {
        three_d: false,
        ..page
    })
    .await;
    shop.control().pay("ORD-1").unwrap();
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.standing("ORD-1", "27.50").await, "paid");
    assert_eq!(
        shop.control().payment("ORD-1").unwrap().state(),
        PaymentState::Paid
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_compared_with_its_own_payment() {
    let shop = Shop::open().await;
    shop.page("ORD-1").await;
    shop.control().pay("ORD-1").unwrap();
    shop.control()
        .forge_return("ORD-1", &Forgery::Garbage)
        .unwrap();
    shop.control().callbacks().idle().await;
    let claimed = shop.inbox.claim().unwrap();
    let inbound = claimed.row().inbound().unwrap();
    let started = shop
        .pages
        .lock()
        .unwrap()
        .get(&shop.token("ORD-1"))
        .cloned();
    let event = shop.returns.verify(inbound, &started.unwrap()).unwrap();
    let before = shop.control().requests().len();
    let other = expected("ORD-2");
    let wrong = shop
        .client
        .confirm(Some(&event), &other, Taking::Contracted)
        .await;
    assert_eq!(kind(&wrong.unwrap_err()), "misuse of expected");
    assert_eq!(shop.control().requests().len(), before);
}
