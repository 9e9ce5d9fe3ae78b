//! Opening a store: what is set, what is made, and what is refused.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::time::Duration;

use payments_core::store::rusqlite::types::FromSql;
use payments_core::store::rusqlite::{Connection, OpenFlags};
use payments_core::store::{Sqlite, StoreError, StoreFailure};
use payments_core::testing::FixedClock;

#[path = "store/files.rs"]
mod files;

use files::file;

fn one<T: FromSql>(store: &Sqlite, query: &str) -> T {
    store
        .transaction("looking", |transaction| {
            Ok(transaction.query_row(query, [], |row| row.get(0))?)
        })
        .unwrap()
}

fn refused(result: Result<Sqlite, StoreError>, failure: StoreFailure, words: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.failure(), failure, "{error}");
    let text = error.to_string();
    assert!(text.starts_with("opening the store: "), "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_commit_lasts() {
    let path = file("lasts");
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(one::<String>(&store, "PRAGMA journal_mode"), "wal");
    for (pragma, value) in [("synchronous", 2), ("fullfsync", 1)] {
        let set: i64 = one(&store, &format!("PRAGMA {pragma}"));
        assert_eq!(set, value, "{pragma}");
    }
    // What is left of ten seconds.
    let store = store.with_clock(Arc::new(FixedClock::new()));
    assert_eq!(one::<i64>(&store, "PRAGMA busy_timeout"), 10_000);
    let most = store.with_patience(Duration::MAX);
    assert_eq!(one::<i64>(&most, "PRAGMA busy_timeout"), 1_000_000_000);
}

#[test]
fn a_file_is_opened_again_by_several() {
    let path = file("again");
    let (first, second) = (Sqlite::open(&path).unwrap(), Sqlite::open(&path).unwrap());
    for store in [first, second] {
        assert_eq!(one::<i64>(&store, "SELECT version FROM payments_schema"), 2);
    }
}

#[test]
fn a_new_file_is_opened_by_many_at_once() {
    for round in 0..8 {
        let path = file(&format!("many{round}"));
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| Sqlite::open(&path).map(|_| ())))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        for result in opened {
            result.unwrap();
        }
    }
}

#[test]
fn the_tables_of_the_shop_are_left_alone() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES ('a')")
        .unwrap();
    let store = Sqlite::on(connection).unwrap();
    assert_eq!(one::<i64>(&store, "SELECT count(*) FROM orders"), 1);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let path = file("newer");
    drop(Sqlite::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "UPDATE payments_schema SET version = 9; ALTER TABLE payments_inbox ADD x TEXT;",
        )
        .unwrap();
    refused(
        Sqlite::open(&path),
        StoreFailure::NewerSchema,
        "the tables are of version 9, this library knows versions up to 2; run the version that",
    );
    let version = connection.query_row("SELECT version FROM payments_schema", [], |row| row.get(0));
    assert_eq!(version, Ok(9_i64));
}

#[test]
fn tables_of_others_are_refused_and_left_alone() {
    for (statement, words) in [
        (
            "CREATE TABLE payments_inbox (id TEXT)",
            "`payments_inbox` is there, and was not made by this library",
        ),
        (
            "CREATE VIEW Payments_Journal AS SELECT 1",
            "`payments_journal` is there",
        ),
        (
            "CREATE TABLE payments_schema (id TEXT)",
            "`payments_schema` is not ours",
        ),
        (
            "CREATE TABLE payments_schema (owner TEXT, version INTEGER)",
            "`payments_schema` is not ours",
        ),
        (
            "CREATE TABLE payments_schema (owner TEXT, version INTEGER); \
             INSERT INTO payments_schema VALUES ('rails', 1)",
            "`payments_schema` is not ours",
        ),
        (
            "CREATE TABLE payments_schema (owner TEXT, version INTEGER); \
             INSERT INTO payments_schema VALUES ('payments-core', 1)",
            "`payments_inbox` lacks columns of its version",
        ),
    ] {
        let path = file("foreign");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(statement).unwrap();
        let tables = || -> i64 {
            let count = "SELECT count(*) FROM sqlite_schema";
            connection.query_row(count, [], |row| row.get(0)).unwrap()
        };
        let before = tables();
        refused(Sqlite::open(&path), StoreFailure::Foreign, words);
        assert_eq!(tables(), before, "{statement}");
    }
}

#[test]
fn what_cannot_be_written_to_is_refused() {
    let path = file("readonly");
    drop(Sqlite::open(&path).unwrap());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(&path, flags).unwrap();
    let words = "the database is read-only; open it for writing";
    refused(Sqlite::on(connection), StoreFailure::ReadOnly, words);

    let folder = path.parent().unwrap();
    let words = format!("{}: the file cannot be opened", folder.display());
    refused(Sqlite::open(folder), StoreFailure::Unavailable, &words);

    let path = file("text");
    std::fs::write(&path, "a text of some length, which is no database at all").unwrap();
    let words = format!("{}: the file is no SQLite database", path.display());
    refused(Sqlite::open(&path), StoreFailure::Foreign, &words);
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.starts_with("a text"));
}

#[test]
fn a_full_database_is_refused() {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "max_page_count", 3).unwrap();
    let words = "the database is full; make room on the disk";
    refused(Sqlite::on(connection), StoreFailure::Full, words);
}

#[test]
fn a_connection_with_a_transaction_is_refused() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("BEGIN").unwrap();
    let words = "has a transaction open: end it first";
    refused(Sqlite::on(connection), StoreFailure::Other, words);
}

#[test]
fn what_fails_or_panics_is_rolled_back() {
    let store = Sqlite::in_memory().unwrap();
    let insert = "INSERT INTO payments_schema VALUES ('x', 1)";
    let failed: Result<(), StoreError> = store.transaction("failing", |transaction| {
        transaction.execute(insert, [])?;
        transaction.execute(insert, [])?;
        Ok(())
    });
    let error = failed.unwrap_err();
    let text = "failing: SQLite refused a statement; see the source of this error";
    assert_eq!(error.to_string(), text);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.transaction("panicking", |transaction| {
            transaction.execute(insert, [])?;
            panic!("as tests do");
            #[expect(unreachable_code, reason = "it gives the closure its type")]
            Ok(())
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(
        one::<i64>(&store, "SELECT count(*) FROM payments_schema"),
        1
    );
}
