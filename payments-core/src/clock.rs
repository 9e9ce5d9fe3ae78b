//! The only reader of time.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "client")]
use std::{future::Future, pin::Pin};

/// Where time comes from: the system, or whatever a test says.
///
/// Durations are measured on [`Clock::monotonic`]; [`Clock::wall`] is for what people read.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn monotonic(&self) -> Duration;

    /// The time of day, UTC.
    fn wall(&self) -> SystemTime;

    /// Waits without blocking the thread. Needs a tokio runtime, as reqwest does.
    #[cfg(feature = "client")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// Waits by blocking the thread.
    fn sleep_blocking(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::monotonic`] starts at zero now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The time by which timers of the runtime go.
#[cfg(feature = "client")]
pub(crate) fn timer_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Whole milliseconds since 1970-01-01 UTC; zero for a clock set before that.
#[must_use]
pub fn unix_millis(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}
