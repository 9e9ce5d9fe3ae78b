//! A PSP: a client, the routes of all callbacks, and a queue of what is to be authorized.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Attempt, Awaiting, CardData, Cards, Report, Timing};
use payments_mobilepay::inbound::TokenCallback;
use payments_mobilepay::payments_core::client::Builder;
use payments_mobilepay::payments_core::incoming::{Inbox, Unverified, danger};
use payments_mobilepay::payments_core::testing::FixedClock;
use payments_mobilepay::sandbox::{Config, Control, Sandbox, SandboxClock, start};
use payments_mobilepay::types::{AllowedCardType, Cancel, Capture, InitiatePayment, Refund};
use payments_mobilepay::{Client, Currency, Error, Mobilepay, Money, Test, TestCredentials};
use tokio::net::TcpListener;

pub(crate) const PAYMENTS: &str = "/api/v3/payments";

pub(crate) fn said_by_acquirer(report: Report) -> Report {
    report
        .acquirer_vat_number("DK33749996")
        .acquirer_merchant_id("77")
        .acquirer_payment_reference("A-1")
}

pub(crate) fn file(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/rsa/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// What waits for a card, by MobilePay's id of the payment.
type Waiting = Arc<Mutex<HashMap<String, Awaiting>>>;

pub(crate) struct Psp {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) cards: Arc<Cards<PrivateKeys<AwsLc>>>,
    pub(crate) inbox: Inbox,
    pub(crate) waiting: Waiting,
    pub(crate) kept: Arc<Mutex<Vec<Accepted<CardData>>>>,
    pub(crate) tokens: Arc<Mutex<Vec<Accepted<Unverified<TokenCallback>>>>>,
    pub(crate) hooks: String,
}

impl Psp {
    pub(crate) async fn open() -> Self {
        Self::with(Config::new(), Timing::SHORTEST, |builder| builder).await
    }

    /// `setup` has the last word on the client, which never pauses for real.
    pub(crate) async fn with(
        config: Config,
        timing: Timing,
        setup: impl FnOnce(
            Builder<Mobilepay, Client, TestCredentials>,
        ) -> Builder<Mobilepay, Client, TestCredentials>,
    ) -> Self {
        let clock = SandboxClock::still();
        let config = config
            .kit(|kit| kit.clock(clock.clone()))
            .public_key(&file("pub.pem"));
        let sandbox = start(config).unwrap();
        let keys = private_keys().with_pem(i64::from(Config::FIRST_KEY_ID), &file("key.pem"));
        let cards = Arc::new(Cards::on(Arc::new(clock), timing, keys.unwrap()));
        let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET).unwrap();
        let client = Client::builder(Test::at(sandbox.base_url()), credentials);
        let client = setup(client.clock(Arc::new(FixedClock::new())))
            .build()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hooks = format!("http://{}", listener.local_addr().unwrap());
        let psp = Self {
            sandbox,
            client,
            cards,
            inbox: Inbox::in_memory(),
            waiting: Waiting::default(),
            kept: Arc::default(),
            tokens: Arc::default(),
            hooks,
        };
        let router = psp.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        psp
    }

    fn router(&self) -> Router {
        let everyone = danger::authenticated_elsewhere;
        let (kept, tokens) = (Arc::clone(&self.kept), Arc::clone(&self.tokens));
        let (of_cards, of_tokens) = (Arc::clone(&self.waiting), Arc::clone(&self.waiting));
        let look = |waiting: &Waiting, id: &str| waiting.lock().unwrap().get(id).cloned();
        let card = routes::card(
            callbacks("test", "psp", everyone()),
            Arc::clone(&self.cards),
            move |id| std::future::ready(look(&of_cards, &id)),
            move |card| {
                kept.lock().unwrap().push(card);
                std::future::ready(true)
            },
        );
        let token = routes::token(
            callbacks("test", "psp", everyone()),
            Arc::clone(&self.cards),
            move |id| std::future::ready(look(&of_tokens, &id)),
            move |token| {
                tokens.lock().unwrap().push(token);
                std::future::ready(true)
            },
        );
        let failed = callbacks("test", "psp", everyone());
        let address = callbacks("test", "psp", everyone());
        Router::new()
            .route("/card", card)
            .route("/token", token)
            .route("/failed", routes::failed(failed, self.inbox.clone()))
            .route("/address", routes::address(address, self.inbox.clone()))
    }

    pub(crate) fn control(&self) -> Control {
        self.sandbox.control()
    }

    pub(crate) fn card_type(&self, name: &str, token: bool) -> AllowedCardType {
        let card = AllowedCardType::builder()
            .name(CardType::from(name))
            .encrypted_pan_callback_url(format!("{}/card", self.hooks));
        match token {
            true => card
                .token_callback_url(format!("{}/token", self.hooks))
                .build()
                .unwrap(),
            false => card.build().unwrap(),
        }
    }

    /// A payment of 4.95 kroner by Dankort or Visa.
    pub(crate) fn payment(&self, psp_reference: &str) -> InitiatePayment {
        self.payment_to(psp_reference, &format!("{}/card", self.hooks))
    }

    /// The same whose cards come to another address.
    pub(crate) fn payment_to(&self, psp_reference: &str, card_url: &str) -> InitiatePayment {
        let card = |name: &str| {
            let name = CardType::from(name);
            let card = AllowedCardType::builder().name(name);
            card.encrypted_pan_callback_url(card_url).build().unwrap()
        };
        InitiatePayment::builder()
            .merchant_id(Config::MERCHANT_ID)
            .merchant_name("Shop")
            .merchant_logo_url("https://no-logo.png")
            .merchant_order_id(format!("ORDER-{psp_reference}"))
            .merchant_url("https://shop.example")
            .psp_reference_id(psp_reference)
            .amount(dkk(495))
            .allowed_card_types(vec![card("DANKORT"), card("VISA-DEBIT")])
            .public_key_id(i64::from(Config::FIRST_KEY_ID))
            .redirect_from_mobile_pay_url("https://shop.example/return")
            .failed_payment_callback_url(format!("{}/failed", self.hooks))
            .build()
            .unwrap()
    }

    /// Starts a payment and writes down that it waits; gives MobilePay's id.
    pub(crate) async fn begin(&self, payment: InitiatePayment) -> Result<String, Error> {
        let names: Vec<CardType> = payment
            .allowed_card_types()
            .iter()
            .map(|card| card.name().clone())
            .collect();
        let reply = self.client.initiate_payment(payment).await?;
        let id = reply.payment_id.clone();
        self.cards.started(&id);
        self.waiting
            .lock()
            .unwrap()
            .insert(id.clone(), Awaiting::new(&id, names));
        Ok(id)
    }

    /// Starts a payment and lets the payer accept it; gives the attempt.
    pub(crate) async fn accepted(&self, psp_reference: &str) -> Attempt {
        self.begin(self.payment(psp_reference)).await.unwrap();
        self.accept_again(psp_reference).await
    }

    /// Lets the payer accept, once more.
    pub(crate) async fn accept_again(&self, psp_reference: &str) -> Attempt {
        self.control().accept(psp_reference).unwrap();
        self.settle().await;
        let kept = self.kept.lock().unwrap();
        kept.last().unwrap().subject().clone()
    }

    /// Waits until every callback that is due is answered.
    pub(crate) async fn settle(&self) {
        self.control().callbacks().idle().await;
    }

    pub(crate) async fn authorized(&self, psp_reference: &str) -> Attempt {
        let attempt = self.accepted(psp_reference).await;
        self.succeed(&attempt).await.unwrap();
        attempt
    }

    pub(crate) async fn succeed(&self, attempt: &Attempt) -> Result<(), Error> {
        self.client
            .update_attempt(attempt.authorize_succeeded()?)
            .await?;
        assert!(self.cards.unreported().close(attempt));
        Ok(())
    }

    /// How often this happened at MobilePay.
    pub(crate) fn count(&self, kind: &str, reference: &str) -> usize {
        self.control().ledger().count(kind, reference)
    }

    /// How many requests to paths that end so arrived.
    pub(crate) fn arrived(&self, end: &str) -> usize {
        let requests = self.control().requests();
        requests
            .iter()
            .filter(|seen| seen.path().ends_with(end))
            .count()
    }
}

pub(crate) fn dkk(minor: i64) -> Money {
    Money::from_minor(minor, Currency::DKK)
}

const AT: &str = "2026-11-01T12:00:00Z";

pub(crate) fn capture(payment: &str, identifier: &str, minor: i64) -> Capture {
    let capture = Capture::builder()
        .payment_id(payment)
        .capture_identifier(identifier);
    capture.amount(dkk(minor)).timestamp(AT).build().unwrap()
}

pub(crate) fn cancel(payment: &str, identifier: &str, minor: i64) -> Cancel {
    let cancel = Cancel::builder()
        .payment_id(payment)
        .cancel_identifier(identifier);
    cancel.amount(dkk(minor)).timestamp(AT).build().unwrap()
}

pub(crate) fn refund(payment: &str, identifier: &str, minor: i64) -> Refund {
    let refund = Refund::builder()
        .payment_id(payment)
        .refund_identifier(identifier);
    refund.amount(dkk(minor)).timestamp(AT).build().unwrap()
}

/// The code of a refusal, whether it settles the outcome or leaves it open.
pub(crate) fn code<T>(result: Result<T, Error>) -> (&'static str, Option<String>) {
    match result {
        Ok(_) => ("ok", None),
        Err(Error::Refused(refused)) => ("refused", refused.code().map(str::to_owned)),
        Err(Error::Unknown(unknown)) => {
            let code = unknown.refused().and_then(|refused| refused.code());
            ("unknown", code.map(str::to_owned))
        }
        Err(Error::Misuse(misuse)) => ("misuse", Some(misuse.field().to_owned())),
        Err(error) => ("other", Some(error.to_string())),
    }
}
