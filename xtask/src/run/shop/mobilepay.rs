//! MobilePay, from the side of a payment service provider: its page in a frame, an encrypted card, an
//! acquirer that authorizes it, capture and refund.

use std::error::Error as StdError;
use std::future::ready;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use payments_core::error::Misuse;
use payments_core::incoming::{CallerAuth, Receiver, Row};
use payments_core::store::StoreError;
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Awaiting, CardData, Cards};
use payments_mobilepay::inbound::{CardCallback, FailedCallback};
use payments_mobilepay::sandbox::Config;
use payments_mobilepay::types::{AllowedCardType, Capture, InitiatePayment, Refund};
use payments_mobilepay::{Client, Currency, Error, Money, Test, TestCredentials};
use tokio::sync::mpsc;

use super::orders::{Order, Orders};
use super::provider::{Begun, Facts, Ground, Holds, Provider, Standing, journaled};
use crate::complain;
use crate::run::places;

static FACTS: Facts = Facts {
    name: "mobilepay",
    title: "MobilePay",
    price: Money::from_minor(12_500, Currency::DKK),
    holds: Holds::Always,
    refunds: true,
    framed: true,
};

/// The key of the tests, of no value. Yours comes from a file that nobody else can read.
const PRIVATE_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/key.pem");
const CARDS: [CardType; 2] = [CardType::Dankort, CardType::VisaDebit];

#[derive(Clone)]
pub(super) struct Mobilepay {
    client: Client,
    cards: Arc<Cards<PrivateKeys<AwsLc>>>,
    callbacks: Receiver<CardCallback>,
    failures: Receiver<FailedCallback>,
    ground: Ground,
}

journaled!(Mobilepay);

impl Mobilepay {
    pub(super) fn open(base_url: &str, ground: Ground) -> Result<Self, Error> {
        let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET)?;
        let client = Client::builder(Test::at(base_url), credentials).build()?;
        let keys = private_keys::<AwsLc>().with_pem(Config::FIRST_KEY_ID.into(), PRIVATE_KEY)?;
        // Live, MobilePay shows a client certificate.
        let known = || Ok::<_, Misuse>(CallerAuth::address(["127.0.0.1".parse()?]));
        Ok(Self {
            client: client.with_journal(ground.journal.clone()),
            cards: Arc::new(Cards::new(keys)),
            callbacks: callbacks("sandbox", "shop", known()?),
            failures: callbacks("sandbox", "shop", known()?),
            ground,
        })
    }

    /// Authorizes a card and tells MobilePay, within the 20 seconds that it gives. This acquirer
    /// approves everything; a real one is asked here.
    async fn authorize(&self, card: &Accepted<CardData>) -> Result<(), Box<dyn StdError>> {
        let (attempt, orders) = (card.subject(), &self.ground.orders);
        let told = self.client.update_attempt(attempt.authorize_succeeded()?);
        let told = told.await;
        self.cards.unreported().close(attempt);
        told?;
        self.cards
            .unfinished()
            .close(&attempt.payment_id().to_owned());
        if let Some(order) = orders.find_payment(attempt.payment_id())? {
            orders.settle(&order.id, &Standing::Reserved)?;
        }
        Ok(())
    }
}

fn awaiting(orders: &Orders, payment_id: &str) -> Option<Awaiting> {
    orders.find_payment(payment_id).ok()??;
    Some(Awaiting::new(payment_id, CARDS))
}

#[async_trait]
impl Provider for Mobilepay {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    /// Cards are never kept: what is accepted goes into a queue in memory, and what fails to get there
    /// is sent again.
    fn routes(&self) -> Router {
        let (orders, psp) = (self.ground.orders.clone(), self.clone());
        let (queue, mut cards) = mpsc::channel(16);
        tokio::spawn(async move {
            while let Some(card) = cards.recv().await {
                if let Err(error) = psp.authorize(&card).await {
                    complain(&format!("a card was not authorized, reverse it: {error}"));
                }
            }
        });
        let card = routes::card(
            self.callbacks.clone(),
            Arc::clone(&self.cards),
            move |id| ready(awaiting(&orders, &id)),
            move |card| ready(queue.try_send(card).is_ok()),
        );
        let failed = routes::failed(self.failures.clone(), self.ground.inbox.clone());
        let path = places::callback_path(FACTS.name);
        Router::new()
            .route(&format!("{path}/failed"), failed)
            .route(&path, card)
    }

    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let callback = self.ground.callback(FACTS.name);
        let card = |name| {
            let card = AllowedCardType::builder().name(name);
            card.encrypted_pan_callback_url(&callback).build()
        };
        let call = InitiatePayment::builder()
            .merchant_id(Config::MERCHANT_ID)
            .merchant_name("The tea shop")
            .merchant_logo_url("https://no-logo.png")
            .merchant_order_id(&*order.id)
            .merchant_url("https://shop.example")
            .psp_reference_id(&*order.id)
            .amount(order.amount)
            .allowed_card_types(CARDS.into_iter().map(card).collect::<Result<Vec<_>, _>>()?)
            .public_key_id(Config::FIRST_KEY_ID.into())
            .redirect_from_mobile_pay_url(self.ground.order_page(order))
            .failed_payment_callback_url(format!("{callback}/failed"))
            .build()?;
        let reply = self.client.initiate_payment(call).await?.into_inner();
        self.cards.started(&reply.payment_id);
        let page = reply.redirect_to_mobile_pay_url;
        Ok(Begun {
            link: page.ok_or(Misuse::new(
                "redirectToMobilePayUrl",
                "is not in the answer",
            ))?,
            payment: Some(reply.payment_id),
            secret: None,
        })
    }

    fn order(&self, orders: &Orders, row: &Row) -> Result<Option<Order>, StoreError> {
        orders.find_payment(row.reference())
    }

    /// MobilePay has no query: what it tells is that a payment failed.
    async fn confirm(&self, _order: &Order, row: Option<&Row>) -> Result<Standing, Error> {
        Ok(match row {
            Some(_) => Standing::Declined,
            None => Standing::Open("MobilePay cannot be asked: it tells by itself".to_owned()),
        })
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let call = Refund::builder()
            .payment_id(order.payment.clone().unwrap_or_default())
            .refund_identifier(&*order.operation)
            .amount(order.amount)
            .timestamp(&*order.at)
            .build()?;
        self.client.refund(call).await?;
        Ok(())
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = Capture::builder()
            .payment_id(order.payment.clone().unwrap_or_default())
            .capture_identifier(&*order.operation)
            .amount(order.amount)
            .timestamp(&*order.at)
            .build()?;
        self.client.capture(call).await?;
        Ok(())
    }
}
