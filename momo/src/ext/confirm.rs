//! Confirming a payment: signature, query, and comparison with the merchant's own record.

use payments_core::error::Misuse;
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected, Verified};
use payments_core::{Error, Reply};

use super::{Outcome, agrees};
use crate::inbound::Ipn;
use crate::types::{CreatePayment, PaymentStatus, PaymentStatusReply};

/// The query for an expected payment, after a look at the message that speaks of it.
fn query(event: Option<&Verified<Ipn>>, expected: &Expected) -> Result<PaymentStatus, Misuse> {
    if let Some(event) = event {
        agrees(expected, &event.order_id, event.amount)?;
    }
    <CreatePayment as payments_core::call::Resolve>::query(expected.reference())
}

/// Reads the answer: only 0, for the expected amount, confirms.
fn judge(
    reply: Reply<PaymentStatusReply>,
    event: Option<&Verified<Ipn>>,
    expected: &Expected,
) -> Result<Confirmation<Reply<PaymentStatusReply>>, Misuse> {
    if event.is_some_and(|event| event.partner_code != reply.partner_code) {
        return Err(Misuse::new(
            "event",
            "is of another `partnerCode` than the client",
        ));
    }
    agrees(expected, &reply.order_id, reply.amount)?;
    let signed_success = event.is_some_and(|event| event.result_code.outcome() == Outcome::Paid);
    Ok(match reply.result_code.outcome() {
        Outcome::Paid => Confirmation::Confirmed(Confirmed::by_provider_crate(
            reply,
            expected.clone(),
            Basis::Queried { amount: true },
        )),
        // A signed success outweighs a query that lags behind it: ask again, decline nothing.
        Outcome::Failed(_) if !signed_success => Confirmation::Declined(reply),
        Outcome::Failed(_) | Outcome::Authorised | Outcome::Pending | Outcome::Open(_) => {
            Confirmation::Open(reply)
        }
    })
}

payments_core::on_both_clients! {
    /// Confirms a payment by asking MoMo, whatever its IPN said; without one, where it never came.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the IPN or the answer; otherwise
    /// that of the query, which moves no money: confirm again later.
    pub fn confirm(
        event: Option<&Verified<Ipn>>,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<PaymentStatusReply>>, Error> {
        payment_status(query(event, expected)?) => |reply| Ok(judge(reply, event, expected)?)
    }
}
