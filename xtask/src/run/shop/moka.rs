//! Moka: its own card page, a browser that comes back with a proof, capture, void and refund.

use std::future::ready;

use async_trait::async_trait;
use axum::Router;
use axum::response::{IntoResponse as _, Redirect};
use payments_core::incoming::{Returns, Row};
use payments_moka::codes::{PageKind, VoidRefundReason};
use payments_moka::ext::{self, Started, Taking};
use payments_moka::sandbox::Config;
use payments_moka::types::{Capture, CreatePage, PaymentKey, RefundAmount, RequestRefund, Void};
use payments_moka::{Client, Currency, Error, Money, Secret, Test, TestCredentials};

use super::orders::{Order, Orders};
use super::provider::{Begun, Facts, Ground, Holds, Provider, Standing, journaled};
use crate::run::places;

static FACTS: Facts = Facts {
    name: "moka",
    title: "Moka",
    price: Money::from_minor(2_750, Currency::TRY),
    holds: Holds::OnDemand,
    refunds: true,
    framed: false,
};

/// Moka wants the buyer's address or the shop's; the shop's is the same for a repeat.
const CLIENT_IP: &str = "127.0.0.1";

pub(super) struct Moka {
    client: Client,
    returns: Returns<Started>,
    ground: Ground,
}

journaled!(Moka);

impl Moka {
    pub(super) fn open(base_url: &str, ground: Ground) -> Result<Self, Error> {
        let [dealer, user, password] = [Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD];
        let credentials = TestCredentials::new(dealer, user, password)?;
        let client = Client::builder(Test::at(base_url), credentials).build()?;
        Ok(Self {
            client: client.with_journal(ground.journal.clone()),
            returns: ext::returns("sandbox", "shop"),
            ground,
        })
    }
}

/// What the shop kept of a page: its number is the token of the return address, as nobody can guess it.
fn started(orders: &Orders, token: &str) -> Option<Started> {
    let order = orders.find(token).ok()??;
    Some(Started::new(order.id, &Secret::from(order.secret?)))
}

fn key(order: &Order) -> PaymentKey {
    PaymentKey::OtherTrxCode(order.id.clone())
}

#[async_trait]
impl Provider for Moka {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn routes(&self) -> Router {
        let (inbox, orders) = (self.ground.inbox.clone(), self.ground.orders.clone());
        let route = payments_moka::axum::returned(
            inbox,
            self.returns.clone(),
            move |token| ready(started(&orders, &token)),
            |event| match event {
                Some(event) => {
                    Redirect::to(&format!("/orders/{}", event.reference)).into_response()
                }
                None => Redirect::to("/").into_response(),
            },
        );
        Router::new().route(&places::callback_path(FACTS.name), route)
    }

    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let address = self.ground.callback(FACTS.name);
        let call = CreatePage::builder()
            .amount(order.amount)
            .other_trx_code(&*order.id)
            .kind(PageKind::CommonPaymentPage)
            .three_d(true)
            .pre_auth(order.reserve)
            .description("Bir kutu çay")
            .redirect_url(self.returns.url(&address, &order.id)?)
            .build()?;
        let reply = self.client.create_page(call).await?.into_inner();
        Ok(Begun {
            link: reply.url,
            payment: None,
            secret: Some(reply.code_for_hash.expose().clone()),
        })
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Standing, Error> {
        let event = row.and_then(Row::inbound).and_then(|raw| {
            let started = started(&self.ground.orders, &order.id)?;
            self.returns.verify(raw, &started).ok()
        });
        let (event, taking) = (event.as_ref(), Taking::Contracted);
        let found = self
            .client
            .confirm(event, &order.expected(), taking)
            .await?;
        Ok(match found {
            ext::Standing::Paid(_) => Standing::Paid,
            ext::Standing::Authorised(_) => Standing::Reserved,
            ext::Standing::Declined(_) => Standing::Declined,
            ext::Standing::Voided(_) | ext::Standing::Refunded(_) => Standing::Refunded,
            ext::Standing::Differs(_) => Standing::differs(),
            _ => Standing::Open("not paid yet".to_owned()),
        })
    }

    /// A void on the day of the payment; from the next day on a request for a refund.
    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let void = Void::builder()
            .payment(key(order))
            .client_ip(CLIENT_IP)
            .reason(VoidRefundReason::FromOutside)
            .build()?;
        let void = self.client.prepare(void)?.operation(&*order.operation);
        match self.client.send(void).await {
            Ok(_) => return Ok(()),
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        let refund = RequestRefund::builder()
            .payment(key(order))
            .amount(RefundAmount::Everything)
            .build()?;
        let refund = self.client.prepare(refund)?.operation(&*order.operation);
        self.client.send(refund).await?;
        Ok(())
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = Capture::builder()
            .payment(key(order))
            .amount(order.amount)
            .client_ip(CLIENT_IP)
            .build()?;
        let call = self.client.prepare(call)?.operation(&*order.operation);
        self.client.send(call).await?;
        Ok(())
    }
}
