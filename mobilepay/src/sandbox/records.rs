//! What MobilePay remembers.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::DeliveryId;
use serde_json::Value;

use super::cards::Card;

/// A merchant.
#[derive(Clone, Debug)]
pub struct Merchant {
    pub(super) id: String,
    pub(super) external_id: String,
    pub(super) category_code: i32,
    pub(super) name: String,
    pub(super) billing_currency: String,
    pub(super) country_code: String,
    pub(super) vat_number: String,
    /// Created by this PSP.
    pub(super) own: bool,
    pub(super) deleted: bool,
}

impl Merchant {
    /// The `merchantId`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The PSP's own id of it.
    #[must_use]
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    /// Whether it was deleted.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentState {
    /// Nobody has entered a phone number.
    Open,
    /// The user has the app before them and may accept with a card.
    Choosing,
    /// An attempt is under way.
    Attempting,
    /// An attempt was authorized.
    Authorized,
    /// The user rejected it.
    Rejected,
    /// The user went back to the shop.
    Cancelled,
    /// Its time is over.
    Expired,
    /// The PSP invalidated it.
    Invalidated,
}

impl PaymentState {
    /// The state's name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Choosing => "choosing",
            Self::Attempting => "attempting",
            Self::Authorized => "authorized",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Invalidated => "invalidated",
        }
    }

    /// Whether anything can still come of it.
    #[must_use]
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Choosing | Self::Attempting)
    }
}

/// Where an authorization attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptState {
    /// The address was sent, the card was not.
    SendingAddress,
    /// The token was sent and not acknowledged.
    SendingToken,
    /// The card was sent and not acknowledged.
    SendingCard,
    /// Acknowledged; to be updated until then, on the sandbox's clock.
    Waiting(Duration),
    /// The user is in the PSP's 3-D page.
    StepUp,
    /// The PSP has what the 3-D step gave and tries again.
    StepUpDone,
    /// Authorized.
    Succeeded,
    /// Not authorized, with the PSP's reason code.
    Failed(i32),
    /// Not updated in time.
    TimedOut,
    /// No callback was acknowledged.
    CallbackFailed,
    /// The payment ended before it.
    Over,
}

impl AttemptState {
    /// The state's name, in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendingAddress => "sending-address",
            Self::SendingToken => "sending-token",
            Self::SendingCard => "sending-card",
            Self::Waiting(_) => "waiting",
            Self::StepUp => "step-up",
            Self::StepUpDone => "step-up-done",
            Self::Succeeded => "succeeded",
            Self::Failed(_) => "failed",
            Self::TimedOut => "timed-out",
            Self::CallbackFailed => "callback-failed",
            Self::Over => "over",
        }
    }

    /// Whether it can still be updated.
    pub(super) const fn is_open(self) -> bool {
        matches!(
            self,
            Self::SendingAddress
                | Self::SendingToken
                | Self::SendingCard
                | Self::Waiting(_)
                | Self::StepUp
                | Self::StepUpDone
        )
    }
}

/// One try to authorize a payment.
#[derive(Clone)]
pub struct Attempt {
    pub(super) id: String,
    pub(super) card: Card,
    pub(super) state: AttemptState,
    /// The callback that decides how it goes on.
    pub(super) delivery: Option<DeliveryId>,
    /// The last update, to know it again.
    pub(super) update: Option<Value>,
    pub(super) three_d_secure_url: Option<String>,
    pub(super) encrypted: Option<String>,
}

/// Without the card, sealed or not.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("id", &self.id)
            .field("card_type", &self.card.card_type)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Attempt {
    /// The `AuthorizationAttemptId`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The code of the card's type.
    #[must_use]
    pub fn card_type(&self) -> &str {
        &self.card.card_type
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> AttemptState {
        self.state
    }

    /// The page of the 3-D step.
    #[must_use]
    pub fn three_d_secure_url(&self) -> Option<&str> {
        self.three_d_secure_url.as_deref()
    }
}

/// A capture, cancel or refund that MobilePay was told of.
#[derive(Clone, Debug)]
pub struct Told {
    pub(super) id: String,
    pub(super) identifier: String,
    pub(super) amount: i64,
    /// The request, to know it again.
    pub(super) request: Value,
}

impl Told {
    /// MobilePay's id of it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The PSP's identifier.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }
}

/// A card type that a payment allows.
#[derive(Clone, Debug)]
pub(super) struct AllowedCard {
    pub(super) name: String,
    pub(super) card_url: String,
    pub(super) token_url: Option<String>,
}

/// A payment and everything that MobilePay knows about it.
#[derive(Clone)]
pub struct Payment {
    pub(super) id: String,
    pub(super) merchant_id: String,
    pub(super) merchant_name: String,
    pub(super) order_id: String,
    pub(super) reference: String,
    pub(super) amount: i64,
    pub(super) currency: &'static str,
    pub(super) allowed: Vec<AllowedCard>,
    pub(super) public_key_id: i32,
    pub(super) redirect_url: String,
    pub(super) failed_url: Option<String>,
    pub(super) address_url: Option<String>,
    pub(super) delivery_allowed: bool,
    pub(super) auto_capture: bool,
    pub(super) language: Option<String>,
    /// The request, to know it again.
    pub(super) request: Value,
    pub(super) expires: Duration,
    /// The extra time was given.
    pub(super) extended: bool,
    pub(super) phone: Option<String>,
    pub(super) state: PaymentState,
    pub(super) attempts: Vec<Attempt>,
    pub(super) captures: Vec<Told>,
    pub(super) cancels: Vec<Told>,
    pub(super) refunds: Vec<Told>,
    pub(super) auto_captured: i64,
    pub(super) reservation_expires: Option<String>,
}

/// Without the payer's phone.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("id", &self.id)
            .field("reference", &self.reference)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .field("captures", &self.captures)
            .field("cancels", &self.cancels)
            .field("refunds", &self.refunds)
            .finish_non_exhaustive()
    }
}

impl Payment {
    /// The `paymentId`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The `pspReferenceId`.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// The currency's three letters.
    #[must_use]
    pub const fn currency(&self) -> &'static str {
        self.currency
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> PaymentState {
        self.state
    }

    /// When its time is over, on the sandbox's clock.
    #[must_use]
    pub const fn expires(&self) -> Duration {
        self.expires
    }

    /// Each try to authorize it, oldest first.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The captures that MobilePay was told of, oldest first.
    #[must_use]
    pub fn captures(&self) -> &[Told] {
        &self.captures
    }

    /// The cancels that MobilePay was told of, oldest first.
    #[must_use]
    pub fn cancels(&self) -> &[Told] {
        &self.cancels
    }

    /// The refunds that MobilePay was told of, oldest first.
    #[must_use]
    pub fn refunds(&self) -> &[Told] {
        &self.refunds
    }

    /// Captured in all, by itself or by the PSP, in minor units.
    #[must_use]
    pub fn captured(&self) -> i64 {
        sum(&self.captures).saturating_add(self.auto_captured)
    }

    /// Cancelled in all, in minor units.
    #[must_use]
    pub fn cancelled(&self) -> i64 {
        sum(&self.cancels)
    }

    /// Refunded in all, in minor units.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        sum(&self.refunds)
    }

    /// When MobilePay is told to let the reservation go, as the PSP wrote it.
    #[must_use]
    pub fn reservation_expires(&self) -> Option<&str> {
        self.reservation_expires.as_deref()
    }

    /// Where the user goes in the end.
    #[must_use]
    pub fn redirect_url(&self) -> &str {
        &self.redirect_url
    }

    pub(super) fn allows(&self, card_type: &str) -> Option<&AllowedCard> {
        self.allowed.iter().find(|card| card.name == card_type)
    }
}

fn sum(told: &[Told]) -> i64 {
    told.iter()
        .fold(0, |sum, one| sum.saturating_add(one.amount))
}
