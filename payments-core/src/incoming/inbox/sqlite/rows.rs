//! The rows of an inbox in SQLite: kept, claimed and given back, each step one transaction.

use std::collections::HashSet;

use rusqlite::{
    Connection, OptionalExtension, Row as SqlRow, Transaction, params, params_from_iter,
};

use super::super::columns::{BATCH, SLACK, Stored, Unreadable, lines, millis, parts, texts};
use super::super::row::{Accepted, Entry, Key, Row};
use super::super::store::{Answer, End, InboxStore, Lease, Purged, Retention, Terms};
use super::super::{NEVER_CAME_BACK, sql};
use crate::incoming::inbound::Inbound;
use crate::store::{Sqlite, SqliteError, StoreError};

const ACCEPTING: &str = "accepting a message";
const PURGING: &str = "purging the inbox";
/// Of so many payments at once it is looked whether a row is about them yet.
const MANY: usize = 20_000;
/// What cannot be read of a row with a text that is none.
const TEXT: &str = "one of its texts";

pub(super) fn keep(store: &Sqlite, entry: Entry) -> Result<Accepted, StoreError> {
    if entry.is_malformed() {
        return Ok(Accepted::Malformed);
    }
    let now = store.now();
    if let Some(done) = store.alone(ACCEPTING, |connection| insert(connection, &entry, now))? {
        return Ok(done);
    }
    store.together(ACCEPTING, move |transaction| {
        let kept = insert(transaction, &entry, now)?;
        Ok(kept.ok_or(rusqlite::Error::QueryReturnedNoRows)?)
    })
}

/// Keeps a message, or says what is to be said of one whose key is known: nothing where that row was deleted
/// between the two statements, which does not happen in a transaction.
fn insert(
    connection: &Connection,
    entry: &Entry,
    now: i64,
) -> Result<Option<Accepted>, SqliteError> {
    let (key, inbound) = (entry.key(), entry.inbound());
    let (scope, dedupe) = (key.scope(), texts(key)?);
    let (provider, environment, account) = parts(scope);
    let kept = connection
        .prepare_cached(sql::KEEP_IN_SQLITE)?
        .execute(params![
            provider,
            environment,
            account,
            key.notice(),
            dedupe,
            entry.reference(),
            inbound.map(|inbound| inbound.method().as_str()),
            inbound.map(Inbound::path_and_query),
            inbound.map(|inbound| lines(inbound.headers())),
            inbound.map(|inbound| &inbound.body()[..]),
            inbound.and_then(Inbound::peer).map(|peer| peer.to_string()),
            entry.digest(),
            now,
        ])?;
    if kept > 0 {
        // The payment's own row is made by the first claim: it would be two more pages to flush here.
        return Ok(Some(Accepted::New));
    }
    let known: Option<Option<Vec<u8>>> = connection
        .prepare_cached(sql::DIGEST)?
        .query_row(
            params![provider, environment, account, key.notice(), dedupe],
            |row| row.get(0),
        )
        .optional()?;
    Ok(known.map(|known| entry.repeats(known.as_deref())))
}

pub(super) fn claim(store: &Sqlite, terms: Terms) -> Result<Option<Lease>, StoreError> {
    store.transaction("claiming a row", |transaction| {
        // Not before: for this transaction others may have been waited for, whose claims are later than
        // when the waiting began, and would look like those of a clock that ran ahead.
        let now = store.now();
        loop {
            let Some(next) = first(transaction, now)? else {
                return Ok(None);
            };
            let row = match next.row {
                Ok(row) if next.attempts < terms.attempts => Ok(row),
                Ok(_) => Err(NEVER_CAME_BACK.to_owned()),
                Err(unreadable) => Err(unreadable.why()),
            };
            let row = match row {
                Ok(row) => row,
                Err(why) => {
                    let aside = params![next.id, "dead", 0, why, now];
                    transaction.execute(sql::DONE, aside)?;
                    continue;
                }
            };
            let number = next.claims.unwrap_or(0).saturating_add(1);
            let until = now.saturating_add(millis(terms.lease));
            let (provider, environment, account) = parts(row.scope());
            if next.claims.is_none() {
                let payment = params![provider, environment, account, row.reference()];
                transaction.prepare_cached(sql::PAYMENT)?.execute(payment)?;
            }
            transaction
                .prepare_cached(sql::COUNT)?
                .execute(params![next.id, now])?;
            transaction.prepare_cached(sql::CLAIM)?.execute(params![
                provider,
                environment,
                account,
                row.reference(),
                number,
                now,
                until
            ])?;
            let attempts = next.attempts.saturating_add(1);
            let row = row.claimed(attempts, next.is_settled);
            return Ok(Some(Lease::new(row, next.id, number)));
        }
    })
}

/// The next row that is due. What has just come is before what is due since some time. Twice as much of it is
/// looked at each time, as all of it may be about payments that others work on.
fn first(transaction: &Transaction<'_>, now: i64) -> Result<Option<Next>, SqliteError> {
    let mut queue = transaction.prepare_cached(sql::QUEUE)?;
    let mut most = BATCH;
    loop {
        let queued = next(transaction, now)?;
        let is_first = queued.as_ref().is_some_and(|next| next.is_at_once);
        if is_first || queue.execute([most])? == 0 {
            return Ok(queued);
        }
        most = most.saturating_mul(2);
    }
}

struct Next {
    id: i64,
    attempts: u32,
    /// Nothing where nobody has claimed the payment yet.
    claims: Option<i64>,
    is_settled: bool,
    /// Whether it is due at once: what has just come is after it.
    is_at_once: bool,
    row: Result<Row, Unreadable>,
}

fn next(transaction: &Transaction<'_>, now: i64) -> Result<Option<Next>, SqliteError> {
    let jumped = now.saturating_add(SLACK);
    let found = transaction
        .prepare_cached(sql::NEXT_IN_SQLITE)?
        .query_row(params![now, jumped], |row| {
            let (id, attempts) = (row.get(0)?, row.get(1)?);
            let (claims, is_settled) = (row.get(2)?, row.get(3)?);
            let is_at_once = row.get::<_, i64>(15)? <= 0;
            Ok((id, attempts, claims, is_settled, is_at_once, read(row, 4)))
        })
        .optional()?;
    let Some((id, attempts, claims, is_settled, is_at_once, stored)) = found else {
        return Ok(None);
    };
    Ok(Some(Next {
        id,
        attempts,
        claims,
        is_settled,
        is_at_once,
        row: match stored {
            Ok(stored) => stored.row(),
            Err(_) => Err(Unreadable { column: TEXT }),
        },
    }))
}

/// Ends a claim within a transaction; `false` where it is not the newest any more.
pub(super) fn end(
    transaction: &Transaction<'_>,
    now: i64,
    claim: &Lease,
    end: &End,
) -> Result<bool, SqliteError> {
    let row = claim.row();
    let (provider, environment, account) = parts(row.scope());
    let settled = (*end == End::Settled).then_some(now);
    let ended = transaction.prepare_cached(sql::END)?.execute(params![
        provider,
        environment,
        account,
        row.reference(),
        claim.number(),
        settled
    ])?;
    if ended != 1 {
        return Ok(false);
    }
    let (state, due, why) = end.columns(now);
    let done = params![claim.id(), state, due, why, now];
    transaction.prepare_cached(sql::DONE)?.execute(done)?;
    Ok(true)
}

pub(super) fn give_back(store: &Sqlite, claim: &Lease, how: &End) -> Result<bool, StoreError> {
    let now = store.now();
    store.transaction("giving a row back", |transaction| {
        end(transaction, now, claim, how)
    })
}

pub(super) fn dead_letters(store: &Sqlite, most: u32) -> Result<Vec<(Row, String)>, StoreError> {
    store.transaction("listing dead letters", |transaction| {
        let mut statement = transaction.prepare(sql::DEAD)?;
        let mut rows = statement.query([most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let attempts = row.get(0)?;
            let why: Option<String> = row.get(1)?;
            let stored = match read(row, 2) {
                Ok(stored) => stored,
                Err(_) => read_lossy(row, 2)?,
            };
            let (row, _) = stored.row_at_best();
            found.push((row.claimed(attempts, false), why.unwrap_or_default()));
        }
        Ok(found)
    })
}

pub(super) fn revive(store: &Sqlite, key: &Key) -> Result<bool, StoreError> {
    change(store, key, "reviving a dead letter", sql::REVIVE)
}

pub(super) fn discard(store: &Sqlite, key: &Key) -> Result<bool, StoreError> {
    change(store, key, "discarding a dead letter", sql::DISCARD)
}

fn change(
    store: &Sqlite,
    key: &Key,
    doing: &'static str,
    statement: &str,
) -> Result<bool, StoreError> {
    let now = store.now();
    store.transaction(doing, |transaction| {
        let (provider, environment, account) = parts(key.scope());
        let values = params![
            provider,
            environment,
            account,
            key.notice(),
            texts(key)?,
            now
        ];
        Ok(transaction.execute(statement, values)? > 0)
    })
}

pub(super) fn purge(store: &Sqlite, keep: Retention) -> Result<Purged, StoreError> {
    let now = store.now();
    let looked = store.alone(PURGING, |connection| Ok(Some(Sqlite::heal(connection)?)))?;
    if looked.is_none() {
        store.transaction(PURGING, |transaction| Ok(Sqlite::heal(transaction)?))?;
    }
    // Whole rows first: then there is less content to delete.
    let mut purged = Purged {
        keys: delete(store, sql::DELETE, now.saturating_sub(millis(keep.keys)))?,
        ..Purged::default()
    };
    if let Some(dead) = keep.dead {
        purged.dead = delete(store, sql::BURY, now.saturating_sub(millis(dead)))?;
    }
    loop {
        let before = now.saturating_sub(millis(keep.content));
        let emptied = store.transaction(PURGING, |transaction| {
            Ok(transaction.execute(sql::EMPTY, params![before, BATCH])?)
        })?;
        purged.contents = purged.contents.saturating_add(count(emptied));
        if emptied == 0 {
            return Ok(purged);
        }
    }
}

/// What tells two payments apart. A row that waits may hold a text that is none, and hinders nobody.
type Payment = [String; 4];

fn payment(row: &SqlRow<'_>) -> rusqlite::Result<Payment> {
    let text = |at| {
        Ok::<_, rusqlite::Error>(String::from_utf8_lossy(row.get_ref(at)?.as_bytes()?).into_owned())
    };
    Ok([text(0)?, text(1)?, text(2)?, text(3)?])
}

/// Deletes rows, and payments that no row is about any more; gives the number of rows.
fn delete(store: &Sqlite, statement: &str, before: i64) -> Result<u64, StoreError> {
    let mut all: u64 = 0;
    let mut gone = HashSet::new();
    loop {
        let deleted = store.transaction(PURGING, |transaction| {
            let mut statement = transaction.prepare(statement)?;
            let deleted = statement.query_map(params![before, BATCH], payment)?;
            Ok(deleted.collect::<Result<Vec<_>, _>>()?)
        })?;
        let is_over = deleted.is_empty();
        all = all.saturating_add(count(deleted.len()));
        gone.extend(deleted);
        if is_over || gone.len() >= MANY {
            leave(store, std::mem::take(&mut gone))?;
        }
        if is_over {
            return Ok(all);
        }
    }
}

/// Deletes those of these payments that no row is about any more. Every row that waits is looked at for
/// it, so it is done for many at once.
fn leave(store: &Sqlite, mut gone: HashSet<Payment>) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    store.transaction(PURGING, |transaction| {
        let mut waiting = transaction.prepare_cached(sql::WAITING)?;
        for waits in waiting.query_map([], payment)? {
            gone.remove(&waits?);
        }
        let mut leave = transaction.prepare_cached(sql::LEAVE_IN_SQLITE)?;
        for payment in &gone {
            leave.execute(params_from_iter(payment))?;
        }
        Ok(())
    })
}

impl InboxStore for Sqlite {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        self.on_thread(move |store| keep(store, entry))
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        self.on_thread(move |store| claim(store, terms))
    }

    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool> {
        self.on_thread(move |store| give_back(store, &claim, &end))
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        self.on_thread(move |store| dead_letters(store, most))
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        self.on_thread(move |store| revive(store, &key))
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        self.on_thread(move |store| discard(store, &key))
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        self.on_thread(move |store| purge(store, keep))
    }

    fn abandon(&self, claim: Lease, end: End) {
        // It is done on its thread whether or not anyone waits for it.
        drop(InboxStore::end(self, claim, end));
    }
}

/// Reads the columns of a message from the one numbered `at` on.
fn read(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Stored> {
    let mut columns = at..;
    let mut next = || columns.next().unwrap_or_default();
    Ok(Stored {
        scope: [row.get(next())?, row.get(next())?, row.get(next())?],
        notice: row.get(next())?,
        dedupe: row.get(next())?,
        reference: row.get(next())?,
        method: row.get(next())?,
        target: row.get(next())?,
        headers: row.get(next())?,
        body: row.get(next())?,
        peer: row.get(next())?,
    })
}

/// The same of a row whose texts are not UTF-8, which somebody else wrote: what names it, and no request.
fn read_lossy(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Stored> {
    let mut columns = at..;
    let mut next = || {
        let bytes = row
            .get_ref(columns.next().unwrap_or_default())?
            .as_bytes()?;
        Ok::<_, rusqlite::Error>(String::from_utf8_lossy(bytes).into_owned())
    };
    Ok(Stored {
        scope: [next()?, next()?, next()?],
        notice: next()?,
        dedupe: next()?,
        reference: next()?,
        method: None,
        target: None,
        headers: None,
        body: None,
        peer: None,
    })
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
