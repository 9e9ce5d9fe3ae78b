//! Taking in what nobody signs, once: a ciphertext stays with what it came with first, and each thing
//! that was taken in is due.

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
    seen: Recent<(&'static str, S), Phase>,
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
    /// Nothing yet. What is taken in is due `within` that time.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, within: Duration) -> Self {
        Self {
            seen: Recent::default(),
            bound: Recent::default(),
            due: Deadlines::new(clock),
            within,
        }
    }

    /// What was taken in and is not closed yet.
    #[must_use]
    pub fn due(&self) -> &Deadlines<S> {
        &self.due
    }

    /// Binds a ciphertext to `subject`; says whether it is bound to no other.
    pub fn bind(&self, ciphertext: &[u8], subject: &S) -> bool {
        let digest = Sha256::digest(ciphertext).into();
        self.bound.bind(digest, subject.clone())
    }

    /// Asks for the turn.
    pub fn begin(&self, kind: &'static str, subject: &S) -> Begun<'_, S> {
        let key = (kind, subject.clone());
        let before = self.seen.with(key.clone(), |phase| {
            let before = *phase;
            if before == Phase::New {
                *phase = Phase::Busy;
            }
            before
        });
        match before {
            Phase::Done => Begun::Done,
            Phase::Busy => Begun::Busy,
            Phase::New => Begun::Turn(Turn {
                intake: self,
                key,
                end: Phase::New,
            }),
        }
    }

    /// Lets a thing be taken in again, because it could not be kept.
    pub fn forget(&self, kind: &'static str, subject: &S) {
        let key = (kind, subject.clone());
        self.seen.with(key, |phase| *phase = Phase::New);
        self.due.close(subject);
    }
}

/// Work on one thing; dropped before it is done, somebody else may begin.
#[derive(Debug)]
#[must_use]
pub struct Turn<'a, S: Eq + Hash + Clone> {
    intake: &'a Intake<S>,
    key: (&'static str, S),
    end: Phase,
}

impl<S: Eq + Hash + Clone + Ord> Turn<'_, S> {
    /// It is taken in, and due from now on.
    pub fn done(mut self) {
        self.end = Phase::Done;
        self.intake.due.open(self.key.1.clone(), self.intake.within);
    }
}

impl<S: Eq + Hash + Clone> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        let end = self.end;
        self.intake
            .seen
            .with(self.key.clone(), |phase| *phase = end);
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
        assert!(intake.due().list().is_empty());
        assert_eq!(told(intake.begin("card", &"a"), true), "done now");
        assert_eq!(told(intake.begin("card", &"a"), true), "done");
        assert_eq!(told(intake.begin("card", &"b"), true), "done now");
        assert_eq!(intake.due().list().len(), 2);
        intake.forget("card", &"a");
        assert_eq!(intake.due().list().len(), 1);
        assert_eq!(told(intake.begin("card", &"a"), true), "done now");
    }

    #[test]
    fn a_ciphertext_has_one_subject() {
        let intake = Intake::new(Arc::new(FixedClock::new()), Duration::from_secs(20));
        assert!(intake.bind(b"x", &"a"));
        assert!(intake.bind(b"x", &"a"));
        assert!(!intake.bind(b"x", &"b"));
        assert!(intake.bind(b"y", &"b"));
    }
}
