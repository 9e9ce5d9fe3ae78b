//! A call that is ready to be sent.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::journaled::OpenRow;
use crate::exchange::{CallRecord, Request};
use crate::outgoing::call::Call;
use crate::outgoing::pending::Pending;

/// A call turned into bytes, before any I/O. Store its [`Prepared::pending`] first, then send it: a
/// dropped future or a crash then loses nothing.
pub struct Prepared<C> {
    pub(super) call: C,
    pub(super) request: Request,
    /// Whether the request has its proofs: it is not what the caller said any more.
    pub(super) is_authorized: bool,
    pub(super) provider: &'static str,
    pub(super) environment: Arc<str>,
    pub(super) prepared_at: u64,
    pub(super) operation: Option<Box<str>>,
    /// Its row in the journal, once it has one.
    pub(super) open: Option<Box<OpenRow>>,
}

impl<C: Call> Prepared<C> {
    /// What identifies it later.
    #[must_use]
    pub fn record(&self) -> CallRecord {
        CallRecord::new(
            self.provider,
            &self.environment,
            C::NAME,
            self.call.reference(),
            &self.said(),
            self.prepared_at,
        )
    }

    /// The request without its proofs. A call under way keeps one copy, with them, and makes this one
    /// again for the few that ask: what many calls keep does not fit a cache.
    pub(super) fn said(&self) -> Cow<'_, Request> {
        let again = self.is_authorized.then(|| self.call.request().ok());
        let again = again.flatten().map(Cow::Owned);
        again.unwrap_or(Cow::Borrowed(&self.request))
    }

    /// The same as an operation of the caller's: an id that is the same however often the caller tries
    /// to do this, and another for everything else that the same call is made for. A client with a
    /// journal does each operation once. Unless told, the operation is the call's own identity, its
    /// reference; a call that has none needs this.
    ///
    /// Without a journal it changes nothing.
    #[must_use]
    pub fn operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into().into());
        self
    }

    /// The call.
    #[must_use]
    pub fn call(&self) -> &C {
        &self.call
    }

    /// What to ask for later, if the outcome is not known.
    ///
    /// Its time is that of the preparation, and `resolve` says that a call never happened only some
    /// minutes after that. Where the call is sent much later, keep the record of the `Unknown`
    /// instead, whose time is that of sending, or take "never happened" for an answer only once as
    /// much time has passed since the last send.
    #[must_use]
    pub fn pending(&self) -> Pending<C> {
        Pending::new(self.record())
    }

    /// The request without what authorizes it.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl<C: Call> fmt::Debug for Prepared<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Prepared").field(&self.record()).finish()
    }
}
