//! Databases that are full, read-only, locked or damaged: what cannot be recorded does not leave.

use payments_core::journal::JournalStore;
use payments_core::store::StoreError;
use payments_core::testing::{Act, ScriptedTransport};
use payments_core::{Error, MoneyMoved};

use super::toy::{Pay, client};

/// Pays while the store is as it should be, in `trouble` before the call, in `trouble` when the answer is
/// written, and after it is `mended`; `words` are in what is told.
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
