//! What stands around the parts: nothing, or somebody who spoils them.

use std::sync::Arc;

use payments_core::incoming::{InboxStore, Next};
use payments_core::journal::Journal;
use payments_core::store::Sqlite;

use super::callback::Effect;

/// Where the parts can be spoiled, for tests.
#[derive(Clone, Copy)]
pub(super) struct Wrapped {
    /// The store that callbacks are accepted into.
    pub(super) accepting: fn(Arc<dyn InboxStore>) -> Arc<dyn InboxStore>,
    /// What the merchant calls an account of its.
    pub(super) called: fn(&'static str) -> &'static str,
    /// What is done with a callback before the transaction that ends its row.
    pub(super) before: fn(&Sqlite, Effect) -> Next<Effect>,
    /// The journal of the payer.
    pub(super) journal: fn(Journal) -> Journal,
}

impl Wrapped {
    pub(super) const NOT: Self = Self {
        accepting: |store| store,
        called: |account| account,
        before: |_, effect| Next::Act(effect),
        journal: |journal| journal,
    };
}
