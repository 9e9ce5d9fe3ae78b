//! Rules of texts: lengths and characters.

use payments_core::{Request, Secret};

/// Texts.
#[derive(Request)]
pub struct Texts {
    /// Anything but control characters.
    #[wire("plain")]
    plain: String,
    /// All rules.
    #[wire("ruled", min = 1, max = 64, chars = "A-Za-z0-9_-")]
    ruled: String,
    /// A secret.
    #[wire("secret", min = 8)]
    secret: Secret<String>,
    /// A text that may be absent.
    #[wire("note", max = 255)]
    note: Option<String>,
    /// A secret that may be absent.
    #[wire("pin", min = 4, max = 4, chars = "0-9")]
    pin: Option<Secret<String>>,
}
