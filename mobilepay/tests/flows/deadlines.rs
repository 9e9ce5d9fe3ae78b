//! What must be reported by when, and what becomes of what was not.

use std::time::Duration;

use payments_mobilepay::codes::ReasonCode;
use payments_mobilepay::ext::Timing;
use payments_mobilepay::sandbox::{AttemptState, Config, PaymentState};

use super::psp::{Psp, code};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_report_in_time_is_taken_and_a_late_one_is_not_held_back() {
    let psp = Psp::open().await;
    let attempt = psp.accepted("R-1").await;
    psp.control().advance(19 * SECOND);
    let open = psp.cards.unreported().list();
    assert_eq!(
        open.first().map(|due| (due.left, due.is_late)),
        Some((SECOND, false))
    );
    psp.succeed(&attempt).await.unwrap();

    let attempt = psp.accepted("R-2").await;
    psp.control().advance(20 * SECOND);
    assert!(psp.cards.unreported().list().first().unwrap().is_late);
    // It is sent all the same: MobilePay decides.
    let late = psp
        .client
        .update_attempt(attempt.authorize_succeeded().unwrap())
        .await;
    assert_eq!(
        code(late),
        ("unknown", Some("sandbox.update-late".to_owned()))
    );
    let seen = psp.control().payment("R-2").unwrap();
    assert_eq!(seen.attempts()[0].state(), AttemptState::TimedOut);
    psp.cards.unreported().close(&attempt);

    // The payer may accept again.
    let again = psp.accept_again("R-2").await;
    psp.succeed(&again).await.unwrap();
    assert_eq!(psp.count("authorization", "R-2"), 1);
}

#[tokio::test]
async fn attempts_that_a_crash_left_open_are_closed_as_temporary_errors() {
    let psp = Psp::open().await;
    psp.accepted("R-1").await;
    // What a restart finds in the database stands here for what the process forgot.
    let open = psp.cards.unreported().list();
    for due in open {
        let error = due
            .key
            .authorize_failed(ReasonCode::TemporaryError, "try again")
            .build();
        psp.client.update_attempt(error.unwrap()).await.unwrap();
        psp.cards.unreported().close(&due.key);
    }
    let seen = psp.control().payment("R-1").unwrap();
    assert_eq!(seen.attempts()[0].state(), AttemptState::Failed(2002));
    let again = psp.accept_again("R-1").await;
    psp.succeed(&again).await.unwrap();
}

#[tokio::test]
async fn a_payment_whose_callback_never_came_is_found_by_its_deadline() {
    let psp = Psp::open().await;
    let silent = psp.payment("R-1");
    let id = psp.begin(silent).await.unwrap();
    let payments = psp.cards.unfinished();
    psp.control().suppress_callbacks(true);
    psp.control().accept("R-1").unwrap();
    psp.settle().await;
    assert!(psp.kept.lock().unwrap().is_empty());
    assert!(!payments.list()[0].is_late);
    psp.control().advance(Timing::SHORTEST.payment);
    let over = payments.list();
    assert!(over[0].is_late);
    assert_eq!(over[0].key, id);
    assert_eq!(
        psp.control().payment("R-1").unwrap().state(),
        PaymentState::Expired
    );
}

#[tokio::test]
async fn the_times_of_2020_are_longer() {
    let config = Config::new().edition(payments_mobilepay::sandbox::Edition::Founding);
    let psp = Psp::with(config, Timing::README_2020, |builder| builder).await;
    let attempt = psp.accepted("R-1").await;
    psp.control().advance(31 * SECOND);
    assert!(!psp.cards.unreported().list()[0].is_late);
    psp.succeed(&attempt).await.unwrap();
}
