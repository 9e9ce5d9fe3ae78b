//! RSA-OAEP with SHA-256 for both hashes and an empty label.

#[cfg(feature = "aws-lc")]
pub use aws_lc::AwsLc;
#[cfg(feature = "rustcrypto-rsa")]
pub use rustcrypto::RustCrypto;

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};

    use crate::decrypt::PrivateKey;
    use crate::signing::Secret;

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
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::rand_core::OsRng;
    use rsa::sha2::Sha256;
    use rsa::traits::PublicKeyParts;
    use rsa::{Oaep, RsaPrivateKey};

    use crate::decrypt::PrivateKey;
    use crate::signing::Secret;

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

#[cfg(all(test, feature = "aws-lc", feature = "rustcrypto-rsa"))]
mod tests {
    use rsa::pkcs8::EncodePrivateKey;
    use rsa::rand_core::OsRng;
    use rsa::{Oaep, RsaPrivateKey};

    use super::*;
    use crate::decrypt::PrivateKey;

    /// What each of the two makes of it, with the size of the key.
    fn opened<K: PrivateKey>(der: &[u8], ciphertext: &[u8]) -> Option<(usize, Vec<u8>)> {
        let key = K::from_pkcs8(der)?;
        let plain = key.decrypt(ciphertext)?;
        Some((key.size(), plain.expose().clone()))
    }

    #[test]
    fn both_open_the_same_and_nothing_else() {
        let key = RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
        let der = key.to_pkcs8_der().unwrap();
        let check = |ciphertext: &[u8], expect: Option<&[u8]>| {
            let expect = expect.map(|plain| (256, plain.to_vec()));
            assert_eq!(opened::<AwsLc>(der.as_bytes(), ciphertext), expect);
            assert_eq!(opened::<RustCrypto>(der.as_bytes(), ciphertext), expect);
        };
        let seal = |padding: Oaep| {
            let public = key.to_public_key();
            public.encrypt(&mut OsRng, padding, b"plain").unwrap()
        };
        let sealed = seal(Oaep::new::<rsa::sha2::Sha256>());
        check(&sealed, Some(b"plain"));
        let mut flipped = sealed.clone();
        flipped[7] ^= 1;
        check(&flipped, None);
        check(&sealed[1..], None);
        check(&seal(Oaep::new::<rsa::sha2::Sha512>()), None);
        assert!(opened::<AwsLc>(b"no key", &sealed).is_none());
        assert!(opened::<RustCrypto>(b"no key", &sealed).is_none());
    }
}
