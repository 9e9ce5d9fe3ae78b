//! A route per callback: verify, keep, acknowledge.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on, post};
use core::net::SocketAddr;
use http::StatusCode;
use std::future::Future;
use std::sync::Arc;

use super::ack::Ack;
use super::fields::MAX_BODY;
use super::inbound::Inbound;
use super::inbox::{Accepted, Inbox, InboxStore};
use super::message::{Endpoint, Message};
use super::notice::{Acknowledged, Answered, Notice};
use super::replays::{Replays, Seen};
use super::returns::{Kept, Returns};
use super::verified::Verified;
use crate::error::Rejected;

/// The kind of message that an endpoint lets in.
type Kind<E> = <<E as Endpoint>::Message as Message>::Notice;

/// The route of one kind of callback, to be mounted where the provider sends it.
///
/// It verifies, puts the message into the inbox, and acknowledges; a message that is not to be
/// believed gets one uniform answer and goes nowhere. Work the inbox off elsewhere.
pub fn route<E, S>(endpoint: E, inbox: Inbox<impl InboxStore>) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Acknowledged + 'static,
    S: Clone + Send + Sync + 'static,
{
    route_or(endpoint, inbox, |_| false)
}

/// The same for a provider that also sends messages whose proof is not documented: what is not to
/// be believed is handed to `otherwise`, which says whether to acknowledge it all the same, so that
/// the provider does not give the endpoint up. Nothing vouches for such a message.
pub fn route_or<E, S>(
    endpoint: E,
    inbox: Inbox<impl InboxStore>,
    otherwise: impl Fn(&Inbound) -> bool + Send + Sync + 'static,
) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Acknowledged + 'static,
    S: Clone + Send + Sync + 'static,
{
    kept(MethodFilter::POST, endpoint, inbox, otherwise)
}

/// The same as [`route`] for a provider that sends with another method, or does not say with which.
pub fn route_on<E, S>(
    methods: MethodFilter,
    endpoint: E,
    inbox: Inbox<impl InboxStore>,
) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Acknowledged + 'static,
    S: Clone + Send + Sync + 'static,
{
    kept(methods, endpoint, inbox, |_| false)
}

fn kept<E, S>(
    methods: MethodFilter,
    endpoint: E,
    inbox: Inbox<impl InboxStore>,
    otherwise: impl Fn(&Inbound) -> bool + Send + Sync + 'static,
) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Acknowledged + 'static,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((endpoint, inbox, otherwise));
    on(methods, move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (endpoint, inbox, otherwise) = &*parts;
            let ack: Ack<Kind<E>> = match read(request).await {
                Err(_) => Ack::rejected(),
                Ok(inbound) => match endpoint.receive(&inbound) {
                    Err(_) if otherwise(&inbound) => Ack::received(),
                    Err(_) => Ack::rejected(),
                    Ok(message) => match inbox.keep(&message).await {
                        Ok(Accepted::New | Accepted::Duplicate) => Ack::received(),
                        Ok(Accepted::Conflict | Accepted::Malformed) => Ack::rejected(),
                        Err(_) => Ack::again(),
                    },
                },
            };
            respond(ack)
        }
    })
}

/// The same as [`route`], as a router for `path`.
pub fn router<E>(path: &str, endpoint: E, inbox: Inbox<impl InboxStore>) -> Router
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Acknowledged + 'static,
{
    Router::new().route(path, route(endpoint, inbox))
}

/// The route of a callback that is kept in the inbox and answered with a message. `answer` must
/// give the same answer to the same message.
pub fn answered<E, S>(
    endpoint: E,
    inbox: Inbox<impl InboxStore>,
    answer: impl Fn(&E::Message) -> <Kind<E> as Answered>::Answer + Send + Sync + 'static,
) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Send,
    Kind<E>: Answered + 'static,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((endpoint, inbox, answer));
    post(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (endpoint, inbox, answer) = &*parts;
            let received = read(request)
                .await
                .and_then(|inbound| endpoint.receive(&inbound));
            let ack: Ack<Kind<E>> = match received {
                Err(_) => Ack::rejected(),
                Ok(message) => match inbox.keep(&message).await {
                    Ok(Accepted::New | Accepted::Duplicate) => Ack::answer(&answer(&message)),
                    Ok(Accepted::Conflict | Accepted::Malformed) => Ack::rejected(),
                    Err(_) => Ack::again(),
                },
            };
            respond(ack)
        }
    })
}

/// The route of a question of the provider's: `answer` answers it at once, and the same question
/// gets the same answer. An answer that cannot be had now is `None`; the provider may ask again.
pub fn asked<E, S, F>(
    endpoint: E,
    replays: Replays,
    answer: impl Fn(E::Message) -> F + Send + Sync + 'static,
) -> MethodRouter<S>
where
    E: Endpoint + Send + Sync + 'static,
    E::Message: Clone + Send + Sync,
    Kind<E>: Answered + 'static,
    <Kind<E> as Answered>::Answer: Send,
    F: Future<Output = Option<<Kind<E> as Answered>::Answer>> + Send,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((endpoint, replays, answer));
    post(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (endpoint, replays, answer) = &*parts;
            let received = read(request)
                .await
                .and_then(|inbound| endpoint.receive(&inbound));
            let Ok(message) = received else {
                return respond(Ack::<Kind<E>>::rejected());
            };
            respond(match replays.look(&message) {
                Seen::Before(ack) => ack,
                Seen::Conflict => Ack::rejected(),
                Seen::New => match answer(message.clone()).await {
                    Some(answer) => replays.keep(&message, &answer),
                    None => Ack::again(),
                },
            })
        }
    })
}

/// The route that browsers are sent back to. What is believed goes into the inbox; work it off
/// elsewhere.
///
/// `kept` looks up what the merchant kept under a token. `page` writes what the buyer sees: it is
/// given the return, or nothing for one that is not to be believed, so that all of those get the
/// same answer. Of a return that cannot be stored it is given nothing either, with status 503: the
/// buyer can load the page again, which sends it again.
pub fn returned<K, F, R, S>(
    inbox: Inbox<impl InboxStore>,
    returns: Returns<K>,
    kept: impl Fn(String) -> F + Send + Sync + 'static,
    page: impl Fn(Option<&Verified<K::Notice>>) -> R + Send + Sync + 'static,
) -> MethodRouter<S>
where
    K: Kept + Send + Sync + 'static,
    K::Notice: Send + Sync,
    <K::Notice as Notice>::Unsigned: Send + Sync,
    F: Future<Output = Option<K>> + Send,
    R: IntoResponse,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((returns, inbox, kept, page));
    post(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (returns, inbox, kept, page) = &*parts;
            let page = |found| page(found).into_response();
            let found = async {
                let inbound = read(request).await.ok()?;
                let kept = kept(returns.token(&inbound).ok()?).await?;
                returns.verify(&inbound, &kept).ok()
            };
            let found = found.await;
            let Some(found) = found else {
                return page(None);
            };
            match inbox.keep(&found).await {
                // New or known, the buyer sees the same.
                Ok(Accepted::New | Accepted::Duplicate | Accepted::Conflict) => page(Some(&found)),
                Ok(Accepted::Malformed) => page(None),
                Err(_) => {
                    let mut response = page(None);
                    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                    response
                }
            }
        }
    })
}

/// The request as the verifiers take it; for routes of a provider's own.
///
/// # Errors
/// [`Rejected`] for a body that is too long or breaks off.
pub async fn read(request: Request) -> Result<Inbound, Rejected> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| Rejected)?;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().copied();
    let inbound = Inbound::from(http::Request::from_parts(parts, body));
    Ok(match peer {
        Some(ConnectInfo(peer)) => inbound.from_peer(peer),
        None => inbound,
    })
}

fn respond<N: Notice>(ack: Ack<N>) -> Response {
    ack.response().map(Body::from)
}
