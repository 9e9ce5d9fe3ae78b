//! A call that is ready to be sent.

use std::fmt;

use crate::exchange::{CallRecord, Request};
use crate::outgoing::call::Call;
use crate::outgoing::pending::Pending;

/// A call turned into bytes, before any I/O. Store its [`Prepared::pending`] first, then send it: a
/// dropped future or a crash then loses nothing.
pub struct Prepared<C> {
    pub(super) call: C,
    pub(super) request: Request,
    pub(super) record: CallRecord,
}

impl<C: Call> Prepared<C> {
    pub(super) fn new(call: C, request: Request, record: CallRecord) -> Self {
        Self {
            call,
            request,
            record,
        }
    }

    /// What to ask for later, if the outcome is not known.
    ///
    /// Its time is that of the preparation, and `resolve` says that a call never happened only some
    /// minutes after that. Where the call is sent much later, keep the record of the `Unknown`
    /// instead, whose time is that of sending, or take "never happened" for an answer only once as
    /// much time has passed since the last send.
    #[must_use]
    pub fn pending(&self) -> Pending<C> {
        Pending::new(self.record.clone())
    }

    /// The request without what authorizes it.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl<C> fmt::Debug for Prepared<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Prepared").field(&self.record).finish()
    }
}
