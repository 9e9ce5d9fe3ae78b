//! Where an account pays: one provider that sends money out, and one that gives it back.

use std::sync::Arc;

use payments_core::call::Resolve as _;
use payments_core::client::Settled;
use payments_core::clock::Clock;
use payments_core::journal::{Journal, Row};
use payments_core::{Currency, Error, Money, MoneyMoved};
use payments_mocasa::sandbox::Config as Mocasa;
use payments_mocasa::types::Transfer;
use payments_mocasa::{Credentials, Environment};
use payments_momo::sandbox::Config as Momo;
use payments_momo::types::Refund;
use payments_momo::{Outcome, Test, TestCredentials};

use super::part::{Payee, Way};
use super::said;

/// A client of an account, and whom it pays.
pub(super) enum Till {
    /// Mocasa documents no code for "not found": what did not happen is never known there.
    Transfers(payments_mocasa::blocking::Client, String),
    /// MoMo documents one: what did not happen is told, once it is old enough.
    Refunds(payments_momo::blocking::Client, i64),
}

impl Till {
    /// Opens it.
    ///
    /// # Errors
    /// If its client cannot be set up.
    pub(super) fn open(
        payee: &Payee,
        journal: Journal,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        Ok(match &payee.way {
            Way::Transfer(account) => {
                let client = mocasa(&payee.provider, clock)?.with_journal(journal);
                Self::Transfers(client, account.clone())
            }
            Way::Refund(payment) => {
                let client = momo(&payee.provider, clock)?.with_journal(journal);
                Self::Refunds(client, *payment)
            }
        })
    }

    /// The calls of which it is not known what became.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn open_calls(&self) -> Result<Vec<Row>, String> {
        match self {
            Self::Transfers(client, _) => client.open_calls(),
            Self::Refunds(client, _) => client.open_calls(),
        }
        .map_err(said)
    }

    /// Asks what became of one.
    ///
    /// # Errors
    /// If it cannot be asked for, or not be written down.
    pub(super) fn settle(&self, row: &Row) -> Result<Settled, String> {
        match self {
            Self::Transfers(client, _) => client.settle(row),
            Self::Refunds(client, _) => client.settle(row),
        }
        .map_err(said)
    }

    /// Pays, under that reference. Gives whether it is known that this was done.
    ///
    /// # Errors
    /// What the caller cannot go on after.
    pub(super) fn pay(&self, reference: &str) -> Result<bool, String> {
        match self {
            Self::Transfers(client, payee) => {
                let call = Transfer::builder()
                    .transfer_serial_no(reference)
                    .amount(Money::from_minor(25_050, Currency::PHP))
                    .payee_account_no(&**payee)
                    .purpose("payout")
                    .build()
                    .map_err(said)?;
                self.known(reference, client.transfer(call).map(drop))
            }
            Self::Refunds(client, payment) => {
                let call = Refund::builder()
                    .request_id(format!("R-{reference}"))
                    .order_id(reference)
                    .amount(Money::from_minor(1_000, Currency::VND))
                    .trans_id(*payment)
                    .build()
                    .map_err(said)?;
                self.known(reference, client.refund(call).map(drop))
            }
        }
    }

    fn known(&self, reference: &str, answer: Result<(), Error>) -> Result<bool, String> {
        match answer {
            Ok(()) => Ok(true),
            Err(error) if error.money_moved() == MoneyMoved::Yes => Ok(true),
            // Refused is also what was paid before, under that reference.
            Err(Error::Unknown(_) | Error::Refused(_)) => self.asked(reference),
            Err(error) => Err(said(error)),
        }
    }

    /// Whether the provider says that it was paid.
    fn asked(&self, reference: &str) -> Result<bool, String> {
        let is_paid = match self {
            Self::Transfers(client, _) => {
                let query = Transfer::query(reference).map_err(said)?;
                let reply = client.transfer_status(query);
                reply.map(|reply| reply.tx_status.as_str() == "success")
            }
            Self::Refunds(client, _) => {
                let query = Refund::query(reference).map_err(said)?;
                let reply = client.refund_status(query);
                reply.map(|reply| reply.result_code.outcome() == Outcome::Paid)
            }
        };
        match is_paid {
            Ok(is_paid) => Ok(is_paid),
            // It may come yet.
            Err(Error::Refused(_)) => Ok(false),
            Err(error) => Err(said(error)),
        }
    }
}

/// A client of the account at that provider.
///
/// # Errors
/// If it cannot be set up.
pub(super) fn mocasa(
    provider: &str,
    clock: Arc<dyn Clock>,
) -> Result<payments_mocasa::blocking::Client, String> {
    let credentials = Credentials::new(Mocasa::CLIENT_KEY, Mocasa::CLIENT_SECRET).map_err(said)?;
    let here = Environment::At(provider.to_owned());
    let client = payments_mocasa::blocking::Client::builder(here, credentials);
    client.clock(clock).build().map_err(said)
}

/// The same at the other one.
///
/// # Errors
/// If it cannot be set up.
pub(super) fn momo(
    provider: &str,
    clock: Arc<dyn Clock>,
) -> Result<payments_momo::blocking::Client, String> {
    let [partner, access, secret] = [Momo::PARTNER_CODE, Momo::ACCESS_KEY, Momo::SECRET_KEY];
    let credentials = TestCredentials::new(partner, access, secret).map_err(said)?;
    let client = payments_momo::blocking::Client::builder(Test::at(provider), credentials);
    client.clock(clock).build().map_err(said)
}
