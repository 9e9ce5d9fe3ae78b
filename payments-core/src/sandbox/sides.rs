//! The provider as it is, and as it was before the ledger last changed.

use std::collections::BTreeSet;

use crate::clock::Clock;

use super::history::History;
use super::kit::Kit;
use super::ledger::Ledger;
use super::message::{Reply, Request};
use super::outbox::Outbox;
use super::provider::{Context, Provider};
use super::random::Random;

/// Both, where somebody may ask for what was.
pub(super) struct Sides<P> {
    pub(super) now: P,
    before: Option<Past<P>>,
}

impl<P: Provider> Sides<P> {
    pub(super) const fn new(now: P) -> Self {
        Self { now, before: None }
    }

    /// A copy of how things stand.
    pub(super) fn as_it_is(&self, ledger: &Ledger) -> Past<P> {
        Past {
            provider: self.now.clone(),
            ledger: ledger.clone(),
        }
    }

    /// Keeps `past` if the ledger has changed since; forgets all when nobody may ask any more.
    pub(super) fn remember(&mut self, past: Option<Past<P>>, has_changed: bool) {
        if past.is_none() || has_changed {
            self.before = past;
        }
    }

    pub(super) const fn before(&self) -> Option<&Past<P>> {
        self.before.as_ref()
    }
}

/// How things stood.
pub(super) struct Past<P> {
    provider: P,
    ledger: Ledger,
}

impl<P: Provider> Past<P> {
    /// What it would have answered; nothing comes of it.
    pub(super) fn handle(&self, request: &Request, kit: &Kit, mut random: Random) -> Reply {
        let Self { provider, ledger } = self;
        let (mut provider, mut ledger) = (provider.clone(), ledger.clone());
        let mut context = Context {
            now: kit.clock.monotonic(),
            wall: kit.clock.wall(),
            base_url: &kit.base_url,
            ledger: &mut ledger,
            outbox: &mut Outbox::default(),
            wakes: &mut BTreeSet::new(),
            random: &mut random,
            history: &mut History::default(),
            dirty: false,
        };
        provider.tick(&mut context);
        provider.handle(request, &mut context)
    }
}
