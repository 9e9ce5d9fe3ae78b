//! The time of a sandbox, which can be moved forward.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::clock::{Clock, SystemClock};

/// A clock that can be moved forward: standing still between moves, or running.
///
/// Clones show the same time, so a sandbox, an inbox and a test can share one. Whoever waits for
/// something to fall due hears of every move at once.
///
/// Only what it *shows* can be moved: [`Clock::sleep_blocking`] waits in real time.
///
/// ```
/// use std::time::Duration;
/// use payments_core::clock::Clock;
/// use payments_core::sandbox::SandboxClock;
///
/// let clock = SandboxClock::still();
/// let shared = clock.clone();
/// clock.advance(Duration::from_secs(35 * 60));
/// assert_eq!(shared.monotonic(), Duration::from_secs(2100));
/// ```
#[derive(Clone)]
pub struct SandboxClock {
    base: Arc<dyn Clock>,
    ahead: Arc<watch::Sender<Duration>>,
    /// What [`Clock::monotonic`] shows beyond that, for a sandbox that goes on after a restart.
    before: Arc<watch::Sender<Duration>>,
}

impl SandboxClock {
    /// Stands still at 2026-01-01 00:00:00 UTC until it is moved.
    #[must_use]
    pub fn still() -> Self {
        let new_year = Duration::from_secs(1_767_225_600);
        Self::over(Arc::new(Still {
            wall: SystemTime::UNIX_EPOCH
                .checked_add(new_year)
                .unwrap_or(SystemTime::UNIX_EPOCH),
        }))
    }

    /// Runs with the machine's clock.
    #[must_use]
    pub fn running() -> Self {
        Self::over(Arc::new(SystemClock::new()))
    }

    /// Runs with `base`. Call [`SandboxClock::advance`] by zero after moving `base` by other means.
    #[must_use]
    pub fn over(base: Arc<dyn Clock>) -> Self {
        Self {
            base,
            ahead: Arc::new(watch::Sender::new(Duration::ZERO)),
            before: Arc::new(watch::Sender::new(Duration::ZERO)),
        }
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        self.ahead
            .send_modify(|ahead| *ahead = ahead.saturating_add(by));
    }

    /// Goes on from where a clock stood: at that time of day, or at a later one that it is now.
    pub(super) fn go_on(&self, now: Duration, wall: SystemTime) {
        let behind = wall.duration_since(self.wall()).unwrap_or_default();
        self.advance(behind);
        let passed = self.wall().duration_since(wall).unwrap_or_default();
        let shown = self.base.monotonic().saturating_add(self.ahead());
        let before = now.saturating_add(passed).saturating_sub(shown);
        self.before.send_replace(before);
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Duration> {
        self.ahead.subscribe()
    }

    fn ahead(&self) -> Duration {
        *self.ahead.borrow()
    }
}

impl Clock for SandboxClock {
    fn monotonic(&self) -> Duration {
        let shown = self.base.monotonic().saturating_add(self.ahead());
        shown.saturating_add(*self.before.borrow())
    }

    fn wall(&self) -> SystemTime {
        let base = self.base.wall();
        base.checked_add(self.ahead()).unwrap_or(base)
    }
}

impl fmt::Debug for SandboxClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxClock")
            .field("base", &self.base)
            .field("ahead", &self.ahead())
            .finish()
    }
}

#[derive(Debug)]
struct Still {
    wall: SystemTime,
}

impl Clock for Still {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> SystemTime {
        self.wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::unix_millis;

    #[test]
    fn stands_still_until_moved() {
        let clock = SandboxClock::still();
        assert_eq!(clock.monotonic(), Duration::ZERO);
        assert_eq!(unix_millis(clock.wall()), 1_767_225_600_000);
        clock.advance(Duration::from_millis(1500));
        assert_eq!(clock.monotonic(), Duration::from_millis(1500));
        assert_eq!(unix_millis(clock.wall()), 1_767_225_601_500);
    }

    #[test]
    fn tells_of_every_move() {
        let clock = SandboxClock::running();
        let heard = clock.subscribe();
        assert!(!heard.has_changed().unwrap());
        clock.clone().advance(Duration::ZERO);
        assert!(heard.has_changed().unwrap());
    }

    #[test]
    fn goes_on_where_it_stood() {
        let first = SandboxClock::still();
        first.advance(Duration::from_secs(100));
        let second = SandboxClock::still();
        second.go_on(first.monotonic(), first.wall());
        assert_eq!(second.monotonic(), first.monotonic());
        assert_eq!(second.wall(), first.wall());
        // Where the machine's clock has gone on meanwhile, so has this one.
        let later = SandboxClock::still();
        later.advance(Duration::from_secs(500));
        later.go_on(first.monotonic(), first.wall());
        assert_eq!(later.wall(), first.wall() + Duration::from_secs(400));
        assert_eq!(later.monotonic(), Duration::from_secs(500));
    }

    #[test]
    fn does_not_overflow() {
        let clock = SandboxClock::running();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.monotonic(), Duration::MAX);
        let _ = clock.wall();
    }
}
