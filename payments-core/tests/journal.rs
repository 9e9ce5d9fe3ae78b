//! What a journal is kept in: the contract, and what a database adds to it.
#![cfg(all(feature = "client", feature = "testing"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::journal::MemoryJournal;
use payments_core::testing::journal_store;

#[cfg(all(feature = "postgres", unix))]
#[path = "journal/postgres.rs"]
mod postgres;
#[cfg(feature = "sqlite")]
#[path = "journal/sqlite.rs"]
mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[path = "journal/toy.rs"]
mod toy;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[path = "journal/trouble.rs"]
mod trouble;

#[test]
fn memory_holds_the_contract() {
    journal_store(MemoryJournal::new).unwrap();
}
