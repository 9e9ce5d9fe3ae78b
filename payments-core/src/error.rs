//! Errors, which answer one question first: may money have moved?

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::exchange::{CallRecord, Response};
use crate::signing::Refusal;

/// What went wrong with a call or a callback.
///
/// Ask [`Error::money_moved`] before anything else. [`Error::Unknown`] is never to be read as
/// failed: resolve it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller's input or configuration; nothing was sent.
    #[error("misuse: {0}")]
    Misuse(#[from] Misuse),
    /// It did not leave this machine; a retry is safe.
    #[error("not sent: {0}")]
    NotSent(#[from] NotSent),
    /// The provider's own parsed refusal; for a call that is not a read, one that says that nothing
    /// happened. Others are [`Error::Unknown`], with the refusal in it.
    #[error("refused: {0}")]
    Refused(#[from] Box<Refused>),
    /// It may have arrived; do not send it again, resolve it.
    #[error("outcome unknown: {0}")]
    Unknown(#[from] Box<Unknown>),
    /// A read whose answer is not as described.
    #[error("malformed answer: {0}")]
    Malformed(#[from] Box<Malformed>),
    /// A callback that is not to be believed.
    #[error(transparent)]
    Unverified(#[from] Rejected),
}

impl From<Unknown> for Error {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(Box::new(unknown))
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(Box::new(malformed))
    }
}

/// Whether money may have moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MoneyMoved {
    /// Certainly not through this call.
    No,
    /// Perhaps: ask the provider before doing anything else.
    Maybe,
    /// Yes: it was carried out, and something is wrong here: a journal that cannot be written after the
    /// provider's success, or that has no reply to give again.
    Yes,
}

impl MoneyMoved {
    /// Whether it moved, where that is known. After an attempt to give money back, say, `Some(true)`
    /// means that it is back, `Some(false)` that it may be tried again, and nothing that the payment
    /// stays as it is until the provider or a person says what became of the attempt.
    ///
    /// ```
    /// use payments_core::MoneyMoved;
    ///
    /// assert_eq!(MoneyMoved::Maybe.known(), None);
    /// ```
    #[must_use]
    pub fn known(self) -> Option<bool> {
        match self {
            Self::No => Some(false),
            Self::Maybe => None,
            Self::Yes => Some(true),
        }
    }
}

/// For people: `money may have moved: find out before anything else`.
impl fmt::Display for MoneyMoved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::No => "no money has moved",
            Self::Maybe => "money may have moved: find out before anything else",
            Self::Yes => "money has moved",
        })
    }
}

impl Error {
    /// Whether money may have moved through the call that failed.
    #[must_use]
    pub fn money_moved(&self) -> MoneyMoved {
        match self {
            Self::Misuse(_)
            | Self::NotSent(_)
            | Self::Refused(_)
            | Self::Malformed(_)
            | Self::Unverified(_) => MoneyMoved::No,
            Self::Unknown(unknown) => unknown.money_moved,
        }
    }

    /// The provider's reply as it came, where one came.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Misuse(_) | Self::NotSent(_) | Self::Unverified(_) => None,
            Self::Refused(refused) => Some(refused.response()),
            Self::Unknown(unknown) => unknown.response(),
            Self::Malformed(malformed) => malformed.response(),
        }
    }
}

/// Input or configuration that cannot be sent: which field, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct Misuse {
    field: Cow<'static, str>,
    problem: Cow<'static, str>,
}

impl Misuse {
    /// `field` by its wire or option name, `problem` as the rest of the sentence ("must be …").
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }

    /// The field or option at fault.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it and what to do.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

/// A value that cannot be signed unambiguously.
impl From<Refusal> for Misuse {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.field(), refusal.problem())
    }
}

type Source = Box<dyn StdError + Send + Sync>;

/// Why a request did not leave this machine.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct NotSent {
    what: Cow<'static, str>,
    #[source]
    source: Option<Source>,
}

impl NotSent {
    /// `what` failed, because of `source`.
    #[must_use]
    pub fn new(what: impl Into<Cow<'static, str>>, source: Option<Source>) -> Self {
        Self {
            what: what.into(),
            source,
        }
    }
}

/// The provider's own refusal.
#[derive(Clone)]
pub struct Refused {
    code: Option<String>,
    text: Option<String>,
    meaning: Meaning,
    request_id: Option<String>,
    is_of_login: bool,
    response: Response,
}

/// What a provider's code means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// It is done.
    Done,
    /// It is under way; ask again later.
    Pending,
    /// It was declined, and that is final.
    Declined,
    /// The request was wrong; mend it before it is sent again.
    Misuse,
    /// The description has no meaning for this code.
    Unknown,
}

impl Refused {
    /// A refusal that was read from `response`.
    #[must_use]
    pub fn new(
        code: Option<String>,
        text: Option<String>,
        meaning: Meaning,
        response: Response,
    ) -> Self {
        Self {
            code,
            text,
            meaning,
            request_id: None,
            is_of_login: false,
            response,
        }
    }

    /// The same with the provider's id of the exchange, for its support desk.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id;
        self
    }

    /// The same of the login, which a client made before the call at hand.
    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(crate) fn of_login(mut self) -> Self {
        self.is_of_login = true;
        self
    }

    /// Whether it was the login that was refused, and the call itself did not leave.
    #[must_use]
    pub fn is_of_login(&self) -> bool {
        self.is_of_login
    }

    /// The provider's code, as written.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The provider's text, as written. For people; it may hold anything, so it is not in `Display`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// What the code means.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        self.meaning
    }

    /// The provider's id of the exchange, where it gives one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The reply as it came.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }
}

/// Without the text, as in `Display`: `unwrap` prints this.
impl fmt::Debug for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            text: _,
            meaning,
            request_id,
            is_of_login,
            response,
        } = self;
        out.debug_struct("Refused")
            .field("code", code)
            .field("meaning", meaning)
            .field("request_id", request_id)
            .field("is_of_login", is_of_login)
            .field("response", response)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_of_login {
            write!(out, "the login, ")?;
        }
        match &self.code {
            Some(code) => write!(out, "code {code:?}")?,
            None => write!(out, "no code given")?,
        }
        write!(out, ", http status {}", self.response.status().as_u16())
    }
}

impl StdError for Refused {}

/// A call whose effect is not known: it may have arrived.
#[derive(Debug)]
pub struct Unknown {
    why: Cow<'static, str>,
    record: CallRecord,
    response: Option<Response>,
    refused: Option<Box<Refused>>,
    money_moved: MoneyMoved,
    source: Option<Source>,
}

impl Unknown {
    /// The outcome of `record` is not known, because `why`.
    #[must_use]
    pub fn new(why: impl Into<Cow<'static, str>>, record: CallRecord) -> Self {
        Self {
            why: why.into(),
            record,
            response: None,
            refused: None,
            money_moved: MoneyMoved::Maybe,
            source: None,
        }
    }

    /// The same of a call that was carried out: only its reply is missing, or the record of it.
    #[must_use]
    pub fn carried_out(mut self) -> Self {
        self.money_moved = MoneyMoved::Yes;
        self
    }

    /// The same with the reply that could not be believed.
    #[must_use]
    pub fn with_response(mut self, response: Option<Response>) -> Self {
        self.response = response;
        self
    }

    /// The same with the refusal that leaves it open.
    #[must_use]
    pub fn with_refused(mut self, refused: Box<Refused>) -> Self {
        self.refused = Some(refused);
        self
    }

    /// The same with the error beneath.
    #[must_use]
    pub fn with_source(mut self, source: Option<Source>) -> Self {
        self.source = source;
        self
    }

    /// The provider's refusal, where there is one that does not say that nothing happened: its code
    /// means that the call is under way, or nothing that is known.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        self.refused.as_deref()
    }

    /// Why the outcome is not known.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The call, to be stored and resolved. `Pending::try_from` gives it its type back.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// The reply as it came, where one came.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        let refused = self.refused.as_ref().map(|refused| refused.response());
        self.response.as_ref().or(refused)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {}", self.record.call(), self.record.provider())?;
        if let Some(reference) = self.record.reference() {
            write!(out, ", reference {reference:?}")?;
        }
        write!(out, ": {}", self.why)?;
        if let Some(refused) = &self.refused {
            write!(out, " ({refused})")?;
        }
        write!(out, "; resolve this call before another is made")
    }
}

impl StdError for Unknown {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match (&self.source, &self.refused) {
            (Some(source), _) => Some(&**source),
            (None, Some(refused)) => Some(refused),
            (None, None) => None,
        }
    }
}

/// A read whose answer is not as described, or did not come.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct Malformed {
    why: Cow<'static, str>,
    response: Option<Response>,
    #[source]
    source: Option<Source>,
}

impl Malformed {
    /// The answer cannot be used, because `why`.
    #[must_use]
    pub fn new(why: impl Into<Cow<'static, str>>, response: Option<Response>) -> Self {
        Self {
            why: why.into(),
            response,
            source: None,
        }
    }

    /// The same with the error beneath.
    #[must_use]
    pub fn with_source(mut self, source: Option<Source>) -> Self {
        self.source = source;
        self
    }

    /// The reply as it came, where one came.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_ref()
    }
}

/// A callback that is not to be believed. It says nothing about why, because whoever sent it may
/// be reading; `explain` of the verifier does, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("callback rejected")]
#[non_exhaustive]
pub struct Rejected;

impl Rejected {
    /// For provider crates whose proof is like no other's, where it does not hold.
    #[doc(hidden)]
    #[must_use]
    pub const fn by_provider_crate() -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_maybe_is_not_known() {
        let known = [MoneyMoved::No, MoneyMoved::Maybe, MoneyMoved::Yes].map(MoneyMoved::known);
        assert_eq!(known, [Some(false), None, Some(true)]);
    }

    #[test]
    fn what_moved_is_said_in_words() {
        let shown = [MoneyMoved::No, MoneyMoved::Maybe, MoneyMoved::Yes].map(|it| it.to_string());
        assert_eq!(
            shown,
            [
                "no money has moved",
                "money may have moved: find out before anything else",
                "money has moved",
            ]
        );
    }
}
