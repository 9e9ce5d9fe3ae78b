//! MoMo: its gateway page or its app, a signed IPN, capture and refund.

use async_trait::async_trait;
use axum::Router;
use payments_core::call::Resolve as _;
use payments_core::error::Misuse;
use payments_core::incoming::{Confirmation, KeyRing, Row, Verifier};
use payments_momo::axum::ipn;
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{Ipn, IpnKeys};
use payments_momo::sandbox::Config;
use payments_momo::types::{CaptureOrCancel, CreatePayment, Refund};
use payments_momo::{Client, Currency, Error, Money, Outcome, Test, TestCredentials};

use super::orders::Order;
use super::provider::{Begun, Facts, Ground, Holds, Provider, Standing, journaled};
use crate::run::places;

static FACTS: Facts = Facts {
    name: "momo",
    title: "MoMo",
    price: Money::from_minor(33_000, Currency::VND),
    holds: Holds::OnDemand,
    refunds: true,
    framed: false,
};

pub(super) struct Momo {
    client: Client,
    ipns: Verifier<Ipn>,
    ground: Ground,
}

journaled!(Momo);

impl Momo {
    pub(super) fn open(base_url: &str, ground: Ground) -> Result<Self, Error> {
        let [partner, access, secret] =
            [Config::PARTNER_CODE, Config::ACCESS_KEY, Config::SECRET_KEY];
        let credentials = TestCredentials::new(partner, access, secret)?;
        let client = Client::builder(Test::at(base_url), credentials).build()?;
        let keys = KeyRing::new("current", IpnKeys::new(access, secret)?);
        Ok(Self {
            client: client.with_journal(ground.journal.clone()),
            ipns: Verifier::new("sandbox", "shop", keys),
            ground,
        })
    }
}

#[async_trait]
impl Provider for Momo {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn routes(&self) -> Router {
        let route = ipn(self.ground.inbox.clone(), self.ipns.clone());
        Router::new().route(&places::callback_path(FACTS.name), route)
    }

    async fn start(&self, order: &Order) -> Result<Begun, Error> {
        let call = CreatePayment::builder()
            .request_id(format!("R-{}", order.id))
            .amount(order.amount)
            .order_id(&*order.id)
            .order_info("Một hộp trà")
            .redirect_url(self.ground.order_page(order))
            .ipn_url(self.ground.callback(FACTS.name))
            .request_type(RequestType::CaptureWallet)
            .auto_capture(!order.reserve)
            .build()?;
        let reply = self.client.create_payment(call).await?.into_inner();
        Ok(Begun {
            link: reply
                .pay_url
                .ok_or(Misuse::new("payUrl", "is not in the answer"))?,
            ..Begun::default()
        })
    }

    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Standing, Error> {
        let event = row.and_then(Row::inbound);
        let event = event.and_then(|raw| self.ipns.verify(raw).ok());
        Ok(
            match self
                .client
                .confirm(event.as_ref(), &order.expected())
                .await?
            {
                Confirmation::Open(reply) if reply.result_code.outcome() == Outcome::Authorised => {
                    Standing::Reserved
                }
                found => found.into(),
            },
        )
    }

    async fn refund(&self, order: &Order) -> Result<(), Error> {
        let payment = CreatePayment::query(&order.id)?;
        let payment = self.client.payment_status(payment).await?;
        let paid = payment
            .trans_id
            .ok_or(Misuse::new("transId", "is not in the answer"))?;
        let call = Refund::builder()
            .request_id(&*order.operation)
            .order_id(&*order.operation)
            .amount(order.amount)
            .trans_id(paid)
            .build()?;
        let call = self.client.prepare(call)?.operation(&*order.operation);
        self.client.send(call).await?;
        Ok(())
    }

    async fn capture(&self, order: &Order) -> Result<(), Error> {
        let call = CaptureOrCancel::builder()
            .request_id(&*order.operation)
            .order_id(&*order.id)
            .request_type(ConfirmType::Capture)
            .amount(order.amount)
            .build()?;
        let call = self.client.prepare(call)?.operation(&*order.operation);
        self.client.send(call).await?;
        Ok(())
    }
}
