//! Choices: enums of fields of which one is given.

use payments_core::{Choice, Money, Request};

payments_core::codes! {
    /// A kind.
    pub enum Kind {
        /// A card.
        Card = "3" => Unknown,
    }
}

/// Which payment is meant.
#[derive(Clone, Choice)]
#[choice(unused_empty)]
pub enum Payment {
    /// The provider's number.
    #[wire("DealerPaymentId", min = 1)]
    DealerPaymentId(i64),
    /// The merchant's number.
    #[wire("OtherTrxCode", min = 1, max = 50)]
    OtherTrxCode(String),
    /// The buyer's number.
    #[wire("Phone", sensitive)]
    Phone(String),
    /// The kind of payment.
    #[wire("Kind", number)]
    Kind(Kind),
}

/// How much goes back.
#[derive(Clone, Choice)]
pub enum RefundAmount {
    /// All of it.
    Everything,
    /// A part.
    #[wire("Amount", money = "trimmed_number", positive)]
    Amount(Money),
}

/// A refund.
#[derive(Clone, Request)]
pub struct Refund {
    /// Which payment is meant.
    #[choice]
    payment: Payment,
    /// How much goes back.
    #[choice]
    amount: RefundAmount,
    /// A note.
    #[wire("Note")]
    note: String,
}
