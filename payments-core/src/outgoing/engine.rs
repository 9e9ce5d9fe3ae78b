//! The decisions about one call, without I/O: sleep and send again, or done.
//!
//! A driver does what the machine says and tells it what happened. It never sends a second time
//! unless the machine says so, and the machine says so only where a repeat is harmless.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{StatusCode, header};

use super::call::{Call, Effect, Fault, Reply};
use super::client::Prepared;
use super::transport::SendError;
use crate::clock::Clock;
use crate::error::{Error, Malformed, Meaning, NotSent, Refused, Unknown};
use crate::exchange::Response;

/// How often and how patiently harmless calls are repeated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many attempts a read or an idempotent call has: 3 unless told.
    pub attempts: u32,
    /// The longest first pause; it doubles with each attempt. The pause is drawn between nothing
    /// and that. 200 ms unless told.
    pub first_pause: Duration,
    /// What is added to every pause that is drawn, for providers that ask for one: none unless told.
    pub least_pause: Duration,
    /// The longest pause, also for what `Retry-After` asks, in seconds or until a date: 10 s unless
    /// told. A provider that asks for more gets no repeat.
    pub longest_pause: Duration,
    /// Whether a call that may move money is repeated when it certainly did not leave this machine.
    /// Off unless told.
    pub repeat_unsent: bool,
    /// Whether a harmless call is repeated after an answer of 429 or 5xx: the server is busy. On unless
    /// told; without it only what got no answer is repeated.
    pub repeat_overload: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            first_pause: Duration::from_millis(200),
            least_pause: Duration::ZERO,
            longest_pause: Duration::from_secs(10),
            repeat_unsent: false,
            repeat_overload: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt for everything.
    #[must_use]
    pub fn never() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }
}

/// How many repeats all calls of a client may make together, so that a provider that is down is
/// not made worse: each costs one, ten successes give one back.
#[derive(Debug)]
pub struct RetryBudget {
    tenths: AtomicU32,
}

impl RetryBudget {
    const FULL: u32 = 100;
    const REPEAT: u32 = 10;

    /// A full budget of ten repeats.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tenths: AtomicU32::new(Self::FULL),
        }
    }

    fn spend(&self) -> bool {
        self.tenths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(Self::REPEAT)
            })
            .is_ok()
    }

    fn earn(&self) {
        // A race loses a tenth of a repeat at most.
        let left = self.tenths.load(Ordering::Relaxed);
        if left < Self::FULL {
            self.tenths.store(left.saturating_add(1), Ordering::Relaxed);
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

/// What the driver has to do next.
#[derive(Debug)]
#[must_use]
pub enum Step<R> {
    /// Wait, then send the same bytes again.
    Sleep(Duration),
    /// It is over.
    Done(Result<Reply<R>, Error>),
}

/// The course of one call.
pub struct Machine<'a, C> {
    prepared: &'a Prepared<C>,
    policy: &'a RetryPolicy,
    budget: &'a RetryBudget,
    clock: &'a dyn Clock,
    attempt: u32,
    /// Whether an attempt before the last may have arrived.
    arrived: bool,
    jitter: Option<u64>,
}

impl<'a, C: Call> Machine<'a, C> {
    /// A machine for a prepared call, whose first step is to send. The clock is looked at where the
    /// provider asks for a repeat at a time of day.
    #[must_use]
    pub fn new(
        prepared: &'a Prepared<C>,
        policy: &'a RetryPolicy,
        budget: &'a RetryBudget,
        clock: &'a dyn Clock,
    ) -> Self {
        Self {
            prepared,
            policy,
            budget,
            clock,
            attempt: 1,
            arrived: false,
            jitter: None,
        }
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What to do after a send. `inspect` looks at a response before the call reads it.
    pub fn after(
        &mut self,
        sent: Result<Response, SendError>,
        inspect: impl FnOnce(&Response) -> Result<(), Fault>,
    ) -> Step<C::Reply> {
        match sent {
            Ok(response) => self.after_response(response, inspect),
            Err(error) => self.after_failure(error),
        }
    }

    fn after_response(
        &mut self,
        response: Response,
        inspect: impl FnOnce(&Response) -> Result<(), Fault>,
    ) -> Step<C::Reply> {
        if may_repeat::<C>(true)
            && self.policy.repeat_overload
            && is_overload(response.status())
            && let Some(step) = self.repeat(retry_after(&response, self.clock))
        {
            self.arrived = true;
            return step;
        }
        match inspect(&response).and_then(|()| self.prepared.call().reply(&response)) {
            Ok(reply) => {
                self.budget.earn();
                Step::Done(Ok(Reply::new(reply, response)))
            }
            // A repeat may be refused because an attempt before it was taken.
            Err(Fault::Refused(refused)) if self.arrived && C::EFFECT != Effect::Read => {
                let why = "a repeat was refused, but an earlier attempt may have arrived";
                Step::Done(Err(self.left_open(why, refused)))
            }
            Err(Fault::Refused(refused))
                if C::EFFECT != Effect::Read && !is_final(refused.meaning()) =>
            {
                let why = "a refusal that leaves the outcome open";
                Step::Done(Err(self.left_open(why, refused)))
            }
            Err(Fault::Refused(refused)) => Step::Done(Err(Error::Refused(refused))),
            Err(Fault::Unreadable(why)) => Step::Done(Err(match C::EFFECT {
                Effect::Read => Malformed::new(why, Some(response)).into(),
                Effect::Idempotent { .. } | Effect::Once => {
                    Unknown::new(why, self.prepared.record())
                        .with_response(Some(response))
                        .into()
                }
            })),
        }
    }

    /// How the call ends where the next attempt cannot be made.
    pub(crate) fn stopped(&self, why: NotSent) -> Error {
        if !self.arrived || C::EFFECT == Effect::Read {
            return why.into();
        }
        let stopped = "an earlier attempt may have arrived, and no other was made";
        Unknown::new(stopped, self.prepared.record())
            .with_source(Some(Box::new(why)))
            .into()
    }

    fn left_open(&self, why: &'static str, refused: Box<Refused>) -> Error {
        Unknown::new(why, self.prepared.record())
            .with_refused(refused)
            .into()
    }

    fn after_failure(&mut self, error: SendError) -> Step<C::Reply> {
        let arrived = error.may_have_arrived();
        let harmless = may_repeat::<C>(arrived) || (!arrived && self.policy.repeat_unsent);
        if harmless && let Some(step) = self.repeat(None) {
            self.arrived |= arrived;
            return step;
        }
        let (what, source) = error.into_parts();
        let arrived = arrived || (self.arrived && C::EFFECT != Effect::Read);
        Step::Done(Err(match (arrived, C::EFFECT) {
            (false, _) => NotSent::new(what, source).into(),
            (true, Effect::Read) => Malformed::new(what, None).with_source(source).into(),
            (true, Effect::Idempotent { .. } | Effect::Once) => {
                Unknown::new(what, self.prepared.record())
                    .with_source(source)
                    .into()
            }
        }))
    }

    /// The step that repeats, if there is an attempt left and the budget allows it.
    fn repeat(&mut self, asked: Option<Duration>) -> Option<Step<C::Reply>> {
        if self.attempt >= self.policy.attempts {
            return None;
        }
        let pause = match asked {
            Some(asked) if asked > self.policy.longest_pause => return None,
            Some(asked) => asked,
            None => self.pause(),
        };
        if !self.budget.spend() {
            return None;
        }
        self.attempt = self.attempt.saturating_add(1);
        Some(Step::Sleep(pause))
    }

    /// Full jitter: anything between nothing and the doubled pause.
    fn pause(&mut self) -> Duration {
        let doublings = self.attempt.saturating_sub(1).min(31);
        let longest = self
            .policy
            .first_pause
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(self.policy.longest_pause);
        // A step of the splitmix generator; jitter needs no better.
        let seed = self
            .jitter
            .unwrap_or_else(|| RandomState::new().hash_one(C::NAME));
        let jitter = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.jitter = Some(jitter);
        let mixed = (jitter ^ (jitter >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let thousandths = u32::try_from((mixed >> 32).checked_rem(1001).unwrap_or(0)).unwrap_or(0);
        longest
            .saturating_mul(thousandths)
            .checked_div(1000)
            .unwrap_or(longest)
            .saturating_add(self.policy.least_pause)
    }
}

/// Whether the same bytes may be sent again, where those before may have arrived or cannot have.
fn may_repeat<C: Call>(arrived: bool) -> bool {
    C::EFFECT.may_repeat() && !(C::FRESH && arrived)
}

/// Whether a refusal of this meaning says that nothing happened.
fn is_final(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Declined | Meaning::Misuse => true,
        // A refusal that says "done" contradicts itself.
        Meaning::Pending | Meaning::Unknown | Meaning::Done => false,
    }
}

/// Statuses by which a server says that it is busy, not what became of the request.
fn is_overload(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3). A date that has passed, or a text
/// that is neither, asks for nothing.
fn retry_after(response: &Response, clock: &dyn Clock) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is longer than anybody waits.
        return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    date.duration_since(clock.wall()).ok()
}
