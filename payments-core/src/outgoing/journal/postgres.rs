//! A journal in a PostgreSQL database, in the table `payments_journal`: several machines share it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio_postgres::Row as Columns;
use tokio_postgres::types::ToSql;

use super::columns::{
    COLUMNS, Ending, READING, RECORDING, SETTLING, Stored, key, signed, stored, unsigned,
};
use super::row::{Entry, Kept, Row, RowId, Settlement};
use super::store::{Begun, JournalStore};
use crate::store::postgres::{Unlogged, begin, failed};
use crate::store::{Postgres, StoreError, StoreFailure, storable};

type Sql<'a> = &'a (dyn ToSql + Sync);

/// How often a call is recorded anew whose operation was settled as a definite no just before it was
/// looked at. Each time, somebody else's call came and went.
const TRIES: usize = 5;

/// Records a call, unless a row of its operation is open or done: then the other's commit is waited for
/// first. Its time is no earlier than that of any row that is committed.
const RECORD: &str = "
    INSERT INTO payments_journal (
        provider, environment, account, call, operation, reference, digest, sent_at, attempts, state
    ) SELECT $1, $2, $3, $4, $5, $6, $7,
        greatest($8, (SELECT max(sent_at) FROM payments_journal)), 1, 'open'
    ON CONFLICT (provider, environment, account, call, operation) WHERE state IN ('open', 'done')
    DO NOTHING
    RETURNING id, sent_at";

/// Records that an open call is sent once more.
const AGAIN: &str = "
    UPDATE payments_journal
    SET sent_at = greatest($2, (SELECT max(sent_at) FROM payments_journal)), attempts = attempts + 1
    WHERE id = $1 AND state = 'open'
    RETURNING attempts, sent_at";

const LEAVE_OPEN: &str = "UPDATE payments_journal SET why = $2 WHERE id = $1 AND state = 'open'";

/// An open row as done, or at the same number of attempts as a definite no; one that was settled
/// otherwise by its answer.
const SETTLE: &str = "
    UPDATE payments_journal SET state = $3, why = $4, reply_status = $5, reply_content_type = $6,
        reply_body = $7, settled_at = $8, settled_by = $9, settled_who = $10, settled_why = $11
    WHERE id = $1 AND CASE
        WHEN state = 'open' THEN $3 = 'done' OR attempts = $2
        ELSE $3 = 'done' AND $9 = 'answer' AND settled_by <> 'answer' END";

const OPERATION: &str =
    "provider = $1 AND environment = $2 AND account = $3 AND call = $4 AND operation = $5";

/// Its methods wait for the database on the thread that they are called on, while another drives the
/// connection. The async client calls them on threads of their own.
impl JournalStore for Postgres {
    fn now(&self, _millis: u64) -> Result<u64, StoreError> {
        let time = async { Ok(self.session(READING).await?.1) };
        wait(self, READING, time).map(unsigned)
    }

    fn begin(&self, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
        wait(self, RECORDING, record(self, entry, repeat))
    }

    fn again(&self, id: RowId, millis: u64) -> Result<Option<u32>, StoreError> {
        let failed = |error| failed(RECORDING, error);
        wait(self, RECORDING, async {
            let (mut session, now) = self.session(RECORDING).await?;
            let again = session.statement(AGAIN).await.map_err(failed)?;
            let values: [Sql<'_>; 2] = [&id.number(), &now.max(signed(millis))];
            let sent = session.query_opt(&again, &values).await;
            let sent = sent.map_err(failed)?.map(|sent| attempt(&sent));
            Ok(sent.transpose()?.map(|(attempts, _)| attempts))
        })
    }

    fn leave_open(&self, id: RowId, why: &str) -> Result<(), StoreError> {
        wait(self, SETTLING, async {
            let values: [Sql<'_>; 2] = [&id.number(), &Unlogged(storable(why))];
            execute(self, LEAVE_OPEN, &values).await.map(drop)
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
        let values: [Sql<'_>; 11] = [
            &id.number(),
            &i64::from(attempts),
            &ending.state,
            &Unlogged(&ending.why),
            &kept.map(|kept| i64::from(kept.status())),
            &kept.and_then(Kept::content_type),
            &Unlogged(kept.map(|kept| &kept.body()[..])),
            &ending.at,
            &ending.by,
            &Unlogged(&ending.who),
            &Unlogged(&ending.grounds),
        ];
        Ok(wait(self, SETTLING, execute(self, SETTLE, &values))? > 0)
    }

    fn row(&self, id: RowId) -> Result<Option<Row>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM payments_journal WHERE id = $1");
        let rows = wait(self, READING, read(self, &text, &[&id.number()]))?;
        Ok(rows.into_iter().next())
    }

    fn open(&self, account: &str) -> Result<Vec<Row>, StoreError> {
        let text = format!(
            "SELECT {COLUMNS} FROM payments_journal WHERE account = $1 AND state = 'open' ORDER BY id"
        );
        wait(self, READING, read(self, &text, &[&account]))
    }

    fn history(&self, entry: &Entry) -> Result<Vec<Row>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM payments_journal WHERE {OPERATION} ORDER BY id");
        let key = key(entry);
        let [provider, environment, account, call, operation] = &key;
        let key: [Sql<'_>; 5] = [provider, environment, account, call, operation];
        wait(self, READING, read(self, &text, &key))
    }
}

/// Waits on this thread for what another drives.
fn wait<T>(
    store: &Postgres,
    doing: &'static str,
    done: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    store.may_wait(doing)?;
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut done = pin!(done);
    loop {
        match done.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}

/// Wakes a thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

async fn record(store: &Postgres, entry: &Entry, repeat: bool) -> Result<Begun, StoreError> {
    let failed = |error| failed(RECORDING, error);
    let record = entry.record();
    let [provider, environment, account, call, operation] = key(entry);
    let (reference, digest) = (record.reference(), record.digest());
    let live = format!(
        "SELECT {COLUMNS} FROM payments_journal WHERE {OPERATION} AND state IN ('open', 'done') \
         FOR UPDATE"
    );
    for _ in 0..TRIES {
        let (mut session, now) = store.session(RECORDING).await?;
        let make = session.statement(RECORD).await.map_err(failed)?;
        let live = session.statement(&live).await.map_err(failed)?;
        let again = session.statement(AGAIN).await.map_err(failed)?;
        // What a machine writes whose clock is behind must not look old to the others.
        let millis = now.max(signed(record.prepared_at()));
        let values: [Sql<'_>; 8] = [
            &provider,
            &environment,
            &account,
            &call,
            &operation,
            &reference,
            &digest,
            &millis,
        ];
        // Alone it is a transaction of its own.
        let made = session.query_opt(&make, &values).await;
        if let Some(made) = made.map_err(failed)? {
            let id = made.try_get(0).map_err(failed)?;
            let millis = made.try_get(1).map_err(failed)?;
            return Ok(Begun::Recorded {
                id: RowId::new(id),
                attempts: 1,
                millis: unsigned(millis),
            });
        }
        let transaction = begin(&mut session).await.map_err(failed)?;
        let values: [Sql<'_>; 5] = [&provider, &environment, &account, &call, &operation];
        let known = transaction.query_opt(&live, &values).await;
        let Some(known) = known.map_err(failed)? else {
            continue;
        };
        let known = row(&known)?;
        if !(repeat && known.record().digest() == digest && known.is_open()) {
            return Ok(Begun::Known(Box::new(known)));
        }
        // It is held since it was found open.
        let values: [Sql<'_>; 2] = [&known.id().number(), &millis];
        let sent = transaction.query_one(&again, &values).await;
        let (attempts, millis) = attempt(&sent.map_err(failed)?)?;
        transaction.commit().await.map_err(failed)?;
        return Ok(Begun::Recorded {
            id: known.id(),
            attempts,
            millis,
        });
    }
    let problem = "others record and settle the same operation all the time";
    Err(StoreError::new(StoreFailure::Busy, RECORDING, problem))
}

/// Number and time of an attempt, as [`AGAIN`] gives them.
fn attempt(sent: &Columns) -> Result<(u32, u64), StoreError> {
    let failed = |error| failed(RECORDING, error);
    let attempts: i64 = sent.try_get(0).map_err(failed)?;
    let millis: i64 = sent.try_get(1).map_err(failed)?;
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    Ok((attempts, unsigned(millis)))
}

async fn execute(store: &Postgres, text: &str, values: &[Sql<'_>]) -> Result<u64, StoreError> {
    let failed = |error| failed(SETTLING, error);
    let (mut session, _) = store.session(SETTLING).await?;
    let statement = session.statement(text).await.map_err(failed)?;
    session.execute(&statement, values).await.map_err(failed)
}

async fn read(store: &Postgres, text: &str, values: &[Sql<'_>]) -> Result<Vec<Row>, StoreError> {
    let failed = |error| failed(READING, error);
    let (mut session, _) = store.session(READING).await?;
    let statement = session.statement(text).await.map_err(failed)?;
    let rows = session.query(&statement, values).await;
    let rows = rows.map_err(failed)?;
    rows.iter().map(row).collect()
}

/// A row as it stands in the table.
fn row(columns: &Columns) -> Result<Row, StoreError> {
    let stored = (|| Ok(stored!(columns.try_get)))();
    stored.map_err(|error| failed(READING, error))?.row()
}
