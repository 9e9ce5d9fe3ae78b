//! The blocking client, by the same rules.

use std::sync::Barrier;
use std::thread;

use payments_core::client::blocking::Client;
use payments_core::client::{ByHand, Settled};
use payments_core::journal::{Journal, JournalStore, MemoryJournal};

use super::*;

fn client(policy: RetryPolicy, transport: &ScriptedTransport, clock: &FixedClock) -> Client<Toy> {
    let base = "https://pay.example".to_owned();
    Builder::new(Toy, base, Credentials::new("shop"))
        .blocking_transport(Arc::new(transport.clone()))
        .clock(Arc::new(clock.clone()))
        .retry(policy)
        .build()
        .unwrap()
}

fn logged_in(acts: impl IntoIterator<Item = Act>) -> ScriptedTransport {
    ScriptedTransport::new(acts).always("/login", Act::json(TOKEN))
}

#[test]
fn many_threads_on_an_expired_token_fetch_one() {
    let transport = logged_in([]).always("/status", Act::json(OK));
    let clock = FixedClock::new();
    let client = client(once_each(), &transport, &clock);
    client.call(Status::of("A-1")).unwrap();
    clock.advance(toy::LIFETIME);
    let start = Barrier::new(50);
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                start.wait();
                client.call(Status::of("A-1")).unwrap();
            });
        }
    });
    assert_eq!(transport.count("/login"), 2);
}

#[test]
fn a_failed_login_is_tried_again_later() {
    let transport = ScriptedTransport::new([Act::Cut, Act::json(TOKEN), Act::json(OK)]);
    let client = client(once_each(), &transport, &FixedClock::new());
    let error = client.call(Pay::new("A-1")).unwrap_err();
    assert_eq!(variant(&error), "not sent");
    assert_eq!(transport.count("/pay"), 0);
    client.call(Pay::new("A-1")).unwrap();
}

#[test]
fn reads_are_repeated_and_payments_are_not() {
    let check = |acts: Vec<Act>, reads: usize, pays: usize| {
        let transport = logged_in(acts.clone());
        let clock = FixedClock::new();
        let _ = client(RetryPolicy::default(), &transport, &clock).call(Status::of("A-1"));
        assert_eq!(transport.count("/status"), reads, "{acts:?}");
        let transport = logged_in(acts.clone());
        let _ = client(RetryPolicy::default(), &transport, &clock).call(Pay::new("A-1"));
        assert_eq!(transport.count("/pay"), pays, "{acts:?}");
    };
    check(vec![Act::Cut, Act::NotSent, Act::json(OK)], 3, 1);
    check(vec![Act::Hang, Act::json(OK)], 2, 1);
    check(vec![Act::NotSent, Act::json(OK)], 2, 1);
    check(vec![retry_after("3"), Act::json(OK)], 2, 1);
    check(vec![Act::json(STALE), Act::json(OK)], 2, 1);
}

#[test]
fn outcomes_are_those_of_the_async_client() {
    for (act, read, write) in [
        (Act::json(OK), "ok", "ok"),
        (Act::NotSent, "not sent", "not sent"),
        (Act::Hang, "malformed", "unknown"),
        (Act::json(REFUSED), "refused", "refused"),
        (Act::status(302, ""), "malformed", "unknown"),
    ] {
        let client = || client(once_each(), &logged_in([act.clone()]), &FixedClock::new());
        assert_eq!(outcome(client().call(Status::of("A-1"))), read, "{act:?}");
        assert_eq!(
            outcome(client().call(SetState::of("A-1"))),
            write,
            "{act:?}"
        );
        assert_eq!(outcome(client().call(Pay::new("A-1"))), write, "{act:?}");
    }
}

#[test]
fn resolve_waits_before_it_says_never() {
    let clock = FixedClock::new();
    let transport = logged_in([Act::json(NOT_FOUND), Act::json(NOT_FOUND)]);
    let client = client(once_each(), &transport, &clock);
    let pending = client.prepare(Pay::new("A-1")).unwrap().pending();
    let early = client.resolve(&pending).unwrap();
    assert!(matches!(
        early,
        Resolved::StillUnknown(StillUnknown::TooEarly)
    ));
    clock.advance(Duration::from_secs(300));
    assert!(matches!(
        client.resolve(&pending).unwrap(),
        Resolved::NeverHappened
    ));
    let other = pending_at("https://test.pay.example");
    assert_eq!(outcome(client.resolve(&other)), "misuse");
}

#[test]
fn what_cannot_be_sent_is_refused_before_a_login() {
    let transport = logged_in([]);
    let client = client(once_each(), &transport, &FixedClock::new());
    for path in ["no-slash", "/with a blank"] {
        assert_eq!(outcome(client.raw(Request::post(path))), "misuse", "{path}");
        let read = client.raw_read(Request::get(path));
        assert_eq!(outcome(read), "misuse", "{path}");
    }
    assert_eq!(outcome(client.call(toy::Unsignable)), "misuse");
    assert!(transport.seen().is_empty());
}

#[test]
fn a_journal_is_kept_by_the_same_rules() {
    let acts = [Act::json(OK), Act::Cut, Act::json(OK), Act::json(NOT_FOUND)];
    let (transport, clock) = (logged_in(acts), FixedClock::new());
    let store = MemoryJournal::new();
    let client = client(once_each(), &transport, &clock);
    let client = client.with_journal(Journal::new(store.clone(), "shop"));
    let pay = |operation: &str| client.call_as(operation, Pay::new("A-1"));
    for _ in 0..2 {
        pay("1").unwrap();
        assert_eq!(outcome(pay("2")), "unknown");
    }
    assert_eq!(transport.count("/pay"), 2);
    let rows = client.open_calls().unwrap();
    assert_eq!(rows.len(), 1);
    let settled = client.settle_by_query::<Pay>(&rows[0]).unwrap();
    assert!(matches!(settled, Settled::Done));
    assert!(client.open_calls().unwrap().is_empty());
    let set = client.prepare(SetState::of("A-1")).unwrap();
    assert_eq!(outcome(client.send(set.operation("3"))), "refused");
    let (who, why) = ("Ayşe", "seen in the portal");
    let by_hand = client.settle_by_hand(&rows[0], ByHand::NeverHappened, who, why);
    assert_eq!(outcome(by_hand), "misuse", "it is settled");
    let known = client.settle_without_query(&rows[0]).unwrap();
    assert!(matches!(known, Settled::Done));
    assert_eq!(store.history(rows[0].entry()).unwrap().len(), 1);
}

/// Looks into the journal whenever something is sent.
struct Watching(MemoryJournal, Mutex<Vec<usize>>);

impl payments_core::client::BlockingTransport for Watching {
    fn send(
        &self,
        request: payments_core::http::Request<payments_core::bytes::Bytes>,
    ) -> Result<payments_core::exchange::Response, payments_core::client::SendError> {
        let body = match request.uri().path() {
            "/login" => TOKEN,
            _ => {
                self.1
                    .lock()
                    .unwrap()
                    .push(self.0.open("shop").unwrap().len());
                OK
            }
        };
        Ok(json_response(200, body))
    }
}

#[test]
fn a_call_is_recorded_before_it_is_sent() {
    let store = MemoryJournal::new();
    let transport = Arc::new(Watching(store.clone(), Mutex::default()));
    let base = "https://pay.example".to_owned();
    let client: Client<Toy> = Builder::new(Toy, base, Credentials::new("shop"))
        .blocking_transport(Arc::<Watching>::clone(&transport))
        .build()
        .unwrap();
    let client = client.with_journal(Journal::new(store, "shop"));
    client.call(Pay::new("A-1")).unwrap();
    client.call(Status::of("A-1")).unwrap();
    assert_eq!(*transport.1.lock().unwrap(), [1, 0]);
}

#[test]
fn refusals_are_doubted_by_the_same_rules() {
    let transport = logged_in([Act::json(REFUSED), Act::json(REFUSED)]);
    let base = "https://pay.example".to_owned();
    let client: Client<Toy> = Builder::new(Toy, base, Credentials::new("shop"))
        .blocking_transport(Arc::new(transport.clone()))
        .doubt_refusals(|call, _| call == "pay")
        .build()
        .unwrap();
    let pay = client.call(Pay::new("A-1")).unwrap_err();
    let set = client.call(SetState::of("A-1")).unwrap_err();
    assert_eq!((variant(&pay), variant(&set)), ("unknown", "refused"));
}
