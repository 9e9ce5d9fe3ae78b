//! What a store could not do, and what to do about it.

use std::borrow::Cow;
use std::error::Error as StdError;

/// A store did not do what it was asked to, and left everything as it was.
///
/// What was to be written is not written: a message must not be acknowledged, a call not sent.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {problem}; {help}")]
pub struct StoreError {
    failure: StoreFailure,
    doing: &'static str,
    problem: Cow<'static, str>,
    help: &'static str,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFailure {
    /// Somebody else held it for too long. Worth trying again.
    Busy,
    /// It is gone, cannot be opened, or broke off. Worth trying again.
    Unavailable,
    /// There is no room left.
    Full,
    /// It cannot be written to.
    ReadOnly,
    /// It was made or changed by a newer version of this library.
    NewerSchema,
    /// Something of ours by name is not ours, or not as we made it.
    Foreign,
    /// Nothing of the above.
    Other,
}

impl StoreFailure {
    /// What to do about it.
    const fn help(self) -> &'static str {
        match self {
            Self::Busy => "try again; keep transactions short, and never wait for a network in one",
            Self::Unavailable => "see that the database is there and reachable, and try again",
            Self::Full => "make room on the disk, or raise the limit of the database",
            Self::ReadOnly => {
                "open it for writing, and see who may write to the file and its folder"
            }
            Self::NewerSchema => {
                "run the version that made it, or a later one; nothing was changed"
            }
            Self::Foreign => "use another database, or rename that table; nothing was changed",
            Self::Other => "see the source of this error",
        }
    }
}

impl StoreError {
    /// `doing` ("accepting a message") failed for a `problem` ("the disk is full").
    #[must_use]
    pub fn new(
        failure: StoreFailure,
        doing: &'static str,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            failure,
            doing,
            problem: problem.into(),
            help: failure.help(),
            source: None,
        }
    }

    /// The same with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same of a file.
    #[cfg(feature = "sqlite")]
    pub(super) fn of_file(mut self, file: &std::path::Path) -> Self {
        self.problem = format!("{}: {}", file.display(), self.problem).into();
        self
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn failure(&self) -> StoreFailure {
        self.failure
    }

    /// What was being done.
    #[must_use]
    pub fn doing(&self) -> &'static str {
        self.doing
    }

    /// What went wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.help
    }
}
