//! What an operation is for.

use serde::Deserialize;

/// What a call does for the merchant, or what proves a callback that has no `x-signature`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tag {
    Start,
    Query,
    Capture,
    Void,
    Refund,
    Payout,
    Subscription,
    /// Of a webhook: nothing in it proves who sent it.
    Unsigned,
    /// Of a webhook: something in it does that is no signature over the message.
    Proof,
    /// Of a webhook: it carries card data, encrypted or not, and must not be stored.
    Card,
}
