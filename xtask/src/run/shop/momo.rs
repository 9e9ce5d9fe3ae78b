//! MoMo: its gateway page or its app, a signed IPN, capture and refund.

use async_trait::async_trait;
use payments_core::call::Resolve as _;
use payments_core::error::Misuse;
use payments_core::incoming::{Confirmation, KeyRing, Row, Verifier};
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{Ipn, IpnKeys};
use payments_momo::sandbox::Config;
use payments_momo::types::{CaptureOrCancel, CreatePayment, Refund};
use payments_momo::{Client, Currency, Error, Money, Test, TestCredentials};

use super::Shop;
use super::orders::{Begun, Order};
use super::provider::{Holds, Provider, Till, Way};

pub(super) fn open(shop: &Shop, at: &str) -> Result<Way, Error> {
    let [partner, access, secret] = [Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY];
    let credentials = TestCredentials::new(partner, access, secret)?;
    let client = Client::builder(Test::at(at), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let keys = KeyRing::new("current", IpnKeys::new(access, secret)?);
    let ipns = Verifier::new("sandbox", "shop", keys);
    let route = payments_momo::axum::ipn(shop.inbox.clone(), ipns.clone());
    let price = Money::from_minor(33_000, Currency::VND);
    let mut way = Way::of("MoMo", price, route, shop.till(client, ipns));
    way.holds = Holds::OnDemand;
    Ok(way)
}

#[async_trait]
impl Provider for Till<Client, Verifier<Ipn>> {
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error> {
        let call = CreatePayment::builder()
            .request_id(format!("R-{}", order.id))
            .amount(order.amount)
            .order_id(&*order.id)
            .order_info("Một hộp trà")
            .redirect_url(page)
            .ipn_url(callback)
            .request_type(RequestType::CaptureWallet)
            .auto_capture(!order.reserve)
            .build()?;
        let reply = self.client.create_payment(call).await?;
        let missing = Misuse::new("payUrl", "is not in the answer");
        Ok(Begun::at(reply.pay_url.as_ref().ok_or(missing)?))
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let event = row.and_then(|row| self.endpoint.reread(row).ok());
        let expected = order.expected();
        let found = self.client.confirm(event.as_ref(), &expected);
        Ok(found.await?.map(drop))
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = CaptureOrCancel::builder()
            .request_id(&*order.operation)
            .order_id(&*order.id)
            .request_type(ConfirmType::Capture)
            .amount(order.amount)
            .build()?;
        self.client.capture_or_cancel(call).await.map(drop)
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let payment = CreatePayment::query(&order.id)?;
        let payment = self.client.payment_status(payment).await?;
        let missing = Misuse::new("transId", "is not in the answer");
        let call = Refund::builder()
            .request_id(&*order.operation)
            .order_id(&*order.operation)
            .amount(order.amount)
            .trans_id(payment.trans_id.ok_or(missing)?)
            .build()?;
        self.client.refund(call).await.map(drop)
    }
}
