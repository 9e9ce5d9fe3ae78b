//! The client against the sandbox over HTTP: what goes well, what gets lost, and what is refused.
#![cfg(all(feature = "axum", feature = "client", feature = "sandbox"))]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests"
)]

#[path = "flows/bills.rs"]
mod bills;
#[path = "flows/codes.rs"]
mod codes;
#[path = "flows/input.rs"]
mod input;
#[path = "flows/ipns.rs"]
mod ipns;
#[path = "flows/links.rs"]
mod links;
#[path = "flows/lost.rs"]
mod lost;
#[path = "flows/payments.rs"]
mod payments;
#[path = "flows/replies.rs"]
mod replies;
#[path = "flows/secrets.rs"]
mod secrets;
#[path = "flows/shop.rs"]
mod shop;
