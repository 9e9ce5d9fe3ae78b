//! Amounts as the sandbox reads them.

use std::fmt;

use payments_core::sandbox::{JsonNumber, JsonObject};

/// An amount in hundredths, not negative. All four currencies have two digits behind the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount {
    hundredths: i64,
}

impl Amount {
    /// Plain decimals with at most two digits behind the point.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let digits = |part: &str, longest: usize| {
            (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let plain = digits(whole, 15)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(|fraction| digits(fraction, 2));
        if !plain {
            return None;
        }
        let hundredths = format!("{whole}{:0<2}", fraction.unwrap_or_default());
        hundredths
            .parse()
            .ok()
            .map(|hundredths| Self { hundredths })
    }

    pub(super) const fn is_zero(self) -> bool {
        self.hundredths == 0
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            hundredths: self.hundredths.saturating_add(other.hundredths),
        }
    }

    /// What is left of it; nothing where `other` is more.
    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            hundredths: self.hundredths.saturating_sub(other.hundredths).max(0),
        }
    }

    pub(super) const fn times(self, count: i64) -> Self {
        Self {
            hundredths: self.hundredths.saturating_mul(count),
        }
    }

    /// Whether it is at most 15 % above or below `other`.
    pub(super) fn is_near(self, other: Self) -> bool {
        let apart = i128::from(self.hundredths.abs_diff(other.hundredths));
        apart.saturating_mul(100) <= i128::from(other.hundredths).saturating_mul(15)
    }

    /// Adds it to a JSON object, as a number with two digits behind the point.
    pub(super) fn write(self, object: JsonObject, name: &str) -> JsonObject {
        match JsonNumber::parse(&self.to_string()) {
            Some(number) => object.number(name, &number),
            None => object.null(name),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.hundredths.div_euclid(100);
        let rest = self.hundredths.rem_euclid(100);
        write!(f, "{whole}.{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    #[test]
    fn reads_plain_decimals() {
        for (text, written) in [
            ("0", "0.00"),
            ("1", "1.00"),
            ("0.01", "0.01"),
            ("27.5", "27.50"),
            ("27.50", "27.50"),
            ("999999999999999.99", "999999999999999.99"),
        ] {
            assert_eq!(amount(text).to_string(), written);
        }
        for text in [
            "", "-1", "+1", "01", "1.", ".5", "1.234", "1.000", "1e2", "1,5", " 1", "NaN", "１",
        ] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
    }

    #[test]
    fn is_near_within_fifteen_per_cent() {
        for (text, near) in [
            ("85", true),
            ("84.99", false),
            ("115", true),
            ("115.01", false),
        ] {
            assert_eq!(amount(text).is_near(amount("100")), near, "{text}");
        }
    }

    #[test]
    fn never_falls_below_zero() {
        assert!(amount("1").minus(amount("2")).is_zero());
        assert_eq!(amount("1.5").times(3).plus(amount("1")), amount("5.50"));
    }
}
