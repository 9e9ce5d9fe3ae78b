//! Calls made with both clients while somebody listens.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;

use super::{FixedClock, Overheard, ScriptedTransport, Wiretap};
use crate::call::{Call, Resolve};
use crate::client::{
    BlockingTransport, Builder, ByHand, Client, FromSetup, Prepared, Provider, ReqwestTransport,
    RetryPolicy, Transport, TransportOptions, UreqTransport, blocking,
};
use crate::error::{Error, Misuse};
use crate::journal::Journal;
use crate::{Pending, Reply};

/// What both clients send through.
#[derive(Clone)]
pub struct Wires {
    transport: Arc<dyn Transport>,
    blocking: Arc<dyn BlockingTransport>,
}

impl Wires {
    /// The real transports, noting what they send at `tap`. They wait for `patience` without a byte.
    ///
    /// # Errors
    /// [`Misuse`] on a system without certificates.
    pub fn real<T>(tap: &Wiretap<T>, patience: Duration) -> Result<Self, Misuse> {
        let options = TransportOptions {
            read_timeout: patience,
            ..TransportOptions::default()
        };
        Ok(Self {
            transport: Arc::new(tap.also(ReqwestTransport::new(&options)?)),
            blocking: Arc::new(tap.also(UreqTransport::new(&options)?)),
        })
    }

    /// Transports that do what a script says, noting what they send at `tap`.
    #[must_use]
    pub fn scripted<T>(tap: &Wiretap<T>, script: &ScriptedTransport) -> Self {
        Self {
            transport: Arc::new(tap.also(script.clone())),
            blocking: Arc::new(tap.also(script.clone())),
        }
    }

    /// Puts them into a client that sends everything once.
    pub fn lay<P: Provider, C: FromSetup<P>, K: Into<P::Credentials>>(
        &self,
        builder: Builder<P, C, K>,
    ) -> Builder<P, C, K> {
        builder
            .transport(Arc::clone(&self.transport))
            .blocking_transport(Arc::clone(&self.blocking))
            .clock(Arc::new(FixedClock::new()))
            .retry(RetryPolicy::never())
    }
}

/// Both clients of an account, each with a journal of its own, and whoever listens to what is printed
/// about them: every call, its request, its answer or its error with all that is beneath it.
pub struct Rehearsal<P: Provider> {
    overheard: Overheard,
    runtime: Arc<Runtime>,
    client: Client<P>,
    blocking: blocking::Client<P>,
    numbers: AtomicU64,
}

impl<P: Provider> Rehearsal<P> {
    /// With these two clients, each with a journal in which nothing is recorded yet.
    pub(super) fn new(
        overheard: &Overheard,
        runtime: &Arc<Runtime>,
        client: &Client<P>,
        blocking: &blocking::Client<P>,
        [first, second]: [Journal; 2],
    ) -> Self {
        let this = Self {
            overheard: overheard.clone(),
            runtime: Arc::clone(runtime),
            client: client.with_journal(first),
            blocking: blocking.with_journal(second),
            numbers: AtomicU64::new(0),
        };
        overheard.show(&this.client);
        overheard.show(&this.blocking);
        this
    }

    /// Makes a call with both, `make` being told the name of the client; gives the replies.
    pub fn both<C>(&self, make: impl Fn(&str) -> C) -> [Option<Reply<C::Reply>>; 2]
    where
        C: Call + Debug,
        C::Reply: Debug,
    {
        let (client, blocking) = (&self.client, &self.blocking);
        let call = self.prepared(client.prepare(make("async")));
        let answer = call.map(|call| self.runtime.block_on(client.send(call)));
        let first = answer.and_then(|answer| self.answered(answer));
        let call = self.prepared(blocking.prepare(make("blocking")));
        let answer = call.map(|call| blocking.send(call));
        [first, answer.and_then(|answer| self.answered(answer))]
    }

    /// The same for a call whose outcome can be asked for, and asks.
    pub fn both_and_ask<C>(&self, make: impl Fn(&str) -> C) -> [Option<Reply<C::Reply>>; 2]
    where
        C: Resolve + Debug,
        C::Reply: Debug,
        <C::Query as Call>::Reply: Debug,
    {
        let replies = self.both(&make);
        let pending = |driver: &str| -> Option<Pending<C>> {
            let prepared = self.client.prepare(make(driver)).ok()?;
            Some(prepared.pending())
        };
        if let Some(pending) = pending("async") {
            let found = self.runtime.block_on(self.client.resolve(&pending));
            self.overheard.result(found);
        }
        if let Some(pending) = pending("blocking") {
            self.overheard.result(self.blocking.resolve(&pending));
        }
        replies
    }

    /// What the journals have open, shown, and settled by hand.
    pub fn settle(&self) {
        let open = self.runtime.block_on(self.client.open_calls());
        for row in self.overheard.result(open).unwrap_or_default() {
            let by_hand = ByHand::NeverHappened;
            let settled = self
                .client
                .settle_by_hand(&row, by_hand, "me", "a rehearsal");
            self.overheard.result(self.runtime.block_on(settled));
        }
        let open = self.blocking.open_calls();
        for row in self.overheard.result(open).unwrap_or_default() {
            let by_hand = ByHand::NeverHappened;
            let settled = self
                .blocking
                .settle_by_hand(&row, by_hand, "me", "a rehearsal");
            self.overheard.result(settled);
        }
    }

    fn prepared<C: Call + Debug>(
        &self,
        prepared: Result<Prepared<C>, Misuse>,
    ) -> Option<Prepared<C>> {
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(misuse) => {
                self.overheard.fail(&misuse);
                return None;
            }
        };
        self.overheard.show(prepared.call());
        self.overheard.show(&prepared);
        self.overheard.show(prepared.request());
        self.overheard.show(&prepared.pending());
        if let Ok(text) = serde_json::to_string(&prepared.pending()) {
            self.overheard.say(&text);
        }
        if prepared.call().identity().is_some() {
            return Some(prepared);
        }
        // The journal wants to know it by something.
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Some(prepared.operation(format!("operation {number}")))
    }

    fn answered<R: Debug>(&self, answer: Result<Reply<R>, Error>) -> Option<Reply<R>> {
        match answer {
            Ok(reply) => {
                self.overheard.show(&reply);
                self.overheard.show(&*reply);
                self.overheard.show(reply.response());
                Some(reply)
            }
            Err(error) => {
                self.overheard.fail(&error);
                self.overheard.show(&error);
                if let Error::Unknown(unknown) = &error {
                    self.overheard.show(unknown.record());
                    self.overheard.show(&unknown.refused());
                    self.overheard.show(&unknown.response());
                }
                if let Error::Refused(refused) = &error {
                    self.overheard.show(refused);
                }
                None
            }
        }
    }
}
