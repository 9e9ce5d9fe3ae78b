//! The receiver's database in a file.

use std::future::{Future, ready};
use std::path::Path;
use std::sync::Arc;

use payments_core::incoming::{Inbox, InboxStore, Next};
use payments_core::store::Sqlite;
use payments_core::store::rusqlite::{Transaction, params};

use super::super::callback::{Effect, Verifiers};
use super::super::said;
use super::{EFFECTS, LEFT, WAITING, options, outcome};

/// The file, and what is done before a transaction.
#[derive(Clone)]
pub(super) struct Shop {
    store: Sqlite,
    before: fn(&Sqlite, Effect) -> Next<Effect>,
    left: (u64, u64),
}

impl Shop {
    pub(super) fn open(
        file: &Path,
        before: fn(&Sqlite, Effect) -> Next<Effect>,
    ) -> Result<Self, String> {
        let store = Sqlite::open(file).map_err(said)?;
        let made = store.transaction("making the table", |transaction| {
            Ok(transaction.execute_batch(EFFECTS)?)
        });
        made.map_err(said)?;
        let counted = store.transaction("counting", |transaction| {
            let row = transaction.query_row(LEFT, [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            });
            Ok(row?)
        });
        let (kept, begun) = counted.map_err(said)?;
        Ok(Self {
            store,
            before,
            left: (
                u64::try_from(kept).map_err(said)?,
                u64::try_from(begun).map_err(said)?,
            ),
        })
    }
}

/// Writes what a callback has the merchant do.
pub(in super::super) fn insert(
    transaction: &Transaction<'_>,
    effect: &Effect,
) -> Result<(), payments_core::store::rusqlite::Error> {
    let Effect {
        provider,
        account,
        reference,
        event,
    } = effect;
    let values = params![provider, account, reference, event];
    transaction.execute("INSERT INTO shop_effects VALUES (?1, ?2, ?3, ?4)", values)?;
    Ok(())
}

impl super::Shop for Shop {
    /// There is one connection; they wait for it side by side with what is accepted, and have two
    /// transactions to make for each of those.
    const WORKERS: usize = 24;

    fn front(&self, _: usize) -> Result<Arc<dyn InboxStore>, String> {
        Ok(Arc::new(self.store.clone()))
    }

    fn left(&self) -> (u64, u64) {
        self.left
    }

    fn is_done(&self) -> impl Future<Output = Result<bool, String>> + Send {
        let counted = self.store.transaction("counting", |transaction| {
            Ok(transaction.query_row(WAITING, [], |row| row.get::<_, i64>(0))?)
        });
        ready(counted.map(|waiting| waiting == 0).map_err(said))
    }

    async fn work(&self, _: usize, verifiers: &Arc<Verifiers>) -> Result<(), String> {
        let inbox = Inbox::on(self.store.clone(), options());
        let worked = inbox.work(
            |row| {
                ready(match verifiers.read(&row) {
                    Some(effect) => (self.before)(&self.store, effect),
                    None => Next::Retry("its bytes do not hold".to_owned()),
                })
            },
            |transaction, _, effect| {
                insert(transaction, &effect)?;
                Ok(outcome(&effect))
            },
        );
        worked.await.map(drop).map_err(said)
    }
}
