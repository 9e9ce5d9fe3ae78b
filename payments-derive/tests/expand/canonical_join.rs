//! Values alone, with a text between them.

use payments_core::{Canonical, Secret};

pub struct OrderWebhookKeys {
    pub secret: Secret<String>,
}

/// What became of an order.
#[derive(Canonical)]
#[canonical(keys = OrderWebhookKeys, join = "|", order("orderNo", "txStatus", "$secret"))]
pub struct OrderWebhook {
    /// The merchant's number.
    #[wire("orderNo")]
    pub order_no: String,
    /// What became of it.
    #[wire("txStatus")]
    pub tx_status: String,
}
