//! What the provider remembers.

use std::fmt;
use std::time::Duration;

use super::amount::Amount;
use super::config::TransferOutcome;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderState {
    /// Waiting for the buyer.
    Unpaid,
    /// Paid.
    Success,
    /// Declined, for good.
    Failed,
    /// Paid and paid back.
    Refunded,
}

impl OrderState {
    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

/// An order. Who the customer is, is not kept.
#[derive(Clone, Debug)]
pub struct Order {
    pub(super) order_no: String,
    pub(super) amount: Amount,
    pub(super) product_name: String,
    pub(super) return_url: String,
    pub(super) link: String,
    pub(super) state: OrderState,
    /// Milliseconds since 1970 of the last change.
    pub(super) changed: u64,
    /// On the sandbox's clock, once paid.
    pub(super) settles_at: Option<Duration>,
}

impl Order {
    /// The merchant's number.
    #[must_use]
    pub fn order_no(&self) -> &str {
        &self.order_no
    }

    /// The amount as the merchant wrote it.
    #[must_use]
    pub fn amount(&self) -> &str {
        self.amount.text()
    }

    /// Where the buyer pays.
    #[must_use]
    pub fn payment_link(&self) -> &str {
        &self.link
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> OrderState {
        self.state
    }

    /// Whether it is settled at `now`, so that it cannot be refunded any more.
    #[must_use]
    pub fn is_settled(&self, now: Duration) -> bool {
        self.state == OrderState::Success && self.settles_at.is_some_and(|at| at <= now)
    }

    pub(super) const fn tx_message(&self) -> &'static str {
        match self.state {
            OrderState::Unpaid => "Waiting for payment",
            OrderState::Success => "Payment successful",
            OrderState::Failed => "Payment declined",
            OrderState::Refunded => "Payment refunded",
        }
    }
}

/// A transfer to a beneficiary.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub(super) serial_no: String,
    pub(super) amount: Amount,
    pub(super) payee: String,
    pub(super) outcome: TransferOutcome,
    pub(super) time: u64,
}

impl Transfer {
    /// The merchant's serial number.
    #[must_use]
    pub fn serial_no(&self) -> &str {
        &self.serial_no
    }

    /// The amount as the merchant wrote it.
    #[must_use]
    pub fn amount(&self) -> &str {
        self.amount.text()
    }

    /// The beneficiary's account.
    #[must_use]
    pub fn payee(&self) -> &str {
        &self.payee
    }

    /// Whether money was sent.
    #[must_use]
    pub const fn outcome(&self) -> TransferOutcome {
        self.outcome
    }

    pub(super) const fn texts(&self) -> (&'static str, &'static str) {
        match self.outcome {
            TransferOutcome::Success => ("success", "Transfer successful"),
            TransferOutcome::Failed => ("failed", "Transfer failed"),
        }
    }
}

/// A request field that the page does not list. It is accepted and kept.
#[derive(Clone)]
pub struct ExtraField {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) value: String,
}

impl ExtraField {
    /// Which call.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Without the value, which may be anything.
impl fmt::Debug for ExtraField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtraField")
            .field("path", &self.path)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
