//! The wing of what goes out: calls, and the clients that make them.

pub mod base;
pub mod call;
pub mod client;
pub mod encode;
#[cfg(any(feature = "client", feature = "blocking"))]
pub mod engine;
mod envelope;
#[cfg(any(feature = "client", feature = "blocking"))]
pub mod journal;
mod pending;
mod signed;
#[cfg(any(feature = "client", feature = "blocking"))]
mod token;
#[cfg(any(feature = "client", feature = "blocking"))]
pub mod transport;

pub use base::Base;
pub use envelope::{Envelope, Refusals, Success, Verdict};
pub use pending::{Pending, Resolved, StillUnknown};
