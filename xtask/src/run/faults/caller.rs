//! One client, async or blocking: what it says is to be the same.

use std::sync::Arc;
use std::time::Duration;

use payments_core::call::{Call, Resolve};
use payments_core::client::{
    BlockingTransport, Builder, Client, Prepared, Provider, Transport, blocking,
};
use payments_core::clock::Clock;
use payments_core::error::Misuse;
use payments_core::{Error, Pending, Reply, Resolved};
use tokio::runtime::Handle;

/// What a client is set up with.
#[derive(Clone)]
pub(super) struct Wires {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) blocking: Arc<dyn BlockingTransport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) runtime: Handle,
}

impl Wires {
    /// Sets a client up, with the provider's own number of attempts but hardly a pause between them.
    pub(super) fn lay<P: Provider, C, K: Into<P::Credentials>>(
        &self,
        builder: Builder<P, C, K>,
    ) -> Builder<P, C, K>
    where
        C: payments_core::client::FromSetup<P>,
    {
        let mut policy = P::retry();
        policy.first_pause = Duration::from_millis(1);
        policy.least_pause = Duration::ZERO;
        builder
            .transport(Arc::clone(&self.transport))
            .blocking_transport(Arc::clone(&self.blocking))
            .clock(Arc::clone(&self.clock))
            .retry(policy)
    }
}

/// A client of one account.
pub(super) enum Caller<P: Provider> {
    Async(Handle, Client<P>),
    Blocking(blocking::Client<P>),
}

impl<P: Provider> Caller<P> {
    /// Which of the two it is.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Async(..) => "async",
            Self::Blocking(_) => "blocking",
        }
    }

    pub(super) fn prepare<C: Call>(&self, call: C) -> Result<Prepared<C>, Misuse> {
        match self {
            Self::Async(_, client) => client.prepare(call),
            Self::Blocking(client) => client.prepare(call),
        }
    }

    pub(super) fn send<C: Call>(&self, prepared: Prepared<C>) -> Result<Reply<C::Reply>, Error> {
        match self {
            Self::Async(runtime, client) => runtime.block_on(client.send(prepared)),
            Self::Blocking(client) => client.send(prepared),
        }
    }

    pub(super) fn call<C: Call>(&self, call: C) -> Result<Reply<C::Reply>, Error> {
        self.send(self.prepare(call)?)
    }

    pub(super) fn resolve<C: Resolve>(
        &self,
        pending: &Pending<C>,
    ) -> Result<Resolved<Reply<<C::Query as Call>::Reply>>, Error> {
        match self {
            Self::Async(runtime, client) => runtime.block_on(client.resolve(pending)),
            Self::Blocking(client) => client.resolve(pending),
        }
    }
}
