//! The PSP's private keys, by the ids that MobilePay gave their public halves.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use payments_core::Secret;
use payments_core::error::Misuse;
use payments_core::signing::pem;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::cards::Decryptor;

/// What decrypts with one private key. Implemented for the backends of this crate.
pub trait PrivateKey: Sized + Send + Sync + 'static {
    /// Reads a PKCS#8 key.
    fn from_pkcs8(der: &[u8]) -> Option<Self>;

    /// The length of its modulus, in bytes.
    fn size(&self) -> usize;

    /// RSA-OAEP with SHA-256 for both hashes and an empty label.
    fn decrypt(&self, ciphertext: &[u8]) -> Option<Secret<Vec<u8>>>;
}

/// Private keys by MobilePay's `publicKeyId`: several during a rotation. Where there is a tokio
/// runtime, a decryption (a few milliseconds) runs on its blocking threads, as many at once as there
/// are processors; elsewhere it runs in place.
///
/// ```no_run
/// use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys};
///
/// let pem = std::fs::read_to_string("company-prod.pem")?;
/// let keys = PrivateKeys::<AwsLc>::new().with_pem(263_012, &pem)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PrivateKeys<K> {
    keys: BTreeMap<i64, Arc<K>>,
    permits: Arc<Semaphore>,
}

/// MobilePay asks for keys of 4096 bits.
const LEAST: usize = 512;

impl<K: PrivateKey> PrivateKeys<K> {
    /// No key yet.
    #[must_use]
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            keys: BTreeMap::new(),
            permits: Arc::new(Semaphore::new(processors)),
        }
    }

    /// The same with one more key: a PEM text with a block `PRIVATE KEY` (PKCS#8, not encrypted), as
    /// `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096` writes it.
    ///
    /// # Errors
    /// [`Misuse`] for a text that holds no such key, for a key of under 4096 bits, and for an id that
    /// is taken.
    pub fn with_pem(self, public_key_id: i64, text: &str) -> Result<Self, Misuse> {
        self.with(public_key_id, text, LEAST)
    }

    /// The same for tests, from 2048 bits: MobilePay asks for 4096.
    ///
    /// # Errors
    /// As [`PrivateKeys::with_pem`], for keys of under 2048 bits.
    pub fn danger_with_small_pem(self, public_key_id: i64, text: &str) -> Result<Self, Misuse> {
        self.with(public_key_id, text, 256)
    }

    fn with(mut self, id: i64, text: &str, least: usize) -> Result<Self, Misuse> {
        let refuse = |problem: String| Misuse::new("private_key", problem);
        let der = pem("private_key", text, "PRIVATE KEY")?;
        let key = K::from_pkcs8(der.expose())
            .ok_or_else(|| refuse("is no RSA key of 2048 to 8192 bits in PKCS#8".to_owned()))?;
        if key.size() < least {
            let bits = least.saturating_mul(8);
            return Err(refuse(format!("must have at least {bits} bits")));
        }
        if self.keys.insert(id, Arc::new(key)).is_some() {
            return Err(refuse(format!("is the second one for publicKeyId {id}")));
        }
        Ok(self)
    }
}

impl<K: PrivateKey> Default for PrivateKeys<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PrivateKey> Decryptor for PrivateKeys<K> {
    fn size(&self, public_key_id: i64) -> Option<usize> {
        Some(self.keys.get(&public_key_id)?.size())
    }

    fn decrypt(
        &self,
        public_key_id: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
        let (key, permits) = (self.keys.get(&public_key_id).cloned(), &self.permits);
        Box::pin(async move {
            let key = key?;
            let Ok(runtime) = Handle::try_current() else {
                return key.decrypt(&ciphertext);
            };
            let permit = Arc::clone(permits).acquire_owned().await;
            let work = runtime.spawn_blocking(move || {
                let plain = key.decrypt(&ciphertext);
                drop(permit);
                plain
            });
            work.await.ok().flatten()
        })
    }
}

/// The ids, not the keys.
impl<K> fmt::Debug for PrivateKeys<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateKeys({:?})", self.keys.keys())
    }
}

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
    use payments_core::Secret;

    use super::PrivateKey;

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
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::rand_core::OsRng;
    use rsa::sha2::Sha256;
    use rsa::traits::PublicKeyParts;
    use rsa::{Oaep, RsaPrivateKey};

    use super::PrivateKey;

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
