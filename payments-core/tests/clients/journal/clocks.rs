//! Clocks that disagree: a machine that was suspended, and one whose time is not the store's.

use std::sync::Mutex;
use std::time::SystemTime;

use payments_core::client::{Settled, StillOpen};
use payments_core::clock::Clock;
use payments_core::journal::{Begun, Entry, RowId};
use payments_core::store::StoreError;

use super::*;

/// A time of day that tests set. The clock that only runs forward stands still.
#[derive(Clone, Debug, Default)]
struct TimeOfDay(Arc<Mutex<Duration>>);

impl TimeOfDay {
    fn set(&self, seconds: u64) {
        *self.0.lock().unwrap() = Duration::from_secs(seconds);
    }
}

impl Clock for TimeOfDay {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
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

/// A store that has a time of its own, and after whose recording it is some time of day.
#[derive(Clone, Debug, Default)]
struct Elsewhere {
    inner: MemoryJournal,
    own: TimeOfDay,
    wakes: Option<(TimeOfDay, u64)>,
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
        self.inner.again(id, millis)
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

#[test]
fn a_row_is_written_again_where_the_machine_was_suspended_before_the_send() {
    let check = |asleep: u64, attempts: u32| {
        let clock = TimeOfDay::default();
        let store = Elsewhere {
            wakes: Some((clock.clone(), asleep)),
            ..Elsewhere::default()
        };
        let client = client(&store, &clock, &[Act::json(OK)]);
        finish(client.call(Pay::new("A-1"))).unwrap();
        assert_eq!(all(&store.inner)[0].attempts(), attempts, "{asleep}");
    };
    check(59, 1);
    check(60, 2);
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
