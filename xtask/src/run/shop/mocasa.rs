//! Mocasa: a payment link, a signed webhook, a refund in full.

use async_trait::async_trait;
use payments_core::incoming::{Confirmation, KeyRing, Row, Verifier};
use payments_mocasa::sandbox::Config;
use payments_mocasa::{Client, Credentials, Currency, Environment, Error, Money};
use payments_mocasa::{auth, axum, inbound, types};

use super::orders::{Begun, Order};
use super::provider::{Ground, Provider, Till, Way};

pub(super) fn open(ground: Ground) -> Result<Way, Error> {
    let credentials = Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET)?;
    let service = Environment::At(ground.base_url.clone());
    let client = Client::builder(service, credentials).build()?;
    let client = client.with_journal(ground.journal.clone());
    let keys = inbound::OrderWebhookKeys::new(Config::CLIENT_SECRET)?;
    let webhooks = auth::order_webhooks("sandbox", "shop", KeyRing::new("current", keys));
    let route = axum::route(webhooks.clone(), ground.inbox.clone());
    let price = Money::from_minor(149_900, Currency::PHP);
    let till = ground.till(client, webhooks);
    Ok(Way::of("Mocasa", price, route, till))
}

#[async_trait]
impl Provider for Till<Client, Verifier<inbound::OrderWebhook>> {
    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let call = types::CreateOrder::builder()
            .order_no(&*order.id)
            .amount(order.amount)
            .product_name("A tin of tea")
            .customer_id("guest")
            .return_url(self.ground.order_page(order))
            .build()?;
        let reply = self.client.create_order(call).await?;
        Ok(Begun::at(&reply.payment_link))
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let event = row.and_then(|row| self.endpoint.reread(row).ok());
        let expected = order.expected();
        let found = self.client.confirm(event.as_ref(), &expected);
        Ok(found.await?.map(drop))
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let call = types::Refund::builder().order_no(&*order.id);
        let call = call.reason("returned by the buyer").build()?;
        self.client.call_as(&*order.operation, call).await.map(drop)
    }
}
