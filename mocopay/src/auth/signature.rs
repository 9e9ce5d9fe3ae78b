//! The signature: `key:base64(MD5(secret ‖ path ‖ "?" ‖ name=value&…))`, sorted by name.
//!
//! A digest over a secret that stands first can be extended by anyone who knows one signature and the
//! length of the secret. The padding that such an extension needs holds a NUL byte, so control
//! characters are refused before anything is hashed, on both sides.

use payments_core::incoming::{BodyFormat, Fields};
use payments_core::signing::{
    Canonical, Escaping, Keys, QueryRules, Refusal, Scheme, SignedQuery, Sink, TagText, tag,
};

use crate::calls::Credentials;

/// The parameters: the three URLs may hold what joins the signed string.
pub const RULES: QueryRules = QueryRules {
    free: &["callbackUrl", "imageUrl", "notifyUrl"],
    signature: "signature",
};

/// Every parameter of MoCoPay's pages, with spaces between.
pub const PARAMETERS: &str = "callbackUrl clientIp country imageUrl lang mcc mnc notifyUrl phone \
                              pid referenceId sessionId transactionId userId";

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

/// Verifies the signature of a request to `path`, in constant time and without allocating.
///
/// # Errors
/// [`SignatureError`] for everything but the signature of these credentials.
pub fn holds(
    path: &str,
    query: &SignedQuery,
    escaping: Escaping,
    credentials: &Credentials,
    given: &str,
) -> Result<(), SignatureError> {
    let Signature { key, digest } = Signature::parse(given)?;
    let query = query.signed(escaping);
    let tag = tag(&Signed { path, query }, credentials, Scheme::Md5);
    let holds = tag.is_ok_and(|tag| tag.matches(digest, TagText::Base64));
    if holds && key == credentials.api_key() {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// Verifies a request as the other side has to: `query` as it came, without its parameter
/// `signature`; no name but those in `known` ([`PARAMETERS`]).
///
/// # Errors
/// [`SignatureError`]; what cannot be read is refused before anything is hashed.
pub fn verify(
    path: &str,
    query: &str,
    known: &str,
    escaping: Escaping,
    credentials: &Credentials,
    given: &str,
) -> Result<(), SignatureError> {
    Signature::parse(given)?;
    let clean = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'?');
    let fields = Fields::read(query.as_bytes(), BodyFormat::Form);
    let fields = fields.map_err(|_| SignatureError::Request)?;
    let is_known = |name: &str| known.split(' ').any(|known| known == name);
    if !clean || !fields.iter().all(|(name, _)| is_known(name)) {
        return Err(SignatureError::Request);
    }
    let query = SignedQuery::new(fields.iter(), &RULES).map_err(|_| SignatureError::Request)?;
    holds(path, &query, escaping, credentials, given)
}

/// A value of `Signature`, taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature<'a> {
    key: &'a str,
    digest: &'a str,
}

impl<'a> Signature<'a> {
    /// Takes a value apart.
    ///
    /// # Errors
    /// [`SignatureError::ApiKeyForm`] for the form of 2014, [`SignatureError::Malformed`] for
    /// anything else that is not `key:base64`, the digest of 16 bytes.
    pub fn parse(value: &'a str) -> Result<Self, SignatureError> {
        let (word, rest) = match value.strip_prefix("ApiKey ") {
            Some(rest) => (true, rest),
            None => (false, value),
        };
        let (key, digest) = rest.rsplit_once(':').ok_or(SignatureError::Malformed)?;
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        let raw = digest.trim_end_matches('=');
        let shape = (digest.len(), raw.len());
        if key.is_empty() || !raw.bytes().all(base64) {
            return Err(SignatureError::Malformed);
        }
        match shape {
            (24, 22) if !word => Ok(Self { key, digest }),
            (28, 27) => Err(SignatureError::ApiKeyForm),
            _ => Err(SignatureError::Malformed),
        }
    }

    /// The API key that it names.
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.key
    }
}

/// Without the digest.
impl std::fmt::Debug for Signature<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signature({}:***)", self.key)
    }
}

/// Why a signature is not taken. For people, never for a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// `ApiKey <key>:<20 bytes>`, as the samples of 2014 have it: what it is made of is documented
    /// nowhere, so it is neither right nor wrong.
    #[error("a signature of the undocumented ApiKey form")]
    ApiKeyForm,
    /// It is not `key:base64` of 16 bytes.
    #[error("a signature of no known form")]
    Malformed,
    /// The request cannot be signed: a control character, invalid UTF-8, a parameter that is
    /// unknown, empty or stands twice.
    #[error("a request that cannot be signed")]
    Request,
    /// It is another key's, or of another request.
    #[error("a signature that does not hold")]
    Mismatch,
}
