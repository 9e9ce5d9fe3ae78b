//! A request that is signed: both derives read the same attributes.

use payments_core::{Canonical, Money, Request, Secret};

/// The keys.
pub struct CreateKeys {
    /// Stands in the string.
    pub access_key: Secret<String>,
}

/// A signed request.
#[derive(Clone, Request, Canonical)]
#[canonical(keys = CreateKeys, pairs = "&", order("$accessKey", "amount", "buyer", "extraData", "orderId"))]
pub struct Create {
    /// The merchant's number.
    #[wire("orderId", min = 1, max = 50)]
    order_id: String,
    /// What is paid.
    #[wire("amount", money = "minor", positive, only = "VND")]
    amount: Money,
    /// Comes back unchanged.
    #[wire("extraData")]
    extra_data: Option<String>,
    /// Signed, and shown to nobody.
    #[wire("buyer", sensitive)]
    buyer: Option<String>,
    /// Not signed.
    #[wire("lang")]
    lang: Option<String>,
}
