//! Confirming a payment: by the detail list, amount and currency included.

use payments_core::error::Misuse;
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected, Verified};
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
) -> Confirmation<Reply<PaymentDetailsReply>> {
    use PaymentStatus::{Payment, PreAuthorisation, Refunded, Voided};
    use TrxStatus::{Done, Failed};
    let Some(payment) = &reply.payment else {
        return Confirmation::Open(reply);
    };
    let succeeded = event.is_some_and(|event| event.outcome == Outcome::Success);
    let reference = payment.other_trx_code.as_deref().map(str::trim);
    let is_it = reference == Some(expected.reference());
    let agrees = payment.amount == expected.amount();
    let confirmed = |reply| {
        let basis = Basis::Queried { amount: true };
        Confirmed::by_provider_crate(reply, expected.clone(), basis)
    };
    match (&payment.payment_status, &payment.trx_status) {
        (_, _) if !is_it => Confirmation::Differs(reply),
        // What is over is over, of whatever amount: nobody has to look at it.
        (Payment | PreAuthorisation, Done) if !agrees => Confirmation::Differs(reply),
        (Payment, Done) if taking == Taking::Pool => Confirmation::Held(confirmed(reply)),
        (Payment, Done) => Confirmation::Confirmed(confirmed(reply)),
        (PreAuthorisation, Done) => Confirmation::Authorised(reply),
        // A proven success outweighs a query that lags behind it.
        (Payment | PreAuthorisation, Failed) if !succeeded => Confirmation::Declined(reply),
        (Voided, Done) => Confirmation::Voided(reply),
        (Refunded, Done) => Confirmation::Refunded(reply),
        (_, _) => Confirmation::Open(reply),
    }
}

payments_core::on_both_clients! {
    /// Confirms a payment by asking Moka, whatever its return said; without one, where it never came.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the return; otherwise that of the
    /// query, which moves no money: confirm again later.
    pub fn confirm(
        event: Option<&Verified<Returned>>,
        expected: &Expected,
        taking: Taking,
    ) -> Result<Confirmation<Reply<PaymentDetailsReply>>, Error> {
        payment_details(query(event, expected)?) => |reply| Ok(judge(reply, event, expected, taking))
    }
}
