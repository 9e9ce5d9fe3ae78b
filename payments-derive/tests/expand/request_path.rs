//! Fields that go into the path of the request.

use payments_core::Request;

/// What became of an attempt.
#[derive(Request)]
pub struct UpdateAttempt {
    /// The payment.
    #[wire("paymentId", path, min = 1)]
    payment_id: String,
    /// Whether it went well.
    #[wire("succeeded")]
    succeeded: bool,
}

/// Asks for a payment.
#[derive(Request)]
pub struct Payment {
    /// The payment.
    #[wire("paymentId", path, sensitive)]
    payment_id: String,
}
