//! The host that requests go to, checked once.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::{self, Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri, header};

use crate::error::Misuse;
use crate::exchange::Request;
use crate::link::is_loopback;

/// A checked base URL: https, or http on loopback. Paths of calls are appended to its path.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Base {
    text: Arc<str>,
    /// Where its path begins in the text.
    path: usize,
    scheme: Scheme,
    authority: Authority,
    /// Its `Host`, which every request would have made of the authority anew.
    host: HeaderValue,
}

impl Base {
    /// Checks a base URL such as `https://pay.example/api`. A slash at the end changes nothing.
    ///
    /// # Errors
    /// [`Misuse`] for `base_url` if it is not absolute, neither https nor http on loopback
    /// (127.0.0.0/8, `::1`, `localhost`), or has a user, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, Misuse> {
        Self::checked(text, false)
    }

    /// The same with plain http to any host.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn parse_plain(text: &str) -> Result<Self, Misuse> {
        Self::checked(text, true)
    }

    fn checked(text: &str, plain: bool) -> Result<Self, Misuse> {
        let refuse = |problem: &'static str| Err(Misuse::new("base_url", problem));
        if text.contains('#') {
            return refuse("must not have a fragment");
        }
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse("is not a url: write it as https://host/path");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return refuse("must be absolute: write it as https://host/path");
        };
        if authority.as_str().contains('@') {
            return refuse("must not hold a user or password");
        }
        let port = authority
            .as_str()
            .get(authority.host().len()..)
            .unwrap_or_default();
        if !port.is_empty() && port.trim_start_matches(':').parse::<u16>().is_err() {
            return refuse("must have a port from 0 to 65535, or none");
        }
        if uri
            .path()
            .split('/')
            .any(|part| part == "." || part == "..")
        {
            return refuse("must not have . or .. in its path");
        }
        if uri.query().is_some() {
            return refuse("must not have a query");
        }
        let plain = plain || is_loopback(authority.host());
        if *scheme != Scheme::HTTPS && !(*scheme == Scheme::HTTP && plain) {
            return refuse("must be https; http is for loopback only");
        }
        let host = match (scheme.as_str(), authority.port_u16()) {
            ("http", Some(80)) | ("https", Some(443)) | (_, None) => authority.host().to_owned(),
            (_, Some(port)) => format!("{}:{port}", authority.host()),
        };
        let Ok(host) = HeaderValue::try_from(host) else {
            return refuse("has a host that cannot be said in a header");
        };
        let mut text = format!("{scheme}://{authority}");
        let path = text.len();
        text.push_str(uri.path().trim_end_matches('/'));
        Ok(Self {
            text: text.into(),
            path,
            scheme: scheme.clone(),
            authority: authority.clone(),
            host,
        })
    }

    /// The URL, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same, to be kept.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The path part of the URL, without a slash at its end: some providers sign it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.path..).unwrap_or_default()
    }

    /// Binds a request to this host.
    ///
    /// # Errors
    /// [`Misuse`] for a path or a query that cannot stand in a URL.
    pub fn bind(&self, request: &Request) -> Result<http::Request<Bytes>, Misuse> {
        let refuse = || Misuse::new("path", "cannot stand in a url");
        if !request.path().starts_with('/') {
            return Err(Misuse::new("path", "must begin with a slash"));
        }
        let (joint, query) = match request.query() {
            "" => ("", ""),
            query => ("?", query),
        };
        let path = [self.path(), request.path(), joint, query].concat();
        let length = path.len();
        // Scheme and host were read before.
        let path = PathAndQuery::from_maybe_shared(Bytes::from(path)).map_err(|_| refuse())?;
        // From a `#` on, it would have been dropped.
        if path.as_str().len() != length {
            return Err(refuse());
        }
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        let uri = Uri::from_parts(parts).map_err(|_| refuse())?;
        let mut bound = http::Request::new(Bytes::copy_from_slice(request.body().bytes()));
        *bound.method_mut() = request.method().clone();
        *bound.uri_mut() = uri;
        let headers = bound.headers_mut();
        headers.insert(header::HOST, self.host.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in request.headers() {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(value) = request.content_type() {
            headers.insert(header::CONTENT_TYPE, value);
        }
        Ok(bound)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, &str>) {
        let found = Base::parse(text);
        let found = found
            .as_ref()
            .map(Base::as_str)
            .map_err(|misuse| misuse.problem().to_owned());
        assert_eq!(found, expect.map_err(str::to_owned), "for {text}");
    }

    #[test]
    fn only_https_or_loopback() {
        check("https://pay.example", Ok("https://pay.example"));
        check("https://pay.example/v1/", Ok("https://pay.example/v1"));
        check("http://127.0.0.1:4010", Ok("http://127.0.0.1:4010"));
        check("http://[::1]:4010", Ok("http://[::1]:4010"));
        check("http://localhost:1", Ok("http://localhost:1"));
        let plain = Err("must be https; http is for loopback only");
        check("http://pay.example", plain);
        check("http://127.0.0.1.example", plain);
        check("http://localhost.example", plain);
        check("ftp://127.0.0.1", plain);
        check(
            "https://a:b@pay.example",
            Err("must not hold a user or password"),
        );
        check(
            "http://127.0.0.1@pay.example",
            Err("must not hold a user or password"),
        );
        check(
            "https://pay.example:8443/v1",
            Ok("https://pay.example:8443/v1"),
        );
        let port = Err("must have a port from 0 to 65535, or none");
        check("https://pay.example:99999", port);
        check("https://[::1]:99999", port);
        check(
            "https://pay.example/../v1",
            Err("must not have . or .. in its path"),
        );
        check("https://pay.example?x=1", Err("must not have a query"));
        check("https://pay.example/#x", Err("must not have a fragment"));
        check(
            "pay.example",
            Err("must be absolute: write it as https://host/path"),
        );
        check("", Err("is not a url: write it as https://host/path"));
    }

    #[test]
    fn the_host_is_said_with_a_port_that_is_not_the_usual_one() {
        let check = |text: &str, expect: &str| {
            let bound = Base::parse(text).unwrap().bind(&Request::get("/a"));
            let bound = bound.unwrap();
            let hosts: Vec<_> = bound.headers().get_all(header::HOST).iter().collect();
            assert_eq!(hosts, [expect], "{text}");
        };
        check("https://pay.example/v1", "pay.example");
        check("https://pay.example:443", "pay.example");
        check("https://pay.example:80", "pay.example:80");
        check("https://pay.example:8443", "pay.example:8443");
        check("http://127.0.0.1:80", "127.0.0.1");
        check("http://127.0.0.1:443", "127.0.0.1:443");
        check("http://[::1]:4010", "[::1]:4010");
        let mut own = Request::get("/a");
        own.set_header(header::HOST, "other.example", false)
            .unwrap();
        let bound = Base::parse("https://pay.example").unwrap().bind(&own);
        assert_eq!(bound.unwrap().headers()[header::HOST], "other.example");
    }

    #[cfg(any(feature = "client", feature = "blocking"))]
    #[test]
    fn plain_http_goes_anywhere_where_it_is_asked_for() {
        let check = |text: &str, expect: bool| {
            assert_eq!(Base::parse_plain(text).is_ok(), expect, "{text}");
        };
        check("http://pay.example/v1", true);
        check("https://pay.example", true);
        check("ftp://pay.example", false);
        check("http://a:b@pay.example", false);
        check("http://pay.example?x=1", false);
    }

    #[test]
    fn paths_are_appended() {
        let base = Base::parse("https://pay.example/v1/").unwrap();
        let bound = base.bind(&Request::post("/a").with_query("b=c")).unwrap();
        assert_eq!(bound.uri(), "https://pay.example/v1/a?b=c");
        assert_eq!(base.path(), "/v1");
        assert!(base.bind(&Request::post("a")).is_err());
        assert!(base.bind(&Request::post("/a#b")).is_err());
        assert!(base.bind(&Request::post("/a").with_query("b=c#d")).is_err());
    }
}
