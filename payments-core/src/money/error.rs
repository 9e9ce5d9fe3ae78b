//! Why an amount or a currency was refused.

use std::fmt;

use super::currency::Currency;

/// Why an amount or a currency was refused. Nothing is ever rounded, so the cure is always in the
/// input.
///
/// The messages do not repeat the text that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a plain decimal number.
    #[error(transparent)]
    NotDecimal(#[from] NotDecimal),
    /// More fraction digits than fit.
    #[error(transparent)]
    TooPrecise(#[from] TooPrecise),
    /// Beyond 64 bits.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// Two currencies in one sum.
    #[error(transparent)]
    Mixed(#[from] Mixed),
    /// No such currency.
    #[error(transparent)]
    UnknownCurrency(#[from] UnknownCurrency),
    /// A fraction where only whole major units can be written.
    #[error(transparent)]
    NotWhole(#[from] NotWhole),
}

/// What keeps a text from being a plain decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotDecimal {
    /// There are no digits.
    #[error("the amount is empty; write digits such as `1499.00`")]
    Empty,
    /// A sign other than one leading minus, a space, a grouping mark, a letter, a second point.
    #[error(
        "the amount holds something other than digits, one point and a leading minus; write it like `1499.00`"
    )]
    Character,
    /// `007`
    #[error("the amount starts with a needless zero; write it like `1499.00`")]
    LeadingZero,
    /// `.5` or `5.`
    #[error("the amount has a point without a digit on each side; write it like `0.50`")]
    BarePoint,
    /// `-0.00`
    #[error("the amount is a negative zero; write zero without a sign")]
    NegativeZero,
    /// `1499.5` in [`Form::Decimal`](super::wire::Form::Decimal).
    #[error(
        "the amount does not have all the fraction digits of its currency; check its unit, or write them out"
    )]
    MissingDigits,
}

/// More fraction digits than the currency, or a [`Decimal`](super::Decimal), has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooPrecise {
    currency: Option<Currency>,
    limit: u8,
}

impl TooPrecise {
    pub(super) const fn for_currency(currency: Currency) -> Self {
        Self {
            currency: Some(currency),
            limit: currency.exponent(),
        }
    }

    pub(super) const fn for_decimal(limit: u8) -> Self {
        Self {
            currency: None,
            limit,
        }
    }

    /// The most fraction digits that would have been taken.
    #[must_use]
    pub const fn limit(&self) -> u8 {
        self.limit
    }

    /// The currency that sets the limit, if one does.
    #[must_use]
    pub const fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

impl fmt::Display for TooPrecise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { currency, limit } = self;
        match currency {
            Some(currency) => write!(out, "an amount in {currency}")?,
            None => out.write_str("a decimal")?,
        }
        write!(
            out,
            " has at most {limit} fraction digits and nothing is rounded here; round it first"
        )
    }
}

impl std::error::Error for TooPrecise {}

/// An amount, or the result of a sum, beyond 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is beyond 64 bits of minor units; check its unit, or split it")]
#[non_exhaustive]
pub struct OutOfRange;

/// Two currencies in one sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{left} and {right} do not mix; convert one amount first")]
pub struct Mixed {
    left: Currency,
    right: Currency,
}

impl Mixed {
    pub(super) const fn new(left: Currency, right: Currency) -> Self {
        Self { left, right }
    }

    /// The currency of the amount that was added to.
    #[must_use]
    pub const fn left(&self) -> Currency {
        self.left
    }

    /// The currency of the other amount.
    #[must_use]
    pub const fn right(&self) -> Currency {
        self.right
    }
}

/// A code or number that is not in the table of [`Currency`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCurrency {
    asked: Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Code([u8; 3]),
    Numeric(u16),
    NotACode,
}

impl UnknownCurrency {
    pub(super) fn code(text: &str) -> Self {
        let asked = match *text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z', c @ b'A'..=b'Z'] => Asked::Code([a, b, c]),
            _ => Asked::NotACode,
        };
        Self { asked }
    }

    pub(super) const fn numeric(number: u16) -> Self {
        Self {
            asked: Asked::Numeric(number),
        }
    }
}

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.asked {
            Asked::Code(code) => {
                let [a, b, c] = code.map(char::from);
                write!(out, "`{a}{b}{c}`")?;
            }
            Asked::Numeric(number) => write!(out, "{number:03}")?,
            Asked::NotACode => {
                return out.write_str(
                    "the currency is not three upper-case letters; write its ISO 4217 code, such as `PHP`",
                );
            }
        }
        out.write_str(
            " is not an active ISO 4217 currency with minor units; translate the provider's own codes first",
        )
    }
}

impl std::error::Error for UnknownCurrency {}

/// A fraction where only whole major units can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this field carries whole {currency} only and the amount has a fraction; round it first")]
pub struct NotWhole {
    currency: Currency,
}

impl NotWhole {
    pub(super) const fn new(currency: Currency) -> Self {
        Self { currency }
    }

    /// The currency of the amount.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = assert!(size_of::<MoneyError>() <= 8);

    fn check(input: impl Into<MoneyError>, expect: &str) {
        assert_eq!(input.into().to_string(), expect);
    }

    #[test]
    fn says_what_to_do() {
        check(
            UnknownCurrency::code("TES"),
            "`TES` is not an active ISO 4217 currency with minor units; translate the provider's own codes first",
        );
        check(
            UnknownCurrency::numeric(8),
            "008 is not an active ISO 4217 currency with minor units; translate the provider's own codes first",
        );
        for text in ["php", "TL", "PHP ", "", "€€€"] {
            check(
                UnknownCurrency::code(text),
                "the currency is not three upper-case letters; write its ISO 4217 code, such as `PHP`",
            );
        }
        check(
            NotWhole::new(Currency::PHP),
            "this field carries whole PHP only and the amount has a fraction; round it first",
        );
        check(
            TooPrecise::for_decimal(18),
            "a decimal has at most 18 fraction digits and nothing is rounded here; round it first",
        );
    }
}
