//! What was taken in from a known caller: once, and without a proof.

use std::ops::Deref;

/// Something that a known caller sent, taken in once: what it is, and what it is about, such as an
/// attempt. It is no confirmation: nothing proves that it is true.
#[derive(Debug)]
pub struct Taken<T, S> {
    value: T,
    subject: S,
}

impl<T, S> Taken<T, S> {
    pub(crate) fn new(value: T, subject: S) -> Self {
        Self { value, subject }
    }

    /// What it is about.
    pub fn subject(&self) -> &S {
        &self.subject
    }

    /// Both apart.
    pub fn into_parts(self) -> (T, S) {
        (self.value, self.subject)
    }
}

impl<T, S> Deref for Taken<T, S> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
