//! Clients: what they are set up from, and what drives them.

#[cfg(feature = "blocking")]
pub mod blocking;
mod both;
#[cfg(feature = "client")]
mod driver;
mod environment;
#[cfg(any(feature = "client", feature = "blocking"))]
mod journaled;
#[cfg(feature = "client")]
mod open_calls;
#[cfg(any(feature = "client", feature = "blocking"))]
mod prepared;
mod provider;
#[cfg(any(feature = "client", feature = "blocking"))]
mod settle;
#[cfg(any(feature = "client", feature = "blocking"))]
mod setup;
#[cfg(any(feature = "client", feature = "blocking"))]
mod steps;

#[cfg(feature = "client")]
pub use driver::Client;
pub use environment::{Environment, Hosts};
#[cfg(feature = "client")]
pub use open_calls::{Asked, OpenCalls};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use prepared::Prepared;
pub use provider::{Grant, Login, NoLogin, Provider};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use settle::{ByHand, Settled, StillOpen};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use setup::{Builder, FromSetup, Setup, danger};

#[cfg(any(feature = "client", feature = "blocking"))]
pub use super::engine::RetryPolicy;
#[cfg(feature = "blocking")]
pub use super::transport::{BlockingTransport, UreqTransport};
#[cfg(feature = "client")]
pub use super::transport::{ReqwestTransport, Transport};
#[cfg(any(feature = "client", feature = "blocking"))]
pub use super::transport::{SendError, TransportOptions};
