//! The async transport: reqwest over rustls, with every convenience that could move money twice or
//! leak a credential switched off.

use std::fmt;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use http::Uri;
use http::uri::Scheme;
use reqwest::{Certificate, Client, Proxy, Url, redirect};

use super::patience::{Limits, Patience};
use super::{SendError, Transport, TransportOptions, USER_AGENT, announce_empty};
use crate::error::Misuse;
use crate::exchange::Response;

/// Sends with reqwest. Cheap to clone; several clients share one, and so its connections.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: Client,
    limits: Limits,
    max_body: usize,
    known: Arc<Mutex<Option<Known>>>,
}

impl ReqwestTransport {
    /// Sets the transport up.
    ///
    /// # Errors
    /// [`Misuse`] for a proxy or a certificate that cannot be read, a timeout of zero, or a system
    /// without any trusted certificates.
    pub fn new(options: &TransportOptions) -> Result<Self, Misuse> {
        options.check()?;
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            // What ends while connecting is known to be unsent, so connecting ends first.
            .connect_timeout(options.connect_timeout.min(options.total_timeout))
            .pool_idle_timeout(options.idle_timeout)
            // A redirect would carry the token, and a 307 or 308 the whole order, to another host.
            .redirect(redirect::Policy::none())
            // Whether to send again is decided by the engine, which knows what the call does. reqwest
            // would do so where HTTP/2 refuses a stream, so HTTP/2 is off as well; and a referer goes
            // only with redirects.
            .retry(reqwest::retry::never())
            .http1_only()
            .referer(false)
            // The environment of a server is not where a payment's route is decided.
            .no_proxy()
            // Off even if another crate of the build turns the features on: the size cap counts
            // bytes on the wire.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        if let Some(proxy) = &options.proxy {
            let proxy = Proxy::all(proxy)
                .map_err(|_| Misuse::new("proxy", "is not a proxy url such as http://host:port"))?;
            builder = builder.proxy(proxy);
        }
        let mut roots = Vec::new();
        for pem in &options.root_certificates {
            roots.extend(
                Certificate::from_pem_bundle(pem)
                    .ok()
                    .filter(|found| !found.is_empty())
                    .ok_or_else(|| Misuse::new("root_certificates", "holds no PEM certificate"))?,
            );
        }
        if !roots.is_empty() {
            builder = builder.tls_certs_merge(roots);
        }
        let client = builder.build().map_err(|error| {
            Misuse::new("transport", format!("cannot be set up: {}", chain(&error)))
        })?;
        Ok(Self {
            client,
            limits: Limits::of(options),
            max_body: options.max_body,
            known: Arc::default(),
        })
    }
}

/// A URL that was read before, without its query, which may hold a signature.
struct Known {
    scheme: Scheme,
    authority: String,
    url: Url,
}

impl Known {
    fn is_of_host(&self, uri: &Uri) -> bool {
        uri.scheme() == Some(&self.scheme)
            && uri
                .authority()
                .is_some_and(|it| it.as_str() == self.authority)
    }
}

impl ReqwestTransport {
    /// The URL in reqwest's own words. Most requests are for the host of the one before, and many for
    /// its path: what was read once is not read again.
    fn url(&self, uri: &Uri) -> Result<Url, SendError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_mut().filter(|known| known.is_of_host(uri)) {
            if known.url.path() != uri.path() {
                known.url.set_path(uri.path());
            }
            let mut url = known.url.clone();
            if uri.query().is_some() {
                url.set_query(uri.query());
            }
            return Ok(url);
        }
        let url = Url::parse(&uri.to_string())
            .map_err(|error| SendError::not_sent("the url cannot be used", Some(error.into())))?;
        if let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) {
            let mut bare = url.clone();
            bare.set_query(None);
            *known = Some(Known {
                scheme: scheme.clone(),
                authority: authority.as_str().to_owned(),
                url: bare,
            });
        }
        Ok(url)
    }

    fn translated(&self, mut request: http::Request<Bytes>) -> Result<reqwest::Request, SendError> {
        announce_empty(&mut request);
        let (parts, body) = request.into_parts();
        let mut request = reqwest::Request::new(parts.method, self.url(&parts.uri)?);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        Ok(request)
    }
}

/// Written out, not `async`: so the future holds what it waits for, and not the request as well. Many
/// of them are under way at once, and they share a cache.
impl Transport for ReqwestTransport {
    fn send<'a, 'f>(
        &'a self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response, SendError>> + Send + 'f>>
    where
        'a: 'f,
        Self: 'f,
    {
        match self.translated(request) {
            Ok(request) => Box::pin(self.exchange(self.client.execute(request))),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

impl ReqwestTransport {
    async fn exchange(
        &self,
        answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
    ) -> Result<Response, SendError> {
        let mut sleep = pin!(self.limits.sleep());
        let mut patience = Patience::new(sleep.as_mut(), &self.limits);
        let mut response = patience.wait(pin!(answer)).await?.map_err(judge)?;
        let announced = response
            .content_length()
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or(0);
        if announced > self.max_body {
            return Err(self.too_long());
        }
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let first = patience.wait(pin!(response.chunk())).await?;
        let mut body = Body::One(first.map_err(judge)?.unwrap_or_default());
        loop {
            if body.len() > self.max_body {
                return Err(self.too_long());
            }
            // All that was announced: there is nothing more to wait for.
            if body.len() == announced && announced > 0 {
                return Ok(Response::new(status, headers, body.freeze()));
            }
            let next = patience.wait(pin!(response.chunk())).await?;
            match next.map_err(judge)? {
                Some(chunk) => body = body.and(chunk),
                None => return Ok(Response::new(status, headers, body.freeze())),
            }
        }
    }

    fn too_long(&self) -> SendError {
        let what = format!("the reply is longer than {} bytes", self.max_body);
        SendError::maybe_sent(what, None)
    }
}

/// Limits only: the client knows the proxy's password.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ReqwestTransport")
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// Most replies are one chunk: it is passed on without a copy.
enum Body {
    One(Bytes),
    Many(BytesMut),
}

impl Body {
    fn len(&self) -> usize {
        match self {
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn and(self, chunk: Bytes) -> Self {
        let mut bytes = match self {
            Self::One(first) => BytesMut::from(first),
            Self::Many(bytes) => bytes,
        };
        bytes.extend_from_slice(&chunk);
        Self::Many(bytes)
    }

    fn freeze(self) -> Bytes {
        match self {
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}

/// Only what failed while connecting has certainly not left; everything else may have arrived.
fn judge(error: reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::not_sent(
            if error.is_timeout() {
                "connecting took too long"
            } else {
                "no connection"
            },
            source(error),
        )
    } else if error.is_timeout() {
        SendError::maybe_sent("no answer in time", source(error))
    } else {
        SendError::maybe_sent("the exchange was cut", source(error))
    }
}

/// The error without its URL, whose query may hold a signature.
fn source(error: reqwest::Error) -> Option<Box<dyn std::error::Error + Send + Sync>> {
    Some(Box::new(error.without_url()))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_host_changes_no_url() {
        let transport = ReqwestTransport::new(&TransportOptions::default()).unwrap();
        for text in [
            "https://pay.example",
            "https://pay.example/a/b?c=d%20e",
            "https://pay.example/?",
            "https://PAY.example:443/a/./b/../c",
            "https://PAY.example:443//a/%2e%2e/b%2F?x=/../'",
            "https://pay.example/q?a=b?c=d",
            "http://pay.example/a",
            "http://127.0.0.1:80/a|b^c",
            "http://127.0.0.1:81/a{b}",
            "http://[::1]:81/",
        ] {
            let uri: Uri = text.parse().unwrap();
            for _ in 0..2 {
                let url = transport.url(&uri).unwrap();
                assert_eq!(url, Url::parse(&uri.to_string()).unwrap(), "{text}");
            }
        }
        assert!(transport.url(&Uri::from_static("/a")).is_err());
    }
}
