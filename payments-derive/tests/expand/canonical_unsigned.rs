//! Fields outside the order stay outside; keys may be needed for the MAC alone.

use payments_core::{Canonical, Secret};

pub struct MacKeys {
    pub secret_key: Secret<String>,
}

#[derive(Canonical)]
#[canonical(keys = MacKeys, pairs = "&", order("requestId"))]
pub struct Ping {
    #[wire("requestId")]
    pub request_id: String,
    #[wire("lang")]
    pub lang: String,
    pub note: Vec<f64>,
}
