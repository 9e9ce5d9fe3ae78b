//! A request that arrived, for tests.

/// A request that arrived: no values, no body.
#[derive(Clone, Debug)]
pub struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) header_names: Vec<String>,
    pub(super) status: Option<u16>,
    pub(super) fault: Option<&'static str>,
}

impl Seen {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Header names in lower case.
    #[must_use]
    pub fn header_names(&self) -> &[String] {
        &self.header_names
    }

    /// The status answered; `None` when the connection was closed without an answer.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// The name of the fault that struck it.
    #[must_use]
    pub const fn fault(&self) -> Option<&'static str> {
        self.fault
    }
}
