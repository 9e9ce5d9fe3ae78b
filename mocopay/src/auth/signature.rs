//! The signature: `key:base64(MD5(secret ‖ path ‖ "?" ‖ name=value&…))`, sorted by name.
//!
//! A digest over a secret that stands first can be extended by anyone who knows one signature and the
//! length of the secret. The padding that such an extension needs holds a NUL byte, so control
//! characters are refused before anything is hashed; MoCoPay's side has to do the same
//! (`sandbox::SignedRequest`).

use payments_core::signing::{
    Canonical, Escaping, Keys, QueryRules, Refusal, Scheme, SignedQuery, Sink, TagText, tag,
};

use crate::calls::Credentials;

/// The parameters: the three URLs may hold what joins the signed string.
pub const RULES: QueryRules = QueryRules {
    free: &["callbackUrl", "imageUrl", "notifyUrl"],
    signature: "signature",
};

/// What is hashed.
struct Signed<'a> {
    path: &'a str,
    query: &'a str,
}

impl Keys for Credentials {}

impl Canonical for Signed<'_> {
    type Keys = Credentials;

    fn stream<S: Sink>(&self, keys: &Credentials, sink: &mut S) -> Result<(), Refusal> {
        let Self { path, query } = self;
        sink.secret("apiSecret", keys.api_secret().expose().as_bytes());
        sink.value("path", path);
        sink.literal("?");
        sink.value("query", query);
        Ok(())
    }
}

/// What is signed, without the secret before it.
#[must_use]
pub fn canonical(path: &str, query: &SignedQuery, escaping: Escaping) -> String {
    format!("{path}?{}", query.signed(escaping))
}

/// The value of `Signature` for a request to `path`, as it is sent. It takes a secret of any length.
///
/// ```
/// use payments_mocopay::Credentials;
/// use payments_mocopay::auth::{Escaping, RULES, SignedQuery, signature};
///
/// // The vector of both signature pages.
/// let credentials = Credentials::new("app1", "this.is.a.secret")?;
/// let query = SignedQuery::parse("pid=12000&mcc=228&mnc=01&userId=123456789", &RULES)?;
/// let value = signature("/v1/payment/initPayment/", &query, Escaping::Decoded, &credentials);
/// assert_eq!(value, "app1:WETDyNQLx0+8BJ16vDgiVg==");
/// # Ok::<(), payments_mocopay::payments_core::error::Misuse>(())
/// ```
#[must_use]
pub fn signature(
    path: &str,
    query: &SignedQuery,
    escaping: Escaping,
    credentials: &Credentials,
) -> String {
    let query = query.signed(escaping);
    let key = credentials.api_key();
    let mut value = String::with_capacity(key.len().saturating_add(25));
    value.push_str(key);
    value.push(':');
    // The parameters were checked before: there is nothing left to refuse.
    if let Ok(tag) = tag(&Signed { path, query }, credentials, Scheme::Md5) {
        value.push_str(tag.text(TagText::Base64).as_str());
    }
    value
}
