//! The text of a number, on the stack.

use std::fmt;
use std::ops::Deref;

/// The longest, `-9.223372036854775808`, rounded up to words, so that the last 16 begin a word.
const ROOM: usize = 24;

/// The exact text of a number, without a heap allocation: `-1499.00`.
///
/// ASCII digits, at most one leading `-` and at most one point between digits.
#[derive(Clone, Copy)]
pub struct Text {
    start: usize,
    /// ASCII throughout; the text is what begins at `start`.
    bytes: [u8; ROOM],
}

impl Text {
    /// `mantissa` / 10^`scale`, written with `scale` fraction digits. The scale is at most 18.
    #[inline]
    pub(super) fn new(mantissa: i64, scale: u8) -> Self {
        Self::write(mantissa < 0, mantissa.unsigned_abs(), scale)
    }

    /// The text.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        let start = self.start;
        // Without unsafe code the bytes must be checked to be UTF-8; 16 at once on a word boundary is
        // several times faster than the few in use. The defaults are never taken.
        let (checked, from) = match (start.checked_sub(ROOM - 16), self.bytes.last_chunk::<16>()) {
            (Some(from), Some(last)) => (std::str::from_utf8(last), from),
            _ => (std::str::from_utf8(&self.bytes), start),
        };
        checked
            .ok()
            .and_then(|text| text.get(from..))
            .unwrap_or_default()
    }

    #[inline]
    fn write(negative: bool, magnitude: u64, scale: u8) -> Self {
        if magnitude >= SHORT {
            return Self::write_long(negative, magnitude, scale);
        }
        // The scales of ISO's currencies: each becomes code with its own constants.
        match scale {
            0 => Self::write_short(negative, magnitude, 0),
            2 => Self::write_short(negative, magnitude, 2),
            3 => Self::write_short(negative, magnitude, 3),
            4 => Self::write_short(negative, magnitude, 4),
            _ => Self::write_long(negative, magnitude, scale),
        }
    }

    /// One division per digit.
    fn write_long(negative: bool, magnitude: u64, scale: u8) -> Self {
        let mut bytes = [b'0'; ROOM];
        let mut slots = bytes.iter_mut().rev();
        let mut push = |byte| {
            if let Some(slot) = slots.next() {
                *slot = byte;
            }
        };
        let mut left = magnitude;
        let mut place = 0_u8;
        while left > 0 || place <= scale {
            if place == scale && scale > 0 {
                push(b'.');
            }
            push(digit(left % 10));
            left /= 10;
            place = place.saturating_add(1);
        }
        if negative {
            push(b'-');
        }
        let start = slots.len();
        Self { start, bytes }
    }

    /// All digits at once, as the bytes of an integer.
    #[inline(always)]
    fn write_short(negative: bool, magnitude: u64, scale: u32) -> Self {
        let digits = if magnitude < 100_000_000 {
            u128::from(eight_digits(magnitude))
        } else {
            let high = u128::from(eight_digits(magnitude / 100_000_000));
            high.wrapping_shl(64) | u128::from(eight_digits(magnitude % 100_000_000))
        };
        // A byte that is not zero, for the one digit before the point that is always written.
        let floor = 1_u128.wrapping_shl(scale.wrapping_mul(8));
        let unused = (digits | floor).leading_zeros() / 8;
        let mut text = digits | u128::from_be_bytes([b'0'; 16]);
        let mut start = unused;
        if scale > 0 {
            let fraction = scale.wrapping_mul(8);
            let below = text & low_bits(fraction);
            let above = text & !low_bits(fraction);
            text = above.wrapping_shl(8) | u128::from(b'.').wrapping_shl(fraction) | below;
            start = start.wrapping_sub(1);
        }
        if negative {
            start = start.wrapping_sub(1);
            // What stands there is a `0`.
            let sign = u128::from(b'-' ^ b'0');
            text ^= sign.wrapping_shl(120_u32.wrapping_sub(start.wrapping_mul(8)));
        }
        let mut bytes = [b'0'; ROOM];
        if let Some(last) = bytes.last_chunk_mut() {
            *last = text.to_be_bytes();
        }
        let start = usize::try_from(start.wrapping_add(8)).unwrap_or_default();
        Self { start, bytes }
    }
}

/// The first magnitude whose digits, with a sign and a point, do not fit the 16 bytes of a `u128`.
const SHORT: u64 = 100_000_000_000_000;

/// Ones in so many low bits, fewer than 128.
#[inline]
const fn low_bits(count: u32) -> u128 {
    1_u128.wrapping_shl(count).wrapping_sub(1)
}

/// The eight digits of a number below 10^8 as the values 0 to 9 in the eight bytes, the first digit
/// in the highest. Each step splits every lane in two by a multiplication with the rounded-up
/// reciprocal; the lanes are wide enough that nothing is carried into the next.
#[inline]
const fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | (number % 10_000).wrapping_shl(32);
    let hundreds = fours.wrapping_mul(10_486).wrapping_shr(20) & 0x7F_0000_007F;
    let twos = hundreds
        | fours
            .wrapping_sub(hundreds.wrapping_mul(100))
            .wrapping_shl(16);
    let tens = twos.wrapping_mul(103).wrapping_shr(10) & 0x000F_000F_000F_000F;
    let ones = tens | twos.wrapping_sub(tens.wrapping_mul(10)).wrapping_shl(8);
    ones.swap_bytes()
}

/// The character of a number below ten.
#[inline]
const fn digit(number: u64) -> u8 {
    let [low, ..] = number.to_le_bytes();
    b'0'.wrapping_add(low)
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

/// The decimal text of an integer, without a heap allocation.
///
/// ```
/// use payments_core::money::wire::Digits;
/// assert_eq!(Digits::signed(i64::MIN).as_str(), "-9223372036854775808");
/// assert_eq!(Digits::unsigned(u64::MAX).as_str(), "18446744073709551615");
/// ```
#[derive(Clone, Copy)]
pub struct Digits(Text);

impl Digits {
    /// Of an integer with a sign.
    #[must_use]
    #[inline]
    pub fn signed(number: i64) -> Self {
        Self(Text::new(number, 0))
    }

    /// Of an integer without a sign.
    #[must_use]
    #[inline]
    pub fn unsigned(number: u64) -> Self {
        Self(Text::write(false, number, 0))
    }

    /// The text.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Deref for Digits {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Digits {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const _: () = assert!(size_of::<Text>() <= 32);

    fn check(input: (i64, u8), expect: &str) {
        let text = Text::new(input.0, input.1);
        assert_eq!(text.as_str(), expect);
        assert_eq!(*text, *expect);
        assert_eq!(format!("{text} {text:?}"), format!("{expect} {expect:?}"));
    }

    #[test]
    fn writes_the_point_where_it_belongs() {
        check((0, 0), "0");
        check((0, 2), "0.00");
        check((5, 2), "0.05");
        check((-5, 2), "-0.05");
        check((149_900, 2), "1499.00");
        check((-149_900, 0), "-149900");
        check((100, 2), "1.00");
        check((99_999_999, 4), "9999.9999");
        check((100_000_000, 4), "10000.0000");
        check((i64::MAX, 0), "9223372036854775807");
        check((i64::MIN, 18), "-9.223372036854775808");
        check((-1, 18), "-0.000000000000000001");
        check((-99_999_999_999_999, 7), "-9999999.9999999");
        check((-100_000_000_000_000, 7), "-10000000.0000000");
    }

    #[test]
    fn eight_digits_are_right_around_every_edge() {
        let edges = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
        for number in edges
            .into_iter()
            .flat_map(|edge| (1..=9).flat_map(move |n| [n * edge - 1, n * edge, n * edge + 1]))
        {
            let text = eight_digits(number).to_be_bytes().map(|byte| byte + b'0');
            assert_eq!(String::from_utf8_lossy(&text), format!("{number:08}"));
        }
        for number in 0..10_000 {
            let number = number * 10_001;
            let text = eight_digits(number).to_be_bytes().map(|byte| byte + b'0');
            assert_eq!(String::from_utf8_lossy(&text), format!("{number:08}"));
        }
    }

    proptest! {
        #[test]
        fn short_and_long_agree(negative: bool, magnitude in 0..SHORT, bits in 0_u32..47, scale in 0_u8..5) {
            let magnitude = magnitude >> bits;
            let short = Text::write_short(negative, magnitude, u32::from(scale));
            let long = Text::write_long(negative, magnitude, scale);
            prop_assert_eq!(short.as_str(), long.as_str());
        }

        #[test]
        fn agrees_with_the_standard_library(number: i64, bits in 0_u32..64, scale in 0_u8..=18) {
            let number = number >> bits;
            prop_assert_eq!(Digits::signed(number).to_string(), number.to_string());
            let unsigned = number.unsigned_abs() << 1;
            prop_assert_eq!(Digits::unsigned(unsigned).to_string(), unsigned.to_string());
            let text = Text::new(number, scale).to_string();
            let unpointed: i128 = text.replace('.', "").parse().unwrap();
            prop_assert_eq!(unpointed, i128::from(number));
            let fraction = text.split_once('.').map_or(0, |(_, digits)| digits.len());
            prop_assert_eq!(fraction, usize::from(scale));
        }
    }
}
