//! Settling what a journal has open: by asking the provider, or by hand.

use std::fmt;
use std::time::Duration;

use super::{Provider, Setup};
use crate::error::{Error, Misuse, NotSent, Refused};
use crate::outgoing::call::{Call, Reply, Resolve};
use crate::outgoing::journal::{By, Outcome, Row, RowId, Settlement, State};
use crate::outgoing::pending::{Pending, Resolved, StillUnknown};
use crate::store::StoreError;

/// How far apart the clocks of machines may be that nobody has to look after.
const APART: Duration = Duration::from_secs(60);

/// What is known of a recorded call after somebody asked.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub enum Settled {
    /// It was carried out, and the row says so now.
    Done,
    /// It certainly was not, and the row says so now: the operation may be tried again.
    NeverHappened,
    /// It is not known yet, and the row is open.
    StillOpen(StillOpen),
}

/// Why a recorded call is still open.
#[derive(Debug)]
#[non_exhaustive]
pub enum StillOpen {
    /// The provider documents no query for this call: a person has to settle it. An idempotent call
    /// may be sent again instead, with the same bytes.
    NoQuery,
    /// The call has no reference to ask by: a person has to settle it.
    NoReference,
    /// The query's answer does not say whether the call was carried out.
    NotTold,
    /// The provider refused the query, with a code that is not documented to mean "not found".
    Refused(Box<Refused>),
    /// The provider does not know it, but it may still be under way: ask again later.
    TooEarly,
    /// The provider does not know it, and the row cannot tell how old it is: a clock was ahead when it was
    /// written, or when a row before it was, than which none is older. See which clock that was: the
    /// journal's, or that of a machine that writes into it. Ask again with the same client, which then
    /// has known the row for long enough; or a person settles it.
    DatedAhead {
        /// The row.
        row: RowId,
        /// How far it is ahead of the journal's clock.
        ahead: Duration,
        /// How long to wait before asking again: by the clock of this client that only runs forward.
        wait: Duration,
    },
    /// It was sent again while the provider was asked: ask again later.
    SentAgain,
}

/// In `open_calls`' log, say; without a full stop.
impl fmt::Display for StillOpen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQuery => out.write_str("the provider documents no query for this call"),
            Self::NoReference => out.write_str("the call has no reference to ask by"),
            Self::NotTold => out.write_str("the answer of the query leaves it open"),
            Self::Refused(refused) => write!(out, "the query was refused: {refused}"),
            Self::TooEarly => out.write_str("not known there, but it may be under way"),
            Self::DatedAhead { row, ahead, wait } => {
                let (ahead, wait) = (ahead.as_secs(), wait.as_secs().saturating_add(1));
                write!(
                    out,
                    "not known there, and row {row} of the journal is dated {ahead} s ahead of the \
                     journal's clock: mend whichever clock is wrong, and ask again with the same client \
                     in {wait} s, or settle it by hand"
                )
            }
            Self::SentAgain => out.write_str("it was sent again meanwhile"),
        }
    }
}

/// What a person found out about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// It was carried out.
    Done,
    /// It was not, and will not be: the operation may be tried again.
    NeverHappened,
}

/// What is to be written of a call that was asked for.
enum Told {
    Outcome(Outcome),
    Open(StillOpen),
}

impl<P: Provider> Setup<P> {
    /// Whether a row is one of this client's.
    fn has(&self, row: &Row) -> bool {
        row.record().provider() == P::NAME && self.has_base(row.record().environment())
    }

    fn told<C: Resolve>(
        &self,
        pending: &Pending<C>,
        answer: Result<Reply<<C::Query as Call>::Reply>, Error>,
        now: u64,
        judge: impl FnOnce(&<C::Query as Call>::Reply) -> Option<bool>,
    ) -> Result<Told, Error> {
        Ok(match self.judge(pending, answer, now)? {
            Resolved::Settled(reply) => match judge(&reply) {
                Some(true) => Told::Outcome(Outcome::Done(None)),
                Some(false) if self.may_be_under_way(pending.record(), now) => {
                    Told::Open(StillOpen::TooEarly)
                }
                Some(false) => Told::Outcome(Outcome::NeverHappened),
                None => Told::Open(StillOpen::NotTold),
            },
            Resolved::NeverHappened => Told::Outcome(Outcome::NeverHappened),
            Resolved::StillUnknown(StillUnknown::Refused(refused)) => {
                Told::Open(StillOpen::Refused(refused))
            }
            Resolved::StillUnknown(StillUnknown::TooEarly) => Told::Open(StillOpen::TooEarly),
        })
    }

    /// Why a row is too early to be settled, at the time of the journal, where it is known for so long.
    fn early(&self, row: &Row, now: u64, old: Duration) -> StillOpen {
        let ahead = row.record().prepared_at().saturating_sub(now);
        let ahead = Duration::from_millis(ahead);
        if ahead < APART {
            return StillOpen::TooEarly;
        }
        let wait = self.patience().saturating_sub(old);
        let row = row.id();
        StillOpen::DatedAhead { row, ahead, wait }
    }

    fn settlement(&self, outcome: Outcome, by: By) -> Settlement {
        Settlement::new(outcome, by, self.now())
    }
}

/// What the row says already, if it is not open.
fn known(row: &Row) -> Option<Settled> {
    match row.state() {
        State::Open { .. } => None,
        State::Settled(settlement) => Some(said(settlement.outcome())),
    }
}

fn said(outcome: &Outcome) -> Settled {
    match outcome {
        Outcome::Done(_) => Settled::Done,
        Outcome::Refused(_) | Outcome::NotSent(_) | Outcome::NeverHappened => {
            Settled::NeverHappened
        }
    }
}

/// What a person says, and on what grounds.
fn by_hand(found: ByHand, who: &str, why: &str) -> Result<(Outcome, By), Misuse> {
    for (field, text) in [("who", who), ("why", why)] {
        if text.trim().is_empty() {
            return Err(Misuse::new(field, "must say so: it goes on record"));
        }
    }
    let outcome = match found {
        ByHand::Done => Outcome::Done(None),
        ByHand::NeverHappened => Outcome::NeverHappened,
    };
    let (who, why) = (who.to_owned(), why.to_owned());
    Ok((outcome, By::Hand { who, why }))
}

fn no_such_row() -> Misuse {
    Misuse::new("row", "is not in the journal of this client")
}

fn no_journal() -> Misuse {
    Misuse::new("journal", "is missing: see `with_journal`")
}

fn not_open() -> Misuse {
    Misuse::new(
        "row",
        "is not open any more, or was sent again: list the open calls anew",
    )
}

fn cannot_be_used(error: StoreError) -> NotSent {
    NotSent::new("the journal cannot be used", Some(Box::new(error)))
}

/// The methods of both clients, which differ in how they wait.
macro_rules! settling {
    ($client:ty, $store:ident, [$($wait:tt)*], [$($keyword:tt)*], [$($bound:tt)*]) => {
        impl<P: Provider> $client {
            /// The calls of this account at this provider and its hosts whose outcome is not known,
            /// oldest first: after a crash, a dropped future, or an `Unknown`. One that another
            /// process is just sending is among them.
            ///
            /// # Errors
            /// [`Error::Misuse`] without a journal, [`Error::NotSent`] where it cannot be read.
            pub $($keyword)* fn open_calls(&self) -> Result<Vec<Row>, Error> {
                let journal = self.journal.as_ref().ok_or_else(no_journal)?;
                let account = journal.account().to_owned();
                let rows = $store!(journal, "listing the open calls", move |store| {
                    store.open(&account)
                });
                let mut rows = rows.map_err(cannot_be_used)?;
                rows.retain(|row| self.shared.setup.has(row));
                Ok(rows)
            }

            /// Asks the provider what became of a recorded call, and records it. An answer means that
            /// the call was carried out; of one where it does not ([`Resolve::ANSWERS_ANYWAY`]), only
            /// "never happened" is settled so.
            ///
            /// The clients of provider crates have `settle`, which knows each call's query.
            ///
            /// # Errors
            /// As those of the query, which moves no money; [`Error::Misuse`] for a row of another
            /// call or client; [`Error::NotSent`] where the journal cannot be used. The row is open
            /// then.
            pub $($keyword)* fn settle_by_query<C: Resolve>(
                &self,
                row: &Row,
            ) -> Result<Settled, Error> {
                self.settle_as::<C>(row, |_| (!C::ANSWERS_ANYWAY).then_some(true))
                    $($wait)*
            }

            /// The same, where the caller reads the query's answer: `Some(true)` if it shows that the
            /// call was carried out, `Some(false)` if it shows that it was not, which is believed
            /// only some minutes after the call was sent, and nothing if it shows neither.
            ///
            /// # Errors
            /// As for the query alone.
            pub $($keyword)* fn settle_as<C: Resolve>(
                &self,
                row: &Row,
                judge: impl FnOnce(&<C::Query as Call>::Reply) -> Option<bool> $($bound)*,
            ) -> Result<Settled, Error> {
                // As it is now: it may have been settled, or sent again.
                let row = self.row_of(row)$($wait)*?;
                if let Some(settled) = known(&row) {
                    return Ok(settled);
                }
                let pending = Pending::<C>::try_from(row.record().clone())?;
                if row.record().reference().is_none() {
                    return Ok(Settled::StillOpen(StillOpen::NoReference));
                }
                // Before the provider looks: what is sent meanwhile is not older than that.
                let now = self.time()$($wait)*?;
                let setup = &self.shared.setup;
                let journal = self.journal.as_ref().ok_or_else(no_journal)?;
                let old = journal.known_for(&row, setup.clock.monotonic());
                let least = u64::try_from(old.as_millis()).unwrap_or(u64::MAX);
                let aged = now.max(row.record().prepared_at().saturating_add(least));
                let answer = self.call(setup.query(&pending)?)$($wait)*;
                let outcome = match setup.told(&pending, answer, aged, judge)? {
                    Told::Outcome(outcome) => outcome,
                    Told::Open(StillOpen::TooEarly) => {
                        return Ok(Settled::StillOpen(setup.early(&row, now, old)));
                    }
                    Told::Open(why) => return Ok(Settled::StillOpen(why)),
                };
                let settled = said(&outcome);
                let settlement = setup.settlement(outcome, By::Query);
                if self.write(&row, settlement)$($wait)*? {
                    return Ok(settled);
                }
                let row = self.row_of(&row)$($wait)*?;
                Ok(known(&row).unwrap_or(Settled::StillOpen(StillOpen::SentAgain)))
            }

            /// What is known of a call that the provider has no query for: what its row says.
            ///
            /// # Errors
            /// [`Error::Misuse`] for a row of another client, [`Error::NotSent`] where the journal
            /// cannot be used.
            pub $($keyword)* fn settle_without_query(&self, row: &Row) -> Result<Settled, Error> {
                let row = self.row_of(row)$($wait)*?;
                Ok(known(&row).unwrap_or(Settled::StillOpen(StillOpen::NoQuery)))
            }

            /// Records what a person found out about an open call, with who and why.
            ///
            /// A call that never happened may be made again: be sure that it is not still under way.
            ///
            /// # Errors
            /// [`Error::Misuse`] where `who` or `why` is empty, and for a row that is not open, or not
            /// of this client; [`Error::NotSent`] where the journal cannot be used.
            pub $($keyword)* fn settle_by_hand(
                &self,
                row: &Row,
                found: ByHand,
                who: &str,
                why: &str,
            ) -> Result<(), Error> {
                let (outcome, by) = by_hand(found, who, why)?;
                let open = self.row_of(row)$($wait)*?.is_open();
                let settlement = self.shared.setup.settlement(outcome, by);
                if open && self.write(row, settlement)$($wait)*? {
                    return Ok(());
                }
                Err(not_open().into())
            }

            /// The row as it stands in the journal now.
            $($keyword)* fn row_of(&self, row: &Row) -> Result<Row, Error> {
                let journal = self.journal.as_ref().ok_or_else(no_journal)?;
                let id = row.id();
                let found = $store!(journal, "reading a call", move |store| store.row(id));
                let found = found.map_err(cannot_be_used)?;
                let is_it = |found: &Row| {
                    found.entry().is_operation_of(row.entry())
                        && found.account() == journal.account()
                        && self.shared.setup.has(found)
                };
                Ok(found.filter(is_it).ok_or_else(no_such_row)?)
            }

            /// The time of day, by the clock that the rows are written by.
            $($keyword)* fn time(&self) -> Result<u64, Error> {
                let journal = self.journal.as_ref().ok_or_else(no_journal)?;
                let own = self.shared.setup.now();
                let time = $store!(journal, "asking for the time", move |store| store.now(own));
                Ok(time.map_err(cannot_be_used)?)
            }

            $($keyword)* fn write(&self, row: &Row, settlement: Settlement) -> Result<bool, Error> {
                let journal = self.journal.as_ref().ok_or_else(no_journal)?;
                let (id, attempts) = (row.id(), row.attempts());
                let settled = $store!(journal, "settling a call", move |store| {
                    store.settle(id, attempts, &settlement)
                });
                Ok(settled.map_err(cannot_be_used)?)
            }
        }
    };
}

#[cfg(feature = "client")]
macro_rules! on_its_own_thread {
    ($journal:ident, $doing:literal, $work:expr) => {
        $journal.within($doing, $work).await
    };
}

#[cfg(feature = "blocking")]
macro_rules! here {
    ($journal:ident, $doing:literal, $work:expr) => {{
        let work: Box<dyn FnOnce(&dyn crate::journal::JournalStore) -> _> = Box::new($work);
        work($journal.store())
    }};
}

#[cfg(feature = "client")]
settling!(super::Client<P>, on_its_own_thread, [.await], [async], [+ Send]);
#[cfg(feature = "blocking")]
settling!(super::blocking::Client<P>, here, [], [], []);
