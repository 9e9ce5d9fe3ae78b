//! How long an exchange may be silent and how long it may take, on one timer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::{SendError, TransportOptions};
use crate::clock::timer_now;

/// The limits of every exchange of a transport.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Silence before an answer begins. Connecting is a part of it, which ends by a timer of its own
    /// and tells that nothing was sent: this must not ring before.
    first: Duration,
    silence: Duration,
    total: Duration,
    /// Any time: what a timer begins with.
    some_time: Instant,
}

impl Limits {
    pub(super) fn of(options: &TransportOptions) -> Self {
        Self {
            first: options.connect_timeout.saturating_add(options.read_timeout),
            silence: options.read_timeout,
            total: options.total_timeout,
            some_time: timer_now(),
        }
    }

    /// The timer of one exchange, to be pinned by whoever waits.
    pub(super) fn sleep(&self) -> Sleep {
        sleep_until(self.some_time)
    }
}

/// The patience with one exchange. reqwest would run a timer for each limit, and a timer costs more
/// than reading the clock; so there is one, set again when it rings too early. It begins when
/// something is waited for, which is not before connecting began.
pub(super) struct Patience<'a> {
    sleep: Pin<&'a mut Sleep>,
    limits: &'a Limits,
    /// How long the next silence may be.
    silence: Duration,
    /// Only when something was not there at once is there a timer.
    ends: Option<Ends>,
}

struct Ends {
    silence: Instant,
    whole: Instant,
}

impl<'a> Patience<'a> {
    pub(super) fn new(sleep: Pin<&'a mut Sleep>, limits: &'a Limits) -> Self {
        Self {
            sleep,
            limits,
            silence: limits.first,
            ends: None,
        }
    }

    /// Waits for the next thing to be heard.
    ///
    /// # Errors
    /// [`SendError`] if it takes too long; the request may have arrived.
    pub(super) fn wait<'b, F: Future>(
        &'b mut self,
        mut next: Pin<&'b mut F>,
    ) -> impl Future<Output = Result<F::Output, SendError>> + use<'a, 'b, F> {
        let mut is_first = true;
        poll_fn(move |context| match next.as_mut().poll(context) {
            Poll::Ready(found) => {
                self.silence = self.limits.silence;
                Poll::Ready(Ok(found))
            }
            Poll::Pending => {
                // What is there already costs no look at the clock: silence begins here.
                if std::mem::take(&mut is_first) {
                    self.be_silent();
                }
                self.poll_ringing(context)
                    .map(|()| Err(SendError::maybe_sent("no answer in time", None)))
            }
        })
    }

    fn be_silent(&mut self) {
        let now = timer_now();
        let whole = match &self.ends {
            Some(ends) => ends.whole,
            None => later(now, self.limits.total),
        };
        let silence = later(now, self.silence).min(whole);
        if self.ends.is_none() || silence < self.sleep.deadline() {
            self.sleep.as_mut().reset(silence);
        }
        self.ends = Some(Ends { silence, whole });
    }

    fn poll_ringing(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(ends) = &self.ends else {
            return Poll::Pending;
        };
        loop {
            match self.sleep.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if ends.silence <= self.sleep.deadline() => return Poll::Ready(()),
                Poll::Ready(()) => self.sleep.as_mut().reset(ends.silence),
            }
        }
    }
}

/// A limit that no clock reaches is none.
fn later(now: Instant, limit: Duration) -> Instant {
    let far = || now.checked_add(Duration::from_secs(1 << 32));
    now.checked_add(limit).or_else(far).unwrap_or(now)
}
