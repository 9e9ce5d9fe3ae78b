//! How long a few lines take, beside others in the same moment.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::row::Row;
use crate::run::progress;

/// Enough that each side meets some moments in which nothing else runs.
const ROUNDS: usize = 1500;
/// Of code that takes milliseconds.
const SLOW_ROUNDS: usize = 300;
/// Long enough for the clock, short enough to fit between two interruptions.
const ROUND: Duration = Duration::from_micros(60);

/// What is measured and how far over its floor it may be.
pub(super) struct Limit {
    pub(super) name: &'static str,
    pub(super) hold: f64,
}

/// Runs floor, own and typical code in turn, in many short rounds. What disturbs a round only makes
/// it longer, so the shortest of each counts.
pub(super) fn against<F, O>(
    limit: &Limit,
    mut floor: impl FnMut() -> F,
    mut own: impl FnMut() -> O,
    typical: Option<&mut dyn FnMut() -> bool>,
) -> Row {
    progress::now(&format!("measuring: {}", limit.name));
    let times = calibrate(&mut floor);
    let mut best = [Duration::MAX; 3];
    let mut none = || false;
    let has_typical = typical.is_some();
    let typical = typical.unwrap_or(&mut none);
    for _ in 0..ROUNDS {
        let round = [
            took(times, &mut floor),
            took(times, &mut own),
            took(times, &mut *typical),
        ];
        for (best, took) in best.iter_mut().zip(round) {
            *best = took.min(*best);
        }
    }
    let [floor, own, typical] = best;
    let each = |all: Duration| all.div_duration_f64(Duration::from_nanos(times));
    let row = Row::over(
        limit.name,
        "ns",
        (each(own), each(floor)),
        own.div_duration_f64(floor),
        limit.hold,
    );
    if has_typical {
        row.with_typical(typical.div_duration_f64(floor))
    } else {
        row
    }
}

/// The same for code of which one run fills many rounds.
pub(super) fn against_slow<F, O>(
    limit: &Limit,
    mut floor: impl FnMut() -> F,
    mut own: impl FnMut() -> O,
) -> Row {
    progress::now(&format!("measuring: {}", limit.name));
    let mut best = [Duration::MAX; 2];
    for _ in 0..SLOW_ROUNDS {
        let round = [took(1, &mut floor), took(1, &mut own)];
        for (best, took) in best.iter_mut().zip(round) {
            *best = took.min(*best);
        }
    }
    let [floor, own] = best;
    let nanos = |time: Duration| time.div_duration_f64(Duration::from_nanos(1));
    Row::over(
        limit.name,
        "ns",
        (nanos(own), nanos(floor)),
        own.div_duration_f64(floor),
        limit.hold,
    )
}

/// How many times fill a round.
fn calibrate<T>(mut run: impl FnMut() -> T) -> u64 {
    let mut times: u64 = 16;
    while took(times, &mut run) < ROUND {
        times = times.saturating_mul(2);
    }
    times
}

#[inline(never)]
fn took<T>(times: u64, mut run: impl FnMut() -> T) -> Duration {
    let start = now();
    for _ in 0..times {
        black_box(run());
    }
    start.elapsed()
}

/// What `run` gives, and how long it took by the clock on the wall.
pub(super) fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = now();
    let done = run();
    (start.elapsed(), done)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long code takes is no business of a test's clock"
)]
fn now() -> Instant {
    Instant::now()
}
