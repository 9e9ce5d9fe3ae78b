//! Opening what comes encrypted and nobody signs: once, with what it came with, and without telling
//! anybody why it failed.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, unix_millis};
use crate::deadlines::Deadlines;
use crate::decrypt::{Base64Form, Decryptor};
use crate::incoming::failures::Failures;
use crate::incoming::intake::{Begun, Intake, Turn};
use crate::incoming::taken::Taken;

/// Why something was not opened: for your own eyes. The answer to all of them is the same, and so is
/// the error for everything about a ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unopened {
    /// There is no such key; none was used.
    #[error("there is no key of this number")]
    UnknownKey,
    /// The same ciphertext came with something else before.
    #[error("the ciphertext came with something else before")]
    Moved,
    /// The same thing is being worked on, or its key fails too often: it may come again.
    #[error("not now")]
    NotNow,
    /// The text, its length, the padding or the content: it is not told which.
    #[error("it cannot be decrypted")]
    Undecryptable,
}

/// What a ciphertext holds.
pub trait Sealed {
    /// When it was sealed, since 1970 in UTC, where it says so.
    fn sealed_at(&self) -> Option<Duration>;
}

/// Opens ciphertexts, each for one subject `S`, such as an attempt, and remembers in memory what came.
/// More than 20 that a key cannot open within a minute ring its alarm; it is then used once a second at
/// most. What came is due, from its first arrival on.
pub struct Opener<D, S> {
    decryptor: D,
    text: Base64Form,
    intake: Intake<S>,
    failures: Failures<i64>,
    clock: Arc<dyn Clock>,
    max_age: Option<Duration>,
}

impl<D: Decryptor, S: Eq + Hash + Clone + Ord> Opener<D, S> {
    /// An opener with these keys; what comes is due `within` that time.
    #[must_use]
    pub fn new(decryptor: D, clock: Arc<dyn Clock>, within: Duration) -> Self {
        let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
        Self {
            decryptor,
            text: Base64Form::Strict,
            intake: Intake::new(Arc::clone(&clock), within),
            failures: Failures::new(20, minute, second, Arc::clone(&clock)),
            clock,
            max_age: None,
        }
    }

    /// How ciphertexts are written, where it is not the strict form.
    #[must_use]
    pub fn with_text(mut self, text: Base64Form) -> Self {
        self.text = text;
        self
    }

    /// Refuses what does not say when it was sealed, and what was sealed longer ago or further ahead
    /// than this.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// What came and is not closed yet, opened or not.
    #[must_use]
    pub fn due(&self) -> &Deadlines<S> {
        self.intake.due()
    }

    /// The keys whose alarm rings now.
    #[must_use]
    pub fn alarms(&self) -> Vec<i64> {
        self.failures.alarms()
    }

    /// Opens a ciphertext that came with `subject`, and gives what `read` makes of it. `Ok(None)` is a
    /// repeat. In this order: it is this one's turn, and it is due from then on; the key is known, text
    /// and length are right, the ciphertext came with nothing else, the key does not fail too often;
    /// only then the private key is used. Only what the key cannot open counts for its alarm, and only
    /// what was opened stays bound to its subject.
    ///
    /// # Errors
    /// [`Unopened`]; whoever sent it is not to learn which.
    pub async fn open<T: Sealed>(
        &self,
        kind: &'static str,
        subject: S,
        (key, ciphertext): (i64, &str),
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<Taken<T, S>>, Unopened> {
        let Some(turn) = self.turn(kind, &subject)? else {
            return Ok(None);
        };
        let size = self.decryptor.size(key).ok_or(Unopened::UnknownKey)?;
        let ciphertext = self.text.decode(ciphertext);
        let ciphertext = ciphertext.filter(|bytes| bytes.len() == size);
        let ciphertext = ciphertext.ok_or(Unopened::Undecryptable)?;
        if !self.intake.may_bind(&ciphertext, &subject) {
            return Err(Unopened::Moved);
        }
        if !self.failures.may_try(&key) {
            return Err(Unopened::NotNow);
        }
        let plain = self.decryptor.decrypt(key, ciphertext.clone()).await;
        let opened = plain.and_then(|plain| read(plain.expose()));
        let Some(opened) = opened.filter(|opened| self.is_fresh(opened)) else {
            self.failures.failed(&key);
            return Err(Unopened::Undecryptable);
        };
        // Again, for what came with something else at the same moment.
        if !self.intake.bind(&ciphertext, &subject) {
            return Err(Unopened::Moved);
        }
        turn.done();
        Ok(Some(Taken::new(opened, subject)))
    }

    /// Takes in what came in clear text, for the same kind of subject; nothing is a repeat.
    ///
    /// # Errors
    /// [`Unopened::NotNow`] where somebody is at it.
    pub fn take<T>(
        &self,
        kind: &'static str,
        subject: S,
        value: T,
    ) -> Result<Option<Taken<T, S>>, Unopened> {
        let turn = self.turn(kind, &subject)?.map(Turn::done);
        Ok(turn.map(|()| Taken::new(value, subject)))
    }

    /// Lets everything about `subject` be taken in again, because it could not be kept. It stays due.
    pub fn forget(&self, subject: &S) {
        self.intake.forget(subject);
    }

    /// The turn to work on a thing; nothing where that is done.
    fn turn(&self, kind: &'static str, subject: &S) -> Result<Option<Turn<'_, S>>, Unopened> {
        match self.intake.begin(kind, subject) {
            Begun::Turn(turn) => Ok(Some(turn)),
            Begun::Done => Ok(None),
            Begun::Busy => Err(Unopened::NotNow),
        }
    }

    fn is_fresh(&self, opened: &impl Sealed) -> bool {
        let now = Duration::from_millis(unix_millis(self.clock.wall()));
        self.max_age.is_none_or(|most| {
            let sealed = opened.sealed_at();
            sealed.is_some_and(|sealed| now.abs_diff(sealed) <= most)
        })
    }
}

/// Without keys and ciphertexts.
impl<D, S> fmt::Debug for Opener<D, S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Opener({:?})", self.failures)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, ready};
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::signing::Secret;
    use crate::testing::FixedClock;

    /// "Decrypts" three bytes by key 7: what begins with `!` is bad.
    struct Plain;

    impl Decryptor for Plain {
        fn size(&self, key: i64) -> Option<usize> {
            (key == 7).then_some(3)
        }

        fn decrypt(
            &self,
            _key: i64,
            ciphertext: Vec<u8>,
        ) -> Pin<Box<dyn Future<Output = Option<Secret<Vec<u8>>>> + Send + '_>> {
            let good = !ciphertext.starts_with(b"!");
            Box::pin(ready(good.then(|| Secret::new(ciphertext))))
        }
    }

    /// "Sealed" at its last letter, in seconds.
    #[derive(Debug, PartialEq, Eq)]
    struct Text(Vec<u8>);

    impl Sealed for Text {
        fn sealed_at(&self) -> Option<Duration> {
            self.0
                .last()
                .map(|last| Duration::from_secs(u64::from(*last)))
        }
    }

    /// Base64 of `abc`, `abd`, which cannot be read, and `!bc`, which cannot be decrypted.
    const GOOD: &str = "YWJj";
    const OTHER: &str = "YWJk";
    const BAD: &str = "IWJj";

    fn open(
        opener: &Opener<Plain, &'static str>,
        subject: &'static str,
        sealed: (i64, &str),
    ) -> Result<Option<Vec<u8>>, Unopened> {
        let opened = opener.open("card", subject, sealed, |plain| {
            (plain != b"abd").then(|| Text(plain.to_vec()))
        });
        match pin!(opened).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(found) => found.map(|taken| taken.map(|taken| taken.into_parts().0.0)),
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    #[test]
    fn each_is_opened_once_for_one_subject() {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::new());
        let opener = Opener::new(Plain, clock, Duration::from_secs(20));
        assert_eq!(open(&opener, "a", (8, GOOD)), Err(Unopened::UnknownKey));
        for odd in ["YWI=", "YWJjZA==", "YWJj ", "", BAD, OTHER] {
            let found = open(&opener, "a", (7, odd));
            assert_eq!(found, Err(Unopened::Undecryptable), "{odd}");
        }
        assert_eq!(open(&opener, "b", (7, BAD)), Err(Unopened::Undecryptable));
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(Some(b"abc".to_vec())));
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(None));
        assert_eq!(open(&opener, "b", (7, GOOD)), Err(Unopened::Moved));
        // A failed one is due too, and comes again.
        assert_eq!(opener.due().list().len(), 2);
        let take = |subject| {
            opener
                .take("token", subject, ())
                .map(|taken| taken.is_some())
        };
        assert_eq!(take("b"), Ok(true));
        assert_eq!(take("b"), Ok(false));
        opener.forget(&"b");
        assert_eq!(take("b"), Ok(true));
        opener.forget(&"a");
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(Some(b"abc".to_vec())));
        assert_eq!(opener.due().list().len(), 2);
    }

    #[test]
    fn a_ciphertext_that_was_not_opened_is_bound_to_nothing() {
        let clock = FixedClock::new();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let opener = Opener::new(Plain, time, Duration::from_secs(20));
        for _ in 0..=20 {
            assert_eq!(open(&opener, "a", (7, BAD)), Err(Unopened::Undecryptable));
        }
        assert_eq!(open(&opener, "a", (7, GOOD)), Err(Unopened::NotNow));
        clock.advance(Duration::from_secs(1));
        assert_eq!(open(&opener, "b", (7, GOOD)), Ok(Some(b"abc".to_vec())));
    }

    #[test]
    fn what_is_too_old_is_not_opened() {
        let clock = FixedClock::new();
        let now = Duration::from_millis(unix_millis(clock.wall()));
        let age = now.abs_diff(Duration::from_secs(u64::from(b'c')));
        let check = |age: Duration, expect: bool| {
            let opener = Opener::new(Plain, Arc::new(clock.clone()), Duration::from_secs(20));
            let opener = opener.with_max_age(age);
            assert_eq!(open(&opener, "a", (7, GOOD)).is_ok(), expect, "{age:?}");
        };
        check(age, true);
        check(age.saturating_sub(Duration::from_secs(1)), false);
    }

    #[test]
    fn a_key_that_fails_too_often_is_slowed_down() {
        let clock = FixedClock::new();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let opener = Opener::new(Plain, time, Duration::from_secs(20));
        for _ in 0..=20 {
            assert!(opener.alarms().is_empty());
            // What no key was used for counts for nothing.
            for odd in ["YWI=", "!"] {
                assert_eq!(open(&opener, "a", (7, odd)), Err(Unopened::Undecryptable));
            }
            assert_eq!(open(&opener, "a", (7, BAD)), Err(Unopened::Undecryptable));
        }
        assert_eq!(opener.alarms(), [7]);
        assert_eq!(open(&opener, "a", (7, GOOD)), Err(Unopened::NotNow));
        clock.advance(Duration::from_secs(1));
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(Some(b"abc".to_vec())));
        let lenient = opener.with_text(Base64Form::Lenient);
        assert_eq!(open(&lenient, "a", (7, " YWJj\n")), Ok(None));
    }
}
