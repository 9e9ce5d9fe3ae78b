//! A small axum server that takes Mocasa's webhooks: verify, keep, acknowledge; then confirm each
//! order and deliver once. What the shop writes of a delivery is one transaction with "done", in the
//! shop's own SQLite database.
//!
//! As it stands it starts a sandbox, creates an order, pays it, receives the webhook twice, delivers
//! once, and ends. With `MOCASA_BASE_URL`, `MOCASA_CLIENT_KEY`, `MOCASA_CLIENT_SECRET` and
//! `MOCASA_WEBHOOK_SECRET` it serves `http://127.0.0.1:8080/webhooks/mocasa` until it is stopped, for
//! the open orders that its arguments name: `ORDER-1001=1499.00`. Its database is `shop.db`: stop it at
//! any moment and start it again, and nothing is lost or delivered twice.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use payments_mocasa::auth::order_webhooks;
use payments_mocasa::axum::router;
use payments_mocasa::inbound::OrderWebhookKeys;
use payments_mocasa::payments_core::incoming::{
    AmountClaim, Confirmation, Expected, Inbox, KeyRing, Next, Outcome, Row, Verifier,
};
use payments_mocasa::payments_core::store::rusqlite::{Connection, Transaction};
use payments_mocasa::payments_core::store::{Sqlite, StoreError};
use payments_mocasa::sandbox::{Config, start};
use payments_mocasa::types::CreateOrder;
use payments_mocasa::{Client, Credentials, Currency, Environment, Money, inbound::OrderWebhook};

/// The shop's own record: what was ordered, for how much. Yours is a database.
struct Shop {
    client: Client,
    orders: HashMap<String, Money>,
    verifier: Verifier<OrderWebhook>,
}

impl Shop {
    /// Asks Mocasa about the order of a row. Run by the inbox, again and again until it is done.
    async fn confirm(&self, row: Row) -> Next<Money> {
        let Some(amount) = self.orders.get(row.reference()) else {
            return Next::Retry("an order that this shop does not know".to_owned());
        };
        if row.settled_before() {
            return Next::Done;
        }
        let expected = Expected::new(row.reference(), *amount);
        // The row was verified when it came in; here its signed and unsigned fields are read again.
        let event = row.inbound().and_then(|raw| self.verifier.verify(raw).ok());
        match self.client.confirm(event.as_ref(), &expected).await {
            Ok(Confirmation::Confirmed(order)) => {
                if order.amount_claim() == AmountClaim::Differs {
                    eprintln!(
                        "look at {}: its webhook claims another amount",
                        row.reference()
                    );
                }
                Next::Act(order.expected().amount())
            }
            Ok(Confirmation::Declined(_)) => {
                println!("declined={}", row.reference());
                Next::Done
            }
            Ok(_) => Next::Retry("not paid yet".to_owned()),
            Err(error) => Next::Retry(error.to_string()),
        }
    }

    /// Works off what is due.
    async fn work(&self, inbox: &Inbox<Sqlite>) -> Result<usize, StoreError> {
        let worked = inbox.work(|row| self.confirm(row), deliver).await?;
        Ok(worked.done)
    }
}

/// Writes the delivery down: committed with the row's end, or not at all.
fn deliver(
    transaction: &Transaction<'_>,
    row: &Row,
    amount: Money,
) -> Result<Outcome, Box<dyn Error + Send + Sync>> {
    let amount = amount.to_string();
    let insert = "INSERT INTO deliveries (order_no, amount) VALUES (?1, ?2)";
    transaction.execute(insert, [row.reference(), &amount])?;
    println!("delivered={} amount={amount}", row.reference());
    Ok(Outcome::Settled)
}

/// The shop's database, with an inbox in it.
fn inbox(connection: Connection) -> Result<Inbox<Sqlite>, Box<dyn Error>> {
    let table = "CREATE TABLE IF NOT EXISTS deliveries (order_no TEXT PRIMARY KEY, amount TEXT)";
    connection.execute_batch(table)?;
    Ok(Inbox::in_sqlite(Sqlite::on(connection)?))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var(name).ok();
    let Some(base_url) = variable("MOCASA_BASE_URL") else {
        return rehearse().await;
    };
    let required = |name| variable(name).ok_or_else(|| format!("{name} is not set"));
    let credentials = Credentials::new(
        required("MOCASA_CLIENT_KEY")?,
        required("MOCASA_CLIENT_SECRET")?,
    )?;
    let keys = OrderWebhookKeys::new(required("MOCASA_WEBHOOK_SECRET")?)?;
    let shop = Shop {
        client: Client::builder(Environment::At(base_url), credentials).build()?,
        orders: open_orders()?,
        verifier: order_webhooks("live", "main-shop", KeyRing::new("current", keys)),
    };
    let inbox = inbox(Connection::open("shop.db")?)?;
    let app = router("/webhooks/mocasa", shop.verifier.clone(), inbox.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening=http://127.0.0.1:8080/webhooks/mocasa");
    tokio::spawn(async move { axum::serve(listener, app).await });
    loop {
        if let Err(error) = shop.work(&inbox).await {
            eprintln!("{error}");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The orders that are open, from arguments such as `ORDER-1001=1499.00`.
fn open_orders() -> Result<HashMap<String, Money>, Box<dyn Error>> {
    std::env::args()
        .skip(1)
        .map(|argument| {
            let (order_no, amount) = argument
                .split_once('=')
                .ok_or("write open orders as ORDER-1001=1499.00")?;
            Ok((
                order_no.to_owned(),
                Money::from_decimal(amount, Currency::PHP)?,
            ))
        })
        .collect()
}

/// The whole story against a sandbox.
async fn rehearse() -> Result<(), Box<dyn Error>> {
    let (key, secret) = ("callbacks-key", "callbacks-secret-of-no-value");
    let sandbox = start(Config::new().credentials(key, secret))?;
    let client = Client::builder(
        Environment::At(sandbox.base_url().to_owned()),
        Credentials::new(key, secret)?,
    )
    .build()?;
    let keys = KeyRing::new("current", OrderWebhookKeys::new(secret)?);
    let verifier = order_webhooks("sandbox", "main-shop", keys);
    let inbox = inbox(Connection::open_in_memory()?)?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/mocasa", listener.local_addr()?);
    sandbox.control().set_webhook(&url)?;
    let app = router("/webhooks/mocasa", verifier.clone(), inbox.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let amount = Money::from_decimal("1499.00", Currency::PHP)?;
    let order = CreateOrder::builder()
        .order_no("ORDER-1001")
        .amount(amount)
        .product_name("Rice cooker")
        .customer_id("customer-7")
        .return_url("https://shop.example/return")
        .build()?;
    let shop = Shop {
        orders: HashMap::from([("ORDER-1001".to_owned(), amount)]),
        client,
        verifier,
    };
    let created = shop.client.create_order(order).await?;
    println!("payment_link={}", created.payment_link);

    sandbox.control().pay("ORDER-1001")?;
    sandbox.control().resend_webhook("ORDER-1001")?;
    sandbox.control().callbacks().idle().await;
    println!("rows={}", shop.work(&inbox).await?);
    Ok(())
}
