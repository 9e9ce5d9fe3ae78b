#![doc = include_str!("../README.md")]

pub mod auth;
mod generated;

pub use generated::{calls, codes, inbound, types};
