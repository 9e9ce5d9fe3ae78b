//! Where a payment stands in the merchant's own database: it only moves on.

use serde::{Deserialize, Serialize};

use super::confirmed::Confirmation;
use super::inbox::Outcome;

/// Where a payment stands, of whichever provider it is, in the order in which a payment moves on. Messages
/// and answers come late and in any order: what is kept is the [`max`](Ord::max) of what was known and what
/// was found, so that nothing that comes late undoes anything. Only who declined may still pay, or be
/// authorised: another attempt of the same payment.
///
/// In a database it is [`Standing::as_str`], which is what `serde` writes too.
///
/// ```
/// use payments_core::incoming::{Confirmation, Standing};
///
/// let kept = Standing::Authorised;
/// assert_eq!(kept.max(Confirmation::Refunded(()).standing()), Standing::Refunded);
/// // A decline that comes after the authorisation is that of an attempt before it.
/// assert_eq!(kept.max(Confirmation::Declined(()).standing()), Standing::Authorised);
/// assert_eq!(kept.max(Confirmation::Open(()).standing()), Standing::Authorised);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Neither yet.
    #[default]
    Open,
    /// Declined: nothing was taken.
    Declined,
    /// Authorised and not captured: no money has moved.
    Authorised,
    /// Paid, and kept by the provider until the merchant approves the payment.
    Held,
    /// Paid: delivered, or about to be.
    Paid,
    /// Called off before it was settled.
    Voided,
    /// Given back in full.
    Refunded,
}

impl Standing {
    /// The word for it: `open`, `declined`, `authorised`, `held`, `paid`, `voided` or `refunded`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Declined => "declined",
            Self::Authorised => "authorised",
            Self::Held => "held",
            Self::Paid => "paid",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
        }
    }

    /// How the work on a row of the inbox ends that found this: a paid payment is settled, so that later
    /// messages about it find it so. Everything else was written down, and may change.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Paid => Outcome::Settled,
            Self::Open
            | Self::Declined
            | Self::Authorised
            | Self::Held
            | Self::Voided
            | Self::Refunded => Outcome::Done,
        }
    }
}

impl<T> Confirmation<T> {
    /// Where the payment stands by this. What is found of another payment or amount
    /// ([`Differs`](Self::Differs)) says as little of it as [`Open`](Self::Open).
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Confirmed(_) => Standing::Paid,
            Self::Held(_) => Standing::Held,
            Self::Authorised(_) => Standing::Authorised,
            Self::Declined(_) => Standing::Declined,
            Self::Open(_) | Self::Differs(_) => Standing::Open,
            Self::Refunded(_) => Standing::Refunded,
            Self::Voided(_) => Standing::Voided,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incoming::{Basis, Confirmed, Expected};
    use crate::money::{Currency, Money};

    const ALL: [Standing; 7] = [
        Standing::Open,
        Standing::Declined,
        Standing::Authorised,
        Standing::Held,
        Standing::Paid,
        Standing::Voided,
        Standing::Refunded,
    ];

    fn confirmed() -> Confirmed<()> {
        let expected = Expected::new("A-1", Money::from_minor(1, Currency::EUR));
        Confirmed::by_provider_crate((), expected, Basis::Queried { amount: true })
    }

    #[test]
    fn what_is_found_moves_it_on_and_never_back() {
        use Standing::{Authorised, Declined, Held, Paid, Refunded, Voided};
        let check = |found: Confirmation<()>, expect: [Standing; 7]| {
            let after = ALL.map(|kept| kept.max(found.standing()));
            assert_eq!(after, expect, "{found:?}");
        };
        for nothing in [Confirmation::Open(()), Confirmation::Differs(())] {
            check(nothing, ALL);
        }
        check(
            Confirmation::Declined(()),
            [Declined, Declined, Authorised, Held, Paid, Voided, Refunded],
        );
        let authorised = [
            Authorised, Authorised, Authorised, Held, Paid, Voided, Refunded,
        ];
        check(Confirmation::Authorised(()), authorised);
        check(
            Confirmation::Held(confirmed()),
            [Held, Held, Held, Held, Paid, Voided, Refunded],
        );
        check(
            Confirmation::Confirmed(confirmed()),
            [Paid, Paid, Paid, Paid, Paid, Voided, Refunded],
        );
        check(
            Confirmation::Voided(()),
            [Voided, Voided, Voided, Voided, Voided, Voided, Refunded],
        );
        check(Confirmation::Refunded(()), [Refunded; 7]);
    }

    #[test]
    fn its_word_is_what_serde_writes() {
        for standing in ALL {
            let text = serde_json::to_string(&standing).unwrap();
            assert_eq!(text, format!("\"{}\"", standing.as_str()));
            assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
        }
    }

    #[test]
    fn only_what_is_paid_is_settled() {
        let settled = ALL.map(|standing| standing.outcome() == Outcome::Settled);
        assert_eq!(settled, [false, false, false, false, true, false, false]);
    }
}
