//! What only MoCoPay does: charges that a status does not tell.

#[cfg(any(feature = "client", feature = "blocking"))]
mod confirm;

use payments_core::Decimal;

use crate::codes::SessionStatus;
use crate::inbound::SessionNotification;
use crate::types::VerifyPaymentReply;

#[cfg(any(feature = "client", feature = "blocking"))]
pub use confirm::Stored;

impl VerifyPaymentReply {
    /// Whether the session is authorized **and** something was charged in all; of what
    /// [may be a subscription](Self::is_subscription), also in the current series, which a charge of an
    /// earlier one does not pay for. MoCoPay says nowhere what makes a payment paid; that these do is
    /// inferred.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        let charged = |amount: Option<Decimal>| amount.is_some_and(|it| it.mantissa() > 0);
        self.status == Some(SessionStatus::Authorized)
            && charged(self.total_charged_amount)
            && (!self.is_subscription() || charged(self.charged_amount))
    }

    /// Whether it is a subscription, or may be one: everything but what says that it is `onetime`, in
    /// this spelling, and does not say that it is recurrent.
    #[must_use]
    pub fn is_subscription(&self) -> bool {
        self.kind.as_deref() != Some("onetime") || self.recurrent == Some(true)
    }
}

impl SessionNotification {
    /// The series as a number, where it is one.
    #[must_use]
    pub fn series_number(&self) -> Option<i64> {
        self.series.as_deref()?.parse().ok()
    }
}
