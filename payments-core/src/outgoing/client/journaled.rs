//! What both clients do with a call that is recorded in a journal, without I/O.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracing::warn;

use super::{Prepared, Provider, Setup};
use crate::clock::{Clock, unix_millis};
use crate::error::{Error, Misuse, NotSent, Unknown};
use crate::outgoing::call::{Call, Reply};
use crate::outgoing::journal::{
    Begun, By, Entry, Journal, JournalStore, Kept, Outcome, Row, RowId, Settlement, State,
};
use crate::store::StoreError;

/// How long after a row was written the call may be sent without writing it again: far less than the
/// time after which somebody else may find that the call never happened.
const FRESH: Duration = Duration::from_secs(60);

/// The row of a call that this process is about to send.
#[derive(Debug)]
pub(super) struct OpenRow {
    pub(super) journal: Journal,
    pub(super) id: RowId,
    /// Whether a process before this one may have sent it.
    sent_before: bool,
    written: Mutex<Written>,
}

#[derive(Clone, Copy, Debug)]
struct Written {
    attempts: u32,
    at: Moment,
}

/// A moment by both clocks: the one that only runs forward stands still while the machine is suspended,
/// and the time of day can be set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    running: Duration,
    millis: u64,
}

impl Moment {
    pub(super) fn now(clock: &dyn Clock) -> Self {
        Self {
            running: clock.monotonic(),
            millis: unix_millis(clock.wall()),
        }
    }

    pub(super) fn millis(self) -> u64 {
        self.millis
    }

    /// How long ago that was, by the clock that says longer.
    fn age(self, now: Self) -> Duration {
        let by_day = Duration::from_millis(now.millis.saturating_sub(self.millis));
        now.running.saturating_sub(self.running).max(by_day)
    }
}

impl OpenRow {
    fn written(&self) -> Written {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has to be written again before the call is sent.
    pub(super) fn is_due(&self, clock: &dyn Clock) -> bool {
        self.written().at.age(Moment::now(clock)) >= FRESH
    }

    /// Takes in what the store said to that, which was asked at `at`, and whether the call may be sent.
    pub(super) fn written_again(
        &self,
        again: Result<Option<u32>, StoreError>,
        at: Moment,
        clock: &dyn Clock,
    ) -> Result<(), NotSent> {
        let attempts = again.map_err(cannot_be_written)?.ok_or_else(|| {
            NotSent::new(
                "it was settled meanwhile by somebody else, see the journal",
                None,
            )
        })?;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        *written = Written { attempts, at };
        if at.age(Moment::now(clock)) >= FRESH {
            // Nor is it fresh now, and the next time would be no quicker.
            let why = "the journal took too long to be written";
            return Err(NotSent::new(why, None));
        }
        Ok(())
    }
}

/// What to write when a call has ended.
pub(super) enum After {
    Settle(RowId, u32, Settlement),
    Leave(RowId, String),
}

impl After {
    pub(super) fn write(&self, store: &dyn JournalStore) -> Result<(), StoreError> {
        match self {
            // Whether it did is not asked: somebody else knew sooner, or is sending it again.
            Self::Settle(id, attempts, settlement) => {
                store.settle(*id, *attempts, settlement).map(drop)
            }
            Self::Leave(id, why) => store.leave_open(*id, why),
        }
    }
}

impl<C: Call> Prepared<C> {
    /// The call as it is recorded.
    pub(super) fn entry(&self, journal: &Journal) -> Result<Entry, Misuse> {
        let operation = match &self.operation {
            Some(operation) => Some(Cow::Borrowed(&**operation)),
            None => self.call.identity(),
        };
        let operation = operation.filter(|operation| !operation.trim().is_empty());
        let operation = operation.ok_or_else(|| {
            Misuse::new(
                "operation",
                "must be given, as the call has no reference of its own: `prepare` it and say \
                 `.operation(..)`, so that the journal knows a repeat",
            )
        })?;
        Ok(Entry::new(journal.account(), operation, self.record()))
    }

    /// What is given back instead of sending a call whose operation is recorded.
    fn known(&self, row: Row) -> Result<Reply<C::Reply>, Error> {
        if row.record().digest() != self.record().digest() {
            let field = match self.operation {
                Some(_) => "operation",
                None => C::REFERENCE,
            };
            return Err(Misuse::new(
                field,
                "stands in the journal with other content: take another, or for another part of the \
                 same payment an operation of its own",
            )
            .into());
        }
        let unknown = |why| Unknown::new(why, row.record().clone());
        let settlement = match row.state() {
            State::Open { .. } => {
                let why = "it stands in the journal as sent, and not how it ended: settle it";
                return Err(unknown(why).into());
            }
            State::Settled(settlement) => settlement,
        };
        let gone = "it was carried out before; its reply is not in the journal";
        match (settlement.outcome(), settlement.by()) {
            (Outcome::Done(Some(kept)), _) => {
                let response = kept.response();
                match self.call.reply(&response) {
                    Ok(reply) => Ok(Reply::new(reply, response)),
                    Err(_) => {
                        let why = "it was carried out before; its recorded reply cannot be read";
                        let unknown = unknown(why).carried_out();
                        Err(unknown.with_response(Some(response)).into())
                    }
                }
            }
            (Outcome::Done(None), By::Answer | By::Hand { .. }) => {
                Err(unknown(gone).carried_out().into())
            }
            // The provider knows it; in which state, nobody looked.
            (Outcome::Done(None), By::Query) => Err(unknown(gone).into()),
            (Outcome::Refused(_) | Outcome::NotSent(_) | Outcome::NeverHappened, _) => {
                Err(unknown("the journal gave a row that is over").into())
            }
        }
    }
}

impl<P: Provider> Setup<P> {
    /// What a call gives instead of being sent; nothing if it is to be sent. `at` is when the
    /// recording began, not when it ended: a store may have been waited for.
    pub(super) fn begun<C: Call>(
        &self,
        journal: &Journal,
        prepared: &mut Prepared<C>,
        begun: Result<Begun, StoreError>,
        at: Moment,
    ) -> Option<Result<Reply<C::Reply>, Error>> {
        match begun {
            Err(error) => Some(Err(cannot_be_written(error).into())),
            Ok(Begun::Known(row)) => Some(prepared.known(*row)),
            Ok(Begun::Recorded {
                id,
                attempts,
                millis,
            }) => {
                let ahead = Duration::from_millis(millis.saturating_sub(at.millis()));
                if ahead >= FRESH {
                    let row = id.number();
                    let ahead = ahead.as_secs();
                    warn!(
                        row,
                        ahead,
                        "the journal's rows are dated so many seconds ahead of this machine's clock"
                    );
                }
                prepared.prepared_at = millis;
                prepared.open = Some(Box::new(OpenRow {
                    journal: journal.clone(),
                    id,
                    sent_before: attempts > 1,
                    written: Mutex::new(Written { attempts, at }),
                }));
                None
            }
        }
    }

    /// How a call that was sent ended, all attempts counted, and what is written of it.
    pub(super) fn ended<C: Call>(
        &self,
        open: &OpenRow,
        prepared: &Prepared<C>,
        result: Result<Reply<C::Reply>, Error>,
    ) -> (Result<Reply<C::Reply>, Error>, After) {
        let result = match result {
            Err(error) if open.sent_before => Err(still_unknown(error, prepared)),
            other => other,
        };
        let outcome = match &result {
            Ok(reply) => {
                let keeps = C::KEEPS_REPLY && open.journal.keeps_replies();
                Outcome::Done(keeps.then(|| Kept::of(reply.response())))
            }
            Err(Error::Refused(refused)) => Outcome::Refused(refused.code().map(str::to_owned)),
            Err(error @ (Error::NotSent(_) | Error::Misuse(_))) => {
                Outcome::NotSent(error.to_string())
            }
            Err(Error::Unknown(unknown)) => {
                let after = After::Leave(open.id, unknown.why().to_owned());
                return (result, after);
            }
            Err(error @ (Error::Malformed(_) | Error::Unverified(_))) => {
                let after = After::Leave(open.id, error.to_string());
                return (result, after);
            }
        };
        let at = unix_millis(self.clock.wall());
        let settlement = Settlement::new(outcome, By::Answer, at);
        let after = After::Settle(open.id, open.written().attempts, settlement);
        (result, after)
    }
}

/// What is said of an attempt that failed, where one before it may have arrived.
fn still_unknown<C: Call>(error: Error, prepared: &Prepared<C>) -> Error {
    let why = "an earlier attempt may have arrived";
    let unknown = || Unknown::new(why, prepared.record());
    match error {
        Error::Refused(refused) => unknown().with_refused(refused).into(),
        Error::Misuse(misuse) => unknown().with_source(Some(Box::new(misuse))).into(),
        Error::NotSent(not_sent) => unknown().with_source(Some(Box::new(not_sent))).into(),
        Error::Unknown(_) | Error::Malformed(_) | Error::Unverified(_) => error,
    }
}

/// What a call gives once it was written how it ended, or could not be.
pub(super) fn finished<C: Call>(
    prepared: &Prepared<C>,
    result: Result<Reply<C::Reply>, Error>,
    written: Result<(), StoreError>,
) -> Result<Reply<C::Reply>, Error> {
    let Err(error) = written else {
        return result;
    };
    match result {
        Ok(reply) => {
            let why = "it was carried out, but the journal could not be written: settle it";
            let unknown = Unknown::new(why, prepared.record()).carried_out();
            let response = Some(reply.response().clone());
            let unknown = unknown.with_response(response);
            Err(unknown.with_source(Some(Box::new(error))).into())
        }
        // The row is open, which is safe: whoever settles it finds what is known here already.
        Err(known) => {
            warn!(call = C::NAME, %error, "the journal could not be written");
            Err(known)
        }
    }
}

pub(super) fn cannot_be_written(error: StoreError) -> NotSent {
    NotSent::new("the journal cannot be written", Some(Box::new(error)))
}
