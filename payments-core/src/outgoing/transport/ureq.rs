//! The blocking transport: ureq over rustls, without a hidden runtime.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use ureq::config::AutoHeaderValue;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Proxy, Timeout};

use super::{BlockingTransport, SendError, TransportOptions, USER_AGENT};
use crate::error::Misuse;
use crate::exchange::Response;

/// Sends with ureq. Cheap to clone; several clients share one, and so its connections.
#[derive(Clone, Debug)]
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
            .max_redirects_will_error(false)
            // The status is the caller's to judge, with the body beside it.
            .http_status_as_error(false)
            // What is not asked for is not inflated; were it sent all the same, the cap below counts
            // the inflated bytes.
            .accept_encoding(AutoHeaderValue::None)
            .user_agent(USER_AGENT)
            .max_idle_age(options.idle_timeout)
            .timeout_connect(Some(options.connect_timeout))
            .timeout_per_read(Some(options.read_timeout))
            .timeout_global(Some(options.total_timeout))
            .build();
        Ok(Self {
            agent: config.new_agent(),
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
    fn send(&self, request: http::Request<Bytes>) -> Result<Response, SendError> {
        let (parts, body) = request.into_parts();
        let sent = if body.is_empty() {
            self.agent.run(http::Request::from_parts(parts, ()))
        } else {
            self.agent.run(http::Request::from_parts(parts, &body[..]))
        };
        let (parts, body) = sent.map_err(|error| self.judge(error))?.into_parts();
        let limit = u64::try_from(self.max_body).unwrap_or(u64::MAX);
        let body = body
            .into_with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(|error| self.judge_body(error))?;
        Ok(Response::new(parts.status, parts.headers, body))
    }
}

impl UreqTransport {
    /// Only what failed while connecting has certainly not left; everything else may have arrived.
    fn judge(&self, error: ureq::Error) -> SendError {
        let not_sent = match &error {
            ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::HostNotFound
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::ConnectionFailed
            | ureq::Error::ConnectProxyFailed(_)
            | ureq::Error::Tls(_)
            | ureq::Error::Pem(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::TlsRequired
            | ureq::Error::RequireHttpsOnly(_)
            | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
            ureq::Error::Io(io) => {
                io.kind() == io::ErrorKind::ConnectionRefused || is_handshake(io)
            }
            // ureq's list is open; what is not known to be early counts as late.
            _ => false,
        };
        if not_sent {
            return SendError::not_sent("no connection", Some(Box::new(error)));
        }
        self.judge_body(error)
    }

    fn judge_body(&self, error: ureq::Error) -> SendError {
        match error {
            ureq::Error::BodyExceedsLimit(_) => SendError::maybe_sent(
                format!("the reply is longer than {} bytes", self.max_body),
                None,
            ),
            ureq::Error::Timeout(_) => {
                SendError::maybe_sent("no answer in time", Some(Box::new(error)))
            }
            other => SendError::maybe_sent("the exchange was cut", Some(Box::new(other))),
        }
    }
}

/// A certificate that does not check ends the handshake, before any byte of the request.
fn is_handshake(error: &io::Error) -> bool {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}
