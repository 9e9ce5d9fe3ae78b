//! The journal: every call that is not a read is written down before its first byte leaves, and
//! settled after.
//!
//! A client with a journal ([`Client::with_journal`](crate::client::Client::with_journal)) does this
//! with each such call:
//!
//! | what is recorded of its operation | what the client does |
//! | --- | --- |
//! | nothing, or definite noes only | records it, commits, sends it, and records how it ended |
//! | the same bytes, open | sends nothing and gives `Unknown`; an idempotent call is sent again |
//! | the same bytes, carried out | sends nothing and gives the recorded reply once more |
//! | other bytes | sends nothing and gives `Misuse` |
//!
//! The operation is what the caller says it is ([`Prepared::operation`](crate::client::Prepared::operation)),
//! or what the call is identified by ([`Call::identity`](crate::call::Call::identity)): the caller's
//! reference. Where the reference is that of a payment and the call is a second part of it, such as a
//! second partial refund, it needs an operation of its own.
//!
//! What is compared is the digest of the bytes without what authorizes them: signatures, tokens and
//! ids of the exchange may differ between two clicks. An id that the caller puts into the call itself
//! is the caller's word, and has to be the same in a repeat.
//!
//! A crash, a dropped future and an outcome that is not known leave the row open:
//! `client.open_calls()` lists those, `client.settle(&row)` asks the provider, and
//! `client.settle_by_hand(..)` records what a person found out.
//!
//! It is kept in memory, for tests; in SQLite; or in PostgreSQL, where several machines share it: of two
//! that record one operation at once, one sends. Whether a call never happened is judged by the
//! database's clock; a machine whose own is ahead makes its calls younger, and those that are recorded
//! after them, so that they are settled later. Where that is much later, `settle` says so
//! (`StillOpen::DatedAhead`), and a client that has known such a row for long enough settles it all the same.
//!
//! Give a journal in PostgreSQL a `store::Postgres` of its own. One that opens its connections itself
//! drives them too, and may be waited for on any thread; one that was given a client (`Postgres::on`) says
//! so where it would be waited for on the thread that drives it.
//!
//! No credential is in a row, and no field of a request but the reference. The reply of a success is
//! kept as it came, so that it can be given again, but where the description marks anything in it as
//! sensitive. [`Journal::without_replies`] keeps none. No row is ever deleted here: how long they are
//! kept is the merchant's to say, and a call whose row is gone is a new one.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod columns;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;

use std::fmt;
use std::sync::Arc;
#[cfg(any(feature = "client", feature = "blocking"))]
use std::time::Duration;

pub use memory::MemoryJournal;
pub use row::{By, Entry, Kept, Outcome, Row, RowId, Settlement, State};
pub use store::{Begun, JournalStore};

#[cfg(any(feature = "client", feature = "blocking"))]
use crate::recent::Recent;
use crate::store::StoreError;

/// What a client writes its calls down in: a store, and the merchant's own name for the account that
/// the client is of. Cheap to clone.
///
/// Two accounts may use the same references; the name keeps them apart, so it must not change.
///
/// ```
/// use payments_core::journal::{Journal, MemoryJournal};
///
/// let journal = Journal::new(MemoryJournal::new(), "main-shop");
/// assert_eq!(journal.account(), "main-shop");
/// ```
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn JournalStore>,
    account: Arc<str>,
    keeps_replies: bool,
    /// Since when its client knows a row as it is: by the number of its attempts, and by the clock of that
    /// client that only runs forward.
    #[cfg(any(feature = "client", feature = "blocking"))]
    known: Recent<RowId, Option<(u32, Duration)>>,
}

impl Journal {
    /// A journal in `store`, for the calls of `account`. A store may be shared by all accounts of all
    /// providers.
    #[must_use]
    pub fn new(store: impl JournalStore + 'static, account: &str) -> Self {
        Self {
            store: Arc::new(store),
            account: account.into(),
            keeps_replies: true,
            #[cfg(any(feature = "client", feature = "blocking"))]
            known: Recent::default(),
        }
    }

    /// The same, but keeping no reply: a repeat of what was carried out is then an `Unknown` whose
    /// `money_moved` is `Yes`.
    #[must_use]
    pub fn without_replies(mut self) -> Self {
        self.keeps_replies = false;
        self
    }

    /// The account, as it was named.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Every open row of this account, whichever provider it is of, oldest first. Waits for the
    /// store.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub fn open_calls(&self) -> Result<Vec<Row>, StoreError> {
        self.store.open(&self.account)
    }

    /// Every row of the operation of `row`, oldest first: how often it was tried, and how each ended.
    /// Waits for the store.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub fn history(&self, row: &Row) -> Result<Vec<Row>, StoreError> {
        self.store.history(row.entry())
    }

    /// The same for a client, whose clock no other client has.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn of_client(mut self) -> Self {
        self.known = Recent::default();
        self
    }

    /// For how long it is known at least that a row is as it is: since this was first asked about it. `now`
    /// is by the clock that only runs forward, so that no clock that was set makes it longer.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn known_for(&self, row: &Row, now: Duration) -> Duration {
        self.known.with(row.id(), |known| match known {
            Some((attempts, since)) if *attempts == row.attempts() => now.saturating_sub(*since),
            Some(_) | None => {
                *known = Some((row.attempts(), now));
                Duration::ZERO
            }
        })
    }

    pub(crate) fn keeps_replies(&self) -> bool {
        self.keeps_replies
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn store(&self) -> &dyn JournalStore {
        &*self.store
    }

    /// Does `work` where waiting for a disk holds up nobody.
    #[cfg(feature = "client")]
    pub(crate) async fn within<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&dyn JournalStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        use crate::store::StoreFailure;

        // Beside a runtime of another kind there is no such thread; waiting is what is left.
        let Some(runtime) = tokio::runtime::Handle::try_current()
            .ok()
            .filter(|_| self.store.waits())
        else {
            return work(&*self.store);
        };
        let store = Arc::clone(&self.store);
        let done = runtime.spawn_blocking(move || work(&*store)).await;
        done.unwrap_or_else(|error| {
            let problem = "the thread that wrote it did not end";
            Err(StoreError::new(StoreFailure::Other, doing, problem).with_source(error))
        })
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Journal({:?}, {:?})", self.account, self.store)
    }
}
