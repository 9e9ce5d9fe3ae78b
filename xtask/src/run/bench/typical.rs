//! How signatures and checks are usually written: maps, `format!`, `join`, `==`.

use std::collections::{BTreeMap, HashMap};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Values in order, joined, hashed, as text.
pub(super) fn joined(
    fields: &[(&str, &str)],
    by: &str,
    written: impl Fn(&[u8]) -> String,
) -> String {
    let map: HashMap<String, String> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let parts: Vec<String> = fields
        .iter()
        .filter_map(|(name, _)| map.get(*name).cloned())
        .collect();
    written(&Sha256::digest(parts.join(by)))
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
