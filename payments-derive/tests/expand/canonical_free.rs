//! The separator and `=` may stand in a value whose entry is free.

use payments_core::Canonical;

#[derive(Canonical)]
#[canonical(pairs = "&", order("orderId", free("orderInfo")))]
pub struct Pairs {
    #[wire("orderId")]
    pub order_id: String,
    #[wire("orderInfo")]
    pub order_info: String,
}

#[derive(Canonical)]
#[canonical(join = "||", order("orderId", free("orderInfo")))]
pub struct Joined {
    #[wire("orderId")]
    pub order_id: String,
    #[wire("orderInfo")]
    pub order_info: String,
}
