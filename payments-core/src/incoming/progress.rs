//! How a payment goes on in the merchant's own database: where it stands, and what is under way.

use serde::{Deserialize, Serialize};

use super::standing::Standing;
use crate::clock::{Clock, rfc3339};
use crate::error::Error;

/// Where a payment stands, and the capture, void or refund that is under way: what a merchant keeps of a
/// payment beside what was ordered. It keeps the two promises that are easily broken. What comes late undoes
/// nothing. And an operation is the same, however often somebody presses the button, until it is known how it
/// ended: a provider that tells captures or refunds apart by an identifier or a time is sent the same ones
/// again, so that it does one thing. After a definite no, the next one is another.
///
/// ```
/// use payments_core::clock::SystemClock;
/// use payments_core::error::Misuse;
/// use payments_core::incoming::{Progress, Standing};
///
/// use Standing::{Authorised, Paid};
///
/// let (mut payment, clock) = (Progress::default(), SystemClock::new());
/// // Nothing is held that could be captured.
/// assert_eq!(payment.begin(Authorised, "C-0", &clock), None);
/// payment.reach(Authorised);
/// let capture = payment.begin(Authorised, "C-1", &clock).unwrap();
/// // Pressed again while nobody knows.
/// assert_eq!(payment.begin(Authorised, "C-2", &clock).as_ref(), Some(&capture));
/// // It was refused: nothing was captured, and the next try is another one.
/// let refused: Result<(), _> = Err(Misuse::new("amount", "is too high").into());
/// assert!(payment.end(&capture, Paid, refused).is_err());
/// let capture = payment.begin(Authorised, "C-3", &clock).unwrap();
/// assert_eq!(capture.id(), "C-3");
/// payment.end(&capture, Paid, Ok(()))?;
/// assert_eq!((payment.standing(), payment.operation()), (Paid, None));
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    standing: Standing,
    operation: Option<Operation>,
}

/// A capture, a void or a refund, the same however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    id: String,
    at: String,
}

impl Operation {
    /// What the merchant calls it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it began, as RFC 3339 has it, in UTC.
    #[must_use]
    pub fn at(&self) -> &str {
        &self.at
    }
}

impl Progress {
    /// Where the payment stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// What is under way: it began, and nobody knows how it ended.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// Takes in what was found out. Says whether that was new; what was under way is over then.
    pub fn reach(&mut self, standing: Standing) -> bool {
        let is_new = standing > self.standing;
        if is_new {
            self.standing = standing;
            self.operation = None;
        }
        is_new
    }

    /// Begins an operation called `id` on a payment that stands there, unless one is under way; gives that
    /// which is. Nothing, where the payment stands elsewhere: the button was pressed once more after the
    /// end. In one transaction of your database, which is committed before anything is sent.
    pub fn begin(
        &mut self,
        from: Standing,
        id: impl Into<String>,
        clock: &dyn Clock,
    ) -> Option<Operation> {
        let begun = || Operation {
            id: id.into(),
            at: rfc3339(clock.wall()),
        };
        let stands = self.standing == from;
        stands.then(|| self.operation.get_or_insert_with(begun).clone())
    }

    /// Takes in how an operation ended, and that it leads `to` there if it was carried out: of a part of the
    /// amount, where the payment stood before. What is not known stays under way, and so does what was begun
    /// after it. Gives the answer, or nothing where a journal knows that it was carried out before.
    ///
    /// # Errors
    /// What `result` holds, of an operation that was not carried out or may not have been.
    pub fn end<T>(
        &mut self,
        operation: &Operation,
        to: Standing,
        result: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let known = match &result {
            Ok(_) => Some(true),
            Err(error) => error.money_moved().known(),
        };
        if known.is_some() {
            self.operation.take_if(|current| current == operation);
        }
        if known == Some(true) {
            self.reach(to);
            return Ok(result.ok());
        }
        result.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::{Misuse, Unknown};
    use crate::exchange::{CallRecord, Request};
    use crate::testing::FixedClock;

    fn unknown() -> Unknown {
        let request = Request::new(http::Method::POST, "/refund");
        let record = CallRecord::new("any", "test", "refund", Some("A-1"), &request, 0);
        Unknown::new("no answer", record)
    }

    /// An authorised payment, of which a capture is under way.
    fn capturing() -> Progress {
        let mut payment = Progress::default();
        assert!(payment.reach(Standing::Authorised));
        payment
            .begin(Standing::Authorised, "C-1", &FixedClock::new())
            .unwrap();
        payment
    }

    #[test]
    fn an_operation_keeps_its_id_and_its_time() {
        let mut payment = capturing();
        let (first, clock) = (payment.operation().unwrap().clone(), FixedClock::new());
        clock.advance(Duration::from_secs(60));
        let again = payment.begin(Standing::Authorised, "C-2", &clock);
        assert_eq!(again.as_ref(), Some(&first));
        assert_eq!(first.id(), "C-1");
        let text = serde_json::to_string(&payment).unwrap();
        assert_eq!(serde_json::from_str::<Progress>(&text).unwrap(), payment);
    }

    #[test]
    fn how_it_ended_decides_what_comes_next() {
        let check = |result: Result<u8, Error>, expect: (Standing, bool, Option<Option<u8>>)| {
            let mut payment = capturing();
            let (capture, told) = (payment.operation().unwrap().clone(), format!("{result:?}"));
            let ended = payment.end(&capture, Standing::Paid, result).ok();
            let found = (payment.standing(), payment.operation().is_some(), ended);
            assert_eq!(found, expect, "{told}");
        };
        check(Ok(7), (Standing::Paid, false, Some(Some(7))));
        let refused = Misuse::new("amount", "is odd").into();
        check(Err(refused), (Standing::Authorised, false, None));
        check(Err(unknown().into()), (Standing::Authorised, true, None));
        let carried_out = unknown().carried_out().into();
        check(Err(carried_out), (Standing::Paid, false, Some(None)));
    }

    #[test]
    fn what_is_found_ends_what_was_under_way_and_what_is_late_does_not() {
        let mut payment = capturing();
        assert!(!payment.reach(Standing::Declined) && !payment.reach(Standing::Authorised));
        assert!(payment.operation().is_some());
        assert!(payment.reach(Standing::Paid));
        assert_eq!(payment.operation(), None);
        // Of a part of the amount it leads nowhere, and is over all the same.
        let refund = payment.begin(Standing::Paid, "R-1", &FixedClock::new());
        let ended = payment.end(&refund.unwrap(), Standing::Paid, Ok(7));
        assert_eq!(ended.unwrap(), Some(7));
        assert_eq!(
            (payment.standing(), payment.operation()),
            (Standing::Paid, None)
        );
    }

    #[test]
    fn who_comes_late_neither_begins_nor_ends_anything() {
        let (mut payment, clock) = (capturing(), FixedClock::new());
        let first = payment.operation().unwrap().clone();
        let refused = || Err::<(), _>(Misuse::new("amount", "is odd").into());
        payment.end(&first, Standing::Paid, refused()).unwrap_err();
        let second = payment.begin(Standing::Authorised, "C-2", &clock).unwrap();
        // The same answer for somebody who had pressed the button at the same time.
        payment.end(&first, Standing::Paid, refused()).unwrap_err();
        assert_eq!(payment.operation(), Some(&second));
        payment.end(&second, Standing::Paid, Ok(())).unwrap();
        // Who had looked before the end, and begins after it.
        assert_eq!(payment.begin(Standing::Authorised, "C-3", &clock), None);
        assert_eq!(payment.operation(), None);
    }
}
