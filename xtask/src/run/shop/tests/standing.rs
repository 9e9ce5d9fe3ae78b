//! Where an order stands, and what is under way meanwhile.

use async_trait::async_trait;
use axum::routing::get;
use payments_core::error::Error;
use payments_core::incoming::{Confirmation, Inbox, InboxOptions, Next, Progress, Row, Standing};
use payments_core::journal::Journal;
use payments_core::sandbox::Fault;
use payments_core::{Currency, Money};
use payments_mocasa::{Client, Credentials, Environment};

use super::*;
use crate::run::shop::orders::{Begun, Order, Orders};
use crate::run::shop::provider::{Provider, Till, Way};

fn an_order(reserve: bool) -> Order {
    Order {
        id: "A-1".to_owned(),
        provider: "mocasa".to_owned(),
        amount: Money::from_minor(1, Currency::EUR),
        reserve,
        progress: Progress::default(),
        begun: Begun::default(),
    }
}

/// A client that is not asked.
fn client() -> Client {
    let service = Environment::At("http://127.0.0.1:9".to_owned());
    let credentials = Credentials::new("key", "a secret of a good length").unwrap();
    Client::builder(service, credentials).build().unwrap()
}

/// A provider at which every payment is authorised.
struct Authorises;

#[async_trait]
impl Provider for Till<Client, Authorises> {
    async fn start(&self, _: &Order, _: &str, _: &str) -> Result<Begun, Error> {
        Ok(Begun::default())
    }

    async fn confirm(&self, _: &Order, _: Option<&Row>) -> Result<Confirmation<()>, Error> {
        Ok(Confirmation::Authorised(()))
    }
}

/// What is captured by the provider is asked for until it was: an authorisation alone pays for nothing.
#[tokio::test]
async fn a_payment_of_one_step_is_not_over_when_it_is_authorised() {
    let town = town().await;
    let price = an_order(false).amount;
    let way = Way::of("Any", price, get(async || ""), client(), Authorises);
    let at_once = town.shop.ask(&way, &an_order(false), None).await;
    let why = "authorized, and not captured yet".to_owned();
    assert_eq!(at_once, Next::Retry(why));
    let held = town.shop.ask(&way, &an_order(true), None).await;
    assert_eq!(held, Next::Act(Standing::Authorised));
}

/// A provider that does not tell when the time of this payment is over.
struct Forgets(&'static str);

#[async_trait]
impl Provider for Till<Client, Forgets> {
    async fn start(&self, _: &Order, _: &str, _: &str) -> Result<Begun, Error> {
        Ok(Begun::default())
    }

    async fn confirm(&self, _: &Order, _: Option<&Row>) -> Result<Confirmation<()>, Error> {
        Ok(Confirmation::Open(()))
    }

    fn over(&self) -> Vec<String> {
        vec![self.endpoint.0.to_owned()]
    }
}

#[tokio::test]
async fn a_payment_whose_time_is_over_is_declined_unless_it_was_made() {
    for (standing, expect) in [
        (Standing::Open, Standing::Declined),
        (Standing::Authorised, Standing::Authorised),
    ] {
        let store = Sqlite::in_memory().unwrap();
        let mut order = an_order(true);
        order.begun.payment = Some("P-1".to_owned());
        order.progress.reach(standing);
        let orders = Orders::open(store.clone()).unwrap();
        orders.place(order).unwrap();
        let way = Way::of(
            "Any",
            an_order(true).amount,
            get(async || ""),
            client(),
            Forgets("p-1"),
        );
        let shop = Shop {
            address: "127.0.0.1:9".parse().unwrap(),
            inbox: Inbox::on(store.clone(), InboxOptions::default()),
            journal: Journal::new(store, "shop"),
            ways: vec![way],
            orders,
        };
        shop.work().await.unwrap();
        let order = shop.orders.find("A-1").unwrap().unwrap();
        assert_eq!(order.progress.standing(), expect);
    }
}

/// The answer to a void is lost: asking the provider tells how the payment stands.
#[tokio::test]
async fn a_void_of_unknown_outcome_is_known_by_asking() {
    let town = town().await;
    let (id, page) = town.order("Moka", &[]).await;
    pay_moka(&town, &page).await;
    town.settle().await;
    let faults = town.moka.control().faults();
    faults.next("/PaymentDealer/DoVoid", Fault::CloseAfter);
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunding");
    // Once more it is the same call, which is not sent again.
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunding");
    let voids = effects(&town.moka.control().ledger());
    assert_eq!(voids.iter().filter(|(kind, _)| kind == "void").count(), 1);
    town.operate("ask").await;
    assert_eq!(town.state(&id).await, "refunded");
}

/// MobilePay has no query: what it was not told of in time is over.
#[tokio::test]
async fn a_payment_of_mobilepay_is_over_when_its_time_is() {
    let store = Sqlite::in_memory().unwrap();
    let town = town_on(store.clone()).await;
    let (id, _) = town.order("MobilePay", &[]).await;
    let asked = town.operate("ask").await;
    assert_eq!(asked.status, 409);
    assert!(asked.html.contains("not paid yet"), "{}", asked.html);
    assert_eq!(town.state(&id).await, "waiting");
    // Another start of the shop knows no time of it.
    let later = town.sandboxes.shop(store).await.unwrap();
    let admin = town.browser.open(&later.url("/admin")).await;
    town.browser.send(&admin, "/admin/ask\"", &[]).await;
    assert_eq!(town.state(&id).await, "declined");
}
