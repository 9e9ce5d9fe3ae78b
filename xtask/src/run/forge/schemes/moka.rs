//! Moka's return: SHA-256 over a code of this page alone and one letter.

use payments_core::Secret;
use payments_moka::ext::{Started, returns};

use super::super::engine::Scheme;
use super::super::layout::{Canonical, Keys, LETTER, Layout, Original, Proof};
use super::{form, meaning, posted};

/// The codes of two pages: for one of them the forger may have paid.
const OURS: Keys = Keys {
    public: "",
    secret: "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC",
};
const THEIRS: Keys = Keys {
    public: "",
    secret: "0C1F6B7A-93D2-4E58-8A41-5B7D2E9F6C30",
};

/// Of a payment that failed, so that its success is never signed.
pub(crate) fn payment_return() -> Scheme {
    let returned = |code: &str, text: &str| {
        let mut original = form(&[
            ("hashValue", ""),
            ("resultCode", code),
            ("resultMessage", text),
            ("trxCode", "ORDER-17131QQFG04026575"),
            ("OtherTrxCode", "ORD-1"),
        ]);
        original.draft.letter = "F";
        original
    };
    let originals: Vec<Original> = vec![
        returned("051", "Kart limiti yetersiz"),
        returned("", ""),
        returned("T", "F"),
    ];
    let (returns, code) = (returns("live", "shop"), Secret::from(OURS.secret));
    let started = Started::new("ORD-1", &code);
    Scheme {
        name: "moka payment_return, SHA-256",
        layout: Layout {
            tag_field: Some("hashValue"),
            ..Layout::new(
                (Canonical::Letter, Proof::Sha256Hex),
                (OURS, THEIRS),
                originals,
            )
        },
        verify: Box::new(move |message| {
            let inbound = posted(message, "signature")?;
            let returned = returns.verify(&inbound, &started).ok()?;
            Some(meaning([(LETTER, returned.outcome.letter())]))
        }),
    }
}
