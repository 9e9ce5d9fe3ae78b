//! MobilePay, from the side of a payment service provider: its page in a frame, an encrypted card, an
//! acquirer that authorizes it, capture and refund.

use std::error::Error as StdError;
use std::future::ready;
use std::sync::Arc;

use async_trait::async_trait;
use payments_core::error::Misuse;
use payments_core::incoming::{CallerAuth, Confirmation, Row, Standing};
use payments_mobilepay::auth::callbacks;
use payments_mobilepay::axum as routes;
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Accepted, Awaiting, CardData, Cards};
use payments_mobilepay::sandbox::Config;
use payments_mobilepay::types::{AllowedCardType, Capture, InitiatePayment, Refund};
use payments_mobilepay::{Client, Currency, Error, Money, Test, TestCredentials};

use super::Shop;
use super::orders::{Begun, Order, Orders};
use super::provider::{Holds, Provider, Till, Way};
use crate::complain;

/// The key of the tests, of no value. Yours comes from a file that nobody else can read.
const PRIVATE_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/key.pem");
const CARDS: [CardType; 2] = [CardType::Dankort, CardType::VisaDebit];

pub(super) fn open(shop: &Shop, at: &str) -> Result<Way, Error> {
    let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET)?;
    let client = Client::builder(Test::at(at), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let keys = private_keys::<AwsLc>().with_pem(Config::FIRST_KEY_ID.into(), PRIVATE_KEY)?;
    let till = shop.till(client, Arc::new(Cards::new(keys)));
    // Live, MobilePay shows a client certificate.
    let known = CallerAuth::address(["127.0.0.1".parse()?]);
    let (orders, acquirer) = (shop.orders.clone(), till.clone());
    let card = routes::card(
        callbacks("sandbox", "shop", known.clone()),
        Arc::clone(&till.endpoint),
        move |id| ready(awaiting(&orders, &id)),
        // MobilePay waits for this answer, so the acquirer is asked meanwhile. A card is never kept.
        move |card| {
            tokio::spawn(acquirer.clone().authorize(card));
            ready(true)
        },
    );
    let failed = routes::failed(callbacks("sandbox", "shop", known), shop.inbox.clone());
    let price = Money::from_minor(12_500, Currency::DKK);
    let mut way = Way::of("MobilePay", price, card, till);
    way.routes = way.routes.route("/callbacks/mobilepay/failed", failed);
    way.holds = Holds::Always;
    Ok(way)
}

fn awaiting(orders: &Orders, payment_id: &str) -> Option<Awaiting> {
    orders.find(payment_id).ok()??;
    Some(Awaiting::new(payment_id, CARDS))
}

impl Till<Client, Arc<Cards<PrivateKeys<AwsLc>>>> {
    /// Authorizes a card and tells MobilePay, within the 20 seconds that it gives. This acquirer
    /// approves everything; a real one is asked here.
    async fn authorize(self, card: Accepted<CardData>) {
        let reported = async {
            let attempt = card.subject();
            let told = self.client.update_attempt(attempt.authorize_succeeded()?);
            let told = told.await;
            self.endpoint.unreported().close(attempt);
            told?;
            let payment = attempt.payment_id().to_owned();
            self.endpoint.unfinished().close(&payment);
            self.orders
                .change(&payment, |order| order.reach(Standing::Authorised))?;
            Ok::<_, Box<dyn StdError + Send + Sync>>(())
        };
        if let Err(error) = reported.await {
            complain(&format!("a card was not authorized, reverse it: {error}"));
        }
    }
}

#[async_trait]
impl Provider for Till<Client, Arc<Cards<PrivateKeys<AwsLc>>>> {
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error> {
        let card = |name| {
            let card = AllowedCardType::builder().name(name);
            card.encrypted_pan_callback_url(callback).build()
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
            .redirect_from_mobile_pay_url(page)
            .failed_payment_callback_url(format!("{callback}/failed"))
            .build()?;
        let reply = self.client.initiate_payment(call).await?.into_inner();
        self.endpoint.started(&reply.payment_id);
        let frame = reply.redirect_to_mobile_pay_url;
        let missing = Misuse::new("redirectToMobilePayUrl", "is not in the answer");
        Ok(Begun {
            frame: Some(frame.ok_or(missing)?),
            payment: Some(reply.payment_id),
            ..Begun::at(&format!("{page}/frame"))
        })
    }

    /// MobilePay has no query: it tells what failed, and what it has not told of in time is over. What was
    /// started before the shop was is not known any more; a card that comes late is authorized all the same.
    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let payment = order.begun.payment.as_ref();
        let mut due = self.endpoint.unfinished().list().into_iter();
        let is_under_way = due.any(|due| !due.is_late && payment == Some(&due.key));
        match row {
            None if is_under_way => Ok(Confirmation::Open(())),
            _ => Ok(Confirmation::Declined(())),
        }
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = Capture::builder()
            .payment_id(order.begun.payment.clone().unwrap_or_default())
            .capture_identifier(&*order.operation)
            .amount(order.amount)
            .timestamp(&*order.at)
            .build()?;
        self.client.capture(call).await.map(drop)
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let call = Refund::builder()
            .payment_id(order.begun.payment.clone().unwrap_or_default())
            .refund_identifier(&*order.operation)
            .amount(order.amount)
            .timestamp(&*order.at)
            .build()?;
        self.client.refund(call).await.map(drop)
    }
}
