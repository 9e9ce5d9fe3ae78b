//! What MoCoPay sends on its own: once, twice, late, out of order, forged, or not at all.

use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Accepted, Endpoint, Inbound, Inbox, Notice, Receiver};
use payments_mocopay::auth::browser_returns;
use payments_mocopay::codes::SessionStatus;
use payments_mocopay::inbound::{SessionNotification, TransactionNotification};
use payments_mocopay::sandbox::{CallbackMode, Config};
use payments_mocopay::types::VerifyBy;

use super::shop::{Shop, inbound, known, verify};

#[tokio::test]
async fn a_notification_that_comes_twice_delivers_once() {
    let shop = Shop::open().await;
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    shop.control().callbacks().idle().await;
    shop.control().notify_again("ORDER-1", 3).unwrap();
    let worked = shop.work().await;
    assert_eq!((worked.done, worked.retried), (1, 0));
    assert_eq!(shop.delivered(), [(id, 1)]);
    let answers: Vec<_> = shop
        .control()
        .notifications("ORDER-1")
        .iter()
        .flat_map(|sent| sent.attempts().iter().map(|attempt| attempt.status()))
        .collect();
    assert_eq!(answers, [Some(200); 5], "both kinds, and three copies");
}

#[tokio::test]
async fn each_series_of_a_subscription_delivers_once() {
    let shop = Shop::open().await;
    shop.control().callbacks().set_mode(CallbackMode::Held);
    let id = shop.paid("SUB-1", Config::SUBSCRIPTION).await;
    shop.control().renew("SUB-1").unwrap();
    shop.control().renew("SUB-1").unwrap();
    // The last one comes first: what counts is what MoCoPay answers when it is asked.
    shop.control().callbacks().release_reversed();
    shop.work().await;
    assert_eq!(shop.delivered(), [(id.clone(), 3)]);
    shop.control().callbacks().set_mode(CallbackMode::Now);
    shop.control().renew("SUB-1").unwrap();
    shop.work().await;
    assert_eq!(shop.delivered(), [(id.clone(), 3), (id, 4)]);
}

#[tokio::test]
async fn a_renewal_that_fails_delivers_nothing() {
    let shop = Shop::open().await;
    let id = shop.paid("SUB-1", Config::SUBSCRIPTION).await;
    shop.work().await;
    shop.control().fail_renewal("SUB-1").unwrap();
    let worked = shop.work().await;
    assert_eq!((worked.done, worked.retried), (0, 1));
    assert_eq!(shop.delivered(), [(id.clone(), 1)]);
    let by = VerifyBy::SessionId(id.clone());
    let found = shop.client.verify_payment(verify(by)).await.unwrap();
    // Authorized, with a charge before, and none in this series.
    assert_eq!(found.status, Some(SessionStatus::Authorized));
    let text =
        |amount: Option<payments_mocopay::Decimal>| amount.unwrap().text().as_str().to_owned();
    let told = [
        found.charged_amount,
        found.failed_amount,
        found.last_failed_amount,
        found.total_charged_amount,
        found.total_failed_amount,
    ];
    assert_eq!(told.map(text), ["0", "10", "10", "10", "10"]);
    assert!(!found.is_charged());
    // The next one is charged; the one that failed is never delivered.
    shop.control().renew("SUB-1").unwrap();
    shop.work().await;
    assert_eq!(shop.delivered(), [(id.clone(), 1), (id, 3)]);
    assert_eq!(shop.control().ledger().count("charge", "SUB-1"), 2);
    shop.control().cancel("SUB-1").unwrap();
    assert!(shop.control().fail_renewal("SUB-1").is_err());
}

#[tokio::test]
async fn a_forged_notification_delivers_nothing() {
    let shop = Shop::open().await;
    shop.start("ORDER-1", Config::ONE_TIME).await;
    let unpaid = shop.session("ORDER-1");
    let paid = shop.paid("ORDER-2", Config::ONE_TIME).await;
    shop.work().await;
    for session in [&*unpaid, &*paid, "nobody"] {
        let status = if session == paid {
            "authorized"
        } else {
            "Authorized"
        };
        let fields = [
            ("sessionId", session),
            ("referenceId", "ORDER-1"),
            ("status", status),
        ];
        shop.control().forge(&fields).unwrap();
    }
    let worked = shop.work().await;
    assert_eq!((worked.done, worked.retried), (0, 3));
    assert_eq!(shop.delivered(), [(paid, 1)]);
}

#[tokio::test]
async fn a_payment_whose_notification_never_came_is_found() {
    let shop = Shop::open().await;
    shop.control().suppress(true);
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    assert_eq!(shop.work().await.done, 0);
    let by = VerifyBy::UserId("buyer of ORDER-1".into());
    let found = shop.client.verify_payment(verify(by)).await.unwrap();
    let series = found.series.unwrap().to_string();
    let values = [&*id, found.status.as_ref().unwrap().as_str(), &series];
    let accepted =
        shop.inbox
            .accept_found::<SessionNotification>(shop.receiver.scope(), &id, &values);
    assert_eq!(accepted, Accepted::New);
    shop.work().await;
    shop.control().suppress(false);
    shop.control().notify_again("ORDER-1", 1).unwrap();
    shop.work().await;
    assert_eq!(shop.delivered(), [(id, 1)]);
}

#[test]
fn notifications_are_read_strictly() {
    let receiver = Receiver::<SessionNotification>::new("sandbox", "shop", known());
    let read = |query: &str| {
        let found = receiver
            .receive(&inbound(&format!("/session?{query}")))
            .ok();
        found.map(|found| found.claims().session_id.clone())
    };
    let s1 = Some("s1".to_owned());
    assert_eq!(read("sessionId=s1&status=Authorized"), s1);
    assert_eq!(read("sid=s1&status=Authorized&unknown=1"), s1);
    assert_eq!(read("sid=s1&sessionId=s1&status=x"), s1);
    for refused in [
        "",
        "status=Authorized",
        "sessionId=s1",
        "sessionId=&status=x",
        "sid=s1&sessionId=s2&status=x",
        "type=onetime&sessionType=subscription&sid=s1&status=x",
        "sessionId=s1&sessionId=s1&status=x",
        "sessionId=s1&status=x&status=x",
        "sessionId=s1&status=%FF",
        "sessionId=s1&status=x&chargedAmount=ten",
    ] {
        assert_eq!(read(refused), None, "{refused}");
    }
    let one = receiver.receive(&inbound(
        "/?sid=s1&status=authorized&series=120&chargedCredits=2",
    ));
    let one = one.unwrap();
    let claims = one.claims();
    assert_ne!(
        claims.status,
        SessionStatus::Authorized,
        "upper and lower case count"
    );
    assert_eq!(claims.series_number(), Some(120));
    assert!(claims.charge_credits.is_some());
}

#[test]
fn a_stranger_is_not_let_in() {
    let receiver = Receiver::<SessionNotification>::new("sandbox", "shop", known());
    let mut headers = payments_core::http::HeaderMap::new();
    headers.insert("x-stranger", "1".parse().unwrap());
    let method = payments_core::http::Method::GET;
    let query = "/?sessionId=s1&status=Authorized";
    let raw = payments_core::incoming::Inbound::new(method, query, headers, "");
    assert!(receiver.receive(&raw).is_err());
}

#[test]
fn browser_returns_are_claims() {
    let receiver = browser_returns("sandbox", "shop");
    let read = |query: &str| receiver.receive(&inbound(&format!("/return?{query}")));
    let found =
        read("requestId=r1&sid=s1&sessionId=s1&referenceId=ORDER-1&status=Authorized").unwrap();
    assert_eq!(found.claims().session_id, "s1");
    assert_eq!(found.claims().reference_id.as_deref(), Some("ORDER-1"));
    assert_eq!(format!("{found:?}"), "Unverified(..)");
    assert!(read("sid=s1&sessionId=s2").is_err());
    assert!(read("requestId=r1").is_err());
}

#[test]
fn notifications_are_kept_in_order() {
    let receiver = Receiver::<TransactionNotification>::new("sandbox", "shop", known());
    let read = |query: &str| receiver.receive(&inbound(&format!("/t?{query}"))).unwrap();
    let found = read("z=1&a=x%20y&transactionId=t1&status=Charged&sid=s1");
    let fields: Vec<_> = found.claims().fields.iter().collect();
    let expect = [
        ("z", "1"),
        ("a", "x y"),
        ("transactionId", "t1"),
        ("status", "Charged"),
        ("sid", "s1"),
    ];
    assert_eq!(fields, expect);
    assert_eq!(found.claims().dedupe(), ["t1", "Charged"]);
    assert_eq!(found.claims().reference(), "t1");
    // Without them, everything tells two apart, and nothing else is the same.
    let keys = [
        "a=1&b=2",
        "a=1b&2=",
        "b=2&a=1",
        "a=1&b=2&transactionId=t1",
        "a=12",
    ]
    .map(|query| {
        let found = read(query);
        found.claims().dedupe().join("/")
    });
    let mut told_apart = keys.to_vec();
    told_apart.sort();
    told_apart.dedup();
    assert_eq!(told_apart.len(), keys.len(), "{keys:?}");
    assert!(receiver.receive(&inbound("/t")).is_err());
    assert!(!format!("{:?}", found.claims()).contains("t1"));
}

/// What tells two apart is the same: the rest, its order and its spelling may differ.
#[test]
fn a_repeat_need_not_be_the_same_to_the_byte() {
    let inbox = Inbox::in_memory();
    let sessions = Receiver::<SessionNotification>::new("sandbox", "shop", known());
    for (query, expect) in [
        (
            "sessionId=s1&status=Authorized&series=1&chargedAmount=0",
            Accepted::New,
        ),
        (
            "series=1&status=%41uthorized&chargedAmount=10&sessionId=s1",
            Accepted::Duplicate,
        ),
        ("sessionId=s1&status=Authorized&series=2", Accepted::New),
    ] {
        let told = sessions.receive(&inbound(&format!("/s?{query}"))).unwrap();
        assert_eq!(inbox.accept(&told), expect, "{query}");
    }
    let transactions = Receiver::<TransactionNotification>::new("sandbox", "shop", known());
    for (query, expect) in [
        ("transactionId=t1&status=Charged", Accepted::New),
        (
            "status=Charged&transactionId=t1&amount=5",
            Accepted::Duplicate,
        ),
        ("amount=5", Accepted::New),
        ("amount=6", Accepted::New),
        ("amount=5", Accepted::Duplicate),
    ] {
        let told = transactions
            .receive(&inbound(&format!("/t?{query}")))
            .unwrap();
        assert_eq!(inbox.accept(&told), expect, "{query}");
    }
}

/// As the calls go out: a POST with everything in its query.
#[test]
fn a_post_without_a_body_is_read_by_its_query() {
    let receiver = Receiver::<TransactionNotification>::new("sandbox", "shop", known());
    let post = |target: &str, content_type: Option<&'static str>, body: &'static str| {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert("content-type", HeaderValue::from_static(content_type));
        }
        let inbound = Inbound::new(Method::POST, target, headers, body);
        let found = receiver.receive(&inbound);
        found.map(|found| found.claims().dedupe().join("/"))
    };
    assert_eq!(
        post("/t?transactionId=t6&status=ok", None, "").unwrap(),
        "t6/ok"
    );
    assert!(post("/t", None, "").is_err());
    assert!(post("/t?transactionId=t6", None, "transactionId=t7").is_err());
    let form = Some("application/x-www-form-urlencoded");
    assert_eq!(
        post("/t?status=a", form, "transactionId=t7&status=b").unwrap(),
        "t7/b"
    );
}

#[tokio::test]
async fn transactions_arrive_by_either_method() {
    let shop = Shop::open().await;
    shop.paid("ORDER-1", Config::ONE_TIME).await;
    shop.control().callbacks().idle().await;
    shop.control().transaction_again("ORDER-1", 2).unwrap();
    shop.control().callbacks().idle().await;
    let mut seen = Vec::new();
    shop.transactions.work_blocking(|row| {
        seen.push(row.reference().to_owned());
        payments_core::incoming::Outcome::Done
    });
    let session = shop.control().session("ORDER-1").unwrap();
    assert_eq!(seen, session.transactions().collect::<Vec<_>>());
    let post = async |path: &str| {
        let url = shop.base.strip_prefix("http://").unwrap().to_owned();
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: {url}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\na=1&transaction=t2"
        );
        let exchange = move || {
            use std::io::{Read, Write};
            let mut stream = std::net::TcpStream::connect(url).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        tokio::task::spawn_blocking(exchange).await.unwrap()
    };
    assert!(post("/transaction").await.starts_with("HTTP/1.1 200"));
    assert!(
        post("/session").await.starts_with("HTTP/1.1 405"),
        "sessions are told by GET"
    );
}
