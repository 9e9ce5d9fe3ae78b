//! The merchant's payer: it pays out to one beneficiary of each account, again and again, and knows what
//! it wanted to pay.

use std::thread;
use std::time::Duration;

use payments_core::client::Settled;
use payments_core::{Error, MoneyMoved};
use payments_mocasa::blocking::Client;
use payments_mocasa::sandbox::Config;
use payments_mocasa::types::{Transfer, TransferStatus};
use payments_mocasa::{Credentials, Currency, Environment, Money};
use tokio::sync::watch;

use super::book::Book;
use super::part::{Payee, Place, Word, listen, tell};
use super::wrapped::Wrapped;
use super::{runtime, said};

/// How often it begins anew while its database is away, and how soon.
const TRIES: u32 = 6_000;
const PAUSE: Duration = Duration::from_millis(10);

/// Pays until it is killed, or told to come to an end and has tried all.
///
/// # Errors
/// What made it end.
pub(super) fn pay(place: &Place, accounts: &[Payee], wrapped: Wrapped) -> Result<(), String> {
    let end = listen();
    let runtime = runtime()?;
    let goes_away = match place {
        Place::Sqlite(_) => false,
        Place::Postgres { .. } => true,
    };
    let (payers, begun) = patiently(goes_away, || {
        let book = Book::open(place, runtime.handle())?;
        let mut payers = Vec::new();
        let mut begun = 0_u64;
        for payee in accounts {
            let journal = (wrapped.journal)(book.journal(&payee.account));
            let client = client(&payee.provider)?.with_journal(journal);
            let open = client.open_calls().map_err(said)?;
            begun = begun.saturating_add(u64::try_from(open.len()).map_err(said)?);
            payers.push(Payer {
                book: book.clone(),
                client,
                payee: payee.clone(),
                end: end.clone(),
            });
        }
        Ok((payers, begun))
    })?;
    tell(Word::Ready {
        address: None,
        kept: 0,
        begun,
    })?;
    let threads: Vec<_> = payers
        .into_iter()
        .map(|payer| thread::spawn(move || patiently(goes_away, || payer.run())))
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a payer panicked".to_owned())??;
    }
    tell(Word::Done)?;
    loop {
        thread::park();
    }
}

/// Tries again where the database may be away for a while.
fn patiently<T>(goes_away: bool, mut work: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let mut tries = 0_u32;
    loop {
        match work() {
            Err(_) if goes_away && tries < TRIES => thread::sleep(PAUSE),
            done => return done,
        }
        tries = tries.saturating_add(1);
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
    book: Book,
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
                self.book.is_paid(&self.payee.account, number)?;
            }
        }
        let mut tried = 0;
        while let Some((id, number)) = self.book.next(&self.payee.account, tried)? {
            tried = id;
            self.transfer(&number)?;
        }
        while !*self.end.borrow() {
            let number = self.book.wish(&self.payee.account)?;
            self.transfer(&number)?;
        }
        Ok(())
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
            self.book.is_paid(&self.payee.account, number)?;
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
