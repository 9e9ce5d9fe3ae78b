//! MobilePay's whole flow: payment, page, encrypted card, authorization, capture, refund, cancel; a
//! second attempt, a callback that comes twice, and one that never comes.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payments_core::incoming::danger;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum::card;
use payments_mobilepay::codes::FrameEnd;
use payments_mobilepay::codes::{CardType, ReasonCode};
use payments_mobilepay::ext::frame::{Message, embed};
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Attempt, Awaiting, CardData, Cards, Report, Timing};
use payments_mobilepay::sandbox::{Config, PaymentState, Sandbox, start};
use payments_mobilepay::types::{AllowedCardType, Cancel, Capture, InitiatePayment, Refund};
use payments_mobilepay::{Client, Currency, Link, Money, Test, TestCredentials};

use super::report::{ProviderReport, ensure};

/// The keys of the tests, of no value.
const PRIVATE_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/key.pem");
const PUBLIC_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/pub.pem");

const PAID: &str = "DEMO-1001";
const CANCELLED: &str = "DEMO-1002";
const SILENT: &str = "DEMO-1003";
const AT: &str = "2026-11-01T12:00:00Z";

fn said_by_acquirer(report: Report) -> Report {
    report
        .acquirer_vat_number("DK33749996")
        .acquirer_merchant_id("77")
        .acquirer_payment_reference("A-1")
}

/// What the client believes to have happened: kind, reference, minor units.
type Beliefs = Vec<(&'static str, &'static str, Option<i64>)>;
type Waiting = Arc<Mutex<HashMap<String, Awaiting>>>;
type Queue = Arc<Mutex<Vec<Accepted<CardData>>>>;

struct Psp {
    sandbox: Sandbox,
    client: Client,
    cards: Arc<Cards<PrivateKeys<AwsLc>>>,
    waiting: Waiting,
    queue: Queue,
    hook: String,
    browser: reqwest::Client,
    beliefs: Beliefs,
}

/// Runs all steps; stops at the first that fails, because the next ones build on it.
pub(super) async fn run() -> ProviderReport {
    let mut report = ProviderReport::new("mobilepay");
    let mut psp = None;
    if let Some(opened) = report.step("sandbox", open()).await {
        let psp = psp.insert(opened);
        // The answer is in the report.
        let _ = steps(&mut report, psp).await;
    }
    if let Some(psp) = &psp {
        let agrees = report.step("ledger", compare(psp)).await;
        report.ledger(agrees.is_some());
    }
    report
}

async fn steps(report: &mut ProviderReport, psp: &mut Psp) -> Option<()> {
    let page = report.step("initiate", psp.initiate(PAID)).await?;
    psp.believe("payment", PAID, Some(AMOUNT));
    report
        .step("payer_accepts", psp.accept(&page, "VISA-DEBIT"))
        .await?;
    psp.believe("attempt", PAID, None);
    let first = report.step("card", psp.card()).await?;
    report.step("reject_card", psp.reject(&first)).await?;
    psp.believe("attempt_failed", PAID, None);
    report
        .step("another_card", psp.accept(&page, "DANKORT"))
        .await?;
    psp.believe("attempt", PAID, None);
    let second = report.step("decrypt", psp.card()).await?;
    report.step("callback_twice", psp.callback_twice()).await?;
    report
        .step("authorize", psp.authorize(PAID, &second))
        .await?;
    psp.believe("authorization", PAID, Some(AMOUNT));
    let payment = second.payment_id().to_owned();
    report.step("capture", psp.capture(&payment)).await?;
    psp.believe("capture", PAID, Some(AMOUNT));
    report.step("refund", psp.refund(&payment)).await?;
    psp.believe("refund", PAID, Some(2500));
    report.step("cancel", psp.cancel()).await?;
    psp.believe("payment", CANCELLED, Some(AMOUNT));
    psp.believe("attempt", CANCELLED, None);
    psp.believe("authorization", CANCELLED, Some(AMOUNT));
    psp.believe("cancel", CANCELLED, Some(AMOUNT));
    report.step("silent", psp.silent()).await?;
    psp.believe("payment", SILENT, Some(AMOUNT));
    psp.believe("attempt", SILENT, None);
    psp.believe("expiry", SILENT, None);
    Some(())
}

const AMOUNT: i64 = 12_500;

type Done<T> = Result<(T, String), String>;

fn said(error: impl Display) -> String {
    error.to_string()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kroner(minor: i64) -> Money {
    Money::from_minor(minor, Currency::DKK)
}

async fn open() -> Done<Psp> {
    let sandbox = start(Config::new().public_key(PUBLIC_KEY)).map_err(said)?;
    let base_url = sandbox.base_url().to_owned();
    let credentials =
        TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET).map_err(said)?;
    let client = Client::builder(Test::at(&base_url), credentials)
        .build()
        .map_err(said)?;
    let keys = private_keys::<AwsLc>()
        .with_pem(i64::from(Config::FIRST_KEY_ID), PRIVATE_KEY)
        .map_err(said)?;
    let clock = Arc::new(sandbox.control().clock().clone());
    let cards = Arc::new(Cards::on(clock, Timing::SHORTEST, keys));
    let (waiting, queue) = (Waiting::default(), Queue::default());
    let (known, queued) = (Arc::clone(&waiting), Arc::clone(&queue));
    let route = card(
        callbacks("sandbox", "demo", danger::authenticated_elsewhere()),
        Arc::clone(&cards),
        move |id| std::future::ready(lock(&known).get(&id).cloned()),
        move |card| {
            lock(&queued).push(card);
            std::future::ready(true)
        },
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(said)?;
    let hook = format!("http://{}/card", listener.local_addr().map_err(said)?);
    let app = axum::Router::new().route("/card", route);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(said)?;
    let psp = Psp {
        sandbox,
        client,
        cards,
        waiting,
        queue,
        hook,
        browser,
        beliefs: Vec::new(),
    };
    Ok((psp, format!("at {base_url}")))
}

impl Psp {
    fn believe(&mut self, kind: &'static str, reference: &'static str, minor: Option<i64>) {
        self.beliefs.push((kind, reference, minor));
    }

    /// Starts a payment; gives the page, which the shop may embed.
    async fn initiate(&self, reference: &'static str) -> Done<String> {
        let types = [CardType::Dankort, CardType::VisaDebit];
        let mut cards = Vec::new();
        for name in &types {
            let card = AllowedCardType::builder().name(name.clone());
            let card = card.encrypted_pan_callback_url(&self.hook).build();
            cards.push(card.map_err(said)?);
        }
        let payment = InitiatePayment::builder()
            .merchant_id(Config::MERCHANT_ID)
            .merchant_name("Aarhus Trading")
            .merchant_logo_url("https://no-logo.png")
            .merchant_order_id(reference)
            .merchant_url("https://shop.example")
            .psp_reference_id(reference)
            .amount(kroner(AMOUNT))
            .allowed_card_types(cards)
            .public_key_id(i64::from(Config::FIRST_KEY_ID))
            .redirect_from_mobile_pay_url("https://shop.example/return")
            .build()
            .map_err(said)?;
        let reply = self.client.initiate_payment(payment).await.map_err(said)?;
        let reply = reply.into_inner();
        let awaiting = Awaiting::new(&reply.payment_id, types);
        lock(&self.waiting).insert(reply.payment_id.clone(), awaiting);
        self.cards.started(&reply.payment_id);
        let page = reply.redirect_to_mobile_pay_url.unwrap_or_default();
        let link: Link = page.parse().map_err(said)?;
        let frame = embed(&link).map_err(said)?;
        ensure(frame.starts_with("<iframe src="), "there is no frame")?;
        Ok((page, format!("{reference}, {}", kroner(AMOUNT))))
    }

    /// What the payer does: open the page, give a number, accept with a card.
    async fn accept(&self, page: &str, card: &str) -> Done<()> {
        let shown = self.browser.get(page).send().await.map_err(said)?;
        let html = shown.text().await.map_err(said)?;
        if html.contains("name=\"phone\"") {
            self.press(page, "step=phone&phone=%2B4512345678").await?;
        }
        self.press(page, &format!("step=accept&card={card}"))
            .await?;
        self.sandbox.control().callbacks().idle().await;
        Ok(((), format!("on the page, with {card}")))
    }

    async fn press(&self, page: &str, body: &str) -> Result<(), String> {
        let pressed = self
            .browser
            .post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned())
            .send()
            .await
            .map_err(said)?;
        ensure(
            pressed.status().is_success(),
            format!("the page answers {}", pressed.status()),
        )
    }

    /// The card that the callback brought, decrypted.
    async fn card(&self) -> Done<Attempt> {
        let queue = lock(&self.queue);
        let card = queue.last().ok_or("no card came")?;
        let note = format!(
            "…{}, {:02}/{}",
            card.number().last_four(),
            card.expiry().month(),
            card.expiry().year()
        );
        Ok((card.subject().clone(), note))
    }

    async fn reject(&self, attempt: &Attempt) -> Done<()> {
        let reason = ReasonCode::InsufficientFunds;
        let report = attempt.authorize_failed(reason, "no funds");
        let report = said_by_acquirer(report).build().map_err(said)?;
        self.client.update_attempt(report).await.map_err(said)?;
        self.cards.unreported().close(attempt);
        Ok(((), "1001: the payer may choose another card".to_owned()))
    }

    async fn callback_twice(&self) -> Done<()> {
        let control = self.sandbox.control();
        let before = lock(&self.queue).len();
        control.resend_card(PAID, 2).map_err(said)?;
        control.callbacks().idle().await;
        let deliveries = control.card_callbacks(PAID);
        let attempts = deliveries.iter().flat_map(|delivery| delivery.attempts());
        let answers: Vec<Option<u16>> = attempts.map(|attempt| attempt.status()).collect();
        let all_good = answers.len() >= 4 && answers.iter().all(|status| *status == Some(200));
        ensure(all_good, format!("the callbacks were answered {answers:?}"))?;
        let after = lock(&self.queue).len();
        ensure(before == after, format!("{before} cards became {after}"))?;
        Ok(((), format!("{} deliveries, {after} cards", answers.len())))
    }

    async fn authorize(&self, reference: &str, attempt: &Attempt) -> Done<()> {
        let open = self.cards.unreported().list();
        let due = open.iter().find(|due| due.key == *attempt);
        let left = due.ok_or("the attempt is not listed")?.left;
        let report = attempt.authorize_succeeded().map_err(said)?;
        self.client.update_attempt(report).await.map_err(said)?;
        self.cards.unreported().close(attempt);
        self.cards
            .unfinished()
            .close(&attempt.payment_id().to_owned());
        let message = self
            .sandbox
            .control()
            .page_message(reference)
            .unwrap_or_default();
        let message = Message::parse(&message).ok_or("the frame says nothing")?;
        ensure(
            message.end == FrameEnd::Completed,
            "the frame says something else",
        )?;
        Ok(((), format!("reported with {} s left", left.as_secs())))
    }

    async fn capture(&self, payment: &str) -> Done<()> {
        let capture = Capture::builder()
            .payment_id(payment)
            .capture_identifier("CAP-1")
            .amount(kroner(AMOUNT))
            .timestamp(AT)
            .build()
            .map_err(said)?;
        let reply = self.client.capture(capture.clone()).await.map_err(said)?;
        let again = self.client.capture(capture).await.map_err(said)?;
        ensure(
            reply.capture_id == again.capture_id,
            "a repeat captured again",
        )?;
        Ok(((), format!("{}, told twice", kroner(AMOUNT))))
    }

    async fn refund(&self, payment: &str) -> Done<()> {
        let refund = Refund::builder()
            .payment_id(payment)
            .refund_identifier("REF-1")
            .amount(kroner(2500))
            .timestamp(AT)
            .build()
            .map_err(said)?;
        self.client.refund(refund).await.map_err(said)?;
        Ok(((), format!("{} of it", kroner(2500))))
    }

    /// A payment that is authorized and then released.
    async fn cancel(&self) -> Done<()> {
        let (page, _) = self.initiate(CANCELLED).await?;
        self.accept(&page, "DANKORT").await?;
        let (attempt, _) = self.card().await?;
        self.authorize(CANCELLED, &attempt).await?;
        let cancel = Cancel::builder()
            .payment_id(attempt.payment_id())
            .cancel_identifier("CAN-1")
            .amount(kroner(AMOUNT))
            .timestamp(AT)
            .build()
            .map_err(said)?;
        self.client.cancel(cancel).await.map_err(said)?;
        Ok(((), format!("{CANCELLED}, {}", kroner(AMOUNT))))
    }

    /// A payment whose callback never comes: its deadline finds it, and there is nothing to ask.
    async fn silent(&self) -> Done<()> {
        let control = self.sandbox.control();
        let (page, _) = self.initiate(SILENT).await?;
        control.suppress_callbacks(true);
        self.accept(&page, "DANKORT").await?;
        control.suppress_callbacks(false);
        ensure(
            self.cards
                .unfinished()
                .list()
                .iter()
                .all(|due| !due.is_late),
            "it is late already",
        )?;
        control.advance(Timing::SHORTEST.payment);
        let late: Vec<String> = self
            .cards
            .unfinished()
            .list()
            .into_iter()
            .filter(|due| due.is_late)
            .map(|due| due.key)
            .collect();
        let [id] = late.as_slice() else {
            return Err(format!("{} payments are late", late.len()));
        };
        let seen = control.payment(SILENT).ok_or("it is not there")?;
        ensure(seen.id() == id, "another payment is late")?;
        ensure(seen.state() == PaymentState::Expired, "it has not expired")?;
        lock(&self.waiting).remove(id);
        self.cards.unfinished().close(id);
        Ok((
            (),
            format!("{SILENT} found by its deadline, no money moved"),
        ))
    }
}

/// The sandbox's ledger against what the client believes, in both directions.
async fn compare(psp: &Psp) -> Done<()> {
    let ledger = psp.sandbox.control().ledger();
    let mut believed = psp.beliefs.clone();
    for effect in ledger.effects() {
        let minor = effect
            .amount()
            .map(|text| text.parse::<i64>().map_err(said));
        let minor = minor.transpose()?;
        let at = believed.iter().position(|(kind, reference, amount)| {
            *kind == effect.kind() && *reference == effect.reference() && *amount == minor
        });
        let Some(at) = at else {
            return Err(format!(
                "the ledger has a {} of {} that the client does not know",
                effect.kind(),
                effect.reference()
            ));
        };
        believed.remove(at);
    }
    if let Some((kind, reference, _)) = believed.first() {
        return Err(format!("the ledger lacks the {kind} of {reference}"));
    }
    Ok(((), format!("{} effects", ledger.effects().len())))
}
