//! Confirming a payment: by the detail list, amount and currency included.

use payments_core::error::{Malformed, Misuse};
use payments_core::incoming::{Basis, Confirmed, Expected, Verified};
use payments_core::{Error, Reply};

use super::{Outcome, Returned};
use crate::codes::{PaymentStatus, TrxStatus};
use crate::types::{DetailKey, PaymentDetails, PaymentDetailsReply};

/// How the page was to take the money: the shop's own record, as no query tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// As a sale or a pre-authorisation, settled as contracted.
    Contracted,
    /// As a pool payment, held until it is approved.
    Pool,
}

/// Where a payment stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub enum Standing {
    /// The buyer was charged what was expected: deliver. It may be refunded in part: see
    /// `refunded`.
    Paid(Confirmed<Reply<PaymentDetailsReply>>),
    /// The buyer was charged what was expected, and Moka holds it until it is approved. Whether it
    /// was approved is the shop's own knowledge.
    Held(Confirmed<Reply<PaymentDetailsReply>>),
    /// What was expected is authorised, and not captured: no money has moved.
    Authorised(Reply<PaymentDetailsReply>),
    /// It succeeded with another amount or currency than expected: a person has to look at it.
    AmountDiffers(Reply<PaymentDetailsReply>),
    /// It failed.
    Declined(Reply<PaymentDetailsReply>),
    /// It was voided.
    Voided(Reply<PaymentDetailsReply>),
    /// It was refunded in full.
    Refunded(Reply<PaymentDetailsReply>),
    /// No payment yet, under way, or a state that the description does not know: ask again later.
    Open(Reply<PaymentDetailsReply>),
}

fn query(
    event: Option<&Verified<Returned>>,
    expected: &Expected,
) -> Result<PaymentDetails, Misuse> {
    if let Some(event) = event {
        expected.check_reference(&event.reference)?;
    }
    let payment = DetailKey::OtherTrxCode(expected.reference().to_owned());
    PaymentDetails::builder().payment(payment).build()
}

fn judge(
    reply: Reply<PaymentDetailsReply>,
    event: Option<&Verified<Returned>>,
    expected: &Expected,
    taking: Taking,
) -> Result<Standing, Error> {
    use PaymentStatus::{Payment, PreAuthorisation, Refunded, Voided};
    use TrxStatus::{Done, Failed};
    let Some(payment) = &reply.payment else {
        return Ok(Standing::Open(reply));
    };
    if payment.other_trx_code.trim() != expected.reference() {
        let why = "the reply is about another `OtherTrxCode`";
        return Err(Malformed::new(why, Some(reply.response().clone())).into());
    }
    let succeeded = event.is_some_and(|event| event.outcome == Outcome::Success);
    let agrees = payment.amount == expected.amount();
    let confirmed = |reply| {
        let basis = Basis::Queried { amount: true };
        Confirmed::by_provider_crate(reply, expected.clone(), basis)
    };
    Ok(match (&payment.payment_status, &payment.trx_status) {
        (Payment | PreAuthorisation, Done) if !agrees => Standing::AmountDiffers(reply),
        (Payment, Done) if taking == Taking::Pool => Standing::Held(confirmed(reply)),
        (Payment, Done) => Standing::Paid(confirmed(reply)),
        (PreAuthorisation, Done) => Standing::Authorised(reply),
        // A proven success outweighs a query that lags behind it.
        (Payment | PreAuthorisation, Failed) if !succeeded => Standing::Declined(reply),
        (Voided, Done) => Standing::Voided(reply),
        (Refunded, Done) => Standing::Refunded(reply),
        (_, _) => Standing::Open(reply),
    })
}

#[cfg(feature = "client")]
impl crate::calls::Client {
    /// Confirms a payment by asking Moka, whatever its return said; without one, where it never came.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the return; otherwise that of the
    /// query, which moves no money: confirm again later.
    pub async fn confirm(
        &self,
        event: Option<&Verified<Returned>>,
        expected: &Expected,
        taking: Taking,
    ) -> Result<Standing, Error> {
        let reply = self.payment_details(query(event, expected)?).await?;
        judge(reply, event, expected, taking)
    }
}

#[cfg(feature = "blocking")]
impl crate::calls::blocking::Client {
    /// Confirms a payment by asking Moka, whatever its return said; without one, where it never came.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the return; otherwise that of the
    /// query, which moves no money: confirm again later.
    pub fn confirm(
        &self,
        event: Option<&Verified<Returned>>,
        expected: &Expected,
        taking: Taking,
    ) -> Result<Standing, Error> {
        let reply = self.payment_details(query(event, expected)?)?;
        judge(reply, event, expected, taking)
    }
}
