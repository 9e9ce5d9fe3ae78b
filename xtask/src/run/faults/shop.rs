//! A merchant of one provider: its sandbox, its clients, and every call of it that is not a read.

use std::time::Duration;

use payments_core::client::Provider;
use payments_core::sandbox::{CallbackMode, Callbacks, Faults, Ledger, SandboxClock};

use super::act::Act;
use super::caller::{Caller, Wires};

/// One provider's merchant.
pub(super) trait Shop: Sized + 'static {
    type Provider: Provider;

    const NAME: &'static str;

    /// Every call that is not a read, by its name.
    const OPERATIONS: &'static [Operation<Self>];

    /// Starts the sandbox.
    ///
    /// # Errors
    /// What kept it.
    fn open(clock: SandboxClock, seed: u64) -> Result<Self, String>;

    /// A new client, with a budget of repeats of its own: one login, no history.
    ///
    /// # Errors
    /// What kept it.
    fn caller(&self, wires: &Wires, is_async: bool) -> Result<Caller<Self::Provider>, String>;

    /// The provider's side.
    fn side(&self) -> &dyn Side;

    /// Reads something that is always there.
    ///
    /// # Errors
    /// If it cannot be read.
    fn look(&self, caller: &Caller<Self::Provider>) -> Result<(), String>;
}

/// A call: it sets up what it needs, then lets [`Act`] send it into what goes wrong.
pub(super) struct Operation<S: Shop> {
    pub(super) call: &'static str,
    pub(super) run: fn(&S, &mut Act<'_, S::Provider>) -> Result<(), String>,
}

/// What all the controls of sandboxes have.
pub(super) trait Side {
    fn faults(&self) -> Faults;
    fn callbacks(&self) -> Callbacks;
    fn ledger(&self) -> Ledger;
    fn advance(&self, by: Duration);

    /// Nobody listens to callbacks here.
    fn be_silent(&self) {
        self.callbacks().set_mode(CallbackMode::Never);
    }
}

macro_rules! sides {
    ($($control:ty),+ $(,)?) => {$(
        impl Side for $control {
            fn faults(&self) -> Faults {
                self.faults()
            }

            fn callbacks(&self) -> Callbacks {
                self.callbacks()
            }

            fn ledger(&self) -> Ledger {
                self.ledger()
            }

            fn advance(&self, by: Duration) {
                self.advance(by);
            }
        }
    )+};
}

sides!(
    payments_mobilepay::sandbox::Control,
    payments_mocasa::sandbox::Control,
    payments_mocopay::sandbox::Control,
    payments_moka::sandbox::Control,
    payments_momo::sandbox::Control,
);

/// What went wrong, as text.
pub(super) fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
