//! Transaction notifications: what they hold is documented nowhere, so they are kept as they come.

use payments_core::error::Rejected;
use payments_core::http::StatusCode;
use payments_core::incoming::{AckRule, Acknowledged, Fields, Notice};

/// A change of a transaction's status. A reason to ask `verify_payment`, never to deliver.
#[derive(Clone, PartialEq, Eq)]
pub struct TransactionNotification {
    fields: Vec<(String, String)>,
    raw: String,
}

impl TransactionNotification {
    /// All fields, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, text)| (&**name, &**text))
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| text)
    }
}

/// Names only.
impl std::fmt::Debug for TransactionNotification {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Notice for TransactionNotification {
    type Unsigned = ();
    const NAME: &'static str = "transaction_notification";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        let own = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        let fields: Vec<(String, String)> = fields.iter().map(own).collect();
        if fields.is_empty() {
            return Err(Rejected::by_provider_crate());
        }
        // A name or a text could hold any joining character, so their lengths stand before them.
        let part =
            |(name, text): &(String, String)| format!("{}.{}.{name}{text}", name.len(), text.len());
        let raw = fields.iter().map(part).collect();
        Ok(Self { fields, raw })
    }

    fn read_unsigned(_fields: &Fields<'_>) {}

    /// The transaction and its status where they have these names, else everything.
    fn dedupe(&self) -> Vec<&str> {
        match (self.get("transactionId"), self.get("status")) {
            (Some(id), Some(status)) => vec![id, status],
            _ => vec![&self.raw],
        }
    }

    fn reference(&self) -> &str {
        let names = ["sessionId", "sid", "transactionId"];
        names
            .iter()
            .find_map(|name| self.get(name))
            .unwrap_or(&self.raw)
    }
}

impl Acknowledged for TransactionNotification {
    const ACK: AckRule = AckRule::empty(StatusCode::OK);
}
