//! Mocasa's order webhook: SHA-256 over two fields and the secret, in a header.

use payments_core::error::Misuse;
use payments_core::incoming::KeyRing;
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::inbound::OrderWebhookKeys;

use super::super::engine::Scheme;
use super::super::layout::{Canonical, Layout, Proof};
use super::{CONTROLS, OURS, THEIRS, form, json, meaning, posted};

/// # Errors
/// [`Misuse`] if the keys are not taken.
pub(crate) fn order_webhook() -> Result<Scheme, Misuse> {
    let number = "ORDER-20261101-000042";
    let mut originals = vec![
        form(&[
            ("orderNo", number),
            ("txStatus", "success"),
            ("amount", "14990.50"),
            ("txTime", "1718000000000"),
        ]),
        form(&[("orderNo", number), ("txStatus", "failed")]),
        json(
            &[
                ("orderNo", "A-1"),
                ("txStatus", "success"),
                ("amount", "500"),
                ("txMessage", "Paid"),
            ],
            &["amount"],
        ),
        form(&[("orderNo", "A|1"), ("txStatus", "success")]).blurred(),
        form(&[("orderNo", "A"), ("txStatus", "1|success")]).blurred(),
    ];
    for text in CONTROLS {
        let fields = [("orderNo", text), ("txStatus", "success")];
        originals.push(form(&fields).blurred());
        originals.push(json(&[("orderNo", "A-1"), ("txStatus", text)], &[]).blurred());
    }
    let keys = KeyRing::new("1", OrderWebhookKeys::new(OURS.secret)?);
    let verifier = order_webhooks("live", "shop", keys);
    Ok(Scheme {
        name: "mocasa order_webhook, SHA-256",
        layout: Layout {
            signed: &["orderNo", "txStatus"],
            ..Layout::new(
                (Canonical::Joined("|"), Proof::Sha256Base64),
                (OURS, THEIRS),
                originals,
            )
        },
        verify: Box::new(move |message| {
            let order = verifier.verify(&posted(message, "signature")?).ok()?;
            let status = order.tx_status.as_str();
            Some(meaning([
                ("orderNo", &*order.order_no),
                ("txStatus", status),
            ]))
        }),
    })
}
