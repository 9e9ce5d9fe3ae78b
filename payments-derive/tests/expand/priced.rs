//! Replies with amounts whose currency stands beside them.

use payments_core::{Currency, Money, Priced};

fn currency_of(text: &str) -> Option<Currency> {
    match text {
        "TL" | "TRY" => Some(Currency::TRY),
        _ => None,
    }
}

/// A payment.
#[derive(Debug, PartialEq, Eq, Priced)]
#[priced(spelling = currency_of)]
pub struct Payment {
    /// What was paid.
    #[serde(rename = "Amount")]
    #[priced("trimmed_number", by = currency_code)]
    pub amount: Money,
    /// What it cost.
    #[serde(rename = "Fee", default)]
    #[priced("decimal", by = currency_code)]
    pub fee: Option<Money>,
    /// The currency of both.
    #[serde(rename = "CurrencyCode")]
    pub currency_code: String,
    /// A note.
    pub note: Option<String>,
}
