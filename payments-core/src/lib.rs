#![doc = include_str!("../README.md")]

pub mod clock;
pub mod money;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod signing;

pub use money::{Currency, Decimal, Money};
pub use signing::Secret;
