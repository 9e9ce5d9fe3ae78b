//! What a client is set up from.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::environment::Hosts;
use super::provider::Provider;
use super::{RetryPolicy, TransportOptions};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Misuse, NotSent, Refused};
use crate::exchange::Request;
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

/// Says of a call by its name, and of a refusal of it, that it may have happened all the same.
pub(super) type Doubts = dyn Fn(&'static str, &Refused) -> bool + Send + Sync;

/// Everything that a client is made of, checked.
pub struct Setup<P: Provider> {
    pub(super) provider: P,
    /// The main host.
    pub(super) base: Base,
    /// The other hosts, by name.
    pub(super) others: Vec<(&'static str, Base)>,
    pub(super) credentials: CredentialSource<P>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) policy: RetryPolicy,
    pub(super) doubts: Option<Box<Doubts>>,
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

    /// Whether the credentials may change.
    pub(super) fn rotates(&self) -> bool {
        match self.credentials {
            CredentialSource::Fixed(_) => false,
            CredentialSource::Asked(_) => true,
        }
    }

    /// The host that a request goes to.
    pub(super) fn base_of(&self, request: &Request) -> Result<&Base, Misuse> {
        let Some(name) = request.host() else {
            return Ok(&self.base);
        };
        let named = self.others.iter().find(|(known, _)| *known == name);
        let (_, base) = named.ok_or_else(|| Misuse::new(name, "is no host of this client"))?;
        Ok(base)
    }

    /// Whether `url` is the base of one of the hosts.
    pub(super) fn has_base(&self, url: &str) -> bool {
        let mut bases = self.others.iter().map(|(_, base)| base);
        self.base.as_str() == url || bases.any(|base| base.as_str() == url)
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

/// Builds a client. What is not said has a safe default. `K` is what the environment knows a
/// merchant by: the provider's credentials, or a type of its own that turns into them.
#[must_use]
pub struct Builder<P: Provider, C, K = <P as Provider>::Credentials> {
    provider: P,
    hosts: Hosts,
    credentials: CredentialSource<P>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    doubts: Option<Box<Doubts>>,
    options: TransportOptions,
    plain_http: bool,
    #[cfg(feature = "client")]
    transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "blocking")]
    blocking_transport: Option<Arc<dyn BlockingTransport>>,
    makes: PhantomData<fn(K) -> C>,
}

impl<P: Provider, C: FromSetup<P>, K: Into<P::Credentials>> Builder<P, C, K> {
    /// A builder for the service at `hosts`; a text is the base URL of its only host.
    pub fn new(provider: P, hosts: impl Into<Hosts>, credentials: K) -> Self {
        let credentials: P::Credentials = credentials.into();
        let (connect_timeout, read_timeout, total_timeout) = P::timeouts();
        let options = TransportOptions {
            connect_timeout,
            read_timeout,
            total_timeout,
            ..TransportOptions::default()
        };
        Self {
            provider,
            hosts: hosts.into(),
            credentials: CredentialSource::Fixed(credentials),
            clock: Arc::new(SystemClock::new()),
            policy: P::retry(),
            doubts: None,
            options,
            plain_http: false,
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
    /// restart. It is called often; it should remember. An access token is forgotten when the login
    /// that these credentials make is another than the one that fetched it.
    pub fn credentials_from(
        mut self,
        source: impl Fn() -> Result<K, NotSent> + Send + Sync + 'static,
    ) -> Self {
        self.credentials = CredentialSource::Asked(Box::new(move || Ok(source()?.into())));
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

    /// How harmless calls are repeated, with one attempt at least and at most as many as the provider
    /// allows ([`Provider::MOST_ATTEMPTS`]).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Doubts refusals that the description takes for final: a call that is not a read and is refused in
    /// a way of which this says true, by the call's name and what came back, is
    /// [`Error::Unknown`]. For codes that the provider's document does not tell, and its support desk or
    /// your own experience does. None is doubted unless told; an outcome that the description leaves
    /// open stays open whatever is said here.
    ///
    /// ```
    /// # use payments_core::client::{Builder, Provider};
    /// # fn set_up<P: Provider, C, K: Into<P::Credentials>>(builder: Builder<P, C, K>) -> Builder<P, C, K>
    /// # where C: payments_core::client::FromSetup<P> {
    /// builder.doubt_refusals(|_call, refused| refused.code() == Some("busy"))
    /// # }
    /// ```
    pub fn doubt_refusals(
        mut self,
        doubts: impl Fn(&'static str, &Refused) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.doubts = Some(Box::new(doubts));
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
    /// [`Error::Misuse`] naming the option or the host: a base URL that is neither https nor on loopback, a
    /// timeout of zero, a proxy or certificate that cannot be read, no attempt or more of them than the
    /// provider allows.
    pub fn build(self) -> Result<C, Error> {
        let (main, others) = self.hosts.into_parts();
        let parse = if self.plain_http {
            Base::parse_plain
        } else {
            Base::parse
        };
        let base = parse(&main)?;
        let mut named = Vec::with_capacity(others.len());
        for (name, url) in others {
            let refused = |misuse: Misuse| Misuse::new(name, misuse.problem().to_owned());
            named.push((name, parse(&url).map_err(refused)?));
        }
        if self.policy.attempts == 0 {
            return Err(Misuse::new("retry", "must allow one attempt at least").into());
        }
        if self.policy.attempts > P::MOST_ATTEMPTS {
            let problem = format!("must allow {} attempts at most", P::MOST_ATTEMPTS);
            return Err(Misuse::new("retry", problem).into());
        }
        if let CredentialSource::Fixed(credentials) = &self.credentials {
            self.provider.check(credentials)?;
        }
        C::from_setup(Setup {
            provider: self.provider,
            base,
            others: named,
            credentials: self.credentials,
            clock: self.clock,
            policy: self.policy,
            doubts: self.doubts,
            budget: RetryBudget::new(),
            options: self.options,
            #[cfg(feature = "client")]
            transport: self.transport,
            #[cfg(feature = "blocking")]
            blocking_transport: self.blocking_transport,
        })
    }
}

/// Ways around a check.
pub mod danger {
    use super::{Builder, Provider};

    /// Lets the client speak plain http to any host: what is sent can be read on the way, what is
    /// answered can be changed, and nothing says who answers. For a provider that has no https.
    pub fn plain_http<P: Provider, C, K>(mut builder: Builder<P, C, K>) -> Builder<P, C, K> {
        builder.plain_http = true;
        builder
    }
}
