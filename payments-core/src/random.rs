//! Texts that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Misuse;

/// A text of 32 characters, letters, digits, `-` and `_`, with 192 bits from the system's random
/// source: for references that travel through browsers.
///
/// ```
/// let token = payments_core::unguessable()?;
/// assert_eq!(token.len(), 32);
/// assert_ne!(token, payments_core::unguessable()?);
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] if the system has no random source.
pub fn unguessable() -> Result<String, Misuse> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)
        .map_err(|_| Misuse::new("system", "has no source of random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
