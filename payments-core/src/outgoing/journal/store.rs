//! What a journal is kept in.

use std::fmt;

use super::row::{Entry, Row, RowId, Settlement};
use crate::store::StoreError;

/// Keeps the rows of a journal. A method that gives `Ok` has committed: what it wrote survives the
/// process and a loss of power, where the store outlives a process at all. Each method is one
/// transaction.
///
/// `payments_core::testing::journal_store` holds an implementation to all of this.
pub trait JournalStore: fmt::Debug + Send + Sync {
    /// Whether its methods wait, for a disk or another process. The async client calls them on a
    /// thread of their own then, where it runs in a tokio runtime.
    fn waits(&self) -> bool {
        true
    }

    /// The time that ages of rows are measured against, in milliseconds since 1970-01-01 UTC: that of the
    /// machine that asks, `millis`, unless the store has a clock that several machines share.
    ///
    /// # Errors
    /// [`StoreError`].
    fn now(&self, millis: u64) -> Result<u64, StoreError> {
        Ok(millis)
    }

    /// Records that a call is about to be sent. Of its operation there is at most one row that is open
    /// or carried out. Where there is none, a new row is made, the next in order. Where there is one,
    /// it is given back as it is; but if `repeat` allows it, and it is open, and of the same digest,
    /// it is recorded as sent once more.
    ///
    /// The time of a row is that of `entry`, or the latest of any row, if that is later: a clock that
    /// jumps back makes no row old.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is recorded, and the call must not be sent.
    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError>;

    /// Records that an open row is sent once more, at `millis` (or later, as above), and gives the
    /// number of its attempts; nothing if the row is not open any more.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is recorded, and the call must not be sent.
    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError>;

    /// Records why it is not known how an open row ended. Of any other row nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError>;

    /// Settles a row, and says whether it did:
    ///
    /// - an open row, as carried out;
    /// - an open row that is still at this number of `attempts`, as a definite no;
    /// - one that was settled by a query or by hand, as carried out, by the answer itself.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is changed.
    fn settle(&self, id: RowId, attempts: u32, settlement: &Settlement)
    -> Result<bool, StoreError>;

    /// The row of this number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn row(&self, id: RowId) -> Result<Option<Row>, StoreError>;

    /// The open rows of an account, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open(&self, account: &str) -> Result<Vec<Row>, StoreError>;

    /// All rows of the operation of `entry`, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn history(&self, entry: &Entry) -> Result<Vec<Row>, StoreError>;
}

/// What became of the recording of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Begun {
    /// It is recorded: send it.
    Recorded {
        /// Its row.
        id: RowId,
        /// How often it was about to be sent, this time included: more than once, and an attempt
        /// before may have arrived.
        attempts: u32,
        /// The time that was recorded.
        millis: u64,
    },
    /// There is a row of its operation, which is open or carried out.
    Known(Box<Row>),
}
