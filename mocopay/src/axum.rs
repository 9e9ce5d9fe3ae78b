//! One route per message of MoCoPay's.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get};
use payments_core::incoming::{Endpoint, Inbox, InboxStore, Receiver, Unverified};

use crate::inbound::{BrowserReturn, SessionNotification, TransactionNotification};

pub use payments_core::incoming::axum::{read, route_on};

/// The route of `notifyUrl`: kept in the inbox, answered with 200 and an empty body.
pub fn session_notified<S>(
    inbox: Inbox<impl InboxStore>,
    receiver: Receiver<SessionNotification>,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route_on(MethodFilter::GET, receiver, inbox)
}

/// The route of transaction notifications. MoCoPay does not say with which method they come: a GET
/// with a query is taken, and a POST with a form or with JSON.
pub fn transaction_notified<S>(
    inbox: Inbox<impl InboxStore>,
    receiver: Receiver<TransactionNotification>,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route_on(MethodFilter::GET.or(MethodFilter::POST), receiver, inbox)
}

/// The route of `callbackUrl`, for a page that `show` makes. It settles nothing: where the return
/// cannot be read, `show` gets `None`.
pub fn returned<S, R>(
    receiver: Receiver<BrowserReturn>,
    show: impl Fn(Option<Unverified<BrowserReturn>>) -> R + Send + Sync + 'static,
) -> MethodRouter<S>
where
    R: IntoResponse,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((receiver, show));
    get(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (receiver, show) = &*parts;
            let found = read(request).await.and_then(|raw| receiver.receive(&raw));
            let page: Response = show(found.ok()).into_response();
            page
        }
    })
}
