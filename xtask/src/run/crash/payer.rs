//! The merchant's payer: it pays out to one beneficiary of each account, and gives money back to one buyer,
//! again and again, and knows what it wanted to pay.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use payments_core::client::Settled;
use tokio::sync::watch;

use super::book::Book;
use super::later::Ahead;
use super::part::{Payee, Place, Word, listen, tell};
use super::till::Till;
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
    let clock = Arc::new(Ahead::default());
    (wrapped.opening)(place);
    let (payers, begun) = patiently(goes_away, || {
        let book = Book::open(place, runtime.handle())?;
        let mut payers = Vec::new();
        let mut begun = 0_u64;
        for payee in accounts {
            let journal = (wrapped.journal)(book.journal(&payee.account));
            let till = Till::open(payee, journal, clock.clone())?;
            let open = till.open_calls()?.len();
            begun = begun.saturating_add(u64::try_from(open).map_err(said)?);
            payers.push(Payer {
                book: book.clone(),
                till,
                name: payee.till(),
                again: wrapped.again,
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
    // Whoever sent them is gone: what the provider does not know when they are old enough never happened.
    patiently(goes_away, || {
        let settle = || payers.iter().try_for_each(|payer| payer.settle().map(drop));
        settle()?;
        clock.wait();
        settle()
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

struct Payer {
    book: Book,
    till: Till,
    name: String,
    again: fn(&str) -> Option<String>,
    end: watch::Receiver<bool>,
}

impl Payer {
    /// Asks what became of the open calls; gives the payouts that are open still.
    fn settle(&self) -> Result<Vec<String>, String> {
        let mut open = Vec::new();
        for row in self.till.open_calls()? {
            let number = number(row.record().reference().unwrap_or_default());
            if let Some(other) = (self.again)(number) {
                self.pay(number, &other)?;
                continue;
            }
            match self.till.settle(&row)? {
                Settled::Done => self.book.is_paid(&self.name, number)?,
                // As the book has it, it is to be paid: it will be, under the same reference.
                Settled::NeverHappened => {}
                // Where its provider cannot tell, it stays open, and a person has to.
                _ => open.push(number.to_owned()),
            }
        }
        Ok(open)
    }

    fn run(&self) -> Result<(), String> {
        let open = self.settle()?;
        let mut tried = 0;
        while let Some((id, number)) = self.book.next(&self.name, tried)? {
            tried = id;
            if !open.contains(&number) {
                self.pay(&number, &number)?;
            }
        }
        while !*self.end.borrow() {
            let number = self.book.wish(&self.name)?;
            self.pay(&number, &number)?;
        }
        Ok(())
    }

    fn pay(&self, number: &str, reference: &str) -> Result<(), String> {
        if self.till.pay(reference)? {
            self.book.is_paid(&self.name, number)?;
        }
        Ok(())
    }
}

/// The number of the payout that a reference is of: whoever pays it under another one adds that to it.
pub(super) fn number(reference: &str) -> &str {
    reference
        .split_once('_')
        .map_or(reference, |(number, _)| number)
}
