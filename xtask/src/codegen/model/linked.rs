//! Messages in links that a buyer opens.

use super::{Credential, CredentialKind, Example};

#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) id: String,
    /// What links begin with, without `://`.
    pub(crate) scheme: String,
    pub(crate) message: String,
    /// Every name in its order, with its default; what is the account's included.
    pub(crate) fields: Vec<(String, Option<String>)>,
    /// The fields that are addresses.
    pub(crate) addresses: Vec<String>,
    /// What it is signed with and what is the account's.
    pub(crate) keys: Vec<Credential>,
    pub(crate) examples: Vec<Example>,
}

impl Linked {
    /// The keys that stand in the link.
    pub(crate) fn of_keys(&self) -> impl Iterator<Item = &Credential> {
        let in_link = |key: &&Credential| self.fields.iter().any(|(name, _)| *name == key.wire);
        let public = |key: &&Credential| key.kind == CredentialKind::Public;
        self.keys.iter().filter(public).filter(in_link)
    }

    /// What is written where a field is not given.
    pub(crate) fn default_of(&self, wire: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| name == wire);
        found.and_then(|(_, default)| default.as_deref())
    }
}
