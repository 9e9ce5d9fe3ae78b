//! How long an exchange may be silent and how long it may take, on one timer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::{SendError, connecting};
use crate::clock::timer_now;

/// The two limits of one exchange. reqwest would run a timer for each, and a timer costs more than
/// reading the clock; so there is one, set again when it rings too early.
pub(super) struct Patience<'a> {
    sleep: Pin<&'a mut Sleep>,
    silence: Duration,
    end: Instant,
    heard: Instant,
    /// Whether the connection is not there yet. It has a limit of its own; silence begins after it.
    connects: bool,
    /// Whether something was not there at once: only then is there a timer.
    waits: bool,
}

impl<'a> Patience<'a> {
    /// The timer, to be pinned by whoever waits.
    pub(super) fn sleep() -> Sleep {
        sleep_until(timer_now())
    }

    /// Begins now, which is when the timer was made.
    pub(super) fn new(sleep: Pin<&'a mut Sleep>, silence: Duration, total: Duration) -> Self {
        let now = sleep.deadline();
        // A limit that no clock reaches is none.
        let far = now.checked_add(Duration::from_secs(1 << 32)).unwrap_or(now);
        Self {
            sleep,
            silence,
            end: now.checked_add(total).unwrap_or(far),
            heard: now,
            connects: false,
            waits: false,
        }
    }

    /// Waits for the next thing to be heard.
    ///
    /// # Errors
    /// [`SendError`] if it takes too long; the request may have arrived unless its connection is not
    /// there yet.
    pub(super) fn wait<'b, F: Future>(
        &'b mut self,
        mut next: Pin<&'b mut F>,
    ) -> impl Future<Output = Result<F::Output, SendError>> + use<'a, 'b, F> {
        let mut is_first = true;
        poll_fn(move |context| {
            let (polled, connects) = connecting::poll(next.as_mut(), context);
            if let Poll::Ready(found) = polled {
                return Poll::Ready(Ok(found));
            }
            let is_connected = self.connects && !connects;
            self.connects = connects;
            // What is there already costs no look at the clock: silence begins here.
            if std::mem::take(&mut is_first) || is_connected {
                self.be_silent();
            }
            self.poll_ringing(context).map(|()| Err(self.too_long()))
        })
    }

    fn be_silent(&mut self) {
        if self.waits {
            self.heard = timer_now();
        }
        let limit = self.limit();
        if !self.waits || limit < self.sleep.deadline() {
            self.waits = true;
            self.sleep.as_mut().reset(limit);
        }
    }

    fn too_long(&self) -> SendError {
        if self.connects {
            SendError::not_sent("connecting took too long", None)
        } else {
            SendError::maybe_sent("no answer in time", None)
        }
    }

    fn poll_ringing(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit();
        loop {
            match self.sleep.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if limit <= self.sleep.deadline() => return Poll::Ready(()),
                Poll::Ready(()) => self.sleep.as_mut().reset(limit),
            }
        }
    }

    fn limit(&self) -> Instant {
        if self.connects {
            return self.end;
        }
        self.heard
            .checked_add(self.silence)
            .map_or(self.end, |quiet| quiet.min(self.end))
    }
}
