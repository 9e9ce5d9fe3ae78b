//! The wing of what goes out: calls, and the clients that make them.

pub mod call;
pub mod encode;
mod envelope;

pub use envelope::{Envelope, Refusals};
