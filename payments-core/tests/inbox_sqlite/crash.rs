//! Processes that die in the middle.

use std::process::Command;
use std::time::Duration;

use super::*;

const FILE: &str = "INBOX_CRASH_FILE";
const WHERE: &str = "INBOX_CRASH_WHERE";

/// Not a test by itself: the process that [`a_killed_worker_leaves_both_or_neither`] starts, which
/// dies where it is told to.
#[test]
fn a_process_that_dies() {
    let (Ok(path), Ok(place)) = (std::env::var(FILE), std::env::var(WHERE)) else {
        return;
    };
    let (inbox, _) = shop(Path::new(&path));
    let die = |here: &str| {
        if place == here {
            std::process::abort();
        }
    };
    let _ = inbox.accept(&paid("A")).unwrap();
    die("accepted");
    let claimed = inbox.claim().unwrap().unwrap();
    die("claimed");
    let finished = claimed.finish(|transaction, row| {
        let outcome = deliver(transaction, row.reference());
        die("handled");
        outcome
    });
    assert_eq!(finished.unwrap(), Finished::Done);
    die("done");
}

#[test]
fn a_killed_worker_leaves_both_or_neither() {
    for (place, before) in [("accepted", 0), ("claimed", 0), ("handled", 0), ("done", 1)] {
        let path = file(&format!("dies_{place}"));
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::a_process_that_dies", "--test-threads=1"])
            .env(FILE, &path)
            .env(WHERE, place)
            .output()
            .unwrap();
        assert!(!ended.status.success(), "{place}: it lived");
        let (inbox, clock) = shop(&path);
        assert_eq!(delivered(&inbox).len(), before, "{place}");
        assert_eq!(inbox.accept(&paid("A")).unwrap(), Accepted::Duplicate);
        clock.advance(Duration::from_secs(60));
        assert_eq!(work(&inbox), worked(1 - before, 0), "{place}");
        assert_eq!(delivered(&inbox), ["A"], "{place}");
    }
}
