//! A journal in a SQLite database, in the table `payments_journal`.

use rusqlite::{OptionalExtension, Row as Columns, Transaction, params};

use super::row::{By, Entry, Kept, Outcome, Row, RowId, Settlement, State};
use super::store::{Begun, JournalStore};
use crate::exchange::CallRecord;
use crate::store::{Sqlite, SqliteError, StoreError, StoreFailure};

const RECORDING: &str = "recording a call";
const SETTLING: &str = "settling a call";
const READING: &str = "reading the journal";

const COLUMNS: &str = "id, provider, environment, account, call, operation, reference, digest, \
                       sent_at, attempts, state, why, reply_status, reply_content_type, reply_body, \
                       settled_at, settled_by, settled_who, settled_why";

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
            let key = [
                record.provider(),
                record.environment(),
                entry.account(),
                record.call(),
                entry.operation(),
            ];
            let live =
                format!("SELECT {COLUMNS} FROM payments_journal WHERE {OPERATION} AND state IN ('open', 'done')");
            let known = transaction.query_row(&live, key, |columns| Ok(row(columns)));
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
                params![id.number(), why],
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
        let (state, why, kept) = match settlement.outcome() {
            Outcome::Done(kept) => ("done", None, kept.as_ref()),
            Outcome::Refused(code) => ("refused", code.as_deref(), None),
            Outcome::NotSent(why) => ("unsent", Some(why.as_str()), None),
            Outcome::NeverHappened => ("never", None, None),
        };
        let (by, who, grounds) = match settlement.by() {
            By::Answer => ("answer", None, None),
            By::Query => ("query", None, None),
            By::Hand { who, why } => ("hand", Some(who), Some(why)),
        };
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
                    state,
                    why,
                    kept.map(Kept::status),
                    kept.and_then(Kept::content_type),
                    kept.map(|kept| &kept.body()[..]),
                    signed(settlement.at()),
                    by,
                    who,
                    grounds,
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
            let record = entry.record();
            let key = [
                record.provider(),
                record.environment(),
                entry.account(),
                record.call(),
                entry.operation(),
            ];
            let mut found = transaction.prepare(&text)?;
            let rows = found.query_map(key, |columns| Ok(row(columns)))?;
            rows.map(|row| row?).collect()
        })
    }
}

/// SQLite counts up to 2⁶³; later times do not come.
fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

fn unsigned(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0)
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

/// A row as it stands in the table. One that we did not write so is an error: an amount of money may
/// hang on it.
fn row(columns: &Columns<'_>) -> Result<Row, SqliteError> {
    let record = CallRecord::stored(
        columns.get("provider")?,
        columns.get("environment")?,
        columns.get("call")?,
        columns.get("reference")?,
        columns.get("digest")?,
        unsigned(columns.get("sent_at")?),
    );
    let account: String = columns.get("account")?;
    let operation: String = columns.get("operation")?;
    let state: String = columns.get("state")?;
    let why: Option<String> = columns.get("why")?;
    let outcome = match (&*state, why) {
        ("open", why) => Err(why),
        ("done", _) => Ok(Outcome::Done(kept(columns)?)),
        ("refused", code) => Ok(Outcome::Refused(code)),
        ("unsent", Some(why)) => Ok(Outcome::NotSent(why)),
        ("never", _) => Ok(Outcome::NeverHappened),
        (_, _) => return Err(not_ours()),
    };
    let state = match outcome {
        Err(why) => State::Open { why },
        Ok(outcome) => {
            let at = unsigned(columns.get("settled_at")?);
            State::Settled(Settlement::new(outcome, by(columns)?, at))
        }
    };
    Ok(Row::new(
        RowId::new(columns.get("id")?),
        Entry::new(account, operation, record),
        columns.get("attempts")?,
        state,
    ))
}

fn by(columns: &Columns<'_>) -> Result<By, SqliteError> {
    let by: Option<String> = columns.get("settled_by")?;
    match by.as_deref() {
        Some("answer") => Ok(By::Answer),
        Some("query") => Ok(By::Query),
        Some("hand") => Ok(By::Hand {
            who: columns.get("settled_who")?,
            why: columns.get("settled_why")?,
        }),
        Some(_) | None => Err(not_ours()),
    }
}

fn kept(columns: &Columns<'_>) -> Result<Option<Kept>, SqliteError> {
    let status: Option<u16> = columns.get("reply_status")?;
    let Some(status) = status else {
        return Ok(None);
    };
    let content_type: Option<String> = columns.get("reply_content_type")?;
    let body: Vec<u8> = columns.get("reply_body")?;
    let kept = Kept::stored(status, content_type.as_deref(), body);
    kept.map(Some).ok_or_else(not_ours)
}

fn not_ours() -> SqliteError {
    StoreError::new(
        StoreFailure::Foreign,
        READING,
        "a row of `payments_journal` is not as this library writes it",
    )
    .into()
}
