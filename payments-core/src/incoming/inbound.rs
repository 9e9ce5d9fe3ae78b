//! A request that came in, as raw as it came.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method};

/// What was received, from whatever web framework. A parser accepts nothing else, so nothing is
/// read before it is verified.
#[derive(Clone)]
pub struct Inbound {
    method: Method,
    path_and_query: String,
    headers: HeaderMap,
    body: Bytes,
    peer: Option<SocketAddr>,
}

impl Inbound {
    /// Puts it together: the path with its query as received, all headers, the body's bytes.
    #[must_use]
    pub fn new(
        method: Method,
        path_and_query: impl Into<String>,
        headers: HeaderMap,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            method,
            path_and_query: path_and_query.into(),
            headers,
            body: body.into(),
            peer: None,
        }
    }

    /// The same with the address that it came from.
    #[must_use]
    pub fn from_peer(mut self, peer: SocketAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path with its query, as received.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The address that it came from, where the framework told.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The value of a header that stands there exactly once, as visible ASCII.
    pub(crate) fn header_once(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        if values.next().is_some() {
            return None;
        }
        value.to_str().ok()
    }
}

impl From<http::Request<Bytes>> for Inbound {
    fn from(request: http::Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let path = parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string);
        Self::new(parts.method, path, parts.headers, body)
    }
}

/// Method and size only: the rest may hold personal data.
impl fmt::Debug for Inbound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Inbound({}, {} bytes)", self.method, self.body.len())
    }
}
