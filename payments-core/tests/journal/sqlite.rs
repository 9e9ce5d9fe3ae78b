//! A journal in a SQLite file: it lasts, it is shared, and it says when it cannot be used.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use payments_core::journal::{Begun, By, JournalStore, Kept, Outcome, Row, Settlement, State};
use payments_core::store::rusqlite::{Connection, Transaction};
use payments_core::store::{Sqlite, SqliteError, StoreFailure};
use payments_core::testing::{Act, ScriptedTransport, journal_store};
use payments_core::{Error, MoneyMoved};

use super::toy::{Pay, client, entry};
use super::trouble::{an_answer_that_cannot_be_recorded_is_told, nothing_leaves_unrecorded};

/// A file of its own for each test; what an earlier run left is removed.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("journal");
    std::fs::create_dir_all(&folder).unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("{name}.db{ending}")));
    }
    folder.join(format!("{name}.db"))
}

fn run(store: &Sqlite, statement: &str) -> usize {
    let changed = store.transaction("meddling", |transaction| {
        Ok(transaction.execute(statement, [])?)
    });
    changed.unwrap()
}

#[test]
fn sqlite_holds_the_contract() {
    journal_store(|| Sqlite::in_memory().unwrap()).unwrap();
}

#[test]
fn rows_outlive_the_process_that_made_them() {
    let path = file("outlives");
    let reply = Kept::stored(201, Some("application/json"), vec![0, 255, 7]).unwrap();
    let done = Settlement::new(Outcome::Done(Some(reply)), By::Answer, 2_000);
    {
        let store = Sqlite::open(&path).unwrap();
        let Begun::Recorded { id, .. } = store.begin(&entry("1"), false).unwrap() else {
            panic!("known");
        };
        store.settle(id, 1, &done).unwrap();
        let _ = store.begin(&entry("2"), false).unwrap();
    }
    let store = Sqlite::open(&path).unwrap();
    let Begun::Known(first) = store.begin(&entry("1"), true).unwrap() else {
        panic!("forgotten");
    };
    assert_eq!(*first.state(), State::Settled(done));
    let open = store.open("shop").unwrap();
    assert_eq!(open.iter().map(Row::operation).collect::<Vec<_>>(), ["2"]);
}

#[test]
fn of_many_that_record_an_operation_at_once_one_may_send() {
    let path = file("at-once");
    drop(Sqlite::open(&path).unwrap());
    let start = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (path, start) = (path.clone(), Arc::clone(&start));
            thread::spawn(move || {
                // A connection of its own, as another process has.
                let store = Sqlite::open(path).unwrap();
                start.wait();
                let begun = (0..20).map(|number| store.begin(&entry(&number.to_string()), false));
                begun
                    .filter(|begun| matches!(begun, Ok(Begun::Recorded { .. })))
                    .count()
            })
        })
        .collect();
    let recorded: usize = threads.into_iter().map(|one| one.join().unwrap()).sum();
    assert_eq!(recorded, 20);
    assert_eq!(Sqlite::open(path).unwrap().open("shop").unwrap().len(), 20);
}

#[test]
fn the_table_itself_holds_one_live_row_of_an_operation() {
    let store = Sqlite::in_memory().unwrap();
    let _ = store.begin(&entry("1"), false).unwrap();
    let again = store.transaction("meddling", |transaction| {
        Ok(transaction.execute(
            "INSERT INTO payments_journal (provider, environment, account, call, operation, digest, \
             sent_at, attempts, state) SELECT provider, environment, account, call, operation, \
             'other', sent_at, 1, 'open' FROM payments_journal",
            [],
        )?)
    });
    assert!(again.is_err());
}

#[test]
fn rows_that_are_not_ours_are_an_error() {
    for change in [
        "state = 'perhaps'",
        "state = 'done', settled_at = 1, settled_by = NULL",
        "state = 'done', settled_at = 1, settled_by = 'somebody'",
        "state = 'done', settled_at = 1, settled_by = 'answer', reply_status = 7, reply_body = x''",
        "state = 'unsent', settled_at = 1, settled_by = 'answer'",
    ] {
        let store = Sqlite::in_memory().unwrap();
        let Begun::Recorded { id, .. } = store.begin(&entry("1"), false).unwrap() else {
            panic!("known");
        };
        assert_eq!(
            run(&store, &format!("UPDATE payments_journal SET {change}")),
            1
        );
        let error = store.row(id).unwrap_err();
        assert_eq!(error.failure(), StoreFailure::Foreign, "{change}: {error}");
    }
}

#[tokio::test]
async fn an_async_client_writes_on_another_thread() {
    let store = Sqlite::open(file("async")).unwrap();
    let transport = ScriptedTransport::new([Act::json("12345"), Act::Cut]);
    let client = client(&transport, store.clone());
    // Held by somebody: a client that wrote on this thread, the only one, would wait for ever.
    let (held, free) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let holder = {
        let (store, held, free) = (store.clone(), Arc::clone(&held), Arc::clone(&free));
        thread::spawn(move || {
            store.transaction("holding", |_| {
                held.wait();
                free.wait();
                Ok(())
            })
        })
    };
    held.wait();
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.call(Pay("1")).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let early = transport.seen().len();
    free.wait();
    assert_eq!(early, 0, "sent before it was recorded");
    holder.join().unwrap().unwrap();
    assert_eq!(*call.await.unwrap().unwrap(), 5);
    assert_eq!(*client.call(Pay("1")).await.unwrap(), 5);
    assert_eq!(transport.count("/pay"), 1);
    let error = client.call(Pay("2")).await.unwrap_err();
    assert_eq!(error.money_moved(), MoneyMoved::Maybe);
    let open = client.open_calls().await.unwrap();
    assert_eq!(open.iter().map(Row::operation).collect::<Vec<_>>(), ["2"]);
}

#[tokio::test]
async fn a_journal_that_is_gone_lets_nothing_out() {
    let store = Sqlite::in_memory().unwrap();
    run(&store, "DROP TABLE payments_journal");
    let transport = ScriptedTransport::new([Act::json("1")]);
    let client = client(&transport, store.clone());
    let error = client.call(Pay("1")).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(transport.seen().is_empty());
    assert!(matches!(client.open_calls().await, Err(Error::NotSent(_))));
}

#[tokio::test]
async fn what_a_full_journal_cannot_record_does_not_leave() {
    let store = Sqlite::open(file("full")).unwrap();
    let fill = async || {
        let smallest = store.transaction("setting", |transaction| {
            Ok(transaction.execute_batch("PRAGMA max_page_count = 1")?)
        });
        smallest.unwrap();
        // Rows until the pages that there are hold no more.
        while store.transaction("filling", grow).is_ok() {}
    };
    let mend = async || {
        let larger = store.transaction("setting", |transaction| {
            Ok(transaction.execute_batch("PRAGMA max_page_count = 1000000")?)
        });
        larger.unwrap();
    };
    let words = "the database is full; make room";
    nothing_leaves_unrecorded(store.clone(), words, fill, mend).await;
}

#[tokio::test]
async fn what_a_read_only_journal_cannot_record_does_not_leave() {
    let store = Sqlite::in_memory().unwrap();
    let read_only = store.transaction("setting", |transaction| {
        Ok(transaction.execute_batch("PRAGMA query_only = ON")?)
    });
    read_only.unwrap();
    let error = store.begin(&entry("1"), false).unwrap_err();
    assert_eq!(error.failure(), StoreFailure::ReadOnly, "{error}");
    let transport = ScriptedTransport::new([Act::json("1")]);
    let error = client(&transport, store).call(Pay("1")).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(transport.seen().is_empty());
}

fn grow(transaction: &Transaction<'_>) -> Result<(), SqliteError> {
    transaction.execute(
        "INSERT INTO payments_journal (provider, environment, account, call, operation, digest, \
         sent_at, attempts, state) VALUES ('x', 'x', 'x', 'x', 'x', hex(zeroblob(50)), 1, 1, 'never')",
        [],
    )?;
    Ok(())
}

#[tokio::test]
async fn a_locked_journal_lets_nothing_out() {
    let path = file("locked");
    let store = Sqlite::open(&path).unwrap().with_patience(Duration::ZERO);
    let other = Connection::open(&path).unwrap();
    let (hold, free) = (
        async || other.execute_batch("BEGIN IMMEDIATE").unwrap(),
        async || other.execute_batch("ROLLBACK").unwrap(),
    );
    let words = "another connection is writing; try again";
    nothing_leaves_unrecorded(store.clone(), words, hold, free).await;
    an_answer_that_cannot_be_recorded_is_told(store, words, hold, free).await;
}

/// Somebody puts another file in its place: what is written would be in none.
#[tokio::test]
async fn a_file_that_is_taken_away_lets_nothing_out() {
    let path = file("taken-away");
    let store = Sqlite::open(&path).unwrap();
    let aside = path.with_extension("aside");
    let (take, bring_back) = (
        async || std::fs::rename(&path, &aside).unwrap(),
        async || std::fs::rename(&aside, &path).unwrap(),
    );
    let words = "the file was moved, replaced or deleted while it was open";
    nothing_leaves_unrecorded(store.clone(), words, take, bring_back).await;
    an_answer_that_cannot_be_recorded_is_told(store, words, take, bring_back).await;
}
