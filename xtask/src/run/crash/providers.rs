//! The provider's truth about payouts: a sandbox of each account, with a ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use payments_core::client::ByHand;
use payments_core::sandbox::Fault;
use payments_mocasa::sandbox::{Config, RepeatedTransfer, Sandbox, start};
use payments_mocasa::types::CreateBeneficiary;

use super::book::Book;
use super::callback::ACCOUNTS;
use super::part::Payee;
use super::payer::client;
use super::said;

/// What the ledger calls a payout.
const TRANSFER: &str = "transfer";

/// A sandbox of each account.
pub(super) struct Providers(Vec<(Sandbox, Payee)>);

impl Providers {
    /// Starts them: they send the money of a repeated payout twice, take some milliseconds to answer
    /// after they have, and at times do not answer at all.
    ///
    /// # Errors
    /// If one does not start.
    pub(super) fn start(seed: u64) -> Result<Self, String> {
        let mut started = Vec::new();
        for account in ACCOUNTS {
            let config = Config::new()
                .kit(|kit| kit.seed(seed))
                .repeated_transfer(RepeatedTransfer::SecondTransfer);
            let sandbox = start(config).map_err(said)?;
            let provider = sandbox.base_url().to_owned();
            let payee = client(&provider)?
                .create_beneficiary(beneficiary()?)
                .map_err(said)?
                .into_inner()
                .account_no;
            let mut faults: Vec<_> = (5..20)
                .map(|millis| Fault::SlowAfter(Duration::from_millis(millis)))
                .collect();
            faults.push(Fault::CloseAfter);
            let paths = "/payout/transfer/initiate/*";
            sandbox.control().faults().share(paths, 1000, faults);
            let payee = Payee {
                account: account.to_owned(),
                provider,
                payee,
            };
            started.push((sandbox, payee));
        }
        Ok(Self(started))
    }

    pub(super) fn payees(&self) -> Vec<Payee> {
        self.0.iter().map(|(_, payee)| payee.clone()).collect()
    }

    /// How often each payout was made, by account and number.
    pub(super) fn payouts(&self) -> BTreeMap<(String, String), u64> {
        let mut payouts = BTreeMap::new();
        for (sandbox, payee) in &self.0 {
            for effect in sandbox.control().ledger().effects() {
                if effect.kind() == TRANSFER {
                    let operation = (payee.account.clone(), effect.reference().to_owned());
                    let count: &mut u64 = payouts.entry(operation).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        payouts
    }

    /// What a person does with the calls that the provider could tell nothing about, while nobody sends:
    /// looks into the provider's ledger. Gives how many there were.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(super) fn settle_by_hand(&self, book: &Book) -> Result<u64, String> {
        let payouts = self.payouts();
        let mut settled = 0_u64;
        for (_, payee) in &self.0 {
            let client = client(&payee.provider)?.with_journal(book.journal(&payee.account));
            for row in client.open_calls().map_err(said)? {
                let number = row.record().reference().unwrap_or_default().to_owned();
                let found = match payouts.get(&(payee.account.clone(), number)) {
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
