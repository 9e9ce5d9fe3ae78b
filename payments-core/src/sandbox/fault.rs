//! What can go wrong between asking and being answered, on demand or by chance.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::message::Reply;
use super::random::Random;

/// One thing that goes wrong with one request.
///
/// Each can be written as text, as a command line and the control endpoint do:
/// `close-after`, `status-before:503`, `slow-after:200` (milliseconds), `content-type:text/plain`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed without an answer; nothing happened.
    CloseBefore,
    /// It happened; then the connection is closed without an answer.
    CloseAfter,
    /// This status with a page that is not the provider's; nothing happened.
    StatusBefore(u16),
    /// It happened; then this status with a page that is not the provider's.
    StatusAfter(u16),
    /// It happens after this real time, even if the caller has gone by then.
    SlowBefore(Duration),
    /// It happens at once and is answered after this real time.
    SlowAfter(Duration),
    /// It happened; half of the answer arrives, then the connection is closed.
    CutBody,
    /// It happened; the answer is genuine under another media type.
    ContentType(String),
    /// It happened; the answer is 200 with a page that is not the provider's.
    Html,
    /// It happened; the answer holds bytes that are not UTF-8.
    InvalidUtf8,
    /// Nothing happened; the answer is this.
    ReplaceBefore(Reply),
    /// It happened; the answer is this instead.
    ReplaceAfter(Reply),
    /// The request arrives twice; the answer is that to the second.
    Twice,
}

impl Fault {
    /// Whether the request reaches the provider all the same.
    #[must_use]
    pub const fn reaches_provider(&self) -> bool {
        match self {
            Self::CloseBefore | Self::StatusBefore(_) | Self::ReplaceBefore(_) => false,
            Self::CloseAfter
            | Self::StatusAfter(_)
            | Self::SlowBefore(_)
            | Self::SlowAfter(_)
            | Self::CutBody
            | Self::ContentType(_)
            | Self::Html
            | Self::InvalidUtf8
            | Self::ReplaceAfter(_)
            | Self::Twice => true,
        }
    }

    /// The fault's name, as in text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CloseBefore => "close-before",
            Self::CloseAfter => "close-after",
            Self::StatusBefore(_) => "status-before",
            Self::StatusAfter(_) => "status-after",
            Self::SlowBefore(_) => "slow-before",
            Self::SlowAfter(_) => "slow-after",
            Self::CutBody => "cut-body",
            Self::ContentType(_) => "content-type",
            Self::Html => "html",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::ReplaceBefore(_) => "replace-before",
            Self::ReplaceAfter(_) => "replace-after",
            Self::Twice => "twice",
        }
    }
}

/// A text is not a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a fault: write close-before, close-after, status-before:CODE, status-after:CODE, \
     slow-before:MS, slow-after:MS, cut-body, content-type:TYPE, html, invalid-utf8 or twice"
)]
pub struct UnknownFault(());

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, detail) = match text.split_once(':') {
            Some((name, detail)) => (name, Some(detail)),
            None => (text, None),
        };
        let status = || match detail.map(str::parse) {
            None => Ok(503),
            Some(Ok(status @ 200..=599)) => Ok(status),
            Some(_) => Err(UnknownFault(())),
        };
        let millis = || match detail.map(str::parse) {
            Some(Ok(millis)) => Ok(Duration::from_millis(millis)),
            _ => Err(UnknownFault(())),
        };
        match (name, detail) {
            ("close-before", None) => Ok(Self::CloseBefore),
            ("close-after", None) => Ok(Self::CloseAfter),
            ("status-before", _) => status().map(Self::StatusBefore),
            ("status-after", _) => status().map(Self::StatusAfter),
            ("slow-before", _) => millis().map(Self::SlowBefore),
            ("slow-after", _) => millis().map(Self::SlowAfter),
            ("cut-body", None) => Ok(Self::CutBody),
            ("content-type", Some(media_type)) => Ok(Self::ContentType(media_type.to_owned())),
            ("html", None) => Ok(Self::Html),
            ("invalid-utf8", None) => Ok(Self::InvalidUtf8),
            ("twice", None) => Ok(Self::Twice),
            _ => Err(UnknownFault(())),
        }
    }
}

/// Which faults are armed. Those for the next requests go before those by chance.
#[derive(Debug, Default)]
pub(super) struct Plan {
    next: Vec<Armed>,
    shares: Vec<Share>,
}

#[derive(Debug)]
struct Armed {
    paths: Pattern,
    fault: Fault,
    left: u32,
}

#[derive(Debug)]
struct Share {
    paths: Pattern,
    per_mille: u16,
    faults: Vec<Fault>,
}

impl Plan {
    pub(super) fn arm(&mut self, paths: &str, fault: Fault, times: u32) {
        self.next.push(Armed {
            paths: Pattern::new(paths),
            fault,
            left: times,
        });
    }

    pub(super) fn share(&mut self, paths: &str, per_mille: u16, faults: Vec<Fault>) {
        self.shares.push(Share {
            paths: Pattern::new(paths),
            per_mille,
            faults,
        });
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The fault for a request to `path`, if there is one.
    pub(super) fn draw(&mut self, path: &str, random: &mut Random) -> Option<Fault> {
        self.next.retain(|armed| armed.left > 0);
        if let Some(armed) = self.next.iter_mut().find(|armed| armed.paths.matches(path)) {
            armed.left = armed.left.saturating_sub(1);
            return Some(armed.fault.clone());
        }
        self.shares
            .iter()
            .filter(|share| share.paths.matches(path))
            .find_map(|share| {
                if random.below(1000) >= u64::from(share.per_mille) {
                    return None;
                }
                let count = u64::try_from(share.faults.len()).unwrap_or(u64::MAX);
                let index = usize::try_from(random.below(count)).unwrap_or_default();
                share.faults.get(index).cloned()
            })
    }
}

/// Paths by segment: `*` stands for one segment, as the last segment for any number of them.
#[derive(Clone)]
struct Pattern {
    segments: Vec<String>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self {
            segments: text
                .trim_start_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect(),
        }
    }

    fn matches(&self, path: &str) -> bool {
        let mut wanted = self.segments.iter().map(String::as_str).peekable();
        let mut found = path.trim_start_matches('/').split('/');
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return true,
                (Some("*"), _) if wanted.peek().is_none() => return true,
                (Some("*"), Some(_)) => {}
                (Some(wanted), Some(found)) if wanted == found => {}
                _ => return false,
            }
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.segments.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_by_segment() {
        let check = |pattern: &str, path: &str| Pattern::new(pattern).matches(path);
        assert!(check("*", "/anything/at/all"));
        assert!(check("/a/b", "/a/b"));
        assert!(!check("/a/b", "/a/b/c"));
        assert!(!check("/a/b", "/a"));
        assert!(check("/a/*", "/a/b/c"));
        assert!(check("/a/*/c", "/a/b/c"));
        assert!(!check("/a/*/c", "/a/b/d"));
        assert!(!check("/a/*/c", "/a"));
    }

    #[test]
    fn armed_faults_go_first_and_run_out() {
        let mut random = Random::from_seed(1);
        let mut plan = Plan::default();
        plan.arm("/a", Fault::CloseAfter, 2);
        plan.share("*", 1000, vec![Fault::Html]);
        let mut draw = |path| plan.draw(path, &mut random).map(|fault| fault.name());
        assert_eq!(draw("/b"), Some("html"));
        assert_eq!(draw("/a"), Some("close-after"));
        assert_eq!(draw("/a"), Some("close-after"));
        assert_eq!(draw("/a"), Some("html"));
        plan.clear();
        assert!(plan.draw("/a", &mut random).is_none());
    }

    #[test]
    fn a_share_is_the_same_for_the_same_seed() {
        let drawn = |seed| -> Vec<bool> {
            let mut random = Random::from_seed(seed);
            let mut plan = Plan::default();
            plan.share("*", 250, vec![Fault::CloseAfter, Fault::CutBody]);
            (0..10_000)
                .map(|_| plan.draw("/", &mut random).is_some())
                .collect()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let hits = drawn(1).into_iter().filter(|hit| *hit).count();
        assert!((2300..2700).contains(&hits), "{hits}");
    }

    #[test]
    fn reads_its_own_names() {
        for text in [
            "close-before",
            "close-after",
            "status-before:500",
            "status-after",
            "slow-before:5",
            "slow-after:200",
            "cut-body",
            "content-type:text/plain",
            "html",
            "invalid-utf8",
            "twice",
        ] {
            let fault: Fault = text.parse().unwrap();
            assert!(text.starts_with(fault.name()), "{text}");
        }
        for text in [
            "",
            "close",
            "slow-after",
            "status-after:99",
            "html:1",
            "content-type",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
