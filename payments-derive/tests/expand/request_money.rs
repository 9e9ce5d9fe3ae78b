//! Rules of amounts: the wire form, and more than nothing.

use payments_core::{Money, Request};

/// Amounts.
#[derive(Request)]
pub struct Amounts {
    /// Any amount.
    #[wire("refund", money = "major")]
    refund: Money,
    /// More than nothing.
    #[wire("amount", money = "trimmed", positive)]
    amount: Money,
    /// May be absent.
    #[wire("tip", money = "decimal")]
    tip: Option<Money>,
    /// More than nothing if it is there.
    #[wire("fee", money = "decimal_number", positive)]
    fee: Option<Money>,
}
