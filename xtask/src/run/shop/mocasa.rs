//! Mocasa: a payment link, a signed webhook, a refund in full.

use payments_core::incoming::{KeyRing, Verifier};
use payments_mocasa::sandbox::Config;
use payments_mocasa::{Client, Credentials, Currency, Environment, Error, Money};
use payments_mocasa::{auth, axum, inbound, types};

use super::provider::{Begun, Confirmation, Operation, Order, Provider, Row, Shop, Till, Way};

pub(super) fn open(shop: &Shop, at: &dyn Fn(&str) -> String) -> Result<Way, Error> {
    let credentials = Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET)?;
    let client = Client::builder(Environment::At(at("mocasa")), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let keys = inbound::OrderWebhookKeys::new(Config::CLIENT_SECRET)?;
    let webhooks = auth::order_webhooks("sandbox", "shop", KeyRing::new("current", keys));
    let route = axum::route(webhooks.clone(), shop.inbox.clone());
    let price = Money::from_minor(149_900, Currency::PHP);
    Ok(Way::of("Mocasa", price, route, client, webhooks))
}

#[async_trait::async_trait]
impl Provider for Till<Client, Verifier<inbound::OrderWebhook>> {
    async fn start(&self, order: &Order, page: &str, _callback: &str) -> Result<Begun, Error> {
        let call = types::CreateOrder::builder()
            .order_no(&*order.id)
            .amount(order.amount)
            .product_name("A tin of tea")
            .customer_id("guest")
            .return_url(page)
            .build()?;
        let reply = self.client.create_order(call).await?;
        Ok(Begun::at(reply.payment_link.clone()))
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let event = row.and_then(|row| self.endpoint.reread(row).ok());
        let expected = order.expected();
        let found = self.client.confirm(event.as_ref(), &expected);
        Ok(found.await?.map(drop))
    }

    async fn refund(&self, order: &Order, _by: &Operation) -> Result<(), Error> {
        let call = types::Refund::builder().order_no(&*order.id);
        let call = call.reason("returned by the buyer").build()?;
        self.client.refund(call).await.map(drop)
    }
}
