//! A journal in memory: for tests and for a first look. It does not survive the process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::row::{By, Entry, Outcome, Row, RowId, Settlement, State};
use super::store::{Begun, JournalStore};
use crate::store::{StoreError, StoreFailure};

/// Keeps the rows of a journal in memory. Cheap to clone; the clones are one store.
#[derive(Clone, Default)]
pub struct MemoryJournal {
    rows: Arc<Mutex<Vec<Row>>>,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every step below leaves the rows whole, so that a panic elsewhere does not close the journal.
    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JournalStore for MemoryJournal {
    fn waits(&self) -> bool {
        false
    }

    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
        let mut rows = self.rows();
        let millis = no_earlier(&rows, entry.record().prepared_at());
        let mut live = rows.iter_mut().filter(|row| !is_definite_no(row));
        if let Some(row) = live.find(|row| row.entry().is_operation_of(entry)) {
            let same = row.record().digest() == entry.record().digest();
            if !(repeat && same && row.is_open()) {
                return Ok(Begun::Known(Box::new(row.clone())));
            }
            return Ok(Begun::Recorded {
                id: row.id(),
                attempts: sent_again(row, millis),
                millis,
            });
        }
        let last = rows.last().map_or(0, |row| row.id().number());
        let id = last.checked_add(1).map(RowId::new).ok_or_else(|| {
            StoreError::new(StoreFailure::Full, "recording a call", "out of numbers")
        })?;
        let open = State::Open { why: None };
        rows.push(Row::new(id, entry.clone().sent_at(millis), 1, open));
        Ok(Begun::Recorded {
            id,
            attempts: 1,
            millis,
        })
    }

    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError> {
        let mut rows = self.rows();
        let millis = no_earlier(&rows, millis);
        let row = rows.iter_mut().find(|row| row.id() == id && row.is_open());
        Ok(row.map(|row| sent_again(row, millis)))
    }

    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError> {
        let mut rows = self.rows();
        if let Some(row) = rows.iter_mut().find(|row| row.id() == id && row.is_open()) {
            let why = Some(why.to_owned());
            *row = with_state(row, State::Open { why });
        }
        Ok(())
    }

    fn settle(
        &self,
        id: RowId,
        attempts: u32,
        settlement: &Settlement,
    ) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let Some(row) = rows.iter().find(|row| row.id() == id) else {
            return Ok(false);
        };
        let done = !settlement.outcome().is_definite_no();
        let may = match row.state() {
            State::Open { .. } => done || row.attempts() == attempts,
            State::Settled(before) => {
                done && *settlement.by() == By::Answer && *before.by() != By::Answer
            }
        };
        let taken = |other: &Row| {
            other.id() != id && !is_definite_no(other) && other.entry().is_operation_of(row.entry())
        };
        if may && done && rows.iter().any(taken) {
            return Err(StoreError::new(
                StoreFailure::Other,
                "settling a call",
                "its operation was sent anew meanwhile",
            ));
        }
        let settled = State::Settled(settlement.clone());
        if may && let Some(row) = rows.iter_mut().find(|row| row.id() == id) {
            *row = with_state(row, settled);
        }
        Ok(may)
    }

    fn row(&self, id: RowId) -> Result<Option<Row>, StoreError> {
        Ok(self.rows().iter().find(|row| row.id() == id).cloned())
    }

    fn open(&self, account: &str) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows();
        let open = rows.iter().filter(|row| row.is_open());
        Ok(open
            .filter(|row| row.account() == account)
            .cloned()
            .collect())
    }

    fn history(&self, entry: &Entry) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows();
        let same = rows.iter().filter(|row| row.entry().is_operation_of(entry));
        Ok(same.cloned().collect())
    }
}

fn is_definite_no(row: &Row) -> bool {
    match row.state() {
        State::Open { .. } => false,
        State::Settled(settlement) => Outcome::is_definite_no(settlement.outcome()),
    }
}

fn no_earlier(rows: &[Row], millis: u64) -> u64 {
    let times = rows.iter().map(|row| row.record().prepared_at());
    times.fold(millis, u64::max)
}

fn sent_again(row: &mut Row, millis: u64) -> u32 {
    let attempts = row.attempts().saturating_add(1);
    let entry = row.entry().clone().sent_at(millis);
    *row = Row::new(row.id(), entry, attempts, row.state().clone());
    attempts
}

fn with_state(row: &Row, state: State) -> Row {
    Row::new(row.id(), row.entry().clone(), row.attempts(), state)
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MemoryJournal({} rows)", self.rows().len())
    }
}
