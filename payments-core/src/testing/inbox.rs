//! What every store of an inbox has to do, as one suite.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue, Method};

use crate::clock::Clock;
use crate::error::Rejected;
use crate::incoming::{
    Accepted, End, Entry, Fields, Inbound, InboxStore, Key, Lease, Notice, Scope, Terms,
    Unverified, Verified,
};
use crate::store::StoreError;

mod ages;
mod once;
mod work;

/// Checks a store against all that [`InboxStore`] promises. `make` gives an empty one on the clock that
/// it is handed, as often as it is asked.
///
/// # Errors
/// The first promise that is not kept, and what was found instead.
pub async fn inbox_contract<S, F>(make: impl Fn(Arc<dyn Clock>) -> F) -> Result<(), String>
where
    S: InboxStore,
    F: Future<Output = S>,
{
    let bench = async || {
        let clock = MovedClock::default();
        let store = make(Arc::new(clock.clone())).await;
        Bench { store, clock }
    };
    once::a_message_is_kept_once(&bench().await).await?;
    once::unsigned_repeats_say_the_same(&bench().await).await?;
    once::keys_are_kept_apart(&bench().await).await?;
    once::kinds_are_kept_apart(&bench().await).await?;
    once::what_no_database_keeps_is_refused(&bench().await).await?;
    once::a_message_comes_back_as_it_was(&bench().await).await?;
    work::rows_are_given_in_their_order(&bench().await).await?;
    work::a_payment_has_one_worker(&bench().await).await?;
    work::accounts_have_payments_of_their_own(&bench().await).await?;
    work::a_failed_row_waits(&bench().await).await?;
    work::a_lost_row_comes_back(&bench().await).await?;
    work::a_row_that_kills_its_workers_is_set_aside(&bench().await).await?;
    work::dead_letters_are_listed_and_revived(&bench().await).await?;
    ages::a_clock_that_jumps_back_holds_nothing_up(&bench().await).await?;
    ages::what_is_done_is_purged(&bench().await).await?;
    ages::a_payment_is_known_with_its_last_row(&bench().await).await?;
    ages::dead_letters_go_when_they_are_told_to(&bench().await).await?;
    ages::what_is_not_done_is_kept(&bench().await).await
}

/// A store and the clock that it is on.
struct Bench<S> {
    store: S,
    clock: MovedClock,
}

impl<S: InboxStore> Bench<S> {
    /// Keeps a signed message.
    async fn keep(&self, entry: Entry) -> Result<Accepted, String> {
        told(self.store.keep(entry).await)
    }

    async fn claim(&self) -> Result<Option<Lease>, String> {
        let terms = Terms {
            lease: LEASE,
            attempts: 3,
        };
        told(self.store.claim(terms).await)
    }

    /// Claims a row, which must be there.
    async fn take(&self, what: &str) -> Result<Lease, String> {
        let lease = self.claim().await?;
        lease.ok_or_else(|| format!("{what}: no row is due"))
    }

    /// Checks that no row is due.
    async fn idle(&self, what: &str) -> Result<(), String> {
        let found = self.claim().await?;
        same(what, found.map(|lease| lease.row().key().to_string()), None)
    }

    /// Gives a row back, and checks whether that counts.
    async fn end(&self, what: &str, lease: &Lease, end: End, expect: bool) -> Result<(), String> {
        same(
            what,
            told(self.store.end(lease.clone(), end).await)?,
            expect,
        )
    }
}

const LEASE: Duration = Duration::from_secs(60);

fn same<T: PartialEq + Debug>(what: &str, found: T, expect: T) -> Result<(), String> {
    if found == expect {
        return Ok(());
    }
    Err(format!("{what}: {found:?}, not {expect:?}"))
}

fn told<T>(result: Result<T, StoreError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// A message about the first of its values.
#[derive(Clone, Debug)]
struct Told(Vec<String>);

impl Notice for Told {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "told";

    fn read(_: &Fields<'_>) -> Result<Self, Rejected> {
        Err(Rejected::by_provider_crate())
    }

    fn read_unsigned(_: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }

    fn reference(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

fn shop() -> Scope {
    Scope::of::<Told>("test", "shop")
}

fn at(scope: Scope, values: &[&str]) -> Entry {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    let signed = Told(values);
    let inbound = request("/told", "{}");
    Entry::of(&Verified::by_provider_crate(
        signed,
        (),
        scope,
        "key".to_owned(),
        inbound,
    ))
}

/// A signed message of the shop's, about the first of its values.
fn signed(values: &[&str]) -> Entry {
    at(shop(), values)
}

/// An unsigned one, with this target and body.
fn unsigned(reference: &str, target: &str, body: &'static str) -> Entry {
    let claims = Told(vec![reference.to_owned()]);
    Entry::of(&Unverified::new(claims, shop(), request(target, body)))
}

fn request(target: &str, body: &'static str) -> Inbound {
    let mut headers = HeaderMap::new();
    headers.append("content-type", HeaderValue::from_static("application/json"));
    Inbound::new(Method::POST, target, headers, body)
}

fn key(values: &[&str]) -> Key {
    Key::of::<Told>(&shop(), values)
}

/// A clock whose time of day can be set back, as people and time servers do.
#[derive(Clone, Debug, Default)]
struct MovedClock {
    times: Arc<Mutex<Times>>,
}

#[derive(Debug)]
struct Times {
    monotonic: Duration,
    wall: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            monotonic: Duration::ZERO,
            wall: Duration::from_secs(1_800_000_000),
        }
    }
}

impl MovedClock {
    fn change(&self, change: impl FnOnce(&mut Times)) {
        change(&mut self.times.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn advance(&self, by: Duration) {
        self.change(|times| {
            times.monotonic = times.monotonic.saturating_add(by);
            times.wall = times.wall.saturating_add(by);
        });
    }

    fn set_back(&self, by: Duration) {
        self.change(|times| times.wall = times.wall.saturating_sub(by));
    }
}

impl Clock for MovedClock {
    fn monotonic(&self) -> Duration {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.monotonic
    }

    fn wall(&self) -> SystemTime {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = SystemTime::UNIX_EPOCH.checked_add(times.wall);
        wall.unwrap_or(SystemTime::UNIX_EPOCH)
    }
}
