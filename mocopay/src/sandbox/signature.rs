//! The signature as the pages have it, computed from the request's own bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_core::sandbox::{Fields, Request};

use super::config::{Config, SignedValues};

/// `key:base64(MD5(secret ‖ uri ‖ "?" ‖ parameters))`, the parameters already sorted and joined.
///
/// ```
/// use payments_mocopay::sandbox::request_signature;
///
/// let signed = "mcc=228&mnc=01&pid=12000&userId=123456789";
/// assert_eq!(
///     request_signature("app1", "this.is.a.secret", "/v1/payment/initPayment/", signed),
///     "app1:WETDyNQLx0+8BJ16vDgiVg=="
/// );
/// ```
#[must_use]
pub fn request_signature(key: &str, secret: &str, uri: &str, parameters: &str) -> String {
    let digest = Md5::digest(format!("{secret}{uri}?{parameters}"));
    format!("{key}:{}", STANDARD.encode(digest))
}

/// Whether the request is signed, and its parameters without the signature; or why not.
pub(super) fn check(config: &Config, request: &Request) -> Result<Vec<(String, String)>, String> {
    let query = request.query().unwrap_or_default();
    let fields = Fields::parse(query.as_bytes()).map_err(|error| error.to_string())?;
    if let Some(name) = fields.repeated() {
        return Err(format!("{name} stands twice"));
    }
    for (name, value) in fields.iter() {
        if value.is_empty() || value.chars().chain(name.chars()).any(char::is_control) {
            return Err(format!("{name} is empty or holds a control character"));
        }
    }
    let given = match (request.only_header("signature"), fields.value("signature")) {
        (Some(given), None) | (None, Some(given)) => given,
        (Some(_), Some(_)) => return Err("there are two signatures".to_owned()),
        (None, None) => return Err("there is no signature".to_owned()),
    };
    if given.starts_with("ApiKey ") {
        return Err("the signature is of the form of 2014".to_owned());
    }
    let decoded: Vec<(String, String)> = fields
        .iter()
        .filter(|(name, _)| *name != "signature")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut signed: Vec<String> = match config.signed_values {
        SignedValues::Decoded => decoded
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        SignedValues::AsSent => query
            .split('&')
            .filter(|pair| !pair.starts_with("signature="))
            .map(str::to_owned)
            .collect(),
    };
    // By the first character alone, as the page says: whoever sends `mnc` before `mcc` signs that.
    signed.sort_by_key(|pair| pair.bytes().next());
    let expected = request_signature(
        &config.api_key,
        &config.api_secret,
        request.path(),
        &signed.join("&"),
    );
    if given == expected {
        Ok(decoded)
    } else {
        Err("the signature is not that of the request".to_owned())
    }
}
