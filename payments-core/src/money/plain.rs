//! The one reader of decimal digits.

use super::error::{MoneyError, NotDecimal, OutOfRange};

/// How many decimal digits always fit in a `u64`.
const DIGITS: usize = 19;

const POW10: [i64; DIGITS] = {
    let mut table = [1; DIGITS];
    let mut at = 1;
    while at < DIGITS {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated at compile time, where a slip is an error"
        )]
        {
            table[at] = table[at - 1] * 10;
            at += 1;
        }
    }
    table
};

/// Ten to the `power`; `None` where it does not fit.
pub(super) fn pow10(power: usize) -> Option<i64> {
    POW10.get(power).copied()
}

/// Digits with an optional sign and point, as read.
pub(super) struct Plain {
    negative: bool,
    magnitude: u64,
    digits: usize,
    scale: usize,
}

impl Plain {
    /// Reads the whole text. A negative zero is refused: it would not be printed as it was read.
    #[inline]
    pub(super) fn read(text: &str) -> Result<Self, MoneyError> {
        let (plain, rest) = Self::prefix(text.as_bytes())?;
        if !rest.is_empty() {
            return Err(NotDecimal::Character.into());
        }
        if plain.negative && plain.magnitude == 0 && plain.digits <= DIGITS {
            return Err(NotDecimal::NegativeZero.into());
        }
        Ok(plain)
    }

    /// Reads as far as the digits go.
    #[inline]
    pub(super) fn prefix(text: &[u8]) -> Result<(Self, &[u8]), MoneyError> {
        let (negative, body) = match text {
            [b'-', body @ ..] => (true, body),
            body => (false, body),
        };
        let (magnitude, rest) = take_digits(body, 0);
        let whole = body.len().wrapping_sub(rest.len());
        match body {
            [b'0', b'0'..=b'9', ..] => return Err(NotDecimal::LeadingZero.into()),
            [b'0'..=b'9', ..] => {}
            [] => return Err(NotDecimal::Empty.into()),
            [b'.', ..] => return Err(NotDecimal::BarePoint.into()),
            _ => return Err(NotDecimal::Character.into()),
        }
        let mut plain = Self {
            negative,
            magnitude,
            digits: whole,
            scale: 0,
        };
        let [b'.', fraction @ ..] = rest else {
            return Ok((plain, rest));
        };
        let (magnitude, rest) = take_digits(fraction, magnitude);
        plain.magnitude = magnitude;
        plain.scale = fraction.len().wrapping_sub(rest.len());
        plain.digits = whole.wrapping_add(plain.scale);
        if plain.scale == 0 {
            return Err(NotDecimal::BarePoint.into());
        }
        Ok((plain, rest))
    }

    /// How many digits stood after the point.
    pub(super) const fn scale(&self) -> usize {
        self.scale
    }

    /// All digits as one number.
    #[inline]
    pub(super) fn mantissa(&self) -> Result<i64, MoneyError> {
        // Beyond that many digits the magnitude has wrapped.
        let fits = self.digits <= DIGITS;
        let mantissa = if self.negative {
            0_i64.checked_sub_unsigned(self.magnitude)
        } else {
            0_i64.checked_add_unsigned(self.magnitude)
        };
        mantissa.filter(|_| fits).ok_or(OutOfRange.into())
    }
}

/// Appends the digits at the front of `text` to `value`, wrapping; returns what follows them.
#[inline]
fn take_digits(mut text: &[u8], mut value: u64) -> (u64, &[u8]) {
    while let [first, rest @ ..] = text {
        let digit = first.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        text = rest;
    }
    (value, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Result<(i64, usize), MoneyError>) {
        let read = Plain::read(input).and_then(|plain| Ok((plain.mantissa()?, plain.scale())));
        assert_eq!(read, expect, "{input:?}");
    }

    #[test]
    fn says_what_is_wrong() {
        check("", Err(NotDecimal::Empty.into()));
        check("-", Err(NotDecimal::Empty.into()));
        check(".5", Err(NotDecimal::BarePoint.into()));
        check("5.", Err(NotDecimal::BarePoint.into()));
        check("5.x", Err(NotDecimal::BarePoint.into()));
        check("05", Err(NotDecimal::LeadingZero.into()));
        check("-0.0", Err(NotDecimal::NegativeZero.into()));
        check("+5", Err(NotDecimal::Character.into()));
        check("5 ", Err(NotDecimal::Character.into()));
        for neighbour in ["1:", "1/", "1.1:", "1.1/", ":", "/"] {
            check(neighbour, Err(NotDecimal::Character.into()));
        }
        check("1.2.3", Err(NotDecimal::Character.into()));
    }

    #[test]
    fn holds_nineteen_digits() {
        check("9223372036854775807", Ok((i64::MAX, 0)));
        check("-9.223372036854775808", Ok((i64::MIN, 18)));
        check("9223372036854775808", Err(OutOfRange.into()));
        check("9999999999999999999", Err(OutOfRange.into()));
        check("10000000000000000000", Err(OutOfRange.into()));
        // Twice 2^64 and 10 more: wraps to a small number.
        check("36893488147419103242", Err(OutOfRange.into()));
        // 2^64: wraps to zero.
        check("-18446744073709551616", Err(OutOfRange.into()));
        check("0.000000000000000001", Ok((1, 18)));
    }

    #[test]
    fn powers_of_ten() {
        assert_eq!(pow10(0), Some(1));
        assert_eq!(pow10(18), Some(1_000_000_000_000_000_000));
        assert_eq!(pow10(19), None);
    }
}
