//! The PSP's private keys, by the ids that MobilePay gave their public halves.
//!
//! ```no_run
//! use payments_mobilepay::ext::keys::{AwsLc, private_keys};
//!
//! let pem = std::fs::read_to_string("company-prod.pem")?;
//! let keys = private_keys::<AwsLc>().with_pem(263_012, &pem)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "aws-lc")]
pub use payments_core::decrypt::oaep::AwsLc;
#[cfg(feature = "rustcrypto-rsa")]
pub use payments_core::decrypt::oaep::RustCrypto;
pub use payments_core::decrypt::{PrivateKey, PrivateKeys};

/// No key yet. MobilePay asks for RSA keys of 4096 bits, as
/// `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096` writes them.
#[must_use]
pub fn private_keys<K: PrivateKey>() -> PrivateKeys<K> {
    PrivateKeys::of_at_least(4096)
}

/// Ways around a check.
pub mod danger {
    use super::{PrivateKey, PrivateKeys};

    /// The same for tests, from 2048 bits.
    #[must_use]
    pub fn small_private_keys<K: PrivateKey>() -> PrivateKeys<K> {
        PrivateKeys::of_at_least(2048)
    }
}
