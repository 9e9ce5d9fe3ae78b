//! What has to be done by when, as data: nothing here waits, and nothing is refused because it is late.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;

/// A list of things that are due. In memory: after a restart, fill it from your own database. When it
/// is full, what is due first makes room, since it is the first to be late. Cheap to clone; the clones
/// are one.
pub struct Deadlines<K> {
    clock: Arc<dyn Clock>,
    capacity: usize,
    due: Arc<Mutex<HashMap<K, Duration>>>,
}

/// One thing that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Due<K> {
    /// Which.
    pub key: K,
    /// How long there still is; nothing where it is late.
    pub left: Duration,
    /// Whether its time is over.
    pub is_late: bool,
}

impl<K: Eq + Hash + Clone + Ord> Deadlines<K> {
    /// An empty list on this clock, of 65,536 things at most.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::of(1 << 16, clock)
    }

    /// The same of so many things at most, and of one at least.
    #[must_use]
    pub fn of(capacity: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            capacity: capacity.max(1),
            due: Arc::default(),
        }
    }

    /// Puts a thing on the list, due so long from now. One that is there keeps its time.
    pub fn open(&self, key: K, within: Duration) {
        let due = self.clock.monotonic().saturating_add(within);
        let mut open = self.due();
        if open.len() >= self.capacity && !open.contains_key(&key) {
            let first = open.iter().min_by_key(|(_, due)| **due);
            if let Some(first) = first.map(|(first, _)| first.clone()) {
                open.remove(&first);
            }
        }
        open.entry(key).or_insert(due);
    }

    /// Takes a thing off the list; says whether it was there.
    pub fn close(&self, key: &K) -> bool {
        self.due().remove(key).is_some()
    }

    /// How long there still is for this one; nothing where it is late, or not on the list.
    #[must_use]
    pub fn left(&self, key: &K) -> Option<Duration> {
        let due = self.due().get(key).copied()?;
        let left = due.saturating_sub(self.clock.monotonic());
        Some(left).filter(|left| !left.is_zero())
    }

    /// Takes off what is late, the latest first, and gives it.
    #[must_use]
    pub fn take_late(&self) -> Vec<K> {
        let late = self.list().into_iter().filter(|due| due.is_late);
        // What somebody else took off meanwhile is theirs.
        late.filter_map(|due| self.close(&due.key).then_some(due.key))
            .collect()
    }

    /// What is still to be done, the most urgent first.
    #[must_use]
    pub fn list(&self) -> Vec<Due<K>> {
        let now = self.clock.monotonic();
        let due = self.due();
        let mut sorted: Vec<(&Duration, &K)> = due.iter().map(|(key, due)| (due, key)).collect();
        sorted.sort();
        let entry = |(due, key): (&Duration, &K)| Due {
            key: key.clone(),
            left: due.saturating_sub(now),
            is_late: *due <= now,
        };
        sorted.into_iter().map(entry).collect()
    }

    fn due(&self) -> std::sync::MutexGuard<'_, HashMap<K, Duration>> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Clone for Deadlines<K> {
    fn clone(&self) -> Self {
        Self {
            clock: Arc::clone(&self.clock),
            capacity: self.capacity,
            due: Arc::clone(&self.due),
        }
    }
}

/// How many, not which.
impl<K> fmt::Debug for Deadlines<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        write!(out, "Deadlines({} open)", due.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FixedClock;

    #[test]
    fn the_most_urgent_comes_first_and_nothing_is_dropped_for_being_late() {
        let clock = FixedClock::new();
        let list = Deadlines::new(Arc::new(clock.clone()));
        let seconds = Duration::from_secs;
        list.open("slow", seconds(30));
        list.open("fast", seconds(20));
        list.open("fast", seconds(90));
        let found = |list: &Deadlines<&'static str>| -> Vec<(&str, u64, bool)> {
            let entry = |due: Due<&'static str>| (due.key, due.left.as_secs(), due.is_late);
            list.list().into_iter().map(entry).collect()
        };
        assert_eq!(found(&list), [("fast", 20, false), ("slow", 30, false)]);
        clock.advance(seconds(20));
        assert_eq!(found(&list), [("fast", 0, true), ("slow", 10, false)]);
        clock.advance(seconds(60));
        assert!(list.clone().close(&"slow"));
        assert!(!list.close(&"slow"));
        assert_eq!(found(&list), [("fast", 0, true)]);
    }

    #[test]
    fn there_is_time_left_until_it_is_late() {
        let clock = FixedClock::new();
        let list = Deadlines::new(Arc::new(clock.clone()));
        list.open("slow", Duration::from_secs(30));
        assert_eq!(list.left(&"fast"), None);
        clock.advance(Duration::from_secs(29));
        assert_eq!(list.left(&"slow"), Some(Duration::from_secs(1)));
        clock.advance(Duration::from_secs(1));
        assert_eq!(list.left(&"slow"), None);
        assert_eq!(list.list().len(), 1);
    }

    #[test]
    fn what_is_late_is_taken_off_once() {
        let clock = FixedClock::new();
        let list = Deadlines::new(Arc::new(clock.clone()));
        for (key, within) in [("slow", 30), ("fast", 10), ("faster", 5)] {
            list.open(key, Duration::from_secs(within));
        }
        assert!(list.take_late().is_empty());
        clock.advance(Duration::from_secs(10));
        assert_eq!(list.take_late(), ["faster", "fast"]);
        assert!(list.take_late().is_empty());
        assert_eq!(list.list().len(), 1);
    }

    #[test]
    fn a_full_list_makes_room_by_what_is_due_first() {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::new());
        let list = Deadlines::of(2, clock);
        let keys = |list: &Deadlines<u8>| -> Vec<u8> {
            list.list().into_iter().map(|due| due.key).collect()
        };
        for (key, within) in [(1, 30), (2, 20), (1, 90)] {
            list.open(key, Duration::from_secs(within));
        }
        assert_eq!(keys(&list), [2, 1]);
        list.clone().open(3, Duration::from_secs(40));
        assert_eq!(keys(&list), [1, 3]);
    }
}
