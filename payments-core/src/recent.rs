//! The most recent entries of a table, so that what comes in cannot fill the memory.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// A table that forgets its oldest entry when it is full. Cheap to clone; the clones are one.
///
/// ```
/// use payments_core::Recent;
///
/// let first: Recent<&str, Option<u8>> = Recent::of(2);
/// let bind = |key, value| first.with(key, |bound| *bound.get_or_insert(value));
/// assert_eq!(bind("a", 1), 1);
/// assert_eq!(bind("a", 2), 1);
/// assert_eq!(bind("b", 3), 3);
/// assert_eq!(bind("c", 4), 4);
/// assert_eq!(bind("a", 5), 5);
/// ```
pub struct Recent<K, V> {
    state: Arc<Mutex<State<K, V>>>,
    capacity: usize,
}

struct State<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Eq + Hash + Clone, V: Default> Recent<K, V> {
    /// An empty table of so many entries at most, and of one at least.
    #[must_use]
    pub fn of(capacity: usize) -> Self {
        let state = State {
            entries: HashMap::new(),
            order: VecDeque::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            capacity: capacity.max(1),
        }
    }

    /// Looks at an entry and changes it, in one step; a new one begins with its default.
    pub fn with<R>(&self, key: K, change: impl FnOnce(&mut V) -> R) -> R {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { entries, order } = &mut *state;
        if !entries.contains_key(&key) {
            while order.len() >= self.capacity {
                let Some(oldest) = order.pop_front() else {
                    break;
                };
                entries.remove(&oldest);
            }
            order.push_back(key.clone());
        }
        change(entries.entry(key).or_default())
    }
}

impl<K, V> Clone for Recent<K, V> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            capacity: self.capacity,
        }
    }
}

/// How many entries, not which.
impl<K, V> fmt::Debug for Recent<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        write!(out, "Recent({} of {})", state.order.len(), self.capacity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_no_other() {
        let recent: Recent<u8, u32> = Recent::of(3);
        let count = |key| {
            recent.clone().with(key, |seen| {
                *seen += 1;
                *seen
            })
        };
        assert_eq!([count(1), count(2), count(3), count(1)], [1, 1, 1, 2]);
        assert_eq!([count(4), count(2), count(3), count(4)], [1, 2, 2, 2]);
        assert_eq!(count(1), 1);
        assert_eq!(format!("{recent:?}"), "Recent(3 of 3)");
        let none: Recent<u8, u32> = Recent::of(0);
        none.with(1, |seen| *seen = 7);
        assert_eq!(none.with(1, |seen| *seen), 7);
    }
}
