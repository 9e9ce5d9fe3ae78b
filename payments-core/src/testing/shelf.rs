//! Where a flow that is played keeps what comes in and what goes out: in memory, or in a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Runtime;

use super::Overheard;
use super::stage::falls_over;
#[cfg(all(feature = "postgres", unix))]
use crate::incoming::Acting;
#[cfg(any(feature = "sqlite", all(feature = "postgres", unix)))]
use crate::incoming::Next;
use crate::incoming::{Accepted, Inbox, Message, Row};
use crate::journal::{Journal, MemoryJournal};
#[cfg(all(feature = "postgres", unix))]
use crate::store::Postgres;
#[cfg(feature = "sqlite")]
use crate::store::Sqlite;

/// What inbox and journals of a stage are kept in. Cheap to clone; the clones are one.
#[derive(Clone)]
pub(super) struct Shelf {
    kept: Kept,
    /// Tells the accounts of its journals apart.
    accounts: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Kept {
    Memory,
    #[cfg(feature = "sqlite")]
    Sqlite(Sqlite),
    #[cfg(all(feature = "postgres", unix))]
    Postgres(Postgres),
}

impl Shelf {
    pub(super) fn in_memory() -> Self {
        Self::of(Kept::Memory)
    }

    #[cfg(feature = "sqlite")]
    pub(super) fn in_sqlite(store: Sqlite) -> Self {
        Self::of(Kept::Sqlite(store))
    }

    #[cfg(all(feature = "postgres", unix))]
    pub(super) fn in_postgres(store: Postgres) -> Self {
        Self::of(Kept::Postgres(store))
    }

    fn of(kept: Kept) -> Self {
        Self {
            kept,
            accounts: Arc::default(),
        }
    }

    /// What is heard of it at least: PostgreSQL's client logs each statement with its parameters.
    pub(super) fn said(&self) -> &'static [&'static str] {
        match &self.kept {
            Kept::Memory => &[],
            #[cfg(feature = "sqlite")]
            Kept::Sqlite(_) => &[],
            #[cfg(all(feature = "postgres", unix))]
            Kept::Postgres(_) => &["INSERT INTO payments_inbox", "with parameters"],
        }
    }

    /// A journal in which nothing is recorded yet.
    pub(super) fn journal(&self) -> Journal {
        let number = self.accounts.fetch_add(1, Ordering::Relaxed);
        let account = format!("shop {number}");
        match &self.kept {
            Kept::Memory => Journal::new(MemoryJournal::new(), &account),
            #[cfg(feature = "sqlite")]
            Kept::Sqlite(store) => Journal::new(store.clone(), &account),
            #[cfg(all(feature = "postgres", unix))]
            Kept::Postgres(store) => Journal::new(store.clone(), &account),
        }
    }

    /// The inbox.
    pub(super) fn inbox(&self, runtime: &Arc<Runtime>) -> PlayedInbox {
        PlayedInbox {
            on: match &self.kept {
                Kept::Memory => On::Memory(Inbox::in_memory()),
                #[cfg(feature = "sqlite")]
                Kept::Sqlite(store) => On::Sqlite(Inbox::in_sqlite(store.clone())),
                #[cfg(all(feature = "postgres", unix))]
                Kept::Postgres(store) => On::Postgres(Inbox::in_postgres(store.clone())),
            },
            runtime: Arc::clone(runtime),
        }
    }
}

/// An inbox of a [`Stage`](super::Stage), in whatever that keeps things in.
#[derive(Clone, Debug)]
pub struct PlayedInbox {
    on: On,
    runtime: Arc<Runtime>,
}

#[derive(Clone, Debug)]
enum On {
    Memory(Inbox),
    #[cfg(feature = "sqlite")]
    Sqlite(Inbox<Sqlite>),
    #[cfg(all(feature = "postgres", unix))]
    Postgres(Inbox<Postgres>),
}

impl PlayedInbox {
    /// Takes a message in.
    ///
    /// # Errors
    /// What the store said.
    pub fn accept<M: Message>(&self, message: &M) -> Result<Accepted, String> {
        let kept = match &self.on {
            On::Memory(inbox) => inbox.keep(message),
            #[cfg(feature = "sqlite")]
            On::Sqlite(inbox) => inbox.keep(message),
            #[cfg(all(feature = "postgres", unix))]
            On::Postgres(inbox) => inbox.keep(message),
        };
        self.runtime
            .block_on(kept)
            .map_err(|error| error.to_string())
    }

    /// Works it off with a handler that panics over what it holds, in its transaction where there is one.
    pub(super) fn panic_over(&self, overheard: &Overheard) {
        let heard = overheard.clone();
        let show = move |row: &Row| {
            heard.show(row);
            heard.show(&row.inbound());
        };
        let work = match self.on.clone() {
            On::Memory(inbox) => self.runtime.spawn(async move {
                let handler = |row: Row| {
                    show(&row);
                    async move { falls_over(&row) }
                };
                let _ = inbox.work(handler).await;
            }),
            #[cfg(feature = "sqlite")]
            On::Sqlite(inbox) => self.runtime.spawn(async move {
                let confirm = |row: Row| {
                    show(&row);
                    async { Next::Act(()) }
                };
                let _ = inbox.work(confirm, |_, row, ()| Ok(falls_over(row))).await;
            }),
            #[cfg(all(feature = "postgres", unix))]
            On::Postgres(inbox) => self.runtime.spawn(async move {
                let confirm = |row: Row| {
                    show(&row);
                    async { Next::Act(()) }
                };
                let _ = inbox.work(confirm, fall_over).await;
            }),
        };
        if let Err(error) = self.runtime.block_on(work) {
            overheard.fail(&error);
        }
    }
}

#[cfg(all(feature = "postgres", unix))]
fn fall_over<'t>(_: &'t tokio_postgres::Transaction<'_>, row: &'t Row, (): ()) -> Acting<'t> {
    Box::pin(async move { Ok(falls_over(row)) })
}
