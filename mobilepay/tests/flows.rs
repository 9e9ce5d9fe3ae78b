//! The client and the callbacks against the sandbox over HTTP: what goes well, what gets lost, what
//! comes twice or late, and what is refused.
#![cfg(all(
    feature = "aws-lc",
    feature = "axum",
    feature = "client",
    feature = "sandbox"
))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "flows/authorized.rs"]
mod authorized;
#[path = "flows/callbacks.rs"]
mod callbacks;
#[path = "flows/deadlines.rs"]
mod deadlines;
#[path = "flows/lost.rs"]
mod lost;
#[path = "flows/merchants.rs"]
mod merchants;
#[path = "flows/payments.rs"]
mod payments;
#[path = "flows/psp.rs"]
mod psp;
#[path = "flows/refused.rs"]
mod refused;
