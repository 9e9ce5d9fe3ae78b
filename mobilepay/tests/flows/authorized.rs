//! The route that asks the acquirer at once: what it reports, and what it takes off the lists.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::codes::ReasonCode;
use payments_mobilepay::ext::Attempt;
use payments_mobilepay::payments_core::error::Misuse;
use payments_mobilepay::payments_core::incoming::danger;
use payments_mobilepay::payments_core::sandbox::Fault;
use payments_mobilepay::sandbox::AttemptState;
use payments_mobilepay::types::{InitiatePayment, UpdateAttempt};
use payments_mobilepay::{Client, Error};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::psp::Psp;

const UPDATES: &str = "/api/v1/payments/*/authorizationattempts/*";

type Told = UnboundedReceiver<(Attempt, Result<UpdateAttempt, Error>)>;

/// A PSP whose cards come in here too, and what became of them.
struct Desk {
    psp: Psp,
    url: String,
    told: Told,
}

impl Desk {
    async fn open(acquirer: fn(&Attempt) -> Result<UpdateAttempt, Misuse>) -> Self {
        let psp = Psp::open().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/card", listener.local_addr().unwrap());
        let (sender, told) = unbounded_channel();
        let waiting = Arc::clone(&psp.waiting);
        let client: Client = psp.client.clone();
        let card = routes::authorized(
            client,
            callbacks("test", "psp", danger::authenticated_elsewhere()),
            Arc::clone(&psp.cards),
            move |id| ready(waiting.lock().unwrap().get(&id).cloned()),
            move |card| ready(acquirer(card.subject())),
            move |attempt, report| sender.send((attempt, report)).unwrap(),
        );
        let router = Router::new().route("/card", card);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { psp, url, told }
    }

    /// Lets a payer accept a payment whose cards come here; gives what MobilePay was told.
    async fn accept(&mut self) -> (Attempt, Result<UpdateAttempt, Error>) {
        let payment: InitiatePayment = self.psp.payment_to("R-1", &self.url);
        self.psp.begin(payment).await.unwrap();
        self.psp.control().accept("R-1").unwrap();
        self.told.recv().await.unwrap()
    }

    fn state(&self) -> AttemptState {
        let seen = self.psp.control().payment("R-1").unwrap();
        seen.attempts().first().unwrap().state()
    }
}

#[tokio::test]
async fn what_the_acquirer_authorized_is_reported_and_over() {
    let mut desk = Desk::open(Attempt::authorize_succeeded).await;
    let (attempt, report) = desk.accept().await;
    let report = report.unwrap();
    assert!(report.succeeded());
    assert_eq!(report.payment_id(), attempt.payment_id());
    assert_eq!(desk.psp.count("authorization", "R-1"), 1);
    assert!(desk.psp.cards.unreported().list().is_empty());
    assert!(desk.psp.cards.unfinished().list().is_empty());
}

#[tokio::test]
async fn after_a_refusal_the_payer_may_choose_again() {
    let refuse = |attempt: &Attempt| {
        let report = attempt.authorize_failed(ReasonCode::TemporaryError, "try again");
        report.build()
    };
    let mut desk = Desk::open(refuse).await;
    let (_, report) = desk.accept().await;
    assert!(!report.unwrap().succeeded());
    assert_eq!(desk.psp.count("authorization", "R-1"), 0);
    assert_eq!(desk.state(), AttemptState::Failed(2002));
    assert!(desk.psp.cards.unreported().list().is_empty());
    assert_eq!(desk.psp.cards.unfinished().list().len(), 1);
}

#[tokio::test]
async fn what_mobilepay_does_not_know_of_stays_on_the_list() {
    let mut desk = Desk::open(Attempt::authorize_succeeded).await;
    let faults = desk.psp.control().faults();
    for _ in 0..3 {
        faults.next(UPDATES, Fault::CloseBefore);
    }
    let (attempt, report) = desk.accept().await;
    assert!(matches!(report, Err(Error::Unknown(_))), "{report:?}");
    let open = desk.psp.cards.unreported().list();
    assert_eq!(open.first().map(|due| &due.key), Some(&attempt));
    assert_eq!(desk.psp.cards.unfinished().list().len(), 1);
}
