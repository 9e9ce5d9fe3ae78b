//! What a provider's sandbox has to say for itself, and what it is given.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::clock::unix_millis;

use super::callback::{Callback, CallbackAnswer, DeliveryId};
use super::form::Fields;
use super::history::{Happening, History};
use super::json::JsonObject;
use super::ledger::Ledger;
use super::listed::{Action, Listed};
use super::message::{Reply, Request};
use super::outbox::Outbox;
use super::random::Random;

/// A provider's side of its protocol: a state machine without I/O and without a clock of its own.
///
/// One request, answer or command at a time; the kit does everything around it. A copy is what it was,
/// for queries that lag behind.
pub trait Provider: Clone + Send + 'static {
    /// Answers a request.
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply;

    /// Whether a request may be written into a file, where the sandbox is to know of it after a restart.
    /// One that may not must have changed nothing.
    fn may_rest(&self, request: &Request) -> bool {
        let _ = request;
        true
    }

    /// Does what the passing of time does. Called before every other method, and at the moments
    /// asked for with [`Context::wake_at`].
    fn tick(&mut self, context: &mut Context<'_>) {
        let _ = context;
    }

    /// Hears what a merchant answered to a callback.
    fn answered(&mut self, answer: &CallbackAnswer, context: &mut Context<'_>) {
        let _ = (answer, context);
    }

    /// Does what was asked for at `POST /_sandbox/<name>`; `None` when there is no such command.
    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        let _ = (name, fields, context);
        None
    }

    /// What `GET /_sandbox/state` shows of it at `now`: no secret, nothing personal.
    fn state(&self, now: Duration) -> JsonObject {
        let _ = now;
        JsonObject::new()
    }

    /// Its payments for people to look at, oldest first: no secret, nothing personal.
    fn payments(&self) -> Vec<Listed> {
        Vec::new()
    }

    /// What can be done at `now` about the payment of that id, or about none: each a command of
    /// [`Provider::command`].
    fn actions(&self, id: Option<&str>, now: Duration) -> Vec<Action> {
        let _ = (id, now);
        Vec::new()
    }
}

/// What a [`Provider`] works with while it handles one thing.
pub struct Context<'a> {
    pub(super) now: Duration,
    pub(super) wall: SystemTime,
    pub(super) base_url: &'a str,
    pub(super) ledger: &'a mut Ledger,
    pub(super) outbox: &'a mut Outbox,
    pub(super) wakes: &'a mut BTreeSet<Duration>,
    pub(super) random: &'a mut Random,
    pub(super) history: &'a mut History,
    pub(super) dirty: bool,
}

impl<'a> Context<'a> {
    /// The moment on the sandbox's clock; the same throughout one request.
    #[must_use]
    pub const fn now(&self) -> Duration {
        self.now
    }

    /// The time of day in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn unix_millis(&self) -> u64 {
        unix_millis(self.wall)
    }

    /// The time of day, UTC.
    #[must_use]
    pub const fn wall(&self) -> SystemTime {
        self.wall
    }

    /// Where this sandbox is reached, without a slash at the end.
    #[must_use]
    pub const fn base_url(&self) -> &'a str {
        self.base_url
    }

    /// Writes into the ledger that `kind` happened to `reference`.
    pub fn record(&mut self, kind: &str, reference: &str, amount: Option<&str>) {
        self.ledger.record(kind, reference, amount, self.now);
        let what = Happening::Effect {
            kind: kind.to_owned(),
            amount: amount.map(str::to_owned),
        };
        self.history.push(&[reference], what);
    }

    /// Says that what is being done is about this reference, where nothing is recorded or sent: a
    /// query, a page.
    pub fn concerns(&mut self, reference: &str) {
        self.history.concerns(reference);
    }

    /// What happened so far.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        self.ledger
    }

    /// Sends a callback, as the [`CallbackMode`](super::CallbackMode) has it.
    pub fn send(&mut self, callback: Callback) -> DeliveryId {
        self.dirty = true;
        let reference = callback.reference.clone();
        let id = self.outbox.push(callback, self.now);
        self.history.push(&[&reference], Happening::Callback(id));
        id
    }

    /// Sends a callback again, `times` copies at once. `false` when there is no such callback.
    pub fn resend(&mut self, id: DeliveryId, times: usize) -> bool {
        self.dirty = true;
        self.outbox.resend(id, times)
    }

    /// The last callback about `reference`.
    #[must_use]
    pub fn last_callback(&self, label: &str, reference: &str) -> Option<DeliveryId> {
        self.outbox
            .deliveries()
            .iter()
            .rev()
            .find(|delivery| delivery.label() == label && delivery.reference() == reference)
            .map(super::callback::Delivery::id)
    }

    /// Asks for [`Provider::tick`] at that moment.
    pub fn wake_at(&mut self, moment: Duration) {
        self.dirty = true;
        self.wakes.insert(moment);
    }

    /// Numbers that are the same for the same seed.
    pub const fn random(&mut self) -> &mut Random {
        self.random
    }
}

/// Without what it reaches.
impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
