//! The blocking transport: ureq over rustls, without a hidden runtime.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use ureq::config::{AutoHeaderValue, Config};
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Agent, Proxy};

use super::{BlockingTransport, SendError, TransportOptions, USER_AGENT, announce_empty};
use crate::error::Misuse;
use crate::exchange::Response;

/// Sends with ureq. Cheap to clone; several clients share one, and so its connections.
#[derive(Clone)]
pub struct UreqTransport {
    agent: Agent,
    max_body: usize,
}

impl UreqTransport {
    /// Sets the transport up.
    ///
    /// # Errors
    /// [`Misuse`] for a proxy or a certificate that cannot be read, or a timeout of zero.
    pub fn new(options: &TransportOptions) -> Result<Self, Misuse> {
        options.check()?;
        let proxy = options
            .proxy
            .as_deref()
            .map(|text| {
                Proxy::new(text).map_err(|_| {
                    Misuse::new("proxy", "is not a proxy url such as http://host:port")
                })
            })
            .transpose()?;
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .root_certs(roots(&options.root_certificates)?)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            // None also switches off the proxies of the environment.
            .proxy(proxy)
            // A redirect would carry the token, and a 307 or 308 the whole order, to another host.
            .max_redirects(0)
            // The status is the caller's to judge, with the body beside it.
            .http_status_as_error(false)
            // What is not asked for is not inflated; were it sent all the same, the cap below counts
            // the inflated bytes.
            .accept_encoding(AutoHeaderValue::None)
            .user_agent(USER_AGENT)
            .max_idle_age(options.idle_timeout)
            .timeout_resolve(Some(options.connect_timeout))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_per_read(Some(options.read_timeout))
            .timeout_global(Some(options.total_timeout))
            .build();
        Ok(Self {
            agent: Agent::with_parts(
                config,
                EarlyConnector(DefaultConnector::default()),
                EarlyResolver(DefaultResolver::default()),
            ),
            max_body: options.max_body,
        })
    }
}

/// The system's roots by the platform's verifier; with extra ones, the system's and those together.
fn roots(extra: &[Vec<u8>]) -> Result<RootCerts, Misuse> {
    if extra.is_empty() {
        return Ok(RootCerts::PlatformVerifier);
    }
    let mut all: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    for pem in extra {
        let known = all.len();
        for item in parse_pem(pem) {
            if let Ok(PemItem::Certificate(certificate)) = item {
                all.push(certificate);
            }
        }
        if all.len() == known {
            return Err(Misuse::new("root_certificates", "holds no PEM certificate"));
        }
    }
    Ok(RootCerts::Specific(Arc::new(all)))
}

impl BlockingTransport for UreqTransport {
    fn send(&self, mut request: http::Request<Bytes>) -> Result<Response, SendError> {
        announce_empty(&mut request);
        let (parts, body) = request.into_parts();
        let sent = if body.is_empty() {
            self.agent.run(http::Request::from_parts(parts, ()))
        } else {
            self.agent
                .run(http::Request::from_parts(parts, body.as_ref()))
        };
        let (parts, body) = sent.map_err(|error| self.judge(error))?.into_parts();
        let limit = u64::try_from(self.max_body).unwrap_or(u64::MAX);
        if body.content_length().is_some_and(|length| length > limit) {
            return Err(self.too_long());
        }
        let body = body
            .into_with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(|error| self.judge(error))?;
        Ok(Response::new(parts.status, parts.headers, body))
    }
}

impl UreqTransport {
    fn too_long(&self) -> SendError {
        let what = format!("the reply is longer than {} bytes", self.max_body);
        SendError::maybe_sent(what, None)
    }

    /// Only what failed while connecting has certainly not left; everything else may have arrived.
    fn judge(&self, error: ureq::Error) -> SendError {
        match error {
            ureq::Error::Other(inner) if inner.is::<Early>() => {
                let what = match inner.downcast_ref() {
                    Some(Early(ureq::Error::Timeout(_))) => "connecting took too long",
                    _ => "no connection",
                };
                SendError::not_sent(what, Some(inner))
            }
            // Without its source, which repeats the URL: the query may hold a signature.
            ureq::Error::BadUri(_) => SendError::not_sent("the url cannot be used", None),
            ureq::Error::BodyExceedsLimit(_) => self.too_long(),
            ureq::Error::Timeout(_) => {
                SendError::maybe_sent("no answer in time", Some(Box::new(error)))
            }
            // ureq's list is open; what is not known to be early counts as late.
            late => SendError::maybe_sent("the exchange was cut", Some(Box::new(late))),
        }
    }
}

/// Limits only: the agent knows the proxy's password.
impl fmt::Debug for UreqTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UreqTransport")
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// An error from before the request's first byte. ureq's own errors do not tell: the same
/// [`ureq::Error::Io`] stands for a name that does not resolve and for a cut reply.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Early(ureq::Error);

impl Early {
    fn mark(error: ureq::Error) -> ureq::Error {
        match error {
            ureq::Error::BadUri(_) => error,
            other => ureq::Error::Other(Box::new(Self(other))),
        }
    }
}

/// Resolves as ureq does, and marks what fails. (ureq may change `unversioned` in a minor release; the
/// compiler says so then.)
#[derive(Debug)]
struct EarlyResolver(DefaultResolver);

impl Resolver for EarlyResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout).map_err(Early::mark)
    }
}

/// Connects and shakes hands as ureq does, and marks what fails.
#[derive(Debug)]
struct EarlyConnector(DefaultConnector);

impl Connector for EarlyConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        // Silence is that of an answer: connecting has a limit of its own.
        let timeout = NextTimeout {
            per_read: None,
            ..details.timeout
        };
        let details = ConnectionDetails {
            timeout,
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        self.0.connect(&details, chained).map_err(Early::mark)
    }
}
