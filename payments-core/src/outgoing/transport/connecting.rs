//! Whether a request still waits for its connection: reqwest itself tells only when that has failed.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

thread_local! {
    /// Whether a connection that is being made was looked at, and was not there yet.
    static AWAITED: Cell<bool> = const { Cell::new(false) };
}

/// Polls an exchange, and says whether it still waits for its connection: then nothing of it has left,
/// and nothing will unless it is polled again.
///
/// The stack makes a connection within the task of the request that it is for, so both are polled in
/// one breath. A connection that goes on without its request, because another one became free, is
/// polled by a task of its own; so what counts is this poll alone, and not that one was begun.
pub(super) fn poll<F: Future>(
    exchange: Pin<&mut F>,
    context: &mut Context<'_>,
) -> (Poll<F::Output>, bool) {
    AWAITED.set(false);
    let polled = exchange.poll(context);
    (polled, AWAITED.get())
}

/// To be put around what connects: name, TCP, proxy and TLS together.
#[derive(Clone, Copy)]
pub(super) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(connector)
    }
}

#[derive(Clone)]
pub(super) struct Watched<S>(S);

impl<R, S: Service<R, Future: Unpin>> Service<R> for Watched<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Connecting<S::Future> {
        Connecting(self.0.call(request))
    }
}

pub(super) struct Connecting<F>(F);

impl<F: Future + Unpin> Future for Connecting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let polled = Pin::new(&mut self.0).poll(context);
        if polled.is_pending() {
            AWAITED.set(true);
        }
        polled
    }
}
