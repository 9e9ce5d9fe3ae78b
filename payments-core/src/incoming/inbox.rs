//! The inbox: what was accepted is kept, worked off once, and tried again until it is done.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::message::Message;
use super::notice::Notice;
use super::verified::Scope;
use crate::clock::{Clock, SystemClock};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod acting;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod columns;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use acting::{Finished, Next};
pub use memory::Memory;
#[cfg(feature = "postgres")]
pub use postgres::Acting;
pub use row::{Accepted, Entry, Key, Outcome, Row};
pub use store::{Answer, End, InboxStore, Lease, Purged, Retention, Terms};

/// Why a row is set aside whose workers all ended without a word.
const NEVER_CAME_BACK: &str = "its workers never came back";
/// Why a row is tried again whose worker was dropped.
const GAVE_UP: &str = "the worker gave up";

/// How the inbox tries again.
#[derive(Clone, Debug)]
pub struct InboxOptions {
    /// The pause after the first failure; it doubles with each.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// After how many attempts a row is set aside.
    pub attempts: u32,
    /// How long a row is its worker's. After that another may take it, and what the first does with
    /// it then counts for nothing; so it should be longer than confirming takes.
    pub lease: Duration,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(3600),
            attempts: 20,
            lease: Duration::from_secs(300),
        }
    }
}

/// Keeps accepted messages until they are done: in memory, or in a database of the merchant's. Cheap
/// to clone; the clones are one inbox.
#[derive(Clone)]
pub struct Inbox<S = Memory> {
    store: S,
    options: InboxOptions,
}

/// What one round of work did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Rows that were settled or done.
    pub done: usize,
    /// Rows that will be tried again.
    pub retried: usize,
}

impl<S: InboxStore> Inbox<S> {
    /// An inbox whose rows are in `store`.
    #[must_use]
    pub fn on(store: S, options: InboxOptions) -> Self {
        Self { store, options }
    }

    /// Takes a message in, whatever the store is, without blocking the thread. Acknowledge it after
    /// this gave [`Accepted::New`] or [`Accepted::Duplicate`].
    ///
    /// # Errors
    /// [`StoreError`](crate::store::StoreError): it is not kept. Do not acknowledge it, so that the
    /// provider sends it again: `Ack::again()`.
    pub fn keep<M: Message>(&self, message: &M) -> Answer<'_, Accepted> {
        self.store.keep(Entry::of(message))
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// How it tries again.
    pub fn options(&self) -> &InboxOptions {
        &self.options
    }

    fn terms(&self) -> Terms {
        Terms {
            lease: self.options.lease,
            attempts: self.options.attempts,
        }
    }

    /// What becomes of a row that was worked on so often.
    fn end(&self, attempts: u32, outcome: Outcome) -> End {
        match outcome {
            Outcome::Settled => End::Settled,
            Outcome::Done => End::Done,
            Outcome::Retry(why) if attempts >= self.options.attempts => End::Dead(why),
            Outcome::Retry(why) => End::Later(self.pause(attempts), why),
        }
    }

    fn pause(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.options
            .first_pause
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(self.options.longest_pause)
    }
}

impl Inbox {
    /// An empty inbox in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::with(Arc::new(SystemClock::new()), InboxOptions::default())
    }

    /// An empty inbox in memory, on a clock and with pauses of the caller's.
    #[must_use]
    pub fn with(clock: Arc<dyn Clock>, options: InboxOptions) -> Self {
        Self::on(Memory::new(clock), options)
    }

    /// Takes a message in. Acknowledge it after this returns [`Accepted::New`] or
    /// [`Accepted::Duplicate`].
    pub fn accept<M: Message>(&self, message: &M) -> Accepted {
        self.store.insert(Entry::of(message))
    }

    /// Takes in a payment that a query found although its message never came. `values` are those
    /// that the message would be told apart by, so that a late message counts as a repeat.
    pub fn accept_found<N: Notice>(
        &self,
        scope: &Scope,
        reference: &str,
        values: &[&str],
    ) -> Accepted {
        self.store
            .insert(Entry::found::<N>(scope, reference, values))
    }

    /// Claims the oldest row that is due. Rows about one payment are worked on one at a time.
    #[must_use]
    pub fn claim(&self) -> Option<Claimed> {
        let claim = self.store.take(self.terms())?;
        Some(Claimed::new(self.clone(), claim))
    }

    /// Works off all rows that are due now, one after the other.
    pub async fn work<F, W>(&self, mut handler: F) -> Worked
    where
        F: FnMut(Row) -> W,
        W: Future<Output = Outcome>,
    {
        let mut worked = Worked::default();
        while let Some(claimed) = self.claim() {
            let outcome = handler(claimed.row().clone()).await;
            worked.count(&outcome);
            claimed.finish(outcome);
        }
        worked
    }

    /// The same for a handler that blocks.
    pub fn work_blocking(&self, mut handler: impl FnMut(&Row) -> Outcome) -> Worked {
        let mut worked = Worked::default();
        while let Some(claimed) = self.claim() {
            let outcome = handler(claimed.row());
            worked.count(&outcome);
            claimed.finish(outcome);
        }
        worked
    }

    /// Rows that were set aside after too many attempts, with the last reason.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<(Row, String)> {
        self.store.dead()
    }

    /// Lets a row that was set aside be tried again at once. Says whether there was such a row.
    pub fn revive(&self, key: &Key) -> bool {
        self.store.bring_back(key)
    }

    /// Counts a row that was set aside as done: nothing is to be acted upon, and it is kept for as long as
    /// others that are. Says whether there was such a row.
    pub fn discard(&self, key: &Key) -> bool {
        self.store.drop_dead(key)
    }

    /// Deletes what is over and old enough.
    pub fn purge(&self, keep: Retention) -> Purged {
        self.store.forget(keep)
    }
}

impl<S: fmt::Debug> fmt::Debug for Inbox<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Inbox({:?})", self.store)
    }
}

impl Worked {
    fn count(&mut self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Settled | Outcome::Done => &mut self.done,
            Outcome::Retry(_) => &mut self.retried,
        };
        *counter = counter.saturating_add(1);
    }
}

/// A row that one worker has. Dropped unfinished, it is tried again.
#[must_use = "dropped unfinished, the row is tried again"]
pub struct Claimed<S: InboxStore = Memory> {
    inbox: Inbox<S>,
    lease: Lease,
    is_finished: bool,
}

impl<S: InboxStore> Claimed<S> {
    fn new(inbox: Inbox<S>, lease: Lease) -> Self {
        Self {
            inbox,
            lease,
            is_finished: false,
        }
    }

    /// The row.
    #[must_use]
    pub fn row(&self) -> &Row {
        self.lease.row()
    }

    /// What the store knows the claim by: for a shop that ends it by statements of its own, as the
    /// module `sql` has them.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    fn end(&self, outcome: Outcome) -> End {
        self.inbox.end(self.row().attempts(), outcome)
    }
}

impl Claimed {
    /// Gives the row back with what became of it.
    pub fn finish(mut self, outcome: Outcome) {
        self.is_finished = true;
        let end = self.end(outcome);
        self.inbox.store.give_back(&self.lease, end);
    }
}

impl<S: InboxStore> Drop for Claimed<S> {
    fn drop(&mut self) {
        if !self.is_finished {
            let end = self.end(Outcome::Retry(GAVE_UP.to_owned()));
            self.inbox.store.abandon(self.lease.clone(), end);
        }
    }
}

impl<S: InboxStore> fmt::Debug for Claimed<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Claimed").field(self.row()).finish()
    }
}
