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

/// The query for an expected order.
fn query(expected: &Expected) -> Result<OrderStatus, Misuse> {
    OrderStatus::builder()
        .order_no(expected.reference())
        .build()
}

/// Reads the answer: only a status that is documented to mean "paid" confirms.
fn judge(
    reply: Reply<OrderStatusReply>,
    expected: &Expected,
    event: Option<&Verified<OrderWebhook>>,
) -> Confirmation<Reply<OrderStatusReply>> {
    match reply.tx_status.meaning() {
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
    }
}

fn signed_success(event: Option<&Verified<OrderWebhook>>) -> bool {
    event.is_some_and(|event| event.tx_status.meaning() == Meaning::Done)
}

#[cfg(feature = "client")]
impl crate::calls::Client {
    /// Confirms the order of a verified webhook by asking Mocasa, whatever the webhook said.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another order; otherwise that of the query, which
    /// moves no money: confirm again later.
    pub async fn confirm(
        &self,
        event: &Verified<OrderWebhook>,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<OrderStatusReply>>, Error> {
        expected.check_reference(&event.order_no)?;
        let reply = self.order_status(query(expected)?).await?;
        Ok(judge(reply, expected, Some(event)))
    }

    /// Confirms an order whose webhook never came.
    ///
    /// # Errors
    /// That of the query, which moves no money: ask again later.
    pub async fn confirm_order(
        &self,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<OrderStatusReply>>, Error> {
        let reply = self.order_status(query(expected)?).await?;
        Ok(judge(reply, expected, None))
    }
}

#[cfg(feature = "blocking")]
impl crate::calls::blocking::Client {
    /// Confirms the order of a verified webhook by asking Mocasa, whatever the webhook said.
    ///
    /// # Errors
    /// [`Error::Misuse`] if `expected` is of another order; otherwise that of the query, which
    /// moves no money: confirm again later.
    pub fn confirm(
        &self,
        event: &Verified<OrderWebhook>,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<OrderStatusReply>>, Error> {
        expected.check_reference(&event.order_no)?;
        let reply = self.order_status(query(expected)?)?;
        Ok(judge(reply, expected, Some(event)))
    }

    /// Confirms an order whose webhook never came.
    ///
    /// # Errors
    /// That of the query, which moves no money: ask again later.
    pub fn confirm_order(
        &self,
        expected: &Expected,
    ) -> Result<Confirmation<Reply<OrderStatusReply>>, Error> {
        let reply = self.order_status(query(expected)?)?;
        Ok(judge(reply, expected, None))
    }
}
