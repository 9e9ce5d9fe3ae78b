//! Databases that are full, read-only, locked or cut off.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::SystemTime;

use payments_core::clock::Clock;

use super::*;

fn set(inbox: &Inbox<Sqlite>, pragma: &str) {
    let set = inbox.store().transaction("setting", |transaction| {
        Ok(transaction.execute_batch(&format!("PRAGMA {pragma}"))?)
    });
    set.unwrap();
}

fn failure<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (StoreFailure, String) {
    let error = result.unwrap_err();
    (error.failure(), error.to_string())
}

/// Accepts until the database is full; the last one was not taken in.
fn fill(inbox: &Inbox<Sqlite>) -> (usize, (StoreFailure, String)) {
    for number in 0.. {
        if let Err(error) = inbox.accept(&paid(&format!("fill-{number}"))) {
            return (number, (error.failure(), error.to_string()));
        }
    }
    unreachable!("it is never full")
}

#[test]
fn what_a_full_database_refused_was_not_taken_in() {
    let path = file("full");
    let (inbox, _) = shop(&path);
    set(&inbox, "max_page_count = 30");
    let (taken, (kind, text)) = fill(&inbox);
    assert_eq!(kind, StoreFailure::Full);
    let words = "accepting a message: the database is full; make room on the disk";
    assert!(text.starts_with(words), "{text}");
    assert!(taken > 10, "{taken}");
    set(&inbox, "max_page_count = 1000000");
    let last = format!("fill-{taken}");
    assert_eq!(inbox.accept(&paid(&last)).unwrap(), Accepted::New);
    assert_eq!(work(&inbox), worked(taken + 1, 0));
}

#[test]
fn a_handler_that_finds_the_database_full_leaves_its_row() {
    let path = file("full_handler");
    let (inbox, clock) = shop(&path);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let claimed = inbox.claim().unwrap().unwrap();
    set(&inbox, "max_page_count = 1");
    // What SQLite says within the handler is a reason to try again.
    let finished = claimed.finish(|transaction, row| {
        deliver(transaction, row.reference())?;
        let huge = "INSERT INTO deliveries VALUES (zeroblob(10000000))";
        transaction.execute(huge, [])?;
        Ok(Outcome::Settled)
    });
    assert_eq!(finished.unwrap(), Finished::Retried);
    assert!(delivered(&inbox).is_empty());
    set(&inbox, "max_page_count = 1000000");
    clock.advance(Duration::from_secs(1));
    assert_eq!(work(&inbox), worked(1, 0));
    assert_eq!(delivered(&inbox), ["A"]);
}

#[test]
fn a_read_only_database_is_told() {
    let path = file("read_only");
    let (inbox, _) = shop(&path);
    set(&inbox, "query_only = ON");
    let (kind, text) = failure(inbox.accept(&paid("A")));
    assert_eq!(kind, StoreFailure::ReadOnly);
    assert!(
        text.contains("the database is read-only; open it for writing"),
        "{text}"
    );
    assert_eq!(failure(inbox.claim()).0, StoreFailure::ReadOnly);
    let (inbox, _) = shop(&path);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
}

/// Somebody's transaction that never ends.
#[test]
fn a_locked_database_is_told() {
    let path = file("locked");
    let inbox = hasty(&shop(&path).0);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (kind, text) = failure(inbox.accept(&paid("A")));
    assert_eq!(kind, StoreFailure::Busy);
    assert!(
        text.contains("another connection is writing; try again"),
        "{text}"
    );
    assert_eq!(failure(inbox.claim()).0, StoreFailure::Busy);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    // A worker whose end cannot be committed: the row waits for its lease, and nothing is written.
    let claimed = inbox.claim().unwrap().unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let finished = claimed.finish(|_, _| unreachable!("no transaction begins"));
    assert_eq!(failure(finished).0, StoreFailure::Busy);
    other.execute_batch("ROLLBACK").unwrap();
    assert!(inbox.claim().unwrap().is_none());
}

fn broken(inbox: &Inbox<Sqlite>, statement: &str) {
    inbox
        .store()
        .transaction("breaking", |transaction| {
            Ok(transaction.execute_batch(statement)?)
        })
        .unwrap();
}

/// Nothing is written, and yet there is no row with that key: no word of it being known.
#[test]
fn what_is_neither_new_nor_known_is_not_taken_in() {
    let (inbox, _) = in_memory();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    broken(
        &inbox,
        "CREATE TRIGGER somebodys BEFORE INSERT ON payments_inbox BEGIN SELECT RAISE(IGNORE); END",
    );
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::Duplicate);
    let (kind, text) = failure(inbox.accept(&paid("B")));
    assert_eq!(kind, StoreFailure::Other);
    assert!(text.starts_with("accepting a message: "), "{text}");
    broken(&inbox, "DROP TRIGGER somebodys");
    assert_eq!(inbox.accept(&paid("B")).unwrap(), Accepted::New);
}

#[test]
fn a_table_that_is_taken_away_is_told() {
    let (inbox, _) = in_memory();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    broken(&inbox, "DROP TABLE payments_inbox_payment");
    let (kind, text) = failure(inbox.claim());
    assert_eq!(kind, StoreFailure::Other);
    assert!(text.starts_with("claiming a row: SQLite refused"), "{text}");
    broken(&inbox, "DROP TABLE payments_inbox");
    let (kind, text) = failure(inbox.accept(&paid("B")));
    assert_eq!(kind, StoreFailure::Other);
    assert!(
        text.starts_with("accepting a message: SQLite refused"),
        "{text}"
    );
}

#[test]
fn half_a_claim_is_none() {
    let (inbox, _) = in_memory();
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON payments_inbox_payment \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    broken(&inbox, refuse);
    assert_eq!(failure(inbox.claim()).0, StoreFailure::Other);
    let payments = inbox.store().transaction("looking", |transaction| {
        let count = "SELECT count(*) FROM payments_inbox_payment";
        Ok(transaction.query_row(count, [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(payments.unwrap(), 0);
    broken(&inbox, "DROP TRIGGER refuse");
    let claimed = inbox.claim().unwrap().unwrap();
    assert_eq!(
        claimed.row().attempts(),
        1,
        "the half of it was not counted"
    );
}

/// Somebody restores a backup, say, while a receiver runs: what it acknowledged would be in no file.
#[test]
fn a_file_that_is_taken_away_is_told() {
    let path = file("taken_away");
    let (inbox, clock) = shop(&path);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    // What came a moment ago was taken along.
    clock.advance(Duration::from_millis(10));
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).unwrap();
    let refused = || {
        let (kind, text) = failure(inbox.accept(&paid("B")));
        assert_eq!(kind, StoreFailure::Unavailable);
        assert!(text.contains("moved, replaced or deleted"), "{text}");
        assert_eq!(failure(inbox.claim()).0, StoreFailure::Unavailable);
    };
    refused();
    std::fs::write(&path, "another").unwrap();
    refused();
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(inbox.accept(&paid("B")).unwrap(), Accepted::New);
    assert_eq!(work(&inbox), worked(2, 0));
}

/// A running clock that is looked at for the last time before the file is taken away.
#[derive(Debug)]
struct Fatal {
    clock: FixedClock,
    looks: AtomicUsize,
    path: PathBuf,
}

impl Clock for Fatal {
    fn monotonic(&self) -> Duration {
        if self.looks.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::fs::rename(&self.path, self.path.with_extension("aside")).unwrap();
            self.clock.advance(Duration::from_millis(10));
        }
        self.clock.monotonic()
    }

    fn wall(&self) -> SystemTime {
        self.clock.wall()
    }
}

/// Whoever waits for others that write finds another file there, or none, when it is their turn.
#[test]
fn a_file_that_is_taken_away_meanwhile_is_told() {
    for looks in 1..=4 {
        for accepts in [true, false] {
            let path = file(&format!("meanwhile_{looks}_{accepts}"));
            let (inbox, clock) = shop(&path);
            assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
            let looks = AtomicUsize::new(looks);
            let fatal = Arc::new(Fatal { clock, looks, path });
            let store = inbox.store().clone().with_clock(fatal.clone());
            let waited = Inbox::on(store, inbox.options().clone());
            let (kind, text) = if accepts {
                failure(waited.accept(&paid("B")))
            } else {
                failure(waited.claim())
            };
            assert_eq!(kind, StoreFailure::Unavailable, "{text}");
            assert!(text.contains("moved, replaced or deleted"), "{text}");
        }
    }
}

/// A disk that lost what it had.
#[test]
fn a_damaged_file_is_told() {
    let path = file("damaged");
    let (inbox, _) = shop(&path);
    for number in 0..50 {
        let order = format!("{number}");
        assert_eq!(inbox.accept(&paid(&order)).unwrap(), Accepted::New);
    }
    drop(inbox);
    // All that comes after the first page, which says what kind of file it is.
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 8192, "it is in another file");
    bytes.iter_mut().skip(4096).for_each(|byte| *byte = 0x5a);
    std::fs::write(&path, bytes).unwrap();
    let accepted = Sqlite::open(&path)
        .map(Inbox::in_sqlite)
        .and_then(|inbox| inbox.accept(&paid("new")));
    let (_, text) = failure(accepted);
    assert!(text.contains("the file is damaged"), "{text}");
}

/// A row that somebody changed, or that another version wrote: it is set aside, and the others go on.
#[test]
fn a_row_that_cannot_be_read_is_set_aside() {
    for (change, why, is_known) in [
        ("method = 'P T'", "`method`", true),
        ("headers = x'ff'", "`headers`", true),
        ("peer = 'here'", "`peer`", true),
        ("dedupe = 'A'", "`dedupe`", true),
        (
            "body = x'ff', target = CAST(x'ff' AS TEXT)",
            "one of its texts",
            true,
        ),
        ("notice = CAST(x'ff' AS TEXT)", "one of its texts", false),
    ] {
        let (inbox, _) = in_memory();
        for order in ["A", "B", "C"] {
            assert_eq!(inbox.accept(&paid(order)).unwrap(), Accepted::New);
        }
        let damage = inbox.store().transaction("breaking", |transaction| {
            let update = format!("UPDATE payments_inbox SET {change} WHERE reference = 'A'");
            Ok(transaction.execute(&update, [])?)
        });
        assert_eq!(damage.unwrap(), 1);
        assert_eq!(work(&inbox), worked(2, 0), "{change}");
        assert_eq!(delivered(&inbox), ["B", "C"]);
        let dead = inbox.dead_letters(10).unwrap();
        let [(row, said)] = &dead[..] else {
            unreachable!("{change}: {dead:?}");
        };
        assert_eq!(*said, format!("{why} cannot be read by this version"));
        assert_eq!(row.reference(), "A");
        assert_eq!(inbox.revive(row.key()).unwrap(), is_known, "{change}");
        assert_eq!(work(&inbox), worked(0, 0), "{change}");
        assert_eq!(inbox.discard(row.key()).unwrap(), is_known, "{change}");
        let left = inbox.dead_letters(10).unwrap().len();
        assert_eq!(left, usize::from(!is_known), "{change}");
    }
}

/// What a caller is known by is in no file, whatever header it is in.
#[test]
fn no_credentials_are_at_rest() {
    let path = file("at_rest");
    let (inbox, _) = shop(&path);
    let known = CallerAuth::check(|inbound| inbound.headers().contains_key("x-api-key"));
    let receiver = receiver_of(known).keeping([HeaderName::from_static("x-trace")]);
    let message = receiver.receive(&sent("A-1001")).unwrap();
    assert_eq!(inbox.accept(&message).unwrap(), Accepted::New);
    assert_eq!(inbox.accept(&paid("A-1002")).unwrap(), Accepted::New);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(std::fs::read(path.with_extension("db-wal")).unwrap());
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("order=A-1001"));
    assert!(holds("trace-A-1001"), "what was asked for");
    assert!(!holds("trace-A-1002"), "what nobody asked for");
    assert!(!holds("c2VjcmV0"));
}

/// Looks at the time as another process would: one that takes the payment six seconds later, if it can.
#[derive(Debug)]
struct Overtaken {
    clock: FixedClock,
    other: Mutex<Option<Inbox<Sqlite>>>,
    took: Arc<AtomicUsize>,
}

impl Clock for Overtaken {
    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    fn wall(&self) -> SystemTime {
        let now = self.clock.wall();
        let other = self.other.lock().unwrap().take();
        if let Some(other) = other {
            self.clock.advance(Duration::from_secs(6));
            if let Ok(Some(claimed)) = other.claim() {
                self.took.fetch_add(1, Ordering::Relaxed);
                // It works on, for longer than this test.
                std::mem::forget(claimed);
            }
        }
        now
    }
}

#[test]
fn a_claim_that_waited_takes_nothing_from_one_that_did_not() {
    let path = file("overtaken");
    let (inbox, clock) = shop(&path);
    assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::New);
    let elsewhere = Sqlite::on(Connection::open(&path).unwrap()).unwrap();
    let elsewhere = elsewhere.with_clock(Arc::new(clock.clone()));
    let took = Arc::new(AtomicUsize::new(0));
    let overtaken = Overtaken {
        clock,
        other: Mutex::new(Some(hasty(&Inbox::on(elsewhere, inbox.options().clone())))),
        took: Arc::clone(&took),
    };
    let store = inbox.store().clone().with_clock(Arc::new(overtaken));
    let slow = Inbox::on(store, inbox.options().clone());
    let claimed = slow.claim().unwrap();
    let both = took.load(Ordering::Relaxed) + usize::from(claimed.is_some());
    assert_eq!(both, 1, "one of them works on it");
}
