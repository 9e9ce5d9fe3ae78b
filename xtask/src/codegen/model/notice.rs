//! What the provider tells the merchant, and how it is acknowledged.

use super::{Example, Tag, Wire};

/// What the provider takes for "received".
#[derive(Debug)]
pub(crate) struct Acknowledgement {
    pub(crate) status: u16,
    /// The message that answers; nothing where the body is empty.
    pub(crate) message: Option<String>,
    pub(crate) examples: Vec<Example>,
}

#[derive(Debug)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) message: String,
    pub(crate) dedupe: Vec<String>,
    /// What else a repeat must say; nothing where it must be the same to the byte.
    pub(crate) repeat: Option<Vec<String>>,
    pub(crate) acknowledgement: Acknowledgement,
    /// Each with the way it travels.
    pub(crate) examples: Vec<(Wire, Example)>,
}
