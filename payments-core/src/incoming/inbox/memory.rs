//! An inbox in memory: for tests and for a first look. Rows do not survive the process.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::row::{Accepted, Entry, Key, Row};
use super::store::{Answer, End, InboxStore, Lease, Purged, Retention, Terms};
use crate::clock::Clock;
use crate::incoming::verified::Scope;

/// Rows in memory. Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    rows: Vec<Slot>,
    known: HashMap<Key, usize>,
    payments: HashMap<(Scope, String), Payment>,
}

struct Slot {
    row: Row,
    digest: Option<[u8; 32]>,
    phase: Phase,
    /// When it is due; of a row that is over, when it was done or set aside.
    due: Duration,
    why: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Done,
    Dead,
    /// Deleted; its place stays, so that the others keep theirs.
    Gone,
}

#[derive(Default)]
struct Payment {
    is_settled: bool,
    claims: i64,
    claimed_until: Option<Duration>,
}

impl State {
    fn payment(&mut self, row: &Row) -> &mut Payment {
        let subject = (row.scope().clone(), row.reference().to_owned());
        self.payments.entry(subject).or_default()
    }

    fn is_free(&self, row: &Row, now: Duration) -> bool {
        let subject = (row.scope().clone(), row.reference().to_owned());
        let payment = self.payments.get(&subject);
        let until = payment.and_then(|payment| payment.claimed_until);
        until.is_none_or(|until| until <= now)
    }
}

impl Memory {
    /// No rows yet, on this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Arc::default(),
            clock,
        }
    }

    /// Every step below leaves the state whole, so that a panic elsewhere does not close the inbox.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, entry: Entry) -> Accepted {
        if entry.is_malformed() {
            return Accepted::Malformed;
        }
        let mut state = self.state();
        if let Some(slot) = state
            .known
            .get(entry.key())
            .and_then(|at| state.rows.get(*at))
        {
            return entry.repeats(slot.digest.as_ref().map(|digest| &digest[..]));
        }
        let at = state.rows.len();
        state.known.insert(entry.key().clone(), at);
        state.rows.push(Slot {
            digest: entry.digest(),
            row: entry.into_row(),
            phase: Phase::Waiting,
            due: Duration::ZERO,
            why: String::new(),
        });
        Accepted::New
    }

    pub(super) fn take(&self, terms: Terms) -> Option<Lease> {
        let now = self.clock.monotonic();
        let mut state = self.state();
        loop {
            let due = |slot: &&Slot| {
                slot.phase == Phase::Waiting && slot.due <= now && state.is_free(&slot.row, now)
            };
            let key = state.rows.iter().filter(due).min_by_key(|slot| slot.due)?;
            let at = *state.known.get(key.row.key())?;
            let slot = state.rows.get_mut(at)?;
            let attempts = slot.row.attempts();
            if attempts >= terms.attempts {
                (slot.phase, slot.due) = (Phase::Dead, now);
                slot.why = super::NEVER_CAME_BACK.to_owned();
                continue;
            }
            let row = slot.row.clone();
            let payment = state.payment(&row);
            payment.claims = payment.claims.saturating_add(1);
            payment.claimed_until = Some(now.saturating_add(terms.lease));
            let (number, is_settled) = (payment.claims, payment.is_settled);
            let row = row.claimed(attempts.saturating_add(1), is_settled);
            if let Some(slot) = state.rows.get_mut(at) {
                slot.row = row.clone();
            }
            return Some(Lease::new(row, i64::try_from(at).ok()?, number));
        }
    }

    pub(super) fn give_back(&self, claim: &Lease, end: End) -> bool {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let payment = state.payment(claim.row());
        if payment.claims != claim.number() || payment.claimed_until.is_none() {
            return false;
        }
        payment.claimed_until = None;
        payment.is_settled |= end == End::Settled;
        let Some(slot) = usize::try_from(claim.id())
            .ok()
            .and_then(|at| state.rows.get_mut(at))
        else {
            return false;
        };
        match end {
            End::Settled | End::Done => (slot.phase, slot.due) = (Phase::Done, now),
            End::Later(pause, why) => {
                slot.due = now.saturating_add(pause);
                slot.why = why;
            }
            End::Dead(why) => (slot.phase, slot.due, slot.why) = (Phase::Dead, now, why),
        }
        true
    }

    pub(super) fn dead(&self) -> Vec<(Row, String)> {
        let state = self.state();
        let dead = state.rows.iter().filter(|slot| slot.phase == Phase::Dead);
        dead.map(|slot| (slot.row.clone(), slot.why.clone()))
            .collect()
    }

    pub(super) fn bring_back(&self, key: &Key) -> bool {
        self.change_dead(key, |slot, _| {
            slot.phase = Phase::Waiting;
            slot.due = Duration::ZERO;
            slot.row = slot.row.clone().claimed(0, false);
        })
    }

    pub(super) fn drop_dead(&self, key: &Key) -> bool {
        self.change_dead(key, |slot, now| {
            (slot.phase, slot.due) = (Phase::Done, now);
        })
    }

    fn change_dead(&self, key: &Key, change: impl FnOnce(&mut Slot, Duration)) -> bool {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let Some(at) = state.known.get(key).copied() else {
            return false;
        };
        match state.rows.get_mut(at) {
            Some(slot) if slot.phase == Phase::Dead => {
                change(slot, now);
                true
            }
            Some(_) | None => false,
        }
    }

    pub(super) fn forget(&self, keep: Retention) -> Purged {
        let now = self.clock.monotonic();
        let mut purged = Purged::default();
        let mut state = self.state();
        let State {
            rows,
            known,
            payments,
        } = &mut *state;
        for slot in rows.iter_mut() {
            let age = now.saturating_sub(slot.due);
            let is_over = match slot.phase {
                Phase::Waiting | Phase::Gone => continue,
                Phase::Dead => {
                    if keep.dead.is_some_and(|dead| age >= dead) {
                        known.remove(slot.row.key());
                        slot.phase = Phase::Gone;
                        purged.dead = purged.dead.saturating_add(1);
                    }
                    continue;
                }
                Phase::Done => age >= keep.keys,
            };
            if is_over {
                known.remove(slot.row.key());
                slot.phase = Phase::Gone;
                purged.keys = purged.keys.saturating_add(1);
            } else if age >= keep.content && slot.row.inbound().is_some() {
                let row = &slot.row;
                slot.row = Row::stored(row.key().clone(), row.reference().to_owned(), None);
                purged.contents = purged.contents.saturating_add(1);
            }
        }
        let left = rows.iter().filter(|slot| slot.phase != Phase::Gone);
        let left: HashSet<_> = left
            .map(|slot| (slot.row.scope().clone(), slot.row.reference().to_owned()))
            .collect();
        payments.retain(|subject, _| left.contains(subject));
        purged
    }
}

impl InboxStore for Memory {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        Box::pin(ready(Ok(self.insert(entry))))
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        Box::pin(ready(Ok(self.take(terms))))
    }

    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool> {
        Box::pin(ready(Ok(self.give_back(&claim, end))))
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        let mut dead = self.dead();
        dead.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Box::pin(ready(Ok(dead)))
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        Box::pin(ready(Ok(self.bring_back(&key))))
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        Box::pin(ready(Ok(self.drop_dead(&key))))
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        Box::pin(ready(Ok(self.forget(keep))))
    }

    fn abandon(&self, claim: Lease, end: End) {
        self.give_back(&claim, end);
    }
}

/// How many rows, not what is in them.
impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let count = |phases: &[Phase]| {
            let rows = state.rows.iter();
            rows.filter(|slot| phases.contains(&slot.phase)).count()
        };
        let all = count(&[Phase::Waiting, Phase::Done, Phase::Dead]);
        write!(out, "{all} rows, {} dead", count(&[Phase::Dead]))
    }
}
