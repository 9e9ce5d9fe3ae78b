//! The routes: one answer to everything that is not accepted.

use core::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::ext::keys::AwsLc;
use payments_mobilepay::payments_core::incoming::{CallerAuth, Inbox, danger};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::desk::{Desk, KEY, REFUSED, awaiting, body, fixture, receiver};

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The whole answer to a callback, without its date.
async fn post(address: SocketAddr, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let lines = answer
        .split("\r\n")
        .filter(|line| !line.starts_with("date:"));
    lines.collect::<Vec<_>>().join("\n")
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn every_refusal_gets_the_same_answer() {
    let desk = Desk::<AwsLc>::new();
    let (cards, kept) = (Arc::clone(&desk.cards), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&kept);
    let route = routes::card(
        receiver(),
        Arc::clone(&cards),
        |id: String| async move { (id != "unknown").then(|| awaiting(&id)) },
        move |_card| {
            counted.fetch_add(1, Ordering::Relaxed);
            async { true }
        },
    );
    let nobody = CallerAuth::check(|_| false);
    let closed = routes::card(
        callbacks("test", "psp", nobody),
        cards,
        |id: String| async move { Some(awaiting(&id)) },
        |_card| async { true },
    );
    let app = Router::new().route("/card", route).route("/closed", closed);
    let address = serve(app).await;

    let good = body(&fixture("text"), "p", "a");
    let first = post(address, "/card", &good).await;
    assert_eq!(status(&first), "200", "{first}");
    assert!(first.ends_with("\n\n"), "the body is empty: {first}");
    assert_eq!(post(address, "/card", &good).await, first);
    assert_eq!(kept.load(Ordering::Relaxed), 1);

    let mut refused: Vec<String> = REFUSED
        .iter()
        .map(|name| body(&fixture(name), "p", "b"))
        .collect();
    refused.push(body(&fixture("long"), "unknown", "b"));
    refused.push(body(&fixture("long"), "p", "b").replace(&KEY.to_string(), "1"));
    refused.push(body(&fixture("long"), "p", "b").replace("DANKORT", "MC-DEBIT"));
    refused.push(body(&fixture("text"), "p", "b"));
    refused.push("{".to_owned());
    refused.push("x".repeat(64 * 1024 + 1));
    let mut answers = vec![post(address, "/closed", &good).await];
    for body in &refused {
        answers.push(post(address, "/card", body).await);
    }
    answers.dedup();
    let [answer] = answers.as_slice() else {
        panic!("there is more than one answer: {answers:?}");
    };
    assert_eq!(status(answer), "400", "{answer}");
    assert_eq!(kept.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_could_not_be_kept_is_asked_for_again() {
    let desk = Desk::<AwsLc>::new();
    let full = Arc::new(AtomicBool::new(true));
    let is_full = Arc::clone(&full);
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let route = routes::card(
        receiver(),
        Arc::clone(&desk.cards),
        |id: String| async move { Some(awaiting(&id)) },
        move |_card| {
            counted.fetch_add(1, Ordering::Relaxed);
            let is_full = is_full.load(Ordering::Relaxed);
            async move { !is_full }
        },
    );
    let address = serve(Router::new().route("/card", route)).await;
    let good = body(&fixture("text"), "p", "a");
    assert_eq!(status(&post(address, "/card", &good).await), "503");
    // MobilePay counts from its first attempt, kept or not.
    assert_eq!(desk.cards.unreported().list().len(), 1);
    full.store(false, Ordering::Relaxed);
    assert_eq!(status(&post(address, "/card", &good).await), "200");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(desk.cards.unreported().list().len(), 1);
    // Kept now: a repeat is no second card.
    assert_eq!(status(&post(address, "/card", &good).await), "200");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn failed_payments_and_addresses_go_into_the_inbox() {
    let everyone = danger::authenticated_elsewhere;
    let inbox = Inbox::in_memory();
    let app = Router::new()
        .route(
            "/failed",
            routes::failed(callbacks("test", "psp", everyone()), inbox.clone()),
        )
        .route(
            "/address",
            routes::address(callbacks("test", "psp", everyone()), inbox.clone()),
        );
    let address = serve(app).await;
    for (path, body) in [
        (
            "/failed",
            r#"{"Code":"100","Reason":"Payment expired","PaymentId":"p"}"#,
        ),
        // The same failure in other words.
        (
            "/failed",
            r#"{"code":"100","reason":"Expired","paymentId":"p"}"#,
        ),
        (
            "/failed",
            r#"{"code":100,"reason":"Payment expired","paymentId":"q"}"#,
        ),
        (
            "/address",
            r#"{"PaymentId":"p","AuthorizationAttemptId":"a","Addresses":[{"City":"Turku"}]}"#,
        ),
    ] {
        assert_eq!(status(&post(address, path, body).await), "200", "{body}");
    }
    let broken = r#"{"PaymentId":"p","AuthorizationAttemptId":"a","Addresses":{}}"#;
    assert_eq!(status(&post(address, "/address", broken).await), "400");
    assert_eq!(format!("{inbox:?}"), "Inbox(3 rows, 0 dead)");
}
