//! A PostgreSQL database of the merchant's own, for workers on several machines.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::error::{StoreError, StoreFailure};
use super::schema::{OPENING, OWNER, POSTGRES, TABLES, VERSIONS, foreign, version};
use crate::clock::{Clock, unix_millis};

/// The key of the lock under which tables are made, so that of two processes that begin at once one
/// makes them: the first bytes of SHA-256 of `payments_schema`.
const LOCK: i64 = 0x5061_794d;

/// What inbox and journal are kept in: one connection to a PostgreSQL database, and the tables of
/// `store/postgres/1.sql` in its schema. Cheap to clone; the clones share the connection, one
/// transaction at a time. Give each worker one of its own, and the journal too: a handler of the inbox
/// that makes a call in its transaction would wait for itself.
///
/// Time is the database's, so that the clocks of the machines need not agree.
#[derive(Clone)]
pub struct Postgres {
    client: Arc<Mutex<Client>>,
    clock: Option<Arc<dyn Clock>>,
}

impl Postgres {
    /// Takes a client of the caller's, and brings the tables of its schema to this version. The
    /// caller's own tables are left alone. Sets `synchronous_commit`. The connection that came with
    /// the client must be driven elsewhere, as `tokio_postgres` says.
    ///
    /// # Errors
    /// [`StoreError`], and nothing is changed: for a database that is read-only or gone, whose tables
    /// are of a newer version, or where a table of ours by name is not ours.
    pub async fn on(mut client: Client) -> Result<Self, StoreError> {
        client
            .batch_execute("SET synchronous_commit = on")
            .await
            .map_err(|error| failed(OPENING, error))?;
        migrate(&mut client).await?;
        Ok(Self {
            client: Arc::new(Mutex::new(client)),
            clock: None,
        })
    }

    /// The same on a clock of the caller's instead of the database's: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The client, for statements of one's own. While it is held, nothing else happens here.
    pub async fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().await
    }

    /// The time of day within a transaction, in milliseconds since 1970-01-01 UTC.
    pub(crate) async fn now(
        &self,
        transaction: &Transaction<'_>,
    ) -> Result<i64, tokio_postgres::Error> {
        if let Some(clock) = &self.clock {
            return Ok(i64::try_from(unix_millis(clock.wall())).unwrap_or(i64::MAX));
        }
        let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        transaction.query_one(now, &[]).await?.try_get(0)
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Postgres(..)")
    }
}

/// Begins a transaction that sees what others committed before each statement. Dropped, it is rolled
/// back.
pub(crate) async fn begin(client: &mut Client) -> Result<Transaction<'_>, tokio_postgres::Error> {
    client
        .build_transaction()
        .isolation_level(IsolationLevel::ReadCommitted)
        .start()
        .await
}

/// What PostgreSQL says, in the words of a store.
pub(crate) fn failed(doing: &'static str, error: tokio_postgres::Error) -> StoreError {
    let (failure, problem) = match error.code() {
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            (StoreFailure::ReadOnly, "the database is read-only")
        }
        Some(code) if *code == SqlState::DISK_FULL => (StoreFailure::Full, "the database is full"),
        Some(code)
            if [
                SqlState::LOCK_NOT_AVAILABLE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::QUERY_CANCELED,
            ]
            .contains(code) =>
        {
            (StoreFailure::Busy, "others held it for too long")
        }
        // Class 57: the server is going away; class 08: the connection did.
        Some(code) if code.code().starts_with("57P") || code.code().starts_with("08") => {
            (StoreFailure::Unavailable, "the server went away")
        }
        Some(_) => (StoreFailure::Other, "PostgreSQL refused a statement"),
        None => (StoreFailure::Unavailable, "the connection broke off"),
    };
    StoreError::new(failure, doing, problem).with_source(error)
}

/// Brings the tables to this version, in one transaction.
async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let failed = |error| failed(OPENING, error);
    let transaction = begin(client).await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    let from = if exists(&transaction, VERSIONS).await.map_err(failed)? {
        let owner = format!("SELECT owner, version FROM {VERSIONS}");
        let found = transaction.query_opt(&owner, &[]).await;
        let found = found.map_err(|error| foreign(VERSIONS, "is not ours").with_source(error))?;
        let found = found.and_then(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?)));
        version(found, POSTGRES.len())?
    } else {
        0
    };
    let steps = POSTGRES.get(from..).unwrap_or_default();
    if from == 0 {
        for (table, _) in TABLES {
            if exists(&transaction, table).await.map_err(failed)? {
                return Err(foreign(table, "is there, and was not made by this library"));
            }
        }
        let versions = format!(
            "CREATE TABLE {VERSIONS} (owner TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL); \
             INSERT INTO {VERSIONS} VALUES ('{OWNER}', 0);"
        );
        transaction.batch_execute(&versions).await.map_err(failed)?;
    }
    for step in steps {
        transaction.batch_execute(step).await.map_err(failed)?;
    }
    if !steps.is_empty() {
        let newest = i64::try_from(POSTGRES.len()).unwrap_or(i64::MAX);
        let update = format!("UPDATE {VERSIONS} SET version = $1");
        transaction
            .execute(&update, &[&newest])
            .await
            .map_err(failed)?;
    }
    for (table, columns) in TABLES {
        let read = format!("SELECT {columns} FROM {table}");
        transaction
            .prepare(&read)
            .await
            .map_err(|error| foreign(table, "lacks columns of its version").with_source(error))?;
    }
    transaction.commit().await.map_err(failed)
}

async fn exists(transaction: &Transaction<'_>, name: &str) -> Result<bool, tokio_postgres::Error> {
    let look = "SELECT to_regclass($1::text) IS NOT NULL";
    transaction.query_one(look, &[&name]).await?.try_get(0)
}
