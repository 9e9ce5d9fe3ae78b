//! A call whose outcome is to be asked for.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::call::Call;
use crate::error::{Misuse, Refused};
use crate::exchange::CallRecord;

/// A call that was prepared and perhaps sent. Store it before sending: it is serialisable, holds no
/// secret, and is all that `resolve` needs.
pub struct Pending<C> {
    record: CallRecord,
    call: PhantomData<fn() -> C>,
}

impl<C: Call> Pending<C> {
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn new(record: CallRecord) -> Self {
        Self {
            record,
            call: PhantomData,
        }
    }

    /// What identifies the call.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }
}

impl<C: Call> TryFrom<CallRecord> for Pending<C> {
    type Error = Misuse;

    /// Gives a stored record its type back.
    fn try_from(record: CallRecord) -> Result<Self, Misuse> {
        if record.call() == C::NAME {
            Ok(Self {
                record,
                call: PhantomData,
            })
        } else {
            Err(Misuse::new(
                "pending",
                format!("is of the call {}, not of {}", record.call(), C::NAME),
            ))
        }
    }
}

impl<C> Serialize for Pending<C> {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        self.record.serialize(output)
    }
}

/// Refuses the record of another call.
impl<'de, C: Call> Deserialize<'de> for Pending<C> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::try_from(CallRecord::deserialize(input)?).map_err(de::Error::custom)
    }
}

impl<C> Clone for Pending<C> {
    fn clone(&self) -> Self {
        Self {
            record: self.record.clone(),
            call: PhantomData,
        }
    }
}

impl<C> fmt::Debug for Pending<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Pending").field(&self.record).finish()
    }
}

/// What the provider says of a call whose outcome was not known.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub enum Resolved<R> {
    /// The provider knows it: this is its state. Read the state before acting on it. That the call has
    /// happened can be believed at once; that it has not, only some minutes after it was sent, because
    /// a request may be under way and a query may lag behind.
    Settled(R),
    /// The provider documents that it knows nothing of it, and enough time has passed.
    NeverHappened,
    /// Still not known.
    StillUnknown(StillUnknown),
}

/// Why an outcome is still not known.
#[derive(Debug)]
#[non_exhaustive]
pub enum StillUnknown {
    /// The provider refused the query, with a code that is not documented to mean "not found".
    Refused(Box<Refused>),
    /// The provider does not know it, but it may still be under way; ask again later.
    TooEarly,
}
