//! Signing keys, the current and the previous ones.

use std::fmt;

use crate::signing::{Keys, Signer};

/// The keys that a callback may be signed with. During a rotation both the new and the old key are
/// in it; each has an id of the merchant's choosing.
#[derive(Clone)]
pub struct KeyRing<K> {
    keys: Vec<(String, Signer<K>)>,
}

impl<K: Keys> KeyRing<K> {
    /// A ring of one key.
    #[must_use]
    pub fn new(id: impl Into<String>, keys: K) -> Self {
        Self {
            keys: vec![(id.into(), Signer::new(keys))],
        }
    }

    /// The same with one more key that is still accepted.
    #[must_use]
    pub fn and(mut self, id: impl Into<String>, keys: K) -> Self {
        self.keys.push((id.into(), Signer::new(keys)));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Signer<K>)> {
        self.keys.iter().map(|(id, signer)| (id.as_str(), signer))
    }
}

impl<K> fmt::Debug for KeyRing<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list()
            .entries(self.keys.iter().map(|(id, _)| id))
            .finish()
    }
}
