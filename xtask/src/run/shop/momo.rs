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

use super::orders::{Begun, Order};
use super::provider::{Ground, Holds, Provider, Till, Way};

pub(super) fn open(ground: Ground) -> Result<Way, Error> {
    let [partner, access, secret] = [Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY];
    let credentials = TestCredentials::new(partner, access, secret)?;
    let client = Client::builder(Test::at(&ground.base_url), credentials).build()?;
    let client = client.with_journal(ground.journal.clone());
    let keys = KeyRing::new("current", IpnKeys::new(access, secret)?);
    let ipns = Verifier::new("sandbox", "shop", keys);
    let route = payments_momo::axum::ipn(ground.inbox.clone(), ipns.clone());
    let price = Money::from_minor(33_000, Currency::VND);
    let till = ground.till(client, ipns);
    let mut way = Way::of("MoMo", price, route, till);
    way.holds = Holds::OnDemand;
    Ok(way)
}

#[async_trait]
impl Provider for Till<Client, Verifier<Ipn>> {
    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let call = CreatePayment::builder()
            .request_id(format!("R-{}", order.id))
            .amount(order.amount)
            .order_id(&*order.id)
            .order_info("Một hộp trà")
            .redirect_url(self.ground.order_page(order))
            .ipn_url(self.ground.callback())
            .request_type(RequestType::CaptureWallet)
            .auto_capture(!order.reserve)
            .build()?;
        let reply = self.client.create_payment(call).await?;
        let missing = || Misuse::new("payUrl", "is not in the answer");
        Ok(Begun::at(reply.pay_url.as_ref().ok_or_else(missing)?))
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
        self.client.call_as(&*order.operation, call).await.map(drop)
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let payment = CreatePayment::query(&order.id)?;
        let payment = self.client.payment_status(payment).await?;
        let paid = payment.trans_id;
        let call = Refund::builder()
            .request_id(&*order.operation)
            .order_id(&*order.operation)
            .amount(order.amount)
            .trans_id(paid.ok_or(Misuse::new("transId", "is not in the answer"))?)
            .build()?;
        self.client.call_as(&*order.operation, call).await.map(drop)
    }
}
