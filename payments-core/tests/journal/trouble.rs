//! Databases that are full, read-only, locked or damaged: what cannot be recorded does not leave.

use std::sync::Arc;

use http::Request as Sent;
use payments_core::bytes::Bytes;
use payments_core::client::{ByHand, SendError, Transport};
use payments_core::exchange::Response;
use payments_core::journal::JournalStore;
use payments_core::store::StoreError;
use payments_core::testing::{Act, ScriptedTransport};
use payments_core::{Error, MoneyMoved};
use tokio::sync::Notify;

use super::toy::{Pay, client, client_over};

/// Pays while the store is as it should be, in `trouble`, and after it is `mended`; `words` are in what is
/// told.
pub(crate) async fn nothing_leaves_unrecorded(
    store: impl JournalStore + Clone + 'static,
    words: &str,
    trouble: impl AsyncFn(),
    mended: impl AsyncFn(),
) {
    let transport = ScriptedTransport::new([Act::json("1"), Act::json("22")]);
    let paying = client(&transport, store);
    assert_eq!(*paying.call(Pay("1")).await.unwrap(), 1);
    trouble().await;
    let error = paying.call(Pay("2")).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(told(&error).contains(words), "{}", told(&error));
    assert_eq!(transport.seen().len(), 1);
    mended().await;
    assert_eq!(*paying.call(Pay("2")).await.unwrap(), 2);
    assert_eq!(*paying.call(Pay("1")).await.unwrap(), 1);
    assert_eq!(transport.seen().len(), 2);
    assert!(paying.open_calls().await.unwrap().is_empty());
    assert_eq!(error.money_moved(), MoneyMoved::No);
}

/// Sends nothing on before somebody lets it.
struct Held {
    inner: ScriptedTransport,
    sent: Arc<Notify>,
    free: Arc<Notify>,
}

#[async_trait::async_trait]
impl Transport for Held {
    async fn send(&self, request: Sent<Bytes>) -> Result<Response, SendError> {
        self.sent.notify_one();
        self.free.notified().await;
        Transport::send(&self.inner, request).await
    }
}

/// Pays, is in `trouble` when the answer comes, and `mended` after that.
pub(crate) async fn an_answer_that_cannot_be_recorded_is_told(
    store: impl JournalStore + Clone + 'static,
    words: &str,
    trouble: impl AsyncFn(),
    mended: impl AsyncFn(),
) {
    let inner = ScriptedTransport::new([Act::json("22")]);
    let (sent, free) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let transport = Held {
        inner: inner.clone(),
        sent: Arc::clone(&sent),
        free: Arc::clone(&free),
    };
    let paying = client_over(Arc::new(transport), store);
    let (answer, ()) = tokio::join!(paying.call(Pay("late")), async {
        sent.notified().await;
        trouble().await;
        free.notify_one();
    });
    let error = answer.unwrap_err();
    assert_eq!(error.money_moved(), MoneyMoved::Yes, "{error}");
    assert!(told(&error).contains(words), "{}", told(&error));
    mended().await;
    // It is open, and not sent again.
    let open = paying.open_calls().await.unwrap();
    let [row] = &open[..] else {
        unreachable!("{open:?}");
    };
    let again = paying.call(Pay("late")).await.unwrap_err();
    assert_eq!(again.money_moved(), MoneyMoved::Maybe, "{again}");
    assert_eq!(inner.seen().len(), 1);
    let known = paying.settle_by_hand(row, ByHand::Done, "me", "the answer");
    known.await.unwrap();
}

/// What the store said.
fn told(error: &Error) -> String {
    let mut source = std::error::Error::source(error);
    while let Some(found) = source {
        if let Some(store) = found.downcast_ref::<StoreError>() {
            return store.to_string();
        }
        source = found.source();
    }
    format!("nothing of a store: {error}")
}
