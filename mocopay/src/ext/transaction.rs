//! Transaction notifications: what they hold is documented nowhere, so they are kept as they come.

use payments_core::error::Rejected;
use payments_core::http::StatusCode;
use payments_core::incoming::{AckRule, Acknowledged, Fields, Notice, RawFields};

use crate::inbound::BrowserReturn;

/// A change of a transaction's status. A reason to ask `verify_payment`, never to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionNotification {
    /// All that it holds, in its order.
    pub fields: RawFields,
}

impl Notice for TransactionNotification {
    type Unsigned = ();
    const PROVIDER: &'static str = BrowserReturn::PROVIDER;
    const NAME: &'static str = "transaction_notification";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        let fields = RawFields::new(fields);
        let empty = fields.key().is_empty();
        (!empty)
            .then_some(Self { fields })
            .ok_or(Rejected::by_provider_crate())
    }

    fn read_unsigned(_fields: &Fields<'_>) {}

    /// The transaction and its status where they have these names, else everything.
    fn dedupe(&self) -> Vec<&str> {
        match (self.fields.get("transactionId"), self.fields.get("status")) {
            (Some(id), Some(status)) => vec![id, status],
            _ => vec![self.fields.key()],
        }
    }

    fn reference(&self) -> &str {
        let mut names = ["sessionId", "sid", "transactionId"].into_iter();
        names
            .find_map(|name| self.fields.get(name))
            .unwrap_or(self.fields.key())
    }
}

impl Acknowledged for TransactionNotification {
    const ACK: AckRule = AckRule::empty(StatusCode::OK);
}
