//! What a test or a person can do to the sandbox.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{
    self as kit, CallbackMode, Callbacks, Context, Delivery, Desk, Faults, Ledger, SandboxClock,
    Seen, UrlError, check_callback_url,
};

use super::gateway::{Gateway, SESSION, TRANSACTION};
use super::records::Session;

/// There is no session of that reference, or it is not in a state for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no session of that reference can do that")]
pub struct NoSuchSession;

/// The sandbox seen from outside: cheap to clone, usable from any thread, may outlive the server.
///
/// Sessions are called by the merchant's reference, or by the request's id where none was given; the
/// latest one counts.
#[derive(Clone)]
pub struct Control {
    inner: kit::Control<Gateway>,
}

type Step = fn(&mut Gateway, usize, &mut Context<'_>) -> Option<()>;

impl Control {
    pub(super) const fn new(inner: kit::Control<Gateway>) -> Self {
        Self { inner }
    }

    /// The buyer agrees; a second time changes nothing.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`].
    pub fn authorize(&self, reference: &str) -> Result<(), NoSuchSession> {
        self.step(reference, Gateway::authorize)
    }

    /// Charges an authorized session, once more.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`].
    pub fn charge(&self, reference: &str) -> Result<(), NoSuchSession> {
        self.step(reference, Gateway::charge)
    }

    /// Charges the next series of a subscription.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`].
    pub fn renew(&self, reference: &str) -> Result<(), NoSuchSession> {
        self.step(reference, Gateway::renew)
    }

    /// Begins the next series of a subscription, and its charge fails.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`].
    pub fn fail_renewal(&self, reference: &str) -> Result<(), NoSuchSession> {
        self.step(reference, Gateway::fail_renewal)
    }

    /// The buyer declines, or ends a subscription.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`].
    pub fn cancel(&self, reference: &str) -> Result<(), NoSuchSession> {
        self.step(reference, Gateway::cancel)
    }

    fn step(&self, reference: &str, step: Step) -> Result<(), NoSuchSession> {
        self.inner.with(|gateway, context| {
            let at = gateway.position(reference).ok_or(NoSuchSession)?;
            step(gateway, at, context).ok_or(NoSuchSession)
        })
    }

    /// Gives the merchant a new secret; what the one before it signs is taken until
    /// [`Control::end_secret_change`].
    pub fn change_secret(&self, api_secret: &str) {
        self.inner.with(|gateway, _| {
            let config = &mut gateway.config;
            let before = std::mem::replace(&mut config.api_secret, api_secret.to_owned());
            config.previous_secret = Some(before);
        });
    }

    /// Takes no more of what the previous secret signs.
    pub fn end_secret_change(&self) {
        self.inner
            .with(|gateway, _| gateway.config.previous_secret = None);
    }

    /// Sends session notifications there, where a request names no address.
    ///
    /// # Errors
    ///
    /// Unless it is `http://` on this machine.
    pub fn set_notify_url(&self, url: &str) -> Result<(), UrlError> {
        check_callback_url(url)?;
        self.inner
            .with(|gateway, _| gateway.config.notify_url = Some(url.to_owned()));
        Ok(())
    }

    /// Sends transaction notifications there.
    ///
    /// # Errors
    ///
    /// Unless it is `http://` on this machine.
    pub fn set_transaction_url(&self, url: &str) -> Result<(), UrlError> {
        check_callback_url(url)?;
        self.inner
            .with(|gateway, _| gateway.config.transaction_url = Some(url.to_owned()));
        Ok(())
    }

    /// Sends a session notification of these fields, as anyone could.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`] without an address of the control box.
    pub fn forge(&self, fields: &[(&'static str, &str)]) -> Result<(), NoSuchSession> {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        self.inner.with(|gateway, context| {
            let callback = gateway.forged("forged", &fields).ok_or(NoSuchSession)?;
            context.send(callback);
            Ok(())
        })
    }

    /// Sends `times` copies of the last session notification at once.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`] where there was none.
    pub fn notify_again(&self, reference: &str, times: usize) -> Result<(), NoSuchSession> {
        self.again(SESSION, reference, times)
    }

    /// Sends `times` copies of the last transaction notification at once.
    ///
    /// # Errors
    ///
    /// [`NoSuchSession`] where there was none.
    pub fn transaction_again(&self, reference: &str, times: usize) -> Result<(), NoSuchSession> {
        self.again(TRANSACTION, reference, times)
    }

    fn again(&self, label: &str, reference: &str, times: usize) -> Result<(), NoSuchSession> {
        self.inner.with(|_, context| {
            let id = context
                .last_callback(label, reference)
                .ok_or(NoSuchSession)?;
            context.resend(id, times);
            Ok(())
        })
    }

    /// Lets notifications never come, or come again from now on.
    pub fn suppress(&self, suppress: bool) {
        self.callbacks().set_mode(if suppress {
            CallbackMode::Never
        } else {
            CallbackMode::Now
        });
    }

    /// The notifications about a session, each with its attempts.
    #[must_use]
    pub fn notifications(&self, reference: &str) -> Vec<Delivery> {
        self.callbacks().about(reference)
    }

    /// The latest session of that reference.
    #[must_use]
    pub fn session(&self, reference: &str) -> Option<Session> {
        self.inner.with(|gateway, _| {
            let at = gateway.position(reference)?;
            gateway.sessions.get(at).cloned()
        })
    }

    /// Every session, oldest first.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        self.inner.with(|gateway, _| gateway.sessions.clone())
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.inner.advance(by);
    }

    /// What happened, by `session` and `charge`.
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
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Control").field(&self.inner).finish()
    }
}
