//! A SQLite database of the merchant's own, opened so that a commit lasts.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};
use tokio::runtime::Handle;

use self::group::Group;
use self::line::Place;
use self::place::OpenFile;
use super::error::{StoreError, StoreFailure};
use super::schema::{self, OPENING, OWNER, SQLITE, TABLES, VERSIONS, foreign};
use crate::clock::{Clock, SystemClock, unix_millis};

mod group;
mod line;
mod place;

/// How long whoever comes waits for another connection that writes, unless somebody says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// SQLite counts milliseconds up to 2³¹.
const LONGEST: Duration = Duration::from_secs(1_000_000);

/// How long between two tries where SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(10);

/// What is done each time a database is opened, if the first says so.
const IS_BETWEEN: &str = include_str!("sqlite/is_between.sql");
const QUEUE_BETWEEN: &str = include_str!("sqlite/queue_between.sql");

/// What inbox and journal are kept in: one connection to a SQLite database, and the tables of
/// `store/sqlite/1.sql` and `2.sql` in it. Cheap to clone; the clones share the connection, one at a time.
///
/// The connection is set to write-ahead logging and `synchronous = FULL`: what is committed
/// survives a loss of power. Other connections may use the same file, those of other processes too,
/// but not over a network file system, which write-ahead logging does not work on.
///
/// ```
/// use payments_core::store::Sqlite;
///
/// let store = Sqlite::in_memory()?;
/// let rows: i64 = store.transaction("counting", |transaction| {
///     Ok(transaction.query_row("SELECT count(*) FROM payments_inbox", [], |row| row.get(0))?)
/// })?;
/// assert_eq!(rows, 0);
/// # Ok::<(), payments_core::store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct Sqlite {
    connection: Arc<Mutex<Connection>>,
    group: Arc<Group>,
    file: Option<Arc<OpenFile>>,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

impl Sqlite {
    /// Opens a file, made where there is none, and brings its tables to this version.
    ///
    /// # Errors
    /// As [`Sqlite::on`], and for a file that cannot be opened or made; the error names it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let opened = Connection::open(path).map_err(|error| failed(OPENING, error));
        opened
            .and_then(Self::on)
            .map_err(|error| error.of_file(path))
    }

    /// A database in memory, for tests: it is gone with the last clone.
    ///
    /// # Errors
    /// As [`Sqlite::on`].
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::on(Connection::open_in_memory().map_err(|error| failed(OPENING, error))?)
    }

    /// Takes a connection of the caller's, and brings the tables of its database to this version.
    /// The caller's own tables are left alone. Sets `journal_mode` and `synchronous`, and for each
    /// transaction `busy_timeout` ([`Sqlite::with_patience`]).
    ///
    /// # Errors
    /// [`StoreError`], and nothing is changed: for a database that is read-only, busy or full, whose
    /// tables are of a newer version, or where a table of ours by name is not ours.
    pub fn on(mut connection: Connection) -> Result<Self, StoreError> {
        if !connection.is_autocommit() {
            return Err(StoreError::new(
                StoreFailure::Other,
                OPENING,
                "the connection has a transaction open: end it first",
            ));
        }
        prepare(&connection).map_err(|error| failed(OPENING, error))??;
        migrate(&mut connection)?;
        Self::heal(&connection).map_err(|error| failed(OPENING, error))?;
        let file = OpenFile::of(&connection).map_err(|error| {
            let problem = "the file cannot be found";
            StoreError::new(StoreFailure::Unavailable, OPENING, problem).with_source(error)
        })?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            group: Arc::default(),
            file: file.map(Arc::new),
            clock: Arc::new(SystemClock::new()),
            patience: PATIENCE,
        })
    }

    /// Puts into the inbox's queue what has come and would not be claimed. Mostly there is nothing, and nothing
    /// is locked.
    pub(crate) fn heal(connection: &Connection) -> rusqlite::Result<()> {
        if connection.query_row(IS_BETWEEN, [], |row| row.get(0))? {
            connection.execute(QUEUE_BETWEEN, [])?;
        }
        Ok(())
    }

    /// The same on a clock of the caller's: its time of day is what is written, because a process that
    /// comes later has to make sense of it.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The same, waiting so long for another connection that writes, those before it at this one included;
    /// a transaction that cannot begin by then is [`StoreFailure::Busy`]. Without this, ten seconds.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(LONGEST);
        self
    }

    /// The time of day, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(unix_millis(self.clock.wall())).unwrap_or(i64::MAX)
    }

    /// Does `work` in one transaction, which is committed when it gives `Ok`, and rolled back when it
    /// gives an error or panics. Blocks the thread while others write: `work` must not wait for
    /// anything else. `doing` says in errors what it was for.
    ///
    /// # Errors
    /// What `work` gives, and [`StoreError`] where the transaction cannot begin or be committed.
    pub fn transaction<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, StoreError> {
        let done = self.attempt(doing, work)?;
        done.map_err(|error| error.during(doing))
    }

    /// The same for work that may be committed together with that of others who wait for the connection
    /// meanwhile: one flush of the disk for all of them. It is done again, in a transaction of its own,
    /// where the common one fails; nothing is told to anyone before the commit.
    pub(crate) fn together<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl Fn(&Transaction<'_>) -> Result<T, SqliteError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let member = self.group.join(self.clock.monotonic(), work);
        let _turn = match self.group.lead(&member) {
            Ok(turn) => turn,
            Err(done) => return Ok(done),
        };
        let mut connection = match self.connection(doing, member.place()) {
            Ok(connection) => connection,
            Err(error) => {
                self.group.take_back(member.place());
                return Err(error);
            }
        };
        let find = || self.find(doing, OpenFile::was_there);
        if self.group.commit(&mut connection, find)
            && let Some(done) = member.committed()
        {
            return Ok(done);
        }
        // Those who waited with it waited as long.
        self.be_patient(&connection, doing, member.place())?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| failed(doing, error))?;
        self.find(doing, OpenFile::was_there)?;
        let done = member
            .work(&transaction)
            .map_err(|error| error.during(doing))?;
        transaction.commit().map_err(|error| failed(doing, error))?;
        Ok(done)
    }

    /// Does one statement that changes something, which SQLite makes a transaction of by itself: there is
    /// nothing to begin and to commit. Nothing is done where somebody else has the connection or waits for it.
    pub(crate) fn alone<T>(
        &self,
        doing: &'static str,
        statement: impl FnOnce(&Connection) -> Result<Option<T>, SqliteError>,
    ) -> Result<Option<T>, StoreError> {
        let now = self.clock.monotonic();
        let Some((_turn, place)) = self.group.line.at_once(now) else {
            return Ok(None);
        };
        self.find(doing, OpenFile::was_there)?;
        let connection = self.take(doing, place)?;
        let done = statement(&connection).map_err(|error| error.during(doing))?;
        // It may have waited for others that write.
        self.find(doing, OpenFile::was_there)?;
        Ok(done)
    }

    /// The same for work that fails in ways of its own, after which everything is rolled back too.
    pub(crate) fn attempt<T, E>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let line = &self.group.line;
        let place = line.join(self.clock.monotonic());
        let Ok(_turn) = line.turn(place, || None::<Infallible>);
        let mut connection = self.connection(doing, place)?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| failed(doing, error))?;
        // It may have waited for others that write.
        self.find(doing, OpenFile::was_there)?;
        let done = work(&transaction);
        if done.is_ok() {
            transaction.commit().map_err(|error| failed(doing, error))?;
        }
        Ok(done)
    }

    /// The connection, for whoever has the turn, to the file that is there.
    fn connection(
        &self,
        doing: &'static str,
        place: Place,
    ) -> Result<MutexGuard<'_, Connection>, StoreError> {
        self.find(doing, OpenFile::is_there)?;
        self.take(doing, place)
    }

    /// Makes sure of the file, if there is one.
    fn find(
        &self,
        doing: &'static str,
        is_there: impl FnOnce(&OpenFile, Duration) -> bool,
    ) -> Result<(), StoreError> {
        let file = self.file.as_deref();
        if file.is_none_or(|file| is_there(file, self.clock.monotonic())) {
            return Ok(());
        }
        let problem = "the file was moved, replaced or deleted while it was open";
        Err(StoreError::new(StoreFailure::Unavailable, doing, problem))
    }

    /// The connection, which waits for others that write as long as the patience lasts. A transaction that a
    /// panic left was rolled back, so that it is whole.
    fn take(
        &self,
        doing: &'static str,
        place: Place,
    ) -> Result<MutexGuard<'_, Connection>, StoreError> {
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        self.be_patient(&connection, doing, place)?;
        Ok(connection)
    }

    /// Lets SQLite wait for others that write for what is left of the patience.
    fn be_patient(
        &self,
        connection: &Connection,
        doing: &'static str,
        place: Place,
    ) -> Result<(), StoreError> {
        let left = place.left(self.patience, self.clock.monotonic());
        let set = connection.busy_timeout(left);
        set.map_err(|error| failed(doing, error))
    }

    /// Does `job` on a thread that may block, where there is a tokio runtime, and at once where there
    /// is none. It is done whether or not the future is waited for.
    pub(crate) fn on_thread<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>> {
        let Ok(runtime) = Handle::try_current() else {
            return Box::pin(ready(job(self)));
        };
        let store = self.clone();
        let task = runtime.spawn_blocking(move || job(&store));
        Box::pin(async move {
            match task.await {
                Ok(done) => done,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => {
                        let problem = "the runtime is shutting down";
                        let doing = "working with the store";
                        Err(StoreError::new(StoreFailure::Unavailable, doing, problem)
                            .with_source(error))
                    }
                },
            }
        })
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sqlite(..)")
    }
}

/// What goes wrong within a transaction: SQLite's own word, or one of ours. It is an error like others, so
/// that what writes in a [`Sqlite::transaction`] can also write where an inbox acts.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// SQLite's.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
    /// Ours.
    #[error(transparent)]
    Store(StoreError),
    /// That of the caller's own work.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl SqliteError {
    /// An error of the caller's own, after which everything is rolled back too: a value that cannot be
    /// read, say.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    pub(crate) fn during(self, doing: &'static str) -> StoreError {
        match self {
            Self::Sqlite(error) => failed(doing, error),
            Self::Store(error) => error,
            Self::Other(error) => {
                StoreError::new(StoreFailure::Other, doing, error.to_string()).with_source(error)
            }
        }
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for SqliteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What SQLite says, in the words of a store.
fn failed(doing: &'static str, error: rusqlite::Error) -> StoreError {
    let (failure, problem) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (StoreFailure::Busy, "another connection is writing")
        }
        Some(ErrorCode::DiskFull) => (StoreFailure::Full, "the database is full"),
        Some(ErrorCode::ReadOnly) => (StoreFailure::ReadOnly, "the database is read-only"),
        Some(ErrorCode::CannotOpen) => (StoreFailure::Unavailable, "the file cannot be opened"),
        Some(ErrorCode::SystemIoFailure) => (
            StoreFailure::Unavailable,
            "reading or writing the file failed",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (StoreFailure::Other, "the file is damaged"),
        Some(ErrorCode::NotADatabase) => (StoreFailure::Foreign, "the file is no SQLite database"),
        _ => (StoreFailure::Other, "SQLite refused a statement"),
    };
    StoreError::new(failure, doing, problem).with_source(error)
}

/// Sets what makes a commit last. SQLite answers a mode that it cannot have with the one it has.
fn prepare(connection: &Connection) -> rusqlite::Result<Result<(), StoreError>> {
    if connection.is_readonly("main")? {
        let problem = "the database is read-only";
        return Ok(Err(StoreError::new(
            StoreFailure::ReadOnly,
            OPENING,
            problem,
        )));
    }
    connection.busy_timeout(PATIENCE)?;
    let mode = write_ahead(connection)?;
    if mode != "wal" && mode != "memory" {
        let problem = format!("write-ahead logging is not to be had, the mode is {mode}");
        return Ok(Err(StoreError::new(StoreFailure::Other, OPENING, problem)));
    }
    // 2 is FULL. `fullfsync` is for the one system where a plain flush stops at the disk's cache.
    connection.pragma_update(None, "synchronous", 2)?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(Ok(()))
}

/// Switches to write-ahead logging, and gives the mode that it is in. Where several connections switch
/// a new file at once, SQLite tells all but one at once that it is busy, however patient they are.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let clock = SystemClock::new();
    let mut left = PATIENCE;
    loop {
        let set = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
        match set {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                left = left.checked_sub(PAUSE).ok_or(error)?;
                clock.sleep_blocking(PAUSE);
            }
            Err(_) | Ok(_) => return set,
        }
    }
}

/// Brings the tables to this version, in one transaction.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let failed = |error| failed(OPENING, error);
    // Also of two processes that open a new file at once, one makes the tables.
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let from = version(&transaction)?;
    let steps = SQLITE.get(from..).unwrap_or_default();
    if from == 0 {
        for (table, _) in TABLES {
            if exists(&transaction, table).map_err(failed)? {
                return Err(foreign(table, "is there, and was not made by this library"));
            }
        }
        let versions = format!(
            "CREATE TABLE {VERSIONS} (owner TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) \
             STRICT; INSERT INTO {VERSIONS} VALUES ('{OWNER}', 0);"
        );
        transaction.execute_batch(&versions).map_err(failed)?;
    }
    for step in steps {
        if let Err(error) = transaction.execute_batch(step) {
            // That tables are missing is the better word for it.
            if from > 0 {
                check(&transaction)?;
            }
            return Err(failed(error));
        }
    }
    if !steps.is_empty() {
        let update = format!("UPDATE {VERSIONS} SET version = ?1");
        let newest = i64::try_from(SQLITE.len()).unwrap_or(i64::MAX);
        transaction.execute(&update, [newest]).map_err(failed)?;
    }
    check(&transaction)?;
    transaction.commit().map_err(failed)
}

/// Whether the tables are those of this version.
fn check(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    for (table, columns) in TABLES {
        transaction
            .prepare(&format!("SELECT {columns} FROM {table}"))
            .map_err(|error| foreign(table, "lacks columns of its version").with_source(error))?;
    }
    Ok(())
}

/// The version that the tables are of; 0 for none.
fn version(transaction: &Transaction<'_>) -> Result<usize, StoreError> {
    if !exists(transaction, VERSIONS).map_err(|error| failed(OPENING, error))? {
        return Ok(0);
    }
    let found: Option<(String, i64)> = transaction
        .query_row(
            &format!("SELECT owner, version FROM {VERSIONS}"),
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(|error| foreign(VERSIONS, "is not ours").with_source(error))?;
    schema::version(found, SQLITE.len())
}

fn exists(transaction: &Transaction<'_>, name: &str) -> rusqlite::Result<bool> {
    transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE lower(name) = ?1)",
        [name],
        |row| row.get(0),
    )
}
