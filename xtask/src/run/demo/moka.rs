//! Moka's whole flow: page, 3-D step, return, confirmation, delivery, capture, void, refunds, pool,
//! sweep.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payments_core::incoming::{Basis, Confirmation, Expected, Inbox, Outcome, Returns, Row};
use payments_core::sandbox::encode_form;
use payments_core::{Decimal, Reply};
use payments_moka::codes::{PageKind, VoidRefundReason};
use payments_moka::ext::{self, Returned, Started, Taking};
use payments_moka::sandbox::{Config, Sandbox, SandboxClock, start};
use payments_moka::types::{
    ApprovePoolPayment, Capture, CreatePage, PaymentDetailsReply, PaymentKey, RefundAmount,
    RequestRefund, UndoPoolApproval, Void,
};
use payments_moka::{Client, Currency, Money, Test, TestCredentials, unguessable};

use super::report::{ProviderReport, ensure};

const DEALER: &str = "1730";
const USER: &str = "demo-api";
const PASSWORD: &str = "demo-şifre-of-no-value";
const PAID: &str = "DEMO-1001";
const AUTHORISED: &str = "DEMO-1002";
const VOIDED: &str = "DEMO-1003";
const POOLED: &str = "DEMO-1004";
const SWEPT: &str = "DEMO-1005";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the client believes to have happened: kind, reference, amount.
type Beliefs = Vec<(&'static str, &'static str, Money)>;

/// What the shop's database has: pages by token.
type Pages = Arc<Mutex<HashMap<String, Started>>>;

struct Shop {
    sandbox: Sandbox,
    client: Client,
    returns: Returns<Started>,
    address: String,
    pages: Pages,
    inbox: Inbox,
    deliveries: AtomicUsize,
    browser: reqwest::Client,
    amount: Money,
    part: Money,
    beliefs: Beliefs,
}

/// Runs all steps; stops at the first that fails, because the next ones build on it.
pub(super) async fn run() -> ProviderReport {
    let mut report = ProviderReport::new("moka");
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
    let (whole, part) = (shop.amount, shop.part);
    let url = report.step("create_page", shop.create(PAID)).await?;
    shop.believe("page", PAID, whole);
    let form = report.step("buyer_pays", shop.pay(&url)).await?;
    shop.believe("payment", PAID, whole);
    report.step("return", shop.come_back_twice(&form)).await?;
    report.step("confirm", shop.confirm()).await?;
    report.step("act_once", shop.act_once()).await?;
    report.step("pre_authorise", shop.authorise()).await?;
    shop.believe("page", AUTHORISED, whole);
    shop.believe("authorisation", AUTHORISED, whole);
    report.step("capture", shop.capture()).await?;
    shop.believe("capture", AUTHORISED, whole);
    report.step("void", shop.void()).await?;
    shop.believe("page", VOIDED, whole);
    shop.believe("payment", VOIDED, whole);
    shop.believe("void", VOIDED, whole);
    report.step("pool_payment", shop.hold()).await?;
    shop.believe("page", POOLED, whole);
    shop.believe("payment", POOLED, whole);
    report.step("approve_and_undo", shop.approve()).await?;
    shop.believe("pool_approval", POOLED, whole);
    shop.believe("pool_undo", POOLED, whole);
    shop.believe("pool_approval", POOLED, whole);
    report.step("sweep", shop.sweep()).await?;
    shop.believe("page", SWEPT, whole);
    shop.believe("payment", SWEPT, whole);
    report.step("refund_part", shop.refund(Some(part))).await?;
    shop.believe("refund_request", PAID, part);
    shop.believe("refund", PAID, part);
    let rest = whole.checked_sub(part).unwrap_or(whole);
    report.step("refund_rest", shop.refund(None)).await?;
    shop.believe("refund_request", PAID, rest);
    shop.believe("refund", PAID, rest);
    Some(())
}

type Done<T> = Result<(T, String), String>;

fn said(error: impl Display) -> String {
    error.to_string()
}

async fn open() -> Done<Shop> {
    let config = Config::new()
        .credentials(DEALER, USER, PASSWORD)
        .kit(|kit| kit.clock(SandboxClock::still()));
    let sandbox = start(config).map_err(said)?;
    let base_url = sandbox.base_url().to_owned();
    let credentials = TestCredentials::new(DEALER, USER, PASSWORD).map_err(said)?;
    let client = Client::builder(Test::at(base_url.clone()), credentials)
        .build()
        .map_err(said)?;
    let (returns, inbox) = (ext::returns("sandbox", "demo"), Inbox::in_memory());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(said)?;
    let address = listener.local_addr().map_err(said)?;
    let pages = Pages::default();
    let known = Arc::clone(&pages);
    let route = payments_moka::axum::returned(
        inbox.clone(),
        returns.clone(),
        move |token| ready(lock(&known).get(&token).cloned()),
        |event| event.map_or("no such payment", |_| "thank you"),
    );
    let app = axum::Router::new().route("/moka/return", route);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(said)?;
    let shop = Shop {
        sandbox,
        client,
        returns,
        address: format!("http://{address}/moka/return"),
        pages,
        inbox,
        deliveries: AtomicUsize::new(0),
        browser,
        amount: Money::from_decimal("27.50", Currency::TRY).map_err(said)?,
        part: Money::from_decimal("5.10", Currency::TRY).map_err(said)?,
        beliefs: Vec::new(),
    };
    Ok((shop, format!("at {base_url}, both hosts")))
}

fn lock(pages: &Pages) -> std::sync::MutexGuard<'_, HashMap<String, Started>> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(reference: &str) -> PaymentKey {
    PaymentKey::OtherTrxCode(reference.to_owned())
}

/// The fields of the form that sends the browser back, from the last page.
fn return_form(html: &str) -> Vec<(String, String)> {
    html.split("<input type=\"hidden\" name=\"")
        .skip(1)
        .filter_map(|input| {
            let (name, rest) = input.split_once("\" value=\"")?;
            let (value, _) = rest.split_once('"')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

impl Shop {
    fn believe(&mut self, kind: &'static str, reference: &'static str, amount: Money) {
        self.beliefs.push((kind, reference, amount));
    }

    async fn standing(
        &self,
        reference: &str,
        taking: Taking,
    ) -> Result<Confirmation<Reply<PaymentDetailsReply>>, String> {
        let expected = Expected::new(reference, self.amount);
        let found = self.client.confirm(None, &expected, taking).await;
        found.map_err(said)
    }

    /// Makes a page, and keeps its `CodeForHash` under the token of its return address.
    async fn page(&self, reference: &str, pre_auth: bool, pool: bool) -> Result<String, String> {
        let token = unguessable().map_err(said)?;
        let page = CreatePage::builder()
            .amount(self.amount)
            .other_trx_code(reference)
            .kind(PageKind::CommonPaymentPage)
            .three_d(true)
            .pre_auth(pre_auth)
            .pool_payment(pool)
            .description("Çay ve kahve")
            .redirect_url(self.returns.url(&self.address, &token).map_err(said)?)
            .build()
            .map_err(said)?;
        let reply = self.client.create_page(page).await.map_err(said)?;
        let started = Started::new(reference, &reply.code_for_hash);
        lock(&self.pages).insert(token, started);
        Ok(reply.into_inner().url)
    }

    async fn create(&self, reference: &str) -> Done<String> {
        let url = self.page(reference, false, false).await?;
        Ok((url, format!("{reference}, {}", self.amount)))
    }

    async fn post(&self, url: &str, fields: &[(String, String)]) -> Result<String, String> {
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = self
            .browser
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode_form(&pairs))
            .send()
            .await
            .map_err(said)?;
        answer.text().await.map_err(said)
    }

    /// What the buyer does: open the page, give a card, pass the 3-D step. The last page has a form
    /// that sends the browser back.
    async fn pay(&self, url: &str) -> Done<Vec<(String, String)>> {
        let page = self.browser.get(url).send().await.map_err(said)?;
        let html = page.text().await.map_err(said)?;
        ensure(
            html.contains("Güvenli ödeme") && html.contains(PAID),
            "the page does not name the payment",
        )?;
        let fields = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
            pairs.iter().map(owned).collect()
        };
        let card = fields(&[
            ("step", "card"),
            ("cardHolder", "Ayşe Gül"),
            ("cardNumber", "5127541122223332"),
            ("expMonth", "12"),
            ("expYear", "2030"),
            ("cvc", "000"),
        ]);
        let step = self.post(url, &card).await?;
        ensure(step.contains("3D"), "there is no 3-D step")?;
        let code = fields(&[("step", "three-d"), ("code", "123456")]);
        let ended = self.post(url, &code).await?;
        let form = return_form(&ended);
        ensure(form.len() == 5, "the last page does not lead back")?;
        Ok((form, "on the page, with the 3-D step".to_owned()))
    }

    /// The browser posts the form, and the buyer reloads; a forged return changes nothing.
    async fn come_back_twice(&self, form: &[(String, String)]) -> Done<()> {
        let payment = self.sandbox.control().payment(PAID);
        let payment = payment.ok_or("the provider does not know the payment")?;
        for _ in 0..2 {
            let answer = self.post(payment.redirect_url(), form).await?;
            ensure(answer == "thank you", "the return was not believed")?;
        }
        let forged: Vec<_> = form
            .iter()
            .map(|(name, value)| match name.as_str() {
                "hashValue" => (name.clone(), "0".repeat(64)),
                _ => (name.clone(), value.clone()),
            })
            .collect();
        let answer = self.post(payment.redirect_url(), &forged).await?;
        ensure(answer == "no such payment", "a forged return was believed")?;
        Ok(((), "twice, verified; a forged one rejected".to_owned()))
    }

    /// A look at the detail list before the inbox is worked off.
    async fn confirm(&self) -> Done<()> {
        let Confirmation::Confirmed(confirmed) = self.standing(PAID, Taking::Contracted).await?
        else {
            return Err("not confirmed as paid".to_owned());
        };
        ensure(
            confirmed.basis() == Basis::Queried { amount: true },
            "confirmed on another basis than the query",
        )?;
        Ok(((), "by query, amount and currency included".to_owned()))
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
        let event = row.inbound().and_then(|inbound| {
            let token = self.returns.token(inbound).ok()?;
            let started = lock(&self.pages).get(&token).cloned()?;
            self.returns.verify(inbound, &started).ok()
        });
        let expected = Expected::new(row.reference(), self.amount);
        let answer = self
            .client
            .confirm(event.as_ref(), &expected, Taking::Contracted)
            .await;
        match answer {
            // What is only authorised is not paid: its return waits until it is captured.
            Ok(Confirmation::Confirmed(_)) => {
                self.deliveries.fetch_add(1, Ordering::SeqCst);
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("not confirmed".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    /// Pays without a browser; the return goes to the shop, and stays for the sweep where it is
    /// suppressed.
    fn buyer_pays(&self, reference: &str) -> Result<(), String> {
        self.sandbox
            .control()
            .pay(reference)
            .map(|_| ())
            .map_err(said)
    }

    async fn authorise(&self) -> Done<()> {
        self.page(AUTHORISED, true, false).await?;
        self.buyer_pays(AUTHORISED)?;
        let found = self.standing(AUTHORISED, Taking::Contracted).await?;
        ensure(
            matches!(found, Confirmation::Authorised(_)),
            "an authorisation is not told from a payment",
        )?;
        Ok(((), "authorised, not paid".to_owned()))
    }

    async fn capture(&self) -> Done<()> {
        let capture = Capture::builder()
            .payment(key(AUTHORISED))
            .amount(self.amount)
            .client_ip("192.0.2.1")
            .build()
            .map_err(said)?;
        self.client.capture(capture).await.map_err(said)?;
        let found = self.standing(AUTHORISED, Taking::Contracted).await?;
        ensure(
            matches!(found, Confirmation::Confirmed(_)),
            "captured and not paid",
        )?;
        Ok(((), format!("{}, paid now", self.amount)))
    }

    async fn void(&self) -> Done<()> {
        self.page(VOIDED, false, false).await?;
        self.buyer_pays(VOIDED)?;
        let void = Void::builder()
            .payment(key(VOIDED))
            .client_ip("192.0.2.1")
            .reason(VoidRefundReason::FromOutside)
            .build()
            .map_err(said)?;
        self.client.void(void).await.map_err(said)?;
        let found = self.standing(VOIDED, Taking::Contracted).await?;
        ensure(matches!(found, Confirmation::Voided(_)), "it is not voided")?;
        Ok(((), "on the day of the payment".to_owned()))
    }

    async fn hold(&self) -> Done<()> {
        self.page(POOLED, false, true).await?;
        self.buyer_pays(POOLED)?;
        let found = self.standing(POOLED, Taking::Pool).await?;
        ensure(matches!(found, Confirmation::Held(_)), "it is not held")?;
        Ok(((), "charged and held".to_owned()))
    }

    async fn approve(&self) -> Done<()> {
        let approve = ApprovePoolPayment::builder()
            .payment(key(POOLED))
            .build()
            .map_err(said)?;
        let undo = UndoPoolApproval::builder()
            .payment(key(POOLED))
            .build()
            .map_err(said)?;
        let client = &self.client;
        client
            .approve_pool_payment(approve.clone())
            .await
            .map_err(said)?;
        client.undo_pool_approval(undo).await.map_err(said)?;
        client.approve_pool_payment(approve).await.map_err(said)?;
        Ok(((), "released, taken back, released".to_owned()))
    }

    /// A payment is made, its return never comes, and asking finds it; the late return is a repeat.
    async fn sweep(&self) -> Done<()> {
        let control = self.sandbox.control();
        control.callbacks().idle().await;
        self.inbox.work(|_| ready(Outcome::Done)).await;
        let before = self.deliveries.load(Ordering::SeqCst);
        control.suppress_returns(true);
        self.create(SWEPT).await?;
        self.buyer_pays(SWEPT)?;
        control.callbacks().idle().await;
        let waiting = self.inbox.work(|row| self.deliver(row)).await;
        ensure(
            waiting.done == 0,
            "a return came although it was suppressed",
        )?;
        let found = self.standing(SWEPT, Taking::Contracted).await?;
        ensure(
            matches!(found, Confirmation::Confirmed(_)),
            "not found by asking",
        )?;
        let values = [SWEPT, ext::Outcome::Success.letter()];
        let _ = self
            .inbox
            .accept_found::<Returned>(self.returns.scope(), SWEPT, &values);
        self.inbox.work(|row| self.deliver(row)).await;
        control.suppress_returns(false);
        control.resend_return(SWEPT).map_err(said)?;
        control.callbacks().idle().await;
        self.inbox.work(|row| self.deliver(row)).await;
        let delivered = self
            .deliveries
            .load(Ordering::SeqCst)
            .saturating_sub(before);
        ensure(delivered == 1, format!("delivered {delivered} times"))?;
        Ok(((), format!("{SWEPT} found and delivered once")))
    }

    /// From the next day on; the request becomes a refund later.
    async fn refund(&self, part: Option<Money>) -> Done<()> {
        let control = self.sandbox.control();
        control.advance(DAY);
        let amount = part.map_or(RefundAmount::Everything, RefundAmount::Amount);
        let refund = RequestRefund::builder()
            .payment(key(PAID))
            .amount(amount)
            .build()
            .map_err(said)?;
        let reply = self.client.request_refund(refund).await.map_err(said)?;
        let number = reply.refund_request_id.clone().unwrap_or_default();
        let found = self.standing(PAID, Taking::Contracted).await?;
        ensure(
            matches!(found, Confirmation::Confirmed(_)),
            "a request is read as a refund",
        )?;
        control.advance(DAY);
        let found = self.standing(PAID, Taking::Contracted).await?;
        match (part, found) {
            (Some(part), Confirmation::Confirmed(paid)) => {
                let refunded = paid.payment.as_ref().and_then(|payment| payment.refunded);
                ensure(refunded == Some(part), "the part is not refunded")?;
                Ok(((), format!("{part}, request {number}")))
            }
            (None, Confirmation::Refunded(_)) => Ok(((), format!("the rest, request {number}"))),
            (_, _) => Err("the request did not become a refund".to_owned()),
        }
    }
}

/// The sandbox's ledger against what the client believes, in both directions.
async fn compare(shop: &Shop) -> Done<()> {
    let ledger = shop.sandbox.control().ledger();
    let mut believed = shop.beliefs.clone();
    for effect in ledger.effects() {
        let amount = effect.amount().unwrap_or_default();
        let amount: Decimal = amount.parse().map_err(said)?;
        let at = believed.iter().position(|(kind, reference, money)| {
            *kind == effect.kind()
                && *reference == effect.reference()
                && Decimal::from(*money) == amount
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
