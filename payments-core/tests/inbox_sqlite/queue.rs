//! What has just come is in no index of what is due until a worker comes.

use payments_core::incoming::{Claimed, Row};
use payments_core::store::rusqlite::params_from_iter;

use super::*;

const FIRST: &str = include_str!("../../src/store/sqlite/1.sql");

/// So many rows of what has just come join the queue at once.
const BATCH: u32 = 500;

fn take(inbox: &Inbox<Sqlite>) -> Option<Claimed<Sqlite>> {
    inbox.claim().unwrap()
}

fn name(claimed: Option<&Claimed<Sqlite>>) -> &str {
    claimed.map_or("none", |claimed| claimed.row().reference())
}

fn accept(inbox: &Inbox<Sqlite>, order: &str) {
    assert_eq!(inbox.accept(&paid(order)).unwrap(), Accepted::New);
}

/// What a commit flushes is what accepting costs: the row, and its key.
#[test]
fn accepting_writes_two_pages() {
    let path = file("pages");
    let (inbox, _) = shop(&path);
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    let pages = || std::fs::metadata(&log).unwrap().len() / (4096 + 24);
    let all = |numbers: std::ops::Range<u32>| {
        for number in numbers {
            accept(&inbox, &format!("ORDER-{number:06}"));
        }
    };
    all(0..10);
    let before = pages();
    all(10..110);
    let written = pages() - before;
    // Now and then a page is full, and its half goes to another.
    assert!((200..=225).contains(&written), "{written} pages");
}

#[test]
fn what_comes_while_others_are_worked_on_is_found() {
    let (inbox, _) = in_memory();
    let mut held = Vec::new();
    for order in ["A", "B", "C"] {
        accept(&inbox, order);
        let claimed = take(&inbox);
        assert_eq!(name(claimed.as_ref()), order);
        held.extend(claimed);
    }
    assert!(take(&inbox).is_none());
    // Those about a payment that is worked on wait for it, and hold up nobody.
    let scope = paid("A").scope().clone();
    for number in 0..=BATCH {
        let more = inbox.accept_found::<Paid>(&scope, "A", &[&number.to_string()]);
        assert_eq!(more.unwrap(), Accepted::New);
    }
    accept(&inbox, "D");
    assert_eq!(name(take(&inbox).as_ref()), "D");
    assert!(take(&inbox).is_none());
    for claimed in held {
        let done = claimed.finish(|_, _| Ok(Outcome::Done)).unwrap();
        assert_eq!(done, Finished::Done);
    }
    assert_eq!(name(take(&inbox).as_ref()), "A");
}

#[test]
fn what_has_just_come_is_before_what_is_tried_again() {
    let (inbox, clock) = in_memory();
    accept(&inbox, "A");
    let again = |_: &Transaction<'_>, _: &Row| Ok(Outcome::Retry("not yet".to_owned()));
    let retried = take(&inbox).unwrap().finish(again).unwrap();
    assert_eq!(retried, Finished::Retried);
    accept(&inbox, "B");
    clock.advance(Duration::from_secs(60));
    accept(&inbox, "C");
    for expect in ["B", "C", "A", "none"] {
        let claimed = take(&inbox);
        assert_eq!(name(claimed.as_ref()), expect);
        if let Some(claimed) = claimed {
            let done = claimed.finish(|_, _| Ok(Outcome::Done)).unwrap();
            assert_eq!(done, Finished::Done);
        }
    }
}

/// More than join the queue at once, and more that come meanwhile: in the order in which they came.
#[test]
fn what_piled_up_is_worked_off_in_order() {
    let (inbox, _) = in_memory();
    let order = |number: u32| format!("{number:06}");
    let mut accepted = 0;
    let mut come = |count: u32| {
        for _ in 0..count {
            accept(&inbox, &order(accepted));
            accepted += 1;
        }
    };
    come(BATCH + 7);
    for number in 0..2 * BATCH {
        if number < BATCH {
            come(1);
        }
        let claimed = take(&inbox).unwrap();
        assert_eq!(claimed.row().reference(), order(number));
        let done = claimed.finish(|_, _| Ok(Outcome::Done)).unwrap();
        assert_eq!(done, Finished::Done);
    }
    assert_eq!(work(&inbox), worked(7, 0));
}

/// In a database of the version before, what had come could stand between what was done.
#[test]
fn what_waits_in_a_database_of_the_first_version_is_found() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(FIRST).unwrap();
    let versions = "CREATE TABLE payments_schema (owner TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) STRICT;
        INSERT INTO payments_schema VALUES ('payments-core', 1);";
    connection.execute_batch(versions).unwrap();
    for (order, state) in [
        ("A", "done"),
        ("B", "waiting"),
        ("C", "dead"),
        ("D", "waiting"),
    ] {
        let row = "INSERT INTO payments_inbox (provider, environment, account, notice, dedupe, reference, state,
                attempts, due_at, touched_at, accepted_at)
            VALUES ('toy', 'live', 'main-shop', 'paid', json_array(?1), ?1, ?2, 1, 0, 0, 0)";
        connection.execute(row, [order, state]).unwrap();
    }
    let (inbox, _) = on(connection);
    accept(&inbox, "E");
    let held = [(); 4].map(|()| take(&inbox));
    let found = held.each_ref().map(|claimed| name(claimed.as_ref()));
    assert_eq!(found, ["B", "D", "E", "none"]);
}

/// Accepts two messages, of which the first is not found: the second is kept by a statement that is not ours.
fn hide_the_first(inbox: &Inbox<Sqlite>) {
    accept(inbox, "A");
    accept(inbox, "B");
    inbox
        .store()
        .transaction("keeping", |transaction| {
            let due = "UPDATE payments_inbox SET due_at = 0 WHERE reference = 'B'";
            Ok(transaction.execute(due, [])?)
        })
        .unwrap();
    let found = [(); 2].map(|()| take(inbox));
    assert_eq!(
        found.each_ref().map(|claimed| name(claimed.as_ref())),
        ["B", "none"]
    );
}

/// A program that knows the version before, and had the file open when it was brought to this one.
#[test]
fn what_is_not_with_the_newest_is_found_when_the_file_is_opened() {
    let path = file("between");
    let (inbox, _) = shop(&path);
    hide_the_first(&inbox);
    let (inbox, _) = shop(&path);
    assert_eq!(name(take(&inbox).as_ref()), "A");
}

#[test]
fn what_is_not_with_the_newest_is_found_by_a_purge() {
    let (inbox, _) = in_memory();
    hide_the_first(&inbox);
    let _ = inbox.purge(Retention::default()).unwrap();
    accept(&inbox, "C");
    let found = [(); 3].map(|()| take(&inbox));
    assert_eq!(
        found.each_ref().map(|claimed| name(claimed.as_ref())),
        ["A", "C", "none"]
    );
}

/// To look for them is to look at what has just come, and at one row more.
#[test]
fn what_was_done_is_not_looked_through() {
    let (inbox, _) = in_memory();
    let plan = |statement: &str, values: usize| {
        let plan = inbox.store().transaction("planning", |transaction| {
            let mut plan = transaction.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
            let steps = plan.query_map(params_from_iter(vec![1; values]), |row| {
                row.get::<_, String>(3)
            })?;
            Ok(steps.collect::<Result<Vec<_>, _>>()?.join("; "))
        });
        plan.unwrap()
    };
    let queue = plan(sql::QUEUE, 1);
    assert!(
        queue.contains("SEARCH payments_inbox USING INTEGER PRIMARY KEY (rowid>?)"),
        "{queue}"
    );
    assert!(!queue.contains("TEMP B-TREE"), "{queue}");
    let next = plan(sql::NEXT_IN_SQLITE, 2);
    assert!(
        next.starts_with("SEARCH i USING INDEX payments_inbox_due (due_at>?); SEARCH p")
            && !next.contains("B-TREE"),
        "{next}"
    );
}
