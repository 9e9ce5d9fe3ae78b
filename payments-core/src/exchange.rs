//! One exchange with a provider as plain values: what is sent, what came back, what is kept of it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Misuse;
use crate::signing::Secret;

/// A request before it is bound to a host: pure data, the same bytes however often it is sent.
#[derive(Clone)]
pub struct Request {
    host: Option<&'static str>,
    /// The path of the base URL, known when the request is authorized.
    prefix: String,
    method: Method,
    path: Cow<'static, str>,
    query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Body,
    content_type: Option<&'static str>,
}

/// The body of a [`Request`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// None, and no content type.
    #[default]
    Empty,
    /// `application/x-www-form-urlencoded`, already encoded.
    Form(String),
    /// `application/json`, already encoded.
    Json(String),
}

impl Request {
    /// A request with `method` to the path `path` (absolute, without host and query).
    #[must_use]
    pub fn new(method: Method, path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            host: None,
            prefix: String::new(),
            method,
            path: path.into(),
            query: String::new(),
            headers: Vec::new(),
            body: Body::Empty,
            content_type: None,
        }
    }

    /// A POST to `path`.
    #[must_use]
    pub fn post(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::POST, path)
    }

    /// A GET of `path`.
    #[must_use]
    pub fn get(path: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Method::GET, path)
    }

    /// The host that it is for, by its name among the client's; nothing for the main host.
    #[must_use]
    pub fn host(&self) -> Option<&'static str> {
        self.host
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, absolute, without host and query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path as it is sent: that of the base URL, and the request's own. It is whole when the
    /// request is authorized; some providers sign it.
    #[must_use]
    pub fn sent_path(&self) -> String {
        format!("{}{}", self.prefix, self.path)
    }

    /// Tells the request the path of its base URL.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn mount(&mut self, prefix: &str) {
        prefix.clone_into(&mut self.prefix);
    }

    /// The encoded query without its question mark; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The headers that the request carries so far, its content type not among them.
    #[must_use]
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The same request for another of the provider's hosts, by its name among the client's.
    #[must_use]
    pub fn to_host(mut self, name: &'static str) -> Self {
        self.host = Some(name);
        self
    }

    /// The same request with another path: for providers that put identifiers into it.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// The same request with this encoded query.
    #[must_use]
    pub fn with_query(mut self, query: impl Into<String>) -> Self {
        self.query = query.into();
        self
    }

    /// The same request with this body.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets a header. `secret` keeps its value out of every output of the HTTP stack.
    ///
    /// # Errors
    /// [`Misuse`] if the value holds bytes that a header cannot carry; the value is not repeated.
    pub fn set_header(
        &mut self,
        name: HeaderName,
        value: &str,
        secret: bool,
    ) -> Result<(), Misuse> {
        let mut header = HeaderValue::from_str(value).map_err(|_| {
            Misuse::new(
                name.to_string(),
                "holds characters that a header cannot carry",
            )
        })?;
        header.set_sensitive(secret);
        match self.headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, value)) => *value = header,
            None => self.headers.push((name, header)),
        }
        Ok(())
    }

    /// Sets `Authorization` to basic authentication.
    ///
    /// # Errors
    /// [`Misuse`] for a user with a colon, which the scheme cannot carry.
    pub fn set_basic_auth(&mut self, user: &str, password: &Secret<String>) -> Result<(), Misuse> {
        if user.contains(':') {
            return Err(Misuse::new("user", "must not hold a colon"));
        }
        let pair = Secret::new(format!("{user}:{}", password.expose()));
        let value = Secret::new(format!("Basic {}", BASE64.encode(pair.expose())));
        self.set_header(header::AUTHORIZATION, value.expose(), true)
    }

    /// The same request with its body declared as this, where the provider wants more than its kind:
    /// `application/json; charset=UTF-8`. A text that no header can carry changes nothing.
    #[must_use]
    pub fn with_content_type(mut self, text: &'static str) -> Self {
        self.content_type = Some(text);
        self
    }

    /// The content type that goes with the body.
    #[must_use]
    pub fn content_type(&self) -> Option<HeaderValue> {
        let kind = match self.body {
            Body::Empty => return None,
            Body::Form(_) => HeaderValue::from_static("application/x-www-form-urlencoded"),
            Body::Json(_) => HeaderValue::from_static("application/json"),
        };
        let declared = self.content_type.map(HeaderValue::from_str);
        Some(declared.and_then(Result::ok).unwrap_or(kind))
    }

    /// SHA-256 over method, path, query and body, and the host's name where it is not the main one:
    /// tells two different requests apart. Headers are left out, because tokens change between two
    /// sends of the same request.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        if let Some(host) = self.host {
            hash.update(host);
            hash.update([0]);
        }
        for part in [self.method.as_str(), &self.path, &self.query] {
            hash.update(part);
            hash.update([0]);
        }
        hash.update(self.body.bytes());
        hash.finalize().into()
    }
}

/// Method and path only: bodies and headers hold credentials and personal data.
impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Request({} {})", self.method, self.path)
    }
}

impl Body {
    /// The encoded bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::Form(text) | Self::Json(text) => text.as_bytes(),
        }
    }
}

/// What came back: status, headers and at most the capped number of body bytes.
///
/// Small on the outside: it is handed on through every layer of a client.
#[derive(Clone)]
pub struct Response(Box<Parts>);

#[derive(Clone)]
struct Parts {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Response {
    /// Puts a response together; transports and tests do.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self(Box::new(Parts {
            status,
            headers,
            body: body.into(),
        }))
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body as received.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Whether the content type says JSON (`application/json` or `…+json`). A missing content type
    /// counts as JSON, because the body decides then.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let Some(value) = self.0.headers.get(header::CONTENT_TYPE) else {
            return true;
        };
        if value == "application/json" {
            return true;
        }
        let Ok(text) = value.to_str() else {
            return false;
        };
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
            || essence
                .to_ascii_lowercase()
                .strip_prefix("application/")
                .is_some_and(|kind| kind.ends_with("+json"))
    }
}

/// Status and size only: bodies may hold tokens and personal data.
impl fmt::Debug for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Response({}, {} bytes)",
            self.0.status.as_u16(),
            self.0.body.len()
        )
    }
}

/// What identifies a call that was prepared: enough to ask later what became of it, nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    provider: Cow<'static, str>,
    environment: String,
    call: Cow<'static, str>,
    reference: Option<String>,
    digest: String,
    prepared_at: u64,
}

impl CallRecord {
    /// Writes the record of a request that is about to be sent.
    #[must_use]
    pub fn new(
        provider: &'static str,
        environment: &str,
        call: &'static str,
        reference: Option<&str>,
        request: &Request,
        prepared_at: u64,
    ) -> Self {
        Self {
            provider: provider.into(),
            environment: environment.to_owned(),
            call: call.into(),
            reference: reference.map(str::to_owned),
            digest: const_hex::encode(request.digest()),
            prepared_at,
        }
    }

    /// A record that was stored column by column.
    #[must_use]
    pub fn stored(
        provider: String,
        environment: String,
        call: String,
        reference: Option<String>,
        digest: String,
        prepared_at: u64,
    ) -> Self {
        Self {
            provider: provider.into(),
            environment,
            call: call.into(),
            reference,
            digest,
            prepared_at,
        }
    }

    /// The same, sent at another time.
    #[must_use]
    pub fn sent_at(mut self, millis: u64) -> Self {
        self.prepared_at = millis;
        self
    }

    /// The provider, by the name of its crate's folder.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The host that the call was for: the test and the live service of one provider are two.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The call, such as `create_order`.
    #[must_use]
    pub fn call(&self) -> &str {
        &self.call
    }

    /// The merchant's own reference, where the call has one.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// SHA-256 of the request, as [`Request::digest`] takes it, in hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// When the call was prepared, in milliseconds since 1970-01-01 UTC; in the record that an
    /// `Unknown` carries, when it was sent.
    #[must_use]
    pub fn prepared_at(&self) -> u64 {
        self.prepared_at
    }
}
