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
/// assert!(first.may_bind(&"a", &2));
/// assert!(first.bind("a", 1));
/// assert!(first.bind("a", 1));
/// assert!(!first.may_bind(&"a", &2));
/// assert!(!first.bind("a", 2));
/// assert!(first.bind("b", 3));
/// assert!(first.bind("c", 4));
/// assert!(first.bind("a", 5));
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

impl<K: Eq + Hash + Clone, V: PartialEq> Recent<K, Option<V>> {
    /// Whether [`Recent::bind`] would say yes now; nothing is written down.
    pub fn may_bind(&self, key: &K, value: &V) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = state.entries.get(key).and_then(Option::as_ref);
        bound.is_none_or(|bound| bound == value)
    }

    /// Binds `key` to a value, unless it is bound; says whether it is bound to this one.
    pub fn bind(&self, key: K, value: V) -> bool {
        self.with(key, |bound| match bound {
            Some(bound) => *bound == value,
            None => {
                *bound = Some(value);
                true
            }
        })
    }
}

impl<K: Eq + Hash + Clone, V: PartialEq> Recent<K, Vec<V>> {
    /// Puts `value` among those of `key`, which are `most` at most; says whether it is there.
    ///
    /// ```
    /// use payments_core::Recent;
    ///
    /// let tries: Recent<&str, Vec<u8>> = Recent::default();
    /// let admitted = [1, 2, 1, 3].map(|value| tries.admit("a", value, 2));
    /// assert_eq!(admitted, [true, true, true, false]);
    /// ```
    pub fn admit(&self, key: K, value: V, most: usize) -> bool {
        self.with(key, |known| {
            let is_known = known.contains(&value);
            if !is_known && known.len() < most {
                known.push(value);
                return true;
            }
            is_known
        })
    }
}

/// Of 65,536 entries.
impl<K: Eq + Hash + Clone, V: Default> Default for Recent<K, V> {
    fn default() -> Self {
        Self::of(1 << 16)
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
