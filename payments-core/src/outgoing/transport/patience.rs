//! How long an exchange may be silent and how long it may take, on one timer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::SendError;
use crate::clock::timer_now;

/// The two limits of one exchange. reqwest would run a timer for each, and a timer costs more than
/// reading the clock; so there is one, set again when it rings too early.
pub(super) struct Patience {
    silence: Duration,
    total: Duration,
    /// From the first time that something is not there at once.
    waiting: Option<Waiting>,
}

struct Waiting {
    sleep: Pin<Box<Sleep>>,
    end: Instant,
    heard: Instant,
}

impl Patience {
    pub(super) fn new(silence: Duration, total: Duration) -> Self {
        Self {
            silence,
            total,
            waiting: None,
        }
    }

    /// Waits for the next thing to be heard.
    ///
    /// # Errors
    /// [`SendError`] if it takes too long; the request may have arrived.
    pub(super) fn wait<'a, F: Future>(
        &'a mut self,
        mut next: Pin<&'a mut F>,
    ) -> impl Future<Output = Result<F::Output, SendError>> + use<'a, F> {
        let mut is_first = true;
        poll_fn(move |context| match next.as_mut().poll(context) {
            Poll::Ready(found) => Poll::Ready(Ok(found)),
            // What is there already costs no look at the clock: silence begins here.
            Poll::Pending => self
                .poll_ringing(std::mem::take(&mut is_first), context)
                .map(|()| Err(SendError::maybe_sent("no answer in time", None))),
        })
    }

    fn poll_ringing(&mut self, begins: bool, context: &mut Context<'_>) -> Poll<()> {
        let silence = self.silence;
        let waiting = match &mut self.waiting {
            Some(waiting) => {
                if begins {
                    waiting.heard = timer_now();
                }
                waiting
            }
            none => none.insert(Waiting::begin(silence, self.total)),
        };
        loop {
            let limit = waiting.limit(silence);
            match waiting.sleep.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if limit <= waiting.sleep.deadline() => return Poll::Ready(()),
                Poll::Ready(()) => waiting.sleep.as_mut().reset(limit),
            }
        }
    }
}

impl Waiting {
    fn begin(silence: Duration, total: Duration) -> Self {
        let now = timer_now();
        // A limit that no clock reaches is none.
        let far = now.checked_add(Duration::from_secs(1 << 32)).unwrap_or(now);
        let end = now.checked_add(total).unwrap_or(far);
        let first = now.checked_add(silence).map_or(end, |quiet| quiet.min(end));
        Self {
            sleep: Box::pin(sleep_until(first)),
            end,
            heard: now,
        }
    }

    fn limit(&self, silence: Duration) -> Instant {
        self.heard
            .checked_add(silence)
            .map_or(self.end, |quiet| quiet.min(self.end))
    }
}
