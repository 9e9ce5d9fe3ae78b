//! Fields that need not be given: options and lists, and messages within messages.

use payments_core::{Decimal, Request, Secret};

/// An item.
#[derive(Request)]
pub struct Item {
    /// Its name.
    #[wire("name")]
    name: Option<String>,
}

/// A basket.
#[derive(Request)]
pub struct Basket {
    /// The first item.
    #[wire("first")]
    first: Item,
    /// The items.
    #[wire("items")]
    items: Vec<Item>,
    /// More items.
    #[wire("more")]
    more: Option<Vec<Item>>,
    /// The best of them.
    #[wire("best")]
    best: Option<Item>,
    /// How many.
    #[wire("count")]
    count: Option<i64>,
    /// How much.
    #[wire("share")]
    share: Option<Decimal>,
    /// Who.
    #[wire("password")]
    password: Option<Secret<String>>,
}
