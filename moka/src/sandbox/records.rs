//! What the provider remembers.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::JsonObject;

use super::amount::Amount;
use super::calendar::Local;
use super::codes::BankCode;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentState {
    /// There is a page, and no card was given yet.
    Open,
    /// A card was given; the buyer is at the 3-D step.
    Waiting,
    /// The buyer went away.
    Abandoned,
    /// Declined.
    Failed,
    /// Authorised and not captured.
    Authorised,
    /// Paid. A pool payment is charged and held until it is approved.
    Paid,
    /// Voided.
    Voided,
    /// Refunded in full.
    Refunded,
}

impl PaymentState {
    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Abandoned => "abandoned",
            Self::Failed => "failed",
            Self::Authorised => "authorised",
            Self::Paid => "paid",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
        }
    }

    /// Whether the buyer can still do something.
    pub(super) const fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Waiting)
    }
}

/// The provider's numbers of a kind of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrxKind {
    Request,
    Authorisation,
    Payment,
    Void,
    Refund,
}

impl TrxKind {
    pub(super) const fn number(self) -> u64 {
        match self {
            Self::Request => 0,
            Self::Authorisation => 1,
            Self::Payment => 2,
            Self::Void => 3,
            Self::Refund => 4,
        }
    }
}

/// One thing that happened to a payment.
#[derive(Clone, Debug)]
pub(super) struct Trx {
    pub(super) id: u64,
    pub(super) code: String,
    pub(super) at: Local,
    pub(super) amount: Amount,
    pub(super) kind: TrxKind,
    /// 0 waiting, 1 done, 2 failed.
    pub(super) status: u64,
    pub(super) void_refund_reason: u64,
    pub(super) bank: Option<&'static BankCode>,
}

/// A refund that was asked for and is not done yet.
#[derive(Clone, Debug)]
pub(super) struct RefundRequest {
    pub(super) amount: Amount,
    pub(super) due: Duration,
}

/// What the buyer's browser is told, and with it the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) success: bool,
    pub(super) bank: Option<&'static BankCode>,
}

/// Who pays, as far as the shop said.
#[derive(Clone, Default)]
pub(super) struct Buyer {
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) gsm_number: String,
    pub(super) address: String,
}

/// A page, and the payment that comes of it.
#[derive(Clone)]
pub struct Payment {
    pub(super) dealer_payment_id: u64,
    pub(super) page_id: String,
    pub(super) virtual_pos_order_id: String,
    pub(super) other_trx_code: String,
    pub(super) amount: Amount,
    pub(super) currency: &'static str,
    pub(super) installments: u64,
    pub(super) three_d: bool,
    pub(super) iframe: bool,
    pub(super) in_frame: bool,
    pub(super) pool: bool,
    pub(super) pre_auth: bool,
    pub(super) tokenized: u8,
    pub(super) english: bool,
    pub(super) description: String,
    pub(super) buyer: Buyer,
    pub(super) code_for_hash: String,
    pub(super) redirect_url: String,
    pub(super) state: PaymentState,
    pub(super) card: Option<Card>,
    pub(super) refunded: Amount,
    pub(super) refund_request: Option<RefundRequest>,
    pub(super) pool_approved: Option<Local>,
    pub(super) trxs: Vec<Trx>,
    pub(super) outcome: Option<Outcome>,
    /// How many notifications failed.
    pub(super) notified: usize,
}

/// What is kept of a card.
#[derive(Clone)]
pub(super) struct Card {
    pub(super) holder: String,
    pub(super) first_six: String,
    pub(super) last_four: String,
    pub(super) keep: bool,
    /// What will come of it.
    pub(super) verdict: Outcome,
    /// Whether the money is taken.
    pub(super) taken: bool,
}

impl Payment {
    /// The merchant's code.
    #[must_use]
    pub fn other_trx_code(&self) -> &str {
        &self.other_trx_code
    }

    /// The provider's code of the payment, `trxCode` of the return.
    #[must_use]
    pub fn virtual_pos_order_id(&self) -> &str {
        &self.virtual_pos_order_id
    }

    /// The third identifier, which void and refund do not take.
    #[must_use]
    pub const fn dealer_payment_id(&self) -> u64 {
        self.dealer_payment_id
    }

    /// The amount, with two digits behind the point.
    #[must_use]
    pub fn amount(&self) -> String {
        self.amount.to_string()
    }

    /// How much of it was paid back.
    #[must_use]
    pub fn refunded(&self) -> String {
        self.refunded.to_string()
    }

    /// What the return is hashed with: the secret of this payment, which the dealer has from its page.
    #[must_use]
    pub fn code_for_hash(&self) -> &str {
        &self.code_for_hash
    }

    /// Where the return goes.
    #[must_use]
    pub fn redirect_url(&self) -> &str {
        &self.redirect_url
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> PaymentState {
        self.state
    }

    /// Whether it is held until it is approved, and not approved yet.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.pool && matches!(self.state, PaymentState::Paid) && self.pool_approved.is_none()
    }

    /// Whether the buyer's card was stored.
    #[must_use]
    pub fn is_card_stored(&self) -> bool {
        self.tokenized > 0 && self.card.as_ref().is_some_and(|card| card.keep)
    }

    /// `PaymentStatus` and `TrxStatus`.
    pub(super) const fn status(&self) -> (u64, u64) {
        let taken = if self.pre_auth { 1 } else { 2 };
        match self.state {
            PaymentState::Open | PaymentState::Waiting | PaymentState::Abandoned => (0, 0),
            PaymentState::Failed => (taken, 2),
            PaymentState::Authorised => (1, 1),
            PaymentState::Paid => (2, 1),
            PaymentState::Voided => (3, 1),
            PaymentState::Refunded => (4, 1),
        }
    }

    /// When the money was last taken or set aside.
    pub(super) fn taken_at(&self) -> Option<Local> {
        let taken = |trx: &&Trx| {
            trx.status == 1 && matches!(trx.kind, TrxKind::Authorisation | TrxKind::Payment)
        };
        self.trxs.iter().rev().find(taken).map(|trx| trx.at)
    }

    /// When it first was heard of.
    pub(super) fn first_at(&self) -> Option<Local> {
        self.trxs.first().map(|trx| trx.at)
    }

    /// `PaymentDetail`, with the fields of the older and the newer samples.
    pub(super) fn detail(&self) -> JsonObject {
        let (payment_status, trx_status) = self.status();
        let card = |part: fn(&Card) -> &str| self.card.as_ref().map_or("", part);
        let date = self.first_at().map(|at| at.to_string()).unwrap_or_default();
        let object = JsonObject::new()
            .integer("DealerPaymentId", self.dealer_payment_id)
            .text("OtherTrxCode", &self.other_trx_code)
            .text("CardHolderFullName", card(|card| &card.holder))
            .text("CardNumberFirstSix", card(|card| &card.first_six))
            .text("CardNumberLastFour", card(|card| &card.last_four))
            .text("PaymentDate", &date);
        let object = self.amount.write(object, "Amount");
        let object = self
            .refunded
            .write(object, "RefAmount")
            .text("CurrencyCode", self.currency)
            .integer("InstallmentNumber", self.installments);
        Amount::default()
            .write(object, "DealerCommissionAmount")
            .boolean("IsThreeD", self.three_d)
            .text("Description", &self.description)
            .integer("PaymentStatus", payment_status)
            .integer("TrxStatus", trx_status)
            .text("BuyerFullName", &self.buyer.full_name)
            .text("BuyerEmail", &self.buyer.email)
            .text("BuyerGsmNumber", &self.buyer.gsm_number)
            .text("BuyerAddress", &self.buyer.address)
    }

    /// An item of `PaymentTrxDetailList`; the blank before the order id is the sample's.
    pub(super) fn trx_detail(&self, trx: &Trx) -> JsonObject {
        let object = JsonObject::new()
            .integer("DealerPaymentTrxId", trx.id)
            .integer("DealerPaymentId", self.dealer_payment_id)
            .text("TrxCode", &trx.code)
            .text("TrxDate", &trx.at.to_string());
        let message = trx.bank.map_or("", |bank| bank.turkish);
        trx.amount
            .write(object, "Amount")
            .integer("TrxType", trx.kind.number())
            .integer("TrxStatus", trx.status)
            .integer("PaymentReason", 0)
            .integer("VoidRefundReason", trx.void_refund_reason)
            .text(
                "VirtualPosOrderId",
                &format!(" {}", self.virtual_pos_order_id),
            )
            .text("ResultMessage", message)
    }
}

/// Without the buyer, the card, and what makes a return believed.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("other_trx_code", &self.other_trx_code)
            .field("amount", &self.amount())
            .field("currency", &self.currency)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A request field that the provider's pages do not list. It is tolerated, and kept by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraField {
    pub(super) path: String,
    pub(super) name: String,
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
}
