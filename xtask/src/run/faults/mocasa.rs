//! Mocasa's calls that are not reads.

use payments_core::sandbox::SandboxClock;
use payments_mocasa::sandbox::{Config, Control, Sandbox, start};
use payments_mocasa::types::{
    CreateBeneficiary, CreateOrder, OrderStatus, Refund, Transfer, TransferStatusReply,
};
use payments_mocasa::{
    Client, Credentials, Currency, Environment, Mocasa as Provider, Money, blocking,
};

use super::act::Query;
use super::caller::{Caller, Wires};
use super::shop::{Operation, Shop, Side, said};

/// An order that is always there.
const LANDMARK: &str = "LANDMARK";

pub(super) struct Mocasa {
    sandbox: Sandbox,
    control: Control,
}

impl Shop for Mocasa {
    type Provider = Provider;

    const NAME: &'static str = "mocasa";

    const OPERATIONS: &'static [Operation<Self>] = &[
        Operation {
            call: "create_order",
            run: |_, act| {
                let call = order(&act.reference)?;
                act.strike_and_ask(call, "order", Query::of("order", |_| true))
            },
        },
        Operation {
            call: "refund",
            run: |shop, act| {
                act.set_up(order(&act.reference)?)?;
                shop.control.pay(&act.reference).map_err(said)?;
                let refund = Refund::builder()
                    .order_no(&*act.reference)
                    .reason("returned");
                act.strike(refund.build().map_err(said)?, "refund")
            },
        },
        Operation {
            call: "create_beneficiary",
            run: |_, act| act.strike(beneficiary()?, "beneficiary"),
        },
        Operation {
            call: "transfer",
            run: |_, act| {
                let payee = act.set_up(beneficiary()?)?.account_no;
                let transfer = Transfer::builder()
                    .transfer_serial_no(&*act.reference)
                    .amount(pesos())
                    .payee_account_no(payee)
                    .purpose("payout");
                let call = transfer.build().map_err(said)?;
                let is_made = |reply: &TransferStatusReply| reply.tx_status.as_str() == "success";
                act.strike_and_ask(call, "transfer", Query::of("transfer", is_made))
            },
        },
    ];

    fn open(clock: SandboxClock, seed: u64) -> Result<Self, String> {
        let sandbox = start(Config::new().kit(|kit| kit.clock(clock).seed(seed))).map_err(said)?;
        let control = sandbox.control();
        Ok(Self { sandbox, control })
    }

    fn caller(&self, wires: &Wires, is_async: bool) -> Result<Caller<Provider>, String> {
        let here = || Environment::At(self.sandbox.base_url().to_owned());
        let credentials =
            Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET).map_err(said)?;
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
        if self.control.order(LANDMARK).is_none() {
            caller.call(order(LANDMARK)?).map_err(said)?;
        }
        let query = OrderStatus::builder().order_no(LANDMARK);
        let found = caller.call(query.build().map_err(said)?).map_err(said)?;
        match found.tx_status.as_str() {
            "unpaid" => Ok(()),
            other => Err(format!("the landmark is {other}")),
        }
    }
}

fn pesos() -> Money {
    Money::from_minor(149_900, Currency::PHP)
}

fn order(order_no: &str) -> Result<CreateOrder, String> {
    CreateOrder::builder()
        .order_no(order_no)
        .amount(pesos())
        .product_name("Tea & cake")
        .customer_id("C-1")
        .return_url("https://shop.example/back")
        .build()
        .map_err(said)
}

fn beneficiary() -> Result<CreateBeneficiary, String> {
    CreateBeneficiary::builder()
        .id_type("passport")
        .id_no("P-1234567")
        .beneficiary_name("Ana Reyes")
        .phone("+639170000001")
        .business_license("L-1")
        .shop_name("Ana's")
        .build()
        .map_err(said)
}
