//! Both transports against servers that misbehave: each thing that is switched off has a test that
//! fails when it is on.
#![cfg(all(feature = "client", feature = "blocking"))]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "transport/bodies.rs"]
mod bodies;
#[path = "transport/connecting.rs"]
mod connecting;
#[path = "transport/doors.rs"]
mod doors;
#[path = "transport/kit.rs"]
mod kit;
#[path = "transport/leaks.rs"]
mod leaks;
#[path = "transport/proxies.rs"]
mod proxies;
#[path = "transport/sending.rs"]
mod sending;
#[path = "transport/surplus.rs"]
mod surplus;
#[path = "transport/timeouts.rs"]
mod timeouts;
