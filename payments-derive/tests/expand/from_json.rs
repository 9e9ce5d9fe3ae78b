//! Requests that others write as JSON.

use payments_core::{Currency, FromJson, Money, Request};

fn currency_of(text: &str) -> Option<Currency> {
    (text == "TL").then_some(Currency::TRY)
}

fn currency_text(currency: Currency) -> Option<&'static str> {
    (currency == Currency::TRY).then_some("TL")
}

payments_core::codes! {
    /// What a thing is.
    pub enum Kind {
        /// A book.
        Book = "1" => Unknown,
    }
}

/// A payment.
#[derive(Clone, Request, FromJson)]
#[priced(spelling = currency_of)]
pub struct Pay {
    /// The number.
    #[wire("orderId", min = 1)]
    #[spelt("OrderId", "order_id")]
    order_id: String,
    /// What is paid.
    #[wire("amount", money = "minor")]
    amount: Money,
    /// The currency of it.
    #[wire("currency", currency_of("amount"), spelling = currency_text)]
    #[spelt("currencyCode")]
    currency: &'static str,
    /// Where the buyer comes back to.
    #[wire("returnUrl", link)]
    return_url: Option<String>,
    /// Until when.
    #[wire("validUntil", time)]
    valid_until: Option<String>,
    /// Seconds.
    #[wire("expiresIn", min = 1)]
    expires_in: Option<i64>,
    /// What is bought.
    #[wire("items")]
    items: Vec<Item>,
}

/// A thing that is bought.
#[derive(Clone, Request, FromJson)]
pub struct Item {
    /// Its name.
    #[wire("name", min = 1)]
    name: String,
    /// What it is.
    #[wire("kind", number)]
    kind: Option<Kind>,
}
