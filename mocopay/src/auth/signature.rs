//! The signature: `key:base64(MD5(secret ‖ path ‖ "?" ‖ name=value&…))`, sorted by name.
//!
//! A digest over a secret that stands first can be extended by anyone who knows one signature and the
//! length of the secret. The padding that such an extension needs holds a NUL byte, so control
//! characters are refused before anything is hashed, on both sides.

use std::fmt::Write;

use payments_core::error::Misuse;
use payments_core::incoming::{BodyFormat, Fields};
use payments_core::signing::{Canonical, Keys, Refusal, Scheme, Sink, TagText, tag};
use payments_core::wire::text::percent_encoded;

use crate::calls::Credentials;

/// How values stand in what is signed; MoCoPay does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Escaping {
    /// As they are meant.
    #[default]
    Decoded,
    /// As they are sent, escaped.
    Percent,
}

/// Every parameter of MoCoPay's pages.
pub const PARAMETERS: [&str; 14] = [
    "callbackUrl",
    "clientIp",
    "country",
    "imageUrl",
    "lang",
    "mcc",
    "mnc",
    "notifyUrl",
    "phone",
    "pid",
    "referenceId",
    "sessionId",
    "transactionId",
    "userId",
];

/// The parameters that may hold what joins the signed string.
const URLS: [&str; 3] = ["callbackUrl", "imageUrl", "notifyUrl"];

/// The parameters of a request, sorted by whole name: one value gives the string that is signed and
/// the bytes that are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedQuery {
    decoded: String,
    sent: String,
}

impl SignedQuery {
    /// Takes the parameters in, in any order.
    ///
    /// # Errors
    /// [`Misuse`] naming a parameter that stands twice, is empty, is called `signature` or anything
    /// but letters and digits, holds a control character, or, unless it is one of the three URLs,
    /// one of `& = ? #`.
    pub fn new<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Misuse> {
        let mut parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
        parameters.sort_unstable();
        let (mut decoded, mut sent, mut before) = (String::new(), String::new(), "");
        for (name, value) in parameters {
            check(name, value, before)?;
            let joiner = if before.is_empty() { "" } else { "&" };
            // Writing to a text cannot fail.
            let _ = write!(decoded, "{joiner}{name}={value}");
            let _ = write!(sent, "{joiner}{name}={}", percent_encoded(value));
            before = name;
        }
        Ok(Self { decoded, sent })
    }

    /// Reads an encoded query.
    ///
    /// # Errors
    /// As [`SignedQuery::new`]; and for a broken escape or invalid UTF-8.
    pub fn parse(query: &str) -> Result<Self, Misuse> {
        let fields = Fields::read(query.as_bytes(), BodyFormat::Form)
            .map_err(|_| Misuse::new("query", "cannot be read, or has a parameter twice"))?;
        Self::new(fields.iter())
    }

    /// The query as it is sent, without the question mark.
    #[must_use]
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// What is signed, without the secret before it.
    #[must_use]
    pub fn canonical(&self, path: &str, escaping: Escaping) -> String {
        format!("{path}?{}", self.signed(escaping))
    }

    fn signed(&self, escaping: Escaping) -> &str {
        match escaping {
            Escaping::Decoded => &self.decoded,
            Escaping::Percent => &self.sent,
        }
    }

    /// Verifies a signature over these parameters, in constant time and without allocating.
    ///
    /// # Errors
    /// [`SignatureError`] for everything but the signature of these credentials.
    pub fn verify(
        &self,
        path: &str,
        escaping: Escaping,
        credentials: &Credentials,
        given: &str,
    ) -> Result<(), SignatureError> {
        let Signature { key, digest } = Signature::parse(given)?;
        let query = self.signed(escaping);
        let tag = tag(&Signed { path, query }, credentials, Scheme::Md5);
        let holds = tag.is_ok_and(|tag| tag.matches(digest, TagText::Base64));
        if holds && key == credentials.api_key() {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }
}

/// Names only: values are personal data.
impl std::fmt::Debug for SignedQuery {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs = self.sent.split('&').filter_map(|pair| pair.split_once('='));
        out.debug_list()
            .entries(pairs.map(|(name, _)| name))
            .finish()
    }
}

fn check(name: &str, value: &str, before: &str) -> Result<(), Misuse> {
    let refuse = |problem: &'static str| Err(Misuse::new(name.to_owned(), problem));
    let joins = |text: &str| text.contains(['&', '=', '?', '#']);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Err(Misuse::new("query", "has a parameter that is no name"))
    } else if name == "signature" {
        refuse("is no part of what is signed")
    } else if name == before {
        refuse("stands twice")
    } else if value.is_empty() {
        refuse("must not be empty: leave it out")
    } else if value.chars().any(char::is_control) {
        refuse("must not hold a control character")
    } else if joins(value) && !URLS.contains(&name) {
        refuse("must not hold `&`, `=`, `?` or `#`: they would blur what is signed")
    } else {
        Ok(())
    }
}

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

/// The value of `Signature` for a request to `path`, as it is sent. It takes a secret of any length.
///
/// ```
/// use payments_mocopay::Credentials;
/// use payments_mocopay::auth::{Escaping, SignedQuery, signature};
///
/// // The vector of both signature pages.
/// let credentials = Credentials::new("app1", "this.is.a.secret")?;
/// let query = SignedQuery::parse("pid=12000&mcc=228&mnc=01&userId=123456789")?;
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

/// Verifies a request as the other side has to: `query` as it came, without its parameter
/// `signature`; no name but those in `known` ([`PARAMETERS`]).
///
/// # Errors
/// [`SignatureError`]; what cannot be read is refused before anything is hashed.
pub fn verify(
    path: &str,
    query: &str,
    known: &[&str],
    escaping: Escaping,
    credentials: &Credentials,
    given: &str,
) -> Result<(), SignatureError> {
    Signature::parse(given)?;
    let names = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default());
    let clean = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'?');
    if !clean || names.into_iter().any(|name| !known.contains(&name)) {
        return Err(SignatureError::Request);
    }
    let query = SignedQuery::parse(query).map_err(|_| SignatureError::Request)?;
    query.verify(path, escaping, credentials, given)
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// `ApiKey <key>:<20 bytes>`, as the samples of 2014 have it: what it is made of is documented
    /// nowhere, so it is neither right nor wrong.
    ApiKeyForm,
    /// It is not `key:base64` of 16 bytes.
    Malformed,
    /// The request cannot be signed: a control character, invalid UTF-8, a parameter that is
    /// unknown, empty or stands twice.
    Request,
    /// It is another key's, or of another request.
    Mismatch,
}

impl std::fmt::Display for SignatureError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::ApiKeyForm => "a signature of the undocumented ApiKey form",
            Self::Malformed => "a signature of no known form",
            Self::Request => "a request that cannot be signed",
            Self::Mismatch => "a signature that does not hold",
        })
    }
}

impl std::error::Error for SignatureError {}
