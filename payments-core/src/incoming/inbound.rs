//! A request that came in, as raw as it came.

use core::net::SocketAddr;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, header};

use super::fields::{BodyFormat, Fields};
use crate::error::Rejected;

/// What was received, from whatever web framework. A parser accepts nothing else, so nothing is
/// read before it is verified. Cheap to clone.
#[derive(Clone)]
pub struct Inbound {
    request: Arc<Request>,
    peer: Option<SocketAddr>,
}

/// What the clones share.
struct Request {
    method: Method,
    path_and_query: String,
    headers: HeaderMap,
    body: Bytes,
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
        let request = Request {
            method,
            path_and_query: path_and_query.into(),
            headers,
            body: body.into(),
        };
        Self {
            request: Arc::new(request),
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
        &self.request.method
    }

    /// The path with its query, as received.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.request.path_and_query
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.request.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.request.body
    }

    /// The address that it came from, where the framework told.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The query, as received; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.request
            .path_and_query
            .split_once('?')
            .map_or("", |(_, query)| query)
    }

    /// The fields of the message: those of the body, read as `format` or by its content type;
    /// those of the query where the method is GET, or where there is neither a body nor its type.
    ///
    /// # Errors
    /// [`Rejected`] for everything that [`Fields::read`] refuses, and for an unknown content type.
    pub fn fields(&self, format: Option<BodyFormat>) -> Result<Fields<'_>, Rejected> {
        let typed = self.request.headers.contains_key(header::CONTENT_TYPE);
        let is_bare = self.request.body.is_empty() && !typed && format.is_none();
        if self.request.method == Method::GET || (is_bare && !self.query().is_empty()) {
            return Fields::read(self.query().as_bytes(), BodyFormat::Form);
        }
        match format {
            Some(format) => Fields::read(&self.request.body, format),
            None => {
                let content_type = self
                    .header_once(header::CONTENT_TYPE.as_str())
                    .ok_or(Rejected)?;
                Fields::parse(&self.request.body, content_type)
            }
        }
    }

    /// The same as it may be stored: of its headers, these and the content type alone. Another one may be
    /// what its caller is known by, which must not lie in a database.
    #[must_use]
    pub fn at_rest<'a>(&self, headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut kept = HeaderMap::new();
        for name in [header::CONTENT_TYPE.as_str()].into_iter().chain(headers) {
            let Ok(name) = HeaderName::try_from(name) else {
                continue;
            };
            if kept.contains_key(&name) {
                continue;
            }
            for value in self.request.headers.get_all(&name) {
                kept.append(name.clone(), value.clone());
            }
        }
        let Request {
            method,
            path_and_query,
            headers: _,
            body,
        } = &*self.request;
        let (method, path) = (method.clone(), path_and_query.as_str());
        Self {
            peer: self.peer,
            ..Self::new(method, path, kept, body.clone())
        }
    }

    /// The value of a header that stands there exactly once, as visible ASCII.
    pub(crate) fn header_once(&self, name: &str) -> Option<&str> {
        let mut values = self.request.headers.get_all(name).iter();
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
        write!(
            out,
            "Inbound({}, {} bytes)",
            self.request.method,
            self.request.body.len()
        )
    }
}
