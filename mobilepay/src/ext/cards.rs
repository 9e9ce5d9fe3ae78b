//! From a callback to a card: what is checked before a private key is touched, and what is said after.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use payments_core::Deadlines;
use payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_core::decrypt::{Base64Form, Decryptor};
use payments_core::incoming::{Message, Notice, Opener, Unopened, Unverified};

use super::attempt::Attempt;
use super::card::CardData;
use super::timing::Timing;
use crate::codes::CardType;
use crate::inbound::{CardCallback, TokenCallback};

/// What your own database says of a payment that waits for a card. Look it up by the payment id that
/// the callback claims; where there is none, or where it waits no longer, there is no such value.
#[derive(Clone, Debug)]
pub struct Awaiting {
    payment: String,
    card_types: BTreeSet<String>,
}

impl Awaiting {
    /// The payment with MobilePay's id, and the cards that it was started with.
    #[must_use]
    pub fn new(payment_id: &str, card_types: impl IntoIterator<Item = CardType>) -> Self {
        let names = card_types.into_iter().map(|card| card.as_str().to_owned());
        Self {
            payment: payment_id.to_owned(),
            card_types: names.collect(),
        }
    }

    fn check(awaiting: Option<&Self>, id: &str, card: Option<&CardType>) -> Result<(), Refusal> {
        let awaiting = awaiting.filter(|awaiting| awaiting.payment == id);
        let awaiting = awaiting.ok_or(Refusal::NotAwaited)?;
        let takes = card.is_none_or(|card| awaiting.card_types.contains(card.as_str()));
        takes.then_some(()).ok_or(Refusal::CardType)
    }
}

/// Why a callback was not accepted: for your own eyes. The answer to all of them is the same,
/// `Ack::rejected()`, and so is the error for everything about a ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No payment of this id waits for a card.
    #[error("no such payment waits for a card")]
    NotAwaited,
    /// The payment was not started with this card type.
    #[error("the payment does not take cards of this type")]
    CardType,
    /// It was not opened: the private keys say no more.
    #[error(transparent)]
    Unopened(#[from] Unopened),
}

/// A callback that a known caller sent about a payment that waits for it, once. It is no confirmation:
/// nothing proves that the card is the payer's.
#[derive(Debug)]
pub struct Accepted<T> {
    value: T,
    attempt: Attempt,
    card_type: Option<CardType>,
}

impl<T> Accepted<T> {
    /// The attempt, which is to be reported.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Which card; it decides for co-branded ones.
    pub fn card_type(&self) -> Option<&CardType> {
        self.card_type.as_ref()
    }
}

impl<T> Deref for Accepted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Takes in cards and tokens. One for all endpoints: it remembers what came, in memory. `D` decrypts:
/// [`private_keys`](super::keys), or a key service of your own. It must use RSA-OAEP with SHA-256 for
/// both hashes and an empty label.
pub struct Cards<D> {
    opener: Opener<D, Attempt>,
    clock: Arc<dyn Clock>,
    max_age: Option<Duration>,
}

impl<D: Decryptor> Cards<D> {
    /// Cards that `decryptor` decrypts, on the system's clock and with MobilePay's shortest times.
    #[must_use]
    pub fn new(decryptor: D) -> Self {
        Self::on(Arc::new(SystemClock::new()), Timing::SHORTEST, decryptor)
    }

    /// The same on a clock and with times of your own.
    #[must_use]
    pub fn on(clock: Arc<dyn Clock>, timing: Timing, decryptor: D) -> Self {
        Self {
            opener: Opener::new(decryptor, Arc::clone(&clock), timing.report),
            clock,
            max_age: None,
        }
    }

    /// How `EncryptedCardData` is written. No real one was published: that it is standard base64 with
    /// its padding is inferred.
    #[must_use]
    pub fn card_text(mut self, text: Base64Form) -> Self {
        self.opener = self.opener.with_text(text);
        self
    }

    /// Refuses cards without `timestampticks`, and those that were encrypted longer ago or further
    /// ahead than this. Off unless told: neither epoch nor zone of the ticks is documented. They are
    /// read as .NET's in UTC; five minutes are a good value.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Attempts that are not reported yet, the most urgent first, with the time that is left for each.
    /// Take off what MobilePay knows of: `close(&attempt)`. After a restart, report those of your
    /// database as temporary errors (2002), so that the payer can try again.
    #[must_use]
    pub fn unreported(&self) -> &Deadlines<Attempt> {
        self.opener.due()
    }

    /// The keys for which more than 20 ciphertexts were bad within a minute. Each is used once a
    /// second at most meanwhile.
    #[must_use]
    pub fn alarms(&self) -> Vec<i64> {
        self.opener.alarms()
    }

    /// Takes a card in. `Ok(None)` is a repeat: acknowledge it, and do nothing more. In this order:
    /// the payment waits for the card, the card type is one of its, the key is known, text and length
    /// are right, the ciphertext came with no other attempt; only then the private key is used.
    ///
    /// # Errors
    /// [`Refusal`]: reject it, whatever it is.
    pub async fn card(
        &self,
        callback: &Unverified<CardCallback>,
        awaiting: Option<&Awaiting>,
    ) -> Result<Option<Accepted<CardData>>, Refusal> {
        let card = callback.claims();
        let card_type = card.card_type.clone();
        let attempt = Attempt::new(&card.payment_id, &card.authorization_attempt_id);
        Awaiting::check(awaiting, &card.payment_id, card_type.as_ref())?;
        let sealed = (card.public_key_id, &*card.encrypted_card_data);
        let read = |plain: &[u8]| CardData::parse(plain).filter(|card| self.is_fresh(card));
        let opened = self.opener.open(CardCallback::NAME, &attempt, sealed, read);
        Ok(opened.await?.map(|value| Accepted {
            value,
            attempt,
            card_type,
        }))
    }

    /// Takes a token in, as [`Cards::card`] does a card. The body as it came, which acquirers want, is
    /// the callback's own: `callback.inbound().body()`.
    ///
    /// # Errors
    /// [`Refusal`]: reject it, whatever it is.
    pub fn token(
        &self,
        callback: &Unverified<TokenCallback>,
        awaiting: Option<&Awaiting>,
    ) -> Result<Option<Accepted<Unverified<TokenCallback>>>, Refusal> {
        let token = callback.notice();
        let attempt = Attempt::new(&token.payment_id, &token.authorization_attempt_id);
        Awaiting::check(awaiting, &token.payment_id, Some(&token.card_type))?;
        let card_type = Some(token.card_type.clone());
        let is_new = self.opener.take(TokenCallback::NAME, &attempt)?;
        Ok(is_new.then(|| Accepted {
            value: callback.clone(),
            attempt,
            card_type,
        }))
    }

    /// Lets an attempt be taken in again, because what was accepted could not be kept.
    pub fn forget(&self, attempt: &Attempt) {
        for kind in [CardCallback::NAME, TokenCallback::NAME] {
            self.opener.forget(kind, attempt);
        }
    }

    fn is_fresh(&self, card: &CardData) -> bool {
        let Some(max_age) = self.max_age else {
            return true;
        };
        let now = u128::from(unix_millis(self.clock.wall())).saturating_mul(10_000);
        let now = now.saturating_add(621_355_968_000_000_000);
        let apart = card
            .timestamp_ticks()
            .map(|ticks| now.abs_diff(u128::from(ticks)));
        apart.is_some_and(|apart| apart.saturating_mul(100) <= max_age.as_nanos())
    }
}
