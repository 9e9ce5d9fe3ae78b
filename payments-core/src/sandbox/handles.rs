//! The handles on a sandbox's faults and callbacks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;

use super::callback::{CallbackMode, Delivery, DeliveryId};
use super::fault::Fault;
use super::inputs::{What, nanos};
use super::kit::Kit;
use super::outbox::Outbox;
use super::plan::{Armed, Plan};
use super::watch::Watch;

/// Arms faults. Paths are compared by segment; `*` stands for one segment, as the last segment for
/// any number of them. `/_sandbox/` is never struck.
#[derive(Clone)]
pub struct Faults {
    kit: Arc<Kit>,
}

impl Faults {
    pub(super) const fn new(kit: Arc<Kit>) -> Self {
        Self { kit }
    }

    /// Strikes the next request to `paths`.
    pub fn next(&self, paths: &str, fault: Fault) {
        self.times(paths, fault, 1);
    }

    /// Strikes the next `times` requests to `paths`.
    pub fn times(&self, paths: &str, fault: Fault, times: u32) {
        self.rearm(|plan| plan.arm(paths, fault, times));
    }

    /// Strikes `per_mille` of a thousand requests to `paths`, each with one of `faults`, by the seed.
    pub fn share(&self, paths: &str, per_mille: u16, faults: Vec<Fault>) {
        self.rearm(|plan| plan.share(paths, per_mille, faults));
    }

    /// Disarms everything.
    pub fn clear(&self) {
        self.rearm(Plan::clear);
    }

    fn rearm(&self, change: impl FnOnce(&mut Plan)) {
        let mut state = self.kit.lock();
        change(&mut state.plan);
        state.note_armed(self.kit.moment());
        drop(state);
        self.kit.note_change();
    }

    /// What is armed, in the order in which it is looked at.
    #[must_use]
    pub fn armed(&self) -> Vec<Armed> {
        self.kit.lock().plan.armed()
    }

    /// Counts the requests to `paths` from now on.
    pub fn watch(&self, paths: &str) -> Watch {
        Watch::new(Arc::clone(&self.kit), paths)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults")
            .field(&self.kit.lock().plan)
            .finish()
    }
}

/// There is no callback of that number, or none about that reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such callback")]
pub struct NoSuchCallback;

/// Lists callbacks and sends them late, again, out of order or not at all.
#[derive(Clone)]
pub struct Callbacks {
    kit: Arc<Kit>,
}

impl Callbacks {
    pub(super) const fn new(kit: Arc<Kit>) -> Self {
        Self { kit }
    }

    /// Every callback, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<Delivery> {
        self.kit.lock().outbox.deliveries().to_vec()
    }

    /// Those about `reference`, oldest first.
    #[must_use]
    pub fn about(&self, reference: &str) -> Vec<Delivery> {
        let state = self.kit.lock();
        let deliveries = state.outbox.deliveries().iter();
        deliveries
            .filter(|delivery| delivery.reference() == reference)
            .cloned()
            .collect()
    }

    /// Says what becomes of callbacks from now on; those under way go on.
    pub fn set_mode(&self, mode: CallbackMode) {
        let mut state = self.kit.lock();
        state.outbox.set_mode(mode);
        state
            .recorder
            .record(self.kit.moment(), || What::mode(mode));
        drop(state);
        self.kit.note_change();
    }

    /// What becomes of callbacks.
    #[must_use]
    pub fn mode(&self) -> CallbackMode {
        self.kit.lock().outbox.mode()
    }

    /// The callback of that number.
    #[must_use]
    pub fn find(&self, id: DeliveryId) -> Option<Delivery> {
        let state = self.kit.lock();
        let mut deliveries = state.outbox.deliveries().iter();
        deliveries.find(|delivery| delivery.id() == id).cloned()
    }

    /// Sends those about `reference` again, the last one first and one after the other: out of order.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn resend_reversed(&self, reference: &str) -> Result<(), NoSuchCallback> {
        self.by_hand(
            |outbox| outbox.resend_reversed(reference),
            || What::ResendReversed {
                reference: reference.to_owned(),
            },
        )
    }

    /// Sends one again this much later, on the sandbox's clock.
    ///
    /// # Errors
    ///
    /// When there is no such callback.
    pub fn resend_after(&self, id: DeliveryId, pause: Duration) -> Result<(), NoSuchCallback> {
        let at = self.kit.clock.monotonic().saturating_add(pause);
        self.by_hand(
            |outbox| outbox.resend_at(id, at),
            || What::ResendAt {
                id: id.0,
                at: nanos(at),
            },
        )
    }

    /// Sends what was held, in order.
    pub fn release(&self) {
        self.release_all(false);
    }

    /// Sends what was held, the last one first.
    pub fn release_reversed(&self) {
        self.release_all(true);
    }

    fn release_all(&self, reversed: bool) {
        let mut state = self.kit.lock();
        state.outbox.release(reversed);
        let what = || What::Release { reversed };
        state.recorder.record(self.kit.moment(), what);
        drop(state);
        self.kit.wake();
    }

    /// What was sent by hand is written down, if there was such a callback.
    fn by_hand(
        &self,
        send: impl FnOnce(&mut Outbox) -> bool,
        what: impl FnOnce() -> What,
    ) -> Result<(), NoSuchCallback> {
        let mut state = self.kit.lock();
        let known = send(&mut state.outbox);
        if known {
            state.recorder.record(self.kit.moment(), what);
        }
        drop(state);
        self.kit.wake();
        if known { Ok(()) } else { Err(NoSuchCallback) }
    }

    /// Sends one again now, byte for byte. Outside the retry rules: a failure is not retried and does
    /// not count; it goes to a disabled endpoint too.
    ///
    /// # Errors
    ///
    /// When there is no such callback.
    pub fn resend(&self, id: DeliveryId) -> Result<(), NoSuchCallback> {
        self.burst(id, 1)
    }

    /// Sends `times` copies of one at once.
    ///
    /// # Errors
    ///
    /// When there is no such callback.
    pub fn burst(&self, id: DeliveryId, times: usize) -> Result<(), NoSuchCallback> {
        self.by_hand(
            |outbox| outbox.resend(id, times),
            || What::Resend { id: id.0, times },
        )
    }

    /// Whether too many failures have disabled that endpoint.
    #[must_use]
    pub fn is_disabled(&self, url: &str) -> bool {
        self.kit.lock().outbox.is_disabled(url)
    }

    /// Enables an endpoint again and forgets its failures. What it has missed stays unsent.
    pub fn enable(&self, url: &str) {
        let mut state = self.kit.lock();
        state.outbox.enable(url);
        let what = || What::Enable {
            url: url.to_owned(),
        };
        state.recorder.record(self.kit.moment(), what);
        drop(state);
    }

    /// Blocks until nothing is due or under way; `false` when that takes longer than `limit` (real
    /// time). Not from the thread that has to answer the callbacks: see [`Callbacks::idle`].
    #[must_use]
    pub fn wait_until_idle(&self, limit: Duration) -> bool {
        self.kit.wait_until_idle(limit)
    }

    /// Waits until nothing is due or under way.
    pub async fn idle(&self) {
        let mut changes = self.kit.subscribe();
        loop {
            if self.kit.is_idle(&self.kit.lock()) || changes.changed().await.is_err() {
                return;
            }
        }
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Callbacks").field(&self.list()).finish()
    }
}
