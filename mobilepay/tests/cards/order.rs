//! What is checked before a private key is used, and what a second callback does.

use payments_mobilepay::auth::callbacks;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::AwsLc;
use payments_mobilepay::ext::{Attempt, Awaiting, Refusal};
use payments_mobilepay::inbound::CardCallback;
use payments_mobilepay::payments_core::incoming::{CallerAuth, Endpoint, Unopened};

use super::desk::{Desk, KEY, awaiting, body, callback, fixture, inbound, receiver};

#[tokio::test]
async fn no_key_is_used_for_what_nobody_waits_for() {
    let desk = Desk::<AwsLc>::new();
    let check = async |body: String, awaiting: Option<Awaiting>, expect: Refusal| {
        let callback = callback(&body);
        let found = desk.cards.card(&callback, awaiting.as_ref()).await;
        assert_eq!(found.err(), Some(expect), "{body}");
        assert_eq!(desk.used(), 0, "{body}");
    };
    let text = fixture("text");
    let good = body(&text, "p", "a");
    check(good.clone(), None, Refusal::NotAwaited).await;
    check(good.clone(), Some(awaiting("q")), Refusal::NotAwaited).await;
    let visa_alone = Awaiting::new("p", [CardType::VisaDebit]);
    check(good.clone(), Some(visa_alone), Refusal::CardType).await;
    let other_key = good.replace(&KEY.to_string(), "263013");
    check(
        other_key,
        Some(awaiting("p")),
        Refusal::Unopened(Unopened::UnknownKey),
    )
    .await;
    for bad in [
        fixture("refused-511-bytes"),
        fixture("refused-base64url"),
        // The provider's own sample.
        "fsfnsdjkfbgdft34895u7345".to_owned(),
        "!".to_owned(),
    ] {
        let body = body(&bad, "p", "a");
        check(
            body,
            Some(awaiting("p")),
            Refusal::Unopened(Unopened::Undecryptable),
        )
        .await;
    }
    let accepted = desk.card(&text, "p", "a").await.unwrap().unwrap();
    assert_eq!(accepted.card_type(), Some(&CardType::Dankort));
    assert_eq!(accepted.subject(), &Attempt::new("p", "a"));
    assert_eq!(desk.used(), 1);
}

#[test]
fn strangers_and_unclear_bodies_are_not_read() {
    let good = body("eA==", "p", "a");
    let nobody = CallerAuth::check(|_| false);
    let closed = callbacks::<CardCallback>("test", "psp", nobody);
    assert!(closed.receive(&inbound(&good)).is_err());
    let check = |body: &str, expect: bool| {
        assert_eq!(receiver().receive(&inbound(body)).is_ok(), expect, "{body}");
    };
    check(&good, true);
    check(&good.replace(r#","CardType":"DANKORT""#, ""), true);
    check(&good.replace("PaymentId", "paymentId"), true);
    check(
        &good.replace(r#""PaymentId":"p""#, r#""PaymentId":"p","paymentId":"p""#),
        false,
    );
    check(
        &good.replace(r#""PaymentId":"p""#, r#""PaymentId":"p","PaymentId":"p""#),
        false,
    );
    check(&good.replace(r#""PaymentId":"p","#, ""), false);
    check(&good.replace(&KEY.to_string(), "263012.0"), false);
    check(&good.replace(r#""p""#, r#""""#), false);
    check(good.strip_suffix('}').unwrap(), false);
    let padded = |size: usize| {
        let more = size - good.len() - 10;
        good.replacen('{', &format!(r#"{{"more":"{}","#, "x".repeat(more)), 1)
    };
    assert_eq!(padded(64 * 1024).len(), 64 * 1024);
    check(&padded(64 * 1024), true);
    check(&padded(64 * 1024 + 1), false);
}

#[tokio::test]
async fn a_repeat_has_no_second_effect() {
    let desk = Desk::<AwsLc>::new();
    let text = fixture("text");
    assert!(desk.card(&text, "p", "a").await.unwrap().is_some());
    assert!(desk.card(&text, "p", "a").await.unwrap().is_none());
    // The same attempt under a new ciphertext is a repeat too.
    let again = fixture("number");
    assert!(desk.card(&again, "p", "a").await.unwrap().is_none());
    assert_eq!(desk.used(), 1);
    // Where it could not be kept, the next one is taken in.
    desk.cards.forget(&Attempt::new("p", "a"));
    assert!(desk.card(&text, "p", "a").await.unwrap().is_some());
    assert_eq!(desk.used(), 2);
}

/// Ids are GUIDs: their case tells no attempts apart.
#[tokio::test]
async fn an_attempt_in_other_letters_has_no_second_effect() {
    let desk = Desk::<AwsLc>::new();
    let (payment, attempt) = (
        "a84781b3-af34-42ae-b296-260cfb6859fe",
        "ba12c5d5-8fd1-49cc-bc3f-2cb2ecb888c7",
    );
    let upper = (payment.to_uppercase(), attempt.to_uppercase());
    let text = fixture("text");
    let first = desk.card(&text, payment, attempt).await.unwrap().unwrap();
    for (payment, attempt) in [
        (&*upper.0, attempt),
        (payment, &*upper.1),
        (&upper.0, &upper.1),
    ] {
        let callback = callback(&body(&fixture("number"), payment, attempt));
        let waits = awaiting("a84781b3-AF34-42ae-b296-260cfb6859fe");
        let found = desk.cards.card(&callback, Some(&waits)).await;
        assert!(found.unwrap().is_none(), "{payment} {attempt}");
    }
    assert_eq!(desk.used(), 1);
    assert_eq!(desk.cards.unreported().list().len(), 1);
    // It is reported as it came.
    let report = first.subject().authorize_succeeded().unwrap();
    assert_eq!(report.authorization_attempt_id(), attempt);
    assert!(
        desk.cards
            .unreported()
            .close(&Attempt::new(upper.0, upper.1))
    );
}

#[tokio::test]
async fn a_ciphertext_stays_with_its_attempt() {
    let desk = Desk::<AwsLc>::new();
    let text = fixture("text");
    assert!(desk.card(&text, "p", "a").await.unwrap().is_some());
    for (payment, attempt) in [("q", "a"), ("p", "b"), ("q", "b")] {
        let found = desk.card(&text, payment, attempt).await;
        assert_eq!(
            found.err(),
            Some(Refusal::Unopened(Unopened::Moved)),
            "{payment} {attempt}"
        );
    }
    assert_eq!(desk.used(), 1);
    // Another card on a second attempt is another ciphertext.
    let second = desk
        .card(&fixture("long"), "p", "b")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.number().last_four(), "6789");
    assert_eq!(desk.used(), 2);
}

#[test]
fn a_repeat_while_the_first_is_under_way_comes_again() {
    // Cards are decrypted on one thread, which is kept busy: what is under way stays so.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_all()
        .build();
    runtime.unwrap().block_on(repeated());
}

/// Until what this gives is dropped.
fn keep_busy() -> std::sync::mpsc::Sender<()> {
    let (end, ended) = std::sync::mpsc::channel();
    tokio::task::spawn_blocking(move || ended.recv());
    end
}

async fn repeated() {
    let desk = Desk::<AwsLc>::new();
    let (text, busy) = (fixture("text"), keep_busy());
    let (one, two, ()) = tokio::join!(
        desk.card(&text, "p", "a"),
        desk.card(&text, "p", "a"),
        async { drop(busy) }
    );
    assert!(one.unwrap().is_some());
    assert_eq!(two.err(), Some(Refusal::Unopened(Unopened::NotNow)));
    assert_eq!(desk.used(), 1);
    assert!(desk.card(&text, "p", "a").await.unwrap().is_none());
    // What was given up on the way is not done.
    let given_up = Box::pin(desk.card(&text, "q", "a"));
    drop(given_up);
    let (long, busy) = (fixture("long"), keep_busy());
    let mut given_up = Box::pin(desk.card(&long, "q", "a"));
    let pending = is_pending_once(given_up.as_mut());
    assert!(pending);
    drop((given_up, busy));
    assert!(desk.card(&long, "q", "a").await.unwrap().is_some());
}

/// Polls once; says whether it is still pending.
fn is_pending_once<F: Future>(future: std::pin::Pin<&mut F>) -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    future.poll(&mut context).is_pending()
}

#[tokio::test]
async fn a_failed_one_leaves_the_attempt_open() {
    let desk = Desk::<AwsLc>::new();
    let found = desk.card(&fixture("refused-flipped"), "p", "a").await;
    assert_eq!(
        found.err(),
        Some(Refusal::Unopened(Unopened::Undecryptable))
    );
    assert!(
        desk.card(&fixture("text"), "p", "a")
            .await
            .unwrap()
            .is_some()
    );
}
