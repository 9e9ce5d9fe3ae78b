//! What a test or a person can do to the sandbox.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{
    self as kit, CallbackMode, Callbacks, Context, Delivery, Desk, Faults, Ledger, SandboxClock,
    Seen, UrlError, check_callback_url,
};

use super::config::TransferOutcome;
use super::gateway::{Gateway, WEBHOOK};
use super::records::{ExtraField, Order, OrderState, Transfer};

/// What is wrong with a forged webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgery {
    /// It is signed with a secret that is not the merchant's.
    WrongSignature,
    /// It has no header `signature`.
    NoSignature,
    /// It names this amount; the signature is genuine, because it does not cover the amount.
    Amount(String),
    /// It names this `txStatus`; the signature is that of the genuine one.
    Status(String),
}

/// What was asked for cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no order of that number.
    #[error("no such order")]
    NoSuchOrder,
    /// The order is not paid.
    #[error("the order is not paid")]
    NotPaid,
    /// No webhook about the order was ever due.
    #[error("there is no webhook about that order")]
    NoWebhook,
    /// No webhook URL is set.
    #[error("no webhook URL is set")]
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

    /// Pays an order as the buyer would; a decided order stays as it is. Says where it stands then.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn pay(&self, order_no: &str) -> Result<OrderState, ControlError> {
        self.decide(order_no, true)
    }

    /// Declines an order as the buyer would; a decided order stays as it is.
    ///
    /// # Errors
    ///
    /// When there is no such order.
    pub fn decline(&self, order_no: &str) -> Result<OrderState, ControlError> {
        self.decide(order_no, false)
    }

    /// Settles a paid order now, so that it cannot be refunded any more.
    ///
    /// # Errors
    ///
    /// When there is no such order, or it is not paid.
    pub fn settle(&self, order_no: &str) -> Result<(), ControlError> {
        self.inner.with(|gateway, context| {
            if gateway.order(order_no).is_none() {
                Err(ControlError::NoSuchOrder)
            } else if gateway.settle(order_no, context.now()) {
                Ok(())
            } else {
                Err(ControlError::NotPaid)
            }
        })
    }

    /// Moves the clock forward; retries that fall due are sent at once.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// Lets every token expire now.
    pub fn expire_tokens(&self) {
        self.inner
            .with(|gateway, context| gateway.expire_tokens(context.now()));
    }

    /// Says what becomes of transfers from now on.
    pub fn set_transfer_outcome(&self, outcome: TransferOutcome) {
        self.inner
            .with(|gateway, _| gateway.config.transfer_outcome = outcome);
    }

    /// Sends webhooks there from now on.
    ///
    /// # Errors
    ///
    /// Unless it is `http://` on this machine.
    pub fn set_webhook(&self, url: &str) -> Result<(), UrlError> {
        check_callback_url(url)?;
        self.inner
            .with(|gateway, _| gateway.config.webhook = Some(url.to_owned()));
        Ok(())
    }

    /// Whether too many failures have disabled the webhook.
    #[must_use]
    pub fn is_webhook_disabled(&self) -> bool {
        self.webhook()
            .is_some_and(|url| self.callbacks().is_disabled(&url))
    }

    /// Enables the webhook again and forgets its failures.
    pub fn enable_webhook(&self) {
        if let Some(url) = self.webhook() {
            self.callbacks().enable(&url);
        }
    }

    /// Lets webhooks never come, or come again from now on.
    pub fn suppress_webhooks(&self, suppress: bool) {
        self.callbacks().set_mode(if suppress {
            CallbackMode::Never
        } else {
            CallbackMode::Now
        });
    }

    /// The genuine webhooks about an order, each with its attempts.
    #[must_use]
    pub fn webhooks(&self, order_no: &str) -> Vec<Delivery> {
        let mut deliveries = self.callbacks().about(order_no);
        deliveries.retain(|delivery| delivery.label() == WEBHOOK);
        deliveries
    }

    /// Sends the last webhook about an order again, outside the retry rules.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn resend_webhook(&self, order_no: &str) -> Result<(), ControlError> {
        self.burst_webhook(order_no, 1)
    }

    /// Sends `times` copies of the last webhook about an order at once.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn burst_webhook(&self, order_no: &str, times: usize) -> Result<(), ControlError> {
        self.inner.with(|_, context| {
            let id = context
                .last_callback(WEBHOOK, order_no)
                .ok_or(ControlError::NoWebhook)?;
            context.resend(id, times);
            Ok(())
        })
    }

    /// Sends a webhook with something wrong about it, at once, whatever the state of the endpoint.
    ///
    /// # Errors
    ///
    /// Without such an order or a webhook URL.
    pub fn forge_webhook(&self, order_no: &str, forgery: &Forgery) -> Result<(), ControlError> {
        self.inner.with(|gateway, context| {
            if gateway.order(order_no).is_none() {
                return Err(ControlError::NoSuchOrder);
            }
            let callback = gateway
                .forged(order_no, forgery)
                .ok_or(ControlError::NoEndpoint)?;
            context.send(callback);
            Ok(())
        })
    }

    /// Sends these fields, unsigned, to the webhook: what a payout event looks like is unknown.
    ///
    /// # Errors
    ///
    /// Without a webhook URL.
    pub fn send_payout_event(&self, fields: &[(&str, &str)]) -> Result<(), ControlError> {
        self.inner.with(|gateway, context| {
            let callback = gateway
                .payout_event(fields)
                .ok_or(ControlError::NoEndpoint)?;
            context.send(callback);
            Ok(())
        })
    }

    /// The latest order of that number.
    #[must_use]
    pub fn order(&self, order_no: &str) -> Option<Order> {
        self.inner
            .with(|gateway, _| gateway.order(order_no).cloned())
    }

    /// Every order, oldest first.
    #[must_use]
    pub fn orders(&self) -> Vec<Order> {
        self.inner.with(|gateway, _| gateway.orders.clone())
    }

    /// Every transfer, oldest first.
    #[must_use]
    pub fn transfers(&self) -> Vec<Transfer> {
        self.inner.with(|gateway, _| gateway.transfers.clone())
    }

    /// Request fields that the provider's page does not list, oldest first.
    #[must_use]
    pub fn extra_fields(&self) -> Vec<ExtraField> {
        self.inner.with(|gateway, _| gateway.extra_fields.clone())
    }

    /// What happened, by `order`, `payment`, `refund`, `beneficiary` and `transfer`.
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

    fn webhook(&self) -> Option<String> {
        self.inner.with(|gateway, _| gateway.config.webhook.clone())
    }

    fn decide(&self, order_no: &str, pay: bool) -> Result<OrderState, ControlError> {
        self.inner.with(|gateway, context: &mut Context<'_>| {
            gateway
                .order(order_no)
                .map(|order| order.link.clone())
                .and_then(|link| gateway.decide(&link, pay, context))
                .map(Order::state)
                .ok_or(ControlError::NoSuchOrder)
        })
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Control").field(&self.inner).finish()
    }
}
