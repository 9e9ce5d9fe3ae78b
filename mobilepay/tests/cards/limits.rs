//! The alarm on bad ciphertexts, the age of cards, and what is to be reported by when.

use std::time::Duration;

use payments_mobilepay::ext::keys::AwsLc;
use payments_mobilepay::ext::{Attempt, Refusal, Timing};
use payments_mobilepay::payments_core::incoming::Unopened;

use super::desk::{Desk, KEY, fixture};

#[tokio::test]
async fn more_than_twenty_bad_ones_in_a_minute_raise_an_alarm() {
    let desk = Desk::<AwsLc>::new();
    let flipped = fixture("refused-flipped");
    for _ in 0..20 {
        let found = desk.card(&flipped, "p", "bad").await;
        assert_eq!(
            found.err(),
            Some(Refusal::Unopened(Unopened::Undecryptable))
        );
    }
    assert!(desk.cards.alarms().is_empty());
    assert!(desk.card(&fixture("text"), "p", "a").await.is_ok());
    // What is no ciphertext of the key costs no use of it, and does not count.
    for odd in ["refused-511-bytes", "refused-base64url"] {
        let found = desk.card(&fixture(odd), "p", "bad").await;
        assert_eq!(
            found.err(),
            Some(Refusal::Unopened(Unopened::Undecryptable))
        );
    }
    assert!(desk.cards.alarms().is_empty());
    let found = desk.card(&flipped, "p", "bad").await;
    assert_eq!(
        found.err(),
        Some(Refusal::Unopened(Unopened::Undecryptable))
    );
    assert_eq!(desk.cards.alarms(), [KEY]);

    // Slowly from here on: one a second, whatever it is.
    let used = desk.used();
    let long = fixture("long");
    assert_eq!(
        desk.card(&long, "p", "c").await.err(),
        Some(Refusal::Unopened(Unopened::NotNow))
    );
    assert_eq!(desk.used(), used);
    desk.clock.advance(Duration::from_secs(1));
    assert!(desk.card(&long, "p", "b").await.unwrap().is_some());
    let found = desk.card(&flipped, "p", "bad").await;
    assert_eq!(found.err(), Some(Refusal::Unopened(Unopened::NotNow)));

    desk.clock.advance(Duration::from_secs(60));
    assert!(desk.cards.alarms().is_empty());
    let found = desk.card(&flipped, "p", "bad").await;
    assert_eq!(
        found.err(),
        Some(Refusal::Unopened(Unopened::Undecryptable))
    );
}

#[tokio::test]
async fn old_cards_are_refused_where_that_is_wanted() {
    let five = Duration::from_secs(300);
    let check = async |name: &str, later: u64, expect: bool| {
        let desk = Desk::<AwsLc>::with(|cards| cards.max_age(five));
        desk.clock.advance(Duration::from_secs(later));
        let found = desk.card(&fixture(name), "p", "a").await;
        assert_eq!(found.is_ok(), expect, "{name} {later}");
        if !expect {
            assert_eq!(
                found.err(),
                Some(Refusal::Unopened(Unopened::Undecryptable))
            );
        }
    };
    check("stamped", 0, true).await;
    check("stamped", 300, true).await;
    check("stamped", 301, false).await;
    check("number", 0, false).await;
    check("text", 0, false).await;
}

#[tokio::test]
async fn attempts_are_listed_until_they_are_reported() {
    let desk = Desk::<AwsLc>::new();
    let listed = || {
        let due = desk.cards.unreported().list().into_iter();
        due.map(|due| {
            (
                due.key.attempt_id().to_owned(),
                due.left.as_secs(),
                due.is_late,
            )
        })
        .collect::<Vec<_>>()
    };
    // From the first arrival on, also of what cannot be decrypted.
    let flipped = desk.card(&fixture("refused-flipped"), "p", "a").await;
    assert!(flipped.is_err());
    assert_eq!(listed(), [("a".to_owned(), 20, false)]);
    desk.clock.advance(Duration::from_secs(5));
    desk.card(&fixture("text"), "p", "a").await.unwrap();
    desk.card(&fixture("long"), "q", "b").await.unwrap();
    let both = [("a".to_owned(), 15, false), ("b".to_owned(), 20, false)];
    assert_eq!(listed(), both);
    assert!(desk.cards.unreported().close(&Attempt::new("p", "a")));
    desk.clock.advance(Duration::from_secs(20));
    assert_eq!(listed(), [("b".to_owned(), 0, true)]);
    // A repeat of what was taken in is not due again.
    desk.card(&fixture("text"), "p", "a").await.unwrap();
    assert_eq!(listed().len(), 1);
    assert_eq!(Timing::README_2020.report, Duration::from_secs(32));
    assert_eq!(Timing::default().payment, Duration::from_secs(600));
}

#[tokio::test]
async fn payments_are_listed_until_they_are_over() {
    let desk = Desk::<AwsLc>::new();
    desk.cards.started("p");
    desk.clock.advance(Duration::from_secs(590));
    desk.cards.started("q");
    let list = desk.cards.unfinished().list();
    let left: Vec<_> = list
        .iter()
        .map(|due| (&*due.key, due.left.as_secs()))
        .collect();
    assert_eq!(left, [("p", 10), ("q", 600)]);
    desk.clock.advance(Duration::from_secs(10));
    assert!(desk.cards.unfinished().list()[0].is_late);
    assert!(desk.cards.unfinished().close(&"p".to_owned()));
    assert_eq!(desk.cards.unfinished().list().len(), 1);
}
