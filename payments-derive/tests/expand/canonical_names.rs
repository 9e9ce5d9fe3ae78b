//! Names that could get into the way of the code around them.

use payments_core::{Canonical, Secret};

pub struct OddKeys {
    pub r#type: Secret<String>,
}

#[derive(Canonical)]
#[canonical(keys = OddKeys, pairs = "&", order("$Type", "keys", "sink", "type", "value"))]
pub struct Odd {
    #[wire("keys")]
    pub keys: String,
    #[wire("sink")]
    pub sink: String,
    #[wire("type")]
    pub r#type: String,
    #[wire("value")]
    pub value: Option<String>,
}

#[derive(Canonical)]
#[canonical(pairs = "&", order(free("names"), free("list")))]
pub struct Free {
    #[wire("names")]
    pub names: String,
    #[wire("list")]
    pub list: Option<String>,
}
