//! What the inbox and the journal keep: one schema, one way from each version to the next.
//!
//! Both are in a database of the merchant's own, beside the merchant's tables, so that what the
//! merchant writes and what is written here can be one transaction. The names of all tables begin with
//! `payments_`. The table `payments_schema` says whose they are and of which version: a database of a
//! newer version is refused, and so is one where a table of such a name is somebody else's. An older
//! one is brought to this version when it is opened.
#![cfg_attr(
    feature = "sqlite",
    doc = concat!("\n# Tables in SQLite\n\n```sql\n", include_str!("store/sqlite/1.sql"), "\n", include_str!("store/sqlite/2.sql"), "```")
)]
#![cfg_attr(
    feature = "postgres",
    doc = concat!("\n# Tables in PostgreSQL\n\n```sql\n", include_str!("store/postgres/1.sql"), "```")
)]

mod error;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use error::{StoreError, StoreFailure};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, Session};
#[cfg(feature = "sqlite")]
pub use rusqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use schema::storable;
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteError};
#[cfg(feature = "postgres")]
pub use tokio_postgres;
