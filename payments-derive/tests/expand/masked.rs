//! `Debug` alone, for replies.

use payments_core::Masked;

/// A buyer.
#[derive(Clone, Masked, serde::Deserialize)]
pub struct Buyer {
    /// Their phone.
    #[serde(rename = "phone")]
    #[wire("phone", sensitive)]
    pub phone: String,
    /// Their mail.
    #[serde(rename = "eMail", default)]
    #[wire("eMail", sensitive)]
    pub e_mail: Option<String>,
    /// Their language.
    #[serde(rename = "lang")]
    pub lang: Option<String>,
}
