//! Access tokens, fetched by one task while the others wait.

use std::sync::Arc;
use std::time::Duration;

use super::client::Grant;
use crate::signing::Secret;

/// What the cache holds. The lock around it is held while a token is fetched, so that whoever
/// comes meanwhile waits and then finds it. A task that is dropped while it fetches leaves the
/// state as it was.
#[derive(Debug, Default)]
pub(crate) struct TokenState {
    current: Option<(Arc<Secret<String>>, Duration)>,
    /// How the last fetch failed, if it did.
    last_failure: Option<String>,
}

impl TokenState {
    /// The token, if it may still be used.
    pub(crate) fn current(&self, now: Duration) -> Option<Arc<Secret<String>>> {
        self.current
            .as_ref()
            .filter(|(_, until)| now < *until)
            .map(|(token, _)| Arc::clone(token))
    }

    /// How the last fetch failed, if it did.
    pub(crate) fn last_failure(&self) -> Option<&str> {
        self.last_failure.as_deref()
    }

    pub(crate) fn store(&mut self, grant: Grant, now: Duration) -> Arc<Secret<String>> {
        let token = Arc::new(grant.token);
        self.current = Some((Arc::clone(&token), now.saturating_add(grant.lifetime)));
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
            .is_some_and(|(token, _)| token.expose() == stale.expose());
        if same {
            self.current = None;
        }
    }
}
