//! Callbacks that nobody signs: known callers, conflicts, answers, and the routes.
#![cfg(all(feature = "axum", feature = "testing"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use payments_core::Request;
use payments_core::error::Rejected;
use payments_core::incoming::{
    Accepted, Ack, Answered, CallerAuth, Endpoint, Fields, Inbound, Inbox, Key, Notice, Outcome,
    Receiver, Replays, Scope, Seen, Unverified, axum as routes, danger,
};

/// A paid bill, signed by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Paid {
    bill_id: String,
    amount: String,
}

impl Notice for Paid {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "paid";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        Ok(Self {
            bill_id: fields.required("billId")?,
            amount: fields.required("amount")?,
        })
    }

    fn read_unsigned(_fields: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        vec![&self.bill_id]
    }

    fn reference(&self) -> &str {
        &self.bill_id
    }
}

/// Tells the provider that the bill is known.
#[derive(Request)]
struct Known {
    /// The bill.
    #[wire("billId")]
    bill_id: String,
}

impl Answered for Paid {
    const STATUS: StatusCode = StatusCode::ACCEPTED;
    type Answer = Known;
}

fn known(bill: &str) -> Known {
    Known::builder().bill_id(bill).build().unwrap()
}

fn scope() -> Scope {
    Scope::of::<Paid>("live", "shop")
}

fn receiver() -> Receiver<Paid> {
    Receiver::new("live", "shop", danger::authenticated_elsewhere())
}

const BILL: &str = r#"{"billId":"B-1","amount":"5"}"#;
const OTHER: &str = r#"{"billId":"B-1","amount":"6"}"#;

fn inbound(body: &str) -> Inbound {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Inbound::new(Method::POST, "/paid", headers, body.to_owned())
}

fn received(body: &str) -> Unverified<Paid> {
    receiver().receive(&inbound(body)).unwrap()
}

#[test]
fn only_a_known_caller_is_heard() {
    let message = received(BILL);
    assert_eq!(message.claims().amount, "5");
    assert_eq!(message.scope(), &scope());
    assert_eq!(format!("{message:?}"), "Unverified(..)");
    let nobody: Receiver<Paid> = Receiver::new("live", "shop", CallerAuth::check(|_| false));
    assert!(nobody.receive(&inbound(BILL)).is_err());
    assert!(receiver().receive(&inbound(r#"{"billId":"B-1"}"#)).is_err());
    let twice = r#"{"billId":"B-1","billId":"B-1","amount":"5"}"#;
    assert!(receiver().receive(&inbound(twice)).is_err());
}

#[test]
fn names_come_in_any_case_where_that_is_wanted() {
    let pascal = inbound(r#"{"BillId":"B-1","AMOUNT":"5"}"#);
    assert!(receiver().receive(&pascal).is_err());
    let message = receiver().in_any_case().receive(&pascal).unwrap();
    assert_eq!(message.claims().bill_id, "B-1");
    assert_eq!(message.claims().amount, "5");
    let twice = inbound(r#"{"billId":"B-1","billID":"B-1","amount":"5"}"#);
    assert!(receiver().receive(&twice).is_ok());
    assert!(receiver().in_any_case().receive(&twice).is_err());
}

#[test]
fn a_get_is_read_from_its_query_alone() {
    let get = |query: &str, body: &str| {
        Inbound::new(
            Method::GET,
            format!("/paid{query}"),
            HeaderMap::new(),
            body.to_owned(),
        )
    };
    let found = receiver()
        .receive(&get("?billId=B-1&amount=5", BILL))
        .unwrap();
    assert_eq!(found.claims().amount, "5");
    assert!(receiver().receive(&get("", BILL)).is_err());
    // So is what has neither a body nor its type; nothing else is.
    let posted = |content_type: Option<&'static str>, body: &'static str| {
        let typed = content_type.map(|text| (CONTENT_TYPE, HeaderValue::from_static(text)));
        let headers = HeaderMap::from_iter(typed);
        Inbound::new(Method::POST, "/paid?billId=B-1&amount=5", headers, body)
    };
    assert!(receiver().receive(&posted(None, "")).is_ok());
    assert!(receiver().receive(&posted(None, "{}")).is_err());
    assert!(
        receiver()
            .receive(&posted(Some("application/json"), ""))
            .is_err()
    );
}

#[test]
fn another_message_of_the_same_key_is_a_conflict() {
    let inbox = Inbox::in_memory();
    assert_eq!(inbox.accept(&received(BILL)), Accepted::New);
    assert_eq!(inbox.accept(&received(BILL)), Accepted::Duplicate);
    assert_eq!(inbox.accept(&received(OTHER)), Accepted::Conflict);
    let mut seen = Vec::new();
    inbox.work_blocking(|row| {
        seen.push(row.inbound().unwrap().body().clone());
        Outcome::Settled
    });
    assert_eq!(seen, [BILL]);
    // What a query found first has no body to differ from.
    let found = Inbox::in_memory();
    assert_eq!(
        found.accept_found::<Paid>(&scope(), "B-1", &["B-1"]),
        Accepted::New
    );
    assert_eq!(found.accept(&received(OTHER)), Accepted::Duplicate);
    assert_eq!(
        Key::of::<Paid>(&scope(), &["B-1"]).to_string(),
        "toy/live/shop/paid/B-1"
    );
}

/// A bill that was paid, with a number of the message's own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Traced {
    paid: Paid,
    shop: String,
}

impl Notice for Traced {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "traced";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        let shop = fields.required("shop")?;
        let paid = Paid::read(fields)?;
        Ok(Self { paid, shop })
    }

    fn read_unsigned(_fields: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        self.paid.dedupe()
    }

    fn repeat(&self) -> Option<Vec<String>> {
        Some(vec![self.paid.amount.clone(), self.shop.clone()])
    }

    fn reference(&self) -> &str {
        self.paid.reference()
    }
}

impl Answered for Traced {
    const STATUS: StatusCode = StatusCode::OK;
    type Answer = Known;
}

/// What the notice does not name may differ in a repeat; what it names may not.
#[test]
fn a_repeat_says_the_same_where_it_counts() {
    let receiver: Receiver<Traced> =
        Receiver::new("live", "shop", danger::authenticated_elsewhere());
    let read = |trace: &str, amount: &str, shop: &str| {
        let body =
            format!(r#"{{"billId":"B-1","trace":"{trace}","amount":"{amount}","shop":"{shop}"}}"#);
        receiver.receive(&inbound(&body)).unwrap()
    };
    let (inbox, replays) = (Inbox::in_memory(), Replays::of(2));
    assert_eq!(inbox.accept(&read("1", "12", "3")), Accepted::New);
    let _ = replays.keep(&read("1", "12", "3"), &known("one"));
    for (amount, shop, same) in [
        ("12", "3", true),
        ("13", "3", false),
        ("12", "4", false),
        ("1", "23", false),
        ("3", "12", false),
    ] {
        let other = read("2", amount, shop);
        let (accepted, seen) = (inbox.accept(&other), replays.look(&other));
        if same {
            assert_eq!(accepted, Accepted::Duplicate);
            assert!(matches!(seen, Seen::Before(_)));
        } else {
            assert_eq!(accepted, Accepted::Conflict, "{amount} {shop}");
            assert!(matches!(seen, Seen::Conflict), "{amount} {shop}");
        }
    }
}

#[test]
fn another_query_of_the_same_key_is_a_conflict() {
    let inbox = Inbox::in_memory();
    let get = |amount: &str| {
        let target = format!("/paid?billId=B-1&amount={amount}");
        let raw = Inbound::new(Method::GET, target, HeaderMap::new(), "");
        receiver().receive(&raw).unwrap()
    };
    assert_eq!(inbox.accept(&get("5")), Accepted::New);
    assert_eq!(inbox.accept(&get("5")), Accepted::Duplicate);
    assert_eq!(inbox.accept(&get("6")), Accepted::Conflict);
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let replays = Replays::of(2);
    let (first, other) = (received(BILL), received(OTHER));
    assert!(matches!(replays.look(&first), Seen::New));
    let ack = replays.keep(&first, &known("one")).response();
    assert_eq!(ack.status(), StatusCode::ACCEPTED);
    assert_eq!(ack.body(), r#"{"billId":"one"}"#);
    let Seen::Before(again) = replays.look(&first) else {
        panic!("forgotten");
    };
    assert_eq!(again.response().body(), r#"{"billId":"one"}"#);
    assert!(matches!(replays.look(&other), Seen::Conflict));
    // Whoever was slower is answered as the first was.
    assert_eq!(
        replays.keep(&first, &known("two")).response().body(),
        r#"{"billId":"one"}"#
    );
    assert_eq!(replays.keep(&other, &known("two")), Ack::rejected());
    for bill in ["B-2", "B-3"] {
        let next = received(&format!(r#"{{"billId":"{bill}","amount":"5"}}"#));
        let _ = replays.keep(&next, &known(bill));
    }
    assert!(matches!(replays.look(&first), Seen::New));
    assert_eq!(format!("{replays:?}"), "Replays(2 of 2)");
}

/// The status and body that a POST to `route` gets.
async fn post(app: Router, bodies: &[&str]) -> Vec<(u16, String)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut answers = Vec::new();
    for body in bodies {
        let request = client
            .post(format!("http://{address}/paid"))
            .body((*body).to_owned());
        let answer = request
            .header("content-type", "application/json")
            .send()
            .await
            .unwrap();
        answers.push((answer.status().as_u16(), answer.text().await.unwrap()));
    }
    server.abort();
    answers
}

fn answers(list: &[(u16, &str)]) -> Vec<(u16, String)> {
    list.iter()
        .map(|(status, body)| (*status, (*body).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_kept_message_is_answered() {
    let inbox = Inbox::in_memory();
    let route = routes::answered(receiver(), inbox.clone(), |message: &Unverified<Paid>| {
        known(&message.claims().bill_id)
    });
    let found = post(
        Router::new().route("/paid", route),
        &[BILL, BILL, OTHER, "{}"],
    )
    .await;
    let yes = (202, r#"{"billId":"B-1"}"#);
    assert_eq!(found, answers(&[yes, yes, (400, ""), (400, "")]));
    assert_eq!(inbox.work_blocking(|_| Outcome::Done).done, 1);
}

#[tokio::test]
async fn a_question_is_answered_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let route = routes::asked(
        receiver(),
        Replays::of(10),
        move |message: Unverified<Paid>| {
            let count = Arc::clone(&count);
            async move {
                // The first time nobody knows.
                (count.fetch_add(1, Ordering::SeqCst) > 0).then(|| known(&message.claims().bill_id))
            }
        },
    );
    let found = post(
        Router::new().route("/paid", route),
        &[BILL, BILL, BILL, OTHER, "no json"],
    )
    .await;
    let yes = (202, r#"{"billId":"B-1"}"#);
    assert_eq!(found, answers(&[(503, ""), yes, yes, (400, ""), (400, "")]));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
