//! MobilePay's calls that are not reads.

use payments_core::sandbox::SandboxClock;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::Attempt;
use payments_mobilepay::sandbox::{Config, Control, Payment, Sandbox, start};
use payments_mobilepay::types::{
    AllowedCardType, Cancel, Capture, CreateMerchant, DeleteMerchant, InitiatePayment,
    ReadMerchant, Refund, UpdatePayment,
};
use payments_mobilepay::{
    Client, Currency, Mobilepay as Provider, Money, Test, TestCredentials, blocking,
};

use super::act::Act;
use super::caller::{Caller, Wires};
use super::shop::{Operation, Shop, Side, said};

const PUBLIC_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/pub.pem");
const AT: &str = "2026-11-01T12:00:00Z";

pub(super) struct Mobilepay {
    sandbox: Sandbox,
    control: Control,
}

impl Shop for Mobilepay {
    type Provider = Provider;

    const NAME: &'static str = "mobilepay";

    const OPERATIONS: &'static [Operation<Self>] = &[
        Operation {
            call: "create_merchant",
            run: |_, act| act.strike(merchant(&act.reference)?, "merchant"),
        },
        Operation {
            call: "delete_merchant",
            run: |_, act| {
                let made = act.set_up(merchant(&act.reference)?)?;
                let call = DeleteMerchant::builder().merchant_id(made.merchant_id);
                act.strike(call.build().map_err(said)?, "merchant_deleted")
            },
        },
        Operation {
            call: "initiate_payment",
            run: |_, act| act.strike(payment(&act.reference)?, "payment"),
        },
        Operation {
            call: "update_payment",
            run: |_, act| {
                let made = act.set_up(payment(&act.reference)?)?;
                let call = UpdatePayment::builder()
                    .payment_id(made.payment_id)
                    .redirect_from_mobile_pay_url("https://shop.example/elsewhere");
                act.strike(call.build().map_err(said)?, "update")
            },
        },
        Operation {
            call: "update_attempt",
            run: |shop, act| {
                let attempt = shop.accepted(act)?;
                act.strike(
                    attempt.authorize_succeeded().map_err(said)?,
                    "authorization",
                )
            },
        },
        Operation {
            call: "capture",
            run: |shop, act| {
                let call = capture(&shop.authorized(act)?)?;
                act.strike(call, "capture")
            },
        },
        Operation {
            call: "cancel",
            run: |shop, act| {
                let call = Cancel::builder()
                    .payment_id(shop.authorized(act)?)
                    .cancel_identifier("CAN-1")
                    .amount(kroner(495))
                    .timestamp(AT);
                act.strike(call.build().map_err(said)?, "cancel")
            },
        },
        Operation {
            call: "refund",
            run: |shop, act| {
                let payment = shop.authorized(act)?;
                act.set_up(capture(&payment)?)?;
                let call = Refund::builder()
                    .payment_id(payment)
                    .refund_identifier("REF-1")
                    .amount(kroner(200))
                    .timestamp(AT);
                act.strike(call.build().map_err(said)?, "refund")
            },
        },
    ];

    fn open(clock: SandboxClock, seed: u64) -> Result<Self, String> {
        let config = Config::new().kit(|kit| kit.clock(clock).seed(seed));
        let sandbox = start(config.public_key(PUBLIC_KEY)).map_err(said)?;
        let control = sandbox.control();
        Ok(Self { sandbox, control })
    }

    fn caller(&self, wires: &Wires, is_async: bool) -> Result<Caller<Provider>, String> {
        let here = || Test::at(self.sandbox.base_url());
        let credentials =
            TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET).map_err(said)?;
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
        let query = ReadMerchant::builder().merchant_id(Config::MERCHANT_ID);
        let found = caller.call(query.build().map_err(said)?).map_err(said)?;
        if found.merchant_id == Config::MERCHANT_ID {
            Ok(())
        } else {
            Err("the merchant is another".to_owned())
        }
    }
}

impl Mobilepay {
    /// A payment that the payer accepted with a card.
    fn accepted(&self, act: &Act<'_, Provider>) -> Result<Attempt, String> {
        act.set_up(payment(&act.reference)?)?;
        self.control.accept(&act.reference).map_err(said)?;
        let payment: Payment = self.control.payment(&act.reference).ok_or("no payment")?;
        let attempt = payment.attempts().last().ok_or("no attempt")?;
        Ok(Attempt::new(payment.id(), attempt.id()))
    }

    /// The id of a payment whose money is reserved.
    fn authorized(&self, act: &Act<'_, Provider>) -> Result<String, String> {
        let attempt = self.accepted(act)?;
        act.set_up(attempt.authorize_succeeded().map_err(said)?)?;
        Ok(attempt.payment_id().to_owned())
    }
}

fn kroner(minor: i64) -> Money {
    Money::from_minor(minor, Currency::DKK)
}

fn merchant(reference: &str) -> Result<CreateMerchant, String> {
    CreateMerchant::builder()
        .external_id(reference)
        .merchant_category_code(5732)
        .name("Aarhus Trading")
        .billing_currency("DKK")
        .country_code("DK")
        .vat_number("12345678")
        .build()
        .map_err(said)
}

fn payment(reference: &str) -> Result<InitiatePayment, String> {
    let card = AllowedCardType::builder()
        .name(CardType::Dankort)
        .encrypted_pan_callback_url("https://psp.example/card")
        .build()
        .map_err(said)?;
    InitiatePayment::builder()
        .merchant_id(Config::MERCHANT_ID)
        .merchant_name("Shop")
        .merchant_logo_url("https://no-logo.png")
        .merchant_order_id(format!("ORDER-{reference}"))
        .merchant_url("https://shop.example")
        .psp_reference_id(reference)
        .amount(kroner(495))
        .allowed_card_types(vec![card])
        .public_key_id(i64::from(Config::FIRST_KEY_ID))
        .redirect_from_mobile_pay_url("https://shop.example/return")
        .build()
        .map_err(said)
}

fn capture(payment: &str) -> Result<Capture, String> {
    Capture::builder()
        .payment_id(payment)
        .capture_identifier("CAP-1")
        .amount(kroner(495))
        .timestamp(AT)
        .build()
        .map_err(said)
}
