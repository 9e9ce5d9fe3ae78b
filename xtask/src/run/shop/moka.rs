//! Moka: its own card page, a browser that comes back with a proof, capture, void and refund.

use std::future::ready;

use async_trait::async_trait;
use axum::response::{IntoResponse as _, Redirect};
use payments_core::incoming::{Confirmation, Returns, Row};
use payments_moka::codes::{PageKind, VoidRefundReason};
use payments_moka::ext::{Started, Taking, returns};
use payments_moka::sandbox::Config;
use payments_moka::types::{Capture, CreatePage, PaymentKey, RefundAmount, RequestRefund, Void};
use payments_moka::{Client, Currency, Error, Money, Secret, Test, TestCredentials};

use super::Shop;
use super::orders::{Begun, Order};
use super::provider::{Holds, Provider, Till, Way};

/// Moka wants the buyer's address or the shop's; the shop's is the same for a repeat.
const CLIENT_IP: &str = "127.0.0.1";

pub(super) fn open(shop: &Shop, at: &str) -> Result<Way, Error> {
    let [dealer, user, password] = [Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD];
    let credentials = TestCredentials::new(dealer, user, password)?;
    let client = Client::builder(Test::at(at), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let (returns, orders) = (returns("sandbox", "shop"), shop.orders.clone());
    let route = payments_moka::axum::returned(
        shop.inbox.clone(),
        returns.clone(),
        // The token of the return address is the order's number, as nobody can guess it.
        move |token| {
            ready(
                orders
                    .find(&token)
                    .ok()
                    .flatten()
                    .as_ref()
                    .and_then(started),
            )
        },
        |event| {
            let order = event.map(|event| format!("orders/{}", event.reference));
            Redirect::to(&format!("/{}", order.unwrap_or_default())).into_response()
        },
    );
    let price = Money::from_minor(2_750, Currency::TRY);
    let mut way = Way::of("Moka", price, route, shop.till(client, returns));
    way.holds = Holds::OnDemand;
    Ok(way)
}

/// What the shop kept of a page.
fn started(order: &Order) -> Option<Started> {
    let secret = Secret::from(order.begun.secret.clone()?);
    Some(Started::new(&*order.id, &secret))
}

fn key(order: &Order) -> PaymentKey {
    PaymentKey::OtherTrxCode(order.id.clone())
}

#[async_trait]
impl Provider for Till<Client, Returns<Started>> {
    async fn start(&self, order: &Order, _page: &str, callback: &str) -> Result<Begun, Error> {
        let call = CreatePage::builder()
            .amount(order.amount)
            .other_trx_code(&*order.id)
            .kind(PageKind::CommonPaymentPage)
            .three_d(true)
            .pre_auth(order.reserve)
            .description("Bir kutu çay")
            .redirect_url(self.endpoint.url(callback, &order.id)?)
            .build()?;
        let reply = self.client.create_page(call).await?.into_inner();
        Ok(Begun {
            secret: Some(reply.code_for_hash.expose().clone()),
            ..Begun::at(&reply.url)
        })
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let kept = row.zip(started(order));
        let event = kept.and_then(|(row, kept)| self.endpoint.reread(row, &kept).ok());
        let (event, expected) = (event.as_ref(), order.expected());
        let found = self.client.confirm(event, &expected, Taking::Contracted);
        Ok(found.await?.map(drop))
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = Capture::builder()
            .payment(key(order))
            .amount(order.amount)
            .client_ip(CLIENT_IP)
            .build()?;
        self.client.capture(call).await.map(drop)
    }

    /// A void on the day of the payment; from the next day on a request for a refund.
    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let void = Void::builder()
            .payment(key(order))
            .client_ip(CLIENT_IP)
            .reason(VoidRefundReason::FromOutside)
            .build()?;
        match self.client.void(void).await {
            Err(Error::Refused(_)) => {}
            done => return done.map(drop),
        }
        let refund = RequestRefund::builder().payment(key(order));
        let refund = refund.amount(RefundAmount::Everything).build()?;
        self.client.request_refund(refund).await.map(drop)
    }
}
