//! What an inbox needs of the store that it keeps its rows in.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::row::{Accepted, Entry, Key, Row};
use crate::store::StoreError;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::store::storable;

/// What a store answers, after waiting or at once.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps the rows of an inbox. Each step is whole: after an error nothing has changed.
///
/// Time is the store's own. A clock that jumps back must not hold rows up: what a store once wrote
/// as due then is due when the clock stands before the moment of writing.
/// `payments_core::testing::inbox_contract` checks an implementation.
pub trait InboxStore: Send + Sync + 'static {
    /// Keeps a message, or says that its key is known, or that it is malformed
    /// ([`Entry::is_malformed`]). When this gives [`Accepted::New`], the row is
    /// committed: it outlives the process and a loss of power, where the store claims to.
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted>;

    /// Gives the oldest row that is due to a worker, and counts an attempt. Of the rows about one
    /// payment only one is given at a time. A row whose worker let its lease run out is given again;
    /// after [`Terms::attempts`] of them it is set aside instead, and so is at once a row that the store
    /// cannot read.
    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>>;

    /// Gives a row back. `false` where the claim is not the newest any more: then nothing has changed.
    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool>;

    /// Rows that were set aside with the last reason, the oldest first, so many at most. One that cannot be
    /// read is among them, as far as it can be.
    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>>;

    /// Lets a row that was set aside be tried again at once. Says whether there was such a row.
    fn revive(&self, key: Key) -> Answer<'_, bool>;

    /// Counts a row that was set aside as done: nothing is to be acted upon. From then on it is kept for as
    /// long as others that are. Says whether there was such a row.
    fn discard(&self, key: Key) -> Answer<'_, bool>;

    /// Deletes what is old enough. Rows that wait are never touched, and those that were set aside only
    /// as [`Retention::dead`] says.
    fn purge(&self, keep: Retention) -> Answer<'_, Purged>;

    /// Gives a row back whose worker was dropped, as far as that can be done without waiting. Where
    /// it cannot, its lease runs out.
    fn abandon(&self, claim: Lease, end: End) {
        let _ = (claim, end);
    }
}

/// On which terms a row is given to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long it is the worker's.
    pub lease: Duration,
    /// After how many attempts it is set aside.
    pub attempts: u32,
}

/// A row that one worker has.
#[derive(Clone, Debug)]
pub struct Lease {
    row: Row,
    id: i64,
    number: i64,
}

impl Lease {
    /// The row, what a store finds it by, and the number of the claim among those on its payment.
    #[must_use]
    pub fn new(row: Row, id: i64, number: i64) -> Self {
        Self { row, id, number }
    }

    /// The row.
    #[must_use]
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// What the store finds the row by.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The number of the claim: each one on a payment has a higher one.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }
}

/// How a claim ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Done, and the payment is settled.
    Settled,
    /// Done.
    Done,
    /// To be tried again after a pause, for this reason.
    Later(Duration, String),
    /// Set aside, for this reason.
    Dead(String),
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl End {
    /// The state that the row has then, when it is due, and why it is not done.
    pub(super) fn columns(&self, now: i64) -> (&'static str, i64, Option<Cow<'_, str>>) {
        match self {
            Self::Settled | Self::Done => ("done", 0, None),
            Self::Later(pause, why) => {
                let due = now.saturating_add(super::columns::millis(*pause));
                ("waiting", due, Some(storable(why)))
            }
            Self::Dead(why) => ("dead", 0, Some(storable(why))),
        }
    }
}

/// How long what is over is kept, counted from when it was done or set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The content of messages: bodies may hold personal data.
    pub content: Duration,
    /// Their keys, and which payments are settled. A repeat counts as one for so long, and as new
    /// after that: longer than any provider sends again, and than anyone replays.
    pub keys: Duration,
    /// Rows that were set aside, with key and content. Without a period they are kept until somebody
    /// revives or discards them; bodies may hold personal data, and for how long a callback that
    /// nobody acted upon may be looked into is the merchant's to say.
    pub dead: Option<Duration>,
}

/// Thirty days of content, two years of keys; what was set aside until somebody says what to do with it.
impl Default for Retention {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            content: Duration::from_secs(30 * DAY),
            keys: Duration::from_secs(730 * DAY),
            dead: None,
        }
    }
}

/// What a purge deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Messages whose content is gone.
    pub contents: u64,
    /// Messages that are gone with their key.
    pub keys: u64,
    /// Messages that were set aside and are gone with their key.
    pub dead: u64,
}
