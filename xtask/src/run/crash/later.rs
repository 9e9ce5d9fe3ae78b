//! The payer's clock, which can be put forward.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use payments_core::clock::{Clock, SystemClock};

/// Longer than a client takes a call for under way: twice its total time, or five minutes.
const LATER: u64 = 301;

/// The machine's clock, of which the running one can be put forward: what a payer has known for as long as
/// that is not under way any more, by then. The time of day is left as it is.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    clock: SystemClock,
    seconds: AtomicU64,
}

impl Ahead {
    /// Lets so much time go by that a call that was asked for is over.
    ///
    /// Whoever asked once may do so: a sandbox is one thread and takes what comes in turn, so that it has
    /// done what a payer sent that is gone before it answers whoever comes after.
    pub(super) fn wait(&self) {
        self.seconds.fetch_add(LATER, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn monotonic(&self) -> Duration {
        let ahead = Duration::from_secs(self.seconds.load(Ordering::SeqCst));
        self.clock.monotonic().saturating_add(ahead)
    }

    fn wall(&self) -> SystemTime {
        self.clock.wall()
    }
}
