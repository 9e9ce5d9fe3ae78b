//! The inbox in memory, from accepting a message to the end of its row.

use super::*;

fn inbox() -> (Inbox, FixedClock) {
    let clock = FixedClock::new();
    let options = InboxOptions {
        first_pause: Duration::from_secs(1),
        longest_pause: Duration::from_secs(5),
        attempts: 5,
        ..InboxOptions::default()
    };
    (Inbox::with(Arc::new(clock.clone()), options), clock)
}

fn later() -> Outcome {
    Outcome::Retry("not now".to_owned())
}

/// Works off what is due, settling everything, and says which references that were.
fn settle(inbox: &Inbox) -> Vec<String> {
    let mut found = Vec::new();
    let _ = inbox.work_blocking(|row| {
        found.push(row.reference().to_owned());
        Outcome::Settled
    });
    found
}

#[test]
fn a_message_is_taken_in_once() {
    let (inbox, _) = inbox();
    assert_eq!(inbox.accept(&event("shop", "A-1", "paid")), Accepted::New);
    assert_eq!(
        inbox.accept(&event("shop", "A-1", "paid")),
        Accepted::Duplicate
    );
    assert_eq!(inbox.accept(&event("shop", "A-1", "failed")), Accepted::New);
    assert_eq!(inbox.accept(&event("shop", "A-2", "paid")), Accepted::New);
    assert_eq!(settle(&inbox), ["A-1", "A-1", "A-2"]);
    assert_eq!(
        inbox.accept(&event("shop", "A-1", "paid")),
        Accepted::Duplicate
    );
    assert!(settle(&inbox).is_empty());
}

#[test]
fn what_a_query_found_is_the_same_message() {
    let (inbox, _) = inbox();
    let values = ["A-1", "paid"];
    let found = || inbox.accept_found::<Event>(&scope("shop"), "A-1", &values);
    assert_eq!(found(), Accepted::New);
    assert_eq!(
        inbox.accept(&event("shop", "A-1", "paid")),
        Accepted::Duplicate
    );
    let claimed = inbox.claim().unwrap();
    assert!(claimed.row().inbound().is_none());
    assert_eq!(
        claimed.row().key(),
        &Key::of::<Event>(&scope("shop"), &values)
    );
    claimed.finish(Outcome::Settled);
    assert_eq!(found(), Accepted::Duplicate);
}

#[test]
fn a_guid_in_other_letters_is_the_same_message() {
    let key = |value: &str| Key::of::<Event>(&scope("shop"), &[value, "paid"]);
    let guid = "a84781b3-af34-42ae-b296-260cfb6859fe";
    assert_eq!(key(guid), key(&guid.to_uppercase()));
    assert_ne!(key(guid), key("a84781b3-af34-42ae-b296-260cfb6859ff"));
    assert_ne!(key("a-1"), key("A-1"));
}

#[test]
fn scopes_are_kept_apart() {
    let (inbox, _) = inbox();
    assert_eq!(inbox.accept(&event("shop", "A-1", "paid")), Accepted::New);
    assert_eq!(inbox.accept(&event("other", "A-1", "paid")), Accepted::New);
    let first = inbox.claim().unwrap();
    let second = inbox.claim().unwrap();
    assert_ne!(first.row().scope(), second.row().scope());
    first.finish(Outcome::Settled);
    assert_eq!(
        inbox.accept(&event("other", "A-1", "failed")),
        Accepted::New
    );
    second.finish(Outcome::Done);
    assert!(
        !inbox.claim().unwrap().row().settled_before(),
        "that was the shop's"
    );
}

#[test]
fn one_payment_is_worked_on_by_one_at_a_time() {
    let (inbox, _) = inbox();
    let _ = inbox.accept(&event("shop", "A-1", "paid"));
    let _ = inbox.accept(&event("shop", "A-1", "failed"));
    let _ = inbox.accept(&event("shop", "A-2", "paid"));
    let first = inbox.claim().unwrap();
    assert_eq!(first.row().reference(), "A-1");
    assert!(!first.row().settled_before());
    let second = inbox.claim().unwrap();
    assert_eq!(second.row().reference(), "A-2");
    assert!(inbox.claim().is_none());
    first.finish(Outcome::Settled);
    let late = inbox.claim().unwrap();
    assert_eq!(late.row().reference(), "A-1");
    assert!(late.row().settled_before(), "a late failure undoes nothing");
    late.finish(Outcome::Done);
    second.finish(Outcome::Done);
    assert!(inbox.claim().is_none());
}

#[test]
fn failures_wait_longer_each_time_and_are_set_aside() {
    let (inbox, clock) = inbox();
    let _ = inbox.accept(&event("shop", "A-1", "paid"));
    for pause in [1, 2, 4, 5] {
        inbox.claim().unwrap().finish(later());
        assert!(inbox.claim().is_none());
        clock.advance(Duration::from_secs(pause) - Duration::from_millis(1));
        assert!(inbox.claim().is_none(), "before {pause} s");
        clock.advance(Duration::from_millis(1));
    }
    assert!(inbox.dead_letters().is_empty());
    let last = inbox.claim().unwrap();
    assert_eq!(last.row().attempts(), 5);
    last.finish(Outcome::Retry("no such order".to_owned()));
    clock.advance(Duration::from_secs(10_000));
    assert!(inbox.claim().is_none());
    let dead = inbox.dead_letters();
    let [(row, why)] = dead.as_slice() else {
        unreachable!("one dead letter, not {dead:?}");
    };
    assert_eq!((row.reference(), why.as_str()), ("A-1", "no such order"));
    assert_eq!(
        inbox.accept(&event("shop", "A-1", "paid")),
        Accepted::Duplicate
    );
    assert!(inbox.revive(row.key()));
    assert!(!inbox.revive(row.key()), "it lives");
    assert!(inbox.dead_letters().is_empty());
    let again = inbox.claim().unwrap();
    assert_eq!(again.row().attempts(), 1);
    again.finish(Outcome::Settled);
    assert!(inbox.claim().is_none());
}

#[test]
fn a_dropped_claim_is_tried_again() {
    let (inbox, clock) = inbox();
    let _ = inbox.accept(&event("shop", "A-1", "paid"));
    drop(inbox.claim().unwrap());
    assert!(inbox.claim().is_none());
    clock.advance(Duration::from_secs(1));
    assert_eq!(inbox.claim().unwrap().row().attempts(), 2);
    for _ in 0..3 {
        clock.advance(Duration::from_secs(5));
        drop(inbox.claim());
    }
    assert_eq!(inbox.dead_letters()[0].1, "the worker gave up");
}

#[test]
fn a_handler_that_panics_leaves_the_inbox_working() {
    let (inbox, clock) = inbox();
    let _ = inbox.accept(&event("shop", "A-1", "paid"));
    let worker = inbox.clone();
    let ended =
        std::thread::spawn(move || worker.work_blocking(|_: &Row| unreachable!("as handlers do")));
    assert!(ended.join().is_err());
    clock.advance(Duration::from_secs(1));
    assert_eq!(settle(&inbox), ["A-1"]);
}

#[cfg(feature = "client")]
#[tokio::test]
async fn a_round_of_work_says_what_it_did() {
    let (inbox, clock) = inbox();
    for order_no in ["A-1", "A-2", "A-3"] {
        let _ = inbox.accept(&event("shop", order_no, "paid"));
    }
    let round = || {
        inbox.work(|row: Row| async move {
            match row.reference() {
                "A-1" => Outcome::Settled,
                "A-2" => Outcome::Done,
                _ => later(),
            }
        })
    };
    let expect = |done, retried| {
        let mut worked = Worked::default();
        (worked.done, worked.retried) = (done, retried);
        worked
    };
    assert_eq!(round().await, expect(2, 1));
    assert_eq!(round().await, expect(0, 0));
    clock.advance(Duration::from_secs(1));
    assert_eq!(round().await, expect(0, 1));
}
