//! A journal that cannot be written.

use std::sync::atomic::AtomicBool;

use payments_core::journal::{Begun, Entry, RowId};
use payments_core::store::{StoreError, StoreFailure};

use super::*;

/// A store that is full from some moment on.
#[derive(Clone, Debug, Default)]
struct Full {
    inner: MemoryJournal,
    full: Arc<AtomicBool>,
    /// Becomes full once a call is recorded.
    after_begin: bool,
}

impl Full {
    fn room(&self) -> Result<(), StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::new(StoreFailure::Full, "writing", "no room"));
        }
        Ok(())
    }
}

impl JournalStore for Full {
    fn waits(&self) -> bool {
        false
    }

    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
        self.room()?;
        self.full.store(self.after_begin, Ordering::SeqCst);
        self.inner.begin(entry, repeat)
    }

    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError> {
        self.room()?;
        self.inner.again(id, millis)
    }

    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError> {
        self.room()?;
        self.inner.leave_open(id, why)
    }

    fn settle(&self, id: RowId, attempts: u32, how: &Settlement) -> Result<bool, StoreError> {
        self.room()?;
        self.inner.settle(id, attempts, how)
    }

    fn row(&self, id: RowId) -> Result<Option<Row>, StoreError> {
        self.inner.row(id)
    }

    fn open(&self, account: &str) -> Result<Vec<Row>, StoreError> {
        self.inner.open(account)
    }

    fn history(&self, entry: &Entry) -> Result<Vec<Row>, StoreError> {
        self.inner.history(entry)
    }
}

fn full_after(store: &Full, acts: impl IntoIterator<Item = Act>) -> (Desk, Client<Toy>) {
    let mut policy = RetryPolicy::default();
    policy.least_pause = Duration::from_secs(60);
    let desk = desk(policy, acts);
    let client = desk
        .client
        .with_journal(Journal::new(store.clone(), "shop"));
    (desk, client)
}

#[test]
fn nothing_is_sent_that_cannot_be_recorded() {
    let store = Full::default();
    store.full.store(true, Ordering::SeqCst);
    let (desk, client) = full_after(&store, [Act::json(OK)]);
    let error = finish(client.call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(error.to_string(), "not sent: the journal cannot be written");
    assert_eq!(error.money_moved(), MoneyMoved::No);
    assert!(desk.transport.seen().is_empty());
    finish(client.call(Status::of("A-1"))).unwrap();
}

fn full() -> Full {
    Full {
        after_begin: true,
        ..Full::default()
    }
}

#[test]
fn a_success_that_cannot_be_recorded_is_told_as_such() {
    let store = full();
    let (desk, client) = full_after(&store, [Act::json(OK)]);
    let unknown = unknown(finish(client.call(Pay::new("A-1"))));
    assert!(unknown.why().starts_with("it was carried out"), "{unknown}");
    assert_eq!(&unknown.response().unwrap().body()[..], OK.as_bytes());
    assert_eq!(Error::from(unknown).money_moved(), MoneyMoved::Yes);
    assert_eq!(state(&all(&store.inner)[0]), "open: -");
    store.full.store(false, Ordering::SeqCst);
    assert_eq!(outcome(finish(client.call(Pay::new("A-1")))), "unknown");
    assert_eq!(desk.transport.count("/pay"), 1);
}

#[test]
fn what_is_known_stays_known_where_it_cannot_be_recorded() {
    let check = |act: Act, expect: &str| {
        let store = full();
        let (_, client) = full_after(&store, [act]);
        assert_eq!(outcome(finish(client.call(Pay::new("A-1")))), expect);
        assert!(all(&store.inner)[0].is_open(), "{expect}");
    };
    check(Act::json(REFUSED), "refused");
    check(Act::NotSent, "not sent");
    check(Act::Cut, "unknown");
}

#[test]
fn no_late_attempt_is_made_that_cannot_be_recorded() {
    let check = |act: Act, expect: &str| {
        let store = full();
        let (desk, client) = full_after(&store, [act, Act::json(OK)]);
        let result = finish(client.call(SetState::of("A-1")));
        assert_eq!(outcome(result), expect);
        assert_eq!(desk.transport.count("/state"), 1);
    };
    check(Act::Cut, "unknown");
    check(Act::NotSent, "not sent");
}
