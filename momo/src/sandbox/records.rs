//! What the gateway remembers.

use std::fmt;
use std::time::Duration;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentState {
    /// Waiting for the buyer: 1000.
    Waiting,
    /// Under way after the buyer's approval: 7000, 7002 or 8000.
    Pending(u64),
    /// The amount is held: 9000.
    Authorised,
    /// Paid: 0.
    Paid,
    /// Over without money, for good, with this code.
    Failed(u64),
}

impl PaymentState {
    /// The result code that a query tells.
    #[must_use]
    pub const fn code(self) -> u64 {
        match self {
            Self::Waiting => 1000,
            Self::Pending(code) | Self::Failed(code) => code,
            Self::Authorised => 9000,
            Self::Paid => 0,
        }
    }
}

/// A payment of the gateway. Who the buyer is, is not kept.
#[derive(Clone)]
pub struct Payment {
    pub(super) order_id: String,
    pub(super) request_id: String,
    pub(super) amount: u64,
    pub(super) order_info: String,
    pub(super) redirect_url: String,
    pub(super) ipn_url: String,
    pub(super) request_type: String,
    pub(super) extra_data: String,
    pub(super) auto_capture: bool,
    pub(super) vietnamese: bool,
    pub(super) store_id: Option<String>,
    pub(super) partner_client_id: Option<String>,
    pub(super) callback_token: String,
    pub(super) link: String,
    pub(super) trans_id: u64,
    pub(super) state: PaymentState,
    pub(super) changed: u64,
    pub(super) expires: Duration,
}

/// Without the token of a linked wallet.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("order_id", &self.order_id)
            .field("request_type", &self.request_type)
            .field("amount", &self.amount)
            .field("trans_id", &self.trans_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Payment {
    /// The merchant's number.
    #[must_use]
    pub fn order_id(&self) -> &str {
        &self.order_id
    }

    /// The amount in dong.
    #[must_use]
    pub const fn amount(&self) -> u64 {
        self.amount
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> PaymentState {
        self.state
    }

    /// Where the buyer pays.
    #[must_use]
    pub fn pay_url(&self) -> &str {
        &self.link
    }

    /// The link that opens the app on this payment, to do `action`.
    pub(super) fn app_link(&self, action: &str) -> String {
        format!("momo://app?action={action}&sid={}", self.link_id())
    }

    /// What its links know it by: nothing that is a secret.
    pub(super) fn link_id(&self) -> &str {
        self.link.rsplit('/').next().unwrap_or_default()
    }

    /// MoMo's number of the transaction, once the buyer has decided.
    #[must_use]
    pub const fn trans_id(&self) -> u64 {
        self.trans_id
    }
}

/// A refund, done, refused for good, or under way.
#[derive(Clone, Debug)]
pub struct Refund {
    pub(super) order_id: String,
    pub(super) payment: String,
    pub(super) amount: u64,
    pub(super) trans_id: u64,
    pub(super) code: u64,
    pub(super) created: u64,
}

impl Refund {
    /// The refund's own number, given by the merchant.
    #[must_use]
    pub fn order_id(&self) -> &str {
        &self.order_id
    }

    /// The number of the payment.
    #[must_use]
    pub fn payment(&self) -> &str {
        &self.payment
    }

    /// The amount in dong.
    #[must_use]
    pub const fn amount(&self) -> u64 {
        self.amount
    }

    /// Its result code.
    #[must_use]
    pub const fn code(&self) -> u64 {
        self.code
    }
}

/// A request that was taken on, for as long as its `requestId` is remembered.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) path: String,
    pub(super) body: Vec<u8>,
    pub(super) code: u64,
    pub(super) status: u16,
    pub(super) reply: String,
    pub(super) in_flight: bool,
    pub(super) at: Duration,
}
