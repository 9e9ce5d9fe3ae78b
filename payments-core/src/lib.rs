#![doc = include_str!("../README.md")]

pub mod clock;
pub mod money;
pub mod signing;

pub use money::{Currency, Decimal, Money};
pub use signing::Secret;
