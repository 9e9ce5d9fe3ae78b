//! Counts of requests as they arrive.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::kit::Kit;
use super::plan::Pattern;

/// Counts the requests to some paths from now on, whatever strikes them. Forgotten when dropped.
#[must_use]
pub struct Watch {
    kit: Arc<Kit>,
    count: Arc<AtomicU64>,
}

impl Watch {
    pub(super) fn new(kit: Arc<Kit>, paths: &str) -> Self {
        let count = Arc::new(AtomicU64::new(0));
        let watched = (Pattern::new(paths), Arc::downgrade(&count));
        kit.lock().watches.0.push(watched);
        Self { kit, count }
    }

    /// How many requests have arrived whole.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Blocks until `count` requests have arrived and what they asked for has happened, if it ever
    /// will; `false` when that takes longer than `limit` (real time).
    #[must_use]
    pub fn wait_for(&self, count: u64, limit: Duration) -> bool {
        self.kit
            .wait_until(limit, |state| state.late == 0 && self.count() >= count)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.count()).finish()
    }
}

/// Who counts.
#[derive(Debug, Default)]
pub(super) struct Watches(pub(super) Vec<(Pattern, Weak<AtomicU64>)>);

impl Watches {
    /// Counts a request.
    pub(super) fn arrived(&mut self, path: &str) {
        self.0.retain(|(pattern, count)| {
            let Some(count) = count.upgrade() else {
                return false;
            };
            if pattern.matches(path) {
                count.fetch_add(1, Ordering::AcqRel);
            }
            true
        });
    }
}
