//! Which faults are armed, and what they strike.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::random::Random;

/// Which faults are armed. Those for the next requests go before those by chance.
#[derive(Debug, Default)]
pub(super) struct Plan {
    next: Vec<Next>,
    shares: Vec<Share>,
}

#[derive(Debug)]
struct Next {
    paths: Pattern,
    fault: Fault,
    left: u32,
}

/// A fault that is armed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Armed {
    /// For the next requests.
    Next {
        /// Their paths.
        paths: String,
        /// As it is written, `status-before:503`; its name where it holds a whole answer.
        fault: String,
        /// How many more it strikes.
        left: u32,
    },
    /// For a share of requests.
    Share {
        /// Their paths.
        paths: String,
        /// How many of a thousand it strikes.
        per_mille: u16,
        /// As they are written; one of them strikes.
        faults: Vec<String>,
    },
}

#[derive(Debug)]
struct Share {
    paths: Pattern,
    per_mille: u16,
    faults: Vec<Fault>,
}

/// All that is armed, as text; without what holds a whole answer, which only a test can arm.
#[derive(Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Written {
    /// Paths, fault, and how many more it strikes.
    next: Vec<(String, String, u32)>,
    /// Paths, how many of a thousand, and the faults.
    shares: Vec<(String, u16, Vec<String>)>,
}

impl Plan {
    /// As text.
    pub(super) fn written(&self) -> Written {
        let next = self.next.iter().filter(|armed| armed.left > 0);
        let next = next.filter_map(|armed| {
            let paths = armed.paths.to_string();
            Some((paths, armed.fault.text()?, armed.left))
        });
        let shares = self.shares.iter().map(|share| {
            let faults = share.faults.iter().filter_map(Fault::text);
            (share.paths.to_string(), share.per_mille, faults.collect())
        });
        Written {
            next: next.collect(),
            shares: shares.collect(),
        }
    }

    /// From text, if it is one.
    pub(super) fn from_written(written: &Written) -> Option<Self> {
        let mut plan = Self::default();
        for (paths, fault, left) in &written.next {
            plan.arm(paths, fault.parse().ok()?, *left);
        }
        for (paths, per_mille, faults) in &written.shares {
            let faults = faults.iter().map(|fault| fault.parse());
            plan.share(paths, *per_mille, faults.collect::<Result<_, _>>().ok()?);
        }
        Some(plan)
    }

    pub(super) fn arm(&mut self, paths: &str, fault: Fault, times: u32) {
        self.next.push(Next {
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

    /// Whether a query may be asked for what was: somebody has to remember it then.
    pub(super) fn looks_back(&self) -> bool {
        let armed = self.next.iter().filter(|armed| armed.left > 0);
        let mut faults = armed
            .map(|armed| &armed.fault)
            .chain(self.shares.iter().flat_map(|share| &share.faults));
        faults.any(|fault| matches!(fault, Fault::Stale))
    }

    /// What is armed, in the order in which it is looked at.
    pub(super) fn armed(&self) -> Vec<Armed> {
        let next = self.next.iter().filter(|armed| armed.left > 0);
        let next = next.map(|armed| Armed::Next {
            paths: armed.paths.to_string(),
            fault: armed.fault.shown(),
            left: armed.left,
        });
        let shares = self.shares.iter().map(|share| Armed::Share {
            paths: share.paths.to_string(),
            per_mille: share.per_mille,
            faults: share.faults.iter().map(Fault::shown).collect(),
        });
        next.chain(shares).collect()
    }

    /// How many of the next requests are struck.
    pub(super) fn left(&self) -> u64 {
        let left = self.next.iter().map(|armed| u64::from(armed.left));
        left.fold(0, u64::saturating_add)
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
pub(super) struct Pattern {
    segments: Vec<String>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self {
            segments: text
                .trim_start_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect(),
        }
    }

    pub(super) fn matches(&self, path: &str) -> bool {
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

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.segments.join("/"))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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
        plan.arm("/a", Fault::StatusBefore(503), 3);
        let again = Plan::from_written(&plan.written()).unwrap();
        assert_eq!(again.armed(), plan.armed());
        let (paths, fault, left) = ("/a".to_owned(), "status-before:503".to_owned(), 3);
        let share = Armed::Share {
            paths: "/*".to_owned(),
            per_mille: 1000,
            faults: vec!["html".to_owned()],
        };
        assert_eq!(plan.armed(), [Armed::Next { paths, fault, left }, share]);
        plan.clear();
        assert!(plan.armed().is_empty());
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
}
