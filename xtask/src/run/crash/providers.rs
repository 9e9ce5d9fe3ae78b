//! The providers' truth about payouts: two sandboxes of each account, with a ledger each.

use std::sync::Arc;
use std::time::Duration;

use payments_core::client::ByHand;
use payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_core::sandbox::{Fault, Faults, Ledger};
use payments_core::{Currency, Money};
use payments_mocasa::sandbox::{Config, RepeatedTransfer, Sandbox};
use payments_mocasa::types::CreateBeneficiary;
use payments_momo::codes::RequestType;
use payments_momo::sandbox::{Config as MomoConfig, Sandbox as MomoSandbox};
use payments_momo::types::{CreatePayment, PaymentStatus};

use super::book::Book;
use super::callback::ACCOUNTS;
use super::figures::Payouts;
use super::part::{Payee, Way};
use super::payer::number;
use super::said;
use super::till::{Till, mocasa, momo};

/// The payment that all refunds are out of, and what it is of: more than anybody gives back.
const PURCHASE: &str = "PURCHASE";
const DONG: i64 = 1_000_000_000_000;

/// As many attempts as any client makes.
const ATTEMPTS: u32 = 3;

/// The sandboxes of each account.
pub(super) struct Providers(Vec<(Side, Payee)>);

/// One of them.
enum Side {
    Transfers(Sandbox),
    Refunds(MomoSandbox),
}

impl Side {
    fn ledger(&self) -> Ledger {
        match self {
            Self::Transfers(sandbox) => sandbox.control().ledger(),
            Self::Refunds(sandbox) => sandbox.control().ledger(),
        }
    }

    /// When its clock began, in milliseconds since 1970-01-01 UTC.
    fn began(&self) -> i64 {
        let clock = match self {
            Self::Transfers(sandbox) => sandbox.control().clock().clone(),
            Self::Refunds(sandbox) => sandbox.control().clock().clone(),
        };
        // In this order: who is interrupted between the two takes the effects for later, not for earlier.
        let (since, wall) = (clock.monotonic().as_millis(), unix_millis(clock.wall()));
        wall.cast_signed().saturating_sub(millis(since))
    }

    /// What the ledger calls a payout.
    const fn payout(&self) -> &'static str {
        match self {
            Self::Transfers(_) => "transfer",
            Self::Refunds(_) => "refund",
        }
    }
}

impl Providers {
    /// Starts them: they take some milliseconds to answer after they have paid, and at times do not
    /// answer at all. What sends money does so twice if it is asked twice; what gives it back tells what
    /// it never did, of which there is some: its first request at least.
    ///
    /// # Errors
    /// If one does not start.
    pub(super) fn start(seed: u64) -> Result<Self, String> {
        let mut started = Vec::new();
        for account in ACCOUNTS {
            started.push(transfers(account, seed)?);
            started.push(refunds(account, seed)?);
        }
        Ok(Self(started))
    }

    pub(super) fn payees(&self) -> Vec<Payee> {
        self.0.iter().map(|(_, payee)| payee.clone()).collect()
    }

    /// When each payout was made.
    pub(super) fn payouts(&self) -> Payouts {
        let mut payouts = Payouts::new();
        for (side, payee) in &self.0 {
            let began = side.began();
            for effect in side.ledger().effects() {
                if effect.kind() == side.payout() {
                    let operation = (payee.till(), number(effect.reference()).to_owned());
                    let made = began.saturating_add(millis(effect.at().as_millis()));
                    payouts.entry(operation).or_default().push(made);
                }
            }
        }
        payouts
    }

    /// What a person does with the calls that their provider can tell nothing about, while nobody sends:
    /// looks into its ledger. Gives how many there were.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(super) fn settle_by_hand(&self, book: &Book) -> Result<u64, String> {
        let payouts = self.payouts();
        let mut settled = 0_u64;
        for (_, payee) in &self.0 {
            let journal = book.journal(&payee.account);
            let till = Till::open(payee, journal, Arc::new(SystemClock::new()))?;
            // The payer has refunds settled by its provider.
            let Till::Transfers(client, _) = till else {
                continue;
            };
            for row in client.open_calls().map_err(said)? {
                let reference = row.record().reference().unwrap_or_default();
                let operation = (payee.till(), number(reference).to_owned());
                let found = match payouts.get(&operation) {
                    Some(_) => ByHand::Done,
                    None => ByHand::NeverHappened,
                };
                let why = "as the provider's ledger has it";
                client
                    .settle_by_hand(&row, found, "the driver", why)
                    .map_err(said)?;
                settled = settled.saturating_add(1);
            }
        }
        Ok(settled)
    }
}

fn millis(time: u128) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

fn transfers(account: &str, seed: u64) -> Result<(Side, Payee), String> {
    let config = Config::new()
        .kit(|kit| kit.seed(seed))
        .repeated_transfer(RepeatedTransfer::SecondTransfer);
    let sandbox = payments_mocasa::sandbox::start(config).map_err(said)?;
    let provider = sandbox.base_url().to_owned();
    let payee = mocasa(&provider, Arc::new(SystemClock::new()))?
        .create_beneficiary(beneficiary()?)
        .map_err(said)?
        .into_inner()
        .account_no;
    let faults = sandbox.control().faults();
    trouble(&faults, "/payout/transfer/initiate/*", [Fault::CloseAfter]);
    let payee = Payee {
        account: account.to_owned(),
        provider,
        way: Way::Transfer(payee),
    };
    Ok((Side::Transfers(sandbox), payee))
}

fn refunds(account: &str, seed: u64) -> Result<(Side, Payee), String> {
    let most = u64::try_from(DONG).map_err(said)?;
    let config = MomoConfig::new()
        .kit(|kit| kit.seed(seed))
        .amounts(1_000..=most);
    let sandbox = payments_momo::sandbox::start(config).map_err(said)?;
    let provider = sandbox.base_url().to_owned();
    let control = sandbox.control();
    let client = momo(&provider, Arc::new(SystemClock::new()))?;
    client.create_payment(purchase()?).map_err(said)?;
    control.pay(PURCHASE).map_err(said)?;
    let query = PaymentStatus::builder()
        .request_id("look")
        .order_id(PURCHASE);
    let paid = client.payment_status(query.build().map_err(said)?);
    let payment = paid.map_err(said)?.trans_id.ok_or("no transId")?;
    let (faults, paths) = (control.faults(), "/v2/gateway/api/refund");
    trouble(&faults, paths, [Fault::CloseAfter, Fault::CloseBefore]);
    faults.times(paths, Fault::CloseBefore, ATTEMPTS);
    let payee = Payee {
        account: account.to_owned(),
        provider,
        way: Way::Refund(payment),
    };
    Ok((Side::Refunds(sandbox), payee))
}

/// Each request is answered late, or meets one of `faults`.
fn trouble(on: &Faults, paths: &str, faults: impl IntoIterator<Item = Fault>) {
    let late = (5..20).map(|millis| Fault::SlowAfter(Duration::from_millis(millis)));
    on.share(paths, 1000, late.chain(faults).collect());
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

fn purchase() -> Result<CreatePayment, String> {
    CreatePayment::builder()
        .request_id("buy")
        .amount(Money::from_minor(DONG, Currency::VND))
        .order_id(PURCHASE)
        .order_info("Trà sữa")
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .build()
        .map_err(said)
}
