//! What came of one operation.

use std::fmt;

/// What the client said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Done,
    Refused,
    NotSent,
    Unknown,
}

/// What became of an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It was known.
    NoNeed,
    /// The query says that it happened.
    Happened,
    /// The query says that it did not.
    DidNot,
    /// It stays unknown, because of this.
    Open(Why),
}

/// Why an outcome stays unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Nothing can be asked.
    NoQuery,
    /// Nothing can be asked, but the same may be sent again.
    Repeatable,
    /// It is not there, and no code is documented to say so.
    NoNotFound,
    /// There is no excuse.
    Unsettled,
}

impl Why {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::NoQuery => "no query is documented: a person settles it",
            Self::Repeatable => "no query is documented: the same call may be sent again",
            Self::NoNotFound => {
                "the query refuses, with no code that is documented to mean that there is none"
            }
            Self::Unsettled => "NOT SETTLED although the query could tell",
        }
    }
}

/// What came of the same operation once more, after a definite no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    pub(super) said: Said,
    /// How often it has happened now, by the first time or by this one.
    pub(super) effects: u64,
}

/// One operation: what the client said, what the ledger says, and what arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) provider: &'static str,
    pub(super) call: &'static str,
    pub(super) driver: &'static str,
    pub(super) fault: &'static str,
    pub(super) is_once: bool,
    /// Whether nothing of the request could leave.
    pub(super) stays_here: bool,
    pub(super) said: Said,
    /// How often it happened.
    pub(super) effects: u64,
    /// How often the request arrived, or may have, at the other side.
    pub(super) arrivals: u64,
    pub(super) settled: Settled,
    /// Whether the settled outcome is what the ledger says.
    pub(super) settled_right: bool,
    /// What came of another try with nothing in its way; nothing where none is allowed.
    pub(super) again: Option<Again>,
}

impl Record {
    /// Whether the caller was told for good that it did not happen: then it may be tried again.
    pub(super) const fn is_definite_no(&self) -> bool {
        matches!(
            (self.said, self.settled),
            (Said::Refused | Said::NotSent, _) | (Said::Unknown, Settled::DidNot)
        )
    }

    /// Effects beyond the one that was asked for, however often it was tried.
    pub(super) const fn double_effects(&self) -> u64 {
        let effects = match self.again {
            Some(again) if again.effects > self.effects => again.effects,
            _ => self.effects,
        };
        effects.saturating_sub(1)
    }

    /// Whether a definite answer, at once or by the query, is wrong.
    pub(super) const fn is_wrong(&self) -> bool {
        let said_wrong = match self.said {
            Said::Done => self.effects == 0,
            Said::Refused | Said::NotSent => self.effects > 0,
            Said::Unknown => false,
        };
        // Nothing was in its way: whatever is not known is wrong too.
        let again_wrong = match self.again {
            None => false,
            Some(again) => match again.said {
                Said::Done => again.effects == 0,
                Said::Refused => again.effects > 0,
                Said::NotSent | Said::Unknown => true,
            },
        };
        said_wrong || again_wrong || !self.settled_right
    }

    /// How often it was sent after the first time.
    pub(super) const fn resends(&self) -> u64 {
        self.arrivals.saturating_sub(1)
    }
}

/// A line of the trace: the same for the same seed.
impl fmt::Display for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            provider,
            call,
            driver,
            fault,
            is_once: _,
            stays_here: _,
            said,
            effects,
            arrivals,
            settled,
            settled_right,
            again,
        } = self;
        write!(
            out,
            "{provider}.{call} {driver} {fault}: {said:?}, {effects} effects, {arrivals} arrived, \
             {settled:?}, {settled_right}"
        )?;
        match again {
            None => Ok(()),
            Some(Again { said, effects }) => write!(out, ", again {said:?}, {effects} effects"),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn record(said: Said, effects: u64, arrivals: u64) -> Record {
        Record {
            provider: "toy",
            call: "pay",
            driver: "async",
            fault: "html",
            is_once: true,
            stays_here: false,
            said,
            effects,
            arrivals,
            settled: Settled::NoNeed,
            settled_right: true,
            again: None,
        }
    }

    #[test]
    fn a_definite_answer_is_compared_with_the_ledger() {
        assert!(!record(Said::Done, 1, 1).is_wrong());
        assert!(record(Said::Done, 0, 1).is_wrong());
        assert!(!record(Said::Refused, 0, 1).is_wrong());
        assert!(record(Said::Refused, 1, 1).is_wrong());
        assert!(record(Said::NotSent, 1, 1).is_wrong());
        assert!(!record(Said::Unknown, 1, 1).is_wrong());
        let settled = Record {
            settled: Settled::DidNot,
            settled_right: false,
            ..record(Said::Unknown, 1, 1)
        };
        assert!(settled.is_wrong());
        assert_eq!(record(Said::Done, 3, 2).double_effects(), 2);
        assert_eq!(record(Said::Done, 3, 2).resends(), 1);
        assert_eq!(record(Said::NotSent, 0, 0).resends(), 0);
    }

    #[test]
    fn what_is_tried_again_after_a_no_happens_once() {
        let again = |said, effects| Record {
            again: Some(Again { said, effects }),
            ..record(Said::NotSent, 0, 0)
        };
        assert!(again(Said::Done, 1).is_definite_no());
        assert!(!again(Said::Done, 1).is_wrong());
        assert_eq!(again(Said::Done, 1).double_effects(), 0);
        assert_eq!(again(Said::Done, 2).double_effects(), 1);
        assert!(again(Said::Done, 0).is_wrong());
        assert!(again(Said::Refused, 1).is_wrong());
        assert!(again(Said::Unknown, 0).is_wrong());
        assert!(!again(Said::Refused, 0).is_wrong());
        assert!(!record(Said::Unknown, 0, 1).is_definite_no());
    }
}
