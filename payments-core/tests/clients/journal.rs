//! Clients with a journal: what is recorded, what is sent, and what is given instead.

#[path = "journal/clocks.rs"]
mod clocks;
#[path = "journal/failing.rs"]
mod failing;
#[path = "journal/settling.rs"]
mod settling;

use http::Request as Sent;
use payments_core::bytes::Bytes;
use payments_core::call::Raw;
use payments_core::client::{SendError, Transport};
use payments_core::exchange::Response;
use payments_core::journal::{
    By, Journal, JournalStore, MemoryJournal, Outcome, Row, Settlement, State,
};

use super::*;

/// A desk whose client writes into a journal, which is at hand.
pub(super) struct Recording {
    pub(super) desk: Desk,
    pub(super) client: Client<Toy>,
    pub(super) store: MemoryJournal,
}

pub(super) fn recording(policy: RetryPolicy, acts: impl IntoIterator<Item = Act>) -> Recording {
    let desk = desk(policy, acts);
    let store = MemoryJournal::new();
    let client = desk
        .client
        .with_journal(Journal::new(store.clone(), "shop"));
    Recording {
        desk,
        client,
        store,
    }
}

impl Recording {
    pub(super) fn pay(&self) -> Result<String, Error> {
        let reply = finish(self.client.call(Pay::new("A-1")))?;
        Ok(reply.value.clone())
    }

    pub(super) fn sent(&self) -> usize {
        self.desk.transport.count("/pay")
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        all(&self.store)
    }

    /// How each row stands, oldest first.
    pub(super) fn states(&self) -> Vec<String> {
        self.rows().iter().map(state).collect()
    }
}

/// Every row, settled ones too: rows are numbered from 1.
pub(super) fn all(store: &MemoryJournal) -> Vec<Row> {
    let numbers = (1..).map(payments_core::journal::RowId::new);
    numbers.map_while(|id| store.row(id).unwrap()).collect()
}

pub(super) fn state(row: &Row) -> String {
    match row.state() {
        State::Open { why } => format!("open: {}", why.as_deref().unwrap_or("-")),
        State::Settled(settlement) => settled(settlement),
        _ => "another".to_owned(),
    }
}

fn settled(settlement: &Settlement) -> String {
    let by = match settlement.by() {
        By::Answer => "answer",
        By::Query => "query",
        By::Hand { who, .. } => who,
        _ => "another",
    };
    let outcome = match settlement.outcome() {
        Outcome::Done(Some(_)) => "done, kept".to_owned(),
        Outcome::Done(None) => "done".to_owned(),
        Outcome::Refused(code) => format!("refused {code:?}"),
        Outcome::NotSent(why) => why.clone(),
        Outcome::NeverHappened => "never happened".to_owned(),
        _ => "another".to_owned(),
    };
    format!("{outcome}; {by}")
}

pub(super) fn unknown<T>(result: Result<T, Error>) -> payments_core::error::Unknown {
    match result {
        Err(Error::Unknown(unknown)) => *unknown,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it went well"),
    }
}

/// Looks into the journal whenever something is sent.
struct Watching {
    inner: ScriptedTransport,
    store: MemoryJournal,
    seen: Arc<Mutex<Vec<(String, usize)>>>,
}

#[async_trait::async_trait]
impl Transport for Watching {
    async fn send(&self, request: Sent<Bytes>) -> Result<Response, SendError> {
        let open = self.store.open("shop").unwrap().len();
        let path = request.uri().path().to_owned();
        self.seen.lock().unwrap().push((path, open));
        Transport::send(&self.inner, request).await
    }
}

#[test]
fn a_call_is_recorded_before_it_is_sent_and_settled_after() {
    let inner = ScriptedTransport::new([Act::json(OK), Act::json(OK), Act::json(OK)]);
    let (store, seen) = (MemoryJournal::new(), Arc::default());
    let transport = Watching {
        inner: inner.always("/login", Act::json(TOKEN)),
        store: store.clone(),
        seen: Arc::clone(&seen),
    };
    let client: Client<Toy> = builder(&ScriptedTransport::default(), &Slept::default())
        .transport(Arc::new(transport))
        .build()
        .unwrap();
    let client = client.with_journal(Journal::new(store.clone(), "shop"));
    finish(client.call(Status::of("A-1"))).unwrap();
    assert!(all(&store).is_empty(), "a read is recorded");
    finish(client.call(Pay::new("A-1"))).unwrap();
    finish(client.call(SetState::of("A-1"))).unwrap();
    let expect = [("/login", 0), ("/status", 0), ("/pay", 1), ("/state", 1)];
    let expect = expect.map(|(path, open)| (path.to_owned(), open));
    assert_eq!(*seen.lock().unwrap(), expect);
    let rows = all(&store);
    let states: Vec<String> = rows.iter().map(state).collect();
    assert_eq!(states, ["done, kept; answer", "done, kept; answer"]);
    let (row, record) = (&rows[0], rows[0].record());
    assert_eq!((row.account(), row.operation()), ("shop", "A-1"));
    assert_eq!((record.provider(), record.call()), ("toy", "pay"));
    assert_eq!(record.environment(), "https://pay.example");
    assert_eq!(record.reference(), Some("A-1"));
    let prepared = client.prepare(Pay::new("A-1")).unwrap();
    assert_eq!(record.digest(), prepared.record().digest());
}

#[test]
fn what_was_carried_out_is_answered_from_the_journal() {
    let desk = recording(once_each(), [Act::json(OK)]);
    assert_eq!(desk.pay().unwrap(), "A-1");
    assert_eq!(desk.pay().unwrap(), "A-1");
    assert_eq!(desk.sent(), 1);
    // Without a login too: a provider that is down is not asked.
    let elsewhere = ScriptedTransport::default();
    let again: Client<Toy> = builder(&elsewhere, &Slept::default()).build().unwrap();
    let again = again.with_journal(Journal::new(desk.store.clone(), "shop"));
    let reply = finish(again.call(Pay::new("A-1"))).unwrap();
    assert_eq!(reply.response().body(), OK.as_bytes());
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn other_bytes_under_a_known_reference_are_refused() {
    for act in [Act::json(OK), Act::Cut] {
        let desk = recording(once_each(), [act]);
        let _ = desk.pay();
        let mut other = Pay::new("A-1");
        other.amount = Money::from_minor(1, Currency::PHP);
        let error = finish(desk.client.call(other)).unwrap_err();
        let Error::Misuse(misuse) = &error else {
            panic!("{error}");
        };
        assert_eq!(misuse.field(), "reference");
        assert!(
            misuse
                .problem()
                .starts_with("stands in the journal with other content")
        );
        let extended = Pay::new("A-1").with_extra("a", "b");
        assert_eq!(outcome(finish(desk.client.call(extended))), "misuse");
        assert_eq!((desk.sent(), desk.rows().len()), (1, 1));
    }
}

#[test]
fn an_open_call_is_not_sent_again() {
    let pending = r#"{"ok":false,"code":"WAIT"}"#;
    for act in [
        Act::Cut,
        Act::Hang,
        Act::json(pending),
        Act::status(500, ""),
    ] {
        let desk = recording(once_each(), [act.clone()]);
        drop_after(100, desk.client.call(Pay::new("A-1")));
        for _ in 0..2 {
            let unknown = unknown(desk.pay());
            assert!(unknown.why().ends_with("settle it"), "{unknown}");
            assert_eq!(unknown.record(), desk.rows()[0].record());
            assert_eq!(Error::from(unknown).money_moved(), MoneyMoved::Maybe);
        }
        assert_eq!(desk.sent(), 1, "{act:?}");
        assert!(desk.rows()[0].is_open());
    }
    let desk = recording(once_each(), [Act::Cut]);
    let _ = desk.pay();
    assert_eq!(desk.states(), ["open: the script says so"]);
}

#[test]
fn after_a_definite_no_it_may_be_sent_again_and_the_history_is_kept() {
    let desk = recording(
        once_each(),
        [Act::NotSent, Act::json(REFUSED), Act::json(OK)],
    );
    assert_eq!(outcome(desk.pay()), "not sent");
    assert_eq!(outcome(desk.pay()), "refused");
    // Mended, as a refusal may ask for.
    let mut mended = Pay::new("A-1");
    mended.amount = Money::from_minor(1, Currency::PHP);
    finish(desk.client.call(mended)).unwrap();
    let expect = [
        "not sent: the script says so; answer",
        "refused Some(\"NO\"); answer",
        "done, kept; answer",
    ];
    assert_eq!(desk.states(), expect);
    let journal = Journal::new(desk.store.clone(), "shop");
    assert_eq!(journal.history(&desk.rows()[0]).unwrap(), desk.rows());
    assert_eq!(outcome(desk.pay()), "misuse");
}

#[test]
fn a_login_that_fails_leaves_nothing_open() {
    let login = desk_with(once_each(), ScriptedTransport::new([Act::Cut]));
    let store = MemoryJournal::new();
    let client = login
        .client
        .with_journal(Journal::new(store.clone(), "shop"));
    assert_eq!(outcome(finish(client.call(Pay::new("A-1")))), "not sent");
    let states: Vec<String> = all(&store).iter().map(state).collect();
    assert_eq!(states, ["not sent: no access token; answer"]);
}

#[test]
fn an_idempotent_call_that_is_open_is_sent_again() {
    let desk = recording(once_each(), [Act::Cut, Act::json(REFUSED), Act::json(OK)]);
    let set = || finish(desk.client.call(SetState::of("A-1")));
    assert_eq!(outcome(set()), "unknown");
    // It may be refused because the first was taken.
    let unknown = unknown(set());
    assert_eq!(unknown.why(), "an earlier attempt may have arrived");
    assert_eq!(unknown.refused().unwrap().code(), Some("NO"));
    assert_eq!(desk.states(), ["open: an earlier attempt may have arrived"]);
    set().unwrap();
    set().unwrap();
    assert_eq!(desk.desk.transport.count("/state"), 3);
    assert_eq!(desk.rows().len(), 1);
    assert_eq!(desk.rows()[0].attempts(), 3);
    let once = recording(once_each(), [Act::Cut, Act::NotSent, Act::NotSent]);
    for _ in 0..2 {
        let result = finish(once.client.call(SetState::of("A-1")));
        assert_eq!(outcome(result), "unknown", "an attempt may have arrived");
    }
}

/// Another process sent it, and what this one was set up with cannot be sent.
#[test]
fn a_misuse_says_nothing_of_an_attempt_before() {
    let desk = recording(once_each(), [Act::Cut]);
    let set = |client: &Client<Toy>| finish(client.call(SetState::of("A-1")));
    assert_eq!(outcome(set(&desk.client)), "unknown");
    let base = "https://pay.example".to_owned();
    let spoiled: Client<Toy> = Builder::new(Toy, base, Credentials::new("shop\n"))
        .transport(Arc::new(desk.desk.transport.clone()))
        .build()
        .unwrap();
    let fresh = spoiled.with_journal(Journal::new(MemoryJournal::new(), "shop"));
    assert_eq!(outcome(set(&fresh)), "misuse");
    let spoiled = spoiled.with_journal(Journal::new(desk.store.clone(), "shop"));
    let unknown = unknown(set(&spoiled));
    assert_eq!(unknown.why(), "an earlier attempt may have arrived");
    assert_eq!(desk.states(), ["open: an earlier attempt may have arrived"]);
    assert_eq!(desk.desk.transport.count("/state"), 1);
}

#[test]
fn an_operation_of_the_callers_own_is_done_once() {
    let desk = recording(once_each(), [Act::json(OK), Act::json(OK), Act::json(OK)]);
    let pay = |operation: &str| {
        let prepared = desk.client.prepare(Pay::new("A-1")).unwrap();
        finish(desk.client.send(prepared.operation(operation)))
    };
    for _ in 0..2 {
        pay("first part").unwrap();
        pay("second part").unwrap();
    }
    assert_eq!(desk.sent(), 2);
    let mut other = Pay::new("A-1");
    other.amount = Money::from_minor(1, Currency::PHP);
    let other = desk.client.prepare(other).unwrap().operation("first part");
    let error = finish(desk.client.send(other)).unwrap_err();
    assert!(
        error.to_string().starts_with("misuse: `operation` stands"),
        "{error}"
    );
    let error = pay(" ").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("misuse: `operation` must be given"),
        "{error}"
    );
    // Another account of the same provider has operations of its own.
    let journal = Journal::new(desk.store.clone(), "other shop");
    let other = desk.desk.client.with_journal(journal);
    let prepared = other.prepare(Pay::new("A-1")).unwrap();
    finish(other.send(prepared.operation("first part"))).unwrap();
    assert_eq!(desk.sent(), 3);
}

#[test]
fn a_call_without_a_reference_needs_an_operation() {
    let desk = recording(once_each(), [Act::json("{}")]);
    let raw = || Raw::<false>::new(Request::post("/raw"));
    assert_eq!(outcome(finish(desk.client.call(raw()))), "misuse");
    assert_eq!(
        outcome(finish(desk.client.raw(Request::post("/raw")))),
        "misuse"
    );
    assert!(desk.desk.transport.seen().is_empty());
    let send = || {
        let prepared = desk.client.prepare(raw()).unwrap().operation("raw-1");
        finish(desk.client.send(prepared))
    };
    send().unwrap();
    // Nobody knows what is in its reply, so it is not kept.
    let unknown = unknown(send());
    assert_eq!(
        unknown.why(),
        "it was carried out before; its reply is not in the journal"
    );
    assert_eq!(Error::from(unknown).money_moved(), MoneyMoved::Yes);
    assert_eq!(desk.states(), ["done; answer"]);
    assert_eq!(desk.desk.transport.count("/raw"), 1);
}

#[test]
fn replies_are_not_kept_where_the_merchant_says_so() {
    let desk = recording(once_each(), [Act::json(OK)]);
    let journal = Journal::new(desk.store.clone(), "shop").without_replies();
    let client = desk.client.with_journal(journal);
    finish(client.call(Pay::new("A-1"))).unwrap();
    assert_eq!(desk.states(), ["done; answer"]);
    let error = finish(client.call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(error.money_moved(), MoneyMoved::Yes);
    assert_eq!(desk.sent(), 1);
}

#[test]
fn a_future_that_is_dropped_leaves_its_row_open() {
    let (mut before, mut open, mut done) = (0, 0, 0);
    for polls in 0..20 {
        let desk = recording(once_each(), [Act::json(OK)]);
        let ended = drop_after(polls, desk.client.call(Pay::new("A-1")));
        let rows = desk.rows();
        match rows.first() {
            None => before += 1,
            Some(row) if row.is_open() => open += 1,
            Some(_) => done += 1,
        }
        assert_eq!(ended, rows.first().is_some_and(|row| !row.is_open()));
        assert!(desk.sent() == 0 || !rows.is_empty(), "sent, and no row");
    }
    assert!(before > 0 && open > 0 && done > 0, "{before} {open} {done}");
}

#[test]
fn a_row_is_written_again_before_a_late_attempt() {
    let mut policy = RetryPolicy::default();
    policy.least_pause = Duration::from_secs(59);
    policy.first_pause = Duration::ZERO;
    let desk = recording(policy.clone(), [Act::Cut, Act::json(OK)]);
    finish(desk.client.call(SetState::of("A-1"))).unwrap();
    assert_eq!(desk.rows()[0].attempts(), 1, "it is fresh");
    policy.least_pause = Duration::from_secs(60);
    let desk = recording(policy, [Act::Cut, Act::json(OK)]);
    finish(desk.client.call(SetState::of("A-1"))).unwrap();
    assert_eq!(desk.rows()[0].attempts(), 2);
    assert_eq!(desk.rows()[0].record().prepared_at(), 60_000);
    assert_eq!(desk.states(), ["done, kept; answer"]);
}

/// A definite no settles the attempt that it is of, and its row was written once more.
#[test]
fn a_late_attempt_is_settled_by_its_own_number() {
    let mut policy = RetryPolicy::default();
    policy.least_pause = Duration::from_secs(60);
    policy.first_pause = Duration::ZERO;
    let desk = recording(policy, [Act::NotSent, Act::json(REFUSED)]);
    let refused = finish(desk.client.call(SetState::of("A-1")));
    assert_eq!(outcome(refused), "refused");
    assert_eq!(desk.rows()[0].attempts(), 2);
    assert_eq!(desk.states(), ["refused Some(\"NO\"); answer"]);
}

#[test]
fn nothing_in_a_row_or_a_journal_prints_a_reply() {
    let desk = recording(once_each(), [Act::json(TOKEN), Act::json(OK)]);
    let leak = format!(
        r#"{{"ok":true,"value":"A-1","secret":"{}"}}"#,
        toy::TOKEN_TEXT
    );
    let leaky = recording(once_each(), [Act::json(&leak)]);
    leaky.pay().unwrap();
    let _ = desk.pay();
    let printed = format!("{:?} {:?} {:?}", leaky.rows(), leaky.client, desk.rows());
    assert!(!printed.contains(toy::TOKEN_TEXT), "{printed}");
}
