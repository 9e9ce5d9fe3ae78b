//! `name=value`; a credential is read from the field in snake case; the names are merged with the
//! separators.

use payments_core::{Canonical, Secret};

pub struct QueryKeys {
    pub access_key: Secret<String>,
}

#[derive(Canonical)]
#[canonical(
    keys = QueryKeys,
    pairs = "&",
    order("$accessKey", "orderId", "transId", "isPaid")
)]
pub struct Query {
    #[wire("transId")]
    pub trans_id: i64,
    #[wire("isPaid")]
    pub is_paid: bool,
    #[wire("orderId")]
    pub order_id: String,
}
