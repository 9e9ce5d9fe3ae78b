//! Exact money: minor units with their currency, and never a float.

mod currency;
mod decimal;
mod error;
mod plain;
pub mod stored;
mod text;
pub mod wire;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

pub use self::currency::Currency;
pub use self::decimal::Decimal;
pub use self::error::{
    Mixed, MoneyError, NotDecimal, NotWhole, OutOfRange, TooPrecise, UnknownCurrency,
};

use self::plain::{Plain, pow10};
use self::text::Text;

/// An exact amount: a whole number of the currency's minor units, negative amounts included.
///
/// The range is that of `i64`: for a currency with two fraction digits, about ±92 quadrillion.
/// Arithmetic is checked and two currencies never mix. How an amount is written to a provider is
/// never guessed (no serde here): each field has its own [`wire::Form`]. A database of your own keeps
/// the text that `Display` writes and `FromStr` reads; for serde, that is the module [`stored`].
///
/// Amounts of different currencies are unequal and have no order.
///
/// ```
/// use payments_core::{Currency, Money};
/// let price = Money::from_decimal("1499.00", Currency::PHP)?;
/// let fee = Money::from_minor(15_50, Currency::PHP);
/// assert_eq!(price.minor(), 149_900);
/// assert_eq!(price.checked_add(fee)?.to_string(), "1514.50 PHP");
/// assert!(price.checked_add(Money::from_minor(1, Currency::USD)).is_err());
/// # Ok::<(), payments_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// So many minor units: 149900 is `1499.00 PHP` and `149900 JPY`.
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads plain decimal text in major units: `1499`, `1499.5`, `-0.05`.
    ///
    /// The text is a `-` or nothing, then digits without a needless leading zero, then optionally a
    /// point and at most as many digits as the currency has. Everything else is refused: `+`, spaces,
    /// grouping, exponents, `.5`, `5.`, `007`, a negative zero. Nothing is rounded and an excess digit
    /// is refused even where it is a zero (`1.000 PHP`): whoever writes it means another unit. Where
    /// such zeros are harmless, read a [`Decimal`] and call [`Decimal::to_money`].
    ///
    /// ```
    /// use payments_core::{Currency, Money};
    /// assert_eq!(Money::from_decimal("0.05", Currency::PHP)?.minor(), 5);
    /// assert!(Money::from_decimal("0.050", Currency::PHP).is_err());
    /// assert!(Money::from_decimal("0.5", Currency::JPY).is_err());
    /// # Ok::<(), payments_core::money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::NotDecimal`], [`MoneyError::TooPrecise`], or [`MoneyError::OutOfRange`] beyond
    /// 64 bits of minor units.
    #[inline]
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let plain = Plain::read(text)?;
        let exponent = currency.exponent();
        let Some(missing) = usize::from(exponent).checked_sub(plain.scale()) else {
            return Err(TooPrecise::for_currency(currency).into());
        };
        let mut minor = plain.mantissa()?;
        if missing > 0 {
            minor = pow10(missing)
                .and_then(|factor| minor.checked_mul(factor))
                .ok_or(OutOfRange)?;
        }
        Ok(Self { minor, currency })
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// More than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::OutOfRange`] beyond 64 bits.
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// The difference; it may be negative.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies, [`MoneyError::OutOfRange`] beyond 64 bits.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with_minor(self.minor.checked_sub(other.minor))
    }

    /// So many times the amount. There is no division: how a remainder is shared is for the caller
    /// to say.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond 64 bits.
    #[inline]
    pub fn checked_mul(self, times: i64) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_mul(times))
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for the one amount without an opposite, `i64::MIN`.
    #[inline]
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_neg())
    }

    #[inline]
    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(Mixed::new(self.currency, other.currency).into())
        }
    }

    #[inline]
    fn with_minor(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        match minor {
            Some(minor) => Ok(Self { minor, ..self }),
            None => Err(OutOfRange.into()),
        }
    }
}

/// `None` for two currencies.
impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }
}

/// For people: `1499.00 PHP`. Providers get a [`wire::Form`].
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = Text::new(self.minor, self.currency.exponent());
        write!(out, "{number} {}", self.currency)
    }
}

/// What `Display` writes, and nothing else: amount, one blank, the currency's code.
///
/// ```
/// use payments_core::{Currency, Money};
/// let price = Money::from_minor(149_900, Currency::PHP);
/// assert_eq!(price.to_string().parse(), Ok(price));
/// assert!("1499 PHP".parse::<Money>().is_err());
/// ```
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (number, code) = text.split_once(' ').ok_or(NotDecimal::Character)?;
        let money = Self::from_decimal(number, Currency::from_code(code)?)?;
        // With all its digits: a currency that has more of them since would make another amount of it.
        let is_it = Text::new(money.minor, money.currency.exponent()).len() == number.len();
        is_it
            .then_some(money)
            .ok_or(NotDecimal::MissingDigits.into())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Money({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BHD: Currency = Currency::BHD;
    const CLF: Currency = Currency::CLF;
    const JPY: Currency = Currency::JPY;
    const PHP: Currency = Currency::PHP;

    const _: () = assert!(size_of::<Money>() <= 16);
    const _: () = assert!(size_of::<Result<Money, MoneyError>>() <= 24);

    /// `expect` is the amount in minor units with what people see, or the error.
    fn check(input: (&str, Currency), expect: Result<(i64, &str), &str>) {
        let (text, currency) = input;
        let read = Money::from_decimal(text, currency);
        let read = read.map(|money| (money.minor(), money.to_string()));
        let expect = expect.map(|(minor, shown)| (minor, shown.to_owned()));
        assert_eq!(
            read.map_err(|error| error.to_string()),
            expect.map_err(str::to_owned),
            "{text:?}"
        );
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for money in [
            Money::from_minor(149_900, PHP),
            Money::from_minor(-5, PHP),
            Money::from_minor(i64::MIN, CLF),
            Money::from_minor(0, JPY),
        ] {
            assert_eq!(money.to_string().parse(), Ok(money));
        }
        for other in [
            "",
            "PHP",
            "1499.00",
            "1499.00PHP",
            "1499 PHP",
            "1499.0 PHP",
            "1499.000 PHP",
            "1499.00 php",
            "1499.00  PHP",
            " 1499.00 PHP",
            "1499.00 PHP ",
            "1,499.00 PHP",
            "1 499.00 PHP",
            "PHP 1499.00",
            "1499.00 XXX",
        ] {
            assert!(other.parse::<Money>().is_err(), "{other:?}");
        }
    }

    #[test]
    fn reads_plain_decimal_text() {
        check(("1499.00", PHP), Ok((149_900, "1499.00 PHP")));
        check(("1499.5", PHP), Ok((149_950, "1499.50 PHP")));
        check(("1499", PHP), Ok((149_900, "1499.00 PHP")));
        check(("0.05", PHP), Ok((5, "0.05 PHP")));
        check(("-0.05", PHP), Ok((-5, "-0.05 PHP")));
        check(("0", PHP), Ok((0, "0.00 PHP")));
        check(("0.00", PHP), Ok((0, "0.00 PHP")));
        check(("1499", JPY), Ok((1499, "1499 JPY")));
        check(("1.499", BHD), Ok((1499, "1.499 BHD")));
        check(("1.4", CLF), Ok((14_000, "1.4000 CLF")));
    }

    #[test]
    fn refuses_excess_digits_even_zeros() {
        let php = "an amount in PHP has at most 2 fraction digits and nothing is rounded here; round it first";
        check(("1.005", PHP), Err(php));
        check(("1.000", PHP), Err(php));
        check(("1.00000000000000000000000000", PHP), Err(php));
        let jpy = "an amount in JPY has at most 0 fraction digits and nothing is rounded here; round it first";
        check(("1.0", JPY), Err(jpy));
    }

    #[test]
    fn refuses_what_is_not_plain() {
        for text in [
            "", "-", "+1", " 1", "1 ", "1,000", "1_000", "1e2", ".5", "5.", "-.5", ".", "1.2.3",
            "007", "00", "00.5", "-0", "-0.00", "--1", "1-", "٣", "1\0", "NaN", "inf", "0x10",
        ] {
            let error = Money::from_decimal(text, PHP).unwrap_err();
            assert!(matches!(error, MoneyError::NotDecimal(_)), "{text:?}");
        }
    }

    #[test]
    fn holds_at_the_ends_of_the_range() {
        let range = "the amount is beyond 64 bits of minor units; check its unit, or split it";
        let min = "-92233720368547758.08 PHP";
        check(
            ("92233720368547758.07", PHP),
            Ok((i64::MAX, "92233720368547758.07 PHP")),
        );
        check(("-92233720368547758.08", PHP), Ok((i64::MIN, min)));
        check(("92233720368547758.08", PHP), Err(range));
        check(("-92233720368547758.09", PHP), Err(range));
        check(("92233720368547759", PHP), Err(range));
        check(("18446744073709551616", JPY), Err(range));
        check(("18446744073709551617", JPY), Err(range));
        check(
            ("100000000000000000000000000000000000000000", JPY),
            Err(range),
        );
        for minor in [i64::MIN, -1, 0, 1, i64::MAX] {
            let money = Money::from_minor(minor, PHP);
            for other in [i64::MIN, -1, 0, 1, i64::MAX] {
                let sum = money.checked_add(Money::from_minor(other, PHP)).ok();
                assert_eq!(sum.map(Money::minor), minor.checked_add(other));
                let difference = money.checked_sub(Money::from_minor(other, PHP)).ok();
                assert_eq!(difference.map(Money::minor), minor.checked_sub(other));
                let product = money.checked_mul(other).ok();
                assert_eq!(product.map(Money::minor), minor.checked_mul(other));
            }
            assert_eq!(
                money.checked_neg().ok().map(Money::minor),
                minor.checked_neg()
            );
        }
    }

    #[test]
    fn two_currencies_never_mix() {
        let (one, other) = (Money::from_minor(1, PHP), Money::from_minor(1, JPY));
        let mixed = MoneyError::from(Mixed::new(PHP, JPY));
        assert_eq!(one.checked_add(other), Err(mixed));
        assert_eq!(one.checked_sub(other), Err(mixed));
        assert_eq!(
            mixed.to_string(),
            "PHP and JPY do not mix; convert one amount first"
        );
        assert_eq!(one.partial_cmp(&other), None);
        assert_ne!(one, other);
        assert!(one < Money::from_minor(2, PHP));
        assert_eq!(format!("{one:?}"), "Money(0.01 PHP)");
    }

    proptest! {
        #[test]
        fn display_reads_back(minor: i64, at in 0..Currency::every().len()) {
            let money = Money::from_minor(minor, Currency::every()[at]);
            let shown = money.to_string();
            let (number, code) = shown.split_once(' ').unwrap();
            let currency = Currency::from_code(code).unwrap();
            prop_assert_eq!(Money::from_decimal(number, currency), Ok(money));
        }

        #[test]
        fn sub_undoes_add(a: i64, b: i64) {
            let (a, b) = (Money::from_minor(a, PHP), Money::from_minor(b, PHP));
            if let Ok(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Ok(a));
                prop_assert_eq!(b.checked_add(a), Ok(sum));
            }
        }

        #[test]
        fn never_panics(text in ".*", at in 0..Currency::every().len()) {
            let _ = Money::from_decimal(&text, Currency::every()[at]);
        }

        // The grammar said a second time, by other means.
        #[test]
        fn accepts_exactly_the_grammar(text in "-?[0-9]{0,3}[.]?[0-9]{0,4}[ e+]?") {
            let body = text.strip_prefix('-').unwrap_or(&text);
            let (whole, fraction) = body.split_once('.').unwrap_or((body, "0"));
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let plain = digits(whole)
                && digits(fraction)
                && (whole == "0" || !whole.starts_with('0'))
                && fraction.len() <= 2
                && !(text.starts_with('-') && body.bytes().all(|b| b == b'0' || b == b'.'));
            prop_assert_eq!(Money::from_decimal(&text, PHP).is_ok(), plain);
        }
    }
}
