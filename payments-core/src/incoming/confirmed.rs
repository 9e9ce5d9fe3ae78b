//! The step from "the provider says so" to "deliver the goods".

use std::ops::Deref;

use super::fields::Claim;
use crate::error::Misuse;
use crate::money::{Decimal, Money};

/// What the merchant's own database says of a payment. Nothing else is an authority on the amount
/// where the provider's signature and query do not cover it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    reference: String,
    amount: Money,
}

impl Expected {
    /// The payment `reference`, of `amount`, as stored when it was started.
    #[must_use]
    pub fn new(reference: impl Into<String>, amount: Money) -> Self {
        Self {
            reference: reference.into(),
            amount,
        }
    }

    /// The merchant's reference.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The amount.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Checks that a message is about this payment.
    ///
    /// # Errors
    /// [`Misuse`] if the merchant's record is of another payment.
    pub fn check_reference(&self, reference: &str) -> Result<(), Misuse> {
        if self.reference == reference {
            Ok(())
        } else {
            Err(Misuse::new(
                "expected",
                "is of another payment: look it up by the reference of the message",
            ))
        }
    }

    /// Checks an amount that the provider vouches for.
    ///
    /// # Errors
    /// [`Misuse`] if the provider speaks of another amount: deliver nothing and look at it.
    pub fn check_amount(&self, amount: Money) -> Result<(), Misuse> {
        if self.amount == amount {
            Ok(())
        } else {
            Err(Misuse::new(
                "expected",
                "is of another amount than the provider says: deliver nothing and look at it",
            ))
        }
    }

    /// Compares what a message claims with what is expected: to be reported, never to decide by.
    #[must_use]
    pub fn compare(&self, claim: &Claim<Decimal>) -> AmountClaim {
        match claim {
            Claim::Absent => AmountClaim::Absent,
            Claim::Unreadable(_) => AmountClaim::Differs,
            Claim::Read(claimed) if *claimed == Decimal::from(self.amount) => AmountClaim::Agrees,
            Claim::Read(_) => AmountClaim::Differs,
        }
    }
}

/// How an amount that nobody vouches for compares with the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountClaim {
    /// The message names none.
    Absent,
    /// The same value.
    Agrees,
    /// Another value: somebody changed the message, or the merchant's record is wrong. Look at it.
    Differs,
}

/// What a confirmation rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// The provider was asked.
    Queried {
        /// Whether its answer named the amount, so that it was compared with the expected one.
        amount: bool,
    },
    /// The signature covers all that was compared with the expectation.
    SignedAndExpected,
    /// The caller proved who it is.
    CallerAuthenticated,
}

/// What became of a payment, when it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub enum Confirmation<T> {
    /// Paid: deliver.
    Confirmed(Confirmed<T>),
    /// Paid, and kept by the provider until the merchant approves the payment. Whether it was approved
    /// is the merchant's own knowledge.
    Held(Confirmed<T>),
    /// What was expected is authorised and not captured: no money has moved, and the merchant may take
    /// it.
    Authorised(T),
    /// Declined, finally.
    Declined(T),
    /// Neither yet, or a status that the description does not know: ask again later.
    Open(T),
    /// It was paid, and given back in full: deliver nothing.
    Refunded(T),
    /// It was called off before it was settled, after it was paid or authorised: deliver nothing.
    Voided(T),
    /// The provider speaks of another payment or amount than expected: deliver nothing, a person has
    /// to look at it.
    Differs(T),
}

impl<T> Confirmation<T> {
    /// The confirmation, if it is one.
    #[must_use]
    pub fn confirmed(self) -> Option<Confirmed<T>> {
        match self {
            Self::Confirmed(confirmed) => Some(confirmed),
            Self::Held(_)
            | Self::Authorised(_)
            | Self::Declined(_)
            | Self::Open(_)
            | Self::Refunded(_)
            | Self::Voided(_)
            | Self::Differs(_) => None,
        }
    }

    /// The same with something else in the place of the provider's answer: where the payments of
    /// several providers are worked on alike, nothing (`map(drop)`).
    ///
    /// ```
    /// use payments_core::incoming::Confirmation;
    ///
    /// let found = Confirmation::Declined("code 7").map(str::len);
    /// assert!(matches!(found, Confirmation::Declined(6)));
    /// ```
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Confirmation<U> {
        match self {
            Self::Confirmed(confirmed) => Confirmation::Confirmed(confirmed.map(change)),
            Self::Held(confirmed) => Confirmation::Held(confirmed.map(change)),
            Self::Authorised(answer) => Confirmation::Authorised(change(answer)),
            Self::Declined(answer) => Confirmation::Declined(change(answer)),
            Self::Open(answer) => Confirmation::Open(change(answer)),
            Self::Refunded(answer) => Confirmation::Refunded(change(answer)),
            Self::Voided(answer) => Confirmation::Voided(change(answer)),
            Self::Differs(answer) => Confirmation::Differs(change(answer)),
        }
    }
}

/// A payment that was confirmed: the type that reads as "deliver the goods".
#[derive(Clone, Debug)]
pub struct Confirmed<T> {
    value: T,
    expected: Expected,
    basis: Basis,
    claim: AmountClaim,
}

impl<T> Confirmed<T> {
    /// For provider crates, after they have compared everything that there is to compare.
    #[doc(hidden)]
    pub fn by_provider_crate(value: T, expected: Expected, basis: Basis) -> Self {
        Self {
            value,
            expected,
            basis,
            claim: AmountClaim::Absent,
        }
    }

    /// The same with what the callback claimed about the amount.
    #[must_use]
    pub fn with_claim(mut self, claim: AmountClaim) -> Self {
        self.claim = claim;
        self
    }

    /// The same confirmation, with something else in the place of the provider's answer.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Confirmed<U> {
        let Self {
            value,
            expected,
            basis,
            claim,
        } = self;
        Confirmed {
            value: change(value),
            expected,
            basis,
            claim,
        }
    }

    /// What it rests on.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// What was expected, and so the amount to deliver for.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// What the callback claimed about the amount, outside its signature. To be looked at where it
    /// differs; it played no part in the confirmation.
    pub fn amount_claim(&self) -> AmountClaim {
        self.claim
    }
}

impl<T> Deref for Confirmed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
