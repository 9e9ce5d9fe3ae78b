//! The rows of an inbox in PostgreSQL: kept, claimed and given back, each step one transaction.

use std::time::Duration;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Row as SqlRow, Statement, Transaction};

use super::super::columns::{BATCH, SLACK, Stored, lines, millis, parts, texts};
use super::super::row::{Accepted, Entry, Key, Row};
use super::super::store::{Answer, End, InboxStore, Lease, Purged, Retention, Terms};
use super::super::{NEVER_CAME_BACK, sql};
use crate::incoming::inbound::Inbound;
use crate::store::postgres::{Unlogged, begin, failed};
use crate::store::{Postgres, Session, StoreError, StoreFailure};

const PURGING: &str = "purging the inbox";

type Sql<'a> = &'a (dyn ToSql + Sync);

/// Has the rows that wait read in the order of their index until one is found. Where the server has yet
/// to learn how many there are, it would fetch and sort all of them for each claim.
const IN_ORDER: &str = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";

/// What ends a claim, prepared.
pub(super) struct Ending {
    end: Statement,
    done: Statement,
}

impl Ending {
    pub(super) async fn on(session: &mut Session) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            end: session.statement(sql::END).await?,
            done: session.statement(sql::DONE).await?,
        })
    }
}

async fn keep(store: &Postgres, entry: &Entry) -> Result<Accepted, StoreError> {
    const KEEPING: &str = "accepting a message";
    let failed = |error| failed(KEEPING, error);
    if entry.is_malformed() {
        return Ok(Accepted::Malformed);
    }
    let (key, inbound) = (entry.key(), entry.inbound());
    let dedupe = texts(key)?;
    let (provider, environment, account) = parts(key.scope());
    let (notice, reference) = (key.notice(), entry.reference());
    let (mut session, now) = store.session(KEEPING).await?;
    let (keep, digest) = (
        session.statement(sql::KEEP).await,
        session.statement(sql::DIGEST).await,
    );
    let (keep, known) = (keep.map_err(failed)?, digest.map_err(failed)?);
    let payment = session.statement(sql::PAYMENT).await.map_err(failed)?;
    let transaction = begin(&mut session).await.map_err(failed)?;
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
        &Unlogged(inbound.and_then(Inbound::peer).map(|peer| peer.to_string())),
        &entry.digest().map(|digest| digest.to_vec()),
        &now,
    ];
    let kept = transaction.execute(&keep, &values).await;
    if kept.map_err(failed)? == 0 {
        let key: [Sql<'_>; 5] = [&provider, &environment, &account, &notice, &dedupe];
        let known = transaction.query_opt(&known, &key).await;
        let Some(known) = known.map_err(failed)? else {
            let problem = "the message was deleted meanwhile: take it in again";
            return Err(StoreError::new(StoreFailure::Busy, KEEPING, problem));
        };
        let digest: Option<Vec<u8>> = known.try_get(0).map_err(failed)?;
        return Ok(entry.repeats(digest.as_deref()));
    }
    let values: [Sql<'_>; 4] = [&provider, &environment, &account, &reference];
    let held = transaction.execute(&payment, &values).await;
    held.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(Accepted::New)
}

async fn claim(store: &Postgres, terms: Terms) -> Result<Option<Lease>, StoreError> {
    const CLAIMING: &str = "claiming a row";
    let failed = |error| failed(CLAIMING, error);
    let next = format!("{} FOR UPDATE OF i, p SKIP LOCKED", sql::NEXT);
    let (mut session, now) = store.session(CLAIMING).await?;
    let next = session.statement(&next).await.map_err(failed)?;
    let count = session.statement(sql::COUNT).await.map_err(failed)?;
    let claim = session.statement(sql::CLAIM).await.map_err(failed)?;
    let done = session.statement(sql::DONE).await.map_err(failed)?;
    let transaction = begin(&mut session).await.map_err(failed)?;
    transaction.batch_execute(IN_ORDER).await.map_err(failed)?;
    let jumped = now.saturating_add(SLACK);
    let claimed = loop {
        let found = transaction.query_opt(&next, &[&now, &jumped]).await;
        let Some(found) = found.map_err(failed)? else {
            break None;
        };
        let (id, attempts) = (found.try_get(0), found.try_get(1));
        let (id, attempts): (i64, i64) = (id.map_err(failed)?, attempts.map_err(failed)?);
        let row = match read(&found, 4).map_err(failed)?.row() {
            Ok(row) if attempts < i64::from(terms.attempts) => Ok(row),
            Ok(_) => Err(NEVER_CAME_BACK.to_owned()),
            Err(unreadable) => Err(unreadable.why()),
        };
        let row = match row {
            Ok(row) => row,
            Err(why) => {
                let aside: [Sql<'_>; 5] = [&id, &"dead", &0_i64, &Unlogged(why), &now];
                let aside = transaction.execute(&done, &aside).await;
                aside.map_err(failed)?;
                continue;
            }
        };
        let claims: i64 = found.try_get(2).map_err(failed)?;
        let is_settled: bool = found.try_get(3).map_err(failed)?;
        let number = claims.saturating_add(1);
        let until = now.saturating_add(millis(terms.lease));
        let counted = transaction.execute(&count, &[&id, &now]).await;
        counted.map_err(failed)?;
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
        let claimed = transaction.execute(&claim, &payment).await;
        claimed.map_err(failed)?;
        let attempts = u32::try_from(attempts.saturating_add(1)).unwrap_or(u32::MAX);
        break Some(Lease::new(row.claimed(attempts, is_settled), id, number));
    };
    transaction.commit().await.map_err(failed)?;
    Ok(claimed)
}

/// Ends a claim within a transaction; `false` where it is not the newest any more.
pub(super) async fn end(
    transaction: &Transaction<'_>,
    statements: &Ending,
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
    if transaction.execute(&statements.end, &payment).await? != 1 {
        return Ok(false);
    }
    let (state, due, why) = end.columns(now);
    let done: [Sql<'_>; 5] = [&lease.id(), &state, &due, &Unlogged(why), &now];
    transaction.execute(&statements.done, &done).await?;
    Ok(true)
}

pub(super) async fn give_back(
    store: &Postgres,
    lease: &Lease,
    how: &End,
) -> Result<bool, StoreError> {
    const GIVING: &str = "giving a row back";
    let failed = |error| failed(GIVING, error);
    let (mut session, now) = store.session(GIVING).await?;
    let ending = Ending::on(&mut session).await.map_err(failed)?;
    let transaction = begin(&mut session).await.map_err(failed)?;
    let is_ours = end(&transaction, &ending, now, lease, how)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(is_ours)
}

async fn dead_letters(store: &Postgres, most: u32) -> Result<Vec<(Row, String)>, StoreError> {
    const LISTING: &str = "listing dead letters";
    let failed = |error| failed(LISTING, error);
    let (mut session, _) = store.session(LISTING).await?;
    let dead = session.statement(sql::DEAD).await.map_err(failed)?;
    let rows = session.query(&dead, &[&i64::from(most)]).await;
    let rows = rows.map_err(failed)?;
    let mut found = Vec::new();
    for row in rows {
        let attempts: i64 = row.try_get(0).map_err(failed)?;
        let why: Option<String> = row.try_get(1).map_err(failed)?;
        let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        let (row, _) = read(&row, 2).map_err(failed)?.row_at_best();
        found.push((row.claimed(attempts, false), why.unwrap_or_default()));
    }
    Ok(found)
}

/// Runs one of the statements about a row that was set aside.
async fn change(
    store: &Postgres,
    key: &Key,
    doing: &'static str,
    statement: &str,
) -> Result<bool, StoreError> {
    let failed = |error| failed(doing, error);
    let (provider, environment, account) = parts(key.scope());
    let (notice, dedupe) = (key.notice(), texts(key)?);
    let (mut session, now) = store.session(doing).await?;
    let statement = session.statement(statement).await.map_err(failed)?;
    let values: [Sql<'_>; 6] = [&provider, &environment, &account, &notice, &dedupe, &now];
    let changed = session.execute(&statement, &values).await;
    Ok(changed.map_err(failed)? > 0)
}

async fn purge(store: &Postgres, keep: Retention) -> Result<Purged, StoreError> {
    let failed = |error| failed(PURGING, error);
    // Whole rows first: then there is less content to delete.
    let mut purged = Purged {
        keys: delete(store, sql::DELETE, keep.keys).await?,
        ..Purged::default()
    };
    if let Some(dead) = keep.dead {
        purged.dead = delete(store, sql::BURY, dead).await?;
    }
    loop {
        let (mut session, now) = store.session(PURGING).await?;
        let empty = session.statement(sql::EMPTY).await.map_err(failed)?;
        let before = now.saturating_sub(millis(keep.content));
        let emptied = session.execute(&empty, &[&before, &i64::from(BATCH)]).await;
        let emptied = emptied.map_err(failed)?;
        purged.contents = purged.contents.saturating_add(emptied);
        if emptied == 0 {
            return Ok(purged);
        }
    }
}

/// Deletes rows that are so old, and payments that no row is about any more; gives the number of rows.
async fn delete(store: &Postgres, statement: &str, age: Duration) -> Result<u64, StoreError> {
    let failed = |error| failed(PURGING, error);
    let mut all: u64 = 0;
    loop {
        let (mut session, now) = store.session(PURGING).await?;
        let delete = session.statement(statement).await.map_err(failed)?;
        let hold = session.statement(sql::HOLD).await.map_err(failed)?;
        let leave = session.statement(sql::LEAVE).await.map_err(failed)?;
        let transaction = begin(&mut session).await.map_err(failed)?;
        let before = now.saturating_sub(millis(age));
        let deleted = transaction
            .query(&delete, &[&before, &i64::from(BATCH)])
            .await;
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
            let held = transaction.query(&hold, &payment).await;
            held.map_err(failed)?;
            let left = transaction.execute(&leave, &payment).await;
            left.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        all = all.saturating_add(u64::try_from(deleted.len()).unwrap_or(u64::MAX));
        if deleted.is_empty() {
            return Ok(all);
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
        const DOING: &str = "reviving a dead letter";
        Box::pin(async move { change(self, &key, DOING, sql::REVIVE).await })
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        const DOING: &str = "discarding a dead letter";
        Box::pin(async move { change(self, &key, DOING, sql::DISCARD).await })
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        Box::pin(purge(self, keep))
    }
}
