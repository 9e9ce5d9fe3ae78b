//! Amounts, in the wire form of their field.

use payments_core::{Canonical, Money};

#[derive(Canonical)]
#[canonical(
    pairs = "&",
    order(
        "minor",
        "major",
        "decimal",
        "number",
        "trimmed",
        "tip",
        skip_absent("fee")
    )
)]
pub struct Amounts {
    #[wire("minor", money = "minor")]
    pub minor: Money,
    #[wire("major", money = "major")]
    pub major: Money,
    #[wire("decimal", money = "decimal")]
    pub decimal: Money,
    #[wire("number", money = "decimal_number")]
    pub number: Money,
    #[wire("trimmed", money = "trimmed")]
    pub trimmed: Money,
    #[wire("tip", money = "minor")]
    pub tip: Option<Money>,
    #[wire("fee", money = "minor")]
    pub fee: Option<Money>,
}
