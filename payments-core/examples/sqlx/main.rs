//! A shop whose own library is sqlx: what it writes and "done" are one transaction.
//!
//! `cargo run -p payments-core --example sqlx` works on the database of `DATABASE_URL`, in a schema of
//! its own, or on a server that it starts and removes.
#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::error::Error;

use payments_core::incoming::{Entry, Fields, InboxStore, Notice, Scope};
use payments_core::store::Postgres;
use payments_core::testing::Cluster;

mod inbox;
mod shop;

/// A callback of a provider's; provider crates have them.
struct Paid;

impl Notice for Paid {
    type Unsigned = ();
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "paid";

    fn read(_: &Fields<'_>) -> Result<Self, payments_core::error::Rejected> {
        Ok(Self)
    }

    fn read_unsigned(_: &Fields<'_>) {}

    fn dedupe(&self) -> Vec<&str> {
        Vec::new()
    }

    fn reference(&self) -> &str {
        ""
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(cluster) = Cluster::find()? else {
        return Ok(());
    };
    // Taking callbacks in, and the tables, are this library's; `incoming::axum` has a route for it.
    let client = cluster.fresh("sqlx_example").await?;
    let store = Postgres::on(client).await?;
    let pool = shop::pool(&cluster, "sqlx_example").await?;
    let scope = Scope::of::<Paid>("test", "shop");
    for order in ["ORDER-1", "ORDER-2"] {
        shop::order(&pool, order).await?;
        // Callbacks come twice.
        for _ in 0..2 {
            let entry = Entry::found::<Paid>(&scope, order, &[order]);
            println!("{order}: {:?}", store.keep(entry).await?);
        }
    }
    // Working them off is the shop's, on sqlx.
    println!("paid: {}", shop::work(&pool).await?);
    println!("paid: {}", shop::work(&pool).await?);
    pool.close().await;
    Ok(())
}
