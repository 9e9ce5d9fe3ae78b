//! MobilePay's cards: RSA-OAEP. Nobody signs them, and anyone can encrypt one: forged is what opens
//! with another payment or attempt than it came with first, and what opens after it was changed.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use payments_core::Secret;
use payments_core::clock::SystemClock;
use payments_core::decrypt::{Base64Form, Decryptor};
use payments_core::error::Misuse;
use payments_core::incoming::{Endpoint as _, Receiver, danger};
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Awaiting, Cards, Timing};
use payments_mobilepay::inbound::CardCallback;

use super::super::engine::Scheme;
use super::super::layout::{Canonical, Keys, Layout, Meaning, Proof};
use super::super::message::Message;
use super::{json, meaning, posted};
use crate::run::bench::cards::in_place;

/// By the openssl command line, as `make.sh` beside them has it.
macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../../mobilepay/tests/vectors/rsa/",
            $name
        ))
        .trim_ascii_end()
    };
}

const KEY: i64 = 263_012;
const PAYMENTS: [&str; 3] = ["p1", "p2", "p3"];
const GOOD: [&str; 4] = [
    vector!("text.b64"),
    vector!("number.b64"),
    vector!("stamped.b64"),
    vector!("long.b64"),
];
const NO_KEYS: Keys = Keys {
    public: "",
    secret: "",
};

/// # Errors
/// [`Misuse`] if the key is not taken.
pub(crate) fn cards() -> Result<Scheme, Misuse> {
    let card = |(index, ciphertext): (usize, &&str)| {
        let payment = PAYMENTS.get(index).unwrap_or(&"p1");
        let attempt = format!("attempt-of-{payment}-{index}");
        json(
            &[
                ("EncryptedCardData", ciphertext),
                ("PaymentId", payment),
                ("AuthorizationAttemptId", &attempt),
                ("PublicKeyId", &KEY.to_string()),
                ("CardType", "DANKORT"),
            ],
            &["PublicKeyId"],
        )
    };
    let sealed = [
        vector!("refused-other-key.b64"),
        vector!("refused-mgf1-sha1.b64"),
        vector!("refused-oaep-sha1.b64"),
        vector!("refused-pkcs1.b64"),
        vector!("refused-flipped.b64"),
        vector!("refused-511-bytes.b64"),
        vector!("refused-base64url.b64"),
        vector!("refused-brace.b64"),
        vector!("refused-float.b64"),
        vector!("refused-month.b64"),
    ];
    let layout = Layout {
        signed: &["PaymentId", "AuthorizationAttemptId"],
        tag_field: Some("EncryptedCardData"),
        sealed: sealed.map(str::to_owned).to_vec(),
        fresh: Some("AuthorizationAttemptId"),
        ..Layout::new(
            (Canonical::Joined(""), Proof::Sealed),
            (NO_KEYS, NO_KEYS),
            GOOD.iter().enumerate().map(card).collect(),
        )
    };
    let desk = Desk::new(Memory::of(&GOOD)?, &layout);
    Ok(Scheme {
        name: "mobilepay card_callback, RSA-OAEP",
        layout,
        verify: Box::new(move |message| desk.card(message)),
    })
}

/// A PSP that took the originals in before.
struct Desk<D> {
    keys: D,
    receiver: Receiver<CardCallback>,
    before: Vec<Message>,
}

impl<D: Decryptor + Clone> Desk<D> {
    fn new(keys: D, layout: &Layout) -> Self {
        let drafts = layout.signed_originals();
        Self {
            keys,
            receiver: callbacks("live", "psp", danger::authenticated_elsewhere()),
            before: drafts.iter().map(|draft| draft.write(layout)).collect(),
        }
    }

    /// Of which attempt it is a card, where it is taken for one. The cards are new each time: after
    /// twenty that do not open, the key would rest for a minute, and refuse for that alone.
    fn card(&self, message: &Message) -> Option<Meaning> {
        let clock = Arc::new(SystemClock::new());
        let cards = Cards::on(clock, Timing::SHORTEST, self.keys.clone());
        let take = |message: &Message| {
            let callback = self.receiver.receive(&posted(message, "signature")?).ok()?;
            let payment = callback.claims().payment_id.as_str();
            // What the PSP's own database says of it.
            let awaiting = PAYMENTS.contains(&payment);
            let awaiting = awaiting.then(|| Awaiting::new(payment, [CardType::Dankort]));
            in_place(async {
                cards
                    .card(&callback, awaiting.as_ref())
                    .await
                    .ok()
                    .flatten()
            })
        };
        for original in self.before.iter().filter(|before| *before != message) {
            take(original)?;
        }
        let card = take(message)?;
        let attempt = card.subject();
        Some(meaning([
            ("PaymentId", attempt.payment_id()),
            ("AuthorizationAttemptId", attempt.attempt_id()),
        ]))
    }
}

/// The private key, and what it made of the originals: they are opened before each forgery.
#[derive(Clone)]
struct Memory {
    keys: Arc<PrivateKeys<AwsLc>>,
    known: Arc<HashMap<Vec<u8>, Secret<Vec<u8>>>>,
}

impl Memory {
    fn of(ciphertexts: &[&str]) -> Result<Self, Misuse> {
        let keys = private_keys::<AwsLc>().with_pem(KEY, vector!("key.pem"))?;
        let known = ciphertexts.iter().filter_map(|text| {
            let bytes = Base64Form::Strict.decode(text)?;
            let plain = in_place(keys.decrypt(KEY, bytes.clone()))?;
            Some((bytes, plain))
        });
        Ok(Self {
            known: Arc::new(known.collect()),
            keys: Arc::new(keys),
        })
    }
}

impl Decryptor for Memory {
    fn size(&self, key: i64) -> Option<usize> {
        self.keys.size(key)
    }

    fn decrypt(
        &self,
        key: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
        match self.known.get(&ciphertext) {
            Some(plain) => Box::pin(ready(Some(plain.clone()))),
            None => self.keys.decrypt(key, ciphertext),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::engine::run;
    use super::*;

    /// Opens everything of the right length.
    #[derive(Clone)]
    struct Credulous(Memory);

    impl Decryptor for Credulous {
        fn size(&self, key: i64) -> Option<usize> {
            self.0.size(key)
        }

        fn decrypt(
            &self,
            _key: i64,
            ciphertext: Vec<u8>,
        ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
            let known = &self.0.known;
            let plain = known.get(&ciphertext).or(known.values().next());
            Box::pin(ready(plain.cloned()))
        }
    }

    fn check<D: Decryptor + Clone + 'static>(sabotage: impl Fn(&mut Desk<D>), keys: D) {
        let scheme = cards().unwrap();
        let mut desk = Desk::new(keys, &scheme.layout);
        sabotage(&mut desk);
        let faulty = Scheme {
            verify: Box::new(move |message| desk.card(message)),
            ..scheme
        };
        let row = run(&faulty, 100, 3, |_| {});
        assert!(!row.deaf && row.forged_accepted > 10, "{row:?}");
    }

    #[test]
    fn a_desk_that_forgets_where_a_card_came_from_is_found() {
        check(|desk| desk.before.clear(), Memory::of(&GOOD).unwrap());
    }

    #[test]
    fn a_key_that_opens_what_was_changed_is_found() {
        check(|_| {}, Credulous(Memory::of(&GOOD).unwrap()));
    }
}
