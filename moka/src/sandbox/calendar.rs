//! The time in Türkiye: UTC+3 all the year.
//!
//! The provider's page names an hour and no zone; that it is this one is inferred.

use std::fmt;

const DAY: i64 = 86_400_000;
const ZONE: i64 = 3 * 3_600_000;

/// The hour from which a payment of the same day is not voided any more.
const VOID_ENDS: i64 = 22 * 3_600_000;

/// A moment of local time. Written as the provider does: no zone, no zeros at the end of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Local {
    millis: i64,
}

impl Local {
    pub(super) fn from_unix_millis(millis: u64) -> Self {
        Self {
            millis: i64::try_from(millis)
                .unwrap_or(i64::MAX)
                .saturating_add(ZONE),
        }
    }

    /// Reads `yyyy-MM-dd HH:mm`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute] = numbers(time, ':', [2, 2])?;
        let days = (1..=12)
            .contains(&month)
            .then(|| days_from_civil(year, month, day))?;
        if civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 {
            return None;
        }
        let minutes = hour.saturating_mul(60).saturating_add(minute);
        Some(Self {
            millis: days
                .saturating_mul(DAY)
                .saturating_add(minutes.saturating_mul(60_000)),
        })
    }

    pub(super) const fn day(self) -> i64 {
        self.millis.div_euclid(DAY)
    }

    pub(super) const fn next_minute(self) -> Self {
        Self {
            millis: self.millis.saturating_add(60_000),
        }
    }

    /// Whether a payment of `paid` can still be voided: the same day, before 22:00.
    pub(super) const fn can_void(self, paid: Self) -> bool {
        self.day() == paid.day() && self.millis.rem_euclid(DAY) < VOID_ENDS
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.day());
        let rest = self.millis.rem_euclid(DAY);
        let (hour, minute) = (
            rest.div_euclid(3_600_000),
            rest.div_euclid(60_000).rem_euclid(60),
        );
        let (second, milli) = (rest.div_euclid(1000).rem_euclid(60), rest.rem_euclid(1000));
        let text =
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}");
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn numbers<const N: usize>(text: &str, between: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next()?;
        if part.len() != length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days since 1970-01-01, by the usual arithmetic on years that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year.saturating_sub(i64::from(month <= 2));
    let of_era = year.rem_euclid(400);
    let of_year = month
        .saturating_add(9)
        .rem_euclid(12)
        .saturating_mul(153)
        .saturating_add(2)
        .div_euclid(5)
        .saturating_add(day)
        .saturating_sub(1);
    of_era
        .saturating_mul(365)
        .saturating_add(of_era.div_euclid(4))
        .saturating_sub(of_era.div_euclid(100))
        .saturating_add(of_year)
        .saturating_add(year.div_euclid(400).saturating_mul(146_097))
        .saturating_sub(719_468)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = of_era
        .saturating_sub(of_era.div_euclid(1460))
        .saturating_add(of_era.div_euclid(36_524))
        .saturating_sub(of_era.div_euclid(146_096))
        .div_euclid(365);
    let of_year = of_era
        .saturating_sub(year_of_era.saturating_mul(365))
        .saturating_sub(year_of_era.div_euclid(4))
        .saturating_add(year_of_era.div_euclid(100));
    let from_march = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = of_year
        .saturating_sub(
            from_march
                .saturating_mul(153)
                .saturating_add(2)
                .div_euclid(5),
        )
        .saturating_add(1);
    let month = from_march
        .saturating_add(2)
        .rem_euclid(12)
        .saturating_add(1);
    let year = days
        .div_euclid(146_097)
        .saturating_mul(400)
        .saturating_add(year_of_era)
        .saturating_add(i64::from(month <= 2));
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_three_hours_ahead_and_has_no_zeros_at_the_end() {
        let check = |millis, expect: &str| {
            assert_eq!(Local::from_unix_millis(millis).to_string(), expect);
        };
        check(0, "1970-01-01T03:00:00");
        check(1_488_282_137_260, "2017-02-28T14:42:17.26");
        check(1_709_240_399_999, "2024-02-29T23:59:59.999");
        check(1_767_214_800_000, "2026-01-01T00:00:00");
    }

    #[test]
    fn reads_what_the_list_calls_send() {
        let check = |text: &str, expect: &str| {
            assert_eq!(Local::parse(text).unwrap().to_string(), expect);
        };
        check("2026-01-01 00:00", "2026-01-01T00:00:00");
        check("2000-02-29 23:59", "2000-02-29T23:59:00");
        for bad in [
            "",
            "2026-01-01",
            "2026-02-30 00:00",
            "2026-13-01 00:00",
            "2026-1-01 00:00",
            "2026-01-01 24:00",
            "2026-01-01 00:60",
            "2026-01-01T00:00",
            "2026-01-01 00:00:00",
        ] {
            assert_eq!(Local::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn voids_end_at_ten_in_the_evening() {
        let at = |text| Local::parse(text).unwrap();
        let paid = at("2026-01-01 09:00");
        assert!(at("2026-01-01 21:59").can_void(paid));
        assert!(!at("2026-01-01 22:00").can_void(paid));
        assert!(!at("2026-01-02 09:00").can_void(paid));
    }
}
