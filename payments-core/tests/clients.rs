//! The clients over a scripted transport: tokens, repeats, outcomes, and what becomes of a call
//! whose future is dropped.
#![cfg(all(feature = "client", feature = "testing"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests"
)]

#[cfg(feature = "blocking")]
#[path = "clients/blocking.rs"]
mod blocking;
#[path = "clients/hosts.rs"]
mod hosts;
#[path = "clients/inspect.rs"]
mod inspect;
#[path = "clients/journal.rs"]
mod journal;
#[path = "clients/outage.rs"]
mod outage;
#[path = "clients/paths.rs"]
mod paths;
#[path = "clients/refusals.rs"]
mod refusals;
#[path = "clients/resolve.rs"]
mod resolve;
#[path = "clients/signed.rs"]
mod signed;
#[path = "clients/tokens.rs"]
mod tokens;
#[path = "clients/toy.rs"]
mod toy;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use payments_core::call::{Call, Extend};
use payments_core::client::{Builder, Client, RetryPolicy};
use payments_core::clock::Clock;
use payments_core::error::NotSent;
use payments_core::exchange::{Body, CallRecord, Request};
use payments_core::outgoing::StillUnknown;
use payments_core::testing::{Act, FixedClock, ScriptedTransport, json_response};
use payments_core::{Currency, Error, Money, MoneyMoved, Pending, Resolved};
use tokio::task::JoinSet;

use toy::{Credentials, Login, NOT_FOUND, OK, Pay, REFUSED, STALE, SetState, Status, TOKEN, Toy};

/// A clock on which sleeping is an await point, and which remembers how long was slept.
#[derive(Clone, Debug, Default)]
struct Slept {
    clock: FixedClock,
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl Slept {
    fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }
}

impl Clock for Slept {
    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn wall(&self) -> SystemTime {
        self.clock.wall()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.pauses.lock().unwrap().push(duration);
        self.clock.advance(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// A client, what it sends through, and its clock.
struct Desk {
    client: Client<Toy>,
    transport: ScriptedTransport,
    clock: Slept,
}

fn builder(transport: &ScriptedTransport, clock: &Slept) -> Builder<Toy, Client<Toy>> {
    let base = "https://pay.example".to_owned();
    Builder::new(Toy, base, Credentials::new("shop"))
        .transport(Arc::new(transport.clone()))
        .clock(Arc::new(clock.clone()))
}

fn desk_with(policy: RetryPolicy, transport: ScriptedTransport) -> Desk {
    let clock = Slept::default();
    Desk {
        client: builder(&transport, &clock).retry(policy).build().unwrap(),
        transport,
        clock,
    }
}

/// A desk whose logins always succeed.
fn desk(policy: RetryPolicy, acts: impl IntoIterator<Item = Act>) -> Desk {
    let login = Act::json(TOKEN);
    desk_with(policy, ScriptedTransport::new(acts).always("/login", login))
}

/// Polls by hand, so that a deadlock is a failed test and not one that never ends.
fn finish<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("it does not end");
}

/// Polls so many times and drops it. Says whether it had ended.
fn drop_after<T>(polls: usize, future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).any(|_| future.as_mut().poll(&mut context).is_ready())
}

fn retry_after(seconds: &str) -> Act {
    let response = json_response(503, "busy");
    let mut headers = response.headers().clone();
    headers.insert("retry-after", seconds.parse().unwrap());
    Act::Answer(payments_core::exchange::Response::new(
        response.status(),
        headers,
        response.body().clone(),
    ))
}

fn variant(error: &Error) -> &'static str {
    match error {
        Error::Misuse(_) => "misuse",
        Error::NotSent(_) => "not sent",
        Error::Refused(_) => "refused",
        Error::Unknown(_) => "unknown",
        Error::Malformed(_) => "malformed",
        Error::Unverified(_) => "unverified",
        _ => "another",
    }
}

fn outcome<T>(result: Result<T, Error>) -> &'static str {
    result.map_or_else(|error| variant(&error), |_| "ok")
}

fn unsent() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.repeat_unsent = true;
    policy
}

fn once_each() -> RetryPolicy {
    RetryPolicy::never()
}

/// A pending of [`Pay`] that was prepared by a client of this host at 1970-01-01.
fn pending_at(base: &str) -> Pending<Pay> {
    let transport = ScriptedTransport::default();
    let client: Client<Toy> = Builder::new(Toy, base.to_owned(), Credentials::new("shop"))
        .transport(Arc::new(transport))
        .clock(Arc::new(FixedClock::new()))
        .build()
        .unwrap();
    client.prepare(Pay::new("A-1")).unwrap().pending()
}

#[test]
fn a_call_without_an_answer_is_asked_for() {
    let desk = desk(RetryPolicy::default(), [Act::Hang, Act::json(OK)]);
    let prepared = desk.client.prepare(Pay::new("A-1")).unwrap();
    let pending = prepared.pending();
    assert!(!drop_after(100, desk.client.send(prepared)));
    assert_eq!(desk.transport.count("/pay"), 1);
    let resolved = finish(desk.client.resolve(&pending)).unwrap();
    assert!(matches!(resolved, Resolved::Settled(_)));
    assert_eq!(desk.transport.count("/pay"), 1);
}

#[test]
fn reads_are_repeated_with_the_same_bytes_and_jittered_pauses() {
    let mut first_pauses = Vec::new();
    for _ in 0..50 {
        let acts = [Act::Cut, Act::status(503, "busy"), Act::json(OK)];
        let desk = desk(RetryPolicy::default(), acts);
        finish(desk.client.call(Status::of("A-1"))).unwrap();
        let seen = desk.transport.seen();
        let sent: Vec<_> = seen.iter().skip(1).collect();
        assert_eq!(sent.len(), 3);
        for again in &sent {
            assert_eq!(again.method(), sent[0].method());
            assert_eq!(again.uri(), sent[0].uri());
            assert_eq!(again.headers(), sent[0].headers());
            assert_eq!(again.body(), sent[0].body());
        }
        let pauses = desk.clock.pauses();
        assert_eq!(pauses.len(), 2);
        assert!(pauses[0] <= Duration::from_millis(200), "{pauses:?}");
        assert!(pauses[1] <= Duration::from_millis(400), "{pauses:?}");
        first_pauses.push(pauses[0]);
    }
    first_pauses.sort();
    first_pauses.dedup();
    assert!(
        first_pauses.len() > 10,
        "it does not jitter: {first_pauses:?}"
    );
    assert!(*first_pauses.last().unwrap() > Duration::from_millis(100));
}

#[test]
fn attempts_and_pauses_are_capped() {
    let mut policy = RetryPolicy::default();
    policy.attempts = 8;
    policy.longest_pause = Duration::from_millis(300);
    let desk = desk(policy, vec![Act::status(500, ""); 20]);
    let result = finish(desk.client.call(Status::of("A-1")));
    assert_eq!(outcome(result), "malformed");
    assert_eq!(desk.transport.count("/status"), 8);
    let longest = desk.clock.pauses().into_iter().max().unwrap();
    assert!(longest <= Duration::from_millis(300));
}

#[test]
fn pauses_are_as_long_as_the_provider_asks_at_least() {
    let mut policy = RetryPolicy::default();
    policy.least_pause = Duration::from_secs(1);
    let desk = desk(policy, [Act::Cut, Act::Cut, Act::json(OK)]);
    finish(desk.client.call(Status::of("A-1"))).unwrap();
    let pauses = desk.clock.pauses();
    let least = Duration::from_secs(1);
    assert!(pauses.iter().all(|pause| *pause >= least), "{pauses:?}");
    let jitter: Vec<Duration> = pauses.iter().map(|pause| *pause - least).collect();
    assert!(jitter[0] <= Duration::from_millis(200), "{pauses:?}");
    assert!(jitter[1] <= Duration::from_millis(400), "{pauses:?}");
}

#[test]
fn retry_after_is_honoured_up_to_the_cap() {
    let check = |asked: &str, sends: usize, pause: Option<u64>| {
        let acts = [retry_after(asked), Act::json(OK)];
        let desk = desk(RetryPolicy::default(), acts);
        let result = finish(desk.client.call(Status::of("A-1")));
        assert_eq!(result.is_ok(), sends == 2, "for {asked}");
        assert_eq!(desk.transport.count("/status"), sends, "for {asked}");
        let expect: Vec<_> = pause.map(Duration::from_secs).into_iter().collect();
        assert_eq!(desk.clock.pauses(), expect, "for {asked}");
    };
    check("0", 2, Some(0));
    check("7", 2, Some(7));
    check("10", 2, Some(10));
    check("11", 1, None);
    check("18446744073709551615", 1, None);
    check("18446744073709551616", 1, None);
    // The clock stands at the beginning of 1970.
    check("Thu, 01 Jan 1970 00:00:07 GMT", 2, Some(7));
    check("Thursday, 01-Jan-70 00:00:10 GMT", 2, Some(10));
    check("Thu, 01 Jan 1970 00:00:11 GMT", 1, None);
    check("Fri, 31 Dec 9999 23:59:59 GMT", 1, None);
}

#[test]
fn a_retry_after_that_asks_for_nothing_leaves_the_pause_to_us() {
    for asked in ["", "soon", "-1", "1.5", "Thu, 01 Jan 1970 00:00:59 GMT"] {
        let acts = [retry_after(asked), Act::json(OK)];
        let desk = desk(RetryPolicy::default(), acts);
        desk.clock.clock.advance(Duration::from_secs(60));
        finish(desk.client.call(Status::of("A-1"))).unwrap();
        let pauses = desk.clock.pauses();
        assert_eq!(pauses.len(), 1, "for {asked}");
        assert!(
            pauses[0] <= Duration::from_millis(200),
            "for {asked}: {pauses:?}"
        );
    }
}

#[test]
fn the_budget_of_repeats_ends_and_is_earned_back() {
    let desk = desk(RetryPolicy::default(), []);
    let sends = |calls: usize| {
        let before = desk.transport.count("/status");
        for _ in 0..calls {
            let result = finish(desk.client.call(Status::of("A-1")));
            assert_eq!(outcome(result), "not sent");
        }
        desk.transport.count("/status") - before
    };
    // The login's success changes nothing while the budget is full.
    assert_eq!(sends(5), 15);
    assert_eq!(sends(3), 3, "ten repeats were made");
    for _ in 0..10 {
        desk.transport.then(Act::json(OK));
    }
    for _ in 0..10 {
        finish(desk.client.call(Status::of("A-1"))).unwrap();
    }
    assert_eq!(sends(1), 2, "ten successes gave one back");
    assert_eq!(sends(1), 1);
}

#[test]
fn what_may_pay_twice_is_sent_once() {
    let check = |policy: RetryPolicy, acts: Vec<Act>, sends: usize, expect: &str| {
        let script = format!("{acts:?}");
        let desk = desk(policy, acts);
        let found = outcome(finish(desk.client.call(Pay::new("A-1"))));
        assert_eq!(found, expect, "for {script}");
        assert_eq!(desk.transport.count("/pay"), sends, "for {script}");
    };
    let ok = || Act::json(OK);
    let plain = RetryPolicy::default;
    check(plain(), vec![Act::NotSent, ok()], 1, "not sent");
    check(plain(), vec![Act::Cut, ok()], 1, "unknown");
    check(plain(), vec![Act::status(503, ""), ok()], 1, "unknown");
    check(plain(), vec![retry_after("1"), ok()], 1, "unknown");
    check(unsent(), vec![Act::NotSent, ok()], 2, "ok");
    check(
        unsent(),
        vec![Act::NotSent, Act::json(REFUSED)],
        2,
        "refused",
    );
    check(unsent(), vec![Act::NotSent, Act::Cut, ok()], 2, "unknown");
    check(unsent(), vec![Act::Cut, ok()], 1, "unknown");
    check(unsent(), vec![Act::status(429, ""), ok()], 1, "unknown");
    check(unsent(), vec![], 3, "not sent");
}

#[test]
fn a_repeat_does_not_forget_that_an_attempt_may_have_arrived() {
    let check = |acts: Vec<Act>, expect: &str, moved: MoneyMoved| {
        let script = format!("{acts:?}");
        let desk = desk(RetryPolicy::default(), acts);
        let error = finish(desk.client.call(SetState::of("A-1"))).unwrap_err();
        assert_eq!(variant(&error), expect, "for {script}");
        assert_eq!(error.money_moved(), moved, "for {script}");
    };
    let maybe = MoneyMoved::Maybe;
    check(vec![Act::Cut, Act::NotSent, Act::NotSent], "unknown", maybe);
    check(vec![Act::Cut, Act::json(REFUSED)], "unknown", maybe);
    check(
        vec![Act::status(502, ""), Act::json(REFUSED)],
        "unknown",
        maybe,
    );
    check(vec![Act::status(502, ""), Act::NotSent], "unknown", maybe);
    check(
        vec![Act::NotSent, Act::json(REFUSED)],
        "refused",
        MoneyMoved::No,
    );
    check(vec![Act::NotSent; 3], "not sent", MoneyMoved::No);
    let desk = desk(
        RetryPolicy::default(),
        [Act::Cut, Act::NotSent, Act::json(OK)],
    );
    finish(desk.client.call(SetState::of("A-1"))).unwrap();
    assert_eq!(desk.transport.count("/state"), 3);
}

#[test]
fn every_fault_has_its_outcome() {
    let html = "<html>ok</html>";
    let deep = "[".repeat(64 * 1024);
    let table: Vec<(Act, &str, &str)> = vec![
        (Act::json(OK), "ok", "ok"),
        (Act::NotSent, "not sent", "not sent"),
        (Act::Cut, "malformed", "unknown"),
        (Act::json(REFUSED), "refused", "refused"),
        (Act::status(400, REFUSED), "refused", "refused"),
        (Act::json(html), "malformed", "unknown"),
        (Act::json(""), "malformed", "unknown"),
        (Act::json(r#"{"ok":true,"val"#), "malformed", "unknown"),
        (Act::json("{}"), "malformed", "unknown"),
        (Act::json(&deep), "malformed", "unknown"),
        (
            Act::json(r#"{"ok":true,"value":"B-9"}"#),
            "malformed",
            "unknown",
        ),
        (Act::status(302, html), "malformed", "unknown"),
        (Act::status(404, html), "malformed", "unknown"),
        (Act::status(429, html), "malformed", "unknown"),
        (Act::status(500, html), "malformed", "unknown"),
    ];
    for (act, read, write) in table {
        let check = |call: &str, found: Result<(), Error>, expect: &str| {
            if let Err(error) = &found {
                let moved = match expect {
                    "unknown" => MoneyMoved::Maybe,
                    _ => MoneyMoved::No,
                };
                assert_eq!(error.money_moved(), moved, "{call} after {act:?}");
                let answered = matches!(act, Act::Answer(_));
                assert_eq!(error.response().is_some(), answered, "{call} after {act:?}");
                if let Error::Unknown(unknown) = error {
                    assert_eq!(unknown.record().reference(), Some("A-1"));
                }
            }
            assert_eq!(outcome(found), expect, "{call} after {act:?}");
        };
        let desk = || desk(once_each(), [act.clone()]);
        let found = finish(desk().client.call(Status::of("A-1"))).map(drop);
        check("read", found, read);
        let found = finish(desk().client.call(SetState::of("A-1"))).map(drop);
        check("idempotent", found, write);
        let found = finish(desk().client.call(Pay::new("A-1"))).map(drop);
        check("once", found, write);
    }
}

#[test]
fn misuse_sends_nothing() {
    let desk = desk(RetryPolicy::default(), []);
    let mut pay = Pay::new("A-1");
    pay.amount = Money::from_minor(1, Currency::VND);
    let error = finish(desk.client.call(pay)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "misuse: `amount` is in VND, this client is set up for PHP"
    );
    let error = finish(desk.client.call(Pay::new(""))).unwrap_err();
    assert_eq!(error.to_string(), "misuse: `reference` must not be empty");
    assert_eq!(error.money_moved(), MoneyMoved::No);
    assert!(desk.transport.seen().is_empty());
    let clock = Slept::default();
    let mut policy = RetryPolicy::default();
    policy.attempts = 0;
    assert!(
        builder(&desk.transport, &clock)
            .retry(policy)
            .build()
            .is_err()
    );
}

#[test]
fn credentials_are_asked_for_anew() {
    let transport =
        ScriptedTransport::new([Act::json(OK), Act::json(OK)]).always("/login", Act::json(TOKEN));
    let generation = Arc::new(AtomicUsize::new(1));
    let asked = Arc::clone(&generation);
    let client = builder(&transport, &Slept::default())
        .credentials_from(move || match asked.load(Ordering::SeqCst) {
            0 => Err(NotSent::new("the vault is closed", None)),
            generation => Ok(Credentials::new(&format!("shop-{generation}"))),
        })
        .build()
        .unwrap();
    finish(client.call(Status::of("A-1"))).unwrap();
    generation.store(2, Ordering::SeqCst);
    finish(client.call(Status::of("A-1"))).unwrap();
    generation.store(0, Ordering::SeqCst);
    let error = finish(client.call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(error.to_string(), "not sent: the vault is closed");
    let seen = transport.seen();
    let users: Vec<_> = seen.iter().map(|sent| &sent.headers()["x-user"]).collect();
    let expect = ["shop-1", "shop-1", "shop-2", "shop-2"];
    assert_eq!(users, expect, "a login and a call with each");
}

#[test]
fn extended_calls_are_sent_and_resolved_as_the_call_itself() {
    let desk = desk(once_each(), [Act::Cut, Act::json(NOT_FOUND)]);
    let call = Pay::new("A-1").with_extra("campaign", "summer & sun");
    let prepared = desk.client.prepare(call).unwrap();
    let pending = prepared.pending();
    let result = finish(desk.client.send(prepared));
    assert_eq!(outcome(result), "unknown");
    let body = desk.transport.seen()[1].body().clone();
    assert_eq!(
        &body[..],
        b"reference=A-1&amount=149900&campaign=summer+%26+sun"
    );
    desk.clock.clock.advance(Duration::from_secs(300));
    let resolved = finish(desk.client.resolve(&pending)).unwrap();
    assert!(matches!(resolved, Resolved::NeverHappened));
}

#[test]
fn raw_requests_are_authorized_and_only_reads_are_repeated() {
    let acts = [Act::Cut, Act::Cut, Act::status(200, "as it came")];
    let desk = desk(RetryPolicy::default(), acts);
    let request = Request::post("/raw").with_body(Body::Json("{}".to_owned()));
    let result = finish(desk.client.raw(request));
    assert_eq!(outcome(result), "unknown");
    assert_eq!(desk.transport.count("/raw"), 1);
    let response = finish(desk.client.raw_read(Request::get("/raw"))).unwrap();
    assert_eq!(&response.body()[..], b"as it came");
    assert_eq!(desk.transport.count("/raw"), 3);
    for sent in desk.transport.seen().iter().skip(1) {
        assert_eq!(sent.headers()["x-token"], toy::TOKEN_TEXT);
    }
}

#[test]
fn a_stale_token_is_renewed_for_reads_only() {
    let acts = || [Act::json(STALE), Act::json(OK)];
    let reads = desk(once_each(), acts());
    finish(reads.client.call(Status::of("A-1"))).unwrap();
    assert_eq!(reads.transport.count("/login"), 2);
    let stubborn = desk(once_each(), vec![Act::json(STALE); 5]);
    let result = finish(stubborn.client.call(Status::of("A-1")));
    assert_eq!(outcome(result), "refused");
    assert_eq!(stubborn.transport.count("/status"), 2, "once is enough");
    let once = desk(once_each(), acts());
    assert_eq!(
        outcome(finish(once.client.call(Pay::new("A-1")))),
        "refused"
    );
    let idempotent = desk(once_each(), acts());
    let result = finish(idempotent.client.call(SetState::of("A-1")));
    assert_eq!(outcome(result), "refused");
    for desk in [once, idempotent] {
        assert_eq!(desk.transport.seen().len(), 2, "a login and one call");
    }
}

#[test]
fn errors_are_small_enough_to_be_returned() {
    assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
}

#[test]
fn nothing_prints_a_secret() {
    let leak = format!(r#"{{"ok":false,"code":"NO","text":"{}"}}"#, toy::TOKEN_TEXT);
    let acts = [Act::json(OK), Act::json(&leak), Act::json(toy::TOKEN_TEXT)];
    let desk = desk(once_each(), acts);
    let prepared = desk.client.prepare(Pay::new("A-1")).unwrap();
    let login = desk
        .client
        .prepare(Login(Credentials::new("shop")))
        .unwrap();
    let mut printed = format!("{:?} {:?} {prepared:?}", desk.client, prepared.pending());
    printed += &format!(
        "{login:?} {:?} {}",
        login.request(),
        login.pending().record().digest()
    );
    printed += &format!("{:?}", finish(desk.client.send(prepared)).unwrap());
    for _ in 0..2 {
        let error = finish(desk.client.call(Pay::new("A-1"))).unwrap_err();
        printed += &format!("{error} {error:?}");
    }
    printed += &format!(
        "{:?}",
        desk.transport
            .seen()
            .iter()
            .map(http::Request::headers)
            .collect::<Vec<_>>()
    );
    for secret in [toy::TOKEN_TEXT, toy::SECRET] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert_eq!(<Pay as Call>::NAME, "pay");
}
