//! A call that is ready to be sent.

use std::fmt;
use std::sync::Arc;

use crate::exchange::{CallRecord, Request};
use crate::outgoing::call::Call;
use crate::outgoing::pending::Pending;

/// A call turned into bytes, before any I/O. Store its [`Prepared::pending`] first, then send it: a
/// dropped future or a crash then loses nothing.
pub struct Prepared<C> {
    pub(super) call: C,
    pub(super) request: Request,
    pub(super) provider: &'static str,
    pub(super) environment: Arc<str>,
    pub(super) prepared_at: u64,
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
            &self.request,
            self.prepared_at,
        )
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
