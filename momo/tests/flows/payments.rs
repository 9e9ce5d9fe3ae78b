//! Payments, captures and refunds that reach the gateway.

use std::time::Duration;

use payments_core::MoneyMoved;
use payments_core::call::{ReplySignature, reply_signature};
use payments_core::incoming::{Accepted, Basis, Confirmation, Worked};
use payments_momo::Outcome;
use payments_momo::codes::{ConfirmType, RequestType, ResultCode};
use payments_momo::inbound::Ipn;
use payments_momo::sandbox::{Config, Forgery, ReplySignature as Signs};
use payments_momo::types::{CreatePayment, CreatePaymentReplySigned};

use crate::shop::{
    CREATE, JSON, Shop, confirming, credentials, dong, expected, get, inbound, kind,
    payment_status, post, refund, refund_saying, refund_status, results,
};

const QUERIED: Basis = Basis::Queried { amount: true };
const ONE: Worked = Worked {
    done: 1,
    retried: 0,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_approved_delivered_once_and_refunded_in_parts() {
    let shop = Shop::open().await;
    let created = shop
        .client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap();
    assert_eq!(created.result_code, ResultCode::Success);
    assert_eq!(shop.status("A-1").await, "1000");
    let open = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    assert!(matches!(open, Confirmation::Open(_)), "{open:?}");

    let pay_url = created.pay_url.as_deref().unwrap();
    assert!(get(pay_url).contains("Thanh toán bằng ví MoMo"));
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let back = post(pay_url, form, b"choice=pay");
    let location = back.split("location: ").nth(1).unwrap();
    let location = location.split("\r\n").next().unwrap();
    assert!(location.starts_with(&format!("{}/return?from=momo&", shop.base)));
    assert!(get(location).ends_with("code 0"));

    assert_eq!(shop.work().await, ONE);
    let delivered = [("A-1".to_owned(), QUERIED)];
    assert_eq!(shop.delivered(), delivered);
    shop.control().resend_ipn("A-1", 3).unwrap();
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.delivered(), delivered);
    let ipns = shop.control().ipns("A-1");
    let attempts: Vec<_> = ipns.iter().flat_map(|one| one.attempts()).collect();
    assert_eq!(attempts.len(), 4);
    assert!(attempts.iter().all(|one| one.status() == Some(204)));

    let status = shop
        .client
        .payment_status(payment_status("A-1"))
        .await
        .unwrap();
    let trans_id = status.trans_id.unwrap();
    let part = shop
        .client
        .refund(refund("RF-1", trans_id, 3_000))
        .await
        .unwrap();
    assert_eq!(
        (part.order_id.as_str(), part.amount),
        ("RF-1", Some(dong(3_000)))
    );
    let again = shop
        .client
        .refund(refund("RF-1", trans_id, 3_000))
        .await
        .unwrap();
    assert_eq!(again.trans_id, part.trans_id);
    let in_part = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    let in_part = in_part.confirmed().unwrap();
    let parts = in_part.refund_trans.as_deref().unwrap_or_default();
    assert_eq!(parts.first().unwrap().amount, dong(3_000));
    let too_large = shop
        .client
        .refund(refund("RF-2", trans_id, 30_001))
        .await
        .unwrap_err();
    assert_eq!(kind(&too_large), "refused with 1081");
    assert_eq!(too_large.money_moved(), MoneyMoved::No);
    shop.client
        .refund(refund("RF-3", trans_id, 30_000))
        .await
        .unwrap();
    let known = shop
        .client
        .refund_status(refund_status("RF-3"))
        .await
        .unwrap();
    assert_eq!(known.result_code.outcome(), Outcome::Paid);
    let status = shop
        .client
        .payment_status(payment_status("A-1"))
        .await
        .unwrap();
    let refunds: Vec<_> = status
        .refund_trans
        .as_deref()
        .unwrap_or_default()
        .iter()
        .collect();
    let refunds: Vec<_> = refunds
        .iter()
        .map(|one| (&*one.order_id, one.amount))
        .collect();
    assert_eq!(
        refunds,
        [
            ("RF-1", dong(3_000)),
            ("RF-2", dong(30_001)),
            ("RF-3", dong(30_000))
        ]
    );
    assert_eq!(shop.happened("refund"), 2);
    assert_eq!(shop.happened("payment"), 1);
    let in_full = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    assert!(matches!(in_full, Confirmation::Refunded(_)), "{in_full:?}");
}

/// A payment that was given back before its IPN was worked off: nothing is delivered.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refunded_in_full_is_not_delivered() {
    let shop = Shop::open().await;
    let trans_id = shop.paid("A-1").await;
    shop.client
        .refund(refund("RF-1", trans_id, 33_000))
        .await
        .unwrap();
    let found = shop
        .inbox
        .accept_found::<Ipn>(shop.verifier.scope(), "A-1", &["A-1", "0"]);
    assert_eq!(found, Accepted::New);
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorised_amount_is_not_paid_until_it_is_captured() {
    let shop = Shop::open().await;
    shop.held("A-1").await;
    let reply = shop
        .client
        .payment_status(payment_status("A-1"))
        .await
        .unwrap();
    assert_eq!(reply.result_code.outcome(), Outcome::Authorised);
    let held = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    assert!(matches!(held, Confirmation::Authorised(_)));
    let part = confirming("A-1", ConfirmType::Capture, 32_999);
    let error = shop.client.capture_or_cancel(part).await.unwrap_err();
    assert_eq!(kind(&error), "unknown with 22");
    let all = confirming("A-1", ConfirmType::Capture, 33_000);
    shop.client.capture_or_cancel(all).await.unwrap();
    let confirmed = shop.client.confirm(None, &expected("A-1")).await.unwrap();
    assert!(matches!(confirmed, Confirmation::Confirmed(_)));
    assert_eq!(shop.control().ledger().count("capture", "A-1"), 1);

    shop.held("A-2").await;
    let release = confirming("A-2", ConfirmType::Cancel, 33_000);
    shop.client.capture_or_cancel(release).await.unwrap();
    let declined = shop.client.confirm(None, &expected("A-2")).await.unwrap();
    assert!(matches!(declined, Confirmation::Declined(_)));
    assert_eq!(shop.control().ledger().count("capture", "A-2"), 0);
    assert_eq!(shop.control().ledger().count("cancel", "A-2"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_or_expired_payment_delivers_nothing() {
    let shop = Shop::open().await;
    for (order_id, code) in [("A-1", 1006), ("A-2", 1001)] {
        shop.client
            .create_payment(shop.payment(order_id))
            .await
            .unwrap();
        shop.control().decline(order_id, code).unwrap();
        assert_eq!(shop.work().await, ONE);
        let found = shop
            .client
            .confirm(None, &expected(order_id))
            .await
            .unwrap();
        let Confirmation::Declined(reply) = found else {
            panic!("{found:?}");
        };
        assert_eq!(reply.result_code.as_str(), code.to_string());
    }
    shop.client
        .create_payment(shop.payment("A-3"))
        .await
        .unwrap();
    shop.control().advance(Duration::from_secs(100 * 60));
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.status("A-3").await, "1005");
    assert_eq!(shop.delivered(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_neither_paid_nor_failed() {
    let shop = Shop::open().await;
    for (order_id, info) in [
        ("A-1", "pay=7000"),
        ("A-2", "pay=7002"),
        ("A-3", "pay=8000"),
    ] {
        let call = shop.payment_saying(order_id, info);
        shop.client.create_payment(call).await.unwrap();
        shop.control().pay(order_id).unwrap();
        let open = shop
            .client
            .confirm(None, &expected(order_id))
            .await
            .unwrap();
        assert!(matches!(open, Confirmation::Open(_)), "{info}");
        shop.control().settle(order_id).unwrap();
        assert_eq!(shop.work().await, ONE, "{info}");
    }
    assert_eq!(shop.delivered().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_ipn_never_came_is_found_and_then_a_repeat() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    assert_eq!(shop.work().await, Worked::default());
    let status = shop
        .client
        .payment_status(payment_status("A-1"))
        .await
        .unwrap();
    let values = ["A-1", status.result_code.as_str()];
    let scope = shop.verifier.scope();
    let found = || shop.inbox.accept_found::<Ipn>(scope, "A-1", &values);
    assert_eq!(found(), Accepted::New);
    assert_eq!(shop.work().await, ONE);
    assert_eq!(shop.delivered(), [("A-1".to_owned(), QUERIED)]);
    assert_eq!(found(), Accepted::Duplicate);
    shop.control().resend_ipn("A-1", 1).unwrap();
    assert_eq!(shop.work().await, Worked::default());
    assert_eq!(shop.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_ipn_goes_nowhere() {
    for forgery in [
        Forgery::WrongSignature,
        Forgery::NoSignature,
        Forgery::Changed("amount", "1".to_owned()),
        Forgery::Changed("resultCode", "0".to_owned()),
        Forgery::Changed("message", "Successful".to_owned()),
        Forgery::Changed("orderId", "A-2".to_owned()),
    ] {
        let shop = Shop::open().await;
        shop.client
            .create_payment(shop.payment("A-1"))
            .await
            .unwrap();
        shop.control().suppress_callbacks(true);
        shop.control().decline("A-1", 1006).unwrap();
        shop.control().forge_ipn("A-1", &forgery).unwrap();
        assert_eq!(shop.work().await, Worked::default(), "{forgery:?}");
        let result = shop.control().forged_return("A-1", &forgery).unwrap();
        assert!(
            get(&result).ends_with("look into the database"),
            "{forgery:?}"
        );
    }
}

/// A good signature is not enough: partner, order and amount are compared with the merchant's own.
#[tokio::test(flavor = "multi_thread")]
async fn an_ipn_of_another_partner_order_or_amount_is_refused_at_expected() {
    for (field, value, misused) in [
        ("partnerCode", "MOMO0HGO20180417", ""),
        ("orderId", "A-2", "expected"),
        ("amount", "33001", "expected"),
    ] {
        let shop = Shop::open().await;
        shop.paid("A-1").await;
        shop.paid("A-2").await;
        let forgery = Forgery::Resigned(field, value.to_owned());
        shop.control().forge_ipn("A-1", &forgery).unwrap();
        shop.control().callbacks().idle().await;
        let claimed = shop.inbox.claim().unwrap();
        let event = shop
            .verifier
            .verify(claimed.row().inbound().unwrap())
            .unwrap();
        let answer = shop.client.confirm(Some(&event), &expected("A-1")).await;
        match answer {
            Ok(Confirmation::Differs(_)) => assert_eq!(misused, ""),
            Ok(other) => panic!("{field}: {other:?}"),
            Err(error) => assert_eq!(kind(&error), format!("misuse of {misused}"), "{field}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beside_the_signature_is_only_a_claim() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    for (field, value) in [
        ("storeId", "S-9"),
        ("userFee", "1000000"),
        ("newField", "x"),
    ] {
        let forgery = Forgery::Unsigned(field, value.to_owned());
        shop.control().forge_ipn("A-1", &forgery).unwrap();
        shop.control().callbacks().idle().await;
        let sent = shop.control().callbacks().list();
        let message = inbound(&[("content-type", JSON)], sent.last().unwrap().body());
        let event = shop.verifier.verify(&message).unwrap();
        assert_eq!(event.amount, dong(33_000));
        match field {
            "storeId" => {
                let claimed = event.unsigned().store_id.read().unwrap();
                assert_eq!(claimed, "S-9");
            }
            "userFee" => {
                assert_eq!(event.unsigned().user_fee.read(), Some(&dong(1_000_000)));
            }
            _ => {}
        }
    }
    assert_eq!(shop.work().await, ONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_of_a_create_reply_is_of_list_a_or_b_or_wrong() {
    for (signs, expect) in [
        (Signs::ListA, ReplySignature::Short),
        (Signs::ListB, ReplySignature::Full),
        (Signs::None, ReplySignature::Absent),
    ] {
        let shop = Shop::with(Config::new().reply_signature(signs), |builder| builder).await;
        let reply = shop
            .client
            .create_payment(shop.payment("A-1"))
            .await
            .unwrap();
        let found =
            reply_signature::<CreatePaymentReplySigned>(reply.response(), &credentials()).unwrap();
        assert_eq!(found, expect);
    }
    let shop = Shop::with(Config::new().reply_signature(Signs::Wrong), |builder| {
        builder
    })
    .await;
    let error = shop
        .client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap_err();
    assert_eq!(kind(&error), "unknown, moved: Maybe");
    assert_eq!(shop.happened("order"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_is_linked_with_its_two_fields_under_the_signature() {
    let shop = Shop::open().await;
    let call = |order_id: &str, client_id: Option<&str>| {
        let builder = CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(dong(0))
            .order_id(order_id)
            .order_info("Liên kết ví")
            .redirect_url("https://shop.example/return")
            .ipn_url(format!("{}/ipn", shop.base))
            .request_type(RequestType::LinkWallet);
        match client_id {
            Some(id) => builder.partner_client_id(id).build().unwrap(),
            None => builder.build().unwrap(),
        }
    };
    shop.client
        .create_payment(call("L-1", Some("buyer-7")))
        .await
        .unwrap();
    let without = shop
        .client
        .create_payment(call("L-2", None))
        .await
        .unwrap_err();
    assert_eq!(kind(&without), "unknown with 13");
    shop.control().pay("L-1").unwrap();
    shop.control().callbacks().idle().await;
    let claimed = shop.inbox.claim().unwrap();
    let event = shop
        .verifier
        .verify(claimed.row().inbound().unwrap())
        .unwrap();
    assert_eq!(event.partner_client_id.as_deref(), Some("buyer-7"));
    assert!(event.callback_token.is_some());
    for (field, value) in [("callbackToken", "other"), ("partnerClientId", "other")] {
        let before = shop.inbox.claim().is_none();
        let forgery = Forgery::Changed(field, value.to_owned());
        shop.control().forge_ipn("L-1", &forgery).unwrap();
        shop.control().callbacks().idle().await;
        assert!(before && shop.inbox.claim().is_none(), "{field}");
    }
}

/// A card is bound with the buyer's id under the signature, as a wallet is linked.
#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_buyer_is_signed_wherever_it_is_given() {
    let shop = Shop::open().await;
    for request_type in [RequestType::PayWithCc, RequestType::CaptureWallet] {
        let order_id = format!("A-{request_type}");
        let call = CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(dong(33_000))
            .order_id(&order_id)
            .order_info("x")
            .redirect_url("https://shop.example/return")
            .ipn_url("https://shop.example/ipn")
            .request_type(request_type)
            .partner_client_id("buyer-7")
            .build()
            .unwrap();
        let created = shop.client.create_payment(call).await;
        assert_eq!(created.unwrap().result_code, ResultCode::Success);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_failed_is_over_and_one_that_is_pending_is_open() {
    let shop = Shop::open().await;
    let trans_id = shop.paid("A-1").await;
    let failed = refund_saying("RF-1", trans_id, 3_000, "refund=1080");
    let error = shop.client.refund(failed).await.unwrap_err();
    assert_eq!(kind(&error), "refused with 1080");
    // A later try has numbers of its own.
    shop.client
        .refund(refund("RF-2", trans_id, 3_000))
        .await
        .unwrap();

    let pending = refund_saying("RF-3", trans_id, 3_000, "refund=7002");
    let error = shop.client.refund(pending).await.unwrap_err();
    assert_eq!(kind(&error), "unknown with 7002");
    assert_eq!(error.money_moved(), MoneyMoved::Maybe);
    let asked = shop
        .client
        .refund_status(refund_status("RF-3"))
        .await
        .unwrap();
    assert_eq!(asked.result_code.outcome(), Outcome::Pending);
    shop.control().settle_refund("RF-3", 0).unwrap();
    let asked = shop
        .client
        .refund_status(refund_status("RF-3"))
        .await
        .unwrap();
    assert_eq!(asked.result_code.outcome(), Outcome::Paid);
    assert_eq!(shop.happened("refund"), 2);
    assert_eq!(results().scope().provider(), "momo");
    assert_eq!(shop.arrived(CREATE), 1);
}

/// Some of the provider's samples write numbers as text.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_may_come_as_text() {
    let shop = Shop::with(Config::new().numbers_as_text(true), |builder| builder).await;
    let created = shop
        .client
        .create_payment(shop.payment("A-1"))
        .await
        .unwrap();
    assert_eq!(created.amount, Some(dong(33_000)));
    shop.control().pay("A-1").unwrap();
    assert_eq!(shop.work().await, ONE);
    let reply = shop
        .client
        .payment_status(payment_status("A-1"))
        .await
        .unwrap();
    let trans_id = reply.trans_id.unwrap();
    shop.client
        .refund(refund("RF-1", trans_id, 3_000))
        .await
        .unwrap();
    let error = shop
        .client
        .payment_status(payment_status("A-2"))
        .await
        .unwrap_err();
    assert_eq!(kind(&error), "refused with 42");
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_client_does_the_same() {
    use payments_momo::blocking::Client;
    use payments_momo::sandbox::start;

    let sandbox = start(Config::new()).unwrap();
    let service = payments_momo::Test::at(sandbox.base_url());
    let client = Client::builder(service, credentials()).build().unwrap();
    let call = CreatePayment::builder()
        .request_id("R-1")
        .amount(dong(33_000))
        .order_id("A-1")
        .order_info("Trà sữa")
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .build()
        .unwrap();
    client.create_payment(call).unwrap();
    let open = client.confirm(None, &expected("A-1")).unwrap();
    assert!(matches!(open, Confirmation::Open(_)));
    sandbox.control().pay("A-1").unwrap();
    let sent = sandbox.control().ipns("A-1");
    let message = inbound(&[("content-type", JSON)], sent.first().unwrap().body());
    let event = crate::shop::verifier().verify(&message).unwrap();
    let paid = client.confirm(Some(&event), &expected("A-1")).unwrap();
    assert_eq!(paid.confirmed().unwrap().basis(), QUERIED);
    let other = payments_core::incoming::Expected::new("A-2", dong(33_000));
    assert_eq!(
        kind(&client.confirm(Some(&event), &other).unwrap_err()),
        "misuse of expected"
    );
}
