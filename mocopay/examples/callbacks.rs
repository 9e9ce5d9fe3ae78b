//! A small axum server that takes what MoCoPay sends: session notification, transaction notification,
//! and the buyer's browser. It keeps and acknowledges; then asks MoCoPay, compares, and delivers once.
//!
//! As it stands it starts a sandbox, plays a payment, and ends. With `MOCOPAY_BASE_URL`,
//! `MOCOPAY_API_KEY`, `MOCOPAY_API_SECRET` and `MOCOPAY_CALLER` (the addresses that MoCoPay sends from,
//! as it told you: `203.0.113.0/24,…`) it serves `http://127.0.0.1:8080/mocopay/…` until it is stopped,
//! for the open payments that its arguments name: `ORDER-1001=12000=buyer-7` (reference, product, and the
//! `userId` that was sent with this payment and no other).

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::response::Html;
use payments_mocopay::auth::browser_returns;
use payments_mocopay::axum as routes;
use payments_mocopay::inbound::SessionNotification;
use payments_mocopay::payments_core::incoming::{
    CallerAuth, Confirmation, Expected, Inbox, Network, Outcome, Receiver, Row,
};
use payments_mocopay::sandbox::{Config, start};
use payments_mocopay::types::InitPayment;
use payments_mocopay::{Client, Credentials, Currency, Environment, Money, Stored};

/// The shop's own record: what is open. Yours is a database.
struct Shop {
    client: Client,
    payments: HashMap<String, Stored>,
    receiver: Receiver<SessionNotification>,
}

impl Shop {
    /// Confirms a payment and delivers it. Run by the inbox, again and again until it is done.
    async fn work(&self, row: Row) -> Outcome {
        // What the notification claims is used to look the payment up, and for nothing else.
        let told = self.receiver.reread(&row).ok();
        let reference = told.and_then(|told| told.claims().reference_id.clone());
        let stored = reference
            .as_ref()
            .and_then(|reference| self.payments.get(reference));
        let (Some(reference), Some(stored)) = (reference, stored) else {
            return Outcome::Retry("a payment that this shop does not know".to_owned());
        };
        // A session pays for one reference: this one is delivered already. (A subscription delivers
        // once for each series instead.)
        if row.settled_before() {
            return Outcome::Done;
        }
        match self.client.confirm(Some(row.reference()), stored).await {
            Ok(Confirmation::Confirmed(paid)) => {
                let charged = paid
                    .total_charged_amount
                    .map(|total| total.text().as_str().to_owned());
                let currency = paid.currency_code.clone().unwrap_or_default();
                println!(
                    "delivered={reference} charged={} {currency}",
                    charged.unwrap_or_default()
                );
                Outcome::Settled
            }
            Ok(_) => Outcome::Retry("not charged yet".to_owned()),
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }

    fn routes(&self, inbox: Inbox, transactions: Inbox, caller: CallerAuth) -> axum::Router {
        let other = Receiver::new("example", "main-shop", caller);
        let returns = browser_returns("example", "main-shop");
        axum::Router::new()
            .route(
                "/mocopay/session",
                routes::session_notified(inbox, self.receiver.clone()),
            )
            .route(
                "/mocopay/transaction",
                routes::transaction_notified(transactions, other),
            )
            .route(
                "/mocopay/return",
                // The page looks into the shop's own database; the return proves nothing.
                routes::returned(returns, |_| {
                    Html("Thank you! We are looking for your payment.")
                }),
            )
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var(name).ok();
    let Some(base_url) = variable("MOCOPAY_BASE_URL") else {
        return rehearse().await;
    };
    let required = |name| variable(name).ok_or_else(|| format!("{name} is not set"));
    let credentials = Credentials::new(
        required("MOCOPAY_API_KEY")?,
        required("MOCOPAY_API_SECRET")?,
    )?;
    let caller = CallerAuth::address(networks(&required("MOCOPAY_CALLER")?)?);
    let shop = Shop {
        client: Client::builder(Environment::At(base_url), credentials).build()?,
        payments: open_payments()?,
        receiver: Receiver::new("example", "main-shop", caller.clone()),
    };
    let (inbox, transactions) = (Inbox::in_memory(), Inbox::in_memory());
    let app = shop.routes(inbox.clone(), transactions, caller);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening=http://127.0.0.1:8080/mocopay/session");
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    loop {
        inbox.work(|row| shop.work(row)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn networks(text: &str) -> Result<Vec<Network>, Box<dyn Error>> {
    text.split(',')
        .map(|part| Ok(part.trim().parse()?))
        .collect()
}

/// The payments that are open, from arguments such as `ORDER-1001=12000=buyer-7`.
fn open_payments() -> Result<HashMap<String, Stored>, Box<dyn Error>> {
    std::env::args()
        .skip(1)
        .map(|argument| {
            let parts: Vec<&str> = argument.split('=').collect();
            let [reference, pid, user_id] = parts.as_slice() else {
                return Err("write open payments as ORDER-1001=12000=buyer-7".into());
            };
            Ok(((*reference).to_owned(), stored(reference, pid, user_id)?))
        })
        .collect()
}

/// A payment as the shop stored it. The price is that of the product in the shop's own catalogue.
fn stored(reference: &str, pid: &str, user_id: &str) -> Result<Stored, Box<dyn Error>> {
    let price = Money::from_decimal("1.50", Currency::EUR)?;
    Ok(Stored::of_buyer(
        Expected::new(reference, price),
        pid,
        user_id,
    ))
}

/// The whole story against a sandbox.
async fn rehearse() -> Result<(), Box<dyn Error>> {
    let sandbox = start(Config::new())?;
    let caller = CallerAuth::address(networks("127.0.0.1")?);
    let stored = stored("ORDER-1001", Config::ONE_TIME, "buyer-7")?;
    let credentials = Credentials::new(Config::API_KEY, Config::API_SECRET)?;
    let environment = Environment::At(sandbox.base_url().to_owned());
    let shop = Shop {
        client: Client::builder(environment, credentials).build()?,
        payments: HashMap::from([("ORDER-1001".to_owned(), stored)]),
        receiver: Receiver::new("example", "main-shop", caller.clone()),
    };
    let (inbox, transactions) = (Inbox::in_memory(), Inbox::in_memory());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}/mocopay", listener.local_addr()?);
    let app = shop.routes(inbox.clone(), transactions.clone(), caller);
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let control = sandbox.control();
    control.set_transaction_url(&format!("{base}/transaction"))?;

    let payment = InitPayment::builder()
        .pid(Config::ONE_TIME)
        .user_id("buyer-7")
        .reference_id("ORDER-1001")
        .callback_url(format!("{base}/return"))
        .notify_url(format!("{base}/session"))
        .build()?;
    let started = shop.client.init_payment(payment).await?;
    println!("pay_url={}", started.redirect_url);

    control.authorize("ORDER-1001")?;
    control.callbacks().idle().await;
    control.notify_again("ORDER-1001", 2)?;
    control.callbacks().idle().await;
    let worked = inbox.work(|row| shop.work(row)).await;
    println!("rows={}", worked.done);
    // Transactions are for the record: nothing is known of their fields.
    let kept = transactions.work_blocking(|_| Outcome::Done);
    println!("transactions={}", kept.done);
    Ok(())
}
