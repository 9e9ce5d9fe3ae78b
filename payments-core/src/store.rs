//! What the inbox and the journal keep: one schema, one way from each version to the next.

mod error;
#[cfg(feature = "sqlite")]
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use error::{StoreError, StoreFailure};
#[cfg(feature = "sqlite")]
pub use rusqlite;
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteError};
