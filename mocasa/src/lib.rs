#![doc = include_str!("../README.md")]

pub mod auth;
#[cfg(any(feature = "client", feature = "blocking"))]
mod ext;
mod generated;
#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "axum")]
pub use payments_core::incoming::axum;

pub use auth::Mocasa;
pub use generated::{calls, codes, inbound, types};
