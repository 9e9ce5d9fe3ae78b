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

/// A time as RFC 3339 writes it, in UTC and whole seconds: `2026-11-01T12:00:00Z`. A clock set before
/// 1970 is one of 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use payments_core::clock::rfc3339;
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// assert_eq!(rfc3339(time), "2026-11-01T12:00:00Z");
/// ```
#[must_use]
pub fn rfc3339(time: SystemTime) -> String {
    let seconds = i64::try_from(unix_millis(time) / 1000).unwrap_or(i64::MAX);
    let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Whether a text is a time as RFC 3339 has it, in upper case: `2026-11-01T12:00:00Z`, with fractions of
/// a second and an offset where wanted. A leap second is one.
#[must_use]
pub fn is_rfc3339(text: &str) -> bool {
    let parsed = || {
        let (date, rest) = text.split_once('T')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let (time, offset) = match rest.strip_suffix('Z') {
            Some(time) => (time, [0, 0]),
            None => {
                let (time, offset) = rest.split_once(['+', '-'])?;
                (time, numbers(offset, ':', [2, 2])?)
            }
        };
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let days = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let is_day = (1..=12).contains(&month) && (1..=days).contains(&day);
        let is_time = |hour: u32, minute: u32| hour <= 23 && minute <= 59;
        let is_fraction =
            !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let [ahead, minutes] = offset;
        Some(
            is_day
                && is_time(hour, minute)
                && second <= 60
                && is_fraction
                && is_time(ahead, minutes),
        )
    };
    parsed().unwrap_or(false)
}

/// Numbers of so many digits each, and nothing else.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (found, digits) in found.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        *found = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(found)
}

const DAY: i64 = 86_400;

/// Year, month and day of a day counted from 1970-01-01. Years begin in March here, so that the leap
/// day is the last of its year.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the days of 64 bits of milliseconds are far from the ends of an i64"
)]
fn civil(days: i64) -> (i64, i64, i64) {
    // The days from 0000-03-01 to 1970-01-01, and those of 400, 100 and 4 years.
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leaps = of_era / 1460 - of_era / 36_524 + of_era / 146_096;
    let of_year_era = of_era.saturating_sub(leaps) / 365;
    let before = of_year_era * 365 + of_year_era / 4 - of_year_era / 100;
    let of_year = of_era.saturating_sub(before);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year
        .saturating_sub((153 * from_march + 2) / 5)
        .saturating_add(1);
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + of_year_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_rfc_3339_are_told() {
        for good in [
            "2026-11-01T12:00:00Z",
            "2026-11-01T12:00:00.1234567Z",
            "2026-11-01T12:00:00+01:00",
            "2026-11-01T23:59:60.0-00:30",
            "2024-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
        ] {
            assert!(is_rfc3339(good), "{good}");
        }
        for bad in [
            "",
            "00000000000000000",
            "2026-11-01T12:00Z",
            "2026-11-01T12:00:00",
            "2026-11-01 12:00:00Z",
            "2026-11-01t12:00:00z",
            "2026-11-01T12:00:00Zx",
            "2026-11-01T12:00:00ZZ",
            "2026-11-01T12:00:00.Z",
            "2026-11-01T12:00:00.1.2Z",
            "2026-11-01T12:00:00+1:00",
            "2026-11-01T12:00:00+0100",
            "2026-11-01T12:00:00+24:00",
            "2026-11-01T12:00:00+01:00+01:00",
            "2026-11-01T12:00:00:00Z",
            "2026-11-01T24:00:00Z",
            "2026-11-01T12:60:00Z",
            "2026-11-01T12:00:61Z",
            "2026-00-01T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-11-00T12:00:00Z",
            "2026-11-31T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "26-11-01T12:00:00Z",
            "+026-11-01T12:00:00Z",
            "2026-1-001T12:00:00Z",
            "\u{0662}026-11-01T12:00:00Z",
        ] {
            assert!(!is_rfc3339(bad), "{bad}");
        }
        assert!(is_rfc3339(&rfc3339(SystemTime::UNIX_EPOCH)));
    }

    #[test]
    fn times_are_written_as_rfc_3339_has_them() {
        let check = |seconds: u64, expect: &str| {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(rfc3339(time), expect);
        };
        // By `date -u -d @seconds`.
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399, "2000-02-28T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(951_868_800, "2000-03-01T00:00:00Z");
        check(1_709_164_800, "2024-02-29T00:00:00Z");
        check(1_735_689_599, "2024-12-31T23:59:59Z");
        check(4_107_542_399, "2100-02-28T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00Z");
    }
}
