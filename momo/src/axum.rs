//! One route per callback.

use core::future::Future;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use payments_core::incoming::{
    Inbox, InboxStore, Receiver, Replays, Unverified, Verified, Verifier,
};

use crate::ext::one_payment::{Acknowledgement, Init, InitAnswer, Notification};
use crate::inbound::{Ipn, RedirectResult};

pub use payments_core::incoming::axum::{answered, asked, read, route, route_or, router};

/// The route of `ipnUrl`: verified, kept in the inbox, acknowledged with 204.
pub fn ipn<S>(inbox: Inbox<impl InboxStore>, verifier: Verifier<Ipn>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route(verifier, inbox)
}

/// The route of `redirectUrl`, for a page that `show` makes. It settles nothing: where the result is
/// not to be believed, `show` gets `None` and the shop looks into its own database.
pub fn redirected<S, R>(
    verifier: Verifier<RedirectResult>,
    show: impl Fn(Option<Verified<RedirectResult>>) -> R + Send + Sync + 'static,
) -> MethodRouter<S>
where
    R: IntoResponse,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((verifier, show));
    get(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (verifier, show) = &*parts;
            let result = read(request).await.and_then(|raw| verifier.verify(&raw));
            let page: Response = show(result.ok()).into_response();
            page
        }
    })
}

/// The route of `/api/v1/init`. The same question gets the same answer; the same `requestId` in
/// another question is refused.
pub fn init<S, F>(
    replays: Replays,
    receiver: Receiver<Init>,
    answer: impl Fn(Unverified<Init>) -> F + Send + Sync + 'static,
) -> MethodRouter<S>
where
    F: Future<Output = Option<InitAnswer>> + Send,
    S: Clone + Send + Sync + 'static,
{
    asked(receiver, replays, answer)
}

/// The route of the notify URL: kept in the inbox, acknowledged with what `answer` gives, which must
/// be the same for the same message. Another message about the same transaction of a bill is refused.
pub fn notified<S>(
    inbox: Inbox<impl InboxStore>,
    receiver: Receiver<Notification>,
    answer: impl Fn(&Unverified<Notification>) -> Acknowledgement + Send + Sync + 'static,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    answered(receiver, inbox, answer)
}
