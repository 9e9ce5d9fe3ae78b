//! Which of MobilePay's documents hold: periods and spellings changed over the years.

use std::time::Duration;

/// A state of the provider's documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edition {
    /// The last ones, 2024 and after.
    #[default]
    Newest,
    /// The README of 2020-04.
    Founding,
}

/// How long things take.
///
/// ```
/// use std::time::Duration;
/// use payments_mobilepay::sandbox::{Edition, Periods};
///
/// assert_eq!(Periods::of(Edition::Newest).update, Duration::from_secs(20));
/// assert_eq!(Periods::of(Edition::Founding).payment, Duration::from_secs(35 * 60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Acceptance, callbacks and authorization together.
    pub payment: Duration,
    /// Added once to a payment with a 3-D step or a checkout.
    pub extra: Duration,
    /// From the acknowledged card callback to the update of the attempt.
    pub update: Duration,
    /// From a callback that was not acknowledged to the next try.
    pub callback_pause: Duration,
}

impl Periods {
    /// The documented ones: 10 min, 20 s, 15 s in 2024; 35 min (15 more for 3-D or checkout), 32 s,
    /// 5 s in 2020.
    #[must_use]
    pub const fn of(edition: Edition) -> Self {
        match edition {
            Edition::Newest => Self {
                payment: Duration::from_secs(10 * 60),
                extra: Duration::ZERO,
                update: Duration::from_secs(20),
                callback_pause: Duration::from_secs(15),
            },
            Edition::Founding => Self {
                payment: Duration::from_secs(35 * 60),
                extra: Duration::from_secs(15 * 60),
                update: Duration::from_secs(32),
                callback_pause: Duration::from_secs(5),
            },
        }
    }
}

/// How the keys of callbacks are spelt. Each kind of callback has its own spelling in the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyCase {
    /// As the edition has each kind: cards and addresses `PaymentId`, tokens `paymentId`, failures
    /// `PaymentId` or, in the founding edition, `paymentId`.
    #[default]
    AsDocumented,
    /// `PaymentId` everywhere.
    Pascal,
    /// `paymentId` everywhere.
    Camel,
}

impl KeyCase {
    /// A key that is documented as `pascal` or `camel`, as it is to be sent.
    pub(super) fn spell(self, key: &str, documented: Self) -> String {
        let case = if self == Self::AsDocumented {
            documented
        } else {
            self
        };
        let mut letters = key.chars();
        let Some(first) = letters.next() else {
            return String::new();
        };
        let first = match case {
            Self::Camel => first.to_ascii_lowercase(),
            Self::Pascal => first.to_ascii_uppercase(),
            Self::AsDocumented => first,
        };
        format!("{first}{}", letters.as_str())
    }
}

/// What the encrypted text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardText {
    /// Number, month and year as JSON numbers, so that a leading zero is lost; as text otherwise.
    pub numbers: bool,
    /// With `timestampticks`.
    pub ticks: bool,
}

impl CardText {
    /// Text without ticks in 2020-04, numbers with ticks since 2020-10.
    #[must_use]
    pub const fn of(edition: Edition) -> Self {
        let newest = matches!(edition, Edition::Newest);
        Self {
            numbers: newest,
            ticks: newest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_keys() {
        let check = |case: KeyCase, documented, expect: &str| {
            assert_eq!(case.spell("PaymentId", documented), expect);
            assert_eq!(case.spell("paymentId", documented), expect);
        };
        check(KeyCase::AsDocumented, KeyCase::Pascal, "PaymentId");
        check(KeyCase::AsDocumented, KeyCase::Camel, "paymentId");
        check(KeyCase::Camel, KeyCase::Pascal, "paymentId");
        check(KeyCase::Pascal, KeyCase::Camel, "PaymentId");
        assert_eq!(KeyCase::Camel.spell("", KeyCase::Pascal), "");
    }
}
