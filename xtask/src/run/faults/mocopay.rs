//! MoCoPay's call that is not a read.

use payments_core::sandbox::SandboxClock;
use payments_mocopay::sandbox::{Config, Control, Sandbox, start};
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment};
use payments_mocopay::{Client, Credentials, Environment, Mocopay as Provider, blocking};

use super::caller::{Caller, Wires};
use super::shop::{Operation, Shop, Side, said};

/// A payment that is always there.
const LANDMARK: &str = "LANDMARK";

pub(super) struct Mocopay {
    sandbox: Sandbox,
    control: Control,
}

impl Shop for Mocopay {
    type Provider = Provider;

    const NAME: &'static str = "mocopay";

    const OPERATIONS: &'static [Operation<Self>] = &[Operation {
        call: "init_payment",
        run: |_, act| act.strike(payment(&act.reference)?, "session"),
    }];

    fn open(clock: SandboxClock, seed: u64) -> Result<Self, String> {
        let sandbox = start(Config::new().kit(|kit| kit.clock(clock).seed(seed))).map_err(said)?;
        let control = sandbox.control();
        Ok(Self { sandbox, control })
    }

    fn caller(&self, wires: &Wires, is_async: bool) -> Result<Caller<Provider>, String> {
        let here = || Environment::At(self.sandbox.base_url().to_owned());
        let credentials = Credentials::new(Config::API_KEY, Config::API_SECRET).map_err(said)?;
        Ok(if is_async {
            let client = wires.lay(Client::builder(here(), credentials));
            let client = client.build().map_err(said)?;
            Caller::Async(wires.runtime.clone(), (*client).clone())
        } else {
            let client = wires.lay(blocking::Client::builder(here(), credentials));
            Caller::Blocking((*client.build().map_err(said)?).clone())
        })
    }

    fn side(&self) -> &dyn Side {
        &self.control
    }

    fn look(&self, caller: &Caller<Provider>) -> Result<(), String> {
        if self.control.session(LANDMARK).is_none() {
            caller.call(payment(LANDMARK)?).map_err(said)?;
        }
        let session = self.control.session(LANDMARK).ok_or("no landmark")?;
        let id = VerifyBy::SessionId(session.session_id().to_owned());
        let query = VerifyPayment::builder().by(id).build().map_err(said)?;
        let found = caller.call(query).map_err(said)?;
        if found.session_id.as_deref() == Some(session.session_id()) {
            Ok(())
        } else {
            Err("the landmark is another".to_owned())
        }
    }
}

fn payment(reference: &str) -> Result<InitPayment, String> {
    InitPayment::builder()
        .pid(Config::ONE_TIME)
        .mcc("999")
        .mnc("99")
        .user_id("buyer-1")
        .reference_id(reference)
        .callback_url("https://shop.example/return")
        .build()
        .map_err(said)
}
