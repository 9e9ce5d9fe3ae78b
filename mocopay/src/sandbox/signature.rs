//! The signature as the pages have it, computed from the request's own bytes, and its verification.
//!
//! A digest over a secret that stands first can be extended by anyone who knows one signature and the
//! length of the secret. The padding that such an extension needs holds a NUL byte, so control
//! characters are refused before anything is hashed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_core::sandbox::Fields;
use payments_core::signing::same;

use super::config::SignedValues;

/// The parameters whose values may hold what joins parameters, but not with the name of one.
const URLS: [&str; 3] = ["callbackUrl", "imageUrl", "notifyUrl"];

/// Every parameter of MoCoPay's pages but the signature.
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
    let digest = digest(secret, uri, parameters);
    format!("{key}:{}", STANDARD.encode(digest))
}

fn digest(secret: &str, uri: &str, parameters: &str) -> [u8; 16] {
    let hash = Md5::new().chain_update(secret).chain_update(uri);
    hash.chain_update("?")
        .chain_update(parameters)
        .finalize()
        .into()
}

/// What a merchant signs with: the secret, and the one before it for as long as both are taken.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    key: &'a str,
    secret: &'a str,
    previous: Option<&'a str>,
}

impl<'a> Signer<'a> {
    /// An API key and its secret.
    #[must_use]
    pub const fn new(key: &'a str, secret: &'a str) -> Self {
        Self {
            key,
            secret,
            previous: None,
        }
    }

    /// The same while the secret is being changed: what the previous one signed is taken too.
    #[must_use]
    pub const fn or_previous(mut self, secret: Option<&'a str>) -> Self {
        self.previous = secret;
        self
    }
}

/// The key only.
impl std::fmt::Debug for Signer<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signer({}, ***)", self.key)
    }
}

/// A request as it is signed.
///
/// ```
/// use payments_mocopay::sandbox::{PARAMETERS, SignedRequest, SignedValues, Signer};
///
/// let (path, query) = ("/v1/payment/initPayment/", "pid=12000&mcc=228&mnc=01&userId=123456789");
/// let request = SignedRequest::read(path, query, SignedValues::Decoded)?;
/// assert_eq!(request.unknown(&PARAMETERS), None);
/// let merchant = Signer::new("app1", "this.is.a.secret");
/// request.verify(merchant, "app1:WETDyNQLx0+8BJ16vDgiVg==")?;
/// # Ok::<(), payments_mocopay::sandbox::SignatureError>(())
/// ```
pub struct SignedRequest<'a> {
    path: &'a str,
    fields: Vec<(String, String)>,
    parameters: String,
    signature: Option<String>,
}

impl<'a> SignedRequest<'a> {
    /// Reads path and query as they came; a parameter `signature` is no part of what is signed.
    ///
    /// # Errors
    /// [`SignatureError::Request`] for what cannot be signed, before anything is hashed: a control
    /// character, broken encoding, a parameter that is empty or stands twice, and a value that reads
    /// as two parameters: what joins them in a value that is no URL, and `&` with the name of one and
    /// `=` in a URL that is signed as it is meant.
    pub fn read(path: &'a str, query: &str, values: SignedValues) -> Result<Self, SignatureError> {
        let clean = path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'?');
        let read = Fields::parse(query.as_bytes()).map_err(|_| SignatureError::Request)?;
        let blurred = |(name, value): (&str, &str)| {
            value.is_empty()
                || value.chars().chain(name.chars()).any(char::is_control)
                || reads_as_two(name, value, values)
        };
        if !clean || read.repeated().is_some() || read.iter().any(blurred) {
            return Err(SignatureError::Request);
        }
        let (mut fields, mut signed, mut signature) = (Vec::new(), Vec::new(), None);
        // There is a field for each of these, in the same order.
        for ((name, value), written) in read.iter().zip(query.split('&')) {
            if name == "signature" {
                signature = Some(value.to_owned());
                continue;
            }
            fields.push((name.to_owned(), value.to_owned()));
            signed.push(match values {
                SignedValues::Decoded => format!("{name}={value}"),
                SignedValues::AsSent => written.to_owned(),
            });
        }
        // By the first character alone, as the page says: whoever sends `mnc` before `mcc` signs that.
        signed.sort_by_key(|pair| pair.bytes().next());
        Ok(Self {
            path,
            fields,
            parameters: signed.join("&"),
            signature,
        })
    }

    /// A parameter that is none of these, if there is one. Whoever verifies must refuse it: what
    /// extends a signed string begins a name of its own.
    #[must_use]
    pub fn unknown(&self, known: &[&str]) -> Option<&str> {
        let mut names = self.fields.iter().map(|(name, _)| &**name);
        names.find(|name| !known.contains(name))
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    /// The parameter `signature`, which stands in the place of the header.
    #[must_use]
    pub fn signature(&self) -> Option<&str> {
        self.signature.as_deref()
    }

    /// What is hashed, part by part and for people: the secret masked, the parameters in their order.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            "API secret = ***".to_owned(),
            format!("path = {:?}", self.path),
            "\"?\"".to_owned(),
        ];
        for (place, pair) in self.parameters.split('&').enumerate() {
            if place > 0 {
                parts.push("\"&\"".to_owned());
            }
            parts.push(format!("{pair:?}"));
        }
        parts
    }

    /// Whether `given` is the merchant's signature of it: in constant time, without allocating.
    ///
    /// # Errors
    /// [`SignatureError`] for everything else.
    pub fn verify(&self, merchant: Signer<'_>, given: &str) -> Result<(), SignatureError> {
        let Signature { key, digest: text } = Signature::parse(given)?;
        let mut given = [0; 18];
        let length = STANDARD.decode_slice(text, &mut given);
        let given = given.get(..length.map_err(|_| SignatureError::Mismatch)?);
        let holds = |secret| {
            let ours = digest(secret, self.path, &self.parameters);
            given.is_some_and(|given| same(&ours, given))
        };
        if key == merchant.key && (holds(merchant.secret) || merchant.previous.is_some_and(holds)) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }
}

fn reads_as_two(name: &str, value: &str, values: SignedValues) -> bool {
    if name == "signature" {
        return false;
    }
    if !URLS.contains(&name) {
        return value.contains(['&', '=', '?', '#']);
    }
    let begins = |part: &str| {
        let pair = part.split_once('=');
        pair.is_some_and(|(name, _)| PARAMETERS.contains(&name))
    };
    values == SignedValues::Decoded && value.split('&').skip(1).any(begins)
}

/// Names only: values are personal data.
impl std::fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.fields.iter().map(|(name, _)| name);
        write!(out, "{} ", self.path)?;
        out.debug_list().entries(names).finish()
    }
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
    pub const fn key(&self) -> &'a str {
        self.key
    }
}

/// Without the digest.
impl std::fmt::Debug for Signature<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Signature({}:***)", self.key)
    }
}

/// Why a signature is not taken. For people, never for a reply of yours.
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
    /// The request cannot be signed: a control character, broken encoding, a parameter that is empty
    /// or stands twice, a value that reads as two.
    #[error("a request that cannot be signed")]
    Request,
    /// It is another key's, or of another request.
    #[error("a signature that does not hold")]
    Mismatch,
}
