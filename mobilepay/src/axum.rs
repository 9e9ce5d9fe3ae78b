//! One route per callback.

use core::future::Future;
#[cfg(feature = "client")]
use core::future::ready;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use payments_core::decrypt::Decryptor;
#[cfg(feature = "client")]
use payments_core::error::{Error, Misuse};
use payments_core::incoming::{
    Ack, Acknowledged, Endpoint, Inbox, InboxStore, Receiver, Unverified,
};

#[cfg(feature = "client")]
use crate::Client;
#[cfg(feature = "client")]
use crate::ext::Attempt;
use crate::ext::{Accepted, Awaiting, CardData, Cards, Refusal};
use crate::inbound::{AddressCallback, CardCallback, FailedCallback, TokenCallback};
#[cfg(feature = "client")]
use crate::types::UpdateAttempt;

pub use payments_core::incoming::axum::{read, route, router};

/// The route of `encryptedPanCallbackUrl`.
///
/// `awaiting` looks up what your database says of the payment that the callback claims. `keep` is
/// given each card once: it queues the authorization and says whether it could; the acquirer is
/// asked elsewhere, since MobilePay waits for the answer. Whatever is not accepted gets one answer.
pub fn card<D, A, K, S>(
    receiver: Receiver<CardCallback>,
    cards: Arc<Cards<D>>,
    awaiting: impl Fn(String) -> A + Send + Sync + 'static,
    keep: impl Fn(Accepted<CardData>) -> K + Send + Sync + 'static,
) -> MethodRouter<S>
where
    D: Decryptor + 'static,
    A: Future<Output = Option<Awaiting>> + Send,
    K: Future<Output = bool> + Send,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((receiver, cards, awaiting, keep));
    post(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (receiver, cards, awaiting, keep) = &*parts;
            let Some(message) = receive(request, receiver).await else {
                return respond(Ack::<CardCallback>::rejected());
            };
            let awaited = awaiting(message.claims().payment_id.clone()).await;
            let accepted = cards.card(&message, awaited.as_ref()).await;
            respond(kept::<_, CardCallback, _, _>(accepted, cards, keep).await)
        }
    })
}

/// The route of `encryptedPanCallbackUrl` where the acquirer can be asked at once: MobilePay is answered,
/// and in a task of its own `acquirer` is given the card and makes the report, which is sent. What
/// MobilePay knows of then is taken off [`Cards::unreported`], and what is authorized off
/// [`Cards::unfinished`]. `told` gets the report that MobilePay took, or why it did not: an attempt that it
/// does not know of ends by itself, so reverse what was authorized.
///
/// The card is in memory only: after a crash the payer chooses one again. `awaiting` is as in [`card`].
#[cfg(feature = "client")]
pub fn authorized<D, A, R, S>(
    client: Client,
    receiver: Receiver<CardCallback>,
    cards: Arc<Cards<D>>,
    awaiting: impl Fn(String) -> A + Send + Sync + 'static,
    acquirer: impl Fn(Accepted<CardData>) -> R + Send + Sync + 'static,
    told: impl Fn(Attempt, Result<UpdateAttempt, Error>) + Send + Sync + 'static,
) -> MethodRouter<S>
where
    D: Decryptor + 'static,
    A: Future<Output = Option<Awaiting>> + Send,
    R: Future<Output = Result<UpdateAttempt, Misuse>> + Send + 'static,
    S: Clone + Send + Sync + 'static,
{
    let (known, told) = (Arc::clone(&cards), Arc::new(told));
    card(receiver, cards, awaiting, move |card| {
        let (client, known, told) = (client.clone(), Arc::clone(&known), Arc::clone(&told));
        let attempt = card.subject().clone();
        let report = acquirer(card);
        tokio::spawn(async move {
            let sent = async {
                let report = report.await?;
                client.update_attempt(report.clone()).await?;
                known.unreported().close(&attempt);
                if report.succeeded() {
                    known.unfinished().close(&attempt.payment_id().to_owned());
                }
                Ok(report)
            };
            let sent = sent.await;
            told(attempt, sent);
        });
        ready(true)
    })
}

/// The route of `tokenCallbackUrl`, as [`card`] is that of cards.
pub fn token<D, A, K, S>(
    receiver: Receiver<TokenCallback>,
    cards: Arc<Cards<D>>,
    awaiting: impl Fn(String) -> A + Send + Sync + 'static,
    keep: impl Fn(Accepted<Unverified<TokenCallback>>) -> K + Send + Sync + 'static,
) -> MethodRouter<S>
where
    D: Decryptor + 'static,
    A: Future<Output = Option<Awaiting>> + Send,
    K: Future<Output = bool> + Send,
    S: Clone + Send + Sync + 'static,
{
    let parts = Arc::new((receiver, cards, awaiting, keep));
    post(move |request: Request| {
        let parts = Arc::clone(&parts);
        async move {
            let (receiver, cards, awaiting, keep) = &*parts;
            let Some(message) = receive(request, receiver).await else {
                return respond(Ack::<TokenCallback>::rejected());
            };
            let awaited = awaiting(message.claims().payment_id.clone()).await;
            let accepted = cards.token(&message, awaited.as_ref());
            respond(kept::<_, TokenCallback, _, _>(accepted, cards, keep).await)
        }
    })
}

/// The route of `failedPaymentCallbackUrl`: kept in the inbox, acknowledged.
pub fn failed<S>(
    receiver: Receiver<FailedCallback>,
    inbox: Inbox<impl InboxStore>,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route(receiver, inbox)
}

/// The route of `addressCallbackUrl`: kept in the inbox, acknowledged.
pub fn address<S>(
    receiver: Receiver<AddressCallback>,
    inbox: Inbox<impl InboxStore>,
) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    route(receiver, inbox)
}

async fn receive<E: Endpoint>(request: Request, endpoint: &E) -> Option<E::Message> {
    let inbound = read(request).await.ok()?;
    endpoint.receive(&inbound).ok()
}

/// The answer after what was accepted has been kept, or could not be.
async fn kept<D: Decryptor, N: Acknowledged, T, K: Future<Output = bool>>(
    accepted: Result<Option<Accepted<T>>, Refusal>,
    cards: &Cards<D>,
    keep: &impl Fn(Accepted<T>) -> K,
) -> Ack<N> {
    match accepted {
        Err(_) => Ack::rejected(),
        Ok(None) => Ack::received(),
        Ok(Some(accepted)) => {
            let attempt = accepted.subject().clone();
            if keep(accepted).await {
                return Ack::received();
            }
            cards.forget(&attempt);
            Ack::again()
        }
    }
}

fn respond<N: Acknowledged>(ack: Ack<N>) -> Response {
    ack.response().map(Body::from)
}
