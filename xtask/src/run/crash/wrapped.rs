//! What stands around the parts: nothing, or somebody who spoils them.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use payments_core::incoming::{InboxStore, Next};
use payments_core::journal::Journal;
use payments_core::store::{Postgres, Sqlite};

use super::callback::Effect;
use super::part::Place;

/// What is done before a transaction.
pub(super) type Before<'a> = Pin<Box<dyn Future<Output = Next<Effect>> + Send + 'a>>;

/// Where the parts can be spoiled, for tests.
#[derive(Clone, Copy)]
pub(super) struct Wrapped {
    /// The store that callbacks are accepted into.
    pub(super) accepting: fn(Arc<dyn InboxStore>) -> Arc<dyn InboxStore>,
    /// What the merchant calls an account of its.
    pub(super) called: fn(&'static str) -> &'static str,
    /// What is done with a callback before the transaction that ends its row.
    pub(super) before: fn(&Sqlite, Effect) -> Next<Effect>,
    /// The same on a server.
    pub(super) before_on_server: for<'a> fn(&'a Postgres, Effect) -> Before<'a>,
    /// The journal of the payer.
    pub(super) journal: fn(Journal) -> Journal,
    /// What the payer does to its book before anything else.
    pub(super) opening: fn(&Place),
    /// Under which other reference a payout is made again while it is not known what became of it.
    pub(super) again: fn(&str) -> Option<String>,
}

impl Wrapped {
    pub(super) const NOT: Self = Self {
        accepting: |store| store,
        called: |account| account,
        before: |_, effect| Next::Act(effect),
        before_on_server: |_, effect| Box::pin(ready(Next::Act(effect))),
        journal: |journal| journal,
        opening: |_| {},
        again: |_| None,
    };
}
