//! A callback of a provider that there is not, for tests of what takes callbacks in.

use http::StatusCode;

use crate::error::Rejected;
use crate::incoming::{AckRule, Acknowledged, Entry, Fields, Notice, Scope};

/// An order was paid. Its one field, `order`, is its reference, and tells it from others.
#[derive(Clone, Debug)]
pub struct Paid {
    order: String,
}

impl Paid {
    /// About this order.
    #[must_use]
    pub fn of(order: &str) -> Self {
        let order = order.to_owned();
        Self { order }
    }

    /// The order.
    #[must_use]
    pub fn order(&self) -> &str {
        &self.order
    }

    /// What an inbox keeps of it where a query found it first, of the account `shop`.
    #[must_use]
    pub fn found(order: &str) -> Entry {
        Entry::found::<Self>(&Self::scope(), order, &[order])
    }

    /// The account `shop` in the environment `test`.
    #[must_use]
    pub fn scope() -> Scope {
        Scope::of::<Self>("test", "shop")
    }
}

impl Notice for Paid {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "paid";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        let order = fields.required("order")?;
        Ok(Self { order })
    }

    fn read_unsigned(_: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        vec![&self.order]
    }

    fn reference(&self) -> &str {
        &self.order
    }
}

impl Acknowledged for Paid {
    const ACK: AckRule = AckRule::empty(StatusCode::NO_CONTENT);
}
