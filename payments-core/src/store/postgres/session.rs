//! One connection to PostgreSQL, and what its errors mean.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel, Statement, Transaction};

use super::migrate::migrate;
use crate::store::error::{StoreError, StoreFailure};
use crate::store::schema::OPENING;

/// The time of day of the database, in milliseconds since 1970-01-01 UTC.
const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// A connection that is ready for work. It derefs to the client, for statements of one's own.
pub struct Session {
    client: Client,
    /// What was prepared on this connection, by its text.
    statements: HashMap<String, Statement>,
}

impl Session {
    /// Makes a new connection ready: its commits last, and its tables are of this version.
    pub(super) async fn ready(mut client: Client) -> Result<Self, StoreError> {
        let lasting = client.batch_execute("SET synchronous_commit = on").await;
        lasting.map_err(|error| failed(OPENING, error))?;
        migrate(&mut client).await?;
        Ok(Self {
            client,
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

    /// The time of day of the database.
    pub(super) async fn time(&mut self) -> Result<i64, tokio_postgres::Error> {
        let time = self.statement(TIME).await?;
        self.client.query_one(&time, &[]).await?.try_get(0)
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
