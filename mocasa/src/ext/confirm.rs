//! Confirming an order: signature, query, and comparison with the merchant's own record.
//!
//! Mocasa signs the order number and the status, and its query names no amount. So the amount of a
//! confirmed order is the one that the merchant stored when it was created; what the webhook claims
//! is compared and reported, and never decides.

use payments_core::error::{Meaning, Misuse};
use payments_core::incoming::{Basis, Confirmation, Confirmed, Expected, Verified};
use payments_core::{Error, Reply};

use crate::inbound::OrderWebhook;
use crate::types::{OrderStatus, OrderStatusReply};

/// The query for an expected order, after a look at the webhook that speaks of it.
fn query(
    event: Option<&Verified<OrderWebhook>>,
    expected: &Expected,
) -> Result<OrderStatus, Misuse> {
    if let Some(event) = event {
        expected.check_reference(&event.order_no)?;
    }
    OrderStatus::builder()
        .order_no(expected.reference())
        .build()
}

/// Reads the answer: only a status that is documented to mean "paid" confirms.
fn judge(
    reply: Reply<OrderStatusReply>,
    event: Option<&Verified<OrderWebhook>>,
    expected: &Expected,
) -> Result<Confirmation<Reply<OrderStatusReply>>, Misuse> {
    Ok(match reply.tx_status.meaning() {
        Meaning::Done => {
            let confirmed = Confirmed::by_provider_crate(
                reply,
                expected.clone(),
                Basis::Queried { amount: false },
            );
            Confirmation::Confirmed(match event {
                Some(event) => confirmed.with_claim(expected.compare(&event.unsigned().amount)),
                None => confirmed,
            })
        }
        // A signed success outweighs a query that lags behind it: ask again, decline nothing.
        Meaning::Declined if signed_success(event) => Confirmation::Open(reply),
        Meaning::Declined => Confirmation::Declined(reply),
        _ => Confirmation::Open(reply),
    })
}

fn signed_success(event: Option<&Verified<OrderWebhook>>) -> bool {
    event.is_some_and(|event| event.tx_status.meaning() == Meaning::Done)
}

payments_core::on_both_clients! {
    /// Confirms an order by asking Mocasa, whatever its webhook said; without one, where it never came.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another payment than the webhook or the answer; otherwise
    /// that of the query, which moves no money: confirm again later.
    pub fn confirm(
        event: Option<&Verified<OrderWebhook>>,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<OrderStatusReply>>, Error> {
        order_status(query(event, expected)?) => |reply| Ok(judge(reply, event, expected)?)
    }
}
