//! An inbox worked off through sqlx, by the statements that `payments_core::incoming::sql` documents.

use std::time::Duration;

use payments_core::incoming::sql;
use sqlx::{PgPool, Postgres, Row, Transaction};

/// A callback that this worker has, for as long as its lease is.
#[derive(Debug)]
pub(crate) struct Claimed {
    id: i64,
    number: i64,
    /// Provider, environment and account.
    scope: [String; 3],
    /// The shop's own reference of the payment. What came stands in the columns after it: method,
    /// target, headers and body.
    pub(crate) reference: String,
}

/// How long after the time of a row the clock may stand before it without having jumped back, in
/// milliseconds.
const SLACK: i64 = 5_000;

/// Claims the oldest callback that is due, in a transaction of its own. After `attempts` claims that
/// nobody ended, a callback is set aside.
pub(crate) async fn claim(
    pool: &PgPool,
    lease: Duration,
    attempts: i64,
) -> Result<Option<Claimed>, sqlx::Error> {
    let next = format!("{} FOR UPDATE OF i, p SKIP LOCKED", sql::NEXT);
    let mut transaction = pool.begin().await?;
    let now = now(&mut transaction).await?;
    let claimed = loop {
        let found = sqlx::query(&dollars(&next))
            .bind(now)
            .bind(now.saturating_add(SLACK))
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(found) = found else {
            break None;
        };
        let id: i64 = found.try_get(0)?;
        if found.try_get::<i64, _>(1)? >= attempts {
            done(
                &mut transaction,
                id,
                "dead",
                Some("its workers never came back"),
            )
            .await?;
            continue;
        }
        break Some(Claimed {
            id,
            number: found.try_get::<i64, _>(2)?.saturating_add(1),
            scope: [found.try_get(4)?, found.try_get(5)?, found.try_get(6)?],
            reference: found.try_get(9)?,
        });
    };
    if let Some(claimed) = &claimed {
        sqlx::query(&dollars(sql::COUNT))
            .bind(claimed.id)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        let until = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let [provider, environment, account] = &claimed.scope;
        sqlx::query(&dollars(sql::CLAIM))
            .bind(provider)
            .bind(environment)
            .bind(account)
            .bind(&claimed.reference)
            .bind(claimed.number)
            .bind(now)
            .bind(now.saturating_add(until))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(claimed)
}

/// Ends a claim as settled, within the transaction that the shop wrote in. Where this is `false`, another
/// worker has the payment, and all that the shop wrote is to be rolled back.
pub(crate) async fn settle(
    transaction: &mut Transaction<'_, Postgres>,
    claimed: &Claimed,
) -> Result<bool, sqlx::Error> {
    let now = now(transaction).await?;
    let [provider, environment, account] = &claimed.scope;
    let ended = sqlx::query(&dollars(sql::END))
        .bind(provider)
        .bind(environment)
        .bind(account)
        .bind(&claimed.reference)
        .bind(claimed.number)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    if ended.rows_affected() != 1 {
        return Ok(false);
    }
    done(transaction, claimed.id, "done", None).await?;
    Ok(true)
}

async fn done(
    transaction: &mut Transaction<'_, Postgres>,
    id: i64,
    state: &str,
    why: Option<&str>,
) -> Result<(), sqlx::Error> {
    let now = now(transaction).await?;
    sqlx::query(&dollars(sql::DONE))
        .bind(id)
        .bind(state)
        .bind(0_i64)
        .bind(why)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The database's time, so that the clocks of the machines need not agree.
async fn now(transaction: &mut Transaction<'_, Postgres>) -> Result<i64, sqlx::Error> {
    let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    sqlx::query(now)
        .fetch_one(&mut **transaction)
        .await?
        .try_get(0)
}

/// The statements are written for SQLite too.
fn dollars(statement: &str) -> String {
    statement.replace('?', "$")
}
