//! A PostgreSQL database of the merchant's own, for workers on several machines.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
#[cfg(any(feature = "client", feature = "blocking"))]
use std::thread::{self, ThreadId};
use std::time::Duration;

#[cfg(any(feature = "client", feature = "blocking"))]
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::{Client, Config, NoTls};

use self::driver::Driver;
use super::error::{StoreError, StoreFailure};
use crate::clock::{Clock, SystemClock, unix_millis};

mod driver;
mod migrate;
mod session;
mod unlogged;

pub use session::Session;
pub(crate) use session::{begin, failed};
pub(crate) use unlogged::Unlogged;

const CONNECTING: &str = "connecting to PostgreSQL";

/// How long a server may take to be reached, and how long it may be silent on the wire, unless the
/// configuration says otherwise.
const REACHED: Duration = Duration::from_secs(10);
const SILENT: Duration = Duration::from_secs(30);

/// What inbox and journal are kept in: one connection to a PostgreSQL database, and the tables of
/// `store/postgres/1.sql` in its schema. Cheap to clone; the clones share the connection, one
/// transaction at a time. Give each worker one of its own, and the journal too: a handler of the inbox
/// that makes a call in its transaction would wait for itself.
///
/// A connection that was lost is opened anew at the next use, and its tables are looked at again
/// ([`Postgres::connect`], [`Postgres::connect_with`]). What was being done when it broke off fails as
/// [`StoreFailure::Unavailable`] and is worth trying again: nothing of it is committed, or all of it where
/// the commit was under way, which the next try finds. A server that was given up on is asked anew at
/// each use.
///
/// Time is the database's, so that the clocks of the machines need not agree.
#[derive(Clone)]
pub struct Postgres {
    shared: Arc<Shared>,
    clock: Option<Arc<dyn Clock>>,
}

struct Shared {
    session: Mutex<Session>,
    source: Option<Source>,
    /// The thread whose runtime may be what drives a connection of the caller's: while it waits, nothing
    /// would come.
    #[cfg(any(feature = "client", feature = "blocking"))]
    driven_by: Option<ThreadId>,
    /// By which it is told how long somebody waited for the session.
    clock: SystemClock,
}

/// Where connections come from.
struct Source {
    connect: Box<dyn Fn() -> Connecting + Send + Sync>,
    /// Drives them, whichever thread asks for one.
    driver: Driver,
}

type Failed = Box<dyn StdError + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<Client, Failed>> + Send>>;

impl Postgres {
    /// Connects without TLS, to a server on this machine or in a network of one's own:
    /// `host=/run/postgresql user=shop dbname=shop`, or `postgresql://shop@db.internal/shop`. Brings the
    /// tables of the schema to this version, and leaves the caller's own tables alone. Sets
    /// `synchronous_commit`, and limits as [`Postgres::on`] does. A thread of the store's own drives the
    /// connection. A server that cannot be reached within ten seconds is given up on, and so is a
    /// connection over TCP on which nothing is acknowledged for thirty, unless `connect_timeout` or
    /// `tcp_user_timeout` say otherwise.
    ///
    /// # Errors
    /// As [`Postgres::on`], and for a configuration that cannot be read.
    pub async fn connect(configuration: &str) -> Result<Self, StoreError> {
        let mut config: Config =
            configuration
                .parse()
                .map_err(|error: tokio_postgres::Error| {
                    let problem = "the configuration cannot be read";
                    StoreError::new(StoreFailure::Other, CONNECTING, problem).with_source(error)
                })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(REACHED);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENT);
        }
        let config = Arc::new(config);
        Self::connect_with(move || {
            let config = Arc::clone(&config);
            async move {
                let (client, connection) = config.connect(NoTls).await?;
                tokio::spawn(connection);
                Ok::<_, tokio_postgres::Error>(client)
            }
        })
        .await
    }

    /// The same for connections that the caller opens, with TLS, say, or in a schema of its own: `connect`
    /// gives a client, and has the connection that came with it driven, as `tokio_postgres` says: in the
    /// runtime that it is polled in, which is on a thread of the store's own. It is called again where a
    /// connection was lost.
    ///
    /// # Errors
    /// As [`Postgres::on`].
    pub async fn connect_with<C, F, E>(connect: C) -> Result<Self, StoreError>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<Client, E>> + Send + 'static,
        E: Into<Failed> + 'static,
    {
        let connect: Box<dyn Fn() -> Connecting + Send + Sync> = Box::new(move || {
            let client = connect();
            Box::pin(async move { client.await.map_err(Into::into) })
        });
        let driver = Driver::start().map_err(|error| {
            let problem = "no thread is to be had to drive the connection";
            StoreError::new(StoreFailure::Unavailable, CONNECTING, problem).with_source(error)
        })?;
        let source = Source { connect, driver };
        let session = source.session().await?;
        Ok(Self::with(session, Some(source)))
    }

    /// Takes a client of the caller's, and brings the tables of its schema to this version. The
    /// caller's own tables are left alone. Sets `synchronous_commit`; and `lock_timeout` to five seconds
    /// and `statement_timeout` to thirty, where neither the connection nor its user nor the server has
    /// another: what waits for a lock of somebody else's fails as [`StoreFailure::Busy`], so that a callback is
    /// answered in time. Who waits for this connection meanwhile has waited for the lock too. That also
    /// holds for statements of the caller's own in it.
    ///
    /// The connection that came with the client must be driven elsewhere, as `tokio_postgres` says; once it
    /// is lost, every use fails. Where this is called in a runtime of one thread, that thread is taken for
    /// what drives it: a journal's methods that wait, called there, fail instead of waiting for ever.
    ///
    /// # Errors
    /// [`StoreError`], and nothing is changed: for a database that is read-only or gone, whose tables
    /// are of a newer version, or where a table of ours by name is not ours.
    pub async fn on(client: Client) -> Result<Self, StoreError> {
        Ok(Self::with(Session::ready(client).await?, None))
    }

    fn with(session: Session, source: Option<Source>) -> Self {
        Self {
            shared: Arc::new(Shared {
                session: Mutex::new(session),
                #[cfg(any(feature = "client", feature = "blocking"))]
                driven_by: if source.is_none() {
                    lone_thread()
                } else {
                    None
                },
                source,
                clock: SystemClock::new(),
            }),
            clock: None,
        }
    }

    /// Whether this thread may wait for the database.
    ///
    /// # Errors
    /// [`StoreError`] where it is perhaps what drives the connection, and would wait for ever.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn may_wait(&self, doing: &'static str) -> Result<(), StoreError> {
        if self.shared.driven_by != Some(thread::current().id()) {
            return Ok(());
        }
        let problem = "it was asked on the thread whose runtime drives the connection, which would wait \
                       for ever: ask in `tokio::task::spawn_blocking`, or let `Postgres::connect_with` \
                       open the connection";
        Err(StoreError::new(StoreFailure::Other, doing, problem))
    }

    /// The same on a clock of the caller's instead of the database's: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The client, for statements of one's own. While it is held, nothing else happens here.
    ///
    /// # Errors
    /// [`StoreError`] where the connection was lost and no other is to be had.
    pub async fn client(&self) -> Result<MutexGuard<'_, Session>, StoreError> {
        let (session, _) = self.session(CONNECTING).await?;
        Ok(session)
    }

    /// A session whose connection is alive, and the time of day, in milliseconds since 1970-01-01 UTC:
    /// asking for it shows that it is. Where it is not, another is opened.
    pub(crate) async fn session(
        &self,
        doing: &'static str,
    ) -> Result<(MutexGuard<'_, Session>, i64), StoreError> {
        let clock = self.clock.as_deref().unwrap_or(&self.shared.clock);
        let came = clock.monotonic();
        let mut session = self.shared.session.lock().await;
        let waited = clock.monotonic().saturating_sub(came);
        let mut time = session.time(waited).await;
        if let (Err(error), Some(source)) = (&time, &self.shared.source)
            && session::is_lost(error)
        {
            *session = source.session().await?;
            time = session.time(waited).await;
        }
        let time = time.map_err(|error| failed(doing, error))?;
        let now = match &self.clock {
            Some(clock) => i64::try_from(unix_millis(clock.wall())).unwrap_or(i64::MAX),
            None => time,
        };
        Ok((session, now))
    }
}

impl Source {
    /// A new connection, ready. Opened by a task of its driver, so that any thread may wait for it.
    async fn session(&self) -> Result<Session, StoreError> {
        let client = (self.connect)();
        let opened = self.driver.runtime.spawn(async move {
            let client = client.await.map_err(not_connected)?;
            Session::ready(client).await
        });
        opened.await.unwrap_or_else(|error| {
            let problem = "the thread that drives the connection is gone";
            Err(StoreError::new(StoreFailure::Unavailable, CONNECTING, problem).with_source(error))
        })
    }
}

/// This thread, where it is the only one of its runtime.
#[cfg(any(feature = "client", feature = "blocking"))]
fn lone_thread() -> Option<ThreadId> {
    let runtime = Handle::try_current().ok()?;
    let is_lone = runtime.runtime_flavor() == RuntimeFlavor::CurrentThread;
    is_lone.then(|| thread::current().id())
}

/// Why there is no connection.
fn not_connected(error: Failed) -> StoreError {
    let said = match error.downcast::<tokio_postgres::Error>() {
        Ok(error) if error.code().is_some() => return failed(CONNECTING, *error),
        Ok(error) => error,
        Err(error) => error,
    };
    let problem = "the server cannot be reached";
    StoreError::new(StoreFailure::Unavailable, CONNECTING, problem).with_source(said)
}

impl fmt::Debug for Postgres {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Postgres(..)")
    }
}
