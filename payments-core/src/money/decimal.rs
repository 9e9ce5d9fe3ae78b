//! Exact decimal numbers without a unit.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::error::{MoneyError, NotDecimal, OutOfRange, TooPrecise};
use super::plain::{Plain, pow10};
use super::text::Text;
use super::wire::without_zeros;
use super::{Currency, Money};

/// An exact decimal number, for amounts whose unit the provider does not say.
///
/// A 64-bit integer and the place of its point, with at most [`Decimal::MAX_SCALE`] fraction digits.
/// The digits are kept as written (`100.0` prints as `100.0`, as signatures need it); comparing and
/// hashing go by value (`100.0 == 100`).
///
/// From JSON it is read with serde, from a number or a text, by its digits and never through a float.
/// That works with `serde_json::from_str` and `from_slice` on the bytes that arrived, not from a
/// `serde_json::Value`, and not below `flatten` or in an untagged enum: those fail.
///
/// ```
/// use payments_core::{Currency, Decimal};
/// let amount: Decimal = serde_json::from_str("1499.00").unwrap();
/// assert_eq!(amount.text().as_str(), "1499.00");
/// assert_eq!(amount, "1499".parse::<Decimal>()?);
/// assert_eq!(amount.to_money(Currency::PHP)?.minor(), 149_900);
/// # Ok::<(), payments_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

impl Decimal {
    /// The most fraction digits.
    pub const MAX_SCALE: u8 = 18;

    /// The number `mantissa` / 10^`scale`: `(14990, 1)` is `1499.0`.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] for a scale above [`Decimal::MAX_SCALE`].
    pub fn new(mantissa: i64, scale: u8) -> Result<Self, MoneyError> {
        if scale > Self::MAX_SCALE {
            return Err(TooPrecise::for_decimal(Self::MAX_SCALE).into());
        }
        Ok(Self { mantissa, scale })
    }

    /// Reads a JSON number: what [`Decimal::from_str`] takes, and also exponents and a negative zero.
    /// `1e2` is `100`, `1.50e1` is `15.0`, `-0.0` is `0.0`.
    ///
    /// ```
    /// use payments_core::Decimal;
    /// assert_eq!(Decimal::from_json_number("1.50e1")?.text().as_str(), "15.0");
    /// assert!(Decimal::from_json_number("1e999999999").is_err());
    /// # Ok::<(), payments_core::money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Decimal::from_str`]. The exponent's size costs no time.
    pub fn from_json_number(text: &str) -> Result<Self, MoneyError> {
        let (plain, rest) = Plain::prefix(text.as_bytes())?;
        let power = match rest {
            [] => 0,
            [b'e' | b'E', power @ ..] => exponent(power).ok_or(NotDecimal::Character)?,
            _ => return Err(NotDecimal::Character.into()),
        };
        let places = i64::try_from(plain.scale()).map_err(|_| OutOfRange)?;
        let places = places.saturating_sub(power);
        if places >= 0 {
            return Self::at_scale(&plain, usize::try_from(places).map_err(|_| OutOfRange)?);
        }
        let mantissa = usize::try_from(places.saturating_neg())
            .ok()
            .and_then(pow10)
            .and_then(|factor| plain.mantissa().ok()?.checked_mul(factor))
            .ok_or(OutOfRange)?;
        Ok(Self { mantissa, scale: 0 })
    }

    /// The integer that its digits make without the point.
    #[must_use]
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// How many fraction digits it is written with.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The number as written, without allocating.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::new(self.mantissa, self.scale)
    }

    /// This many major units of the currency. Goes by value: `100.000` is `100.00 PHP`, `100.001` is
    /// refused.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`], [`MoneyError::OutOfRange`].
    pub fn to_money(self, currency: Currency) -> Result<Money, MoneyError> {
        let exponent = currency.exponent();
        let minor = if let Some(excess) = self.scale.checked_sub(exponent) {
            pow10(usize::from(excess))
                .filter(|divisor| self.mantissa.checked_rem(*divisor) == Some(0))
                .and_then(|divisor| self.mantissa.checked_div(divisor))
                .ok_or_else(|| TooPrecise::for_currency(currency))?
        } else {
            pow10(usize::from(exponent.saturating_sub(self.scale)))
                .and_then(|factor| self.mantissa.checked_mul(factor))
                .ok_or(OutOfRange)?
        };
        Ok(Money::from_minor(minor, currency))
    }

    fn at_scale(plain: &Plain, scale: usize) -> Result<Self, MoneyError> {
        let scale = u8::try_from(scale).ok().filter(|s| *s <= Self::MAX_SCALE);
        let scale = scale.ok_or(TooPrecise::for_decimal(Self::MAX_SCALE))?;
        let mantissa = plain.mantissa()?;
        Ok(Self { mantissa, scale })
    }

    /// The mantissa that it would have at a scale not below its own.
    fn widened(self, scale: u8) -> i128 {
        let added = usize::from(scale.saturating_sub(self.scale));
        // At most 2^63 * 10^18, well within 128 bits.
        i128::from(self.mantissa).wrapping_mul(i128::from(pow10(added).unwrap_or(i64::MAX)))
    }
}

/// The signed digits after `e`; sizes beyond 64 bits become the largest, which no number fits.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let size = digits.iter().fold(0_i64, |size, byte| {
        size.saturating_mul(10)
            .saturating_add(i64::from(byte.wrapping_sub(b'0')))
    });
    Some(if negative {
        size.saturating_neg()
    } else {
        size
    })
}

/// Reads plain decimal text, with the grammar of [`Money::from_decimal`] and any number of fraction
/// digits up to [`Decimal::MAX_SCALE`].
///
/// Errors: [`MoneyError::NotDecimal`], [`MoneyError::TooPrecise`], and [`MoneyError::OutOfRange`]
/// where the digits do not fit 64 bits (18 always do).
impl FromStr for Decimal {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let plain = Plain::read(text)?;
        Self::at_scale(&plain, plain.scale())
    }
}

/// In major units, with the currency's fraction digits.
impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        Self {
            mantissa: money.minor(),
            scale: money.currency().exponent(),
        }
    }
}

impl From<i64> for Decimal {
    fn from(mantissa: i64) -> Self {
        Self { mantissa, scale: 0 }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.widened(scale).cmp(&other.widened(scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        without_zeros(self.mantissa, self.scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.text().as_str())
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Decimal({self})")
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(input)?.get();
        let quoted = raw
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        match quoted {
            // An escape is not plain either: the digits have no need of one.
            Some(text) => text.parse(),
            None => Self::from_json_number(raw),
        }
        .map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use proptest::prelude::*;

    use super::*;

    const RANGE: &str = "the amount is beyond 64 bits of minor units; check its unit, or split it";
    const PRECISE: &str =
        "a decimal has at most 18 fraction digits and nothing is rounded here; round it first";
    const CHARACTER: &str = "the amount holds something other than digits, one point and a leading minus; write it like `1499.00`";

    #[derive(Deserialize)]
    struct Reply {
        amount: Decimal,
        fee: Option<Decimal>,
    }

    /// Reads a JSON value, alone and within a derived struct; `expect` is its text or the error.
    fn check(input: &str, expect: Result<&str, &str>) {
        let alone = serde_json::from_str::<Decimal>(input);
        let within = format!(r#"{{"fee": null, "amount" : {input} , "more": 1.5}}"#);
        let within = serde_json::from_slice::<Reply>(within.as_bytes());
        match expect {
            Ok(text) => {
                assert_eq!(alone.unwrap().text().as_str(), text);
                let within = within.unwrap();
                assert_eq!(within.amount.to_string(), text);
                assert_eq!(within.fee, None);
            }
            Err(text) => {
                assert_eq!(alone.unwrap_err().to_string(), text, "{input}");
                assert!(within.err().unwrap().to_string().starts_with(text));
            }
        }
    }

    #[test]
    fn reads_json_by_its_digits() {
        check("0.1", Ok("0.1"));
        check("1499.00", Ok("1499.00"));
        check("\"1499.00\"", Ok("1499.00"));
        check("12345678901234567.89", Ok("12345678901234567.89"));
        check("\"12345678901234567.89\"", Ok("12345678901234567.89"));
        check("9223372036854775807", Ok("9223372036854775807"));
        check("-9.223372036854775808", Ok("-9.223372036854775808"));
        check("0.30000000000000004", Ok("0.30000000000000004"));
        check("1e2", Ok("100"));
        check("1E+2", Ok("100"));
        check("1.50e1", Ok("15.0"));
        check("1.50e-1", Ok("0.150"));
        check("-5e-18", Ok("-0.000000000000000005"));
        check("1e018", Ok("1000000000000000000"));
        check("-0.0", Ok("0.0"));
        check("0e5", Ok("0"));
    }

    #[test]
    fn refuses_what_does_not_fit() {
        check("9223372036854775808", Err(RANGE));
        check("1e19", Err(RANGE));
        check("1e999999999", Err(RANGE));
        check("1e99999999999999999999999999", Err(RANGE));
        check("0.0000000000000000001", Err(PRECISE));
        check("1e-19", Err(PRECISE));
        check("1e-99999999999999999999999999", Err(PRECISE));
        check("\"1e2\"", Err(CHARACTER));
        check("\" 1\"", Err(CHARACTER));
        check("\"\\u0031\"", Err(CHARACTER));
        check("true", Err(CHARACTER));
        check("{\"a\":1}", Err(CHARACTER));
        for text in [
            "1e", "1e+", "1e1.5", "e5", "01", "1.e5", "+1", "1e1 ", "1ee1", "1e-+1",
        ] {
            assert!(Decimal::from_json_number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn becomes_money_by_value() {
        let money = |text: &str, currency| {
            let decimal: Decimal = text.parse().unwrap();
            decimal.to_money(currency).map(Money::minor)
        };
        assert_eq!(money("100.000", Currency::PHP), Ok(10_000));
        assert_eq!(money("-100.5", Currency::PHP), Ok(-10_050));
        assert_eq!(money("100.0", Currency::JPY), Ok(100));
        let too_precise = MoneyError::from(TooPrecise::for_currency(Currency::PHP));
        assert_eq!(money("100.001", Currency::PHP), Err(too_precise));
        assert_eq!(
            money("9223372036854775807", Currency::PHP),
            Err(OutOfRange.into())
        );
        assert_eq!(
            money("-9.223372036854775808", Currency::PHP),
            Err(too_precise)
        );
        assert!(Decimal::new(1, 19).is_err());
    }

    #[test]
    fn does_not_go_through_a_float() {
        #[derive(Debug, Deserialize)]
        struct Flat {
            #[serde(flatten)]
            _rest: Rest,
        }
        #[derive(Debug, Deserialize)]
        struct Rest {
            #[serde(rename = "amount")]
            _amount: Decimal,
        }
        serde_json::from_str::<Flat>(r#"{"amount":0.1}"#).unwrap_err();
        serde_json::from_value::<Decimal>(serde_json::json!(0.1)).unwrap_err();
    }

    proptest! {
        #[test]
        fn text_reads_back(mantissa: i64, scale in 0..=Decimal::MAX_SCALE) {
            let decimal = Decimal::new(mantissa, scale).unwrap();
            let text = decimal.text();
            let read: Decimal = text.parse().unwrap();
            prop_assert_eq!((read.mantissa(), read.scale()), (mantissa, scale));
            let read: Decimal = serde_json::from_str(text.as_str()).unwrap();
            prop_assert_eq!((read.mantissa(), read.scale()), (mantissa, scale));
        }

        #[test]
        fn goes_by_value(mantissa in -10_000_i64..10_000, scale in 0_u8..6, zeros in 0_u8..12) {
            let one = Decimal::new(mantissa, scale).unwrap();
            let wide = mantissa * 10_i64.pow(u32::from(zeros));
            let other = Decimal::new(wide, scale + zeros).unwrap();
            let next = Decimal::new(wide + 1, scale + zeros).unwrap();
            let hash = RandomState::new();
            prop_assert_eq!(one, other);
            prop_assert_eq!(hash.hash_one(one), hash.hash_one(other));
            prop_assert!(one < next);
            prop_assert!(next > other);
        }

        #[test]
        fn money_and_back(minor: i64, at in 0..Currency::every().len()) {
            let money = Money::from_minor(minor, Currency::every()[at]);
            prop_assert_eq!(Decimal::from(money).to_money(money.currency()), Ok(money));
        }

        #[test]
        fn never_panics(text in ".*", number in "-?[0-9]{0,25}[.]?[0-9]{0,25}([eE][-+]?[0-9]{0,25})?") {
            let _ = text.parse::<Decimal>();
            let _ = Decimal::from_json_number(&text);
            let _ = serde_json::from_str::<Decimal>(&text);
            let _ = Decimal::from_json_number(&number);
            let _ = serde_json::from_str::<Decimal>(&number);
        }
    }
}
