//! Flags, codes and integers: what is written as a number.

use payments_core::{Canonical, Request};

payments_core::codes! {
    /// A channel.
    pub enum Channel {
        /// The web.
        Web = "1" => Unknown,
    }
}

/// A payment.
#[derive(Clone, Request, Canonical)]
#[canonical(pairs = "&", order("pooled", "saved", "channel"))]
pub struct Pay {
    /// Whether it is pooled.
    #[wire("pooled", flag)]
    pooled: bool,
    /// Whether the card is kept.
    #[wire("saved", flag)]
    saved: Option<bool>,
    /// Where it comes from.
    #[wire("channel", number)]
    channel: Channel,
    /// Where it comes from, too.
    #[wire("other", number)]
    other: Option<Channel>,
    /// How many.
    #[wire("count", min = 2, max = 12)]
    count: i64,
    /// A rate.
    #[wire("rate", min = -10)]
    rate: Option<i64>,
}
