//! Taking in what nobody signs, once: a ciphertext stays with what it came with first, and each thing
//! that came is due, from its first arrival on.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::deadlines::Deadlines;
use crate::recent::Recent;

/// What was taken in, in memory: `S` is what it is about, such as an attempt. Things of several kinds
/// may be about the same.
#[derive(Debug)]
pub struct Intake<S> {
    /// By what it is about: how far each kind is.
    seen: Recent<S, Vec<(&'static str, Phase)>>,
    /// SHA-256 of each ciphertext, with what it came with first.
    bound: Recent<[u8; 32], Option<S>>,
    due: Deadlines<S>,
    within: Duration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    New,
    Busy,
    Done,
}

/// Whose turn it is to work on a thing.
#[derive(Debug)]
#[must_use]
pub enum Begun<'a, S: Eq + Hash + Clone> {
    /// It is yours.
    Turn(Turn<'a, S>),
    /// It was taken in before.
    Done,
    /// Somebody is at it.
    Busy,
}

impl<S: Eq + Hash + Clone + Ord> Intake<S> {
    /// Nothing yet. What comes is due `within` that time of its first arrival.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, within: Duration) -> Self {
        Self {
            seen: Recent::default(),
            bound: Recent::default(),
            due: Deadlines::new(clock),
            within,
        }
    }

    /// What came and is not closed yet, whether or not it could be taken in.
    #[must_use]
    pub fn due(&self) -> &Deadlines<S> {
        &self.due
    }

    /// Whether a ciphertext is bound to nothing else than `subject`.
    #[must_use]
    pub fn may_bind(&self, ciphertext: &[u8], subject: &S) -> bool {
        let digest = Sha256::digest(ciphertext).into();
        self.bound.may_bind(&digest, subject)
    }

    /// Binds a ciphertext to `subject`; says whether it is bound to no other.
    pub fn bind(&self, ciphertext: &[u8], subject: &S) -> bool {
        let digest = Sha256::digest(ciphertext).into();
        self.bound.bind(digest, subject.clone())
    }

    /// Asks for the turn. From the first time on it is due, however its turns end; what was closed
    /// and comes again without having been taken in is due again.
    pub fn begin(&self, kind: &'static str, subject: &S) -> Begun<'_, S> {
        match self.change(kind, subject, |phase| {
            (phase == Phase::New).then_some(Phase::Busy)
        }) {
            Phase::Done => Begun::Done,
            Phase::Busy => Begun::Busy,
            Phase::New => {
                self.due.open(subject.clone(), self.within);
                Begun::Turn(Turn {
                    intake: self,
                    kind,
                    subject: subject.clone(),
                    end: Phase::New,
                })
            }
        }
    }

    /// Lets everything about `subject` be taken in again, because it could not be kept. It stays due.
    pub fn forget(&self, subject: &S) {
        self.seen.with(subject.clone(), Vec::clear);
    }
}

impl<S: Eq + Hash + Clone> Intake<S> {
    /// Sets how far a kind is, where it is to be changed; gives how far it was.
    fn change(
        &self,
        kind: &'static str,
        subject: &S,
        next: impl FnOnce(Phase) -> Option<Phase>,
    ) -> Phase {
        self.seen.with(subject.clone(), |kinds| {
            let known = kinds.iter().position(|(known, _)| *known == kind);
            let before = known.and_then(|at| kinds.get(at)).map(|(_, phase)| *phase);
            let before = before.unwrap_or_default();
            if let Some(next) = next(before) {
                kinds.retain(|(known, _)| *known != kind);
                kinds.push((kind, next));
            }
            before
        })
    }
}

/// Work on one thing; dropped before it is done, somebody else may begin.
#[derive(Debug)]
#[must_use]
pub struct Turn<'a, S: Eq + Hash + Clone> {
    intake: &'a Intake<S>,
    kind: &'static str,
    subject: S,
    end: Phase,
}

impl<S: Eq + Hash + Clone> Turn<'_, S> {
    /// It is taken in.
    pub fn done(mut self) {
        self.end = Phase::Done;
    }
}

impl<S: Eq + Hash + Clone> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        let Self {
            intake,
            kind,
            subject,
            end,
        } = self;
        intake.change(kind, subject, |_| Some(*end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FixedClock;

    fn told(begun: Begun<'_, &'static str>, finish: bool) -> &'static str {
        match begun {
            Begun::Turn(turn) if finish => {
                turn.done();
                "done now"
            }
            Begun::Turn(_) => "given up",
            Begun::Done => "done",
            Begun::Busy => "busy",
        }
    }

    #[test]
    fn one_works_and_the_others_are_told() {
        let intake = Intake::new(Arc::new(FixedClock::new()), Duration::from_secs(20));
        let first = intake.begin("card", &"a");
        assert_eq!(told(intake.begin("card", &"a"), true), "busy");
        assert_eq!(told(intake.begin("token", &"a"), false), "given up");
        assert_eq!(told(first, false), "given up");
        assert_eq!(told(intake.begin("card", &"a"), true), "done now");
        assert_eq!(told(intake.begin("card", &"a"), true), "done");
        assert_eq!(told(intake.begin("token", &"a"), true), "done now");
        assert_eq!(told(intake.begin("card", &"b"), true), "done now");
        assert_eq!(intake.due().list().len(), 2);
        intake.forget(&"a");
        assert_eq!(intake.due().list().len(), 2);
        for kind in ["card", "token"] {
            assert_eq!(told(intake.begin(kind, &"a"), true), "done now");
        }
        assert_eq!(told(intake.begin("card", &"b"), true), "done");
    }

    #[test]
    fn a_thing_is_due_from_its_first_arrival_on() {
        let clock = FixedClock::new();
        let seconds = Duration::from_secs;
        let intake = Intake::new(Arc::new(clock.clone()), seconds(20));
        let left = |intake: &Intake<&'static str>| {
            let due = intake.due().list();
            due.first().map(|due| due.left.as_secs())
        };
        assert_eq!(told(intake.begin("card", &"a"), false), "given up");
        clock.advance(seconds(7));
        assert_eq!(left(&intake), Some(13));
        assert_eq!(told(intake.begin("card", &"a"), true), "done now");
        intake.forget(&"a");
        assert_eq!(left(&intake), Some(13));
        assert_eq!(told(intake.begin("card", &"a"), true), "done now");
        assert!(intake.due().close(&"a"));
        // A repeat of what was taken in is due no more.
        assert_eq!(told(intake.begin("card", &"a"), true), "done");
        assert_eq!(left(&intake), None);
    }

    #[test]
    fn a_ciphertext_has_one_subject() {
        let intake = Intake::new(Arc::new(FixedClock::new()), Duration::from_secs(20));
        assert!(intake.may_bind(b"x", &"b"));
        assert!(intake.bind(b"x", &"a"));
        assert!(intake.bind(b"x", &"a"));
        assert!(intake.may_bind(b"x", &"a"));
        assert!(!intake.may_bind(b"x", &"b"));
        assert!(!intake.bind(b"x", &"b"));
        assert!(intake.bind(b"y", &"b"));
    }
}
