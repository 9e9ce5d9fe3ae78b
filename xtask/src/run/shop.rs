//! `cargo xtask shop`: a small shop that takes payments from all five providers' sandboxes.
//!
//! It is written as a shop of your own would be, against nothing but what the crates give everybody.
//! `shop/provider.rs` is what it asks of a provider, and there is a file for each; what they answer is
//! kept in `shop/orders.rs`; `shop/web.rs` is what browsers see.

mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;
mod orders;
mod pages;
mod provider;
pub(super) mod sandboxes;
#[cfg(test)]
mod tests;
mod web;

use std::error::Error as StdError;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use payments_core::error::Error;
use payments_core::incoming::{Inbox, InboxOptions, Next, Outcome, Row};
use payments_core::journal::Journal;
use payments_core::store::rusqlite::Transaction;
use payments_core::store::{Sqlite, StoreError};
use tokio::net::TcpListener;

use crate::run::places;
use crate::{complain, say};
use orders::{Order, Orders, mark};
use provider::{Ground, Provider, Standing};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = places::SHOP)]
    port: u16,
    /// The shop's SQLite database, made where there is none; in memory unless given.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a database that cannot be opened.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
    let store = match &arguments.database {
        Some(file) => Sqlite::open(file)
            .map_err(|error| format!("--database {}: {error}; {}", file.display(), error.help())),
        None => Sqlite::in_memory().map_err(|error| error.to_string()),
    }?;
    runtime.block_on(serve(arguments.port, store))
}

async fn serve(port: u16, store: Sqlite) -> Result<u8, String> {
    let serving = Serving::open(port, store, |name| {
        let address = places::address(places::sandbox(name).unwrap_or_default());
        // Its calls are below this path, and it is signed along.
        let path = if name == "mocopay" { "/v1/payment" } else { "" };
        address + path
    });
    let serving = serving.await?;
    say(&format!("shop={}", serving.url("")));
    say(&format!("admin={}", serving.url("/admin")));
    let dashboard = places::address(places::DASHBOARD);
    complain(&format!(
        "a demo on sandboxes, no money moves: run `cargo xtask sandbox` beside it, with its dashboard \
         at {dashboard}; stop it with Ctrl-C"
    ));
    if serving.shop.address.port() != places::SHOP {
        let usual = places::SHOP;
        complain(&format!(
            "Mocasa has its webhook address on file: the sandbox sends it to port {usual} unless told"
        ));
    }
    serving.work().await
}

/// A shop that is open: its pages are served.
pub(super) struct Serving {
    shop: Arc<Shop>,
}

impl Serving {
    /// Opens a shop on a port of 127.0.0.1. `base` says where each provider is.
    ///
    /// # Errors
    /// A port that is in use, a database that cannot be written.
    pub(super) async fn open(
        port: u16,
        store: Sqlite,
        base: impl Fn(&str) -> String,
    ) -> Result<Self, String> {
        let listener = listen(port).await?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let shop = Shop::open(address, store, base).map_err(|error| error.to_string())?;
        let app = web::app(&shop).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { shop })
    }

    /// Where a path of the shop's is reached.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.shop.address)
    }

    /// Works off what comes in, for as long as it is waited for.
    pub(super) async fn work<T>(&self) -> T {
        loop {
            if let Err(error) = self.shop.work().await {
                complain(&format!("{error}; {}", error.help()));
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|error| {
        format!("cannot listen on port {port} of 127.0.0.1 ({error}): give another with --port")
    })
}

/// The shop: its orders, what came in about them, and whom it can be paid through.
struct Shop {
    address: SocketAddr,
    orders: Orders,
    inbox: Inbox<Sqlite>,
    journal: Journal,
    providers: Vec<Box<dyn Provider>>,
}

impl Shop {
    /// Opens the shop in its database. `base` says where each provider is.
    fn open(
        address: SocketAddr,
        store: Sqlite,
        base: impl Fn(&str) -> String,
    ) -> Result<Arc<Self>, Box<dyn StdError>> {
        let orders = Orders::open(store.clone())?;
        let options = InboxOptions {
            // Somebody sits in front of it: what fails is tried again soon, and set aside soon.
            longest_pause: Duration::from_secs(8),
            attempts: 8,
            ..InboxOptions::default()
        };
        let ground = Ground {
            address: format!("http://{address}"),
            orders: orders.clone(),
            inbox: Inbox::on(store.clone(), options),
            journal: Journal::new(store, "shop"),
        };
        Ok(Arc::new(Self {
            address,
            orders,
            inbox: ground.inbox.clone(),
            journal: ground.journal.clone(),
            providers: vec![
                Box::new(mobilepay::Mobilepay::open(
                    &base("mobilepay"),
                    ground.clone(),
                )?),
                Box::new(mocasa::Mocasa::open(&base("mocasa"), ground.clone())?),
                Box::new(mocopay::Mocopay::open(&base("mocopay"), ground.clone())?),
                Box::new(moka::Moka::open(&base("moka"), ground.clone())?),
                Box::new(momo::Momo::open(&base("momo"), ground)?),
            ],
        }))
    }

    fn provider(&self, name: &str) -> Option<&dyn Provider> {
        let found = self.providers.iter().find(|one| one.facts().name == name);
        found.map(|provider| &**provider)
    }

    /// Works off the callbacks that are due: each is confirmed, and what that found is written in the
    /// transaction that ends its row.
    async fn work(&self) -> Result<(), StoreError> {
        self.inbox.work(|row| self.confirm(row), act).await?;
        Ok(())
    }

    async fn confirm(&self, row: Row) -> Next<(String, Standing)> {
        if row.settled_before() {
            return Next::Done;
        }
        match self.look(&row).await {
            Ok(Some((_, Standing::Open(why)))) => Next::Retry(why),
            Ok(Some((order, standing))) => Next::Act((order.id, standing)),
            Ok(None) => Next::Retry("about an order that this shop does not have".to_owned()),
            Err(error) => Next::Retry(error.to_string()),
        }
    }

    /// Asks the provider about the order of a callback.
    async fn look(&self, row: &Row) -> Result<Option<(Order, Standing)>, Box<dyn StdError>> {
        let name = row.scope().provider();
        let Some(provider) = self.provider(name) else {
            return Ok(None);
        };
        let order = provider.order(&self.orders, row)?;
        // Nobody gets an order paid through another provider than it was started with.
        let Some(order) = order.filter(|order| order.provider == name) else {
            return Ok(None);
        };
        let standing = provider.confirm(&order, Some(row)).await?;
        Ok(Some((order, standing)))
    }
}

/// What the shop writes of what was found: here the goods would be handed over.
fn act(
    transaction: &Transaction<'_>,
    _row: &Row,
    (id, standing): (String, Standing),
) -> Result<Outcome, Box<dyn StdError + Send + Sync>> {
    mark(transaction, &id, &standing)?;
    Ok(match standing {
        Standing::Paid => Outcome::Settled,
        _ => Outcome::Done,
    })
}

/// What an error means to the one who reads it on a page.
fn in_words(error: &Error) -> String {
    match error {
        Error::NotSent(_) => {
            "The sandbox does not answer: start `cargo xtask sandbox`. Nothing was \
                              sent, and nothing is lost; try again."
                .to_owned()
        }
        Error::Unknown(_) => format!(
            "It is not known whether this was carried out ({error}). It is not sent again: see the \
             open calls on the admin page."
        ),
        Error::Refused(_) => format!("The provider refused: {error}."),
        error => format!("That did not work: {error}."),
    }
}
