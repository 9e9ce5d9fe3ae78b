//! What only Mocasa does: its signature as a function of two texts, and confirming an order.

#[cfg(any(feature = "client", feature = "blocking"))]
mod confirm;

use payments_core::Secret;
use payments_core::signing::{Refusal, SignatureRule, Signed, TagText, tag_text};

use crate::codes::TxStatus;
use crate::inbound::{OrderWebhook, OrderWebhookKeys};

/// The signature of a webhook: `base64(SHA-256(orderNo|txStatus|secret))`, or another text form of
/// the same digest. It takes a secret of any length, as the document's own sample has six
/// characters.
///
/// # Errors
/// [`Refusal`] for a control character or `|` in the order number or the status.
pub fn signature(
    order_no: &str,
    tx_status: &str,
    secret: &Secret<String>,
    form: TagText,
) -> Result<String, Refusal> {
    let message = OrderWebhook {
        order_no: order_no.to_owned(),
        tx_status: TxStatus::from(tx_status),
    };
    let keys = OrderWebhookKeys::danger_unchecked(secret.clone());
    let rule = SignatureRule {
        text: form,
        ..OrderWebhook::SIGNATURE
    };
    tag_text(&message, &keys, rule)
}
