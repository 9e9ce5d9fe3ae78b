//! MoMo's calls that are not reads.

use payments_core::call::Resolve;
use payments_core::sandbox::SandboxClock;
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::sandbox::{Config, Control, Sandbox, start};
use payments_momo::types::{
    CaptureOrCancel, CreatePayment, PaymentStatusReply, Refund, RefundStatusReply,
};
use payments_momo::{
    Client, Currency, Momo as Provider, Money, Outcome, Test, TestCredentials, blocking,
};

use super::act::{Act, Query};
use super::caller::{Caller, Wires};
use super::shop::{Operation, Shop, Side, said};

/// A payment that is always there, and paid.
const LANDMARK: &str = "LANDMARK";

pub(super) struct Momo {
    sandbox: Sandbox,
    control: Control,
}

impl Shop for Momo {
    type Provider = Provider;

    const NAME: &'static str = "momo";

    const OPERATIONS: &'static [Operation<Self>] = &[
        Operation {
            call: "create_payment",
            run: |_, act| {
                let call = payment(&act.reference, true)?;
                act.strike_and_ask(call, "order", Query::of("order", |_| true))
            },
        },
        Operation {
            call: "capture_or_cancel",
            run: |shop, act| {
                let call = shop.held(act, ConfirmType::Capture)?;
                let is_paid =
                    |reply: &PaymentStatusReply| reply.result_code.outcome() == Outcome::Paid;
                act.strike_and_ask(call, "capture", Query::of("capture", is_paid))
            },
        },
        Operation {
            call: "capture_or_cancel",
            run: |shop, act| {
                let call = shop.held(act, ConfirmType::Cancel)?;
                let is_over = |reply: &PaymentStatusReply| {
                    matches!(reply.result_code.outcome(), Outcome::Failed(_))
                };
                act.strike_and_ask(call, "cancel", Query::of("cancel", is_over))
            },
        },
        Operation {
            call: "refund",
            run: |shop, act| {
                act.set_up(payment(&act.reference, true)?)?;
                shop.control.pay(&act.reference).map_err(said)?;
                let query = CreatePayment::query(&act.reference).map_err(said)?;
                let paid = act.set_up(query)?;
                let call = Refund::builder()
                    .request_id(format!("R-RF-{}", act.reference))
                    .order_id(format!("RF-{}", act.reference))
                    .amount(dong())
                    .trans_id(paid.trans_id.ok_or("no transId")?)
                    .build()
                    .map_err(said)?;
                let is_made =
                    |reply: &RefundStatusReply| reply.result_code.outcome() == Outcome::Paid;
                act.strike_and_ask(call, "refund", Query::of("refund", is_made))
            },
        },
    ];

    fn open(clock: SandboxClock, seed: u64) -> Result<Self, String> {
        let sandbox = start(Config::new().kit(|kit| kit.clock(clock).seed(seed))).map_err(said)?;
        let control = sandbox.control();
        Ok(Self { sandbox, control })
    }

    fn caller(&self, wires: &Wires, is_async: bool) -> Result<Caller<Provider>, String> {
        let here = || Test::at(self.sandbox.base_url());
        let [partner, access, secret] =
            [Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY];
        let credentials = TestCredentials::new(partner, access, secret).map_err(said)?;
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
        if self.control.payment(LANDMARK).is_none() {
            caller.call(payment(LANDMARK, true)?).map_err(said)?;
            self.control.pay(LANDMARK).map_err(said)?;
        }
        let query = CreatePayment::query(LANDMARK).map_err(said)?;
        let found = caller.call(query).map_err(said)?;
        match found.result_code.outcome() {
            Outcome::Paid => Ok(()),
            other => Err(format!("the landmark is {other:?}")),
        }
    }
}

impl Momo {
    /// Sets up a payment whose amount is held; gives the call that ends that.
    fn held(&self, act: &Act<'_, Provider>, what: ConfirmType) -> Result<CaptureOrCancel, String> {
        act.set_up(payment(&act.reference, false)?)?;
        self.control.pay(&act.reference).map_err(said)?;
        CaptureOrCancel::builder()
            .request_id(format!("C-{}", act.reference))
            .order_id(&*act.reference)
            .request_type(what)
            .amount(dong())
            .build()
            .map_err(said)
    }
}

fn dong() -> Money {
    Money::from_minor(33_000, Currency::VND)
}

fn payment(order_id: &str, at_once: bool) -> Result<CreatePayment, String> {
    CreatePayment::builder()
        .request_id(format!("R-{order_id}"))
        .amount(dong())
        .order_id(order_id)
        .order_info("Trà sữa")
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .auto_capture(at_once)
        .build()
        .map_err(said)
}
