//! From a callback to a card: what is checked before a private key is touched, and what is said after.

use std::sync::Arc;
use std::time::Duration;

use payments_core::Deadlines;
use payments_core::clock::{Clock, SystemClock};
use payments_core::decrypt::{Base64Form, Decryptor};
use payments_core::incoming::{Message, Notice, Opener, Taken, Unopened, Unverified};

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
    card_types: Vec<CardType>,
}

impl Awaiting {
    /// The payment with MobilePay's id, and the cards that it was started with.
    #[must_use]
    pub fn new(payment_id: &str, card_types: impl IntoIterator<Item = CardType>) -> Self {
        Self {
            payment: payment_id.to_owned(),
            card_types: card_types.into_iter().collect(),
        }
    }

    fn check(awaiting: Option<&Self>, id: &str, card: Option<&CardType>) -> Result<(), Refusal> {
        let awaiting = awaiting.filter(|awaiting| awaiting.payment.eq_ignore_ascii_case(id));
        let awaiting = awaiting.ok_or(Refusal::NotAwaited)?;
        let takes = card.is_none_or(|card| awaiting.card_types.contains(card));
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

/// A callback that a known caller sent about a payment that waits for it, once. Its subject is the
/// attempt, which is to be reported. It is no confirmation: nothing proves that the card is the payer's.
pub type Accepted<T> = Taken<T, Attempt>;

/// Takes in cards and tokens, and keeps what has to be done by when. One for all endpoints: it
/// remembers what came, in memory. `D` decrypts: [`private_keys`](super::keys), or a key service of
/// your own. It must use RSA-OAEP with SHA-256 for both hashes and an empty label.
pub struct Cards<D> {
    opener: Opener<D, Attempt>,
    payments: Deadlines<String>,
    timing: Timing,
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
            payments: Deadlines::new(clock),
            timing,
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
        self.opener = self.opener.with_max_age(age);
        self
    }

    /// Opens the deadline of a payment that was started, by MobilePay's id: it ends then, reports
    /// included, and there may be no callback that says so.
    pub fn started(&self, payment_id: &str) {
        self.payments
            .open(payment_id.to_owned(), self.timing.payment);
    }

    /// Payments that were started and are not over yet, the most urgent first. Take off what is
    /// authorized, failed or late: `close(&payment_id)`. After a restart, those of your database.
    #[must_use]
    pub fn unfinished(&self) -> &Deadlines<String> {
        &self.payments
    }

    /// Attempts that are not reported yet, the most urgent first, with the time that is left for each
    /// since its callback first came: also those that could not be decrypted or kept. Take off what
    /// MobilePay knows of: `close(&attempt)`. After a restart, report those of your database as
    /// temporary errors (2002), so that the payer can try again.
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
        Awaiting::check(awaiting, &card.payment_id, card.card_type.as_ref())?;
        let attempt = Attempt::new(&card.payment_id, &card.authorization_attempt_id);
        let sealed = (card.public_key_id, &*card.encrypted_card_data);
        let read = |plain: &[u8]| CardData::parse(plain, card.card_type.clone());
        let opened = self.opener.open(CardCallback::NAME, attempt, sealed, read);
        Ok(opened.await?)
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
        Awaiting::check(awaiting, &token.payment_id, Some(&token.card_type))?;
        let attempt = Attempt::new(&token.payment_id, &token.authorization_attempt_id);
        let taken = self
            .opener
            .take(TokenCallback::NAME, attempt, callback.clone());
        Ok(taken?)
    }

    /// Lets an attempt be taken in again, because what was accepted could not be kept. MobilePay's
    /// repeat brings it; until then it stays [unreported](Cards::unreported).
    pub fn forget(&self, attempt: &Attempt) {
        self.opener.forget(attempt);
    }
}
