//! The inbox: what was accepted is kept, worked off once, and tried again until it is done.
//!
//! This one keeps its rows in memory: for tests and for a first look. Rows do not survive the
//! process.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::inbound::Inbound;
use super::message::Message;
use super::notice::Notice;
use super::verified::Scope;
use crate::caseless::guid_folded;
use crate::clock::{Clock, SystemClock};

/// What tells two messages apart: provider, environment and account, the kind of message, and the
/// fields that the description names. A GUID is the same in upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(Vec<String>);

impl Key {
    /// The key of a message of the kind `N`: also for a payment that a query found before its
    /// message came, so that the two count as one.
    #[must_use]
    pub fn of<N: Notice>(scope: &Scope, values: &[&str]) -> Self {
        let mut parts = vec![
            scope.provider().to_owned(),
            scope.environment().to_owned(),
            scope.account().to_owned(),
            N::NAME.to_owned(),
        ];
        parts.extend(values.iter().map(|value| guid_folded(value)));
        Self(parts)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("/"))
    }
}

/// Whether a message was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Accepted {
    /// It is in the inbox now.
    New,
    /// It was there before; acknowledge it all the same.
    Duplicate,
    /// A message with its key was there before and said something else, and no signature tells
    /// which of the two is right. It was not taken in.
    Conflict,
}

/// One message of the inbox.
#[derive(Clone, Debug)]
pub struct Row {
    key: Key,
    scope: Scope,
    reference: String,
    inbound: Option<Inbound>,
    attempts: u32,
    settled_before: bool,
}

impl Row {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Whose message it is.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The merchant's reference that it is about.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The request as it came; none where a query found the payment first.
    #[must_use]
    pub fn inbound(&self) -> Option<&Inbound> {
        self.inbound.as_ref()
    }

    /// How often it was worked on, this time included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the payment was settled by an earlier message: a late `failed` undoes nothing.
    #[must_use]
    pub fn settled_before(&self) -> bool {
        self.settled_before
    }
}

/// How the work on a row ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The payment is confirmed and acted upon. Later messages about it find it settled.
    Settled,
    /// There was nothing to act upon.
    Done,
    /// Not now, for this reason; it is tried again later.
    Retry(String),
}

/// How the inbox tries again.
#[derive(Clone, Debug)]
pub struct InboxOptions {
    /// The pause after the first failure; it doubles with each.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// After how many attempts a row is set aside.
    pub attempts: u32,
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(3600),
            attempts: 20,
        }
    }
}

/// Keeps accepted messages until they are done. Cheap to clone; the clones are one inbox.
#[derive(Clone)]
pub struct Inbox {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
    options: InboxOptions,
}

#[derive(Default)]
struct State {
    rows: Vec<Slot>,
    keys: HashSet<Key>,
    /// Scope and reference of what is settled, and of what is being worked on.
    settled: HashSet<(Scope, String)>,
    busy: HashSet<(Scope, String)>,
    dead: HashMap<Key, String>,
}

struct Slot {
    row: Row,
    due: Duration,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Claimed,
    Finished,
}

/// What one round of work did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Rows that were settled or done.
    pub done: usize,
    /// Rows that will be tried again.
    pub retried: usize,
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
        Self {
            state: Arc::default(),
            clock,
            options,
        }
    }

    /// Every step below leaves the state whole, so that a panic elsewhere does not close the inbox.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message in. Acknowledge it after this returns [`Accepted::New`] or
    /// [`Accepted::Duplicate`].
    pub fn accept<M: Message>(&self, message: &M) -> Accepted {
        let (notice, inbound) = (message.notice(), message.inbound());
        let key = Key::of::<M::Notice>(message.scope(), &notice.dedupe());
        let accepted = self.insert(
            key.clone(),
            message.scope().clone(),
            notice.reference().to_owned(),
            Some(inbound.clone()),
        );
        if M::STRICT && accepted == Accepted::Duplicate && self.differs(&key, inbound) {
            return Accepted::Conflict;
        }
        accepted
    }

    /// Whether the row of that key came with another body, or with another query.
    fn differs(&self, key: &Key, inbound: &Inbound) -> bool {
        self.state().rows.iter().any(|slot| {
            let before = slot.row.inbound.as_ref();
            let other = |before: &Inbound| {
                before.body() != inbound.body() || before.query() != inbound.query()
            };
            slot.row.key == *key && before.is_some_and(other)
        })
    }

    /// Takes in a payment that a query found although its message never came. `values` are those
    /// that the message would be told apart by, so that a late message counts as a repeat.
    pub fn accept_found<N: Notice>(
        &self,
        scope: &Scope,
        reference: &str,
        values: &[&str],
    ) -> Accepted {
        self.insert(
            Key::of::<N>(scope, values),
            scope.clone(),
            reference.to_owned(),
            None,
        )
    }

    fn insert(
        &self,
        key: Key,
        scope: Scope,
        reference: String,
        inbound: Option<Inbound>,
    ) -> Accepted {
        let due = self.clock.monotonic();
        let mut state = self.state();
        if !state.keys.insert(key.clone()) {
            return Accepted::Duplicate;
        }
        state.rows.push(Slot {
            row: Row {
                key,
                scope,
                reference,
                inbound,
                attempts: 0,
                settled_before: false,
            },
            due,
            phase: Phase::Waiting,
        });
        Accepted::New
    }

    /// Claims the oldest row that is due. Rows about one payment are worked on one at a time.
    #[must_use]
    pub fn claim(&self) -> Option<Claimed> {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let State {
            rows,
            settled,
            busy,
            ..
        } = &mut *state;
        let slot = rows.iter_mut().find(|slot| {
            slot.phase == Phase::Waiting
                && slot.due <= now
                && !busy.contains(&(slot.row.scope.clone(), slot.row.reference.clone()))
        })?;
        slot.phase = Phase::Claimed;
        slot.row.attempts = slot.row.attempts.saturating_add(1);
        let subject = (slot.row.scope.clone(), slot.row.reference.clone());
        slot.row.settled_before = settled.contains(&subject);
        let row = slot.row.clone();
        busy.insert(subject);
        Some(Claimed {
            inbox: self.clone(),
            row,
            finished: false,
        })
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
        let state = self.state();
        state
            .rows
            .iter()
            .filter_map(|slot| {
                let why = state.dead.get(&slot.row.key)?;
                Some((slot.row.clone(), why.clone()))
            })
            .collect()
    }

    /// Lets a row that was set aside be tried again at once. Says whether there was such a row.
    pub fn revive(&self, key: &Key) -> bool {
        let now = self.clock.monotonic();
        let mut state = self.state();
        if state.dead.remove(key).is_none() {
            return false;
        }
        for slot in state.rows.iter_mut().filter(|slot| slot.row.key == *key) {
            slot.phase = Phase::Waiting;
            slot.row.attempts = 0;
            slot.due = now;
        }
        true
    }

    fn finish(&self, key: &Key, outcome: Outcome) {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let State {
            rows,
            settled,
            busy,
            dead,
            ..
        } = &mut *state;
        let Some(slot) = rows.iter_mut().find(|slot| slot.row.key == *key) else {
            return;
        };
        let subject = (slot.row.scope.clone(), slot.row.reference.clone());
        busy.remove(&subject);
        slot.phase = Phase::Finished;
        match outcome {
            Outcome::Settled => {
                settled.insert(subject);
            }
            Outcome::Done => {}
            Outcome::Retry(why) if slot.row.attempts >= self.options.attempts => {
                dead.insert(key.clone(), why);
            }
            Outcome::Retry(_) => {
                slot.phase = Phase::Waiting;
                slot.due = now.saturating_add(self.pause(slot.row.attempts));
            }
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

impl fmt::Debug for Inbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        write!(
            out,
            "Inbox({} rows, {} dead)",
            state.rows.len(),
            state.dead.len()
        )
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
#[derive(Debug)]
#[must_use = "dropped unfinished, the row is tried again"]
pub struct Claimed {
    inbox: Inbox,
    row: Row,
    finished: bool,
}

impl Claimed {
    /// The row.
    #[must_use]
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// Gives the row back with what became of it.
    pub fn finish(mut self, outcome: Outcome) {
        self.finished = true;
        self.inbox.finish(&self.row.key, outcome);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if !self.finished {
            self.inbox.finish(
                &self.row.key,
                Outcome::Retry("the worker gave up".to_owned()),
            );
        }
    }
}
