//! What a sandbox is asked, and what it answers, as plain values.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::json::JsonObject;

/// A request as it arrived, body complete.
///
/// ```
/// use payments_core::sandbox::Request;
///
/// let request = Request::new("POST", "/orders?dry=1").header("Content-Type", "text/plain").body("x");
/// assert_eq!(request.path(), "/orders");
/// assert_eq!(request.query(), Some("dry=1"));
/// assert_eq!(request.only_header("content-type"), Some("text/plain"));
/// ```
#[derive(Clone)]
pub struct Request {
    method: String,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    /// A request without headers or body; `target` is a path with or without a query.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// Adds a header; one that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        append(&mut self.headers, name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn from_parts(parts: &http::request::Parts, body: Bytes) -> Self {
        Self {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers.clone(),
            body,
        }
    }

    /// The method, in capitals as sent.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path as sent, percent-encoded, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as sent, without `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The value of a header that stands exactly once and is visible ASCII.
    #[must_use]
    pub fn only_header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).into_iter();
        let first = values.next()?;
        match values.next() {
            Some(_) => None,
            None => first.to_str().ok(),
        }
    }

    /// Whether the media type is `expected`, whatever parameters follow it.
    #[must_use]
    pub fn is_media_type(&self, expected: &str) -> bool {
        self.only_header("content-type").is_some_and(|value| {
            let media_type = value.split(';').next().unwrap_or_default();
            media_type.trim().eq_ignore_ascii_case(expected)
        })
    }

    /// Every header, in order.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let headers = self.headers.iter();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect()
    }

    /// Header names in lower case, each once.
    pub fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(HeaderName::as_str)
    }

    /// The body as sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }
}

/// Shows method, path and header names: values, query and body may be secret or personal.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.header_names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// An answer.
///
/// ```
/// use payments_core::sandbox::Reply;
///
/// let reply = Reply::json(200, "{}").header("x-request-id", "7");
/// assert_eq!(reply.status(), 200);
/// assert_eq!(reply.bytes(), b"{}");
/// ```
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// An `application/json` answer.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status).content("application/json; charset=utf-8", body)
    }

    /// A command was done: `{"ok":true}`.
    #[must_use]
    pub fn done() -> Self {
        Self::json(200, JsonObject::new().boolean("ok", true).finish())
    }

    /// A command was not done, for this reason: 400 with `{"ok":false,"error":"…"}`.
    #[must_use]
    pub fn not_done(reason: &str) -> Self {
        let body = JsonObject::new().boolean("ok", false).text("error", reason);
        Self::json(400, body.finish())
    }

    /// A `text/html` answer.
    #[must_use]
    pub fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status).content("text/html; charset=utf-8", body)
    }

    /// 303: sends a browser on to `location`. One that HTTP does not allow in a header is left out.
    #[must_use]
    pub fn see_other(location: &str) -> Self {
        Self::new(303).header("location", location)
    }

    /// Adds a header; one that HTTP does not allow is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        append(&mut self.headers, name, value);
        self
    }

    /// Sets media type and body.
    #[must_use]
    pub fn content(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.remove(http::header::CONTENT_TYPE);
        self.body = body.into();
        self.header("content-type", media_type)
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The first header of that name, if it is visible ASCII.
    #[must_use]
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn into_parts(self) -> (u16, HeaderMap, Bytes) {
        (self.status, self.headers, self.body)
    }
}

/// Shows the status and how long the body is: a body may hold a token.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::try_from(name),
        HeaderValue::try_from(value.as_bytes()),
    ) {
        headers.append(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_header_is_no_header() {
        let request = Request::new("GET", "/")
            .header("token", "a")
            .header("token", "b");
        assert_eq!(request.only_header("token"), None);
    }

    #[test]
    fn media_types_are_compared_without_parameters() {
        let request =
            Request::new("POST", "/").header("content-type", "Application/JSON ; charset=x");
        assert!(request.is_media_type("application/json"));
        assert!(!request.is_media_type("application/jso"));
        assert!(!Request::new("POST", "/").is_media_type(""));
    }

    #[test]
    fn a_header_cannot_be_split() {
        let reply = Reply::see_other("http://shop.example/\r\nset-cookie: a=b");
        assert_eq!(reply.header_value("location"), None);
    }

    #[test]
    fn neither_shows_what_it_carries() {
        let request = Request::new("POST", "/a?phone=1")
            .header("token", "secret")
            .body("secret");
        assert_eq!(
            format!("{request:?}"),
            r#"Request { method: "POST", path: "/a", headers: ["token"], .. }"#
        );
        let reply = Reply::json(200, "secret");
        assert_eq!(format!("{reply:?}"), "Reply { status: 200, bytes: 6, .. }");
    }
}
