//! Constant texts; with an empty `join` they stand right beside their neighbours.

use payments_core::{Canonical, Secret};

pub struct DealerKeys {
    pub dealer_code: String,
    pub username: String,
    pub password: Secret<String>,
}

#[derive(Canonical)]
#[canonical(
    keys = DealerKeys,
    join = "",
    order("$DealerCode", lit("MK"), "$Username", lit("PD"), "$Password")
)]
pub struct CheckKey {}

#[derive(Canonical)]
#[canonical(join = ":", order(lit("v1"), lit("pay"), "id", lit("end")))]
pub struct Labelled {
    #[wire("id")]
    pub id: u64,
}

#[derive(Canonical)]
#[canonical(join = ":", order(lit("v1"), lit("ping")))]
pub struct Constant {}
