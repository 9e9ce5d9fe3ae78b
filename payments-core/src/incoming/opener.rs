//! Opening what comes encrypted and nobody signs: once, with what it came with, and without telling
//! anybody why it failed.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::deadlines::Deadlines;
use crate::decrypt::{Base64Form, Decryptor};
use crate::incoming::failures::Failures;
use crate::incoming::intake::{Begun, Intake, Turn};

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

/// Opens ciphertexts, each for one subject `S`, such as an attempt, and remembers in memory what came.
/// More than 20 that are bad within a minute ring the alarm of their key, which is then used once a
/// second at most. What was taken in is due.
pub struct Opener<D, S> {
    decryptor: D,
    text: Base64Form,
    intake: Intake<S>,
    failures: Failures<i64>,
}

impl<D: Decryptor, S: Eq + Hash + Clone + Ord> Opener<D, S> {
    /// An opener with these keys; what is taken in is due `within` that time.
    #[must_use]
    pub fn new(decryptor: D, clock: Arc<dyn Clock>, within: Duration) -> Self {
        let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
        Self {
            decryptor,
            text: Base64Form::Strict,
            intake: Intake::new(Arc::clone(&clock), within),
            failures: Failures::new(20, minute, second, clock),
        }
    }

    /// How ciphertexts are written, where it is not the strict form.
    #[must_use]
    pub fn with_text(mut self, text: Base64Form) -> Self {
        self.text = text;
        self
    }

    /// What was taken in and is not closed yet.
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
    /// repeat. In this order: the key is known, text and length are right, the ciphertext came with
    /// nothing else, it is this one's turn; only then the private key is used.
    ///
    /// # Errors
    /// [`Unopened`]; whoever sent it is not to learn which.
    pub async fn open<T>(
        &self,
        kind: &'static str,
        subject: &S,
        (key, ciphertext): (i64, &str),
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Unopened> {
        let size = self.decryptor.size(key).ok_or(Unopened::UnknownKey)?;
        let ciphertext = self.text.decode(ciphertext);
        let ciphertext = ciphertext.filter(|bytes| bytes.len() == size);
        let ciphertext = ciphertext.ok_or_else(|| self.bad(key))?;
        if !self.intake.bind(&ciphertext, subject) {
            return Err(Unopened::Moved);
        }
        let Some(turn) = self.turn(kind, subject)? else {
            return Ok(None);
        };
        if !self.failures.may_try(&key) {
            return Err(Unopened::NotNow);
        }
        let plain = self.decryptor.decrypt(key, ciphertext).await;
        let opened = plain.and_then(|plain| read(plain.expose()));
        let opened = opened.ok_or_else(|| self.bad(key))?;
        turn.done();
        Ok(Some(opened))
    }

    /// Takes in what came in clear text, for the same kind of subject; `false` is a repeat.
    ///
    /// # Errors
    /// [`Unopened::NotNow`] where somebody is at it.
    pub fn take(&self, kind: &'static str, subject: &S) -> Result<bool, Unopened> {
        let turn = self.turn(kind, subject)?;
        Ok(turn.map(Turn::done).is_some())
    }

    /// Lets a thing be taken in again, because it could not be kept.
    pub fn forget(&self, kind: &'static str, subject: &S) {
        self.intake.forget(kind, subject);
    }

    /// The turn to work on a thing; nothing where that is done.
    fn turn(&self, kind: &'static str, subject: &S) -> Result<Option<Turn<'_, S>>, Unopened> {
        match self.intake.begin(kind, subject) {
            Begun::Turn(turn) => Ok(Some(turn)),
            Begun::Done => Ok(None),
            Begun::Busy => Err(Unopened::NotNow),
        }
    }

    fn bad(&self, key: i64) -> Unopened {
        self.failures.failed(&key);
        Unopened::Undecryptable
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

    /// Base64 of `abc`, `abd`, which cannot be read, and `!bc`, which cannot be decrypted.
    const GOOD: &str = "YWJj";
    const OTHER: &str = "YWJk";
    const BAD: &str = "IWJj";

    fn open(
        opener: &Opener<Plain, &'static str>,
        subject: &'static str,
        sealed: (i64, &str),
    ) -> Result<Option<Vec<u8>>, Unopened> {
        let opened = opener.open("card", &subject, sealed, |plain| {
            (plain != b"abd").then(|| plain.to_vec())
        });
        match pin!(opened).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(found) => found,
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
        assert!(opener.due().list().is_empty());
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(Some(b"abc".to_vec())));
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(None));
        assert_eq!(open(&opener, "b", (7, GOOD)), Err(Unopened::Moved));
        assert_eq!(opener.due().list().len(), 1);
        assert_eq!(opener.take("token", &"b"), Ok(true));
        assert_eq!(opener.take("token", &"b"), Ok(false));
        opener.forget("token", &"b");
        assert_eq!(opener.take("token", &"b"), Ok(true));
        opener.forget("card", &"a");
        assert_eq!(open(&opener, "a", (7, GOOD)), Ok(Some(b"abc".to_vec())));
    }

    #[test]
    fn a_key_that_fails_too_often_is_slowed_down() {
        let clock = FixedClock::new();
        let time: Arc<dyn Clock> = Arc::new(clock.clone());
        let opener = Opener::new(Plain, time, Duration::from_secs(20));
        for _ in 0..=20 {
            assert!(opener.alarms().is_empty());
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
