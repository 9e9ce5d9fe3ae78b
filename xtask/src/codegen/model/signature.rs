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
    /// The characters that join the parts.
    pub(crate) fn joining(&self) -> String {
        let equals = if self.pairs { "=" } else { "" };
        format!("{}{equals}", self.joiner)
    }

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
        /// Left out where it and these are absent; the field itself stands first. Whether a reply was
        /// signed with it does not show in the reply.
        skip_absent: Vec<String>,
    },
    Credential(String),
    Literal(String),
}

impl Entry {
    /// Whether the field may be left out with its name.
    pub(crate) fn may_be_left_out(&self) -> bool {
        match self {
            Self::Field { skip_absent, .. } => !skip_absent.is_empty(),
            Self::Credential(_) | Self::Literal(_) => false,
        }
    }
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
