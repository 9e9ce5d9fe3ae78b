//! What goes wrong with a call: the kinds of faults that every call is sent into.

use std::time::Duration;

use payments_core::sandbox::{Blocked, Fault, Random, Reply};

/// How long a hasty client waits for an answer.
pub(super) const HASTE: Duration = Duration::from_millis(300);

/// How long it takes until it happens, late: longer than that, also on a machine that is busy. It has
/// to be waited for.
const LATE: Duration = Duration::from_millis(1000);

/// How long it takes where only that it has happened is waited for.
const SOON: Duration = Duration::from_millis(1);

/// How long an answer takes that nobody waits for.
const SLOW: Duration = Duration::from_secs(10);

/// One kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The call goes to a door that does not work.
    Door(Blocked),
    /// The call arrives at the sandbox, which does this.
    Struck(Struck),
    /// The answer is lost, and the first query about it sees what was before.
    LaggingQuery,
    /// The caller's future is dropped where it waits: somewhere between the row of the journal and
    /// the answer.
    Dropped,
}

/// Where a future is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// The row is written, the request is not sent.
    Unsent,
    /// What was asked for has just happened, wherever the answer is.
    UnderWay,
    /// The answer is there, and nobody has read it.
    Answered,
}

impl Halt {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(3) {
            0 => Self::Unsent,
            1 => Self::UnderWay,
            _ => Self::Answered,
        }
    }

    /// What the sandbox does then.
    pub(super) const fn fault(self) -> Option<Fault> {
        match self {
            Self::UnderWay => Some(Fault::SlowBefore(SOON)),
            Self::Unsent | Self::Answered => None,
        }
    }
}

/// The faults of the sandbox, without their details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Struck {
    CloseBefore,
    CloseAfter,
    StatusBefore,
    StatusAfter,
    SlowBefore,
    SlowAfter,
    CutHead,
    CutBody,
    CutChunked,
    CutUnframed,
    ReplyTwice,
    ContentType,
    Html,
    InvalidUtf8,
    Endless,
    Redirect,
    OtherReply,
    ReplaceBefore,
    ReplaceAfter,
}

/// Every kind. `twice` is not among them: no network makes two requests of one, and where a proxy did,
/// the answer would be that to the second, which no client can tell from that to the first.
pub(super) const KINDS: [Kind; 26] = [
    Kind::Door(Blocked::Refuse),
    Kind::Door(Blocked::Close),
    Kind::Door(Blocked::TlsCut),
    Kind::Door(Blocked::TlsExpired),
    Kind::Door(Blocked::TlsSelfSigned),
    Kind::Struck(Struck::CloseBefore),
    Kind::Struck(Struck::CloseAfter),
    Kind::Struck(Struck::StatusBefore),
    Kind::Struck(Struck::StatusAfter),
    Kind::Struck(Struck::SlowBefore),
    Kind::Struck(Struck::SlowAfter),
    Kind::Struck(Struck::CutHead),
    Kind::Struck(Struck::CutBody),
    Kind::Struck(Struck::CutChunked),
    Kind::Struck(Struck::CutUnframed),
    Kind::Struck(Struck::ReplyTwice),
    Kind::Struck(Struck::ContentType),
    Kind::Struck(Struck::Html),
    Kind::Struck(Struck::InvalidUtf8),
    Kind::Struck(Struck::Endless),
    Kind::Struck(Struck::Redirect),
    Kind::Struck(Struck::OtherReply),
    Kind::Struck(Struck::ReplaceBefore),
    Kind::Struck(Struck::ReplaceAfter),
    Kind::LaggingQuery,
    Kind::Dropped,
];

impl Kind {
    /// The name, as the sandbox has it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Door(door) => door.name(),
            Self::Struck(struck) => struck.name(),
            Self::LaggingQuery => "stale",
            Self::Dropped => "dropped",
        }
    }

    /// Whether the client must not be patient, so that it does not wait for seconds.
    pub(super) const fn is_slow(self) -> bool {
        matches!(self, Self::Struck(Struck::SlowBefore | Struck::SlowAfter))
    }

    /// What strikes the call itself, with details drawn; nothing where it goes to a door.
    pub(super) fn fault(self, random: &mut Random) -> Option<Fault> {
        match self {
            Self::Door(_) | Self::Dropped => None,
            Self::LaggingQuery => Some(Fault::CloseAfter),
            Self::Struck(struck) => Some(struck.fault(random)),
        }
    }
}

impl Struck {
    const fn name(self) -> &'static str {
        match self {
            Self::CloseBefore => "close-before",
            Self::CloseAfter => "close-after",
            Self::StatusBefore => "status-before",
            Self::StatusAfter => "status-after",
            Self::SlowBefore => "slow-before",
            Self::SlowAfter => "slow-after",
            Self::CutHead => "cut-head",
            Self::CutBody => "cut-body",
            Self::CutChunked => "cut-chunked",
            Self::CutUnframed => "cut-unframed",
            Self::ReplyTwice => "reply-twice",
            Self::ContentType => "content-type",
            Self::Html => "html",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::Endless => "endless",
            Self::Redirect => "redirect",
            Self::OtherReply => "other-reply",
            Self::ReplaceBefore => "replace-before",
            Self::ReplaceAfter => "replace-after",
        }
    }

    fn fault(self, random: &mut Random) -> Fault {
        let mut one_of = |choices: &[u16]| {
            let count = u64::try_from(choices.len()).unwrap_or(u64::MAX);
            let index = usize::try_from(random.below(count)).unwrap_or_default();
            choices.get(index).copied().unwrap_or(503)
        };
        match self {
            Self::CloseBefore => Fault::CloseBefore,
            Self::CloseAfter => Fault::CloseAfter,
            Self::StatusBefore => Fault::StatusBefore(one_of(&[500, 502, 503, 504])),
            Self::StatusAfter => Fault::StatusAfter(one_of(&[500, 502, 503, 504])),
            Self::SlowBefore => Fault::SlowBefore(LATE),
            Self::SlowAfter => Fault::SlowAfter(SLOW),
            Self::CutHead => Fault::CutHead,
            Self::CutBody => Fault::CutBody,
            Self::CutChunked => Fault::CutChunked,
            Self::CutUnframed => Fault::CutUnframed,
            Self::ReplyTwice => Fault::ReplyTwice,
            Self::ContentType => Fault::ContentType("text/plain".to_owned()),
            Self::Html => Fault::Html,
            Self::InvalidUtf8 => Fault::InvalidUtf8,
            Self::Endless => Fault::Endless,
            Self::Redirect => Fault::Redirect(one_of(&[301, 302, 303, 307, 308])),
            Self::OtherReply => Fault::OtherReply,
            Self::ReplaceBefore => Fault::ReplaceBefore(Reply::json(200, "{}")),
            Self::ReplaceAfter => Fault::ReplaceAfter(Reply::json(one_of(&[200, 403]), "[]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_those_of_the_sandbox() {
        let mut random = Random::from_seed(1);
        for kind in KINDS {
            if let (Kind::Struck(struck), Some(fault)) = (kind, kind.fault(&mut random)) {
                assert_eq!(struck.name(), fault.name());
            }
        }
        let names: BTreeSet<_> = KINDS.into_iter().map(Kind::name).collect();
        assert_eq!(names.len(), KINDS.len());
    }
}
