//! Replies whose fields have several spellings.

use payments_core::{Currency, Money, Priced, Respelt};

fn currency_of(text: &str) -> Option<Currency> {
    (text == "TL").then_some(Currency::TRY)
}

/// A session.
#[derive(Debug, PartialEq, Eq, Respelt)]
pub struct Session {
    /// Its id.
    #[serde(rename = "sessionId")]
    #[spelt("sid", "session_id")]
    pub session_id: String,
    /// Its kind.
    #[serde(default)]
    #[spelt("sessionType")]
    pub kind: Option<String>,
    /// Seconds.
    #[serde(
        rename = "expiresIn",
        default,
        deserialize_with = "payments_core::json::lenient_integer"
    )]
    #[spelt("ttl")]
    pub expires_in: Option<i64>,
    /// A note.
    pub note: Option<String>,
}

/// A payment.
#[derive(Debug, PartialEq, Eq, Priced)]
#[priced(spelling = currency_of)]
pub struct Paid {
    /// What was paid.
    #[serde(rename = "amount")]
    #[spelt("paidAmount")]
    #[priced("trimmed_number", by = currency)]
    pub amount: Money,
    /// What it cost.
    #[serde(rename = "fee", default)]
    #[spelt("cost")]
    #[priced("trimmed_number", by = currency)]
    pub fee: Option<Money>,
    /// The currency of both.
    #[spelt("currencyCode")]
    pub currency: String,
}
