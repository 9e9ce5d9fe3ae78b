//! MoMo: its gateway page or its app, a signed IPN, a refund.

use payments_core::call::Resolve as _;
use payments_core::error::Misuse;
use payments_core::incoming::{KeyRing, Verifier};
use payments_momo::sandbox::Config;
use payments_momo::{Client, Currency, Error, Money, Test, TestCredentials};
use payments_momo::{axum, codes, inbound, types};

use super::provider::{Begun, Confirmation, Operation, Order, Provider, Row, Shop, Till, Way};

pub(super) fn open(shop: &Shop, at: &dyn Fn(&str) -> String) -> Result<Way, Error> {
    let [partner, access, secret] = [Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY];
    let credentials = TestCredentials::new(partner, access, secret)?;
    let client = Client::builder(Test::at(at("momo")), credentials).build()?;
    let client = client.with_journal(shop.journal.clone());
    let keys = KeyRing::new("current", inbound::IpnKeys::new(access, secret)?);
    let ipns = Verifier::new("sandbox", "shop", keys);
    let route = axum::ipn(shop.inbox.clone(), ipns.clone());
    let price = Money::from_minor(33_000, Currency::VND);
    Ok(Way::of("MoMo", price, route, client, ipns))
}

#[async_trait::async_trait]
impl Provider for Till<Client, Verifier<inbound::Ipn>> {
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error> {
        let call = types::CreatePayment::builder()
            .request_id(format!("R-{}", order.id))
            .amount(order.amount)
            .order_id(&*order.id)
            .order_info("Một hộp trà")
            .redirect_url(page)
            .ipn_url(callback)
            .request_type(codes::RequestType::CaptureWallet)
            .auto_capture(true)
            .build()?;
        let reply = self.client.create_payment(call).await?;
        Ok(Begun::at(reply.pay_url.clone()))
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error> {
        let event = row.and_then(|row| self.endpoint.reread(row).ok());
        let expected = order.expected();
        let found = self.client.confirm(event.as_ref(), &expected);
        Ok(found.await?.map(drop))
    }

    async fn refund(&self, order: &Order, by: &Operation) -> Result<(), Error> {
        let payment = types::CreatePayment::query(&order.id)?;
        let payment = self.client.payment_status(payment).await?;
        let missing = Misuse::new("transId", "is not in the answer");
        let call = types::Refund::builder()
            .request_id(by.id())
            .order_id(by.id())
            .amount(order.amount)
            .trans_id(payment.trans_id.ok_or(missing)?)
            .build()?;
        self.client.refund(call).await.map(drop)
    }
}
