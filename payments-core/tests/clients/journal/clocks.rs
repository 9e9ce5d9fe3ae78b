//! Clocks that disagree: a machine that was suspended, and one whose time is not the store's.

use std::sync::Mutex;
use std::time::SystemTime;

use payments_core::client::{Settled, StillOpen, blocking};
use payments_core::clock::Clock;
use payments_core::journal::{Begun, Entry, RowId};
use payments_core::store::StoreError;

use super::*;

/// A time of day that tests set. The clock that only runs forward runs when it is told to.
#[derive(Clone, Debug, Default)]
struct TimeOfDay(Arc<Mutex<Duration>>, Arc<Mutex<Duration>>);

impl TimeOfDay {
    fn set(&self, seconds: u64) {
        *self.0.lock().unwrap() = Duration::from_secs(seconds);
    }

    fn run(&self, seconds: u64) {
        let mut running = self.1.lock().unwrap();
        *running = running.saturating_add(Duration::from_secs(seconds));
    }
}

impl Clock for TimeOfDay {
    fn monotonic(&self) -> Duration {
        *self.1.lock().unwrap()
    }

    fn wall(&self) -> SystemTime {
        let since = *self.0.lock().unwrap();
        SystemTime::UNIX_EPOCH.checked_add(since).unwrap()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    fn sleep_blocking(&self, _: Duration) {}
}

/// A store that has a time of its own, and after whose recording, and recording again, it is some time
/// of day.
#[derive(Clone, Debug, Default)]
struct Elsewhere {
    inner: MemoryJournal,
    own: TimeOfDay,
    wakes: Option<(TimeOfDay, u64)>,
    again: Option<(TimeOfDay, u64)>,
}

impl JournalStore for Elsewhere {
    fn waits(&self) -> bool {
        false
    }

    fn now(&self, _: u64) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.own.0.lock().unwrap().as_millis()).unwrap())
    }

    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
        let begun = self.inner.begin(entry, repeat);
        if let Some((clock, seconds)) = &self.wakes {
            clock.set(*seconds);
        }
        begun
    }

    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError> {
        let again = self.inner.again(id, millis);
        if let Some((clock, seconds)) = &self.again {
            clock.set(*seconds);
        }
        again
    }

    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError> {
        self.inner.leave_open(id, why)
    }

    fn settle(&self, id: RowId, attempts: u32, how: &Settlement) -> Result<bool, StoreError> {
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

fn client(store: &Elsewhere, clock: &TimeOfDay, acts: &[Act]) -> Client<Toy> {
    let transport = ScriptedTransport::new(acts.to_vec()).always("/login", Act::json(TOKEN));
    let base = "https://pay.example".to_owned();
    let client: Client<Toy> = Builder::new(Toy, base, Credentials::new("shop"))
        .transport(Arc::new(transport))
        .clock(Arc::new(clock.clone()))
        .retry(once_each())
        .build()
        .unwrap();
    client.with_journal(Journal::new(store.clone(), "shop"))
}

fn blocking_client(store: &Elsewhere, clock: &TimeOfDay, acts: &[Act]) -> blocking::Client<Toy> {
    let transport = ScriptedTransport::new(acts.to_vec()).always("/login", Act::json(TOKEN));
    let base = "https://pay.example".to_owned();
    let client: blocking::Client<Toy> = Builder::new(Toy, base, Credentials::new("shop"))
        .blocking_transport(Arc::new(transport))
        .clock(Arc::new(clock.clone()))
        .retry(once_each())
        .build()
        .unwrap();
    client.with_journal(Journal::new(store.clone(), "shop"))
}

/// Pays with a client where it is so late after the row was written, and after it was written again; gives
/// how it ended, and how often it was to be sent.
fn paid_late(is_blocking: bool, begun: u64, again: u64) -> (&'static str, u32) {
    let clock = TimeOfDay::default();
    let store = Elsewhere {
        wakes: Some((clock.clone(), begun)),
        again: Some((clock.clone(), again)),
        ..Elsewhere::default()
    };
    let acts = [Act::json(OK)];
    let result = if is_blocking {
        blocking_client(&store, &clock, &acts).call(Pay::new("A-1"))
    } else {
        finish(client(&store, &clock, &acts).call(Pay::new("A-1")))
    };
    let attempts = all(&store.inner).iter().map(Row::attempts).sum();
    (outcome(result), attempts)
}

#[test]
fn a_row_is_written_again_where_the_machine_was_suspended_before_the_send() {
    for is_blocking in [false, true] {
        assert_eq!(paid_late(is_blocking, 59, 59), ("ok", 1));
        assert_eq!(paid_late(is_blocking, 60, 60), ("ok", 2));
        assert_eq!(paid_late(is_blocking, 60, 119), ("ok", 2));
    }
}

/// What counts is the time before it was written, also where it was written again.
#[test]
fn what_took_too_long_to_be_written_again_is_not_sent() {
    for is_blocking in [false, true] {
        assert_eq!(paid_late(is_blocking, 60, 120), ("not sent", 2));
    }
}

/// A call that was not found is not old enough by a row that says it is of some day to come.
#[test]
fn a_row_that_is_dated_ahead_says_so_and_is_settled_once_it_is_known_for_long() {
    let clock = TimeOfDay::default();
    let store = Elsewhere::default();
    let mut acts = vec![Act::json(OK), Act::Cut];
    acts.extend(vec![Act::json(NOT_FOUND); 9]);
    let journal = Journal::new(store.clone(), "shop");
    let client = client(&store, &clock, &acts).with_journal(journal.clone());
    clock.set(1_000_000);
    finish(client.call(Pay::new("A-0"))).unwrap();
    clock.set(100);
    store.own.set(100);
    finish(client.call(Pay::new("A-1"))).unwrap_err();
    let row = finish(client.open_calls()).unwrap().remove(0);
    let ask = |client: &Client<Toy>| match finish(client.settle_by_query::<Pay>(&row)).unwrap() {
        Settled::NeverHappened => "never".to_owned(),
        Settled::StillOpen(StillOpen::DatedAhead { row, ahead, wait }) => {
            format!("{row} {} {}", ahead.as_secs(), wait.as_secs())
        }
        Settled::StillOpen(why) => why.to_string(),
        _ => "another".to_owned(),
    };
    assert_eq!(ask(&client), "2 999900 300");
    clock.run(200);
    assert_eq!(ask(&client), "2 999900 100");
    // Sent again meanwhile: what is known is known of another attempt.
    store.inner.again(row.id(), 0).unwrap();
    clock.run(100);
    assert_eq!(ask(&client), "2 999900 300");
    clock.run(299);
    assert_eq!(ask(&client), "2 999900 1");
    // Another client has a clock of its own.
    let other = client.with_journal(journal);
    clock.run(1);
    assert_eq!(ask(&other), "2 999900 300");
    // Close by, nobody has to look after a clock.
    store.own.set(1_000_000 - 60);
    assert_eq!(ask(&other), "2 60 300");
    store.own.set(1_000_000 - 59);
    let early = "not known there, but it may be under way";
    assert_eq!(ask(&other), early);
    assert_eq!(ask(&client), "never");
    let why = StillOpen::DatedAhead {
        row: row.id(),
        ahead: Duration::from_secs(999_900),
        wait: Duration::from_millis(299_001),
    };
    assert_eq!(
        why.to_string(),
        "not known there, and row 2 of the journal is dated 999900 s ahead of the journal's clock: mend \
         whichever clock is wrong, and ask again with the same client in 300 s, or settle it by hand"
    );
}

#[test]
fn ages_are_measured_by_the_clock_of_the_store() {
    let check = |ahead: u64, own: u64, expect: &str| {
        let clock = TimeOfDay::default();
        let store = Elsewhere::default();
        let acts = [Act::Cut, Act::json(NOT_FOUND)];
        let client = client(&store, &clock, &acts);
        finish(client.call(Pay::new("A-1"))).unwrap_err();
        clock.set(ahead);
        store.own.set(own);
        let row = finish(client.open_calls()).unwrap().remove(0);
        let found = match finish(client.settle_by_query::<Pay>(&row)).unwrap() {
            Settled::NeverHappened => "never",
            Settled::StillOpen(StillOpen::TooEarly) => "too early",
            _ => "another",
        };
        assert_eq!(found, expect, "{ahead} and {own} seconds");
    };
    check(3_600, 1, "too early");
    check(0, 300, "never");
}
