//! The PSP's public keys, and cards under them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use payments_core::sandbox::Random;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::sha2::Sha256;
use rsa::traits::PublicKeyParts as _;
use rsa::{Oaep, Pkcs1v15Encrypt, RsaPublicKey};

use super::cards::Card;
use super::edition::CardText;

/// The bits that a key has as documented.
const BITS: usize = 4096;

/// Public keys by the id that support gave them.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    keys: Vec<(i32, RsaPublicKey)>,
    small: bool,
}

impl Keys {
    pub(super) const fn new(small: bool) -> Self {
        Self {
            keys: Vec::new(),
            small,
        }
    }

    /// Registers a key in PEM; what is wrong with it otherwise.
    pub(super) fn add(&mut self, id: i32, pem: &str) -> Result<(), &'static str> {
        let key = RsaPublicKey::from_public_key_pem(pem)
            .map_err(|_| "not an RSA public key in PEM (BEGIN PUBLIC KEY)")?;
        if key.n().bits() < BITS && !self.small {
            return Err("fewer than 4096 bits");
        }
        if self.find(id).is_some() {
            return Err("the id is taken");
        }
        self.keys.push((id, key));
        Ok(())
    }

    /// Registers a key under the next id, as support does.
    pub(super) fn register(&mut self, pem: &str, first: i32) -> Result<i32, &'static str> {
        let known = self.keys.iter().map(|(id, _)| id.saturating_add(1));
        let id = known.max().unwrap_or(first);
        self.add(id, pem)?;
        Ok(id)
    }

    pub(super) fn find(&self, id: i32) -> Option<&RsaPublicKey> {
        let found = self.keys.iter().find(|(known, _)| *known == id);
        found.map(|(_, key)| key)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = i32> {
        self.keys.iter().map(|(id, _)| *id)
    }
}

/// How a card is put under the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// As documented: OAEP, SHA-256 for both hashes, no label.
    Oaep,
    /// As it must not be.
    Pkcs1,
}

/// The bytes of the ciphertext; `None` for a text that is too long.
pub(super) fn encrypt(
    key: &RsaPublicKey,
    padding: Padding,
    plain: &str,
    random: &mut Random,
) -> Option<Vec<u8>> {
    let mut bytes = Bytes(random);
    let plain = plain.as_bytes();
    match padding {
        Padding::Oaep => key.encrypt(&mut bytes, Oaep::new::<Sha256>(), plain),
        Padding::Pkcs1 => key.encrypt(&mut bytes, Pkcs1v15Encrypt, plain),
    }
    .ok()
}

/// Base64 as callbacks have it.
pub(super) fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64 as callbacks must not have it.
pub(super) fn url_safe(bytes: &[u8]) -> String {
    URL_SAFE.encode(bytes)
}

/// What is encrypted, at that many milliseconds since 1970.
pub(super) fn plain(card: &Card, form: CardText, unix_millis: u64) -> String {
    let Card {
        card_type: _,
        number,
        month,
        year,
    } = card;
    let card = if form.numbers {
        format!(r#"{{"cardNumber":{number},"expiryMonth":{month},"expiryYear":{year}}}"#)
    } else {
        format!(
            r#"{{"cardNumber":"{number}","expiryMonth":"{month:02}","expiryYear":"{year:02}"}}"#
        )
    };
    if form.ticks {
        let ticks = ticks(unix_millis);
        format!(r#"{{"timestampticks":{ticks},"encryptedCardData":{card}}}"#)
    } else {
        format!(r#"{{"encryptedCardData":{card}}}"#)
    }
}

/// Tenths of a microsecond since the year 1, UTC: how the provider's sample looks.
fn ticks(unix_millis: u64) -> u64 {
    unix_millis
        .saturating_mul(10_000)
        .saturating_add(621_355_968_000_000_000)
}

/// The sandbox's own numbers, so that a seed gives the same ciphertexts. The cards are test cards:
/// nothing here has to stay secret.
struct Bytes<'a>(&'a mut Random);

impl RngCore for Bytes<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.0.draw() >> 32).unwrap_or_default()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.draw()
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            for (byte, drawn) in chunk.iter_mut().zip(self.0.draw().to_le_bytes()) {
                *byte = drawn;
            }
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Bytes<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_documents() {
        let check = |numbers, ticks, expect: &str| {
            let card = Card::new("VISA-CREDIT", "1234567812345678", 5, 28);
            let form = CardText { numbers, ticks };
            assert_eq!(plain(&card, form, 1_577_836_800_000), expect);
        };
        check(
            false,
            false,
            r#"{"encryptedCardData":{"cardNumber":"1234567812345678","expiryMonth":"05","expiryYear":"28"}}"#,
        );
        // 2020-01-01 as .NET counts it.
        check(
            true,
            true,
            r#"{"timestampticks":637134336000000000,"encryptedCardData":{"cardNumber":1234567812345678,"expiryMonth":5,"expiryYear":28}}"#,
        );
    }

    #[test]
    fn keys_are_checked() {
        let mut keys = Keys::new(false);
        for bad in [
            "",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ] {
            assert!(keys.add(1, bad).is_err());
        }
        assert_eq!(keys.ids().count(), 0);
    }
}
