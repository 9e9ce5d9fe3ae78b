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
}

impl Record {
    /// Effects beyond the one that was asked for.
    pub(super) const fn double_effects(&self) -> u64 {
        self.effects.saturating_sub(1)
    }

    /// Whether a definite answer, at once or by the query, is wrong.
    pub(super) const fn is_wrong(&self) -> bool {
        let said_wrong = match self.said {
            Said::Done => self.effects == 0,
            Said::Refused | Said::NotSent => self.effects > 0,
            Said::Unknown => false,
        };
        said_wrong || !self.settled_right
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
        } = self;
        write!(
            out,
            "{provider}.{call} {driver} {fault}: {said:?}, {effects} effects, {arrivals} arrived, \
             {settled:?}, {settled_right}"
        )
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
}
