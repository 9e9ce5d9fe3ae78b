//! What is signed, how, and the known answers.

use super::{Credential, Scheme, TagText, Value};

#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) scheme: Scheme,
    /// The credential that a MAC is keyed with.
    pub(crate) key: Option<String>,
    /// What stands between two entries.
    pub(crate) joiner: String,
    /// Whether entries are written `name=value`.
    pub(crate) pairs: bool,
    pub(crate) order: Vec<Entry>,
    pub(crate) place: Place,
    pub(crate) text: TagText,
    /// Every credential that it uses, in the order of the description.
    pub(crate) uses: Vec<Credential>,
}

impl Signature {
    /// Whether the field called `wire` is under the signature.
    pub(crate) fn covers(&self, wire: &str) -> bool {
        self.order.iter().any(|entry| match entry {
            Entry::Field { name, .. } => name == wire,
            Entry::Credential(_) | Entry::Literal(_) => false,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Field {
        name: String,
        free: bool,
        /// Left out where it and these are absent; the field itself stands first.
        skip_absent: Vec<String>,
    },
    Credential(String),
    Literal(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Header(String),
    Field(String),
}

#[derive(Debug)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) given: Value,
    pub(crate) keys: Vec<(String, String)>,
    pub(crate) canonical: Option<String>,
    pub(crate) signature: Option<String>,
    pub(crate) rejected: Option<String>,
    pub(crate) source: String,
}
