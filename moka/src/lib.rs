#![doc = include_str!("../README.md")]

pub mod auth;
pub mod ext;
mod generated;
#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "axum")]
pub use payments_core::incoming::axum;

pub use auth::Moka;
pub use generated::{calls, codes, inbound, types};

#[cfg(feature = "client")]
pub use calls::Client;
#[cfg(feature = "blocking")]
pub use calls::blocking;
pub use calls::{Credentials, Live, LiveCredentials, Test, TestCredentials};

// What a user of this crate needs of the core, so that one dependency is enough.
pub use payments_core;
pub use payments_core::{Currency, Decimal, Error, Money, MoneyMoved, Secret, unguessable};
