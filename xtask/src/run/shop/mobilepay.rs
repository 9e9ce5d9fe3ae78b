//! MobilePay, from the side of a payment service provider: its page in a frame, an encrypted card, an
//! acquirer that authorizes it, capture and refund.

use std::future::ready;
use std::sync::Arc;

use payments_core::incoming::{CallerAuth, Standing};
use payments_mobilepay::codes::CardType;
use payments_mobilepay::ext::keys::{AwsLc, PrivateKeys, private_keys};
use payments_mobilepay::ext::{Awaiting, Cards};
use payments_mobilepay::sandbox::Config;
use payments_mobilepay::{Client, Currency, Error, Money, Test, TestCredentials};
use payments_mobilepay::{auth, axum, types};

use super::provider::{Begun, Confirmation, Operation, Order, Provider, Row, Shop, Till, Way};
use crate::complain;

/// The key of the tests, of no value. Yours comes from a file that nobody else can read.
const PRIVATE_KEY: &str = include_str!("../../../../mobilepay/tests/vectors/rsa/key.pem");
const CARDS: [CardType; 2] = [CardType::Dankort, CardType::VisaDebit];

pub(super) fn open(shop: &Shop, at: &dyn Fn(&str) -> String) -> Result<Way, Error> {
    let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET)?;
    let client = Client::builder(Test::at(at("mobilepay")), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let keys = private_keys::<AwsLc>().with_pem(Config::FIRST_KEY_ID.into(), PRIVATE_KEY)?;
    let cards = Arc::new(Cards::new(keys));
    // Live, MobilePay shows a client certificate.
    let known = CallerAuth::address(["127.0.0.1".parse()?]);
    let (awaiting, authorized) = (shop.orders.clone(), shop.orders.clone());
    let card = axum::authorized(
        client.clone(),
        auth::callbacks("sandbox", "shop", known.clone()),
        Arc::clone(&cards),
        move |payment| {
            let order = awaiting.find(&payment).ok().flatten();
            ready(order.map(|_| Awaiting::new(&payment, CARDS)))
        },
        // This acquirer approves everything; a real one is asked here.
        |card| ready(card.subject().authorize_succeeded()),
        move |attempt, told| {
            let reserve = |_| authorized.reach(attempt.payment_id(), Standing::Authorised);
            match told.map(reserve) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => complain(&error.to_string()),
                Err(error) => complain(&format!("reverse what was authorized: {error}")),
            }
        },
    );
    let failures = auth::callbacks("sandbox", "shop", known);
    let failed = axum::failed(failures, shop.inbox.clone());
    let price = Money::from_minor(12_500, Currency::DKK);
    let mut way = Way::of("MobilePay", price, card, client, cards);
    way.routes = way.routes.route("/callbacks/mobilepay/failed", failed);
    way.holds = true;
    Ok(way)
}

#[async_trait::async_trait]
impl Provider for Till<Client, Arc<Cards<PrivateKeys<AwsLc>>>> {
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error> {
        let card = |name| {
            let card = types::AllowedCardType::builder().name(name);
            card.encrypted_pan_callback_url(callback).build()
        };
        let call = types::InitiatePayment::builder()
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
        let link = frame.is_some().then(|| format!("{page}/frame"));
        Ok(Begun {
            frame,
            payment: Some(reply.payment_id),
            ..Begun::at(link)
        })
    }

    /// MobilePay has no query: it tells what failed, and what it has not told of in time is over. What was
    /// started before the shop was is not known any more; a card that comes late is authorized all the same.
    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let payment = order.begun.payment.clone().unwrap_or_default();
        match (row, self.endpoint.unfinished().left(&payment)) {
            (None, Some(_)) => Ok(Confirmation::Open(())),
            _ => {
                self.endpoint.unfinished().close(&payment);
                Ok(Confirmation::Declined(()))
            }
        }
    }

    async fn capture(&self, order: &Order, by: &Operation) -> Result<(), Error> {
        let call = types::Capture::builder()
            .payment_id(order.begun.payment.clone().unwrap_or_default())
            .capture_identifier(by.id())
            .amount(order.amount)
            .timestamp(by.at())
            .build()?;
        self.client.capture(call).await.map(drop)
    }

    async fn refund(&self, order: &Order, by: &Operation) -> Result<(), Error> {
        let call = types::Refund::builder()
            .payment_id(order.begun.payment.clone().unwrap_or_default())
            .refund_identifier(by.id())
            .amount(order.amount)
            .timestamp(by.at())
            .build()?;
        self.client.refund(call).await.map(drop)
    }
}
