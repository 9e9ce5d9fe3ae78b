//! The only network I/O of the clients: one request out, one capped response back.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::error::Misuse;
#[cfg(any(feature = "client", feature = "blocking"))]
use crate::exchange::Response;

#[cfg(feature = "client")]
mod patience;
#[cfg(feature = "client")]
mod reqwest;
#[cfg(feature = "blocking")]
mod ureq;

#[cfg(feature = "client")]
pub use self::reqwest::ReqwestTransport;
#[cfg(feature = "blocking")]
pub use self::ureq::UreqTransport;

/// Sends requests without blocking the thread.
#[cfg(feature = "client")]
#[async_trait::async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request, once, and reads its whole response. Follows no redirect.
    ///
    /// # Errors
    /// [`SendError`], which says whether the request may have arrived.
    async fn send(&self, request: http::Request<bytes::Bytes>) -> Result<Response, SendError>;
}

/// Sends requests by blocking the thread.
#[cfg(feature = "blocking")]
pub trait BlockingTransport: Send + Sync {
    /// Sends one request, once, and reads its whole response. Follows no redirect.
    ///
    /// # Errors
    /// [`SendError`], which says whether the request may have arrived.
    fn send(&self, request: http::Request<bytes::Bytes>) -> Result<Response, SendError>;
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct SendError {
    may_have_arrived: bool,
    what: Cow<'static, str>,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SendError {
    /// The request did not leave this machine.
    #[must_use]
    pub fn not_sent(
        what: impl Into<Cow<'static, str>>,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            may_have_arrived: false,
            what: what.into(),
            source,
        }
    }

    /// The request may have arrived.
    #[must_use]
    pub fn maybe_sent(
        what: impl Into<Cow<'static, str>>,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            may_have_arrived: true,
            what: what.into(),
            source,
        }
    }

    /// Whether the request may have arrived.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    /// What happened, and the error beneath.
    pub(crate) fn into_parts(self) -> (Cow<'static, str>, Option<Box<dyn StdError + Send + Sync>>) {
        (self.what, self.source)
    }
}

/// What a transport allows itself.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportOptions {
    /// How long resolving, connecting and the TLS handshake may take: 10 s unless told.
    pub connect_timeout: Duration,
    /// How long the peer may be silent: 30 s unless told. The async transport cannot see whether a
    /// request already has its connection, so before the answer begins it waits as much longer as
    /// connecting may take.
    pub read_timeout: Duration,
    /// How long one exchange may take, connecting included: 60 s unless told. Where it ends while
    /// connecting, nothing was sent.
    pub total_timeout: Duration,
    /// How many bytes of a response body are read: 1 MiB unless told. A longer one is an error.
    pub max_body: usize,
    /// How long an idle connection is kept: 15 s unless told.
    pub idle_timeout: Duration,
    /// The proxy to use. Proxies named in the environment are never used.
    pub proxy: Option<String>,
    /// Certificates (PEM) that are trusted besides those of the system.
    pub root_certificates: Vec<Vec<u8>>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(60),
            max_body: 1 << 20,
            idle_timeout: Duration::from_secs(15),
            proxy: None,
            root_certificates: Vec::new(),
        }
    }
}

impl TransportOptions {
    /// Checks what a type cannot say.
    ///
    /// # Errors
    /// [`Misuse`] naming a timeout or size of zero.
    pub fn check(&self) -> Result<(), Misuse> {
        let zero = |duration: Duration| duration.is_zero();
        for (field, is_zero) in [
            ("connect_timeout", zero(self.connect_timeout)),
            ("read_timeout", zero(self.read_timeout)),
            ("total_timeout", zero(self.total_timeout)),
            ("max_body", self.max_body == 0),
        ] {
            if is_zero {
                return Err(Misuse::new(field, "must be more than zero"));
            }
        }
        Ok(())
    }
}

/// The proxy and the certificates only by their presence: a proxy's URL may hold a password.
impl fmt::Debug for TransportOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            connect_timeout,
            read_timeout,
            total_timeout,
            max_body,
            idle_timeout,
            proxy,
            root_certificates,
        } = self;
        out.debug_struct("TransportOptions")
            .field("connect_timeout", connect_timeout)
            .field("read_timeout", read_timeout)
            .field("total_timeout", total_timeout)
            .field("max_body", max_body)
            .field("idle_timeout", idle_timeout)
            .field("proxy", &proxy.is_some())
            .field("root_certificates", &root_certificates.len())
            .finish()
    }
}

/// A POST without a body says so: some servers answer 411 to silence about it, and the HTTP stacks
/// differ in whether they say it.
#[cfg(any(feature = "client", feature = "blocking"))]
fn announce_empty(request: &mut http::Request<bytes::Bytes>) {
    let has_meaning = matches!(
        *request.method(),
        http::Method::POST | http::Method::PUT | http::Method::PATCH
    );
    if has_meaning && request.body().is_empty() {
        request.headers_mut().insert(
            http::header::CONTENT_LENGTH,
            http::HeaderValue::from_static("0"),
        );
    }
}

#[cfg(any(feature = "client", feature = "blocking"))]
const USER_AGENT: &str = concat!("payments-rs/", env!("CARGO_PKG_VERSION"));
