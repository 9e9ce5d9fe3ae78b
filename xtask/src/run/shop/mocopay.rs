//! MoCoPay: an SMS that the operator bills, notifications that nobody signs, nothing to give back.

use async_trait::async_trait;
use axum::Router;
use payments_core::incoming::{CallerAuth, Receiver, Row};
use payments_core::store::StoreError;
use payments_mocopay::axum::session_notified;
use payments_mocopay::inbound::SessionNotification;
use payments_mocopay::sandbox::Config;
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment};
use payments_mocopay::{Client, Credentials, Currency, Environment, Error, Money, Stored};

use super::orders::{Order, Orders};
use super::provider::{Begun, Facts, Ground, Holds, Provider, Standing, journaled};
use crate::run::places;

static FACTS: Facts = Facts {
    name: "mocopay",
    title: "MoCoPay",
    // What the shop's catalogue says: MoCoPay names no amount, its product has one.
    price: Money::from_minor(150, Currency::EUR),
    holds: Holds::Never,
    refunds: false,
    framed: false,
};

pub(super) struct Mocopay {
    client: Client,
    notifications: Receiver<SessionNotification>,
    ground: Ground,
}

journaled!(Mocopay);

impl Mocopay {
    pub(super) fn open(base_url: &str, ground: Ground) -> Result<Self, Error> {
        let credentials = Credentials::new(Config::API_KEY, Config::API_SECRET)?;
        let client = Client::builder(Environment::At(base_url.to_owned()), credentials).build()?;
        // Live, these are MoCoPay's own addresses.
        let known = CallerAuth::address(["127.0.0.1".parse()?]);
        Ok(Self {
            client: client.with_journal(ground.journal.clone()),
            notifications: Receiver::new("sandbox", "shop", known),
            ground,
        })
    }
}

/// An id of its own for each payment, so that no other session counts for it.
fn buyer(order: &Order) -> String {
    format!("buyer-of-{}", order.id)
}

#[async_trait]
impl Provider for Mocopay {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn routes(&self) -> Router {
        let (inbox, receiver) = (self.ground.inbox.clone(), self.notifications.clone());
        let path = places::callback_path(FACTS.name);
        Router::new().route(&path, session_notified(inbox, receiver))
    }

    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let call = InitPayment::builder()
            .pid(Config::ONE_TIME)
            .mcc("999")
            .mnc("99")
            .user_id(buyer(order))
            .reference_id(&*order.id)
            .callback_url(self.ground.order_page(order))
            .notify_url(self.ground.callback(FACTS.name))
            .build()?;
        let reply = self.client.init_payment(call).await?;
        Ok(Begun {
            link: reply.into_inner().redirect_url,
            ..Begun::default()
        })
    }

    /// The row is about a session; which order it is for is a claim that confirming checks.
    fn order(&self, orders: &Orders, row: &Row) -> Result<Option<Order>, StoreError> {
        let told = self.notifications.reread(row).ok();
        let reference = told.and_then(|told| told.claims().reference_id.clone());
        orders.find(&reference.unwrap_or_default())
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Standing, Error> {
        let stored = Stored::of_buyer(order.expected(), Config::ONE_TIME, &buyer(order));
        let session = match row {
            Some(row) => row.reference().to_owned(),
            None => {
                let by = VerifyBy::UserId(buyer(order));
                let query = VerifyPayment::builder().by(by).build()?;
                let found = self.client.verify_payment(query).await?;
                found.into_inner().session_id.unwrap_or_default()
            }
        };
        Ok(self.client.confirm(&session, &stored).await?.into())
    }
}
