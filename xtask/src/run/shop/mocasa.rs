//! Mocasa: a payment link, a signed webhook, a refund in full.

use async_trait::async_trait;
use axum::Router;
use payments_core::incoming::{KeyRing, Row, Verifier};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::axum::router;
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_mocasa::sandbox::Config;
use payments_mocasa::types::{CreateOrder, Refund};
use payments_mocasa::{Client, Credentials, Currency, Environment, Error, Money};

use super::orders::Order;
use super::provider::{Begun, Facts, Ground, Holds, Provider, Standing, journaled};
use crate::run::places;

static FACTS: Facts = Facts {
    name: "mocasa",
    title: "Mocasa",
    price: Money::from_minor(149_900, Currency::PHP),
    holds: Holds::Never,
    refunds: true,
    framed: false,
};

pub(super) struct Mocasa {
    client: Client,
    webhooks: Verifier<OrderWebhook>,
    ground: Ground,
}

journaled!(Mocasa);

impl Mocasa {
    pub(super) fn open(base_url: &str, ground: Ground) -> Result<Self, Error> {
        let credentials = Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET)?;
        let client = Client::builder(Environment::At(base_url.to_owned()), credentials).build()?;
        let keys = KeyRing::new("current", OrderWebhookKeys::new(Config::CLIENT_SECRET)?);
        Ok(Self {
            client: client.with_journal(ground.journal.clone()),
            webhooks: order_webhooks("sandbox", "shop", keys),
            ground,
        })
    }
}

#[async_trait]
impl Provider for Mocasa {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn routes(&self) -> Router {
        let (webhooks, inbox) = (self.webhooks.clone(), self.ground.inbox.clone());
        router(&places::callback_path(FACTS.name), webhooks, inbox)
    }

    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let call = CreateOrder::builder()
            .order_no(&*order.id)
            .amount(order.amount)
            .product_name("A tin of tea")
            .customer_id("guest")
            .return_url(self.ground.order_page(order))
            .build()?;
        let reply = self.client.create_order(call).await?;
        Ok(Begun {
            link: reply.into_inner().payment_link,
            ..Begun::default()
        })
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Standing, Error> {
        // The row was verified when it came in; here it is read again.
        let event = row.and_then(Row::inbound);
        let event = event.and_then(|raw| self.webhooks.verify(raw).ok());
        let expected = order.expected();
        Ok(self.client.confirm(event.as_ref(), &expected).await?.into())
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let call = Refund::builder()
            .order_no(&*order.id)
            .reason("returned by the buyer")
            .build()?;
        let call = self.client.prepare(call)?.operation(&*order.operation);
        self.client.send(call).await?;
        Ok(())
    }
}
