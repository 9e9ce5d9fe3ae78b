//! `cargo xtask shop`: a small shop that takes payments from all five providers' sandboxes.
//!
//! It is written as a shop of your own would be, against nothing but what the crates give everybody.
//! `shop/provider.rs` is what it asks of a provider, and there is a file for each; what they answer is
//! kept in `shop/orders.rs`; `shop/web.rs` is what browsers ask for, and `shop/pages.rs` what they see.

mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;
mod orders;
mod pages;
mod provider;
#[cfg(test)]
mod tests;
mod web;

use std::error::Error as StdError;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use payments_core::incoming::{Confirmation, Inbox, InboxOptions, Next, Outcome, Row};
use payments_core::journal::Journal;
use payments_core::store::rusqlite::Transaction;
use payments_core::store::{Sqlite, StoreError};
use tokio::net::TcpListener;

use crate::run::places;
use crate::{complain, say};
use orders::Orders;
use provider::{Ground, Way};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = places::SHOP)]
    port: u16,
    /// The port of the first sandbox: what `cargo xtask sandbox` has for its --port.
    #[arg(long, default_value_t = places::FIRST)]
    sandbox_port: u16,
    /// The shop's SQLite database, made where there is none; in memory unless given.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a database that cannot be opened.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let file = arguments.database.as_deref();
    let file = file.unwrap_or(Path::new(":memory:"));
    let store =
        Sqlite::open(file).map_err(|error| format!("--database {}: {error}", file.display()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
    let served = runtime.block_on(serve(arguments, store));
    served.map_err(|error| error.to_string())
}

async fn serve(arguments: &Arguments, store: Sqlite) -> Result<u8, Box<dyn StdError>> {
    let first = arguments.sandbox_port;
    let sandbox =
        |name: &str| places::address(places::sandbox_from(first, name).unwrap_or(places::NOWHERE));
    let shop = Shop::open(arguments.port, store, sandbox).await?;
    say(&format!("shop={}", shop.url("")));
    say(&format!("admin={}", shop.url("/admin")));
    let (dashboard, usual) = (places::address(places::DASHBOARD), places::SHOP);
    complain(&format!(
        "a demo on sandboxes, no money moves: run `cargo xtask sandbox` beside it, with its dashboard \
         at {dashboard}, which sends Mocasa's webhooks to port {usual} unless told; stop it with Ctrl-C"
    ));
    shop.keep_working().await
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|error| {
        format!("cannot listen on port {port} of 127.0.0.1 ({error}): give another with --port")
    })
}

/// The shop: its orders, what came in about them, and how it can be paid.
pub(super) struct Shop {
    address: SocketAddr,
    orders: Orders,
    inbox: Inbox<Sqlite>,
    journal: Journal,
    ways: Vec<Way>,
}

impl Shop {
    /// Opens a shop in its database, and serves it on a port of 127.0.0.1. `base` says where each
    /// provider is.
    ///
    /// # Errors
    /// A port that is in use, a database that cannot be written.
    pub(super) async fn open(
        port: u16,
        store: Sqlite,
        base: impl Fn(&str) -> String,
    ) -> Result<Arc<Self>, Box<dyn StdError>> {
        let listener = listen(port).await?;
        let address = listener.local_addr()?;
        // Somebody sits in front of it: what fails is tried again soon, and set aside soon.
        let mut options = InboxOptions::default();
        (options.longest_pause, options.attempts) = (Duration::from_secs(8), 8);
        let orders = Orders::open(store.clone())?;
        let inbox = Inbox::on(store.clone(), options);
        let journal = Journal::new(store, "shop");
        let ground = |name: &str| Ground {
            base_url: base(name),
            address: format!("http://{address}"),
            path: places::callback_path(name),
            orders: orders.clone(),
            inbox: inbox.clone(),
            journal: journal.clone(),
        };
        let shop = Arc::new(Self {
            ways: vec![
                mobilepay::open(ground("mobilepay"))?,
                mocasa::open(ground("mocasa"))?,
                mocopay::open(ground("mocopay"))?,
                moka::open(ground("moka"))?,
                momo::open(ground("momo"))?,
            ],
            address,
            orders,
            inbox,
            journal,
        });
        let app = web::app(&shop).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(shop)
    }

    /// Where a path of the shop's is reached.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn way(&self, provider: &str) -> Option<&Way> {
        self.ways
            .iter()
            .find(|way| way.client.provider() == provider)
    }

    /// Works off what comes in, for as long as it is waited for.
    pub(super) async fn keep_working<T>(&self) -> T {
        loop {
            if let Err(error) = self.work().await {
                complain(&error.to_string());
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// Works off the callbacks that are due: each is confirmed, and what that found is acted upon in the
    /// transaction that ends its row.
    async fn work(&self) -> Result<(), StoreError> {
        let confirm = async |row| self.confirm(&row).await;
        self.inbox.work(confirm, act).await.map(drop)
    }

    /// Asks the provider about the order of a callback.
    async fn confirm(&self, row: &Row) -> Next<(String, Confirmation<()>)> {
        if row.settled_before() {
            return Next::Done;
        }
        let name = row.scope().provider();
        let Some(way) = self.way(name) else {
            return Next::Retry("of a provider that this shop does not have".to_owned());
        };
        match self.orders.find(&way.provider.about(row)) {
            // Nobody gets an order paid through another provider than it was started with.
            Ok(Some(order)) if order.provider == name => {
                let asked = way.provider.confirm(&order, Some(row)).await;
                match Next::after(asked) {
                    // Of one step: the provider captures by itself, and need not say so.
                    Next::Act(Confirmation::Authorised(())) if !order.reserve => {
                        Next::Retry("authorized, and not captured yet".to_owned())
                    }
                    next => next.map(|found| (order.id, found)),
                }
            }
            Ok(_) => Next::Retry("about an order that this shop does not have".to_owned()),
            Err(error) => Next::Retry(error.to_string()),
        }
    }
}

/// Writes down how a payment stands. Here the goods would be handed over.
fn act(
    transaction: &Transaction<'_>,
    _row: &Row,
    (id, found): (String, Confirmation<()>),
) -> Result<Outcome, Box<dyn StdError + Send + Sync>> {
    orders::change(transaction, &id, |order| order.mark(&found))?;
    Ok(match found {
        Confirmation::Confirmed(_) => Outcome::Settled,
        _ => Outcome::Done,
    })
}
