//! What a client is set up from.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::provider::Provider;
use super::{RetryPolicy, TransportOptions};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Misuse, NotSent};
use crate::outgoing::base::Base;
use crate::outgoing::engine::RetryBudget;
#[cfg(feature = "blocking")]
use crate::outgoing::transport::BlockingTransport;
#[cfg(feature = "client")]
use crate::outgoing::transport::Transport;

/// Where credentials come from.
pub(super) enum CredentialSource<P: Provider> {
    Fixed(P::Credentials),
    /// Asked for every request, so that they can be rotated.
    Asked(Box<dyn Fn() -> Result<P::Credentials, NotSent> + Send + Sync>),
}

/// Everything that a client is made of, checked.
pub struct Setup<P: Provider> {
    pub(super) provider: P,
    pub(super) base: Base,
    pub(super) credentials: CredentialSource<P>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) policy: RetryPolicy,
    pub(super) budget: RetryBudget,
    pub(super) options: TransportOptions,
    #[cfg(feature = "client")]
    pub(super) transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "blocking")]
    pub(super) blocking_transport: Option<Arc<dyn BlockingTransport>>,
}

impl<P: Provider> Setup<P> {
    pub(super) fn credentials(&self) -> Result<Cow<'_, P::Credentials>, Error> {
        Ok(match &self.credentials {
            CredentialSource::Fixed(credentials) => Cow::Borrowed(credentials),
            CredentialSource::Asked(source) => Cow::Owned(source()?),
        })
    }
}

/// A client that can be made from a setup. Implemented by generated code.
pub trait FromSetup<P: Provider>: Sized {
    /// Makes the client.
    ///
    /// # Errors
    /// [`Error::Misuse`] for options that cannot be met.
    fn from_setup(setup: Setup<P>) -> Result<Self, Error>;
}

/// Builds a client. What is not said has a safe default.
#[must_use]
pub struct Builder<P: Provider, C> {
    provider: P,
    base: String,
    credentials: CredentialSource<P>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    options: TransportOptions,
    #[cfg(feature = "client")]
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "blocking")]
    blocking_transport: Option<Arc<dyn BlockingTransport>>,
    makes: PhantomData<fn() -> C>,
}

impl<P: Provider, C: FromSetup<P>> Builder<P, C> {
    /// A builder for the service at `base`.
    pub fn new(provider: P, base: String, credentials: P::Credentials) -> Self {
        Self {
            provider,
            base,
            credentials: CredentialSource::Fixed(credentials),
            clock: Arc::new(SystemClock::new()),
            policy: RetryPolicy::default(),
            options: TransportOptions::default(),
            #[cfg(feature = "client")]
            transport: None,
            #[cfg(feature = "blocking")]
            blocking_transport: None,
            makes: PhantomData,
        }
    }

    /// Sets the switches of the provider.
    pub fn provider(mut self, provider: P) -> Self {
        self.provider = provider;
        self
    }

    /// Asks `source` for the credentials of every request, so that they can be rotated without a
    /// restart. It is called often; it should remember.
    pub fn credentials_from(
        mut self,
        source: impl Fn() -> Result<P::Credentials, NotSent> + Send + Sync + 'static,
    ) -> Self {
        self.credentials = CredentialSource::Asked(Box::new(source));
        self
    }

    /// How long connecting (TLS included), silence, and the whole exchange may take.
    pub fn timeouts(mut self, connect: Duration, read: Duration, total: Duration) -> Self {
        self.options.connect_timeout = connect;
        self.options.read_timeout = read;
        self.options.total_timeout = total;
        self
    }

    /// How many bytes of a reply are read at most.
    pub fn max_reply(mut self, bytes: usize) -> Self {
        self.options.max_body = bytes;
        self
    }

    /// Sends everything through a proxy (`http://host:port`). Those of the environment are ignored.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.options.proxy = Some(url.into());
        self
    }

    /// Trusts the certificates of a PEM file besides those of the system.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.options.root_certificates.push(pem.into());
        self
    }

    /// How harmless calls are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Where time comes from.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sends through this transport, which several clients may share. Its own options count then,
    /// not those of this builder.
    #[cfg(feature = "client")]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The same for a blocking client.
    #[cfg(feature = "blocking")]
    pub fn blocking_transport(mut self, transport: Arc<dyn BlockingTransport>) -> Self {
        self.blocking_transport = Some(transport);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`Error::Misuse`] naming the option: a base URL that is neither https nor on loopback, a
    /// timeout of zero, a proxy or certificate that cannot be read.
    pub fn build(self) -> Result<C, Error> {
        let base = Base::parse(&self.base)?;
        if self.policy.attempts == 0 {
            return Err(Misuse::new("retry", "must allow one attempt at least").into());
        }
        C::from_setup(Setup {
            provider: self.provider,
            base,
            credentials: self.credentials,
            clock: self.clock,
            policy: self.policy,
            budget: RetryBudget::new(),
            options: self.options,
            #[cfg(feature = "client")]
            transport: self.transport,
            #[cfg(feature = "blocking")]
            blocking_transport: self.blocking_transport,
        })
    }
}
