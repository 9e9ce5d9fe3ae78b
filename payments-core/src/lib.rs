#![doc = include_str!("../README.md")]

// The derives write `::payments_core::…`; inside this crate that is the crate itself.
extern crate self as payments_core;

pub mod build;
pub mod clock;
pub mod codes;
pub mod error;
pub mod exchange;
pub mod incoming;
pub mod json;
mod link;
pub mod money;
pub mod odd;
pub mod outgoing;
#[cfg(feature = "random")]
mod random;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod signing;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wire;

pub use error::{Error, MoneyMoved};
pub use link::{AllowedLinks, Link};
pub use money::{Currency, Decimal, Money};
pub use outgoing::call::Reply;
pub use outgoing::{Pending, Resolved, call, client};
pub use payments_derive::{Canonical, Choice, Masked, Priced, Request};
#[cfg(feature = "random")]
pub use random::unguessable;
pub use signing::Secret;
pub use {bytes, http, serde};
