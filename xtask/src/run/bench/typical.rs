//! How signatures and checks are usually written: maps, `format!`, `join`, `==`.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Values in order, joined, hashed, in base64.
pub(super) fn joined(fields: &[(&str, &str)], secret: &str) -> String {
    let map: HashMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut parts: Vec<String> = fields
        .iter()
        .filter_map(|(name, _)| map.get(*name).cloned())
        .collect();
    parts.push(secret.to_owned());
    STANDARD.encode(Sha256::digest(parts.join("|")))
}

/// `name=value` sorted by name, under HMAC-SHA256, in hexadecimal.
pub(super) fn paired(fields: &[(&str, &str)], key: &str) -> Result<String, String> {
    let map: BTreeMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let text = map
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(text.as_bytes());
    Ok(const_hex::encode(mac.finalize().into_bytes()))
}
