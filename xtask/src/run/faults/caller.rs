//! One client, async or blocking: what it says is to be the same.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use payments_core::call::{Call, Resolve};
use payments_core::client::{
    BlockingTransport, Builder, Client, Prepared, Provider, Settled, Transport, blocking,
};
use payments_core::clock::Clock;
use payments_core::error::Misuse;
use payments_core::journal::{Journal, Row};
use payments_core::{Error, Reply};
use tokio::runtime::Handle;

/// What a client is set up with.
#[derive(Clone)]
pub(super) struct Wires {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) blocking: Arc<dyn BlockingTransport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) runtime: Handle,
    /// What all clients of a merchant record their calls in.
    pub(super) journal: Journal,
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

    /// The same, recording what it does.
    pub(super) fn recording(self, wires: &Wires) -> Self {
        let journal = wires.journal.clone();
        match self {
            Self::Async(runtime, client) => Self::Async(runtime, client.with_journal(journal)),
            Self::Blocking(client) => Self::Blocking(client.with_journal(journal)),
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

    /// Sends a call and drops its future as soon as `reached` is; gives the answer if that came first.
    pub(super) fn send_until<C: Call>(
        &self,
        prepared: Prepared<C>,
        reached: impl Future<Output = ()>,
    ) -> Option<Result<Reply<C::Reply>, Error>> {
        match self {
            Self::Async(runtime, client) => runtime.block_on(async {
                let mut sent = pin!(client.send(prepared));
                let mut reached = pin!(reached);
                poll_fn(|context| match reached.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(None),
                    Poll::Pending => sent.as_mut().poll(context).map(Some),
                })
                .await
            }),
            Self::Blocking(client) => Some(client.send(prepared)),
        }
    }

    /// What the journal has open, oldest first.
    pub(super) fn open_calls(&self) -> Result<Vec<Row>, Error> {
        match self {
            Self::Async(runtime, client) => runtime.block_on(client.open_calls()),
            Self::Blocking(client) => client.open_calls(),
        }
    }

    /// Settles as the clients of provider crates do; where an answer says nothing on its own, `judge`
    /// reads it.
    pub(super) fn settle<C: Resolve>(
        &self,
        row: &Row,
        judge: fn(&<C::Query as Call>::Reply) -> bool,
    ) -> Result<Settled, Error> {
        let judge = |reply: &<C::Query as Call>::Reply| Some(judge(reply));
        match self {
            Self::Async(runtime, client) if C::ANSWERS_ANYWAY => {
                runtime.block_on(client.settle_as::<C>(row, judge))
            }
            Self::Async(runtime, client) => runtime.block_on(client.settle_by_query::<C>(row)),
            Self::Blocking(client) if C::ANSWERS_ANYWAY => client.settle_as::<C>(row, judge),
            Self::Blocking(client) => client.settle_by_query::<C>(row),
        }
    }

    /// The same for a call without a query.
    pub(super) fn settle_without_query(&self, row: &Row) -> Result<Settled, Error> {
        match self {
            Self::Async(runtime, client) => runtime.block_on(client.settle_without_query(row)),
            Self::Blocking(client) => client.settle_without_query(row),
        }
    }
}
