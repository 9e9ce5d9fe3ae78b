//! A route per callback: verify, keep, acknowledge.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use std::net::SocketAddr;

use super::ack::Ack;
use super::fields::MAX_BODY;
use super::inbound::Inbound;
use super::inbox::{Accepted, Inbox};
use super::notice::Notice;
use super::verifier::Verifier;
use crate::signing::{Keys, Signed};

/// The route of one kind of callback, to be mounted where the provider sends it.
///
/// It verifies, puts the message into the inbox, and acknowledges; a message that is not to be
/// believed gets one uniform answer and goes nowhere. Work the inbox off elsewhere.
pub fn route<N, S>(verifier: Verifier<N>, inbox: Inbox) -> MethodRouter<S>
where
    N: Notice + Signed + 'static,
    N::Keys: Keys + Sized + Clone + Send + Sync + 'static,
    Verifier<N>: Clone + Send + Sync,
    S: Clone + Send + Sync + 'static,
{
    post(move |request: Request| {
        let (verifier, inbox) = (verifier.clone(), inbox.clone());
        async move { answer(accept(&verifier, &inbox, request).await) }
    })
}

/// The same as a router for `path`.
pub fn router<N>(path: &str, verifier: Verifier<N>, inbox: Inbox) -> Router
where
    N: Notice + Signed + 'static,
    N::Keys: Keys + Sized + Clone + Send + Sync + 'static,
    Verifier<N>: Clone + Send + Sync,
{
    Router::new().route(path, route(verifier, inbox))
}

async fn accept<N>(verifier: &Verifier<N>, inbox: &Inbox, request: Request) -> Ack<N>
where
    N: Notice + Signed,
    N::Keys: Keys + Sized,
{
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Ack::rejected();
    };
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().copied();
    let mut inbound = Inbound::from(http::Request::from_parts(parts, body));
    if let Some(ConnectInfo(peer)) = peer {
        inbound = inbound.from_peer(peer);
    }
    match verifier.verify(&inbound) {
        Ok(message) => match inbox.accept(&message) {
            Accepted::New | Accepted::Duplicate => Ack::received(),
        },
        Err(_) => Ack::rejected(),
    }
}

fn answer<N: Notice>(ack: Ack<N>) -> Response {
    ack.response().map(Body::from)
}
