//! Private keys of this process, by number.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Decryptor;
use crate::error::Misuse;
use crate::signing::{Secret, pem};

/// What decrypts with one private key, by the scheme of a provider.
pub trait PrivateKey: Sized + Send + Sync + 'static {
    /// Reads a PKCS#8 key.
    fn from_pkcs8(der: &[u8]) -> Option<Self>;

    /// The length of its modulus, in bytes.
    fn size(&self) -> usize;

    /// Decrypts; nothing where it fails, whatever the reason.
    fn decrypt(&self, ciphertext: &[u8]) -> Option<Secret<Vec<u8>>>;
}

/// Private keys by the numbers that the provider gave their public halves: several during a rotation.
/// Where there is a tokio runtime, a decryption (RSA takes milliseconds) runs on its blocking threads,
/// as many at once as there are processors; elsewhere it runs in place.
pub struct PrivateKeys<K> {
    keys: BTreeMap<i64, Arc<K>>,
    permits: Arc<Semaphore>,
    least_bits: usize,
}

impl<K: PrivateKey> PrivateKeys<K> {
    /// No key yet; those that follow must have so many bits.
    #[must_use]
    pub fn of_at_least(least_bits: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            keys: BTreeMap::new(),
            permits: Arc::new(Semaphore::new(processors)),
            least_bits,
        }
    }

    /// The same with one more key: a PEM text with a block `PRIVATE KEY` (PKCS#8, not encrypted), as
    /// `openssl genpkey` writes it.
    ///
    /// # Errors
    /// [`Misuse`] for a text that holds no such key, for a key that is too short, and for a number that
    /// is taken.
    pub fn with_pem(mut self, key: i64, text: &str) -> Result<Self, Misuse> {
        let refuse = |problem: String| Misuse::new("private_key", problem);
        let der = pem("private_key", text, "PRIVATE KEY")?;
        let found = K::from_pkcs8(der.expose())
            .ok_or_else(|| refuse("is no key of the right kind and size in PKCS#8".to_owned()))?;
        if found.size().saturating_mul(8) < self.least_bits {
            return Err(refuse(format!(
                "must have at least {} bits",
                self.least_bits
            )));
        }
        if self.keys.insert(key, Arc::new(found)).is_some() {
            return Err(refuse(format!("is the second one for key {key}")));
        }
        Ok(self)
    }
}

impl<K: PrivateKey> Decryptor for PrivateKeys<K> {
    fn size(&self, key: i64) -> Option<usize> {
        Some(self.keys.get(&key)?.size())
    }

    fn decrypt(
        &self,
        key: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
        let (key, permits) = (self.keys.get(&key).cloned(), &self.permits);
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

/// The numbers, not the keys.
impl<K> fmt::Debug for PrivateKeys<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateKeys({:?})", self.keys.keys())
    }
}
