//! An inbox in the merchant's own PostgreSQL database: several workers share the load.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;

use tokio_postgres::Transaction;

use super::row::{Accepted, Entry, Key, Outcome, Row};
use super::store::{InboxStore, Purged, Retention};
use super::{Claimed, Finished, Inbox, InboxOptions, Next, Worked};
use crate::incoming::message::Message;
use crate::incoming::notice::Notice;
use crate::incoming::verified::Scope;
use crate::store::postgres::{begin, failed};
use crate::store::{Postgres, StoreError};

mod rows;

/// What a handler is doing. It may borrow the transaction and the row.
pub type Acting<'t> =
    Pin<Box<dyn Future<Output = Result<Outcome, Box<dyn StdError + Send + Sync>>> + Send + 't>>;

impl Inbox<Postgres> {
    /// An inbox in this database, with the usual pauses.
    #[must_use]
    pub fn in_postgres(store: Postgres) -> Self {
        Self::on(store, InboxOptions::default())
    }

    /// Takes a message in, and commits. Acknowledge it after this gave [`Accepted::New`] or
    /// [`Accepted::Duplicate`].
    ///
    /// # Errors
    /// [`StoreError`]: it is not kept, or nobody knows. Do not acknowledge it, so that the provider
    /// sends it again.
    pub async fn accept<M: Message + Sync>(&self, message: &M) -> Result<Accepted, StoreError> {
        self.keep(message).await
    }

    /// Takes in a payment that a query found although its message never came. `values` are those
    /// that the message would be told apart by, so that a late message counts as a repeat.
    ///
    /// # Errors
    /// [`StoreError`]: it is not kept, or nobody knows.
    pub async fn accept_found<N: Notice>(
        &self,
        scope: &Scope,
        reference: &str,
        values: &[&str],
    ) -> Result<Accepted, StoreError> {
        let entry = Entry::found::<N>(scope, reference, values);
        InboxStore::keep(self.store(), entry).await
    }

    /// Claims the oldest row that is due and that no other worker is about to claim. Rows about one
    /// payment are worked on one at a time, wherever their workers are.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is claimed, or only for as long as the lease is.
    pub async fn claim(&self) -> Result<Option<Claimed<Postgres>>, StoreError> {
        let lease = InboxStore::claim(self.store(), self.terms()).await?;
        Ok(lease.map(|lease| Claimed::new(self.clone(), lease)))
    }

    /// Works off all rows that are due now, one after the other. `confirm` looks at a row and asks the
    /// provider, outside of any transaction. `act` gets the transaction that also ends the row: what it
    /// writes is committed with "done", or not at all. It should not wait for anything but the
    /// database.
    ///
    /// # Errors
    /// [`StoreError`]: the round ended early. A row that was being worked on is tried again when its
    /// lease has run out.
    pub async fn work<C, W, T, A>(&self, mut confirm: C, act: A) -> Result<Worked, StoreError>
    where
        C: FnMut(Row) -> W,
        W: Future<Output = Next<T>>,
        A: for<'t> Fn(&'t Transaction<'_>, &'t Row, T) -> Acting<'t>,
    {
        let mut worked = Worked::default();
        while let Some(claimed) = self.claim().await? {
            let outcome = match confirm(claimed.row().clone()).await {
                Next::Act(found) => {
                    let finished = claimed.finish(|transaction, row| act(transaction, row, found));
                    worked.note(finished.await?);
                    continue;
                }
                Next::Done => Outcome::Done,
                Next::Retry(why) => Outcome::Retry(why),
            };
            worked.note(claimed.give_back(outcome).await?);
        }
        Ok(worked)
    }

    /// Rows that were set aside after too many attempts with the last reason, the oldest first, so
    /// many at most.
    ///
    /// # Errors
    /// [`StoreError`]: they cannot be read.
    pub async fn dead_letters(&self, most: u32) -> Result<Vec<(Row, String)>, StoreError> {
        self.store().dead_letters(most).await
    }

    /// Lets a row that was set aside be tried again at once. Says whether there was such a row.
    ///
    /// # Errors
    /// [`StoreError`]: nothing has changed, or nobody knows.
    pub async fn revive(&self, key: &Key) -> Result<bool, StoreError> {
        self.store().revive(key.clone()).await
    }

    /// Counts a row that was set aside as done: nothing is to be acted upon, and it is kept for as long as
    /// others that are. Says whether there was such a row.
    ///
    /// # Errors
    /// [`StoreError`]: nothing has changed, or nobody knows.
    pub async fn discard(&self, key: &Key) -> Result<bool, StoreError> {
        self.store().discard(key.clone()).await
    }

    /// Deletes what is over and old enough, some hundred rows at a time. A repeat of a message whose
    /// key is deleted counts as new.
    ///
    /// # Errors
    /// [`StoreError`]: not all of it is deleted.
    pub async fn purge(&self, keep: Retention) -> Result<Purged, StoreError> {
        self.store().purge(keep).await
    }
}

impl Claimed<Postgres> {
    /// Lets `act` write into the database and gives the row back, in one transaction. What it wrote is
    /// kept where it gives `Settled` or `Done` and the claim is still the newest; else it is rolled
    /// back, and so it is where it gives an error, which is the reason of another try.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is committed, and the row is tried again when its lease has run out; or
    /// the connection broke off at the commit, and all of it is committed or nothing.
    pub async fn finish(
        self,
        act: impl for<'t> FnOnce(&'t Transaction<'_>, &'t Row) -> Acting<'t>,
    ) -> Result<Finished, StoreError> {
        const FINISHING: &str = "finishing a row";
        let failed = |error| failed(FINISHING, error);
        let store = self.inbox.store().clone();
        let why = {
            let (mut session, now) = store.session(FINISHING).await?;
            let ending = rows::Ending::on(&mut session).await.map_err(failed)?;
            let transaction = begin(&mut session).await.map_err(failed)?;
            let acted = act(&transaction, self.row()).await;
            match acted {
                Ok(outcome @ (Outcome::Settled | Outcome::Done)) => {
                    let end = self.end(outcome);
                    let is_ours = rows::end(&transaction, &ending, now, &self.lease, &end).await;
                    if !is_ours.map_err(failed)? {
                        transaction.rollback().await.map_err(failed)?;
                        return Ok(Finished::Lost);
                    }
                    transaction.commit().await.map_err(failed)?;
                    return Ok(Finished::Done);
                }
                Ok(Outcome::Retry(why)) => why,
                Err(error) => error.to_string(),
            }
        };
        self.give_back(Outcome::Retry(why)).await
    }

    async fn give_back(self, outcome: Outcome) -> Result<Finished, StoreError> {
        let finished = match outcome {
            Outcome::Settled | Outcome::Done => Finished::Done,
            Outcome::Retry(_) => Finished::Retried,
        };
        let end = self.end(outcome);
        let is_ours = rows::give_back(self.inbox.store(), &self.lease, &end).await?;
        Ok(if is_ours { finished } else { Finished::Lost })
    }
}
