//! The client against the sandbox over HTTP: what goes well, what gets lost, and what is refused.
#![cfg(all(feature = "axum", feature = "client", feature = "sandbox"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "flows/blocking.rs"]
mod blocking;
#[path = "flows/confirm.rs"]
mod confirm;
#[path = "flows/lost.rs"]
mod lost;
#[path = "flows/notifications.rs"]
mod notifications;
#[path = "flows/payments.rs"]
mod payments;
#[path = "flows/secrets.rs"]
mod secrets;
#[path = "flows/shop.rs"]
mod shop;
#[path = "flows/switches.rs"]
mod switches;
