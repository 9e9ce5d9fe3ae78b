//! A small axum server that browsers come back to from Moka's page: verify, keep, show a page; then
//! confirm each payment and deliver once.
//!
//! As it stands it starts a sandbox, makes a page, pays it, lets the browser come back twice and a
//! forged return beside it; makes another whose return says failed although the money was taken;
//! delivers each once, and ends. With `MOKA_BASE_URL`, `MOKA_DEALER_CODE`, `MOKA_USERNAME`,
//! `MOKA_PASSWORD` and `MOKA_SHOP_URL` (where browsers reach this server) it makes one page, prints
//! its address, and serves `http://127.0.0.1:8080/moka/return` until it is stopped. Pages are made on
//! the same host unless `MOKA_PAGE_BASE_URL` names another.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::HashMap;
use std::error::Error;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::response::{Html, IntoResponse, Response};
use payments_moka::axum::returned;
use payments_moka::codes::PageKind;
use payments_moka::ext::{Outcome, Returned, Started, Taking, returns};
use payments_moka::payments_core::clock::{Clock, SystemClock, unix_millis};
use payments_moka::payments_core::error::Meaning;
use payments_moka::payments_core::incoming::{
    self, Confirmation, Expected, Inbox, Returns, Row, Verified,
};
use payments_moka::sandbox::{Config, Forgery, start};
use payments_moka::types::CreatePage;
use payments_moka::{Client, Currency, Money, Test, TestCredentials, unguessable};

/// The shop's own record. Yours is a database: pages by token, amounts by code.
#[derive(Clone, Default)]
struct Records {
    started: Arc<Mutex<HashMap<String, Started>>>,
    amounts: Arc<Mutex<HashMap<String, Money>>>,
}

fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Records {
    fn keep(&self, token: String, reference: &str, started: Started, amount: Money) {
        lock(&self.started).insert(token, started);
        lock(&self.amounts).insert(reference.to_owned(), amount);
    }

    fn started(&self, token: &str) -> Option<Started> {
        lock(&self.started).get(token).cloned()
    }

    fn amount(&self, reference: &str) -> Option<Money> {
        lock(&self.amounts).get(reference).copied()
    }
}

struct Shop {
    client: Client,
    records: Records,
    returns: Returns<Started>,
    /// Where browsers come back to, without a token.
    address: String,
}

impl Shop {
    /// Makes a page and keeps what its return is verified against. The address goes to the buyer,
    /// the rest stays here.
    async fn start(&self, reference: &str) -> Result<String, Box<dyn Error>> {
        let amount = Money::from_decimal("27.50", Currency::TRY)?;
        let token = unguessable()?;
        let page = CreatePage::builder()
            .amount(amount)
            .other_trx_code(reference)
            .kind(PageKind::CommonPaymentPage)
            .three_d(true)
            .redirect_url(self.returns.url(&self.address, &token)?)
            .build()?;
        let page = self.client.create_page(page).await?;
        let started = Started::new(reference, &page.code_for_hash);
        self.records.keep(token, reference, started, amount);
        Ok(page.into_inner().url)
    }

    /// Confirms a payment and delivers it. Run by the inbox, again and again until it is done.
    async fn work(&self, row: Row) -> incoming::Outcome {
        let Some(amount) = self.records.amount(row.reference()) else {
            return incoming::Outcome::Retry("a payment that this shop does not know".to_owned());
        };
        if row.settled_before() {
            return incoming::Outcome::Done;
        }
        // The row was verified when it came in; here it is read again.
        let event = row.inbound().and_then(|inbound| {
            let started = self.records.started(&self.returns.token(inbound).ok()?)?;
            self.returns.verify(inbound, &started).ok()
        });
        let expected = Expected::new(row.reference(), amount);
        let answer = self
            .client
            .confirm(event.as_ref(), &expected, Taking::Contracted)
            .await;
        match answer {
            Ok(Confirmation::Confirmed(paid)) => {
                let amount = paid.expected().amount();
                println!("delivered={} amount={amount}", row.reference());
                incoming::Outcome::Settled
            }
            Ok(Confirmation::Declined(_) | Confirmation::Voided(_) | Confirmation::Refunded(_)) => {
                println!("not_paid={}", row.reference());
                incoming::Outcome::Done
            }
            Ok(_) => incoming::Outcome::Retry("not paid yet".to_owned()),
            Err(error) => incoming::Outcome::Retry(error.to_string()),
        }
    }
}

/// What the buyer sees. A return that is not to be believed gets one page, whatever is wrong with it.
///
/// After a code such as 021 or `EX` the money may have been taken, so who is told to try again might
/// pay twice. The code is a claim, good enough for words to the one who brings it: what is done about
/// the payment is decided by asking.
fn page(event: Option<&Verified<Returned>>) -> Response {
    let code = event.and_then(|event| event.unsigned().result_code.as_ref());
    let is_final = code.is_some_and(|code| code.meaning() == Meaning::Declined);
    Html(match event.map(|event| event.outcome) {
        Some(Outcome::Success) => "<p>Teşekkürler. Siparişiniz hazırlanıyor.</p>",
        Some(Outcome::Failure) if is_final => "<p>Ödeme alınamadı. Yeniden deneyebilirsiniz.</p>",
        Some(Outcome::Failure) => "<p>Ödemeniz kontrol ediliyor. Lütfen yeniden denemeyin.</p>",
        None => "<p>Böyle bir ödeme yok.</p>",
    })
    .into_response()
}

fn app(shop: &Shop, inbox: &Inbox) -> axum::Router {
    let records = shop.records.clone();
    let started = move |token: String| ready(records.started(&token));
    let route = returned(inbox.clone(), shop.returns.clone(), started, page);
    axum::Router::new().route("/moka/return", route)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(base_url) = variable("MOKA_BASE_URL") else {
        return rehearse().await;
    };
    let required = |name| variable(name).ok_or_else(|| format!("{name} is not set"));
    let credentials = TestCredentials::new(
        required("MOKA_DEALER_CODE")?,
        required("MOKA_USERNAME")?,
        required("MOKA_PASSWORD")?,
    )?;
    let page = variable("MOKA_PAGE_BASE_URL").unwrap_or_else(|| base_url.clone());
    let environment = Test::at(base_url).page(page);
    let shop = Shop {
        client: Client::builder(environment, credentials).build()?,
        records: Records::default(),
        returns: returns("test", "main-shop"),
        address: format!("{}/moka/return", required("MOKA_SHOP_URL")?),
    };
    let inbox = Inbox::in_memory();
    let app = app(&shop, &inbox);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening=http://127.0.0.1:8080/moka/return");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let reference = format!("CB-{}", unix_millis(SystemClock::new().wall()));
    println!("reference={reference}");
    println!("pay_url={}", shop.start(&reference).await?);
    loop {
        inbox.work(|row| shop.work(row)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The whole story against a sandbox.
async fn rehearse() -> Result<(), Box<dyn Error>> {
    let (dealer, user, password) = ("1730", "callbacks", "callbacks-of-no-value");
    let sandbox = start(Config::new().credentials(dealer, user, password))?;
    let credentials = TestCredentials::new(dealer, user, password)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let shop = Shop {
        client: Client::builder(Test::at(sandbox.base_url()), credentials).build()?,
        records: Records::default(),
        returns: returns("sandbox", "main-shop"),
        address: format!("http://{}/moka/return", listener.local_addr()?),
    };
    let inbox = Inbox::in_memory();
    let app = app(&shop, &inbox);
    tokio::spawn(async move { axum::serve(listener, app).await });

    println!("pay_url={}", shop.start("ORDER-1001").await?);
    let control = sandbox.control();
    control.forge_return("ORDER-1001", &Forgery::Garbage)?;
    control.pay("ORDER-1001")?;
    control.resend_return("ORDER-1001")?;
    println!("pay_url={}", shop.start("ORDER-1002").await?);
    control.pay_unnoticed("ORDER-1002", "021")?;
    control.callbacks().idle().await;
    let worked = inbox.work(|row| shop.work(row)).await;
    println!("rows={}", worked.done);
    Ok(())
}
