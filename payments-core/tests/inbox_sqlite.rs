//! An inbox in the shop's own SQLite database: what the shop writes and "done" are one commit.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use payments_core::http;
use payments_core::incoming::{
    Accepted, BodyFormat, CallerAuth, Endpoint, Finished, Inbound, Inbox, InboxOptions, Next,
    Outcome, Receiver, Retention, Unverified, Worked, danger, sql,
};
use payments_core::store::rusqlite::{Connection, Transaction, params};
use payments_core::store::{Sqlite, SqliteError, StoreError, StoreFailure};
use payments_core::testing::{FixedClock, Paid};

#[path = "inbox_sqlite/crash.rs"]
mod crash;
#[path = "store/files.rs"]
mod files;
#[path = "inbox_sqlite/queue.rs"]
mod queue;
#[path = "inbox_sqlite/routes.rs"]
mod routes;
#[path = "inbox_sqlite/trouble.rs"]
mod trouble;

use files::file;

fn receiver() -> Receiver<Paid> {
    receiver_of(danger::authenticated_elsewhere())
}

fn receiver_of(caller: CallerAuth) -> Receiver<Paid> {
    Receiver::new("test", "shop", caller).with_body(BodyFormat::Form)
}

/// With two secrets that a caller may be known by, and a header that a merchant may want.
fn sent(order: &str) -> Inbound {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Basic c2VjcmV0"));
    headers.insert("x-api-key", HeaderValue::from_static("key-c2VjcmV0"));
    headers.insert("x-trace", format!("trace-{order}").parse().unwrap());
    Inbound::new(Method::POST, "/paid", headers, format!("order={order}"))
}

fn paid(order: &str) -> Unverified<Paid> {
    receiver().receive(&sent(order)).unwrap()
}

/// The shop's own table, in the same database. Nothing in it hinders a second delivery.
fn shop(path: &Path) -> (Inbox<payments_core::store::Sqlite>, FixedClock) {
    on(Connection::open(path).unwrap())
}

fn on(connection: Connection) -> (Inbox<Sqlite>, FixedClock) {
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS deliveries (reference TEXT)")
        .unwrap();
    let clock = FixedClock::new();
    let store = Sqlite::on(connection).unwrap();
    let store = store.with_clock(Arc::new(clock.clone()));
    let options = InboxOptions {
        lease: Duration::from_secs(60),
        attempts: 3,
        ..InboxOptions::default()
    };
    (Inbox::on(store, options), clock)
}

/// The same, waiting for nobody.
fn hasty(inbox: &Inbox<Sqlite>) -> Inbox<Sqlite> {
    let store = inbox.store().clone().with_patience(Duration::ZERO);
    Inbox::on(store, inbox.options().clone())
}

fn in_memory() -> (Inbox<Sqlite>, FixedClock) {
    on(Connection::open_in_memory().unwrap())
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn deliver(transaction: &Transaction<'_>, reference: &str) -> Result<Outcome, Failed> {
    transaction.execute("INSERT INTO deliveries VALUES (?1)", [reference])?;
    Ok(Outcome::Settled)
}

fn delivered(inbox: &Inbox<Sqlite>) -> Vec<String> {
    let list = "SELECT reference FROM deliveries ORDER BY reference";
    inbox
        .store()
        .transaction("looking", |transaction| {
            let mut statement = transaction.prepare(list)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

fn worked(done: usize, retried: usize) -> Worked {
    Worked { done, retried }
}

/// Confirms everything, and delivers.
fn work(inbox: &Inbox<Sqlite>) -> Worked {
    inbox
        .work_blocking(
            |_| Next::Act(()),
            |transaction, row, ()| deliver(transaction, row.reference()),
        )
        .unwrap()
}

#[test]
fn what_the_shop_writes_is_committed_with_done_or_not_at_all() {
    let (inbox, clock) = in_memory();
    for order in ["A", "B", "C", "D"] {
        assert_eq!(inbox.accept(&paid(order)).unwrap(), Accepted::New);
    }
    let round = inbox.work_blocking(
        |row| Next::Act(row.reference().to_owned()),
        |transaction, row, order| {
            assert_eq!(row.reference(), order);
            deliver(transaction, &order)?;
            match &*order {
                "A" => Ok(Outcome::Settled),
                "B" => Ok(Outcome::Retry("out of stock".to_owned())),
                "C" => Err("no such order".into()),
                _ => Ok(Outcome::Done),
            }
        },
    );
    assert_eq!(round.unwrap(), worked(2, 2));
    assert_eq!(delivered(&inbox), ["A", "D"]);
    assert_eq!(work(&inbox), worked(0, 0), "before their pause");
    clock.advance(Duration::from_secs(1));
    assert_eq!(work(&inbox), worked(2, 0));
    assert_eq!(delivered(&inbox), ["A", "B", "C", "D"]);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::Duplicate);
    assert_eq!(work(&inbox), worked(0, 0));
}

#[test]
fn what_is_not_acted_upon_needs_no_handler() {
    let (inbox, clock) = in_memory();
    for order in ["A", "B"] {
        assert_eq!(inbox.accept(&paid(order)).unwrap(), Accepted::New);
    }
    let mut attempts = Vec::new();
    for (done, retried) in [(1, 1), (0, 1), (0, 1), (0, 0)] {
        let round = inbox.work_blocking(
            |row| {
                attempts.push((row.reference().to_owned(), row.attempts()));
                match row.reference() {
                    "A" => Next::<()>::Done,
                    _ => Next::Retry("not paid yet".to_owned()),
                }
            },
            |_, _, ()| unreachable!("there is nothing to act upon"),
        );
        assert_eq!(round.unwrap(), worked(done, retried));
        clock.advance(Duration::from_secs(10));
    }
    let expect = [("A", 1), ("B", 1), ("B", 2), ("B", 3)];
    assert_eq!(attempts, expect.map(|(row, count)| (row.to_owned(), count)));
    let dead = inbox.dead_letters(10).unwrap();
    let dead: Vec<_> = dead
        .iter()
        .map(|(row, why)| (row.reference(), &**why))
        .collect();
    assert_eq!(dead, [("B", "not paid yet")]);
}

#[test]
fn a_worker_whose_lease_ran_out_writes_nothing() {
    let (inbox, clock) = in_memory();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let slow = inbox.claim().unwrap().unwrap();
    clock.advance(Duration::from_secs(60));
    let quick = inbox.claim().unwrap().unwrap();
    let act = |transaction: &Transaction<'_>, _: &_| deliver(transaction, "slow");
    assert_eq!(slow.finish(act).unwrap(), Finished::Lost);
    assert!(delivered(&inbox).is_empty());
    let act = |transaction: &Transaction<'_>, _: &_| deliver(transaction, "quick");
    assert_eq!(quick.finish(act).unwrap(), Finished::Done);
    assert_eq!(delivered(&inbox), ["quick"]);
}

#[test]
fn a_dropped_or_panicking_worker_gives_its_row_back() {
    let (inbox, clock) = in_memory();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    drop(inbox.claim().unwrap());
    assert!(inbox.claim().unwrap().is_none(), "before its pause");
    clock.advance(Duration::from_secs(1));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        inbox.work_blocking(
            |_| Next::Act(()),
            |transaction, row, ()| {
                deliver(transaction, row.reference())?;
                panic!("as handlers do")
            },
        )
    }));
    assert!(panicked.is_err());
    assert!(delivered(&inbox).is_empty());
    clock.advance(Duration::from_secs(2));
    assert_eq!(work(&inbox), worked(1, 0));
    assert_eq!(delivered(&inbox), ["A"]);
}

#[tokio::test]
async fn a_handler_runs_beside_the_runtime() {
    let (inbox, clock) = in_memory();
    for order in ["A", "B"] {
        assert_eq!(inbox.keep(&paid(order)).await.unwrap(), Accepted::New);
    }
    assert_eq!(inbox.keep(&paid("A")).await.unwrap(), Accepted::Duplicate);
    let here = std::thread::current().id();
    let round = async || {
        let confirm = async |row: payments_core::incoming::Row| match row.reference() {
            "B" if row.attempts() == 1 => Next::Retry("not paid yet".to_owned()),
            _ => Next::Act(7),
        };
        let act =
            move |transaction: &Transaction<'_>, row: &payments_core::incoming::Row, found| {
                assert_eq!(found, 7);
                assert_ne!(std::thread::current().id(), here);
                deliver(transaction, row.reference())
            };
        inbox.work(confirm, act).await.unwrap()
    };
    assert_eq!(round().await, worked(1, 1));
    assert_eq!(delivered(&inbox), ["A"]);
    clock.advance(Duration::from_secs(1));
    assert_eq!(round().await, worked(1, 0));
    assert_eq!(delivered(&inbox), ["A", "B"]);
}

/// A shop whose own library has the transaction: here a connection of its own stands for it.
#[test]
fn a_row_is_ended_in_a_transaction_of_the_shop() {
    let path = file("own");
    let (inbox, clock) = shop(&path);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let mut own = Connection::open(&path).unwrap();
    let mut end = |claimed: &payments_core::incoming::Claimed<Sqlite>| {
        let (row, lease) = (claimed.row(), claimed.lease());
        let transaction = own.transaction().unwrap();
        let _ = deliver(&transaction, row.reference()).unwrap();
        let scope = row.scope();
        let ended = transaction.execute(
            sql::END,
            params![
                scope.provider(),
                scope.environment(),
                scope.account(),
                row.reference(),
                lease.number(),
                1
            ],
        );
        if ended.unwrap() == 1 {
            let done = params![lease.id(), "done", 0, None::<String>, 1];
            transaction.execute(sql::DONE, done).unwrap();
            transaction.commit().unwrap();
        }
    };
    let slow = inbox.claim().unwrap().unwrap();
    clock.advance(Duration::from_secs(60));
    let quick = inbox.claim().unwrap().unwrap();
    end(&slow);
    assert!(delivered(&inbox).is_empty());
    end(&quick);
    assert_eq!(delivered(&inbox), ["A"]);
    drop((slow, quick));
    clock.advance(Duration::from_secs(3600));
    assert_eq!(work(&inbox), worked(0, 0));
}

/// The caller is asked once: what it authorized itself with is gone.
#[test]
fn a_row_is_read_again_without_its_caller() {
    let (inbox, _) = in_memory();
    let by_password = |inbound: &Inbound| inbound.headers().contains_key("authorization");
    let asking = receiver_of(CallerAuth::check(by_password));
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let claimed = inbox.claim().unwrap().unwrap();
    let row = claimed.row();
    assert!(asking.receive(row.inbound().unwrap()).is_err());
    assert_eq!(asking.reread(row).unwrap().claims().order(), "A");
    let other = Receiver::<Paid>::new("test", "other", danger::authenticated_elsewhere());
    assert!(other.with_body(BodyFormat::Form).reread(row).is_err());
}

#[test]
fn several_workers_on_one_file_share_the_load() {
    const ROWS: usize = 60;
    let path = file("workers");
    let (first, _) = shop(&path);
    let counts: Vec<_> = (0..3).map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        // Two that send, the same messages, and three that work.
        for _ in 0..2 {
            scope.spawn(|| {
                let (inbox, _) = shop(&path);
                for number in 0..ROWS {
                    let _ = inbox.accept(&paid(&format!("{number:03}"))).unwrap();
                }
            });
        }
        for count in &counts {
            let path = &path;
            scope.spawn(move || {
                let (inbox, _) = shop(path);
                while delivered(&inbox).len() < ROWS {
                    count.fetch_add(work(&inbox).done, Ordering::SeqCst);
                }
            });
        }
    });
    let all: Vec<_> = (0..ROWS).map(|number| format!("{number:03}")).collect();
    assert_eq!(delivered(&first), all);
    let counts: Vec<_> = counts
        .iter()
        .map(|count| count.load(Ordering::SeqCst))
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), ROWS, "{counts:?}");
}

#[test]
fn an_error_of_the_callers_own_rolls_back() {
    let store = Sqlite::in_memory().unwrap();
    let spoiled = store.transaction("counting tea", |transaction| {
        transaction.execute_batch("CREATE TABLE tea (tins INTEGER)")?;
        "no number".parse::<u8>().map_err(SqliteError::other)
    });
    let error = spoiled.unwrap_err();
    assert_eq!(error.failure(), StoreFailure::Other);
    assert!(
        error.to_string().starts_with("counting tea: invalid digit"),
        "{error}"
    );
    let again = store.transaction("looking", |transaction| {
        Ok(transaction.prepare("SELECT * FROM tea").is_err())
    });
    assert!(again.unwrap(), "what was done before it is rolled back");
}

#[test]
fn a_payment_is_known_to_be_settled_for_as_long_as_a_row_waits() {
    let (inbox, clock) = in_memory();
    let payments = || {
        let counted = inbox.store().transaction("looking", |transaction| {
            let count = "SELECT count(*) FROM payments_inbox_payment";
            Ok(transaction.query_row(count, [], |row| row.get::<_, i64>(0))?)
        });
        counted.unwrap()
    };
    for order in ["A", "B"] {
        let _ = inbox.accept(&paid(order)).unwrap();
    }
    assert_eq!(work(&inbox), worked(2, 0));
    let scope = paid("A").scope().clone();
    let late = inbox.accept_found::<Paid>(&scope, "A", &["late"]);
    assert_eq!(late.unwrap(), Accepted::New);
    clock.advance(Duration::from_secs(60));
    let all = Retention {
        content: Duration::ZERO,
        keys: Duration::ZERO,
        dead: None,
    };
    assert_eq!(inbox.purge(all).unwrap().keys, 2);
    assert_eq!(payments(), 1, "nothing is about B any more");
    let claimed = inbox.claim().unwrap().unwrap();
    assert!(claimed.row().settled_before());
    let _ = claimed.finish(|_, _| Ok(Outcome::Done)).unwrap();
    assert_eq!(inbox.purge(all).unwrap().keys, 1);
    assert_eq!(payments(), 0);
}

/// Later messages about it neither take that back nor change when it was.
#[test]
fn a_payment_is_settled_once() {
    let (inbox, clock) = in_memory();
    let settled_at = || {
        let found = inbox.store().transaction("looking", |transaction| {
            let when = "SELECT settled_at FROM payments_inbox_payment";
            Ok(transaction.query_row(when, [], |row| row.get::<_, Option<i64>>(0))?)
        });
        found.unwrap()
    };
    let scope = paid("A").scope().clone();
    clock.advance(Duration::from_secs(60));
    for (late, outcome) in [
        ("first", Outcome::Settled),
        ("second", Outcome::Settled),
        ("third", Outcome::Done),
    ] {
        let kept = inbox.accept_found::<Paid>(&scope, "A", &[late]);
        assert_eq!(kept.unwrap(), Accepted::New);
        let claimed = inbox.claim().unwrap().unwrap();
        let _ = claimed.finish(|_, _| Ok(outcome)).unwrap();
        assert_eq!(settled_at(), Some(60_000), "after the {late}");
        clock.advance(Duration::from_secs(60));
    }
}

/// The columns of a key are in an order in which two keys differ at once.
#[test]
fn a_key_is_looked_up_by_what_differs_first() {
    let (inbox, _) = in_memory();
    let plan = |statement: &str| {
        let plan = inbox.store().transaction("planning", |transaction| {
            let plan = format!("EXPLAIN QUERY PLAN {statement}");
            let values = ["toy", "live", "main-shop", "paid", "[]"];
            Ok(transaction.query_row(&plan, values, |row| row.get::<_, String>(3))?)
        });
        plan.unwrap()
    };
    let all = "(dedupe=? AND notice=? AND account=? AND environment=? AND provider=?)";
    let told = plan(sql::DIGEST);
    assert!(told.ends_with(all), "{told}");
}
