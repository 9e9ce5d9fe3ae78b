#![doc = include_str!("../README.md")]

// The derives write `::payments_core::…`; inside this crate that is the crate itself.
extern crate self as payments_core;

pub mod build;
mod caseless;
pub mod clock;
pub mod codes;
mod deadlines;
pub mod decrypt;
pub mod error;
pub mod exchange;
pub mod html;
pub mod incoming;
pub mod json;
pub mod link;
pub mod money;
pub mod odd;
pub mod outgoing;
mod pan;
#[cfg(feature = "random")]
mod random;
mod recent;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod signing;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wire;

pub use caseless::CaselessId;
pub use deadlines::{Deadlines, Due};
pub use error::{Error, MoneyMoved};
pub use link::{AllowedLinks, Link};
pub use money::{Currency, Decimal, Money};
pub use outgoing::call::Reply;
#[cfg(any(feature = "client", feature = "blocking"))]
pub use outgoing::journal;
pub use outgoing::{Pending, Resolved, call, client};
pub use pan::{Expiry, Pan};
pub use payments_derive::{Canonical, Choice, FromJson, Masked, Priced, Request, Respelt};
#[cfg(feature = "random")]
pub use random::{random_uuid, unguessable};
pub use recent::Recent;
pub use signing::Secret;
pub use {bytes, http, serde};
