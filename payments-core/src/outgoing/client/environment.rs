//! Which service of a provider is called, and with whose credentials.

/// The base URLs of one service: its main host, and the others by name. They are checked when a
/// client is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    main: String,
    others: Vec<(&'static str, String)>,
}

impl Hosts {
    /// A service with one host.
    #[must_use]
    pub fn new(main: impl Into<String>) -> Self {
        Self {
            main: main.into(),
            others: Vec::new(),
        }
    }

    /// The same with another host called `name`, or with another base URL for it.
    #[must_use]
    pub fn with(mut self, name: &'static str, base: impl Into<String>) -> Self {
        self.others.retain(|(known, _)| *known != name);
        self.others.push((name, base.into()));
        self
    }

    /// The base URL of the main host.
    #[must_use]
    pub fn main(&self) -> &str {
        &self.main
    }

    /// The base URL of the host called `name`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&str> {
        let (_, base) = self.others.iter().find(|(known, _)| *known == name)?;
        Some(base)
    }

    #[cfg(any(feature = "client", feature = "blocking"))]
    pub(super) fn into_parts(self) -> (String, Vec<(&'static str, String)>) {
        (self.main, self.others)
    }
}

impl From<String> for Hosts {
    fn from(main: String) -> Self {
        Self::new(main)
    }
}

/// A service with credentials of its own, so that those of another are not taken: a client of the
/// test service with live credentials does not compile. Implemented by generated code.
pub trait Environment {
    /// What this service knows a merchant by.
    type Credentials;

    /// Where it is.
    fn hosts(self) -> Hosts;
}
