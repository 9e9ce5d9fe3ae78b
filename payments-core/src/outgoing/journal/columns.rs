//! A row of a journal as the columns of `payments_journal`.

use std::borrow::Cow;

use super::row::{By, Entry, Kept, Outcome, Row, RowId, Settlement, State};
use crate::exchange::CallRecord;
use crate::store::{StoreError, StoreFailure, storable};

pub(super) const RECORDING: &str = "recording a call";
pub(super) const SETTLING: &str = "settling a call";
pub(super) const READING: &str = "reading the journal";

/// What is read of a row, in the order of [`Stored`].
pub(super) const COLUMNS: &str = "id, provider, environment, account, call, operation, reference, \
                                  digest, sent_at, attempts, state, why, reply_status, \
                                  reply_content_type, reply_body, settled_at, settled_by, \
                                  settled_who, settled_why";

/// The columns of a row.
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) provider: String,
    pub(super) environment: String,
    pub(super) account: String,
    pub(super) call: String,
    pub(super) operation: String,
    pub(super) reference: Option<String>,
    pub(super) digest: String,
    pub(super) sent_at: i64,
    pub(super) attempts: i64,
    pub(super) state: String,
    pub(super) why: Option<String>,
    pub(super) reply_status: Option<i64>,
    pub(super) reply_content_type: Option<String>,
    pub(super) reply_body: Option<Vec<u8>>,
    pub(super) settled_at: Option<i64>,
    pub(super) settled_by: Option<String>,
    pub(super) settled_who: Option<String>,
    pub(super) settled_why: Option<String>,
}

/// Reads the columns of a row, as they are numbered in [`COLUMNS`], by the method `get` of its database.
macro_rules! stored {
    ($columns:ident.$get:ident) => {{
        let mut numbers = 0..;
        let mut next = || numbers.next().unwrap_or_default();
        Stored {
            id: $columns.$get(next())?,
            provider: $columns.$get(next())?,
            environment: $columns.$get(next())?,
            account: $columns.$get(next())?,
            call: $columns.$get(next())?,
            operation: $columns.$get(next())?,
            reference: $columns.$get(next())?,
            digest: $columns.$get(next())?,
            sent_at: $columns.$get(next())?,
            attempts: $columns.$get(next())?,
            state: $columns.$get(next())?,
            why: $columns.$get(next())?,
            reply_status: $columns.$get(next())?,
            reply_content_type: $columns.$get(next())?,
            reply_body: $columns.$get(next())?,
            settled_at: $columns.$get(next())?,
            settled_by: $columns.$get(next())?,
            settled_who: $columns.$get(next())?,
            settled_why: $columns.$get(next())?,
        }
    }};
}
pub(super) use stored;

impl Stored {
    /// The row. One that we did not write so is an error: an amount of money may hang on it.
    pub(super) fn row(self) -> Result<Row, StoreError> {
        self.read().ok_or_else(|| {
            let problem = "a row of `payments_journal` is not as this library writes it";
            StoreError::new(StoreFailure::Foreign, READING, problem)
        })
    }

    fn read(self) -> Option<Row> {
        let outcome = match (&*self.state, self.why) {
            ("open", why) => Err(why),
            ("done", _) => Ok(Outcome::Done(match self.reply_status {
                None => None,
                Some(status) => Some(Kept::stored(
                    u16::try_from(status).ok()?,
                    self.reply_content_type.as_deref(),
                    self.reply_body?,
                )?),
            })),
            ("refused", code) => Ok(Outcome::Refused(code)),
            ("unsent", Some(why)) => Ok(Outcome::NotSent(why)),
            ("never", _) => Ok(Outcome::NeverHappened),
            (_, _) => return None,
        };
        let state = match outcome {
            Err(why) => State::Open { why },
            Ok(outcome) => {
                let by = match self.settled_by.as_deref() {
                    Some("answer") => By::Answer,
                    Some("query") => By::Query,
                    Some("hand") => By::Hand {
                        who: self.settled_who?,
                        why: self.settled_why?,
                    },
                    Some(_) | None => return None,
                };
                State::Settled(Settlement::new(outcome, by, unsigned(self.settled_at?)))
            }
        };
        let record = CallRecord::stored(
            self.provider,
            self.environment,
            self.call,
            self.reference,
            self.digest,
            unsigned(self.sent_at),
        );
        Some(Row::new(
            RowId::new(self.id),
            Entry::new(self.account, self.operation, record),
            u32::try_from(self.attempts).ok()?,
            state,
        ))
    }
}

/// The columns that say how a call ended.
pub(super) struct Ending<'a> {
    pub(super) state: &'static str,
    pub(super) why: Option<Cow<'a, str>>,
    pub(super) kept: Option<&'a Kept>,
    pub(super) at: i64,
    pub(super) by: &'static str,
    pub(super) who: Option<Cow<'a, str>>,
    pub(super) grounds: Option<Cow<'a, str>>,
}

impl<'a> Ending<'a> {
    pub(super) fn of(settlement: &'a Settlement) -> Self {
        let (state, why, kept) = match settlement.outcome() {
            Outcome::Done(kept) => ("done", None, kept.as_ref()),
            Outcome::Refused(code) => ("refused", code.as_deref(), None),
            Outcome::NotSent(why) => ("unsent", Some(why.as_str()), None),
            Outcome::NeverHappened => ("never", None, None),
        };
        let (by, who, grounds) = match settlement.by() {
            By::Answer => ("answer", None, None),
            By::Query => ("query", None, None),
            By::Hand { who, why } => ("hand", Some(who.as_str()), Some(why.as_str())),
        };
        Self {
            state,
            why: why.map(storable),
            kept,
            at: signed(settlement.at()),
            by,
            who: who.map(storable),
            grounds: grounds.map(storable),
        }
    }
}

/// What an operation is known by, in the order of the index.
pub(super) fn key(entry: &Entry) -> [&str; 5] {
    let record = entry.record();
    [
        record.provider(),
        record.environment(),
        entry.account(),
        record.call(),
        entry.operation(),
    ]
}

/// Databases count up to 2⁶³; later times do not come.
pub(super) fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0)
}
