//! A payment from its start to its verification, and a subscription over its series.

use payments_core::Decimal;
use payments_mocopay::codes::SessionStatus;
use payments_mocopay::sandbox::{Billing, Config};
use payments_mocopay::types::VerifyBy;

use super::shop::{Shop, kind, verify};

fn whole(number: i64) -> Option<Decimal> {
    Some(Decimal::new(number, 0).unwrap())
}

#[tokio::test]
async fn a_payment_is_started_paid_and_verified() {
    let shop = Shop::open().await;
    let link = shop.start("ORDER-1", Config::ONE_TIME).await;
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    let id = shop.session("ORDER-1");
    let by = || VerifyBy::SessionId(id.clone());
    let before = shop.client.verify_payment(verify(by())).await.unwrap();
    assert!(!before.is_charged());
    assert_eq!(before.status, Some(SessionStatus::from("Initialized")));

    shop.control().authorize("ORDER-1").unwrap();
    let after = shop.client.verify_payment(verify(by())).await.unwrap();
    assert!(after.is_charged() && !after.is_subscription());
    assert_eq!(after.status, Some(SessionStatus::Authorized));
    assert_eq!(after.total_charged_amount, whole(10));
    assert_eq!(after.currency_code.as_deref(), Some("TES"));
    let user = after.end_user.as_ref().unwrap();
    assert_eq!(user.user_id.as_deref(), Some("buyer of ORDER-1"));
    assert_eq!(
        (user.mcc.as_deref(), user.mnc.as_deref()),
        (Some("999"), Some("99"))
    );
    // The same by the buyer and by the transaction.
    let transaction = after.transactions.as_ref().unwrap()[0].clone();
    for by in [
        VerifyBy::UserId("buyer of ORDER-1".into()),
        VerifyBy::TransactionId(transaction),
    ] {
        let found = shop.client.verify_payment(verify(by)).await.unwrap();
        assert_eq!(found.session_id.as_deref(), Some(&*id));
    }
    let ledger = shop.control().ledger();
    assert_eq!(
        (
            ledger.count("session", "ORDER-1"),
            ledger.count("charge", "ORDER-1")
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn authorized_is_not_charged() {
    let shop = Shop::with(Config::new().charges_at_once(false), |builder| builder).await;
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let by = || verify(VerifyBy::SessionId(id.clone()));
    let found = shop.client.verify_payment(by()).await.unwrap();
    assert_eq!(found.status, Some(SessionStatus::Authorized));
    assert!(!found.is_charged());
    shop.control().charge("ORDER-1").unwrap();
    assert!(shop.client.verify_payment(by()).await.unwrap().is_charged());
}

#[tokio::test]
async fn a_subscription_is_read_from_its_session() {
    let shop = Shop::open().await;
    let id = shop.paid("SUB-1", Config::SUBSCRIPTION).await;
    let by = || verify(VerifyBy::SessionId(id.clone()));
    let first = shop.client.verify_payment(by()).await.unwrap();
    assert!(first.is_subscription() && first.is_charged());
    assert_eq!((first.series, first.recurrent), (Some(1), Some(true)));
    assert_eq!(first.expires_in, Some(30 * 24 * 3600));
    shop.control()
        .advance(std::time::Duration::from_secs(31 * 24 * 3600));
    let over = shop.client.verify_payment(by()).await.unwrap();
    assert_eq!(over.expires_in, Some(-24 * 3600));
    shop.control().renew("SUB-1").unwrap();
    let second = shop.client.verify_payment(by()).await.unwrap();
    assert_eq!(second.series, Some(2));
    assert_eq!(second.total_charged_amount, whole(20));
    assert_eq!(second.transactions.as_ref().unwrap().len(), 2);
    // What is paid once has no next series.
    shop.paid("ORDER-1", Config::ONE_TIME).await;
    assert!(shop.control().renew("ORDER-1").is_err());
}

/// What the buyer's browser does on the form.
async fn browse(link: &str, choice: &str) -> (String, String) {
    let link = link.to_owned();
    let body = format!("choice={choice}");
    let exchange = move |method: &str, body: &str| {
        use std::io::{Read, Write};
        let rest = link.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    tokio::task::spawn_blocking(move || (exchange("GET", ""), exchange("POST", &body)))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_buyer_agrees_by_sms_or_directly() {
    for (billing, words, choice, other) in [
        (Billing::Sms, "Send PAY to the short code", "sms", "confirm"),
        (Billing::Direct, "bills you directly", "confirm", "sms"),
    ] {
        let shop = Shop::with(Config::new().billing(billing), |builder| builder).await;
        let link = shop.start("ORDER-1", Config::ONE_TIME).await;
        let (_, refused) = browse(&link, other).await;
        assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
        let (page, pressed) = browse(&link, choice).await;
        assert!(page.contains(words), "{page}");
        assert!(pressed.starts_with("HTTP/1.1 302"), "{pressed}");
        let session = shop.session("ORDER-1");
        let back = format!(
            "location: https://shop.example/return?a=1&requestId={}&sid={session}&sessionId={session}\
             &referenceId=ORDER-1&status=Authorized\r\n",
            shop.control().session("ORDER-1").unwrap().request_id()
        );
        assert!(pressed.contains(&back), "{pressed}");
        // A second look changes nothing.
        browse(&link, choice).await;
        browse(&link, "cancel").await;
        assert_eq!(shop.control().ledger().count("charge", "ORDER-1"), 1);
        assert_eq!(
            shop.control().session("ORDER-1").unwrap().status(),
            "Authorized"
        );
    }
}

#[tokio::test]
async fn a_canceled_payment_charges_nothing() {
    let shop = Shop::open().await;
    let link = shop.start("ORDER-1", Config::ONE_TIME).await;
    let (_, pressed) = browse(&link, "cancel").await;
    assert!(pressed.contains("status=Canceled"), "{pressed}");
    assert!(shop.control().charge("ORDER-1").is_err());
    assert_eq!(shop.control().ledger().count("charge", "ORDER-1"), 0);
}

/// The body of a refusal is not documented: nothing is made of it, but it is kept.
#[tokio::test]
async fn refusals_are_kept_as_they_came() {
    let shop = Shop::open().await;
    let odd = super::shop::init("ORDER-1", "no-such-product");
    let error = shop.client.init_payment(odd).await.unwrap_err();
    assert_eq!(kind(&error), "unknown, moved: Maybe");
    let response = error.response().unwrap();
    assert_eq!(response.status(), 404);
    assert!(
        response
            .body()
            .starts_with(br#"{"error":"SANDBOX_PRODUCT""#)
    );
    let query = verify(VerifyBy::SessionId("nobody".into()));
    let error = shop.client.verify_payment(query).await.unwrap_err();
    assert_eq!(kind(&error), "malformed, moved: No");
    assert_eq!(error.response().unwrap().status(), 404);
}
