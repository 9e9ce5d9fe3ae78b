//! How amounts are written to providers, and read back.

pub use super::text::{Digits, Text};

use super::decimal::Decimal;
use super::error::{MoneyError, NotDecimal, NotWhole, OutOfRange};
use super::plain::{Plain, pow10};
use super::{Currency, Money};

/// How one field of a provider's message writes an amount; its description says which.
///
/// ```
/// use payments_core::{Currency, Money};
/// use payments_core::money::wire::Form;
/// let price = Money::from_minor(149_900, Currency::PHP);
/// assert_eq!(Form::Minor.print(price)?.as_str(), "149900");
/// assert_eq!(Form::Major.print(price)?.as_str(), "1499");
/// assert_eq!(Form::Decimal.print(price)?.as_str(), "1499.00");
/// assert_eq!(Form::Trimmed.parse("1499.5", Currency::PHP)?.minor(), 149_950);
/// # Ok::<(), payments_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// An integer, in minor units: `149900`.
    Minor,
    /// An integer, in major units: `1499`. An amount with a fraction cannot be written.
    Major,
    /// Text with exactly the currency's fraction digits: `1499.00`. Read as strictly, because
    /// `149900` in such a field is more likely the wrong unit than a round sum.
    Decimal,
    /// A JSON number, written with exactly the currency's fraction digits. Read by value, because
    /// JSON writers drop zeros and may use exponents: `1499`, `1499.0` and `1.499e3` are one amount.
    DecimalNumber,
    /// Text without needless zeros: `1499`, `1499.5`. Read with them too, as
    /// [`Money::from_decimal`] does.
    Trimmed,
    /// A JSON number without needless zeros: `1499`, `1499.5`. Read by value, as
    /// [`Form::DecimalNumber`] is.
    TrimmedNumber,
}

impl Form {
    /// Writes the amount, without allocating.
    ///
    /// # Errors
    /// [`MoneyError::NotWhole`] for a fraction in [`Form::Major`]; the other forms write every amount.
    #[inline]
    pub fn print(self, money: Money) -> Result<Text, MoneyError> {
        let (minor, exponent) = (money.minor(), money.currency().exponent());
        match self {
            Self::Minor => Ok(Text::new(minor, 0)),
            Self::Decimal | Self::DecimalNumber => Ok(Text::new(minor, exponent)),
            Self::Major | Self::Trimmed | Self::TrimmedNumber => {
                let (mantissa, scale) = without_zeros(minor, exponent);
                if self == Self::Major && scale > 0 {
                    return Err(NotWhole::new(money.currency()).into());
                }
                Ok(Text::new(mantissa, scale))
            }
        }
    }

    /// Reads an amount: exactly, or not at all.
    ///
    /// # Errors
    /// [`MoneyError::NotDecimal`] for a text that this form does not write,
    /// [`MoneyError::TooPrecise`], [`MoneyError::OutOfRange`].
    pub fn parse(self, text: &str, currency: Currency) -> Result<Money, MoneyError> {
        match self {
            Self::Minor => Ok(Money::from_minor(integer(text)?, currency)),
            Self::Major => {
                let factor = pow10(usize::from(currency.exponent())).ok_or(OutOfRange)?;
                let minor = integer(text)?.checked_mul(factor).ok_or(OutOfRange)?;
                Ok(Money::from_minor(minor, currency))
            }
            Self::Decimal => {
                let money = Money::from_decimal(text, currency)?;
                let written = text.split_once('.').map_or(0, |(_, digits)| digits.len());
                if written == usize::from(currency.exponent()) {
                    Ok(money)
                } else {
                    Err(NotDecimal::MissingDigits.into())
                }
            }
            Self::DecimalNumber | Self::TrimmedNumber => {
                Decimal::from_json_number(text)?.to_money(currency)
            }
            Self::Trimmed => Money::from_decimal(text, currency),
        }
    }

    /// Whether the field is a number in JSON; otherwise it is a text.
    #[must_use]
    pub const fn is_number(self) -> bool {
        match self {
            Self::Minor | Self::Major | Self::DecimalNumber | Self::TrimmedNumber => true,
            Self::Decimal | Self::Trimmed => false,
        }
    }
}

/// Digits with at most a leading minus.
fn integer(text: &str) -> Result<i64, MoneyError> {
    let plain = Plain::read(text)?;
    if plain.scale() > 0 {
        return Err(NotDecimal::Character.into());
    }
    plain.mantissa()
}

/// Drops the zeros at the end of the fraction.
pub(super) fn without_zeros(mut mantissa: i64, mut scale: u8) -> (i64, u8) {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale = scale.saturating_sub(1);
    }
    (mantissa, scale)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a unit is never zero")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMS: [Form; 6] = [
        Form::Minor,
        Form::Major,
        Form::Decimal,
        Form::DecimalNumber,
        Form::Trimmed,
        Form::TrimmedNumber,
    ];

    /// `expect` is what the six forms print, in their order; a `-` where they refuse.
    fn check(input: Money, expect: [&str; 6]) {
        for (form, expect) in FORMS.into_iter().zip(expect) {
            match form.print(input) {
                Ok(text) => {
                    assert_eq!(text.as_str(), expect, "{form:?}");
                    assert_eq!(form.parse(&text, input.currency()), Ok(input), "{form:?}");
                }
                Err(error) => {
                    assert_eq!(error, NotWhole::new(input.currency()).into());
                    assert_eq!(expect, "-", "{form:?}");
                }
            }
        }
    }

    #[test]
    fn every_form_prints_and_reads_back() {
        let php = |minor| Money::from_minor(minor, Currency::PHP);
        check(
            php(149_900),
            ["149900", "1499", "1499.00", "1499.00", "1499", "1499"],
        );
        check(
            php(149_950),
            ["149950", "-", "1499.50", "1499.50", "1499.5", "1499.5"],
        );
        check(
            php(149_955),
            ["149955", "-", "1499.55", "1499.55", "1499.55", "1499.55"],
        );
        check(php(-5), ["-5", "-", "-0.05", "-0.05", "-0.05", "-0.05"]);
        check(php(0), ["0", "0", "0.00", "0.00", "0", "0"]);
        let min = "-92233720368547758.08";
        check(
            php(i64::MIN),
            ["-9223372036854775808", "-", min, min, min, min],
        );
        let jpy = Money::from_minor(1500, Currency::JPY);
        check(jpy, ["1500", "1500", "1500", "1500", "1500", "1500"]);
        let bhd = Money::from_minor(1500, Currency::BHD);
        check(bhd, ["1500", "-", "1.500", "1.500", "1.5", "1.5"]);
        let clf = Money::from_minor(1, Currency::CLF);
        check(clf, ["1", "-", "0.0001", "0.0001", "0.0001", "0.0001"]);
    }

    #[test]
    fn reads_what_the_form_writes_and_little_else() {
        let read = |form: Form, text| form.parse(text, Currency::PHP).ok().map(Money::minor);
        let other = [
            // text, then by form: minor, major, decimal, decimal number, trimmed, trimmed number
            (
                "1499",
                [
                    Some(1499),
                    Some(149_900),
                    None,
                    Some(149_900),
                    Some(149_900),
                    Some(149_900),
                ],
            ),
            (
                "1499.0",
                [
                    None,
                    None,
                    None,
                    Some(149_900),
                    Some(149_900),
                    Some(149_900),
                ],
            ),
            (
                "1499.00",
                [
                    None,
                    None,
                    Some(149_900),
                    Some(149_900),
                    Some(149_900),
                    Some(149_900),
                ],
            ),
            (
                "1499.000",
                [None, None, None, Some(149_900), None, Some(149_900)],
            ),
            ("1499.001", [None; 6]),
            (
                "1.499e3",
                [None, None, None, Some(149_900), None, Some(149_900)],
            ),
            ("-0", [None, None, None, Some(0), None, Some(0)]),
            ("1 499.00", [None; 6]),
            (
                "92233720368547759",
                [Some(92_233_720_368_547_759), None, None, None, None, None],
            ),
        ];
        for (text, expect) in other {
            assert_eq!(FORMS.map(|form| read(form, text)), expect, "{text}");
        }
    }

    #[test]
    fn numbers_are_told_from_texts() {
        assert_eq!(
            FORMS.map(Form::is_number),
            [true, true, false, true, false, true]
        );
    }

    #[test]
    fn nothing_allocates() {
        let text = std::hint::black_box("1499.00");
        let used = allocation_counter::measure(|| {
            let price = Money::from_decimal(text, Currency::PHP).unwrap();
            let sum = price.checked_add(price).unwrap();
            for form in FORMS {
                std::hint::black_box(form.print(sum).unwrap().as_str());
            }
        });
        assert_eq!(used.count_total, 0);
    }

    proptest! {
        #[test]
        fn parse_undoes_print(
            minor in prop_oneof![any::<i64>(), -100_000_i64..100_000],
            at in 0..Currency::every().len(),
        ) {
            let currency = Currency::every()[at];
            let money = Money::from_minor(minor, currency);
            for form in FORMS {
                match form.print(money) {
                    Ok(text) => prop_assert_eq!(form.parse(text.as_str(), currency), Ok(money)),
                    Err(_) => {
                        let unit = 10_i64.pow(u32::from(currency.exponent()));
                        prop_assert!(form == Form::Major && minor % unit != 0);
                    }
                }
            }
        }

        #[test]
        fn print_undoes_parse(text in "-?[0-9]{1,4}([.][0-9]{1,4})?", at in 0..Currency::every().len()) {
            // Only forms with one spelling per amount.
            for form in [Form::Minor, Form::Major, Form::Decimal] {
                if let Ok(money) = form.parse(&text, Currency::every()[at]) {
                    let printed = form.print(money).unwrap();
                    prop_assert_eq!(printed.as_str(), text.as_str());
                }
            }
        }

        #[test]
        fn never_panics(text in ".*", number in "-?[0-9]{0,25}[.]?[0-9]{0,9}(e[0-9]{1,9})?") {
            for form in FORMS {
                let _ = form.parse(&text, Currency::PHP);
                let _ = form.parse(&number, Currency::PHP);
            }
        }
    }
}
