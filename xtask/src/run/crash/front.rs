//! The store of an inbox as its routes see it, whichever it is.

use std::sync::Arc;

use payments_core::incoming::{
    Accepted, Answer, End, Entry, InboxStore, Key, Lease, Purged, Retention, Row, Terms,
};

/// One of the stores.
#[derive(Clone)]
pub(super) struct Front(pub(super) Arc<dyn InboxStore>);

impl InboxStore for Front {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        self.0.keep(entry)
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        self.0.claim(terms)
    }

    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool> {
        self.0.end(claim, end)
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        self.0.dead_letters(most)
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        self.0.revive(key)
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        self.0.discard(key)
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        self.0.purge(keep)
    }

    fn abandon(&self, claim: Lease, end: End) {
        self.0.abandon(claim, end);
    }
}
