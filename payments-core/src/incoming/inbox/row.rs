//! One message of an inbox: what it is told apart by, what is kept of it, and how the work on it ended.

use std::borrow::Cow;
use std::fmt;

use crate::caseless::guid_folded;
use crate::incoming::inbound::Inbound;
use crate::incoming::message::Message;
use crate::incoming::notice::Notice;
use crate::incoming::verified::Scope;

/// What tells two messages apart: provider, environment and account, the kind of message, and the
/// fields that the description names. A GUID is the same in upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    scope: Scope,
    notice: Cow<'static, str>,
    values: Vec<String>,
    /// What a store has in the place of values that it cannot read.
    is_unreadable: bool,
}

impl Key {
    /// The key of a message of the kind `N`: also for a payment that a query found before its
    /// message came, so that the two count as one.
    #[must_use]
    pub fn of<N: Notice>(scope: &Scope, values: &[&str]) -> Self {
        Self {
            scope: scope.clone(),
            notice: N::NAME.into(),
            values: values.iter().map(|value| guid_folded(value)).collect(),
            is_unreadable: false,
        }
    }

    /// The same from what a store kept of it.
    #[must_use]
    pub fn stored(scope: Scope, notice: String, values: Vec<String>) -> Self {
        Self {
            scope,
            notice: notice.into(),
            values,
            is_unreadable: false,
        }
    }

    /// The same of a row whose values cannot be read: they are what stands in their place.
    #[must_use]
    pub fn unreadable(scope: Scope, notice: String, values: String) -> Self {
        Self {
            is_unreadable: true,
            ..Self::stored(scope, notice, vec![values])
        }
    }

    /// Whose message it is.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The kind of message: `order_webhook`.
    #[must_use]
    pub fn notice(&self) -> &str {
        &self.notice
    }

    /// The values that tell it from others of its kind.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether the values stand in a store in a form that it cannot read.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, notice) = (&self.scope, &self.notice);
        let (environment, account) = (scope.environment(), scope.account());
        write!(out, "{}/{environment}/{account}/{notice}", scope.provider())?;
        for value in &self.values {
            write!(out, "/{value}")?;
        }
        Ok(())
    }
}

/// Whether a message was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Accepted {
    /// It is in the inbox now.
    New,
    /// It was there before; acknowledge it all the same.
    Duplicate,
    /// A message with its key was there before and said something else, and no signature tells
    /// which of the two is right. It was not taken in.
    Conflict,
    /// Its reference, its key or its target holds U+0000, which not every database can keep. It was not
    /// taken in, and would not be if it came again.
    Malformed,
}

/// A message on its way into a store.
#[derive(Clone, Debug)]
pub struct Entry {
    key: Key,
    reference: String,
    inbound: Option<Inbound>,
    digest: Option<[u8; 32]>,
    is_strict: bool,
}

impl Entry {
    /// What is kept of a message.
    ///
    /// One that carries card data does not compile: it must not be at rest, not even encrypted.
    /// [`Entry::found`] keeps what identifies it, so that it is not forgotten.
    ///
    /// ```compile_fail,E0080
    /// use payments_core::error::Rejected;
    /// use payments_core::incoming::{Entry, Fields, Notice, Unverified};
    ///
    /// struct Card;
    ///
    /// impl Notice for Card {
    ///     type Unsigned = ();
    ///     const PROVIDER: &'static str = "toy";
    ///     const NAME: &'static str = "card";
    ///     const MAY_REST: bool = false;
    ///     fn read(_: &Fields<'_>) -> Result<Self, Rejected> {
    ///         Ok(Card)
    ///     }
    ///     fn read_unsigned(_: &Fields<'_>) {}
    ///     fn dedupe(&self) -> Vec<&str> {
    ///         vec!["1"]
    ///     }
    ///     fn reference(&self) -> &str {
    ///         "1"
    ///     }
    /// }
    ///
    /// fn keep(message: &Unverified<Card>) -> Entry {
    ///     Entry::of(message)
    /// }
    /// # let _: fn(&Unverified<Card>) -> Entry = keep;
    /// ```
    pub fn of<M: Message>(message: &M) -> Self {
        const { assert!(M::Notice::MAY_REST, "card data must not be at rest") };
        let notice = message.notice();
        Self {
            key: Key::of::<M::Notice>(message.scope(), &notice.dedupe()),
            reference: notice.reference().to_owned(),
            inbound: Some(message.at_rest()),
            digest: Some(message.digest()),
            // Where nothing is compared, no repeat is another message: nor of one that was kept when something was.
            is_strict: M::STRICT && notice.repeat().is_none_or(|values| !values.is_empty()),
        }
    }

    /// What is kept of a payment that a query found.
    #[must_use]
    pub fn found<N: Notice>(scope: &Scope, reference: &str, values: &[&str]) -> Self {
        Self {
            key: Key::of::<N>(scope, values),
            reference: reference.to_owned(),
            inbound: None,
            digest: None,
            is_strict: false,
        }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The merchant's reference that it is about.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The request as it came, with the headers that are kept; none where a query found the payment.
    #[must_use]
    pub fn inbound(&self) -> Option<&Inbound> {
        self.inbound.as_ref()
    }

    /// SHA-256 of what a repeat must say too, by which one that says something else is known, also
    /// after the content was purged.
    #[must_use]
    pub fn digest(&self) -> Option<[u8; 32]> {
        self.digest
    }

    /// Whether it is [`Accepted::Malformed`]: every store refuses it alike.
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        let target = self.inbound().map_or("", Inbound::path_and_query);
        let mut texts = [self.reference(), target]
            .into_iter()
            .chain(self.key.values.iter().map(String::as_str));
        texts.any(|text| text.contains('\0'))
    }

    /// What is to be said of it where its key is known, with the digest that was kept then.
    pub fn repeats(&self, kept: Option<&[u8]>) -> Accepted {
        match (self.digest(), kept) {
            (Some(digest), Some(kept)) if self.is_strict && digest[..] != *kept => {
                Accepted::Conflict
            }
            (Some(_) | None, Some(_) | None) => Accepted::Duplicate,
        }
    }

    /// The row that it becomes.
    #[must_use]
    pub fn into_row(self) -> Row {
        Row {
            key: self.key,
            reference: self.reference,
            inbound: self.inbound,
            attempts: 0,
            settled_before: false,
        }
    }
}

/// One message of the inbox.
#[derive(Clone, Debug)]
pub struct Row {
    key: Key,
    reference: String,
    inbound: Option<Inbound>,
    attempts: u32,
    settled_before: bool,
}

impl Row {
    /// A row as a store has it.
    #[must_use]
    pub fn stored(key: Key, reference: String, inbound: Option<Inbound>) -> Self {
        Self {
            key,
            reference,
            inbound,
            attempts: 0,
            settled_before: false,
        }
    }

    /// The same, worked on so often, of a payment that was settled before or was not.
    #[must_use]
    pub fn claimed(mut self, attempts: u32, settled_before: bool) -> Self {
        (self.attempts, self.settled_before) = (attempts, settled_before);
        self
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Whose message it is.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.key.scope()
    }

    /// The merchant's reference that it is about.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The request as it came, of its headers those that it is read again by (content type and
    /// signature) and those that its endpoint was told to keep; none where a query found the payment
    /// first.
    #[must_use]
    pub fn inbound(&self) -> Option<&Inbound> {
        self.inbound.as_ref()
    }

    /// How often it was worked on, this time included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the payment was settled by an earlier message: a late `failed` undoes nothing.
    #[must_use]
    pub fn settled_before(&self) -> bool {
        self.settled_before
    }
}

/// How the work on a row ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The payment is confirmed and acted upon. Later messages about it find it settled.
    Settled,
    /// There was nothing to act upon.
    Done,
    /// Not now, for this reason; it is tried again later.
    Retry(String),
}
