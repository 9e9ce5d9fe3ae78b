//! Mocasa's whole flow: order, payment page, webhook, confirmation, delivery, refund, payout, sweep.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use payments_core::Decimal;
use payments_core::incoming::{
    AmountClaim, Basis, Confirmation, Expected, Inbox, KeyRing, Outcome, Row, Verifier,
};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_mocasa::sandbox::{Config, Sandbox, start};
use payments_mocasa::types::{
    ApplyToken, CreateBeneficiary, CreateOrder, OrderStatus, Refund, Transfer, TransferStatus,
};
use payments_mocasa::{Client, Credentials, Currency, Environment, Money};

use super::report::{ProviderReport, ensure};
use crate::complain;

const KEY: &str = "demo-client-key";
const SECRET: &str = "demo-client-secret-of-no-value";
const PAID: &str = "DEMO-1001";
const SWEPT: &str = "DEMO-1002";
const PAYOUT: &str = "DEMO-T-1";

/// What the client believes to have happened: kind, reference, amount.
type Beliefs = Vec<(&'static str, String, Option<Money>)>;

struct Shop {
    sandbox: Sandbox,
    client: Client,
    verifier: Verifier<OrderWebhook>,
    inbox: Inbox,
    deliveries: Arc<AtomicUsize>,
    browser: reqwest::Client,
    amount: Money,
    payout: Money,
    beliefs: Beliefs,
}

/// Runs all steps; stops at the first that fails, because the next ones build on it.
pub(super) async fn run() -> ProviderReport {
    let mut report = ProviderReport::new("mocasa");
    let mut shop = None;
    if let Some(opened) = report.step("sandbox", open()).await {
        let shop = shop.insert(opened);
        // The answer is in the report.
        let _ = steps(&mut report, shop).await;
    }
    if let Some(shop) = &shop {
        let agrees = report.step("ledger", compare(shop)).await;
        report.ledger(agrees.is_some());
    }
    report
}

async fn steps(report: &mut ProviderReport, shop: &mut Shop) -> Option<()> {
    report.step("token", shop.token()).await?;
    let link = report.step("create_order", shop.create(PAID)).await?;
    shop.believe("order", PAID, Some(shop.amount));
    report.step("buyer_pays", shop.pay(&link)).await?;
    shop.believe("payment", PAID, Some(shop.amount));
    report.step("webhook", shop.webhook_twice()).await?;
    report.step("confirm", shop.confirm()).await?;
    report.step("act_once", shop.act_once()).await?;
    report.step("refund", shop.refund()).await?;
    shop.believe("refund", PAID, Some(shop.amount));
    let account = report.step("beneficiary", shop.beneficiary()).await?;
    shop.believe("beneficiary", &account, None);
    report.step("transfer", shop.transfer(&account)).await?;
    shop.believe("transfer", PAYOUT, Some(shop.payout));
    report
        .step("transfer_status", shop.transfer_status())
        .await?;
    report.step("sweep", shop.sweep()).await?;
    shop.believe("order", SWEPT, Some(shop.amount));
    shop.believe("payment", SWEPT, Some(shop.amount));
    Some(())
}

type Done<T> = Result<(T, String), String>;

fn said(error: impl Display) -> String {
    error.to_string()
}

async fn open() -> Done<Shop> {
    let sandbox = start(Config::new().credentials(KEY, SECRET)).map_err(said)?;
    let base_url = sandbox.base_url().to_owned();
    let client = Client::builder(
        Environment::At(base_url.clone()),
        Credentials::new(KEY, SECRET).map_err(said)?,
    )
    .build()
    .map_err(said)?;
    let keys = KeyRing::new("demo", OrderWebhookKeys::new(SECRET).map_err(said)?);
    let verifier = order_webhooks("sandbox", "demo", keys);
    let inbox = Inbox::in_memory();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(said)?;
    let address = listener.local_addr().map_err(said)?;
    let app = payments_mocasa::axum::router("/webhooks", verifier.clone(), inbox.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    sandbox
        .control()
        .set_webhook(&format!("http://{address}/webhooks"))
        .map_err(said)?;
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(said)?;
    let shop = Shop {
        sandbox,
        client,
        verifier,
        inbox,
        deliveries: Arc::default(),
        browser,
        amount: Money::from_decimal("1499.00", Currency::PHP).map_err(said)?,
        payout: Money::from_decimal("250.50", Currency::PHP).map_err(said)?,
        beliefs: Vec::new(),
    };
    Ok((shop, format!("at {base_url}")))
}

impl Shop {
    fn believe(&mut self, kind: &'static str, reference: &str, amount: Option<Money>) {
        self.beliefs.push((kind, reference.to_owned(), amount));
    }

    fn expected(&self, order_no: &str) -> Expected {
        Expected::new(order_no, self.amount)
    }

    /// The client fetches tokens by itself; here one is asked for by hand.
    async fn token(&self) -> Done<()> {
        let call = ApplyToken::builder()
            .client_key(KEY)
            .client_secret(SECRET)
            .build()
            .map_err(said)?;
        let request = payments_core::call::Call::request(&call).map_err(said)?;
        let response = self.client.raw_read(request).await.map_err(said)?;
        let reply = payments_core::call::Call::reply(&call, &response)
            .map_err(|fault| format!("{fault:?}"))?;
        ensure(
            !reply.access_token.expose().is_empty(),
            "the token is empty",
        )?;
        Ok(((), "issued".to_owned()))
    }

    async fn create(&self, order_no: &str) -> Done<String> {
        let order = CreateOrder::builder()
            .order_no(order_no)
            .amount(self.amount)
            .product_name("Rice cooker")
            .customer_id("customer-7")
            .return_url("https://shop.example/return")
            .build()
            .map_err(said)?;
        let reply = self.client.create_order(order).await.map_err(said)?;
        let note = format!("{order_no}, {}", self.amount);
        Ok((reply.into_inner().payment_link, note))
    }

    /// What the buyer's browser does: open the page, press the button, be sent back.
    async fn pay(&self, link: &str) -> Done<()> {
        let page = self.browser.get(link).send().await.map_err(said)?;
        let html = page.text().await.map_err(said)?;
        ensure(html.contains(PAID), "the page does not name the order")?;
        let pressed = self
            .browser
            .post(link)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("choice=pay")
            .send()
            .await
            .map_err(said)?;
        let back = pressed
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        ensure(
            back == "https://shop.example/return",
            "the buyer is not sent back to the shop",
        )?;
        Ok(((), format!("on the page, then back to {back}")))
    }

    async fn webhook_twice(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.callbacks().idle().await;
        control.resend_webhook(PAID).map_err(said)?;
        control.callbacks().idle().await;
        let answers: Vec<Option<u16>> = control
            .webhooks(PAID)
            .iter()
            .flat_map(|delivery| delivery.attempts().iter().map(|attempt| attempt.status()))
            .collect();
        ensure(
            answers.len() >= 2 && answers.iter().all(|status| *status == Some(200)),
            format!("the webhooks were answered {answers:?}"),
        )?;
        Ok((
            (),
            format!("{} deliveries, all answered 200", answers.len()),
        ))
    }

    /// A look at the query before the inbox is worked off.
    async fn confirm(&self) -> Done<()> {
        let confirmation = self
            .client
            .confirm(None, &self.expected(PAID))
            .await
            .map_err(said)?;
        let confirmed = confirmation.confirmed().ok_or("not confirmed as paid")?;
        ensure(
            confirmed.basis() == Basis::Queried { amount: false },
            "confirmed on another basis than the query",
        )?;
        Ok(((), format!("by query: {}", confirmed.tx_status)))
    }

    async fn act_once(&self) -> Done<()> {
        let worked = self.inbox.work(|row| self.deliver(row)).await;
        let delivered = self.deliveries.load(Ordering::SeqCst);
        ensure(
            delivered == 1 && worked.done == 1 && worked.retried == 0,
            format!("delivered {delivered} times, {worked:?}"),
        )?;
        Ok(((), "delivered once".to_owned()))
    }

    /// The shop's handler: confirm, then deliver.
    async fn deliver(&self, row: Row) -> Outcome {
        if row.settled_before() {
            return Outcome::Done;
        }
        let expected = self.expected(row.reference());
        let event = row.inbound().and_then(|raw| self.verifier.verify(raw).ok());
        match self.client.confirm(event.as_ref(), &expected).await {
            Ok(Confirmation::Confirmed(order)) => {
                // Nobody signs it, so it decides nothing; a difference is for people to look at.
                if order.amount_claim() == AmountClaim::Differs {
                    complain(&format!(
                        "the webhook of {} states another amount",
                        row.reference()
                    ));
                }
                self.deliveries.fetch_add(1, Ordering::SeqCst);
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("not confirmed".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    async fn refund(&self) -> Done<()> {
        let refund = Refund::builder()
            .order_no(PAID)
            .reason("returned by the buyer")
            .build()
            .map_err(said)?;
        let reply = self.client.refund(refund).await.map_err(said)?;
        let text = reply.refund_ref.clone().unwrap_or_default();
        Ok(((), format!("in full, {text}")))
    }

    async fn beneficiary(&self) -> Done<String> {
        let beneficiary = CreateBeneficiary::builder()
            .id_type("TIN")
            .id_no("123-456-789")
            .beneficiary_name("Juan dela Cruz")
            .phone("09170000000")
            .business_license("BL-1")
            .shop_name("Sari-sari")
            .build()
            .map_err(said)?;
        let reply = self
            .client
            .create_beneficiary(beneficiary)
            .await
            .map_err(said)?;
        let account = reply.account_no.clone();
        let note = format!("account {account}");
        Ok((account, note))
    }

    async fn transfer(&self, account: &str) -> Done<()> {
        let transfer = Transfer::builder()
            .transfer_serial_no(PAYOUT)
            .amount(self.payout)
            .payee_account_no(account)
            .purpose("weekly payout")
            .build()
            .map_err(said)?;
        let reply = self.client.transfer(transfer).await.map_err(said)?;
        Ok(((), format!("{}: {}", self.payout, reply.tx_status)))
    }

    async fn transfer_status(&self) -> Done<()> {
        let query = TransferStatus::builder()
            .transfer_serial_no(PAYOUT)
            .build()
            .map_err(said)?;
        let reply = self.client.transfer_status(query).await.map_err(said)?;
        ensure(
            reply.tx_status.as_str() == "success",
            format!("the transfer is {}", reply.tx_status),
        )?;
        Ok(((), reply.tx_status.to_string()))
    }

    /// An order is paid, its webhook never comes, and asking finds it; the late webhook is a repeat.
    async fn sweep(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.suppress_webhooks(true);
        let before = self.deliveries.load(Ordering::SeqCst);
        self.create(SWEPT).await?;
        control.pay(SWEPT).map_err(said)?;
        control.callbacks().idle().await;
        let waiting = self.inbox.work(|row| self.deliver(row)).await;
        ensure(
            waiting.done == 0,
            "a webhook came although it was suppressed",
        )?;
        let query = OrderStatus::builder()
            .order_no(SWEPT)
            .build()
            .map_err(said)?;
        let status = self.client.order_status(query).await.map_err(said)?;
        let _ = self.inbox.accept_found::<OrderWebhook>(
            self.verifier.scope(),
            SWEPT,
            &[SWEPT, status.tx_status.as_str()],
        );
        self.inbox.work(|row| self.deliver(row)).await;
        control.suppress_webhooks(false);
        control.resend_webhook(SWEPT).map_err(said)?;
        control.callbacks().idle().await;
        self.inbox.work(|row| self.deliver(row)).await;
        let delivered = self
            .deliveries
            .load(Ordering::SeqCst)
            .saturating_sub(before);
        ensure(delivered == 1, format!("delivered {delivered} times"))?;
        Ok(((), format!("{SWEPT} found and delivered once")))
    }
}

/// The sandbox's ledger against what the client believes, in both directions.
async fn compare(shop: &Shop) -> Done<()> {
    let ledger = shop.sandbox.control().ledger();
    let mut believed = shop.beliefs.clone();
    for effect in ledger.effects() {
        let amount = effect
            .amount()
            .map(|text| text.parse::<Decimal>().map_err(said))
            .transpose()?;
        let at = believed.iter().position(|(kind, reference, money)| {
            *kind == effect.kind()
                && reference == effect.reference()
                && money.map(Decimal::from) == amount
        });
        let Some(at) = at else {
            return Err(format!(
                "the ledger has a {} of {} that the client does not know",
                effect.kind(),
                effect.reference()
            ));
        };
        believed.remove(at);
    }
    if let Some((kind, reference, _)) = believed.first() {
        return Err(format!("the ledger lacks the {kind} of {reference}"));
    }
    Ok(((), format!("{} effects", ledger.effects().len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ledger_that_says_more_or_less_does_not_agree() {
        let (mut shop, _) = open().await.unwrap();
        assert!(compare(&shop).await.is_ok());
        shop.create(PAID).await.unwrap();
        let more = compare(&shop).await.unwrap_err();
        assert!(more.contains("does not know"), "{more}");
        shop.believe("order", PAID, Some(shop.amount));
        assert!(compare(&shop).await.is_ok());
        shop.believe("payment", PAID, Some(shop.amount));
        let less = compare(&shop).await.unwrap_err();
        assert!(less.contains("lacks"), "{less}");
    }
}
