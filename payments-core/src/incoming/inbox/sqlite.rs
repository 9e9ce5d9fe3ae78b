//! An inbox in the merchant's own SQLite database: the handler and "done" are one transaction.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;

use rusqlite::Transaction;

use super::row::{Accepted, Entry, Key, Outcome, Row};
use super::store::{InboxStore, Purged, Retention};
use super::{Claimed, Finished, Inbox, InboxOptions, Next, Worked};
use crate::incoming::message::Message;
use crate::incoming::notice::Notice;
use crate::incoming::verified::Scope;
use crate::store::{Sqlite, SqliteError, StoreError};

mod rows;

/// Why a handler did not do its work: its text is kept with the row, for people.
type Failed = Box<dyn StdError + Send + Sync>;

/// All that is not `async` here blocks the thread until it is on the disk.
impl Inbox<Sqlite> {
    /// An inbox in this database, with the usual pauses.
    #[must_use]
    pub fn in_sqlite(store: Sqlite) -> Self {
        Self::on(store, InboxOptions::default())
    }

    /// Takes a message in, and commits. Acknowledge it after this gave [`Accepted::New`] or
    /// [`Accepted::Duplicate`]. [`Inbox::keep`] does the same without blocking the thread.
    ///
    /// # Errors
    /// [`StoreError`]: it is not kept. Do not acknowledge it, so that the provider sends it again.
    pub fn accept<M: Message>(&self, message: &M) -> Result<Accepted, StoreError> {
        rows::keep(self.store(), Entry::of(message))
    }

    /// Takes in a payment that a query found although its message never came. `values` are those
    /// that the message would be told apart by, so that a late message counts as a repeat.
    ///
    /// # Errors
    /// [`StoreError`]: it is not kept.
    pub fn accept_found<N: Notice>(
        &self,
        scope: &Scope,
        reference: &str,
        values: &[&str],
    ) -> Result<Accepted, StoreError> {
        rows::keep(self.store(), Entry::found::<N>(scope, reference, values))
    }

    /// Claims the oldest row that is due. Rows about one payment are worked on one at a time, also by
    /// workers of other processes.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is claimed.
    pub fn claim(&self) -> Result<Option<Claimed<Sqlite>>, StoreError> {
        let claim = rows::claim(self.store(), self.terms())?;
        Ok(claim.map(|claim| Claimed::new(self.clone(), claim)))
    }

    /// Works off all rows that are due now, one after the other. `confirm` looks at a row and asks the
    /// provider, outside of any transaction. `act` gets the transaction that also ends the row, on a
    /// thread that may block: what it writes is committed with "done", or not at all. It must not wait
    /// for anything but the database. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError`]: the round ended early. A row that was being worked on is tried again when its
    /// lease has run out.
    pub async fn work<C, W, T, A>(&self, mut confirm: C, act: A) -> Result<Worked, StoreError>
    where
        C: FnMut(Row) -> W,
        W: Future<Output = Next<T>>,
        T: Send + 'static,
        A: Fn(&Transaction<'_>, &Row, T) -> Result<Outcome, Failed> + Send + Sync + 'static,
    {
        let act = Arc::new(act);
        let mut worked = Worked::default();
        while let Some(claim) = InboxStore::claim(self.store(), self.terms()).await? {
            let claimed = Claimed::new(self.clone(), claim);
            let next = confirm(claimed.row().clone()).await;
            let act = Arc::clone(&act);
            let job = move |_: &Sqlite| claimed.carry_on(next, &*act);
            worked.note(self.store().on_thread(job).await?);
        }
        Ok(worked)
    }

    /// The same for a `confirm` that blocks, on this thread.
    ///
    /// # Errors
    /// As [`Inbox::work`].
    pub fn work_blocking<T>(
        &self,
        mut confirm: impl FnMut(&Row) -> Next<T>,
        act: impl Fn(&Transaction<'_>, &Row, T) -> Result<Outcome, Failed>,
    ) -> Result<Worked, StoreError> {
        let mut worked = Worked::default();
        while let Some(claimed) = self.claim()? {
            let next = confirm(claimed.row());
            worked.note(claimed.carry_on(next, &act)?);
        }
        Ok(worked)
    }

    /// Rows that were set aside after too many attempts with the last reason, the oldest first, so
    /// many at most.
    ///
    /// # Errors
    /// [`StoreError`]: they cannot be read.
    pub fn dead_letters(&self, most: u32) -> Result<Vec<(Row, String)>, StoreError> {
        rows::dead_letters(self.store(), most)
    }

    /// Lets a row that was set aside be tried again at once. Says whether there was such a row.
    ///
    /// # Errors
    /// [`StoreError`]: nothing has changed.
    pub fn revive(&self, key: &Key) -> Result<bool, StoreError> {
        rows::revive(self.store(), key)
    }

    /// Counts a row that was set aside as done: nothing is to be acted upon, and it is kept for as long as
    /// others that are. Says whether there was such a row.
    ///
    /// # Errors
    /// [`StoreError`]: nothing has changed.
    pub fn discard(&self, key: &Key) -> Result<bool, StoreError> {
        rows::discard(self.store(), key)
    }

    /// Deletes what is over and old enough, some hundred rows at a time. A repeat of a message whose
    /// key is deleted counts as new.
    ///
    /// # Errors
    /// [`StoreError`]: not all of it is deleted.
    pub fn purge(&self, keep: Retention) -> Result<Purged, StoreError> {
        rows::purge(self.store(), keep)
    }
}

impl Claimed<Sqlite> {
    /// Lets `act` write into the database and gives the row back, in one transaction. What it wrote is
    /// kept where it gives `Settled` or `Done` and the claim is still the newest; else it is rolled
    /// back, and so it is where it gives an error, which is the reason of another try.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is committed, and the row is tried again when its lease has run out.
    pub fn finish(
        mut self,
        act: impl FnOnce(&Transaction<'_>, &Row) -> Result<Outcome, Failed>,
    ) -> Result<Finished, StoreError> {
        // A panic in `act` gives the row back at once.
        let now = self.inbox.store().now();
        let done = self
            .inbox
            .store()
            .attempt("finishing a row", |transaction| {
                match act(transaction, self.row())
                    .map_err(|error| Undone::Retry(error.to_string()))?
                {
                    Outcome::Retry(why) => Err(Undone::Retry(why)),
                    outcome @ (Outcome::Settled | Outcome::Done) => {
                        let end = self.end(outcome);
                        let is_ours = rows::end(transaction, now, &self.lease, &end)?;
                        is_ours.then_some(()).ok_or(Undone::Lost)
                    }
                }
            });
        // From here on a failure leaves the row to its lease: the store is not asked once more.
        self.is_finished = true;
        match done? {
            Ok(()) => Ok(Finished::Done),
            Err(Undone::Lost) => Ok(Finished::Lost),
            Err(Undone::Store(error)) => Err(error.during("finishing a row")),
            Err(Undone::Retry(why)) => self.give_back(Outcome::Retry(why)),
        }
    }

    fn carry_on<T>(
        mut self,
        next: Next<T>,
        act: &impl Fn(&Transaction<'_>, &Row, T) -> Result<Outcome, Failed>,
    ) -> Result<Finished, StoreError> {
        let outcome = match next {
            Next::Act(found) => {
                return self.finish(|transaction, row| act(transaction, row, found));
            }
            Next::Done => Outcome::Done,
            Next::Retry(why) => Outcome::Retry(why),
        };
        self.is_finished = true;
        self.give_back(outcome)
    }

    fn give_back(&self, outcome: Outcome) -> Result<Finished, StoreError> {
        let finished = match outcome {
            Outcome::Settled | Outcome::Done => Finished::Done,
            Outcome::Retry(_) => Finished::Retried,
        };
        let end = self.end(outcome);
        let is_ours = rows::give_back(self.inbox.store(), &self.lease, &end)?;
        Ok(if is_ours { finished } else { Finished::Lost })
    }
}

/// Why a transaction is rolled back.
enum Undone {
    Retry(String),
    Lost,
    Store(SqliteError),
}

impl From<SqliteError> for Undone {
    fn from(error: SqliteError) -> Self {
        Self::Store(error)
    }
}
