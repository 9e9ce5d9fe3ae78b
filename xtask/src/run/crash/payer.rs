//! The merchant's payer: it pays out to one beneficiary of each account, again and again, and knows what
//! it wanted to pay.

use std::path::Path;
use std::thread;

use payments_core::client::Settled;
use payments_core::journal::Journal;
use payments_core::store::Sqlite;
use payments_core::store::rusqlite::{OptionalExtension, params};
use payments_core::{Error, MoneyMoved};
use payments_mocasa::blocking::Client;
use payments_mocasa::sandbox::Config;
use payments_mocasa::types::{Transfer, TransferStatus};
use payments_mocasa::{Credentials, Currency, Environment, Money};
use tokio::sync::watch;

use super::part::{Payee, Place, Word, listen, tell};
use super::said;
use super::wrapped::Wrapped;

/// What the merchant wants to pay, and whether it knows that it has. Both accounts use the same numbers.
const PAYOUTS: &str = "CREATE TABLE IF NOT EXISTS shop_payouts (id INTEGER PRIMARY KEY, \
    account TEXT NOT NULL, number TEXT NOT NULL, paid INTEGER NOT NULL DEFAULT 0)";

/// Pays until it is killed, or told to come to an end and has tried all.
///
/// # Errors
/// What made it end.
pub(super) fn pay(place: &Place, accounts: Vec<Payee>, wrapped: Wrapped) -> Result<(), String> {
    let end = listen();
    let Place::Sqlite(file) = place else {
        return Err("the payer keeps its journal in a file".to_owned());
    };
    let store = Sqlite::open(file).map_err(said)?;
    let made = store.transaction("making the table", |transaction| {
        Ok(transaction.execute_batch(PAYOUTS)?)
    });
    made.map_err(said)?;
    let mut payers = Vec::new();
    let mut begun = 0_u64;
    for payee in accounts {
        let journal = (wrapped.journal)(Journal::new(store.clone(), &payee.account));
        let client = client(&payee.provider)?.with_journal(journal);
        let open = client.open_calls().map_err(said)?;
        begun = begun.saturating_add(u64::try_from(open.len()).map_err(said)?);
        payers.push(Payer {
            store: store.clone(),
            client,
            payee,
            end: end.clone(),
        });
    }
    tell(Word::Ready {
        address: None,
        kept: 0,
        begun,
    })?;
    let threads: Vec<_> = payers
        .into_iter()
        .map(|payer| thread::spawn(move || payer.run()))
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a payer panicked".to_owned())??;
    }
    tell(Word::Done)?;
    loop {
        thread::park();
    }
}

/// A client of the account at that provider.
///
/// # Errors
/// If it cannot be set up.
pub(super) fn client(provider: &str) -> Result<Client, String> {
    let credentials = Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET).map_err(said)?;
    let here = Environment::At(provider.to_owned());
    Client::builder(here, credentials).build().map_err(said)
}

struct Payer {
    store: Sqlite,
    client: Client,
    payee: Payee,
    end: watch::Receiver<bool>,
}

impl Payer {
    fn run(&self) -> Result<(), String> {
        for row in self.client.open_calls().map_err(said)? {
            // Where its provider cannot tell, it stays open, and a person has to.
            if let Settled::Done = self.client.settle(&row).map_err(said)? {
                let number = row.record().reference().unwrap_or_default();
                self.is_paid(number)?;
            }
        }
        let mut tried = 0;
        while let Some((id, number)) = self.next(tried)? {
            tried = id;
            self.transfer(&number)?;
        }
        while !*self.end.borrow() {
            let number = self.wish()?;
            self.transfer(&number)?;
        }
        Ok(())
    }

    /// The next payout after that one that is not known to be paid.
    fn next(&self, after: i64) -> Result<Option<(i64, String)>, String> {
        let query = "SELECT id, number FROM shop_payouts \
            WHERE account = ?1 AND paid = 0 AND id > ?2 ORDER BY id LIMIT 1";
        let found = self
            .store
            .transaction("looking for a payout", |transaction| {
                let values = params![self.payee.account, after];
                let row =
                    transaction.query_row(query, values, |row| Ok((row.get(0)?, row.get(1)?)));
                Ok(row.optional()?)
            });
        found.map_err(said)
    }

    /// One more payout that is wanted.
    fn wish(&self) -> Result<String, String> {
        let insert = "INSERT INTO shop_payouts (account, number) SELECT ?1, \
            'PAYOUT-' || (1 + count(*)) FROM shop_payouts WHERE account = ?1 RETURNING number";
        let made = self.store.transaction("wanting a payout", |transaction| {
            Ok(transaction.query_row(insert, [&self.payee.account], |row| row.get(0))?)
        });
        made.map_err(said)
    }

    fn is_paid(&self, number: &str) -> Result<(), String> {
        let update = "UPDATE shop_payouts SET paid = 1 WHERE account = ?1 AND number = ?2";
        let made = self.store.transaction("noting a payout", |transaction| {
            transaction.execute(update, params![self.payee.account, number])?;
            Ok(())
        });
        made.map_err(said)
    }

    fn transfer(&self, number: &str) -> Result<(), String> {
        let call = Transfer::builder()
            .transfer_serial_no(number)
            .amount(Money::from_minor(25_050, Currency::PHP))
            .payee_account_no(&*self.payee.payee)
            .purpose("payout")
            .build()
            .map_err(said)?;
        let answer = self.client.transfer(call);
        let is_paid = match answer {
            Ok(_) => true,
            Err(error) if error.money_moved() == MoneyMoved::Yes => true,
            Err(Error::Unknown(_)) => self.asked(number)?,
            Err(error) => return Err(said(error)),
        };
        if is_paid {
            self.is_paid(number)?;
        }
        Ok(())
    }

    /// Whether the provider says that it was paid.
    fn asked(&self, number: &str) -> Result<bool, String> {
        let query = TransferStatus::builder().transfer_serial_no(number);
        match self.client.transfer_status(query.build().map_err(said)?) {
            Ok(reply) => Ok(reply.tx_status.as_str() == "success"),
            // Mocasa documents no code for "not found": it may come yet.
            Err(Error::Refused(_)) => Ok(false),
            Err(error) => Err(said(error)),
        }
    }
}

/// What was wanted, by account and number, and whether it is known to be paid.
///
/// # Errors
/// If the file cannot be read.
pub(super) fn wanted(file: &Path) -> Result<Vec<(String, String, bool)>, String> {
    let store = Sqlite::open(file).map_err(said)?;
    let found = store.transaction("listing the payouts", |transaction| {
        let mut statement =
            transaction.prepare("SELECT account, number, paid FROM shop_payouts ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    found.map_err(said)
}
