//! A journal in a SQLite database, in the table `payments_journal`.

use rusqlite::{OptionalExtension, Row as Columns, Transaction, params};

use super::columns::{
    COLUMNS, Ending, READING, RECORDING, SETTLING, Stored, key, signed, stored, unsigned,
};
use super::row::{Entry, Kept, Row, RowId, Settlement};
use super::store::{Begun, JournalStore};
use crate::store::{Sqlite, SqliteError, StoreError, storable};

/// The rows of an operation. That which is open or done is one at most, by an index of its own.
const OPERATION: &str =
    "provider = ?1 AND environment = ?2 AND account = ?3 AND call = ?4 AND operation = ?5";

/// The time to write: no earlier than that of any row, so that a clock that jumps back makes none old.
const TIME: &str = "SELECT max(?1, coalesce((SELECT max(sent_at) FROM payments_journal), 0))";

impl JournalStore for Sqlite {
    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
        self.transaction(RECORDING, |transaction| {
            let record = entry.record();
            let millis = time(transaction, record.prepared_at())?;
            let live =
                format!("SELECT {COLUMNS} FROM payments_journal WHERE {OPERATION} AND state IN ('open', 'done')");
            let known = transaction.query_row(&live, key(entry), |columns| Ok(row(columns)));
            if let Some(known) = known.optional()? {
                let known = known?;
                let same = known.record().digest() == record.digest();
                if !(repeat && same && known.is_open()) {
                    return Ok(Begun::Known(Box::new(known)));
                }
                let id = known.id();
                let attempts = sent_again(transaction, id, millis)?;
                return Ok(Begun::Recorded {
                    id,
                    attempts: attempts.unwrap_or(known.attempts()),
                    millis,
                });
            }
            transaction.execute(
                "INSERT INTO payments_journal (provider, environment, account, call, operation, \
                 reference, digest, sent_at, attempts, state) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, 'open')",
                params![
                    record.provider(),
                    record.environment(),
                    entry.account(),
                    record.call(),
                    entry.operation(),
                    record.reference(),
                    record.digest(),
                    signed(millis),
                ],
            )?;
            Ok(Begun::Recorded {
                id: RowId::new(transaction.last_insert_rowid()),
                attempts: 1,
                millis,
            })
        })
    }

    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError> {
        self.transaction(RECORDING, |transaction| {
            let millis = time(transaction, millis)?;
            sent_again(transaction, id, millis)
        })
    }

    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError> {
        self.transaction(SETTLING, |transaction| {
            transaction.execute(
                "UPDATE payments_journal SET why = ?2 WHERE id = ?1 AND state = 'open'",
                params![id.number(), storable(why)],
            )?;
            Ok(())
        })
    }

    fn settle(
        &self,
        id: RowId,
        attempts: u32,
        settlement: &Settlement,
    ) -> Result<bool, StoreError> {
        let ending = Ending::of(settlement);
        let kept = ending.kept;
        self.transaction(SETTLING, |transaction| {
            let written = transaction.execute(
                "UPDATE payments_journal SET state = ?3, why = ?4, reply_status = ?5, \
                 reply_content_type = ?6, reply_body = ?7, settled_at = ?8, settled_by = ?9, \
                 settled_who = ?10, settled_why = ?11 \
                 WHERE id = ?1 AND CASE \
                 WHEN state = 'open' THEN ?3 = 'done' OR attempts = ?2 \
                 ELSE ?3 = 'done' AND ?9 = 'answer' AND settled_by <> 'answer' END",
                params![
                    id.number(),
                    attempts,
                    ending.state,
                    ending.why,
                    kept.map(Kept::status),
                    kept.and_then(Kept::content_type),
                    kept.map(|kept| &kept.body()[..]),
                    ending.at,
                    ending.by,
                    ending.who,
                    ending.grounds,
                ],
            )?;
            Ok(written > 0)
        })
    }

    fn row(&self, id: RowId) -> Result<Option<Row>, StoreError> {
        self.transaction(READING, |transaction| {
            let text = format!("SELECT {COLUMNS} FROM payments_journal WHERE id = ?1");
            let found = transaction.query_row(&text, [id.number()], |columns| Ok(row(columns)));
            found.optional()?.transpose()
        })
    }

    fn open(&self, account: &str) -> Result<Vec<Row>, StoreError> {
        self.transaction(READING, |transaction| {
            let text = format!(
                "SELECT {COLUMNS} FROM payments_journal WHERE account = ?1 AND state = 'open' \
                 ORDER BY id"
            );
            let mut found = transaction.prepare(&text)?;
            let rows = found.query_map([account], |columns| Ok(row(columns)))?;
            rows.map(|row| row?).collect()
        })
    }

    fn history(&self, entry: &Entry) -> Result<Vec<Row>, StoreError> {
        self.transaction(READING, |transaction| {
            let text =
                format!("SELECT {COLUMNS} FROM payments_journal WHERE {OPERATION} ORDER BY id");
            let mut found = transaction.prepare(&text)?;
            let rows = found.query_map(key(entry), |columns| Ok(row(columns)))?;
            rows.map(|row| row?).collect()
        })
    }
}

fn time(transaction: &Transaction<'_>, millis: u64) -> Result<u64, SqliteError> {
    let latest: i64 = transaction.query_row(TIME, [signed(millis)], |columns| columns.get(0))?;
    Ok(unsigned(latest))
}

fn sent_again(
    transaction: &Transaction<'_>,
    id: RowId,
    millis: u64,
) -> Result<Option<u32>, SqliteError> {
    let attempts = transaction.query_row(
        "UPDATE payments_journal SET sent_at = ?2, attempts = attempts + 1 \
         WHERE id = ?1 AND state = 'open' RETURNING attempts",
        params![id.number(), signed(millis)],
        |columns| columns.get(0),
    );
    Ok(attempts.optional()?)
}

/// A row as it stands in the table.
fn row(columns: &Columns<'_>) -> Result<Row, SqliteError> {
    let stored: Stored = stored!(columns.get);
    Ok(stored.row()?)
}
