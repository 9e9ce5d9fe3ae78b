#![doc = include_str!("../README.md")]

pub mod auth;
#[cfg(feature = "axum")]
pub mod axum;
pub mod ext;
mod generated;
#[cfg(feature = "sandbox")]
pub mod sandbox;

pub use auth::Mocopay;
#[cfg(any(feature = "client", feature = "blocking"))]
pub use ext::Stored;
pub use generated::{calls, codes, inbound, types};

#[cfg(feature = "client")]
pub use calls::Client;
#[cfg(feature = "blocking")]
pub use calls::blocking;
pub use calls::{Credentials, Environment};

// What a user of this crate needs of the core, so that one dependency is enough.
pub use payments_core;
pub use payments_core::{Currency, Decimal, Error, Money, MoneyMoved, Secret};
