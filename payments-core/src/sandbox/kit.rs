//! The state behind a sandbox, and the handles that reach it from outside.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;
use tokio::sync::watch;

use crate::clock::{Clock, unix_millis};

use super::clock::SandboxClock;
use super::form::Fields;
use super::gate::Gate;
use super::handles::{Callbacks, Faults};
use super::history::{Happening, History};
use super::inputs::{self, Moment, Recorder, What};
use super::ledger::Ledger;
use super::message::{Reply, Request};
use super::outbox::{Answer, Batch, Job, Outbox};
use super::plan::Plan;
use super::provider::{Context, Provider};
use super::random::Random;
use super::seen::Seen;
use super::settings::Settings;
use super::sides::Sides;
use super::watch::Watches;

/// So many requests are remembered; older ones are forgotten first.
const SEEN: usize = 10_000;

/// So many answers are kept, for those who get another's.
const ANSWERS: usize = 64;

/// What is the same for every provider.
pub(super) struct Kit {
    state: Mutex<KitState>,
    settled: Condvar,
    signal: watch::Sender<()>,
    /// How often anything that is to be seen has changed.
    changes: watch::Sender<u64>,
    stopped: AtomicBool,
    pub(super) gate: Gate,
    pub(super) clock: SandboxClock,
    pub(super) base_url: String,
    token: String,
}

#[derive(Debug)]
pub(super) struct KitState {
    pub(super) ledger: Ledger,
    pub(super) plan: Plan,
    pub(super) outbox: Outbox,
    pub(super) seen: VecDeque<Seen>,
    pub(super) watches: Watches,
    pub(super) history: History,
    pub(super) recorder: Recorder,
    /// The last answers, by path.
    answers: VecDeque<(String, Reply)>,
    /// How many requests wait before they happen.
    pub(super) late: usize,
    pub(super) wakes: BTreeSet<Duration>,
    /// For providers.
    random: Random,
    /// For faults, so that arming one changes no token or number.
    pub(super) chance: Random,
}

impl KitState {
    /// Writes down what is armed from now on.
    pub(super) fn note_armed(&mut self, moment: Moment) {
        let written = || What::Faults(self.plan.written());
        self.recorder.record(moment, written);
    }

    pub(super) fn note_struck(
        &mut self,
        moment: Moment,
        request: &Request,
        status: Option<u16>,
        fault: &'static str,
    ) {
        let Moment { now, wall } = moment;
        self.history.set_now(now, unix_millis(wall));
        let what = happening(request, status, Some(fault));
        self.history.push(&[], what);
    }
}

impl Kit {
    /// Now.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.clock.monotonic(),
            wall: self.clock.wall(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, KitState> {
        lock(&self.state)
    }

    /// Tells the thread that sends callbacks, and whoever waits for it, to look again.
    pub(super) fn wake(&self) {
        self.signal.send_replace(());
        self.settled.notify_all();
    }

    /// Nothing is sent from now on: nobody need wait for it.
    pub(super) fn stop(&self) {
        // Under the lock, so that nobody looks before and waits after.
        let state = self.lock();
        self.stopped.store(true, Ordering::Release);
        drop(state);
        self.wake();
    }

    /// Waits until `is_so`; `false` when that takes longer than `limit`, or nothing happens any more.
    pub(super) fn wait_until(&self, limit: Duration, is_so: impl Fn(&KitState) -> bool) -> bool {
        let waits = |state: &mut KitState| !is_so(state) && !self.stopped.load(Ordering::Acquire);
        let waited = self.settled.wait_timeout_while(self.lock(), limit, waits);
        is_so(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.signal.subscribe()
    }

    /// Tells whoever looks that there is something new.
    pub(super) fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.saturating_add(1));
    }

    pub(super) fn version(&self) -> u64 {
        *self.changes.borrow()
    }

    pub(super) fn watch_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn is_idle(&self, state: &KitState) -> bool {
        if self.stopped.load(Ordering::Acquire) {
            return true;
        }
        let now = self.clock.monotonic();
        state.late == 0
            && state.outbox.is_idle(now)
            && state.wakes.first().is_none_or(|&at| at > now)
    }

    /// Waits until nothing is due or under way; `false` when that takes longer than `limit`.
    pub(super) fn wait_until_idle(&self, limit: Duration) -> bool {
        let waited = self
            .settled
            .wait_timeout_while(self.lock(), limit, |state| !self.is_idle(state));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    pub(super) fn is_token(&self, candidate: &str) -> bool {
        candidate.as_bytes().ct_eq(self.token.as_bytes()).into()
    }
}

/// A sandbox seen from outside: cheap to clone, usable from any thread.
///
/// The parts are reached through small handles: [`Control::faults`], [`Control::callbacks`],
/// [`Control::clock`].
pub struct Control<P> {
    pub(super) kit: Arc<Kit>,
    pub(super) sides: Arc<Mutex<Sides<P>>>,
}

impl<P> Clone for Control<P> {
    fn clone(&self) -> Self {
        Self {
            kit: Arc::clone(&self.kit),
            sides: Arc::clone(&self.sides),
        }
    }
}

impl<P> fmt::Debug for Control<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("base_url", &self.kit.base_url)
            .finish_non_exhaustive()
    }
}

impl<P: Provider> Control<P> {
    /// A sandbox without a server: nothing listens, no callback leaves. For tests of a state machine.
    #[must_use]
    pub fn detached(settings: &Settings, provider: P) -> Self {
        Self::new(settings, provider, "http://127.0.0.1:0".to_owned())
    }

    pub(super) fn new(settings: &Settings, provider: P, base_url: String) -> Self {
        let seed = settings.seed;
        let kit = Kit {
            state: Mutex::new(KitState {
                ledger: Ledger::default(),
                plan: Plan::default(),
                outbox: Outbox::default(),
                seen: VecDeque::new(),
                watches: Watches::default(),
                history: History::default(),
                recorder: Recorder::default(),
                answers: VecDeque::new(),
                late: 0,
                wakes: BTreeSet::new(),
                random: Random::from_seed(seed),
                chance: Random::from_seed(!seed),
            }),
            settled: Condvar::new(),
            signal: watch::Sender::new(()),
            changes: watch::Sender::new(0),
            stopped: AtomicBool::new(false),
            gate: Gate::new(!settings.is_held),
            clock: settings.clock.clone(),
            base_url,
            token: settings
                .control_token
                .clone()
                .unwrap_or_else(unguessable_token),
        };
        Self {
            kit: Arc::new(kit),
            sides: Arc::new(Mutex::new(Sides::new(provider))),
        }
    }

    /// Answers a request as the server would, faults aside.
    #[must_use]
    pub fn handle(&self, request: &Request) -> Reply {
        self.handle_struck(request, None)
    }

    /// The same for a request that a fault strikes.
    pub(super) fn handle_struck(&self, request: &Request, fault: Option<&'static str>) -> Reply {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let (reply, dirty) = self.handle_at(&mut sides, &mut state, moment, request, fault);
        let keep = sides.now.may_rest(request);
        if keep {
            let what = || What::request(request, reply.status(), fault);
            state.recorder.record(moment, what);
        }
        drop(state);
        drop(sides);
        if dirty {
            self.kit.wake();
        }
        self.kit.note_change();
        reply
    }

    pub(super) fn handle_at(
        &self,
        sides: &mut Sides<P>,
        state: &mut KitState,
        moment: Moment,
        request: &Request,
        fault: Option<&'static str>,
    ) -> (Reply, bool) {
        let past = state
            .plan
            .looks_back()
            .then(|| sides.as_it_is(&state.ledger));
        let known = state.ledger.effects().len();
        let (reply, dirty) = self.enter(&mut sides.now, state, moment, |provider, context| {
            context.history.begin(happening(request, None, fault));
            let reply = provider.handle(request, context);
            context.history.end(Some(reply.status()));
            reply
        });
        sides.remember(past, state.ledger.effects().len() > known);
        if state.answers.len() >= ANSWERS {
            state.answers.pop_front();
        }
        let answer = (request.path().to_owned(), reply.clone());
        state.answers.push_back(answer);
        (reply, dirty)
    }

    /// Writes down a request that changed nothing: it never reached the provider, or was answered from
    /// the past.
    pub(super) fn struck(&self, request: &Request, status: Option<u16>, fault: &'static str) {
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let what = || What::Struck {
            method: request.method().to_owned(),
            path: request.path().to_owned(),
            status,
            fault: fault.to_owned(),
        };
        state.recorder.record(moment, what);
        state.note_struck(moment, request, status, fault);
        drop(state);
        self.kit.note_change();
    }

    /// Does one of the provider's own commands; `None` when there is no such command.
    pub(super) fn provider_command(&self, name: &str, fields: &Fields) -> Option<Reply> {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let (reply, _) = self.command_at(&mut sides, &mut state, moment, name, fields);
        if reply.is_some() {
            let pairs = || {
                fields
                    .iter()
                    .map(|(a, b)| (a.to_owned(), b.to_owned()))
                    .collect()
            };
            let what = || What::Command {
                name: name.to_owned(),
                fields: pairs(),
            };
            state.recorder.record(moment, what);
        }
        drop(state);
        drop(sides);
        self.kit.wake();
        self.kit.note_change();
        reply
    }

    pub(super) fn command_at(
        &self,
        sides: &mut Sides<P>,
        state: &mut KitState,
        moment: Moment,
        name: &str,
        fields: &Fields,
    ) -> (Option<Reply>, bool) {
        self.enter(&mut sides.now, state, moment, |provider, context| {
            let name_of_it = name.to_owned();
            let command = Happening::Command { name: name_of_it };
            context.history.begin(command);
            let reply = provider.command(name, fields, context);
            context.history.end(None);
            reply
        })
    }

    /// Looks at the provider, brought up to now. `see` must not use this handle.
    pub(super) fn look<R>(&self, see: impl FnOnce(&P, Duration) -> R) -> R {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let (result, dirty) =
            self.enter(&mut sides.now, &mut state, moment, |provider, context| {
                see(provider, context.now())
            });
        drop(state);
        drop(sides);
        if dirty {
            self.kit.wake();
        }
        result
    }

    /// Answers a request as it would have been answered before the ledger last changed, if somebody
    /// remembers; otherwise as it is.
    pub(super) fn handle_before(&self, request: &Request, fault: &'static str) -> Reply {
        let sides = lock(&self.sides);
        let Some(past) = sides.before() else {
            drop(sides);
            return self.handle_struck(request, Some(fault));
        };
        let random = self.kit.lock().random.clone();
        let reply = past.handle(request, &self.kit, random);
        drop(sides);
        self.struck(request, Some(reply.status()), fault);
        reply
    }

    /// The last answer to another request, to this path if there is one.
    pub(super) fn other_answer(&self, path: &str) -> Option<Reply> {
        let state = self.kit.lock();
        let same = |answer: &&(String, Reply)| answer.0 == path;
        let found = state.answers.iter().rev().find(same);
        found
            .or_else(|| state.answers.back())
            .map(|(_, reply)| reply.clone())
    }

    /// Looks at or changes the provider, between two requests. `act` must not use this handle.
    pub fn with<R>(&self, act: impl FnOnce(&mut P, &mut Context<'_>) -> R) -> R {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let (result, dirty) = self.enter(&mut sides.now, &mut state, moment, act);
        drop(state);
        drop(sides);
        if dirty {
            self.kit.wake();
        }
        self.kit.note_change();
        result
    }

    /// Where the sandbox is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.kit.base_url
    }

    /// The value of the header `sandbox-token` that `/_sandbox/` asks for.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.kit.token
    }

    /// The sandbox's time.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.kit.clock
    }

    /// Moves the clock forward. What falls due is done at once: changes of state before this
    /// returns, callbacks on their way ([`Callbacks::wait_until_idle`] waits for them).
    pub fn advance(&self, by: Duration) {
        self.kit.clock.advance(by);
        self.with(|_, _| ());
        self.kit.wake();
    }

    /// What happened so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.kit.lock().ledger.clone()
    }

    /// The last requests that arrived, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        self.kit.lock().seen.iter().cloned().collect()
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.kit))
    }

    /// What is sent to the merchant.
    #[must_use]
    pub fn callbacks(&self) -> Callbacks {
        Callbacks::new(Arc::clone(&self.kit))
    }

    pub(super) fn remember(&self, seen: Seen) {
        let mut state = self.kit.lock();
        if state.seen.len() >= SEEN {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
    }

    /// What is to be sent now, and the next moment at which something falls due.
    pub(super) fn take_due(&self) -> (Vec<Batch>, Option<Duration>) {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let ticked = state.wakes.first().is_some_and(|&at| at <= moment.now);
        if ticked {
            self.enter(&mut sides.now, &mut state, moment, |_, _| ());
        }
        let batches = state.outbox.take(moment.now);
        let next = [state.outbox.next_due(), state.wakes.first().copied()]
            .into_iter()
            .flatten()
            .min();
        drop(state);
        drop(sides);
        if ticked {
            self.kit.wake();
            self.kit.note_change();
        }
        (batches, next)
    }

    pub(super) fn finish(&self, job: Job, answer: Answer) {
        let mut sides = lock(&self.sides);
        let mut state = self.kit.lock();
        let moment = self.kit.moment();
        let what = || What::Answer {
            id: job.id().0,
            by_hand: job.is_by_hand(),
            outcome: match &answer {
                Ok((status, body)) => Ok((*status, inputs::text(body))),
                Err(problem) => Err(problem.clone()),
            },
        };
        state.recorder.record(moment, what);
        self.finish_at(&mut sides, &mut state, moment, job, answer);
        drop(state);
        drop(sides);
        self.kit.wake();
        self.kit.note_change();
    }

    pub(super) fn finish_at(
        &self,
        sides: &mut Sides<P>,
        state: &mut KitState,
        moment: Moment,
        job: Job,
        answer: Answer,
    ) {
        let Some(answer) = state.outbox.finish(job, answer, moment.now) else {
            return;
        };
        state.history.set_now(moment.now, unix_millis(moment.wall));
        let delivery = answer.delivery();
        if let Some(attempt) = delivery.attempts().last() {
            let what = Happening::Attempt {
                id: delivery.id(),
                outcome: attempt.outcome.clone(),
            };
            state.history.push(&[delivery.reference()], what);
        }
        self.enter(&mut sides.now, state, moment, |provider, context| {
            provider.answered(&answer, context);
        });
    }

    /// Brings the provider up to now, then acts; says whether there may be something to send.
    pub(super) fn enter<R>(
        &self,
        provider: &mut P,
        state: &mut KitState,
        moment: Moment,
        act: impl FnOnce(&mut P, &mut Context<'_>) -> R,
    ) -> (R, bool) {
        let Moment { now, wall } = moment;
        let mut dirty = false;
        while state.wakes.first().is_some_and(|&at| at <= now) {
            state.wakes.pop_first();
            dirty = true;
        }
        state.history.set_now(now, unix_millis(wall));
        let before = state.history.next();
        let mut context = Context {
            now,
            wall,
            base_url: &self.kit.base_url,
            ledger: &mut state.ledger,
            outbox: &mut state.outbox,
            wakes: &mut state.wakes,
            random: &mut state.random,
            history: &mut state.history,
            dirty,
        };
        provider.tick(&mut context);
        if context.dirty || context.history.next() > before {
            state.recorder.record(moment, || What::Time);
        }
        let result = act(provider, &mut context);
        (result, context.dirty)
    }
}

fn happening(request: &Request, status: Option<u16>, fault: Option<&'static str>) -> Happening {
    Happening::Request {
        method: request.method().to_owned(),
        path: request.path().to_owned(),
        status,
        fault,
    }
}

/// A provider that panicked in a test has failed that test already; the next request goes on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From the process's own randomness, so that another program cannot work the sandbox.
fn unguessable_token() -> String {
    let mut token = String::with_capacity(32);
    for part in 0_u8..2 {
        token.push_str(&format!("{:016x}", RandomState::new().hash_one(part)));
    }
    token
}

#[cfg(test)]
mod tests;
