//! The route of the return.

use std::future::Future;

use ::axum::extract::Request;
use ::axum::response::Response;
use ::axum::routing::{MethodRouter, post};
pub use payments_core::incoming::axum::*;
use payments_core::incoming::{Inbox, Verified};

use super::{Returned, Returns, Started};

/// The route that Moka's pages send browsers back to, to be mounted where `RedirectUrl` points.
///
/// `started` looks the shop's record up by the token, `page` writes what the buyer sees: it is given
/// the return that went into the inbox, or nothing for one that is not to be believed, so that every
/// rejected return gets the same answer. Work the inbox off elsewhere.
pub fn returned<L, F, P, S>(inbox: Inbox, returns: Returns, started: L, page: P) -> MethodRouter<S>
where
    L: Fn(String) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Option<Started>> + Send,
    P: Fn(Option<&Verified<Returned>>) -> Response + Clone + Send + Sync + 'static,
    S: Clone + Send + Sync + 'static,
{
    post(async move |request: Request| {
        let event = async {
            let inbound = read(request).await.ok()?;
            let started = started(returns.token(&inbound).ok()?).await?;
            returns.verify(&inbound, &started).ok()
        };
        let event = event.await;
        if let Some(event) = &event {
            // New or known, the buyer sees the same.
            let _ = inbox.accept(event);
        }
        page(event.as_ref())
    })
}
