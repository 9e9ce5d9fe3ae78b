//! One connection to PostgreSQL, and what its errors mean.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel, Statement, Transaction};

use super::migrate::migrate;
use crate::store::error::{StoreError, StoreFailure};
use crate::store::schema::OPENING;

/// The time of day of the database, in milliseconds since 1970-01-01 UTC; and from now on each statement
/// waits for a lock as many milliseconds as are given.
const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
                    set_config('lock_timeout', $1, false)";

/// How long a statement waits for a lock, and how long it may take, unless whoever set up the connection,
/// its user or the server has said otherwise. Taking a message in waits for two locks at most, and who
/// sent it waits fifteen seconds for the answer where a provider says how long it does.
const PATIENCE: &str = "5s";
const STATEMENT: &str = "30s";

/// Sets what nobody has set.
const LIMITS: &str = "SELECT set_config(name, value, false) FROM pg_settings \
                      JOIN (VALUES ('lock_timeout', $1), ('statement_timeout', $2)) \
                      AS ours (name, value) USING (name) WHERE source = 'default'";

/// For how many milliseconds a statement waits for a lock; 0 is for ever.
const LOCK: &str = "SELECT setting::bigint FROM pg_settings WHERE name = 'lock_timeout'";

/// A connection that is ready for work. It derefs to the client, for statements of one's own.
pub struct Session {
    client: Client,
    /// How long who comes waits for a lock, their turn at this connection included; nothing is for ever.
    patience: Option<Duration>,
    /// What was prepared on this connection, by its text.
    statements: HashMap<String, Statement>,
}

impl Session {
    /// Makes a new connection ready: its commits last, and its tables are of this version.
    pub(super) async fn ready(mut client: Client) -> Result<Self, StoreError> {
        let failed = |error| failed(OPENING, error);
        let lasting = client.batch_execute("SET synchronous_commit = on").await;
        lasting.map_err(failed)?;
        migrate(&mut client).await?;
        let limits = client.query(LIMITS, &[&PATIENCE, &STATEMENT]).await;
        limits.map_err(failed)?;
        let lock = client.query_one(LOCK, &[]).await;
        let lock: i64 = lock.and_then(|lock| lock.try_get(0)).map_err(failed)?;
        let lock = u64::try_from(lock).ok().filter(|lock| *lock > 0);
        Ok(Self {
            client,
            patience: lock.map(Duration::from_millis),
            statements: HashMap::new(),
        })
    }

    /// A statement, prepared the first time; its values are written `?1` or `$1`.
    pub(crate) async fn statement(
        &mut self,
        text: &str,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&text.replace('?', "$")).await?;
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// The time of day of the database, for somebody who has waited so long for this connection, and waits
    /// for a lock as long as is left.
    pub(super) async fn time(&mut self, waited: Duration) -> Result<i64, tokio_postgres::Error> {
        let time = self.statement(TIME).await?;
        let left = self.patience.map_or(0, |patience| {
            // 0 would be for ever.
            patience.saturating_sub(waited).as_millis().max(1)
        });
        self.client
            .query_one(&time, &[&left.to_string()])
            .await?
            .try_get(0)
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Session(..)")
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

/// Whether the connection is over, so that nothing more can be done on it.
pub(super) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        // Class 57P: the server is going away; class 08: the connection did; 25P03: it was idle for too
        // long within a transaction.
        Some(code) => {
            let code = code.code();
            code.starts_with("57P") || code.starts_with("08") || code == "25P03"
        }
        None => {
            let cause = error.source();
            error.is_closed() || cause.is_some_and(|cause| cause.is::<io::Error>())
        }
    }
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
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => {
            (StoreFailure::Busy, "the server has too many connections")
        }
        Some(_) if is_lost(&error) => (StoreFailure::Unavailable, "the server went away"),
        Some(_) => (StoreFailure::Other, "PostgreSQL refused a statement"),
        None if is_lost(&error) => (StoreFailure::Unavailable, "the connection broke off"),
        None => (
            StoreFailure::Other,
            "what PostgreSQL said was not as expected",
        ),
    };
    StoreError::new(failure, doing, problem).with_source(error)
}
