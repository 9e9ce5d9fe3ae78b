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
    fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A random UUID (version 4), for ids of requests.
///
/// ```
/// let id = payments_core::random_uuid()?;
/// assert_eq!(id.len(), 36);
/// assert_eq!(id.as_bytes()[14], b'4');
/// assert_ne!(id, payments_core::random_uuid()?);
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] if the system has no random source.
pub fn random_uuid() -> Result<String, Misuse> {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes)?;
    let [.., ref mut version, _, ref mut variant, _, _, _, _, _, _, _] = bytes;
    *version = *version & 0x0F | 0x40;
    *variant = *variant & 0x3F | 0x80;
    let mut text = const_hex::encode(bytes);
    // From the right, so that what is inserted moves nothing that follows.
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    Ok(text)
}

fn fill(bytes: &mut [u8]) -> Result<(), Misuse> {
    getrandom::fill(bytes).map_err(|_| Misuse::new("system", "has no source of random numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_4() {
        for _ in 0..64 {
            let id = random_uuid().unwrap();
            let parts: Vec<&str> = id.split('-').collect();
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(parts[2].starts_with('4'), "{id}");
            assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        }
    }
}
