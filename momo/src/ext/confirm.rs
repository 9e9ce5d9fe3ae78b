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

/// Reads the answer: only 0, for the expected amount, of which not all was given back, confirms.
fn judge(
    reply: Reply<PaymentStatusReply>,
    event: Option<&Verified<Ipn>>,
    expected: &Expected,
) -> Confirmation<Reply<PaymentStatusReply>> {
    let differs = event.is_some_and(|event| event.partner_code != reply.partner_code)
        || agrees(expected, &reply.order_id, reply.amount).is_err();
    let signed_success = event.is_some_and(|event| event.result_code.outcome() == Outcome::Paid);
    match reply.result_code.outcome() {
        // Of what came to nothing, or is under way, the amount says nothing.
        Outcome::Failed(_) if !signed_success => Confirmation::Declined(reply),
        Outcome::Paid | Outcome::Authorised if differs => Confirmation::Differs(reply),
        Outcome::Paid if is_refunded(&reply) => Confirmation::Refunded(reply),
        Outcome::Paid => Confirmation::Confirmed(Confirmed::by_provider_crate(
            reply,
            expected.clone(),
            Basis::Queried { amount: true },
        )),
        Outcome::Authorised if !signed_success => Confirmation::Authorised(reply),
        // A signed success outweighs a query that lags behind it: ask again, decline and hold nothing.
        Outcome::Authorised | Outcome::Failed(_) | Outcome::Pending | Outcome::Open(_) => {
            Confirmation::Open(reply)
        }
    }
}

/// Whether all was given back: a refund that failed or is under way gives nothing back.
fn is_refunded(reply: &PaymentStatusReply) -> bool {
    let refunds = reply.refund_trans.iter().flatten();
    let sum = refunds
        .filter(|refund| refund.result_code.outcome() == Outcome::Paid)
        .fold(0_i64, |sum, refund| {
            sum.saturating_add(refund.amount.minor())
        });
    sum > 0 && sum >= reply.amount.minor()
}

payments_core::on_both_clients! {
    /// Confirms a payment by asking MoMo, whatever its IPN said; without one, where it never came.
    /// What was refunded in part is confirmed: the parts are in `refund_trans` of the answer.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the IPN, before anything is sent;
    /// otherwise that of the query, which moves no money: confirm again later.
    pub fn confirm(
        event: Option<&Verified<Ipn>>,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<PaymentStatusReply>>, Error> {
        payment_status(query(event, expected)?) => |reply| Ok(judge(reply, event, expected))
    }
}
