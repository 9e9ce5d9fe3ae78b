//! What a worker says of a row before its handler runs, and what became of the row after.

use super::Worked;

/// What comes after a row was looked at and the provider was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// The handler is to act upon this, in the transaction that ends the row.
    Act(T),
    /// There is nothing to act upon.
    Done,
    /// Not now, for this reason; it is tried again later.
    Retry(String),
}

/// What became of a row that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Finished {
    /// It is done, and what the handler wrote is committed.
    Done,
    /// It is tried again or was set aside; what the handler wrote is rolled back.
    Retried,
    /// Its lease had run out, and another worker has it; what the handler wrote is rolled back.
    Lost,
}

impl Worked {
    /// A row that another worker has is tried again by that one.
    pub(super) fn note(&mut self, finished: Finished) {
        let counter = match finished {
            Finished::Done => &mut self.done,
            Finished::Retried | Finished::Lost => &mut self.retried,
        };
        *counter = counter.saturating_add(1);
    }
}
