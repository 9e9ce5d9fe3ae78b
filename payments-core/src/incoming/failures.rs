//! How often something fails: an alarm, and a slower pace while it rings.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

/// Counts the failures of a few known things, such as keys. While one of them has failed more often
/// than it may within the window, its alarm rings and it is let through at the slower pace only.
pub struct Failures<K> {
    limit: usize,
    window: Duration,
    pace: Duration,
    clock: Arc<dyn Clock>,
    state: Mutex<HashMap<K, Record>>,
}

#[derive(Default)]
struct Record {
    failed: VecDeque<Duration>,
    /// When it was last let through while its alarm rang.
    let_through: Option<Duration>,
    rings: bool,
}

impl<K: Eq + Hash + Clone + fmt::Display> Failures<K> {
    /// An alarm after more than `limit` failures within `window`; then one attempt every `pace`.
    #[must_use]
    pub fn new(limit: usize, window: Duration, pace: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            limit,
            window,
            pace,
            clock,
            state: Mutex::default(),
        }
    }

    /// Whether `key` may be tried now. Where it may not, a later attempt may.
    pub fn may_try(&self, key: &K) -> bool {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let Some(record) = state.get_mut(key) else {
            return true;
        };
        self.forget(record, now);
        if !record.rings {
            return true;
        }
        let next = record
            .let_through
            .map(|last| last.saturating_add(self.pace));
        let may = next.is_none_or(|next| next <= now);
        if may {
            record.let_through = Some(now);
        }
        may
    }

    /// Writes down that `key` failed. The first failure over the limit is told as a warning.
    pub fn failed(&self, key: &K) {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let record = state.entry(key.clone()).or_default();
        self.forget(record, now);
        record.failed.push_back(now);
        // More than these say nothing more.
        while record.failed.len() > self.limit.saturating_add(1) {
            record.failed.pop_front();
        }
        let rang = std::mem::replace(&mut record.rings, record.failed.len() > self.limit);
        if record.rings && !rang {
            record.let_through = Some(now);
            drop(state);
            #[cfg(any(feature = "client", feature = "blocking"))]
            tracing::warn!(%key, limit = self.limit, "fails too often; it is slowed down");
        }
    }

    /// Those whose alarm rings now.
    #[must_use]
    pub fn alarms(&self) -> Vec<K> {
        let now = self.clock.monotonic();
        let mut state = self.state();
        let rings = |(key, record): (&K, &mut Record)| {
            self.forget(record, now);
            record.rings.then(|| key.clone())
        };
        state.iter_mut().filter_map(rings).collect()
    }

    /// Forgets what is older than the window, and the alarm with it.
    fn forget(&self, record: &mut Record, now: Duration) {
        let old = |failed: &Duration| failed.saturating_add(self.window) <= now;
        while record.failed.front().is_some_and(old) {
            record.failed.pop_front();
        }
        record.rings &= record.failed.len() > self.limit;
    }

    fn state(&self) -> MutexGuard<'_, HashMap<K, Record>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> fmt::Debug for Failures<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Failures(at most {} in {:?})", self.limit, self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FixedClock;

    #[test]
    fn an_alarm_slows_down_and_ends_by_itself() {
        let clock = FixedClock::new();
        let seconds = Duration::from_secs;
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let failures = Failures::new(3, seconds(60), seconds(1), time);
        for _ in 0..3 {
            assert!(failures.may_try(&1));
            failures.failed(&1);
        }
        assert!(failures.alarms().is_empty());
        assert!(failures.may_try(&1));
        clock.advance(seconds(10));
        failures.failed(&1);
        assert_eq!(failures.alarms(), [1]);
        assert!(!failures.may_try(&1));
        assert!(failures.may_try(&2));
        clock.advance(seconds(1));
        assert!(failures.may_try(&1));
        assert!(!failures.may_try(&1));
        // Three of the four are older than a minute then.
        clock.advance(seconds(49));
        assert!(failures.alarms().is_empty());
        assert!(failures.may_try(&1));
        assert!(failures.may_try(&1));
        clock.advance(seconds(600));
        for _ in 0..100 {
            failures.failed(&1);
        }
        assert_eq!(failures.alarms(), [1]);
        assert_eq!(
            failures.state().get(&1).map(|record| record.failed.len()),
            Some(4)
        );
    }
}
