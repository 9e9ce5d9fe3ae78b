//! What is left to settle, whichever provider's client it is of.

use std::future::Future;
use std::pin::Pin;

use super::{ByHand, Settled};
use crate::error::Error;
use crate::outgoing::journal::Row;

/// What comes of asking: a future, as long as it borrows the client and the row.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The open calls of one client: the clients of all providers are this, so that one page lists and
/// settles what any of them left open, over a `Vec<Box<dyn OpenCalls>>`. The client of a provider crate
/// implements it; it needs a journal.
///
/// ```
/// use payments_core::Error;
/// use payments_core::client::{OpenCalls, Settled};
///
/// /// Asks about everything that is open; says how much still is.
/// async fn sweep(clients: &[Box<dyn OpenCalls>]) -> Result<usize, Error> {
///     let mut left = 0;
///     for client in clients {
///         for row in client.open_calls().await? {
///             left += usize::from(matches!(client.settle(&row).await?, Settled::StillOpen(_)));
///         }
///     }
///     Ok(left)
/// }
/// # let _ = sweep;
/// ```
pub trait OpenCalls: Send + Sync {
    /// The provider's name, as `row.record().provider()` of its calls says it.
    fn provider(&self) -> &'static str;

    /// The calls whose outcome is not known, oldest first.
    ///
    /// # Errors
    /// [`Error::Misuse`] without a journal, [`Error::NotSent`] where it cannot be read.
    fn open_calls(&self) -> Asked<'_, Vec<Row>>;

    /// Asks the provider what became of a call, and records it. A call without a query stays open, and
    /// the answer says so.
    ///
    /// # Errors
    /// [`Error`] of the query or the journal, and [`Error::Misuse`] for a row of another client: the
    /// row is open then.
    fn settle<'a>(&'a self, row: &'a Row) -> Asked<'a, Settled>;

    /// Records what a person found out about an open call, with who and why.
    ///
    /// # Errors
    /// [`Error::Misuse`] where `who` or `why` is empty, and for a row that is not open, or not of this
    /// client; [`Error::NotSent`] where the journal cannot be used.
    fn settle_by_hand<'a>(
        &'a self,
        row: &'a Row,
        found: ByHand,
        who: &'a str,
        why: &'a str,
    ) -> Asked<'a, ()>;
}
