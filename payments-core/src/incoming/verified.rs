//! Callbacks with a signature that held, and callbacks without any.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use http::HeaderName;

use super::inbound::Inbound;
use super::notice::Notice;

/// Whose callbacks these are: the same order number may exist at two accounts. Cheap to clone, as each message
/// has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    provider: Cow<'static, str>,
    environment: Arc<str>,
    account: Arc<str>,
}

impl Scope {
    /// That of messages of one kind, which says whose they are. `environment` and `account` are the
    /// merchant's own names, such as `live` and `main-shop`.
    #[must_use]
    pub fn of<N: Notice>(environment: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            provider: N::PROVIDER.into(),
            environment: environment.into().into(),
            account: account.into().into(),
        }
    }

    /// The same from what a store kept of it.
    #[must_use]
    pub fn stored(provider: String, environment: String, account: String) -> Self {
        Self {
            provider: provider.into(),
            environment: environment.into(),
            account: account.into(),
        }
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }
}

/// Which headers an inbox keeps beside the content type. All others are forgotten with the request:
/// only who takes it in knows which of them let its caller in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers {
    signature: Option<&'static str>,
    asked_for: Arc<[HeaderName]>,
}

impl Headers {
    /// The one that the signature is in.
    pub(crate) fn signature(mut self, name: &'static str) -> Self {
        self.signature = Some(name);
        self
    }

    /// Those that somebody asked for, instead of any asked for before.
    pub(crate) fn asked_for(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.asked_for = names.into_iter().collect();
        self
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let asked_for = self.asked_for.iter().map(HeaderName::as_str);
        self.signature.into_iter().chain(asked_for)
    }
}

/// A callback whose signature held. It derefs to the fields **under** the signature.
///
/// It says what the provider said, which is not yet a reason to deliver: confirm it.
#[derive(Clone)]
pub struct Verified<N: Notice> {
    signed: N,
    unsigned: N::Unsigned,
    scope: Scope,
    key: String,
    inbound: Inbound,
    kept: Headers,
}

impl<N: Notice> Verified<N> {
    /// For provider crates whose proof is like no other's, after they have checked it.
    #[doc(hidden)]
    pub fn by_provider_crate(
        signed: N,
        unsigned: N::Unsigned,
        scope: Scope,
        key: String,
        inbound: Inbound,
    ) -> Self {
        Self {
            signed,
            unsigned,
            scope,
            key,
            inbound,
            kept: Headers::default(),
        }
    }

    /// The same, of which an inbox keeps these headers.
    pub(crate) fn keeping(mut self, kept: Headers) -> Self {
        self.kept = kept;
        self
    }

    pub(super) fn at_rest(&self) -> Inbound {
        self.inbound.at_rest(self.kept.names())
    }

    /// The fields beside the signature: anyone on the way may have changed them.
    pub fn unsigned(&self) -> &N::Unsigned {
        &self.unsigned
    }

    /// Whose callback it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The id of the key that it was signed with.
    pub fn key_id(&self) -> &str {
        &self.key
    }

    /// The request as it came.
    pub fn inbound(&self) -> &Inbound {
        &self.inbound
    }
}

impl<N: Notice> Deref for Verified<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.signed
    }
}

impl<N: Notice + fmt::Debug> fmt::Debug for Verified<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Verified")
            .field("signed", &self.signed)
            .field("scope", &self.scope)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A callback that nothing in it vouches for: a reason to ask the provider, never to act.
#[derive(Clone)]
pub struct Unverified<T> {
    claims: T,
    scope: Scope,
    inbound: Inbound,
    kept: Headers,
}

impl<T> Unverified<T> {
    pub(crate) fn new(claims: T, scope: Scope, inbound: Inbound) -> Self {
        Self {
            claims,
            scope,
            inbound,
            kept: Headers::default(),
        }
    }

    /// The same, of which an inbox keeps these headers.
    pub(crate) fn keeping(mut self, kept: Headers) -> Self {
        self.kept = kept;
        self
    }

    pub(super) fn at_rest(&self) -> Inbound {
        self.inbound.at_rest(self.kept.names())
    }

    /// What the message claims.
    pub fn claims(&self) -> &T {
        &self.claims
    }

    /// Whose callback it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The request as it came.
    pub fn inbound(&self) -> &Inbound {
        &self.inbound
    }
}

impl<T> fmt::Debug for Unverified<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Unverified(..)")
    }
}
