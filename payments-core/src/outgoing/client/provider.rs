//! What a provider crate says about itself, so that a client can speak for it.

use std::time::Duration;

use crate::error::{Misuse, Refused};
use crate::exchange::{Request, Response};
use crate::money::Currency;
use crate::outgoing::call::{Call, Effect, Fault};
#[cfg(any(feature = "client", feature = "blocking"))]
use crate::outgoing::client::{RetryPolicy, TransportOptions};
use crate::signing::Secret;

/// A provider: how its requests are authorized, and by what token.
pub trait Provider: Clone + Send + Sync + 'static {
    /// Its name, as the crate's.
    const NAME: &'static str;

    /// How many attempts at one call it allows at most; a client is not built with more. No limit
    /// unless told.
    const MOST_ATTEMPTS: u32 = u32::MAX;

    /// What it knows a merchant by.
    type Credentials: Clone + Send + Sync + 'static;

    /// The call that fetches a token; [`NoLogin`] where every request carries its own proof.
    type Login: Login<Self>;

    /// The currencies that amounts may be in; empty for all.
    fn currencies(&self) -> &[Currency] {
        &[]
    }

    /// Looks at the credentials that a client is built with; those of a source that is asked again
    /// are not passed here. Nothing unless told.
    ///
    /// # Errors
    /// [`Misuse`] for credentials that must not be used.
    fn check(&self, _credentials: &Self::Credentials) -> Result<(), Misuse> {
        Ok(())
    }

    /// How patient a client is unless it is told: with a connection, with silence, and with a whole
    /// exchange.
    #[cfg(any(feature = "client", feature = "blocking"))]
    fn timeouts() -> (Duration, Duration, Duration) {
        let TransportOptions {
            connect_timeout,
            read_timeout,
            total_timeout,
            ..
        } = TransportOptions::default();
        (connect_timeout, read_timeout, total_timeout)
    }

    /// How a client repeats harmless calls unless it is told.
    #[cfg(any(feature = "client", feature = "blocking"))]
    fn retry() -> RetryPolicy {
        RetryPolicy::default()
    }

    /// Adds what authorizes a request. The login's own request is not passed here.
    ///
    /// # Errors
    /// [`Misuse`] for credentials that it cannot carry.
    fn authorize(
        &self,
        request: &mut Request,
        credentials: &Self::Credentials,
        token: Option<&Secret<String>>,
    ) -> Result<(), Misuse>;

    /// Looks at a response before the reply to `call` (its name) is read, that to the login
    /// included: for proofs that a reply carries, and for refusals that have a form of their own.
    /// What it finds counts as if the call's own reading had found it, so that a call which is not
    /// a read becomes unknown where the response is not to be believed. Nothing unless told.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] for a response that is not to be believed, [`Fault::Refused`] for a
    /// refusal.
    fn inspect(
        &self,
        _call: &'static str,
        _response: &Response,
        _credentials: &Self::Credentials,
    ) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether a refusal means that the token is no longer taken. Only reads are sent again then.
    fn is_stale_token(&self, _refused: &Refused) -> bool {
        false
    }
}

/// The call that fetches a provider's token.
pub trait Login<P: Provider>: Call + Sized {
    /// Whether there is a login at all: no call waits for a token otherwise.
    const EXISTS: bool = true;

    /// The login for these credentials; none only where the provider knows no login.
    ///
    /// # Errors
    /// [`Misuse`] for credentials that it cannot carry.
    fn of(provider: &P, credentials: &P::Credentials) -> Result<Option<Self>, Misuse>;

    /// Adds to its request what its fields do not carry; nothing unless told.
    ///
    /// # Errors
    /// [`Misuse`] for credentials that it cannot carry.
    fn authorize(
        _provider: &P,
        _request: &mut Request,
        _credentials: &P::Credentials,
    ) -> Result<(), Misuse> {
        Ok(())
    }

    /// Reads the token out of its reply.
    fn grant(provider: &P, reply: Self::Reply) -> Grant;
}

/// The login of a provider that has none: it cannot be made.
#[derive(Clone, Copy, Debug)]
pub enum NoLogin {}

impl Call for NoLogin {
    const NAME: &'static str = "login";
    const EFFECT: Effect = Effect::Read;
    type Reply = NoLogin;

    fn request(&self) -> Result<Request, Misuse> {
        match *self {}
    }

    fn reply(&self, _response: &Response) -> Result<NoLogin, Fault> {
        match *self {}
    }
}

impl<P: Provider> Login<P> for NoLogin {
    const EXISTS: bool = false;

    fn of(_provider: &P, _credentials: &P::Credentials) -> Result<Option<Self>, Misuse> {
        Ok(None)
    }

    fn grant(_provider: &P, reply: Self) -> Grant {
        match reply {}
    }
}

/// A token and how long it may be used.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token.
    pub token: Secret<String>,
    /// How long it may be used from now on; zero means for the call at hand only.
    pub lifetime: Duration,
}
