//! From a callback to a card: what is checked before a private key is touched, and what is said after.

use std::collections::BTreeSet;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_core::incoming::{Failures, Message, Unverified};
use payments_core::{Deadlines, Recent, Secret};
use sha2::{Digest, Sha256};

use super::attempt::Attempt;
use super::card::CardData;
use super::timing::Timing;
use crate::codes::CardType;
use crate::inbound::{CardCallback, TokenCallback};

/// Decrypts cards: [`PrivateKeys`](super::keys), or a key service of your own.
pub trait Decryptor: Send + Sync {
    /// How many bytes a ciphertext for this key has; nothing for a key that there is not. It uses no
    /// private key.
    fn size(&self, public_key_id: i64) -> Option<usize>;

    /// RSA-OAEP with SHA-256 for both hashes and an empty label, and nothing else where that fails.
    /// Why it failed must not be told, not even by how long it took: there is `None`.
    fn decrypt(
        &self,
        public_key_id: i64,
        ciphertext: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>>;
}

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
    /// There is no such key; none was used.
    #[error("there is no key with this publicKeyId")]
    UnknownKey,
    /// The same ciphertext came with another payment or attempt before.
    #[error("the card was sent with another payment or attempt before")]
    Moved,
    /// The same attempt is being worked on, or its key fails too often: MobilePay sends it again.
    #[error("not now")]
    NotNow,
    /// The text, its length, the padding or the content: it is not told which.
    #[error("the card cannot be decrypted")]
    Undecryptable,
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

/// How `EncryptedCardData` is written. No real one was published; standard base64 with padding is
/// inferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CardText {
    /// Standard base64 with its padding, and nothing else.
    #[default]
    Strict,
    /// The same, with white space around it and without its padding too.
    Lenient,
    /// base64url with its padding.
    Url,
}

/// Takes in cards and tokens. One for all endpoints: it remembers what came, in memory.
pub struct Cards<D> {
    decryptor: D,
    clock: Arc<dyn Clock>,
    timing: Timing,
    text: CardText,
    max_age: Option<Duration>,
    /// Of each attempt, for cards and for tokens.
    seen: Recent<(bool, Attempt), Phase>,
    /// SHA-256 of each ciphertext, with the attempt that it came with first.
    bound: Recent<[u8; 32], Option<Attempt>>,
    failures: Failures<i64>,
    unreported: Deadlines<Attempt>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    New,
    Busy,
    Done,
}

/// How many attempts and ciphertexts are remembered.
const REMEMBERED: usize = 1 << 16;

impl<D: Decryptor> Cards<D> {
    /// Cards that `decryptor` decrypts, on the system's clock and with MobilePay's shortest times.
    #[must_use]
    pub fn new(decryptor: D) -> Self {
        Self::on(Arc::new(SystemClock::new()), Timing::SHORTEST, decryptor)
    }

    /// The same on a clock and with times of your own.
    #[must_use]
    pub fn on(clock: Arc<dyn Clock>, timing: Timing, decryptor: D) -> Self {
        let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
        Self {
            decryptor,
            timing,
            text: CardText::Strict,
            max_age: None,
            seen: Recent::of(REMEMBERED),
            bound: Recent::of(REMEMBERED),
            failures: Failures::new(20, minute, second, Arc::clone(&clock)),
            unreported: Deadlines::new(Arc::clone(&clock)),
            clock,
        }
    }

    /// How `EncryptedCardData` is read.
    #[must_use]
    pub fn card_text(mut self, text: CardText) -> Self {
        self.text = text;
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
        &self.unreported
    }

    /// The keys for which more than 20 ciphertexts were bad within a minute. Each is used once a
    /// second at most meanwhile.
    #[must_use]
    pub fn alarms(&self) -> Vec<i64> {
        self.failures.alarms()
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
        let (key, card_type) = (card.public_key_id, card.card_type.clone());
        let attempt = Attempt::new(&card.payment_id, &card.authorization_attempt_id);
        Awaiting::check(awaiting, &card.payment_id, card_type.as_ref())?;
        let size = self.decryptor.size(key).ok_or(Refusal::UnknownKey)?;
        let ciphertext = self.decode(&card.encrypted_card_data);
        let ciphertext = ciphertext.filter(|bytes| bytes.len() == size);
        let ciphertext = ciphertext.ok_or_else(|| self.bad(key))?;
        let digest: [u8; 32] = Sha256::digest(&ciphertext).into();
        let first =
            |first: &mut Option<Attempt>| first.get_or_insert_with(|| attempt.clone()) == &attempt;
        if !self.bound.with(digest, first) {
            return Err(Refusal::Moved);
        }
        let Some(turn) = self.turn(false, &attempt)? else {
            return Ok(None);
        };
        if !self.failures.may_try(&key) {
            return Err(Refusal::NotNow);
        }
        let plain = self.decryptor.decrypt(key, ciphertext).await;
        let value = plain.and_then(|plain| CardData::parse(plain.expose()));
        let value = value.filter(|card| self.is_fresh(card.timestamp_ticks()));
        let value = value.ok_or_else(|| self.bad(key))?;
        Ok(Some(self.accept(turn, value, attempt, card_type)))
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
        let turn = self.turn(true, &attempt)?;
        let card_type = Some(token.card_type.clone());
        Ok(turn.map(|turn| self.accept(turn, callback.clone(), attempt, card_type)))
    }

    /// Lets an attempt be taken in again, because what was accepted could not be kept.
    pub fn forget(&self, attempt: &Attempt) {
        for is_token in [false, true] {
            self.seen
                .with((is_token, attempt.clone()), |phase| *phase = Phase::New);
        }
        self.unreported.close(attempt);
    }

    fn accept<T>(
        &self,
        mut turn: Turn<'_>,
        value: T,
        attempt: Attempt,
        card_type: Option<CardType>,
    ) -> Accepted<T> {
        turn.end = Phase::Done;
        self.unreported.open(attempt.clone(), self.timing.report);
        Accepted {
            value,
            attempt,
            card_type,
        }
    }

    /// The turn to work on an attempt; nothing where that is done.
    fn turn(&self, is_token: bool, attempt: &Attempt) -> Result<Option<Turn<'_>>, Refusal> {
        let key = (is_token, attempt.clone());
        match self.seen.with(key.clone(), |phase| {
            std::mem::replace(phase, (*phase).next())
        }) {
            Phase::Done => Ok(None),
            Phase::Busy => Err(Refusal::NotNow),
            Phase::New => Ok(Some(Turn {
                seen: &self.seen,
                key,
                end: Phase::New,
            })),
        }
    }

    fn bad(&self, key: i64) -> Refusal {
        self.failures.failed(&key);
        Refusal::Undecryptable
    }

    fn decode(&self, text: &str) -> Option<Vec<u8>> {
        match self.text {
            CardText::Strict => STANDARD.decode(text).ok(),
            CardText::Url => URL_SAFE.decode(text).ok(),
            CardText::Lenient => {
                let bare = text.trim().trim_end_matches('=');
                base64::engine::general_purpose::STANDARD_NO_PAD
                    .decode(bare)
                    .ok()
            }
        }
    }

    fn is_fresh(&self, ticks: Option<u64>) -> bool {
        let Some(max_age) = self.max_age else {
            return true;
        };
        let now = u128::from(unix_millis(self.clock.wall())).saturating_mul(10_000);
        let now = now.saturating_add(621_355_968_000_000_000);
        let apart = ticks.map(|ticks| now.abs_diff(u128::from(ticks)));
        apart.is_some_and(|apart| apart.saturating_mul(100) <= max_age.as_nanos())
    }
}

impl Phase {
    /// What it becomes when somebody asks for the turn.
    fn next(self) -> Self {
        match self {
            Self::New | Self::Busy => Self::Busy,
            Self::Done => Self::Done,
        }
    }
}

/// Work on one attempt; dropped before its end, another callback may try.
struct Turn<'a> {
    seen: &'a Recent<(bool, Attempt), Phase>,
    key: (bool, Attempt),
    end: Phase,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.seen.with(self.key.clone(), |phase| *phase = self.end);
    }
}
