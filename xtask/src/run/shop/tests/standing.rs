//! Where an order stands, and what is under way meanwhile.

use async_trait::async_trait;
use axum::routing::get;
use payments_core::error::Error;
use payments_core::incoming::{Confirmation, Next, Progress, Row, Standing};
use payments_core::sandbox::Fault;
use payments_core::{Currency, Money};
use payments_mocasa::{Client, Credentials, Environment};

use super::*;
use crate::run::shop::orders::{Begun, Order};
use crate::run::shop::provider::{Provider, Till, Way};

fn an_order() -> Order {
    Order {
        id: "A-1".to_owned(),
        provider: "mocasa".to_owned(),
        amount: Money::from_minor(1, Currency::EUR),
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
    let price = an_order().amount;
    let mut way = Way::of("Any", price, get(async || ""), client(), Authorises);
    let at_once = town.shop.ask(&way, &an_order(), None).await;
    let why = "authorized, and not captured yet".to_owned();
    assert_eq!(at_once, Next::Retry(why));
    way.holds = true;
    let held = town.shop.ask(&way, &an_order(), None).await;
    assert_eq!(held, Next::Act(Standing::Authorised));
}

/// The answer to a void is lost: asking the provider tells how the payment stands.
#[tokio::test]
async fn a_void_of_unknown_outcome_is_known_by_asking() {
    let town = town().await;
    let (id, page) = town.order("Moka").await;
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
    let (id, _) = town.order("MobilePay").await;
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
