//! What a test or a person can do to the sandbox.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{
    self as kit, CallbackMode, Callbacks, Delivery, Desk, Faults, Ledger, SandboxClock, Seen,
};

use super::callbacks::{ADDRESS, CARD, FAILED, TOKEN};
use super::cards::Card;
use super::config::Config;
use super::forgery::{self, Forgery};
use super::gateway::Gateway;
use super::page;
use super::records::{Merchant, Payment, PaymentState};
use super::user;

/// What was asked for cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no payment of that reference.
    #[error("no such payment")]
    NoSuchPayment,
    /// The payment is decided, or waits for something else.
    #[error("the payment does not wait for that")]
    NotNow,
    /// The payment allows no card that the user has, or not that one.
    #[error("the payment does not allow that card")]
    NoSuchCard,
    /// Nothing of that kind was sent about it.
    #[error("nothing about it was sent")]
    NothingSent,
    /// The public key is not one, or too small.
    #[error("the public key: {0}")]
    Key(&'static str),
}

/// The sandbox seen from outside: cheap to clone, usable from any thread, may outlive the server.
///
/// Payments are named by their `pspReferenceId`.
#[derive(Clone)]
pub struct Control {
    inner: kit::Control<Gateway>,
}

impl Control {
    pub(super) const fn new(inner: kit::Control<Gateway>) -> Self {
        Self { inner }
    }

    /// Enters a phone number on the landing page.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it waits for none.
    pub fn enter_phone(&self, reference: &str, phone: &str) -> Result<(), ControlError> {
        self.act(reference, |gateway, place, _| {
            user::enter_phone(gateway, place, phone)
        })
    }

    /// Accepts with the first card that the payment allows; the phone number is entered where it
    /// was not.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it does not wait for a card.
    pub fn accept(&self, reference: &str) -> Result<(), ControlError> {
        let payment = self.payment(reference).ok_or(ControlError::NoSuchPayment)?;
        let card = user::cards(&payment).into_iter().next();
        self.accept_with(reference, card.ok_or(ControlError::NoSuchCard)?)
    }

    /// Accepts with this card.
    ///
    /// # Errors
    ///
    /// When there is no such payment, it does not allow the card, or does not wait for one.
    pub fn accept_with(&self, reference: &str, card: Card) -> Result<(), ControlError> {
        let payment = self.payment(reference).ok_or(ControlError::NoSuchPayment)?;
        if payment.allows(&card.card_type).is_none() {
            return Err(ControlError::NoSuchCard);
        }
        self.act(reference, |gateway, place, context| {
            user::accept(gateway, place, card, context)
        })
    }

    /// Rejects in the app. No callback tells of it.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it is decided or under way.
    pub fn reject(&self, reference: &str) -> Result<(), ControlError> {
        self.act(reference, |gateway, place, context| {
            user::end(gateway, place, PaymentState::Rejected, context)
        })
    }

    /// Goes back to the shop, which cancels the payment. No callback tells of it.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it is decided.
    pub fn go_back(&self, reference: &str) -> Result<(), ControlError> {
        self.act(reference, |gateway, place, context| {
            user::end(gateway, place, PaymentState::Cancelled, context)
        })
    }

    /// Lets a payment expire now.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it is decided.
    pub fn expire(&self, reference: &str) -> Result<(), ControlError> {
        self.act(reference, user::expire)
    }

    /// The landing page of a payment.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn page_url(&self, reference: &str) -> Result<String, ControlError> {
        let payment = self.payment(reference).ok_or(ControlError::NoSuchPayment)?;
        Ok(page::url(self.inner.base_url(), payment.id()))
    }

    /// The message that the landing page posts to the page around it; `None` until the payment has
    /// ended.
    #[must_use]
    pub fn page_message(&self, reference: &str) -> Option<String> {
        self.inner.with(|gateway, _| {
            let payment = gateway.payments.get(gateway.place(reference)?)?;
            page::message(gateway, payment)
        })
    }

    /// Sends `times` copies of the last card or token callback at once.
    ///
    /// # Errors
    ///
    /// When there was none.
    pub fn resend_card(&self, reference: &str, times: usize) -> Result<(), ControlError> {
        self.inner.with(|_, context| {
            let token = context.last_callback(TOKEN, reference);
            let id = context.last_callback(CARD, reference).max(token);
            context.resend(id.ok_or(ControlError::NothingSent)?, times);
            Ok(())
        })
    }

    /// Sends a card callback about the last attempt with something wrong about it, at once.
    ///
    /// # Errors
    ///
    /// When there is no attempt, or no ciphertext to move.
    pub fn forge_card(&self, reference: &str, forgery: &Forgery) -> Result<(), ControlError> {
        let sent = self
            .inner
            .with(|gateway, context| forgery::send(gateway, reference, forgery, context));
        if sent {
            Ok(())
        } else {
            Err(ControlError::NothingSent)
        }
    }

    /// Sends cards before the addresses of a checkout, or no longer.
    pub fn set_out_of_order(&self, out_of_order: bool) {
        self.inner
            .with(|gateway, _| gateway.out_of_order = out_of_order);
    }

    /// Lets callbacks never come, or come again from now on.
    pub fn suppress_callbacks(&self, suppress: bool) {
        self.callbacks().set_mode(if suppress {
            CallbackMode::Never
        } else {
            CallbackMode::Now
        });
    }

    /// Refuses the next call with this domain error.
    pub fn fail_next(&self, code: &str) {
        self.inner
            .with(|gateway, _| gateway.armed.push(code.to_owned()));
    }

    /// Registers a public key (PEM) as the provider's support would; gives its `publicKeyId`.
    ///
    /// # Errors
    ///
    /// When it is no public key, or too small.
    pub fn register_public_key(&self, pem: &str) -> Result<i32, ControlError> {
        self.inner
            .with(|gateway, _| gateway.keys.register(pem, Config::FIRST_KEY_ID))
            .map_err(ControlError::Key)
    }

    /// The ids of the public keys, oldest first.
    #[must_use]
    pub fn public_key_ids(&self) -> Vec<i32> {
        self.inner.with(|gateway, _| gateway.keys.ids().collect())
    }

    /// The latest payment of that reference.
    #[must_use]
    pub fn payment(&self, reference: &str) -> Option<Payment> {
        self.inner.with(|gateway, _| {
            let place = gateway.place(reference)?;
            gateway.payments.get(place).cloned()
        })
    }

    /// Every payment, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<Payment> {
        self.inner.with(|gateway, _| gateway.payments.clone())
    }

    /// Every merchant of this PSP, deleted ones too, oldest first.
    #[must_use]
    pub fn merchants(&self) -> Vec<Merchant> {
        self.inner.with(|gateway, _| {
            let own = gateway.merchants.iter().filter(|merchant| merchant.own);
            own.cloned().collect()
        })
    }

    /// The card callbacks about a payment, each with its attempts.
    #[must_use]
    pub fn card_callbacks(&self, reference: &str) -> Vec<Delivery> {
        self.labelled(reference, CARD)
    }

    /// The token callbacks about a payment.
    #[must_use]
    pub fn token_callbacks(&self, reference: &str) -> Vec<Delivery> {
        self.labelled(reference, TOKEN)
    }

    /// The address callbacks about a payment.
    #[must_use]
    pub fn address_callbacks(&self, reference: &str) -> Vec<Delivery> {
        self.labelled(reference, ADDRESS)
    }

    /// The failed callbacks about a payment.
    #[must_use]
    pub fn failed_callbacks(&self, reference: &str) -> Vec<Delivery> {
        self.labelled(reference, FAILED)
    }

    /// Moves the clock forward; what falls due happens at once.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// What happened, by `merchant` and `merchant_deleted` (of an `externalId`), and of a
    /// `pspReferenceId` `payment`, `update`, `attempt`, `authorization`, `step_up`, `attempt_failed`,
    /// `update_missed`, `callback_failed`, `rejection`, `user_cancel`, `expiry`, `invalidation`,
    /// `capture`, `cancel` and `refund`. Amounts are in minor units.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.inner.ledger()
    }

    /// The last requests that arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        self.inner.requests()
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.inner.faults()
    }

    /// The same whichever provider's it is: what people see, and can do.
    #[must_use]
    pub fn desk(&self) -> Desk {
        self.inner.desk()
    }

    /// What is sent to the PSP: late, again, out of order, or not at all.
    #[must_use]
    pub fn callbacks(&self) -> Callbacks {
        self.inner.callbacks()
    }

    /// The sandbox's time.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        self.inner.clock()
    }

    pub(super) fn token(&self) -> &str {
        self.inner.token()
    }

    fn labelled(&self, reference: &str, label: &str) -> Vec<Delivery> {
        let mut deliveries = self.callbacks().about(reference);
        deliveries.retain(|delivery| delivery.label() == label);
        deliveries
    }

    fn act(
        &self,
        reference: &str,
        act: impl FnOnce(&mut Gateway, usize, &mut kit::Context<'_>) -> bool,
    ) -> Result<(), ControlError> {
        self.inner.with(|gateway, context| {
            let place = gateway
                .place(reference)
                .ok_or(ControlError::NoSuchPayment)?;
            if act(gateway, place, context) {
                Ok(())
            } else {
                Err(ControlError::NotNow)
            }
        })
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Control").field(&self.inner).finish()
    }
}
