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
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use payments_core::incoming::{Confirmation, Inbox, InboxOptions, Next, Row, Standing};
use payments_core::journal::Journal;
use payments_core::store::{Sqlite, StoreError};

use crate::run::{local, places};
use crate::{complain, say};
use orders::{Order, Orders};
use provider::Way;

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = places::SHOP)]
    port: u16,
    /// The port of the first sandbox: what `cargo xtask sandbox` has for its --port.
    #[arg(long, default_value_t = places::FIRST)]
    sandbox_port: u16,
    /// The shop's SQLite database, made where there is none; what is in memory goes with the shop.
    #[arg(long, value_name = "FILE", default_value = ":memory:")]
    database: PathBuf,
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a database that cannot be opened.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let served = local::runtime()?.block_on(serve(arguments));
    served.map_err(|error| error.to_string())
}

async fn serve(arguments: &Arguments) -> Result<u8, Box<dyn StdError>> {
    let store = Sqlite::open(&arguments.database)?;
    let sandbox = |name: &str| places::sandbox_at(arguments.sandbox_port, name);
    let shop = Shop::open(arguments.port, store, &sandbox).await?;
    say(&format!("shop={}", shop.url("")));
    say(&format!("admin={}", shop.url("/admin")));
    let (dashboard, usual) = (places::address(places::DASHBOARD), places::SHOP);
    complain(&format!(
        "a demo on sandboxes, no money moves: run `cargo xtask sandbox` beside it, with its dashboard \
         at {dashboard}, which sends Mocasa's webhooks to port {usual} unless told; stop it with Ctrl-C"
    ));
    shop.keep_working().await
}

/// The shop: its orders, what came in about them, what went out, and how it can be paid.
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
        base: &dyn Fn(&str) -> String,
    ) -> Result<Arc<Self>, Box<dyn StdError>> {
        let listener = local::listen(port, "the shop", "--port").await?;
        // Somebody sits in front of it: what fails is tried again soon, and set aside soon.
        let mut options = InboxOptions::default();
        (options.longest_pause, options.attempts) = (Duration::from_secs(8), 8);
        let mut shop = Self {
            address: listener.local_addr()?,
            orders: Orders::open(store.clone())?,
            inbox: Inbox::on(store.clone(), options),
            journal: Journal::new(store, "shop"),
            ways: Vec::new(),
        };
        shop.ways = vec![
            mobilepay::open(&shop, base)?,
            mocasa::open(&shop, base)?,
            mocopay::open(&shop, base)?,
            moka::open(&shop, base)?,
            momo::open(&shop, base)?,
        ];
        let shop = Arc::new(shop);
        let app = web::app(&shop).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(shop)
    }

    /// Where a path of the shop's is reached.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn way(&self, provider: &str) -> Option<&Way> {
        let mut ways = self.ways.iter();
        ways.find(|way| way.client.provider() == provider)
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

    /// Works off the callbacks that are due: each is confirmed, and what that found is written down in the
    /// transaction that ends its row. There the goods would be handed over.
    async fn work(&self) -> Result<(), StoreError> {
        let confirm = async |row| self.confirm(&row).await;
        let worked = self.inbox.work(confirm, |it, _, (id, standing)| {
            orders::change(it, &id, |order| order.progress.reach(standing))?;
            Ok(standing.outcome())
        });
        worked.await.map(drop)
    }

    /// Asks the provider about the order of a callback.
    async fn confirm(&self, row: &Row) -> Next<(String, Standing)> {
        if row.settled_before() {
            return Next::Done;
        }
        let nobodys = "about an order that this shop does not have";
        let Some(way) = self.way(row.scope().provider()) else {
            return Next::Retry(nobodys.to_owned());
        };
        match self.orders.find(&way.provider.about(row)) {
            // Nobody gets an order paid through another provider than it was started with.
            Ok(Some(order)) if order.provider == way.client.provider() => {
                let found = self.ask(way, &order, Some(row)).await;
                found.map(|standing| (order.id, standing))
            }
            Ok(_) => Next::Retry(nobodys.to_owned()),
            Err(error) => Next::Retry(error.to_string()),
        }
    }

    /// Asks the provider where the payment of an order stands.
    async fn ask(&self, way: &Way, order: &Order, row: Option<&Row>) -> Next<Standing> {
        match Next::after(way.provider.confirm(order, row).await) {
            // Of one step: the provider captures by itself, and need not say so.
            Next::Act(Confirmation::Authorised(())) if !way.holds => {
                Next::Retry("authorized, and not captured yet".to_owned())
            }
            next => next.map(|found| found.standing()),
        }
    }
}
