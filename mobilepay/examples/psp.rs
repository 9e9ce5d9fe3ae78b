//! A small PSP: it takes the card of a payment, decrypts it, asks a pretend acquirer, reports the
//! attempt within MobilePay's deadline, and captures. What the acquirer holds for a payment that is
//! none is reversed there.
//!
//! It starts a sandbox and runs five payments: one that the acquirer approves, one that it rejects and
//! that the payer then pays with another card, one that needs 3-D Secure, one for which the acquirer
//! does not answer in time, and one whose report comes too late.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::codes::{CardType, ReasonCode};
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Attempt, Awaiting, CardData, Cards, Report, Timing};
use payments_mobilepay::payments_core::clock::{Clock, SystemClock, rfc3339};
use payments_mobilepay::payments_core::incoming::{CallerAuth, Inbound};
use payments_mobilepay::sandbox::{Config, Control, start};
use payments_mobilepay::types::{AllowedCardType, Capture, InitiatePayment, UpdateAttempt};
use payments_mobilepay::{Client, Currency, Money, Test, TestCredentials};
use tokio::sync::mpsc;

type Failure = Box<dyn Error>;

/// The payments that wait for a card. Yours are in a database.
type Waiting = Arc<Mutex<HashMap<String, Awaiting>>>;

/// What an acquirer says.
enum Answer {
    Approved,
    Rejected(ReasonCode),
    StepUp,
}

/// A pretend acquirer, which is where money moves. Yours is another service: give it a reference of
/// your own with each authorization, so that one whose answer was lost can be reversed.
#[derive(Default)]
struct Acquirer {
    /// What it holds of cards, by that reference.
    held: Mutex<HashSet<String>>,
}

impl Acquirer {
    /// Asks for an authorization: the orders decide. It gets the card number and nobody else does.
    async fn authorize(&self, reference: &str, order: &str, card: &CardData) -> Answer {
        match order {
            "rejected" if card.number().last_four() == REFUSED => {
                return Answer::Rejected(ReasonCode::InsufficientFunds);
            }
            "step-up" => return Answer::StepUp,
            _ => self.hold(reference),
        }
        if order == "time-out" {
            // It holds the money, and its answer is lost.
            return std::future::pending().await;
        }
        Answer::Approved
    }

    fn hold(&self, reference: &str) {
        lock(&self.held).insert(reference.to_owned());
    }

    /// Gives back what it holds, if it does. A real one can fail too: repeat it until it is done.
    fn reverse(&self, reference: &str) {
        lock(&self.held).remove(reference);
        println!("  reversed at the acquirer: {reference}");
    }

    /// Takes what it holds: this moves the money.
    fn capture(&self, reference: &str) -> Result<(), Failure> {
        let held = lock(&self.held).remove(reference);
        held.then_some(()).ok_or("the acquirer holds nothing")?;
        println!("  captured at the acquirer: {reference}");
        Ok(())
    }
}

/// The last digits of the sandbox's Dankort.
const REFUSED: &str = "3742";

/// Who said no.
fn said_by_acquirer(report: Report) -> Report {
    report
        .acquirer_vat_number("DK33749996")
        .acquirer_merchant_id("77")
        .acquirer_payment_reference("ACQ-1")
}

/// What a report may take: three attempts of two seconds, and the pauses between them.
const REPORT: Duration = Duration::from_secs(10);

struct Psp {
    client: Client,
    cards: Arc<Cards<PrivateKeys<AwsLc>>>,
    acquirer: Acquirer,
}

impl Psp {
    /// How long the acquirer may take: what is left of MobilePay's 20 seconds, which began when the
    /// card first came, without the time for the report.
    fn patience(&self, attempt: &Attempt) -> Duration {
        let due = self.cards.unreported().list();
        let due = due.into_iter().find(|due| due.key == *attempt);
        due.map_or(Duration::ZERO, |due| due.left.saturating_sub(REPORT))
    }

    /// Authorizes a card and reports what came of it; says whether there is something to capture.
    /// Whatever happens, MobilePay is told in time, and nothing stays held that it does not know of.
    async fn authorize(&self, order: &str, card: &Accepted<CardData>) -> Result<bool, Failure> {
        let attempt = card.subject();
        let reference = reference(attempt);
        let answer = self.acquirer.authorize(&reference, order, card);
        let answer = tokio::time::timeout(self.patience(attempt), answer).await;
        let (report, approved): (UpdateAttempt, bool) = match answer {
            Ok(Answer::Approved) => {
                println!("  the acquirer approved");
                (attempt.authorize_succeeded()?, true)
            }
            Ok(Answer::Rejected(reason)) => {
                println!("  the acquirer rejected: {reason}");
                let report = attempt.authorize_failed(reason, "no funds");
                (said_by_acquirer(report).build()?, false)
            }
            Ok(Answer::StepUp) => {
                println!("  the acquirer wants 3-D Secure");
                let report = attempt.authorize_failed(ReasonCode::StepUp, "3-D Secure");
                let report = report.three_d_secure_url("https://psp.example/3ds/1");
                let step_up = said_by_acquirer(report).build()?;
                self.client.update_attempt(step_up).await?;
                // The payer went through the page, and the acquirer was asked again.
                self.acquirer.hold(&reference);
                (attempt.authorize_succeeded()?, true)
            }
            Err(_) => {
                // It may have approved all the same.
                println!("  the acquirer does not answer");
                self.acquirer.reverse(&reference);
                let report = attempt.authorize_failed(ReasonCode::Timeout, "try again");
                (report.build()?, false)
            }
        };
        let reported = self.client.update_attempt(report).await;
        self.cards.unreported().close(attempt);
        let Err(error) = reported else {
            return Ok(approved);
        };
        // The client has repeated it already. Nothing is delivered that MobilePay may not know of.
        println!("  the report failed: {error}");
        if approved {
            self.acquirer.reverse(&reference);
        }
        Ok(false)
    }

    /// Captures at the acquirer, which moves the money; then tells MobilePay, which moves none.
    async fn capture(&self, attempt: &Attempt, amount: Money) -> Result<(), Failure> {
        self.acquirer.capture(&reference(attempt))?;
        let capture = Capture::builder()
            .payment_id(attempt.payment_id())
            .capture_identifier(format!("CAP-{}", attempt.attempt_id()))
            .amount(amount)
            .timestamp(rfc3339(SystemClock::new().wall()))
            .authorization_attempt_id(attempt.attempt_id())
            .build()?;
        let reply = self.client.capture(capture).await?;
        println!(
            "  MobilePay knows that {amount} were captured: {}",
            reply.capture_id
        );
        Ok(())
    }
}

/// The PSP's own reference of an authorization.
fn reference(attempt: &Attempt) -> String {
    format!("AUTH-{}", attempt.attempt_id())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // The keys of the tests, of no value. Yours come from a file that nobody else can read.
    let public = include_str!("../tests/vectors/rsa/pub.pem");
    let private = include_str!("../tests/vectors/rsa/key.pem");
    let sandbox = start(Config::new().public_key(public))?;
    let key_id = i64::from(Config::FIRST_KEY_ID);
    let keys = private_keys::<AwsLc>().with_pem(key_id, private)?;
    let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET)?;
    let psp = Psp {
        client: Client::builder(Test::at(sandbox.base_url()), credentials).build()?,
        cards: Arc::new(Cards::on(Arc::new(SystemClock::new()), hurried(), keys)),
        acquirer: Acquirer::default(),
    };
    let (waiting, (queue, mut cards)) = (Waiting::default(), mpsc::channel(16));
    let hook = serve(&psp, &waiting, queue).await?;

    for order in ["approved", "rejected", "step-up", "time-out", "late"] {
        println!("order={order}");
        let amount = Money::from_minor(12_500, Currency::DKK);
        let payment = initiate(order, amount, key_id, &hook)?;
        let types: Vec<CardType> = payment
            .allowed_card_types()
            .iter()
            .map(|card| card.name().clone())
            .collect();
        let reply = psp.client.initiate_payment(payment).await?;
        let id = reply.payment_id.clone();
        psp.cards.started(&id);
        lock(&waiting).insert(id.clone(), Awaiting::new(&id, types));
        pay(&psp, &sandbox.control(), order, amount, &mut cards).await?;
        lock(&waiting).remove(&id);
        psp.cards.unfinished().close(&id);
    }
    println!("held={}", lock(&psp.acquirer.held).len());
    println!("open={}", psp.cards.unreported().list().len());
    println!("unfinished={}", psp.cards.unfinished().list().len());
    Ok(())
}

/// `Timing::SHORTEST`, but that this acquirer gets a fifth of a second: nobody wants to wait for a
/// rehearsal.
fn hurried() -> Timing {
    let mut timing = Timing::SHORTEST;
    timing.report = REPORT.saturating_add(Duration::from_millis(200));
    timing
}

/// The payer accepts; after a rejection, once more with another card.
async fn pay(
    psp: &Psp,
    payer: &Control,
    order: &str,
    amount: Money,
    cards: &mut mpsc::Receiver<Accepted<CardData>>,
) -> Result<(), Failure> {
    payer.accept(order)?;
    let card = cards.recv().await.ok_or("the queue is closed")?;
    println!("  a card came: {:?}", *card);
    if order == "late" {
        // MobilePay's twenty seconds are over before anybody looks into the queue.
        payer.advance(Timing::SHORTEST.report);
    }
    if psp.authorize(order, &card).await? {
        return psp.capture(card.subject(), amount).await;
    }
    if order != "rejected" {
        return Ok(());
    }
    let other = payments_mobilepay::sandbox::Card::test("VISA-DEBIT").ok_or("no such card")?;
    payer.accept_with(order, other)?;
    let card = cards.recv().await.ok_or("the queue is closed")?;
    println!("  another card came: {:?}", *card);
    if psp.authorize(order, &card).await? {
        psp.capture(card.subject(), amount).await?;
    }
    Ok(())
}

/// The route of card callbacks; gives its address. What is accepted goes into the queue.
async fn serve(
    psp: &Psp,
    waiting: &Waiting,
    queue: mpsc::Sender<Accepted<CardData>>,
) -> Result<String, Failure> {
    // Live, MobilePay shows a client certificate: compare the name that your TLS terminator puts into
    // a header that nobody else can set. The sandbox on this machine has none.
    let on_this_machine = |inbound: &Inbound| {
        let peer = inbound.peer();
        peer.is_some_and(|peer| peer.ip().is_loopback())
    };
    let receiver = callbacks("sandbox", "psp", CallerAuth::check(on_this_machine));
    let waiting = Arc::clone(waiting);
    let route = routes::card(
        receiver,
        Arc::clone(&psp.cards),
        move |id| std::future::ready(lock(&waiting).get(&id).cloned()),
        // Queued, not worked on: MobilePay waits for the answer.
        move |card| std::future::ready(queue.try_send(card).is_ok()),
    );
    let app = Router::new().route("/card", route);
    let app = app.into_make_service_with_connect_info::<core::net::SocketAddr>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let hook = format!("http://{}/card", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(hook)
}

fn initiate(order: &str, amount: Money, key: i64, hook: &str) -> Result<InitiatePayment, Failure> {
    let mut cards = Vec::new();
    for name in [CardType::Dankort, CardType::VisaDebit] {
        let card = AllowedCardType::builder().name(name);
        cards.push(card.encrypted_pan_callback_url(hook).build()?);
    }
    let payment = InitiatePayment::builder()
        .merchant_id(Config::MERCHANT_ID)
        .merchant_name("Aarhus Trading")
        .merchant_logo_url("https://no-logo.png")
        .merchant_order_id(order)
        .merchant_url("https://shop.example")
        .psp_reference_id(order)
        .amount(amount)
        .allowed_card_types(cards)
        .public_key_id(key)
        .redirect_from_mobile_pay_url("https://shop.example/return")
        .build()?;
    Ok(payment)
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
