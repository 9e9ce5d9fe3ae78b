//! Private keys that decrypt what others encrypted for their public halves.

use std::future::Future;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use crate::signing::Secret;

#[cfg(feature = "keys")]
mod keys;
#[cfg(any(feature = "aws-lc", feature = "rustcrypto-rsa"))]
pub mod oaep;

#[cfg(feature = "keys")]
pub use keys::{PrivateKey, PrivateKeys};

/// Decrypts by key number: keys of this process, or a key service. The scheme is the provider's.
pub trait Decryptor: Send + Sync {
    /// How many bytes a ciphertext for this key has; nothing for a key that there is not. It uses no
    /// private key.
    fn size(&self, key: i64) -> Option<usize>;

    /// Decrypts, with the provider's scheme and with nothing else where that fails. Why it failed must
    /// not be told, not even by how long it took: there is `None`.
    #[expect(
        clippy::type_complexity,
        reason = "that is what an async method is that may be behind `dyn`"
    )]
    fn decrypt(
        &self,
        key: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>>;
}

/// How bytes are written as base64, where the provider does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Base64Form {
    /// The standard one with its padding, and nothing else.
    #[default]
    Strict,
    /// The same, with white space around it and without its padding too.
    Lenient,
    /// base64url with its padding.
    Url,
}

impl Base64Form {
    /// The bytes; nothing where the text is of another form.
    ///
    /// ```
    /// use payments_core::decrypt::Base64Form;
    ///
    /// assert_eq!(Base64Form::Strict.decode("+/8="), Some(vec![251, 255]));
    /// assert_eq!(Base64Form::Strict.decode("+/8"), None);
    /// assert_eq!(Base64Form::Lenient.decode(" +/8\n"), Some(vec![251, 255]));
    /// assert_eq!(Base64Form::Url.decode("-_8="), Some(vec![251, 255]));
    /// assert_eq!(Base64Form::Url.decode("+/8="), None);
    /// ```
    #[must_use]
    pub fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Strict => STANDARD.decode(text),
            Self::Lenient => STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')),
            Self::Url => URL_SAFE.decode(text),
        }
        .ok()
    }
}
