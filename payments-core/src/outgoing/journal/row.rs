//! What a journal keeps of a call.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::exchange::{CallRecord, Response};

/// The number of a row. A later row has a greater one, whatever the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(i64);

impl RowId {
    /// The row of this number; stores give them.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A call that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    account: String,
    operation: String,
    record: CallRecord,
}

impl Entry {
    /// The call of `record`, as the `operation` of an `account`.
    #[must_use]
    pub fn new(
        account: impl Into<String>,
        operation: impl Into<String>,
        record: CallRecord,
    ) -> Self {
        Self {
            account: account.into(),
            operation: operation.into(),
            record,
        }
    }

    /// The merchant's name for the account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What makes it one of its kind: the caller's operation, or the call's identity.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Provider, host, call, reference and digest.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// Whether the two are one operation: of one provider, host, account, call and operation.
    #[must_use]
    pub fn is_operation_of(&self, other: &Self) -> bool {
        let key = |entry: &Self| {
            let record = entry.record();
            [
                record.provider().to_owned(),
                record.environment().to_owned(),
                record.call().to_owned(),
                entry.account.clone(),
                entry.operation.clone(),
            ]
        };
        key(self) == key(other)
    }

    /// The same, sent at another time.
    #[must_use]
    pub fn sent_at(mut self, millis: u64) -> Self {
        self.record = self.record.sent_at(millis);
        self
    }
}

/// A call as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    id: RowId,
    entry: Entry,
    attempts: u32,
    state: State,
}

impl Row {
    /// A row as a store has it.
    #[must_use]
    pub fn new(id: RowId, entry: Entry, attempts: u32, state: State) -> Self {
        Self {
            id,
            entry,
            attempts,
            state,
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> RowId {
        self.id
    }

    /// What was recorded before it was sent.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The merchant's name for the account.
    #[must_use]
    pub fn account(&self) -> &str {
        self.entry.account()
    }

    /// What makes the call one of its kind.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.entry.operation()
    }

    /// Provider, host, call, reference and digest; its time is that of the last send, and never
    /// earlier than that of a row before it. `Pending::try_from` gives it its type.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        self.entry.record()
    }

    /// How often it was about to be sent: once, and again for each repeat of an idempotent call that
    /// came a while later.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What is known of it.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether it is not known how it ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open { .. } => true,
            State::Settled(_) => false,
        }
    }
}

/// What is known of a recorded call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// It may have arrived.
    Open {
        /// Why it is not known how it ended, where the process lived to say so.
        why: Option<String>,
    },
    /// It is known how it ended.
    Settled(Settlement),
}

/// How a call ended, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    outcome: Outcome,
    by: By,
    at: u64,
}

impl Settlement {
    /// `outcome`, as is known by `by`, at a time in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn new(outcome: Outcome, by: By, at: u64) -> Self {
        Self { outcome, by, at }
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Who says so.
    #[must_use]
    pub fn by(&self) -> &By {
        &self.by
    }

    /// When it was written, in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was carried out; with the reply, where there is one that may be kept.
    Done(Option<Kept>),
    /// The provider refused it, with this code.
    Refused(Option<String>),
    /// It did not leave this machine, for this reason.
    NotSent(String),
    /// It was found out later that it never happened.
    NeverHappened,
}

impl Outcome {
    /// Whether nothing happened, so that the operation may be tried again.
    #[must_use]
    pub fn is_definite_no(&self) -> bool {
        match self {
            Self::Done(_) => false,
            Self::Refused(_) | Self::NotSent(_) | Self::NeverHappened => true,
        }
    }
}

/// Who says how a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The answer to it, or its absence.
    Answer,
    /// The provider, when it was asked later.
    Query,
    /// A person.
    Hand {
        /// Who.
        who: String,
        /// On what grounds.
        why: String,
    },
}

/// The reply of a success, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: Bytes,
}

impl Kept {
    /// What is kept of a response: status, content type and body, no other header.
    #[must_use]
    pub fn of(response: &Response) -> Self {
        Self {
            status: response.status(),
            content_type: response.headers().get(header::CONTENT_TYPE).cloned(),
            body: response.body().clone(),
        }
    }

    /// A reply as a store has it; none where no HTTP response could be like that.
    #[must_use]
    pub fn stored(status: u16, content_type: Option<&str>, body: impl Into<Bytes>) -> Option<Self> {
        Some(Self {
            status: StatusCode::from_u16(status).ok()?,
            content_type: match content_type {
                Some(text) => Some(HeaderValue::from_str(text).ok()?),
                None => None,
            },
            body: body.into(),
        })
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The content type, where it was text.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_ref()?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The response, with no other header than the content type.
    #[must_use]
    pub fn response(&self) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = &self.content_type {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        Response::new(self.status, headers, self.body.clone())
    }
}

/// Status and size only: bodies may hold personal data.
impl fmt::Debug for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response().fmt(out)
    }
}
