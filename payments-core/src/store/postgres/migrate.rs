//! Bringing the tables in PostgreSQL to this version.

use tokio_postgres::{Client, Transaction};

use super::session::{begin, failed, is_lost};
use crate::store::error::StoreError;
use crate::store::schema::{OPENING, OWNER, POSTGRES, TABLES, VERSIONS, foreign, version};

/// The key of the lock under which tables are made, so that of two processes that begin at once one
/// makes them: the first bytes of SHA-256 of `payments_schema`.
const LOCK: i64 = 0x5061_794d;

/// How long the tables of another who is making them are waited for, whatever the connection says of
/// locks and statements: of many that begin at once, the last waits for all others.
const PATIENCE: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0";

/// Brings the tables to this version, in one transaction.
pub(super) async fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let failed = |error| failed(OPENING, error);
    let transaction = begin(client).await.map_err(failed)?;
    transaction.batch_execute(PATIENCE).await.map_err(failed)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(failed)?;
    let from = if exists(&transaction, VERSIONS).await.map_err(failed)? {
        let owner = format!("SELECT owner, version FROM {VERSIONS}");
        let found = transaction.query_opt(&owner, &[]).await;
        let found = found.map_err(|error| unlike(VERSIONS, "is not ours", error))?;
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
            .map_err(|error| unlike(table, "lacks columns of its version", error))?;
    }
    transaction.commit().await.map_err(failed)
}

/// A server that goes away meanwhile says nothing about the table.
fn unlike(table: &str, problem: &'static str, error: tokio_postgres::Error) -> StoreError {
    if is_lost(&error) {
        failed(OPENING, error)
    } else {
        foreign(table, problem).with_source(error)
    }
}

async fn exists(transaction: &Transaction<'_>, name: &str) -> Result<bool, tokio_postgres::Error> {
    let look = "SELECT to_regclass($1::text) IS NOT NULL";
    transaction.query_one(look, &[&name]).await?.try_get(0)
}
