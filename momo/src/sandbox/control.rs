//! What a test or a person can do to the sandbox.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{
    self as kit, CallbackMode, Callbacks, Delivery, Desk, Faults, Ledger, SandboxClock, Seen,
    UrlError, check_callback_url,
};

use super::gateway::{Decision, Gateway};
use super::ipn::{Forgery, IPN};
use super::one_payment::{Bill, BillState, FalseNotice, Init, LinkError, NOTIFICATION};
use super::records::{Payment, PaymentState, Refund};

/// What was asked for cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no payment, refund or bill of that number.
    #[error("no such number")]
    NoSuchNumber,
    /// Nothing about it was ever sent.
    #[error("nothing about it was sent")]
    NothingSent,
    /// The partner's address is not set.
    #[error("no address is set")]
    NoEndpoint,
}

/// The sandbox seen from outside: cheap to clone, usable from any thread, may outlive the server.
#[derive(Clone)]
pub struct Control {
    inner: kit::Control<Gateway>,
}

impl Control {
    pub(super) const fn new(inner: kit::Control<Gateway>) -> Self {
        Self { inner }
    }

    /// Approves a payment as the buyer would; a decided one stays as it is. Says where it stands
    /// then.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn pay(&self, order_id: &str) -> Result<PaymentState, ControlError> {
        self.decide(order_id, Decision::Approve)
    }

    /// Ends a payment without money, with this code (1006: the user refused).
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn decline(&self, order_id: &str, code: u64) -> Result<PaymentState, ControlError> {
        self.decide(order_id, Decision::Decline(code))
    }

    /// Lets a payment expire, with 1005.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn expire(&self, order_id: &str) -> Result<PaymentState, ControlError> {
        self.decide(order_id, Decision::Decline(1005))
    }

    /// Lets a pending payment come out well.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn settle(&self, order_id: &str) -> Result<PaymentState, ControlError> {
        self.decide(order_id, Decision::Settle)
    }

    /// Ends a pending refund with this code; 0 gives the money back.
    ///
    /// # Errors
    ///
    /// When there is no pending refund of that number.
    pub fn settle_refund(&self, order_id: &str, code: u64) -> Result<(), ControlError> {
        self.done(|gateway, context| gateway.settle_refund(order_id, code, context))
    }

    /// Lets the request of that `requestId` count as still in flight, so that a repeat is answered
    /// 422 and 7000; or no longer.
    ///
    /// # Errors
    ///
    /// When there was no such request.
    pub fn set_in_flight(&self, request_id: &str, in_flight: bool) -> Result<(), ControlError> {
        self.done(|gateway, _| gateway.set_in_flight(request_id, in_flight))
    }

    /// Where the buyer's browser is sent after a payment, with the signed result.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn return_url(&self, order_id: &str) -> Result<String, ControlError> {
        self.inner
            .with(|gateway, _| gateway.return_url(order_id))
            .ok_or(ControlError::NoSuchNumber)
    }

    /// The same with something wrong about it.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn forged_return(&self, order_id: &str, forgery: &Forgery) -> Result<String, ControlError> {
        self.inner
            .with(|gateway, _| gateway.forged_return(order_id, forgery))
            .ok_or(ControlError::NoSuchNumber)
    }

    /// The genuine IPNs about a payment, each with its attempts.
    #[must_use]
    pub fn ipns(&self, order_id: &str) -> Vec<Delivery> {
        self.sent(IPN, order_id)
    }

    /// Sends `times` copies of the last IPN about a payment at once.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn resend_ipn(&self, order_id: &str, times: usize) -> Result<(), ControlError> {
        self.resend(IPN, order_id, times)
    }

    /// Sends an IPN with something wrong about it, at once.
    ///
    /// # Errors
    ///
    /// When there is no such payment.
    pub fn forge_ipn(&self, order_id: &str, forgery: &Forgery) -> Result<(), ControlError> {
        self.done(|gateway, context| gateway.forge(order_id, forgery, context))
    }

    /// Lets IPNs and notifications never come, or come again from now on.
    pub fn suppress_callbacks(&self, suppress: bool) {
        self.callbacks().set_mode(if suppress {
            CallbackMode::Never
        } else {
            CallbackMode::Now
        });
    }

    /// The payment of that number.
    #[must_use]
    pub fn payment(&self, order_id: &str) -> Option<Payment> {
        self.inner
            .with(|gateway, _| gateway.payment(order_id).cloned())
    }

    /// Every refund, oldest first.
    #[must_use]
    pub fn refunds(&self) -> Vec<Refund> {
        self.inner.with(|gateway, _| gateway.refunds.clone())
    }

    /// Path and name of request fields that MoMo's pages do not list, oldest first.
    #[must_use]
    pub fn extra_fields(&self) -> Vec<(String, String)> {
        self.inner.with(|gateway, _| gateway.extra_fields.clone())
    }

    /// Calls the partner's Init and notifies there from now on.
    ///
    /// # Errors
    ///
    /// Unless both are `http://` on this machine.
    pub fn set_partner(&self, host: &str, notify_url: &str) -> Result<(), UrlError> {
        check_callback_url(host)?;
        check_callback_url(notify_url)?;
        self.inner.with(|gateway, _| {
            gateway
                .one_payment
                .set_partner(|partner| partner.host(host).notify_url(notify_url));
        });
        Ok(())
    }

    /// Calls the partner's Init for a user of MoMo's; gives the `requestId`.
    ///
    /// # Errors
    ///
    /// Without the partner's address.
    pub fn init(&self, user: &str) -> Result<String, ControlError> {
        self.inner
            .with(|gateway, context| gateway.one_payment.init(user, context))
            .ok_or(ControlError::NoEndpoint)
    }

    /// What came of an Init.
    #[must_use]
    pub fn init_answer(&self, request_id: &str) -> Option<Init> {
        self.inner.with(|gateway, _| {
            let mut inits = gateway.one_payment.inits.iter();
            inits.find(|init| init.request_id() == request_id).cloned()
        })
    }

    /// Opens a link as the app would; gives the `billId`.
    ///
    /// # Errors
    ///
    /// What is wrong with the link.
    pub fn open_link(&self, link: &str) -> Result<String, LinkError> {
        self.inner
            .with(|gateway, context| gateway.one_payment.open_link(link, context))
    }

    /// Charges a bill as the user would have it, and notifies; one that is over stays as it is.
    ///
    /// # Errors
    ///
    /// When there is no such bill.
    pub fn charge(&self, bill_id: &str) -> Result<BillState, ControlError> {
        self.end(bill_id, BillState::Paid)
    }

    /// Lets a bill come to nothing, and notifies with this code.
    ///
    /// # Errors
    ///
    /// When there is no such bill.
    pub fn fail(&self, bill_id: &str, code: i64) -> Result<BillState, ControlError> {
        self.end(bill_id, BillState::Failed(code))
    }

    /// The bill of that number, with the acknowledgements that came.
    #[must_use]
    pub fn bill(&self, bill_id: &str) -> Option<Bill> {
        self.inner.with(|gateway, _| {
            let mut bills = gateway.one_payment.bills.iter();
            bills.find(|bill| bill.bill_id() == bill_id).cloned()
        })
    }

    /// The genuine notifications about a bill, each with its attempts.
    #[must_use]
    pub fn notifications(&self, bill_id: &str) -> Vec<Delivery> {
        self.sent(NOTIFICATION, bill_id)
    }

    /// Sends `times` copies of the last notification about a bill at once.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn notify_again(&self, bill_id: &str, times: usize) -> Result<(), ControlError> {
        self.resend(NOTIFICATION, bill_id, times)
    }

    /// Sends a notification with something wrong about it, at once.
    ///
    /// # Errors
    ///
    /// Without such a bill or a notify URL.
    pub fn forge_notification(
        &self,
        bill_id: &str,
        wrong: &FalseNotice,
    ) -> Result<(), ControlError> {
        self.done(|gateway, context| {
            let callback = gateway.one_payment.notification(bill_id, Some(wrong));
            callback
                .map(|callback| context.send(callback.unconditional()))
                .is_some()
        })
    }

    /// Moves the clock forward; what falls due happens at once.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// What happened, by `order`, `payment`, `authorisation`, `capture`, `cancel`, `refund` and
    /// `link`.
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

    /// What is sent to the merchant: late, again, out of order, or not at all.
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

    fn decide(&self, order_id: &str, decision: Decision) -> Result<PaymentState, ControlError> {
        self.inner
            .with(|gateway, context| gateway.decide(order_id, decision, context))
            .ok_or(ControlError::NoSuchNumber)
    }

    fn end(&self, bill_id: &str, state: BillState) -> Result<BillState, ControlError> {
        self.inner
            .with(|gateway, context| gateway.one_payment.end(bill_id, state, context))
            .ok_or(ControlError::NoSuchNumber)
    }

    fn sent(&self, label: &str, about: &str) -> Vec<Delivery> {
        let mut deliveries = self.callbacks().about(about);
        deliveries.retain(|delivery| delivery.label() == label);
        deliveries
    }

    fn resend(&self, label: &str, about: &str, times: usize) -> Result<(), ControlError> {
        self.inner.with(|_, context| {
            let id = context
                .last_callback(label, about)
                .ok_or(ControlError::NothingSent)?;
            context.resend(id, times);
            Ok(())
        })
    }

    fn done(
        &self,
        act: impl FnOnce(&mut Gateway, &mut kit::Context<'_>) -> bool,
    ) -> Result<(), ControlError> {
        if self.inner.with(act) {
            Ok(())
        } else {
            Err(ControlError::NoSuchNumber)
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Control").field(&self.inner).finish()
    }
}
