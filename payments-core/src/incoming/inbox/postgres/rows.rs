//! The rows of an inbox in PostgreSQL: kept, claimed and given back, each step one transaction.

use std::error::Error as StdError;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Row as SqlRow, Transaction};

use super::super::columns::{BATCH, SLACK, Stored, lines, millis, parts, texts};
use super::super::row::{Accepted, Entry, Key, Row};
use super::super::store::{Answer, End, InboxStore, Lease, Purged, Retention, Terms};
use super::super::{NEVER_CAME_BACK, sql};
use crate::incoming::inbound::Inbound;
use crate::store::postgres::{begin, failed};
use crate::store::{Postgres, StoreError, StoreFailure};

type Sql<'a> = &'a (dyn ToSql + Sync);

/// Part of a message: the client logs every parameter at `DEBUG`, as `Debug` prints it.
struct Unlogged<T>(T);

impl<T> fmt::Debug for Unlogged<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

impl<T: ToSql> ToSql for Unlogged<T> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.0.to_sql(kind, out)
    }

    fn accepts(kind: &Type) -> bool {
        T::accepts(kind)
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.0.to_sql_checked(kind, out)
    }
}

/// Runs one of the statements, which are written for both databases.
async fn execute(
    transaction: &Transaction<'_>,
    statement: &str,
    values: &[Sql<'_>],
) -> Result<u64, tokio_postgres::Error> {
    transaction.execute(&dollars(statement), values).await
}

async fn query(
    transaction: &Transaction<'_>,
    statement: &str,
    values: &[Sql<'_>],
) -> Result<Vec<SqlRow>, tokio_postgres::Error> {
    transaction.query(&dollars(statement), values).await
}

fn dollars(statement: &str) -> String {
    statement.replace('?', "$")
}

async fn keep(store: &Postgres, entry: &Entry) -> Result<Accepted, StoreError> {
    const KEEPING: &str = "accepting a message";
    let failed = |error| failed(KEEPING, error);
    let (key, inbound) = (entry.key(), entry.inbound());
    let dedupe = texts(key.values())?;
    let (provider, environment, account) = parts(key.scope());
    let (notice, reference) = (key.notice(), entry.reference());
    let mut client = store.client().await;
    let transaction = begin(&mut client).await.map_err(failed)?;
    let now = store.now(&transaction).await.map_err(failed)?;
    let values: [Sql<'_>; 13] = [
        &provider,
        &environment,
        &account,
        &notice,
        &dedupe,
        &reference,
        &inbound.map(|inbound| inbound.method().as_str()),
        &Unlogged(inbound.map(Inbound::path_and_query)),
        &Unlogged(inbound.map(|inbound| lines(inbound.headers()))),
        &Unlogged(inbound.map(|inbound| &inbound.body()[..])),
        &inbound.and_then(Inbound::peer).map(|peer| peer.to_string()),
        &entry.digest().map(|digest| digest.to_vec()),
        &now,
    ];
    let kept = execute(&transaction, sql::KEEP, &values)
        .await
        .map_err(failed)?;
    if kept == 0 {
        let key: [Sql<'_>; 5] = [&provider, &environment, &account, &notice, &dedupe];
        let known = query(&transaction, sql::DIGEST, &key)
            .await
            .map_err(failed)?;
        let Some(known) = known.first() else {
            let problem = "the message was deleted meanwhile: take it in again";
            return Err(StoreError::new(StoreFailure::Busy, KEEPING, problem));
        };
        let digest: Option<Vec<u8>> = known.try_get(0).map_err(failed)?;
        return Ok(entry.repeats(digest.as_deref()));
    }
    let payment: [Sql<'_>; 4] = [&provider, &environment, &account, &reference];
    execute(&transaction, sql::PAYMENT, &payment)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(Accepted::New)
}

async fn claim(store: &Postgres, terms: Terms) -> Result<Option<Lease>, StoreError> {
    const CLAIMING: &str = "claiming a row";
    let failed = |error| failed(CLAIMING, error);
    let next = format!("{} FOR UPDATE OF i, p SKIP LOCKED", sql::NEXT);
    let mut client = store.client().await;
    let transaction = begin(&mut client).await.map_err(failed)?;
    let now = store.now(&transaction).await.map_err(failed)?;
    let jumped = now.saturating_add(SLACK);
    let claimed = loop {
        let found = query(&transaction, &next, &[&now, &jumped])
            .await
            .map_err(failed)?;
        let Some(found) = found.first() else {
            break None;
        };
        let (id, attempts) = (found.try_get(0), found.try_get(1));
        let (id, attempts): (i64, i64) = (id.map_err(failed)?, attempts.map_err(failed)?);
        if attempts >= i64::from(terms.attempts) {
            let aside: [Sql<'_>; 5] = [&id, &"dead", &0_i64, &NEVER_CAME_BACK, &now];
            execute(&transaction, sql::DONE, &aside)
                .await
                .map_err(failed)?;
            continue;
        }
        let claims: i64 = found.try_get(2).map_err(failed)?;
        let is_settled: bool = found.try_get(3).map_err(failed)?;
        let row = read(found, 4).map_err(failed)?.row()?;
        let number = claims.saturating_add(1);
        let until = now.saturating_add(millis(terms.lease));
        execute(&transaction, sql::COUNT, &[&id, &now])
            .await
            .map_err(failed)?;
        let (provider, environment, account) = parts(row.scope());
        let reference = row.reference();
        let payment: [Sql<'_>; 7] = [
            &provider,
            &environment,
            &account,
            &reference,
            &number,
            &now,
            &until,
        ];
        execute(&transaction, sql::CLAIM, &payment)
            .await
            .map_err(failed)?;
        let attempts = u32::try_from(attempts.saturating_add(1)).unwrap_or(u32::MAX);
        break Some(Lease::new(row.claimed(attempts, is_settled), id, number));
    };
    transaction.commit().await.map_err(failed)?;
    Ok(claimed)
}

/// Ends a claim within a transaction; `false` where it is not the newest any more.
pub(super) async fn end(
    transaction: &Transaction<'_>,
    now: i64,
    lease: &Lease,
    end: &End,
) -> Result<bool, tokio_postgres::Error> {
    let row = lease.row();
    let (provider, environment, account) = parts(row.scope());
    let settled = (*end == End::Settled).then_some(now);
    let (reference, number) = (row.reference(), lease.number());
    let payment: [Sql<'_>; 6] = [
        &provider,
        &environment,
        &account,
        &reference,
        &number,
        &settled,
    ];
    if execute(transaction, sql::END, &payment).await? != 1 {
        return Ok(false);
    }
    let (state, due, why) = end.columns(now);
    let done: [Sql<'_>; 5] = [&lease.id(), &state, &due, &why, &now];
    execute(transaction, sql::DONE, &done).await?;
    Ok(true)
}

pub(super) async fn give_back(
    store: &Postgres,
    lease: &Lease,
    how: &End,
) -> Result<bool, StoreError> {
    let failed = |error| failed("giving a row back", error);
    let mut client = store.client().await;
    let transaction = begin(&mut client).await.map_err(failed)?;
    let now = store.now(&transaction).await.map_err(failed)?;
    let is_ours = end(&transaction, now, lease, how).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(is_ours)
}

async fn dead_letters(store: &Postgres, most: u32) -> Result<Vec<(Row, String)>, StoreError> {
    let failed = |error| failed("listing dead letters", error);
    let mut client = store.client().await;
    let transaction = begin(&mut client).await.map_err(failed)?;
    let most = i64::from(most);
    let rows = query(&transaction, sql::DEAD, &[&most])
        .await
        .map_err(failed)?;
    let mut found = Vec::new();
    for row in rows {
        let attempts: i64 = row.try_get(0).map_err(failed)?;
        let why: Option<String> = row.try_get(1).map_err(failed)?;
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        let stored = read(&row, 2).map_err(failed)?.row()?;
        found.push((stored.claimed(attempts, false), why.unwrap_or_default()));
    }
    Ok(found)
}

async fn revive(store: &Postgres, key: &Key) -> Result<bool, StoreError> {
    let failed = |error| failed("reviving a dead letter", error);
    let (provider, environment, account) = parts(key.scope());
    let (notice, dedupe) = (key.notice(), texts(key.values())?);
    let mut client = store.client().await;
    let transaction = begin(&mut client).await.map_err(failed)?;
    let now = store.now(&transaction).await.map_err(failed)?;
    let values: [Sql<'_>; 6] = [&provider, &environment, &account, &notice, &dedupe, &now];
    let revived = execute(&transaction, sql::REVIVE, &values)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(revived > 0)
}

async fn purge(store: &Postgres, keep: Retention) -> Result<Purged, StoreError> {
    let failed = |error| failed("purging the inbox", error);
    let batch = i64::from(BATCH);
    let mut purged = Purged::default();
    // Whole rows first: then there is less content to delete.
    loop {
        let mut client = store.client().await;
        let transaction = begin(&mut client).await.map_err(failed)?;
        let now = store.now(&transaction).await.map_err(failed)?;
        let before = now.saturating_sub(millis(keep.keys));
        let deleted = query(&transaction, sql::DELETE, &[&before, &batch]).await;
        let deleted = deleted.map_err(failed)?;
        for row in &deleted {
            let column = |at: usize| row.try_get::<_, String>(at);
            let [provider, environment, account, reference] =
                [column(0), column(1), column(2), column(3)];
            let payment: [Sql<'_>; 4] = [
                &provider.map_err(failed)?,
                &environment.map_err(failed)?,
                &account.map_err(failed)?,
                &reference.map_err(failed)?,
            ];
            // Whoever keeps a message holds its payment: only after that one is through, a statement
            // of its own sees whether there is a message.
            query(&transaction, sql::HOLD, &payment)
                .await
                .map_err(failed)?;
            execute(&transaction, sql::LEAVE, &payment)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        let deleted = u64::try_from(deleted.len()).unwrap_or(u64::MAX);
        purged.keys = purged.keys.saturating_add(deleted);
        if deleted == 0 {
            break;
        }
    }
    loop {
        let mut client = store.client().await;
        let transaction = begin(&mut client).await.map_err(failed)?;
        let now = store.now(&transaction).await.map_err(failed)?;
        let before = now.saturating_sub(millis(keep.content));
        let emptied = execute(&transaction, sql::EMPTY, &[&before, &batch]).await;
        let emptied = emptied.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        purged.contents = purged.contents.saturating_add(emptied);
        if emptied == 0 {
            return Ok(purged);
        }
    }
}

/// Reads the columns of a message from the one numbered `at` on.
fn read(row: &SqlRow, at: usize) -> Result<Stored, tokio_postgres::Error> {
    let mut columns = at..;
    let mut next = || columns.next().unwrap_or_default();
    Ok(Stored {
        scope: [
            row.try_get(next())?,
            row.try_get(next())?,
            row.try_get(next())?,
        ],
        notice: row.try_get(next())?,
        dedupe: row.try_get(next())?,
        reference: row.try_get(next())?,
        method: row.try_get(next())?,
        target: row.try_get(next())?,
        headers: row.try_get(next())?,
        body: row.try_get(next())?,
        peer: row.try_get(next())?,
    })
}

impl InboxStore for Postgres {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        Box::pin(async move { keep(self, &entry).await })
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        Box::pin(claim(self, terms))
    }

    fn end(&self, lease: Lease, end: End) -> Answer<'_, bool> {
        Box::pin(async move { give_back(self, &lease, &end).await })
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        Box::pin(dead_letters(self, most))
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        Box::pin(async move { revive(self, &key).await })
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        Box::pin(purge(self, keep))
    }
}
