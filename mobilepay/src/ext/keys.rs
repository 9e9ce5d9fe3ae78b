//! The PSP's private keys, by the ids that MobilePay gave their public halves.
//!
//! ```no_run
//! use payments_mobilepay::ext::keys::{AwsLc, private_keys};
//!
//! let pem = std::fs::read_to_string("company-prod.pem")?;
//! let keys = private_keys::<AwsLc>().with_pem(263_012, &pem)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
    use payments_core::Secret;
    use payments_core::decrypt::PrivateKey;

    /// A key for aws-lc, which unpads in constant time.
    pub struct AwsLc(OaepPrivateDecryptingKey);

    impl PrivateKey for AwsLc {
        fn from_pkcs8(der: &[u8]) -> Option<Self> {
            let key = PrivateDecryptingKey::from_pkcs8(der).ok()?;
            OaepPrivateDecryptingKey::new(key).ok().map(Self)
        }

        fn size(&self) -> usize {
            self.0.key_size_bytes()
        }

        fn decrypt(&self, ciphertext: &[u8]) -> Option<Secret<Vec<u8>>> {
            let mut out = vec![0; self.0.min_output_size()];
            let plain = self
                .0
                .decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, &mut out, None);
            let length = plain.ok().map(|plain| plain.len());
            out.truncate(length.unwrap_or_default());
            // Wiped whole, whatever became of it.
            let out = Secret::new(out);
            length.map(|_| out)
        }
    }
}

#[cfg(feature = "rustcrypto-rsa")]
mod rustcrypto {
    use payments_core::Secret;
    use payments_core::decrypt::PrivateKey;
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::rand_core::OsRng;
    use rsa::sha2::Sha256;
    use rsa::traits::PublicKeyParts;
    use rsa::{Oaep, RsaPrivateKey};

    /// A key for the `rsa` crate, pure Rust. It has an open advisory, RUSTSEC-2023-0071: how long a
    /// decryption takes tells something of the key to whoever can send many ciphertexts and measure
    /// closely, which is what a callback endpoint lets them do. Prefer aws-lc or a key service.
    pub struct RustCrypto(RsaPrivateKey);

    impl PrivateKey for RustCrypto {
        fn from_pkcs8(der: &[u8]) -> Option<Self> {
            RsaPrivateKey::from_pkcs8_der(der).ok().map(Self)
        }

        fn size(&self) -> usize {
            self.0.size()
        }

        fn decrypt(&self, ciphertext: &[u8]) -> Option<Secret<Vec<u8>>> {
            let padding = Oaep::new::<Sha256>();
            let plain = self.0.decrypt_blinded(&mut OsRng, padding, ciphertext);
            plain.ok().map(Secret::new)
        }
    }
}

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLc;
#[cfg(feature = "rustcrypto-rsa")]
pub use rustcrypto::RustCrypto;
