//! Encrypted cards: from the callback's text to the card, against the bare decryption.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payments_core::decrypt::{Base64Form, Decryptor as _};
use payments_core::signing::pem;
use payments_mobilepay::ext::keys::{AwsLc, private_keys};

use super::pace::{Limit, against_slow};
use super::row::Row;

const KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/key.pem");
const CARD: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/number.b64");

/// The row.
///
/// # Errors
/// If the key or the card cannot be read.
pub(super) fn row() -> Result<Row, String> {
    let der = pem("key", KEY, "PRIVATE KEY").map_err(|misuse| misuse.to_string())?;
    let bare = PrivateDecryptingKey::from_pkcs8(der.expose());
    let bare = bare.and_then(|key| Ok(OaepPrivateDecryptingKey::new(key)?));
    let bare = bare.map_err(|_| "aws-lc does not take the key")?;
    let keys = private_keys::<AwsLc>().with_pem(1, KEY);
    let keys = keys.map_err(|misuse| misuse.to_string())?;
    let text = CARD.trim_end();
    let ciphertext = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let mut out = vec![0; bare.min_output_size()];
    let own = || {
        let bytes = Base64Form::Strict.decode(text)?;
        let plain = in_place(keys.decrypt(1, bytes))?;
        Some(plain.expose().len())
    };
    if own() != Some(122) {
        return Err("the card cannot be decrypted".to_owned());
    }
    Ok(against_slow(
        &Limit {
            name: "decrypt a card (RSA-4096, OAEP), base64 included",
            hold: 1.05,
        },
        || {
            let plain = bare.decrypt(&OAEP_SHA256_MGF1SHA256, &ciphertext, &mut out, None);
            plain.map(|plain| plain.len()).ok()
        },
        own,
    ))
}

/// What there is without a runtime is there at once.
pub(crate) fn in_place<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => found,
        Poll::Pending => None,
    }
}
