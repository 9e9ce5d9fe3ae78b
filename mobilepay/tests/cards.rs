//! Cards from callbacks: what openssl encrypted, in which order it is checked, and that every refusal
//! looks the same. The fixtures are made by `vectors/make.sh`.
#![cfg(all(feature = "aws-lc", feature = "axum", feature = "client"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "cards/desk.rs"]
mod desk;
#[path = "cards/keys.rs"]
mod keys;
#[path = "cards/limits.rs"]
mod limits;
#[path = "cards/order.rs"]
mod order;
#[path = "cards/routes.rs"]
mod routes;
#[path = "cards/tokens.rs"]
mod tokens;

use payments_mobilepay::ext::keys::{AwsLc, PrivateKey, RustCrypto};
use payments_mobilepay::ext::{CardData, Refusal};

use payments_mobilepay::payments_core::decrypt::Base64Form;
use payments_mobilepay::payments_core::incoming::Unopened;

use desk::{Desk, REFUSED, fixture, parts};

/// Reads one fixture with one backend.
async fn opened<K: PrivateKey>(name: &str) -> Result<CardData, Refusal> {
    let desk = Desk::<K>::new();
    let accepted = desk.card(&fixture(name), "p", "a").await?;
    let accepted = accepted.unwrap();
    assert_eq!(accepted.subject().payment_id(), "p");
    assert_eq!(accepted.subject().attempt_id(), "a");
    Ok(CardData::clone(&accepted))
}

async fn check_good<K: PrivateKey>() {
    let check = |card: Result<CardData, Refusal>, expect| {
        let card = card.unwrap();
        assert_eq!(parts(&card), expect);
    };
    let pan = "1234567812345678";
    check(opened::<K>("text").await, (pan, 12, 2028, None));
    let ticks = Some(123_456_789_123_456_789);
    check(opened::<K>("number").await, (pan, 12, 2028, ticks));
    let long = ("1234567890123456789", 5, 2005, None);
    check(opened::<K>("long").await, long);
}

#[tokio::test]
async fn what_openssl_encrypted_is_read() {
    check_good::<AwsLc>().await;
    check_good::<RustCrypto>().await;
}

#[test]
fn it_is_read_without_a_runtime_too() {
    desk::without_runtime(check_good::<AwsLc>());
}

#[tokio::test]
async fn every_refusal_is_the_same() {
    for name in REFUSED {
        let found = opened::<AwsLc>(name).await.err();
        assert_eq!(
            found,
            Some(Refusal::Unopened(Unopened::Undecryptable)),
            "{name}"
        );
        let found = opened::<RustCrypto>(name).await.err();
        assert_eq!(
            found,
            Some(Refusal::Unopened(Unopened::Undecryptable)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn other_spellings_of_base64_need_a_switch() {
    let text = fixture("text");
    let bare = text.trim_end_matches('=').to_owned();
    let spaced = format!(" {text} ");
    let url = fixture("refused-base64url");
    for (form, given, taken) in [
        (Base64Form::Strict, &text, true),
        (Base64Form::Strict, &bare, false),
        (Base64Form::Strict, &spaced, false),
        (Base64Form::Strict, &url, false),
        (Base64Form::Lenient, &text, true),
        (Base64Form::Lenient, &bare, true),
        (Base64Form::Lenient, &spaced, true),
        (Base64Form::Lenient, &url, false),
        (Base64Form::Url, &url, true),
        (Base64Form::Url, &text, false),
    ] {
        let desk = Desk::<AwsLc>::with(|cards| cards.card_text(form));
        let found = desk.card(given, "p", "a").await;
        assert_eq!(found.is_ok(), taken, "{form:?} {}", given.len());
    }
}
