//! Moka: its own card page, a browser that comes back with a proof, void and refund.

use std::future::ready;

use axum::response::Redirect;
use payments_core::incoming::Returns;
use payments_moka::sandbox::Config;
use payments_moka::{Client, Currency, Error, Money, Secret, Test, TestCredentials};
use payments_moka::{codes, ext, types};

use super::provider::{Begun, Confirmation, Operation, Order, Provider, Row, Shop, Till, Way};

/// Moka wants the buyer's address or the shop's; the shop's is the same for a repeat.
const CLIENT_IP: &str = "127.0.0.1";

pub(super) fn open(shop: &Shop, at: &dyn Fn(&str) -> String) -> Result<Way, Error> {
    let [dealer, user, password] = [Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD];
    let credentials = TestCredentials::new(dealer, user, password)?;
    let client = Client::builder(Test::at(at("moka")), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let (returns, orders) = (ext::returns("sandbox", "shop"), shop.orders.clone());
    let route = payments_moka::axum::returned(
        shop.inbox.clone(),
        returns.clone(),
        // The token of the return address is the order's number, as nobody can guess it.
        move |token| ready(orders.find(&token).ok().flatten().and_then(started)),
        |event| match event {
            Some(event) => Redirect::to(&format!("/orders/{}", event.reference)),
            None => Redirect::to("/"),
        },
    );
    let price = Money::from_minor(2_750, Currency::TRY);
    Ok(Way::of("Moka", price, route, client, returns))
}

/// What the shop kept of a page.
fn started(order: Order) -> Option<ext::Started> {
    let secret = Secret::from(order.begun.secret?);
    Some(ext::Started::new(order.id, &secret))
}

#[async_trait::async_trait]
impl Provider for Till<Client, Returns<ext::Started>> {
    async fn start(&self, order: &Order, _page: &str, callback: &str) -> Result<Begun, Error> {
        let call = types::CreatePage::builder()
            .amount(order.amount)
            .other_trx_code(&*order.id)
            .kind(codes::PageKind::CommonPaymentPage)
            .three_d(true)
            .pre_auth(false)
            .description("Bir kutu çay")
            .redirect_url(self.endpoint.url(callback, &order.id)?)
            .build()?;
        let reply = self.client.create_page(call).await?.into_inner();
        Ok(Begun {
            secret: Some(reply.code_for_hash.expose().clone()),
            ..Begun::at(reply.url.clone())
        })
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let kept = row.zip(started(order.clone()));
        let event = kept.and_then(|(row, kept)| self.endpoint.reread(row, &kept).ok());
        let (event, expected) = (event.as_ref(), order.expected());
        let found = self
            .client
            .confirm(event, &expected, ext::Taking::Contracted);
        Ok(found.await?.map(drop))
    }

    /// A void on the day of the payment; from the next day on a request for a refund.
    async fn refund(&self, order: &Order, _by: &Operation) -> Result<(), Error> {
        let payment = types::PaymentKey::OtherTrxCode(order.id.clone());
        let void = types::Void::builder()
            .payment(payment.clone())
            .client_ip(CLIENT_IP)
            .reason(codes::VoidRefundReason::FromOutside)
            .build()?;
        match self.client.void(void).await {
            Err(Error::Refused(_)) => {}
            done => return done.map(drop),
        }
        let refund = types::RequestRefund::builder().payment(payment);
        let refund = refund.amount(types::RefundAmount::Everything).build()?;
        self.client.request_refund(refund).await.map(drop)
    }
}
