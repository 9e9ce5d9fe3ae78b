//! Access tokens, fetched by one task while the others wait.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::client::Grant;
use crate::exchange::Request;
use crate::signing::Secret;

/// Tells the login of some credentials from that of others, so that a token is not used beyond the
/// credentials that it was fetched with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LoginDigest([u8; 32]);

impl LoginDigest {
    /// Of a login before it is signed, with its headers: some providers have the credentials there.
    pub(crate) fn of(request: &Request) -> Self {
        let mut hash = Sha256::new_with_prefix(request.digest());
        for (name, value) in request.headers() {
            hash.update(name.as_str());
            hash.update([0]);
            hash.update(value.as_bytes());
            hash.update([0]);
        }
        Self(hash.finalize().into())
    }
}

/// It is made of secrets.
impl fmt::Debug for LoginDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LoginDigest")
    }
}

/// What the cache holds. One task fetches at a time, under a lock: whoever comes meanwhile waits and
/// then finds the token here. A task that is dropped while it fetches leaves the state as it was.
#[derive(Debug, Default)]
pub(crate) struct TokenState {
    current: Option<(Arc<Secret<String>>, Duration, LoginDigest)>,
    /// How the last fetch failed, if it did.
    last_failure: Option<String>,
}

impl TokenState {
    /// The token, if it may still be used, and was fetched by this login where one is given.
    pub(crate) fn current(
        &self,
        now: Duration,
        login: Option<&LoginDigest>,
    ) -> Option<Arc<Secret<String>>> {
        self.current
            .as_ref()
            .filter(|(_, until, by)| now < *until && login.is_none_or(|login| login == by))
            .map(|(token, _, _)| Arc::clone(token))
    }

    /// How the last fetch failed, if it did.
    pub(crate) fn last_failure(&self) -> Option<&str> {
        self.last_failure.as_deref()
    }

    pub(crate) fn store(
        &mut self,
        grant: Grant,
        now: Duration,
        login: LoginDigest,
    ) -> Arc<Secret<String>> {
        let token = Arc::new(grant.token);
        let until = now.saturating_add(grant.lifetime);
        self.current = Some((Arc::clone(&token), until, login));
        self.last_failure = None;
        token
    }

    pub(crate) fn fail(&mut self, why: String) {
        self.last_failure = Some(why);
    }

    /// Forgets a token that the provider no longer takes, unless it was replaced meanwhile.
    pub(crate) fn forget(&mut self, stale: &Secret<String>) {
        let same = self
            .current
            .as_ref()
            .is_some_and(|(token, _, _)| token.expose() == stale.expose());
        if same {
            self.current = None;
        }
    }
}
