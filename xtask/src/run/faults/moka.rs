//! Moka's calls that are not reads.

use std::time::Duration;

use payments_core::sandbox::SandboxClock;
use payments_moka::codes::{PageKind, PaymentStatus, VoidRefundReason};
use payments_moka::sandbox::{Config, Control, Sandbox, start};
use payments_moka::types::{
    ApprovePoolPayment, Capture, CreatePage, DetailKey, PaymentDetails, PaymentDetailsReply,
    PaymentKey, RefundAmount, RequestRefund, UndoPoolApproval, Void,
};
use payments_moka::{Client, Currency, Moka as Provider, Money, Test, TestCredentials, blocking};

use super::act::{Act, Query};
use super::caller::{Caller, Wires};
use super::shop::{Operation, Shop, Side, said};

/// A payment that is always there.
const LANDMARK: &str = "LANDMARK";

/// A refund is taken from the next day on.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A refund request becomes a refund some time later, and only that is told by the query.
const REFUNDED: Duration = Duration::from_secs(2 * 3600);

pub(super) struct Moka {
    sandbox: Sandbox,
    control: Control,
}

/// How a page takes the money.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    Sale,
    PreAuth,
    Pool,
}

impl Shop for Moka {
    type Provider = Provider;

    const NAME: &'static str = "moka";

    const OPERATIONS: &'static [Operation<Self>] = &[
        Operation {
            call: "create_page",
            run: |_, act| {
                let call = page(&act.reference, Taking::Sale)?;
                let is_paid = |reply: &PaymentDetailsReply| reply.payment.is_some();
                // A page that nobody has paid at is not told, and is worth nothing.
                act.strike_and_ask(call, "page", Query::of("payment", is_paid))
            },
        },
        Operation {
            call: "capture",
            run: |shop, act| {
                shop.paid(act, Taking::PreAuth)?;
                let call = Capture::builder()
                    .payment(key(act))
                    .amount(liras())
                    .client_ip("192.0.2.1")
                    .build()
                    .map_err(said)?;
                let is_paid =
                    |reply: &PaymentDetailsReply| status(reply) == Some(&PaymentStatus::Payment);
                act.strike_and_ask(call, "capture", Query::of("capture", is_paid))
            },
        },
        Operation {
            call: "void",
            run: |shop, act| {
                shop.paid(act, Taking::Sale)?;
                let call = Void::builder()
                    .payment(key(act))
                    .client_ip("192.0.2.1")
                    .reason(VoidRefundReason::FromOutside)
                    .build()
                    .map_err(said)?;
                let is_void =
                    |reply: &PaymentDetailsReply| status(reply) == Some(&PaymentStatus::Voided);
                act.strike_and_ask(call, "void", Query::of("void", is_void))
            },
        },
        Operation {
            call: "request_refund",
            run: |shop, act| {
                shop.paid(act, Taking::Sale)?;
                shop.control.advance(DAY);
                let call = RequestRefund::builder()
                    .payment(key(act))
                    .amount(RefundAmount::Everything)
                    .build()
                    .map_err(said)?;
                let is_refunded =
                    |reply: &PaymentDetailsReply| status(reply) == Some(&PaymentStatus::Refunded);
                let query = Query {
                    later: REFUNDED,
                    ..Query::of("refund_request", is_refunded)
                };
                act.strike_and_ask(call, "refund_request", query)
            },
        },
        Operation {
            call: "approve_pool_payment",
            run: |shop, act| {
                shop.paid(act, Taking::Pool)?;
                act.strike(approve(act)?, "pool_approval")
            },
        },
        Operation {
            call: "undo_pool_approval",
            run: |shop, act| {
                shop.paid(act, Taking::Pool)?;
                act.set_up(approve(act)?)?;
                let call = UndoPoolApproval::builder().payment(key(act));
                act.strike(call.build().map_err(said)?, "pool_undo")
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
        let credentials =
            TestCredentials::new(Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD);
        let credentials = credentials.map_err(said)?;
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
            let page = page(LANDMARK, Taking::Sale)?;
            caller.call(page).map_err(said)?;
            self.control.pay(LANDMARK).map_err(said)?;
        }
        let payment = DetailKey::OtherTrxCode(LANDMARK.to_owned());
        let query = PaymentDetails::builder().payment(payment);
        let found = caller.call(query.build().map_err(said)?).map_err(said)?;
        let found = found.payment.as_ref().ok_or("no landmark")?;
        if found.other_trx_code.as_deref().map(str::trim) == Some(LANDMARK) {
            Ok(())
        } else {
            Err("the landmark is another".to_owned())
        }
    }
}

impl Moka {
    /// Sets a payment up and pays it.
    fn paid(&self, act: &Act<'_, Provider>, taking: Taking) -> Result<(), String> {
        act.set_up(page(&act.reference, taking)?)?;
        self.control.pay(&act.reference).map_err(said)?;
        Ok(())
    }
}

fn liras() -> Money {
    Money::from_minor(2_750, Currency::TRY)
}

fn key(act: &Act<'_, Provider>) -> PaymentKey {
    PaymentKey::OtherTrxCode(act.reference.clone())
}

fn status(reply: &PaymentDetailsReply) -> Option<&PaymentStatus> {
    Some(&reply.payment.as_ref()?.payment_status)
}

fn page(reference: &str, taking: Taking) -> Result<CreatePage, String> {
    CreatePage::builder()
        .amount(liras())
        .other_trx_code(reference)
        .kind(PageKind::CommonPaymentPage)
        .three_d(true)
        .pre_auth(taking == Taking::PreAuth)
        .pool_payment(taking == Taking::Pool)
        .redirect_url("https://shop.example/moka/return")
        .build()
        .map_err(said)
}

fn approve(act: &Act<'_, Provider>) -> Result<ApprovePoolPayment, String> {
    let call = ApprovePoolPayment::builder().payment(key(act));
    call.build().map_err(said)
}
