#![doc = include_str!("../README.md")]

pub mod auth;
#[cfg(feature = "axum")]
pub mod axum;
pub mod ext;
mod generated;
#[cfg(feature = "sandbox")]
pub mod sandbox;

pub use auth::Mobilepay;
pub use generated::{calls, codes, inbound, types};

#[cfg(feature = "client")]
pub use calls::Client;
#[cfg(feature = "blocking")]
pub use calls::blocking;
pub use calls::{Credentials, Live, LiveCredentials, Test, TestCredentials};

// What a user of this crate needs of the core, so that one dependency is enough.
pub use payments_core;
pub use payments_core::{Currency, Deadlines, Error, Link, Money, MoneyMoved, Pan, Secret};
