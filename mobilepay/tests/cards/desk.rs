//! A PSP's desk with one key, on a clock that stands still, and callbacks by hand.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use payments_mobilepay::auth::callbacks;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{PrivateKey, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Awaiting, CardData, Cards, Refusal, Timing};
use payments_mobilepay::inbound::CardCallback;
use payments_mobilepay::payments_core::Secret;
use payments_mobilepay::payments_core::decrypt::Decryptor;
use payments_mobilepay::payments_core::http::{HeaderMap, Method};
use payments_mobilepay::payments_core::incoming::{
    Endpoint, Inbound, Receiver, Unverified, danger,
};
use payments_mobilepay::payments_core::testing::FixedClock;

pub(crate) const KEY: i64 = 263_012;

/// The fixtures that are to be refused.
pub(crate) const REFUSED: [&str; 10] = [
    "refused-other-key",
    "refused-mgf1-sha1",
    "refused-oaep-sha1",
    "refused-pkcs1",
    "refused-flipped",
    "refused-511-bytes",
    "refused-base64url",
    "refused-brace",
    "refused-float",
    "refused-month",
];

pub(crate) fn file(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/rsa/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// A ciphertext as base64.
pub(crate) fn fixture(name: &str) -> String {
    file(&format!("{name}.b64")).trim_end().to_owned()
}

pub(crate) fn parts(card: &CardData) -> (&str, u8, u16, Option<u64>) {
    let number = card.number().expose();
    (
        number,
        card.expiry().month(),
        card.expiry().year(),
        card.timestamp_ticks(),
    )
}

/// Private keys that count how often they were used.
pub(crate) struct Counting<K> {
    keys: PrivateKeys<K>,
    used: Arc<AtomicUsize>,
}

impl<K: PrivateKey> Decryptor for Counting<K> {
    fn size(&self, public_key_id: i64) -> Option<usize> {
        self.keys.size(public_key_id)
    }

    fn decrypt(
        &self,
        public_key_id: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
        self.used.fetch_add(1, Ordering::Relaxed);
        self.keys.decrypt(public_key_id, ciphertext)
    }
}

pub(crate) struct Desk<K> {
    pub(crate) cards: Arc<Cards<Counting<K>>>,
    pub(crate) clock: FixedClock,
    used: Arc<AtomicUsize>,
}

impl<K: PrivateKey> Desk<K> {
    pub(crate) fn new() -> Self {
        Self::with(|cards| cards)
    }

    pub(crate) fn with(set: impl FnOnce(Cards<Counting<K>>) -> Cards<Counting<K>>) -> Self {
        let clock = FixedClock::new();
        // 2026-11-01T12:00:00Z.
        clock.advance(Duration::from_secs(1_793_534_400));
        let used = Arc::new(AtomicUsize::new(0));
        let keys = private_keys().with_pem(KEY, &file("key.pem")).unwrap();
        let keys = Counting {
            keys,
            used: Arc::clone(&used),
        };
        let cards = Cards::on(Arc::new(clock.clone()), Timing::SHORTEST, keys);
        Self {
            cards: Arc::new(set(cards)),
            clock,
            used,
        }
    }

    /// How often a private key was used.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// A callback with this ciphertext, about a payment that waits for it.
    pub(crate) async fn card(
        &self,
        ciphertext: &str,
        payment: &str,
        attempt: &str,
    ) -> Result<Option<Accepted<CardData>>, Refusal> {
        let callback = callback(&body(ciphertext, payment, attempt));
        self.cards.card(&callback, Some(&awaiting(payment))).await
    }
}

pub(crate) fn awaiting(payment: &str) -> Awaiting {
    Awaiting::new(payment, [CardType::Dankort, CardType::VisaDebit])
}

pub(crate) fn body(ciphertext: &str, payment: &str, attempt: &str) -> String {
    format!(
        r#"{{"EncryptedCardData":"{ciphertext}","PaymentId":"{payment}","AuthorizationAttemptId":"{attempt}","PublicKeyId":{KEY},"CardType":"DANKORT"}}"#
    )
}

pub(crate) fn receiver() -> Receiver<CardCallback> {
    callbacks("test", "psp", danger::authenticated_elsewhere())
}

pub(crate) fn inbound(body: &str) -> Inbound {
    // No content type: which one MobilePay sends is not documented.
    Inbound::new(Method::POST, "/card", HeaderMap::new(), body.to_owned())
}

pub(crate) fn callback(body: &str) -> Unverified<CardCallback> {
    receiver().receive(&inbound(body)).unwrap()
}

/// Polls by hand, where there is no runtime.
pub(crate) fn without_runtime<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
