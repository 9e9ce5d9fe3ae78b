//! What a worker says of a row before its handler runs, and what became of the row after.

use std::fmt::Display;

use super::Worked;
use crate::incoming::confirmed::Confirmation;

/// What comes after a row was looked at and the provider was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// The handler is to act upon this, in the transaction that ends the row.
    Act(T),
    /// There is nothing to act upon.
    Done,
    /// Not now, for this reason; it is tried again later.
    Retry(String),
}

impl<T> Next<Confirmation<T>> {
    /// What comes after a payment was asked for: the handler acts upon how it stands; what is open, and
    /// what is not as expected, is asked for again, and so is what could not be asked. An authorized
    /// payment is acted upon, which ends the row: where the provider captures by itself, make it
    /// [`Next::Retry`], so that it is asked for until it is paid.
    ///
    /// ```
    /// use payments_core::Error;
    /// use payments_core::incoming::{Confirmation, Next};
    ///
    /// let asked: Result<_, Error> = Ok(Confirmation::Open(()));
    /// assert!(matches!(Next::after(asked), Next::Retry(why) if why == "not paid yet"));
    /// ```
    pub fn after<E: Display>(asked: Result<Confirmation<T>, E>) -> Self {
        match asked {
            Ok(Confirmation::Open(_)) => Self::Retry("not paid yet".to_owned()),
            Ok(Confirmation::Differs(_)) => Self::Retry(
                "the provider speaks of another amount or payment: look at it".to_owned(),
            ),
            Ok(
                standing @ (Confirmation::Confirmed(_)
                | Confirmation::Held(_)
                | Confirmation::Authorised(_)
                | Confirmation::Declined(_)
                | Confirmation::Refunded(_)
                | Confirmation::Voided(_)),
            ) => Self::Act(standing),
            Err(error) => Self::Retry(error.to_string()),
        }
    }
}

impl<T> Next<T> {
    /// The same with something beside what the handler is to act upon, such as the number of the order.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Next<U> {
        match self {
            Self::Act(found) => Next::Act(change(found)),
            Self::Done => Next::Done,
            Self::Retry(why) => Next::Retry(why),
        }
    }
}

/// What became of a row that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Finished {
    /// It is done, and what the handler wrote is committed.
    Done,
    /// It is tried again or was set aside; what the handler wrote is rolled back.
    Retried,
    /// Its lease had run out, and another worker has it; what the handler wrote is rolled back.
    Lost,
}

impl Worked {
    /// A row that another worker has is tried again by that one.
    pub(super) fn note(&mut self, finished: Finished) {
        let counter = match finished {
            Finished::Done => &mut self.done,
            Finished::Retried | Finished::Lost => &mut self.retried,
        };
        *counter = counter.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, NotSent};
    use crate::incoming::{Basis, Confirmed, Expected};
    use crate::{Currency, Money};

    fn check(asked: Result<Confirmation<u8>, Error>, expect: Result<&str, &str>) {
        let found = Next::after(asked).map(|found| ("A-1", found.map(u32::from)));
        match (found, expect) {
            (Next::Act(("A-1", found)), Ok(expect)) => {
                assert!(format!("{found:?}").starts_with(expect), "{found:?}");
            }
            (Next::Retry(why), Err(expect)) => assert_eq!(why, expect),
            (found, expect) => panic!("{found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn what_is_known_is_acted_upon_and_the_rest_is_asked_again() {
        let expected = Expected::new("A-1", Money::from_minor(1, Currency::PHP));
        let basis = Basis::Queried { amount: true };
        let paid = || Confirmed::by_provider_crate(7, expected.clone(), basis);
        check(
            Ok(Confirmation::Confirmed(paid())),
            Ok("Confirmed(Confirmed { value: 7"),
        );
        check(
            Ok(Confirmation::Held(paid())),
            Ok("Held(Confirmed { value: 7"),
        );
        check(Ok(Confirmation::Authorised(7)), Ok("Authorised(7)"));
        check(Ok(Confirmation::Declined(7)), Ok("Declined(7)"));
        check(Ok(Confirmation::Refunded(7)), Ok("Refunded(7)"));
        check(Ok(Confirmation::Voided(7)), Ok("Voided(7)"));
        check(Ok(Confirmation::Open(7)), Err("not paid yet"));
        let differs = "the provider speaks of another amount or payment: look at it";
        check(Ok(Confirmation::Differs(7)), Err(differs));
        let error = NotSent::new("no connection", None);
        check(Err(error.into()), Err("not sent: no connection"));
    }
}
