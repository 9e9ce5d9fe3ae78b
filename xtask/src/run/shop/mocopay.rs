//! MoCoPay: an SMS that the operator bills, notifications that nobody signs, nothing to give back.

use payments_core::incoming::{CallerAuth, Receiver};
use payments_mocopay::sandbox::Config;
use payments_mocopay::{Client, Credentials, Currency, Environment, Error, Money, Stored};
use payments_mocopay::{axum, inbound, types};

use super::provider::{Begun, Confirmation, Order, Provider, Row, Shop, Till, Way};

pub(super) fn open(shop: &Shop, at: &dyn Fn(&str) -> String) -> Result<Way, Error> {
    let credentials = Credentials::new(Config::API_KEY, Config::API_SECRET)?;
    // Its calls are below this path, and it is signed along.
    let service = Environment::At(at("mocopay") + "/v1/payment");
    let client = Client::builder(service, credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    // Live, these are MoCoPay's own addresses.
    let known = CallerAuth::address(["127.0.0.1".parse()?]);
    let notifications = Receiver::new("sandbox", "shop", known);
    let route = axum::session_notified(shop.inbox.clone(), notifications.clone());
    // What the shop's catalogue says: MoCoPay names no amount, its product has one.
    let price = Money::from_minor(150, Currency::EUR);
    let mut way = Way::of("MoCoPay", price, route, client, notifications);
    way.refunds = false;
    Ok(way)
}

#[async_trait::async_trait]
impl Provider for Till<Client, Receiver<inbound::SessionNotification>> {
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error> {
        let call = types::InitPayment::builder()
            .pid(Config::ONE_TIME)
            .mcc("999")
            .mnc("99")
            // A buyer of its own for each payment, so that no other session counts for it.
            .user_id(&*order.id)
            .reference_id(&*order.id)
            .callback_url(page)
            .notify_url(callback)
            .build()?;
        let reply = self.client.init_payment(call).await?;
        Ok(Begun::at(reply.redirect_url.clone()))
    }

    /// The row is about a session; which order it is for is a claim that confirming checks.
    fn about(&self, row: &Row) -> String {
        let told = self.endpoint.reread(row).ok();
        let order = told.and_then(|told| told.claims().reference_id.clone());
        order.unwrap_or_default()
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let stored = Stored::of_buyer(order.expected(), Config::ONE_TIME, &order.id);
        let found = self.client.confirm(row.map(Row::reference), &stored);
        Ok(found.await?.map(drop))
    }
}
