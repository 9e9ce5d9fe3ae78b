//! Canonical strings, hashes and MACs, and the one constant-time compare.

pub mod canonical;
mod secret;

pub use canonical::{Canonical, Part, Refusal, Sink};
pub use secret::{KeyPart, Secret};
