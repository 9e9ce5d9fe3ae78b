//! What a test or a person can do to the sandbox.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{
    self as kit, Callbacks, Delivery, Desk, Faults, Ledger, SandboxClock, Seen,
};

use super::codes::{BankCode, bank_code};
use super::commands::{self, Buyer};
use super::gateway::Gateway;
use super::records::{ExtraField, Payment, PaymentState};
use super::returns::{self, Forgery, NOTIFICATION, RETURN};

/// What was asked for cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no payment of that code.
    #[error("no such payment")]
    NoSuchPayment,
    /// That is not a bank code, or not a code of that service.
    #[error("no such code")]
    NoSuchCode,
    /// The payment has no return, because it is not decided.
    #[error("the payment has no return")]
    NoReturn,
    /// The payment has no refund request.
    #[error("the payment has no refund request")]
    NoRefundRequest,
}

/// The sandbox seen from outside: cheap to clone, usable from any thread, may outlive the server.
///
/// Payments go by their `OtherTrxCode`; of several, the latest is meant.
#[derive(Clone)]
pub struct Control {
    inner: kit::Control<Gateway>,
}

impl Control {
    pub(super) const fn new(inner: kit::Control<Gateway>) -> Self {
        Self { inner }
    }

    /// Pays as the buyer would, 3-D step included, and sends the browser back to the shop. A decided
    /// payment stays as it is. Says where it stands then.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn pay(&self, other_trx_code: &str) -> Result<PaymentState, ControlError> {
        self.buyer(other_trx_code, Buyer::Pays)
    }

    /// Gives a card that is declined with this bank code, `000` to `029`.
    ///
    /// # Errors
    ///
    /// When there is no such payment or code.
    pub fn decline(&self, other_trx_code: &str, code: &str) -> Result<PaymentState, ControlError> {
        self.buyer(other_trx_code, Buyer::Declined(bank(code)?))
    }

    /// Takes the money, and lets the return say that it failed with this bank code.
    ///
    /// # Errors
    ///
    /// When there is no such payment or code.
    pub fn pay_unnoticed(
        &self,
        other_trx_code: &str,
        code: &str,
    ) -> Result<PaymentState, ControlError> {
        self.buyer(other_trx_code, Buyer::PaysWithFailedReturn(bank(code)?))
    }

    /// The buyer goes away and never comes back.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn abandon(&self, other_trx_code: &str) -> Result<PaymentState, ControlError> {
        self.buyer(other_trx_code, Buyer::Leaves)
    }

    /// Lets returns never come, or come again from now on; the page has no way back meanwhile.
    pub fn suppress_returns(&self, suppress: bool) {
        self.inner
            .with(|gateway, _| gateway.suppress_returns = suppress);
    }

    /// Sends the return of a payment again.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it is not decided.
    pub fn resend_return(&self, other_trx_code: &str) -> Result<(), ControlError> {
        let sent = self
            .inner
            .with(|gateway, context| commands::resend(gateway, other_trx_code, context));
        if sent {
            Ok(())
        } else {
            Err(ControlError::NoReturn)
        }
    }

    /// Sends a return with something wrong about it.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or none of [`Forgery::OfPayment`]'s.
    pub fn forge_return(
        &self,
        other_trx_code: &str,
        forgery: &Forgery,
    ) -> Result<(), ControlError> {
        let sent = self
            .inner
            .with(|gateway, context| commands::forge(gateway, other_trx_code, forgery, context));
        if sent {
            Ok(())
        } else {
            Err(ControlError::NoSuchPayment)
        }
    }

    /// The fields of a payment's genuine return, for a browser of one's own.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it is not decided.
    pub fn return_fields(
        &self,
        other_trx_code: &str,
    ) -> Result<Vec<(String, String)>, ControlError> {
        self.inner.with(|gateway, _| {
            gateway
                .place(other_trx_code)
                .and_then(|place| gateway.payments.get(place))
                .and_then(returns::last)
                .ok_or(ControlError::NoReturn)
        })
    }

    /// Answers the next call of a service (`DoVoid`) with a code of its list, `EX` or a bank code.
    ///
    /// # Errors
    ///
    /// When there is no such service, or it has no such code.
    pub fn fail_next(&self, service: &str, code: &str) -> Result<(), ControlError> {
        let armed = self
            .inner
            .with(|gateway, _| commands::fail_next(gateway, service, code));
        if armed {
            Ok(())
        } else {
            Err(ControlError::NoSuchCode)
        }
    }

    /// Turns the pending refund request of a payment into a refund now.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn complete_refund(&self, other_trx_code: &str) -> Result<(), ControlError> {
        self.end_refund(other_trx_code, true)
    }

    /// Withdraws the pending refund request of a payment.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn withdraw_refund(&self, other_trx_code: &str) -> Result<(), ControlError> {
        self.end_refund(other_trx_code, false)
    }

    /// Moves the clock forward; refund requests that fall due become refunds at once.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// The returns that the sandbox sent about a payment in the place of a browser.
    #[must_use]
    pub fn returns(&self, other_trx_code: &str) -> Vec<Delivery> {
        self.labelled(other_trx_code, RETURN)
    }

    /// The notifications about a payment.
    #[must_use]
    pub fn notifications(&self, other_trx_code: &str) -> Vec<Delivery> {
        self.labelled(other_trx_code, NOTIFICATION)
    }

    /// The latest payment of that code.
    #[must_use]
    pub fn payment(&self, other_trx_code: &str) -> Option<Payment> {
        self.inner.with(|gateway, _| {
            let place = gateway.place(other_trx_code)?;
            gateway.payments.get(place).cloned()
        })
    }

    /// Every page and payment, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<Payment> {
        self.inner.with(|gateway, _| gateway.payments.clone())
    }

    /// Request fields that the provider's pages do not list, oldest first.
    #[must_use]
    pub fn extra_fields(&self) -> Vec<ExtraField> {
        self.inner.with(|gateway, _| gateway.extra_fields.clone())
    }

    /// What happened, by `page`, `authorisation`, `capture`, `payment`, `stored_card`, `void`,
    /// `refund_request`, `refund`, `pool_approval` and `pool_undo`.
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

    /// What is sent to the shop: late, again, out of order, or not at all.
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

    fn labelled(&self, other_trx_code: &str, label: &str) -> Vec<Delivery> {
        let mut deliveries = self.callbacks().about(other_trx_code);
        deliveries.retain(|delivery| delivery.label() == label);
        deliveries
    }

    fn buyer(&self, other_trx_code: &str, what: Buyer) -> Result<PaymentState, ControlError> {
        self.inner
            .with(|gateway, context| commands::buyer(gateway, other_trx_code, what, context))
            .ok_or(ControlError::NoSuchPayment)
    }

    fn end_refund(&self, other_trx_code: &str, refund: bool) -> Result<(), ControlError> {
        let ended = self.inner.with(|gateway, context| {
            commands::end_refund(gateway, other_trx_code, refund, context)
        });
        if ended {
            Ok(())
        } else {
            Err(ControlError::NoRefundRequest)
        }
    }
}

fn bank(code: &str) -> Result<&'static BankCode, ControlError> {
    bank_code(code).ok_or(ControlError::NoSuchCode)
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Control").field(&self.inner).finish()
    }
}
