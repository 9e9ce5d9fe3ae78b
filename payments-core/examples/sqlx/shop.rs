//! A shop on sqlx: its orders, and the one transaction in which an order is paid and its callback done.

use std::time::Duration;

use payments_core::testing::Cluster;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::inbox::{Claimed, claim, settle};

/// For how long a callback is its worker's, and how often it is tried.
const LEASE: Duration = Duration::from_secs(300);
const ATTEMPTS: i64 = 20;

/// The shop's connections, to a schema that has a table of orders then.
pub(crate) async fn pool(cluster: &Cluster, schema: &str) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = match cluster.folder() {
        Some(folder) => PgConnectOptions::new_without_pgpass()
            .socket(folder)
            .username("payments")
            .database("postgres"),
        None => cluster.address().parse()?,
    };
    let options = options.options([("search_path", cluster.schema(schema))]);
    let pool = PgPoolOptions::new().connect_with(options).await?;
    let orders = "CREATE TABLE IF NOT EXISTS orders \
                  (reference TEXT PRIMARY KEY, payments BIGINT NOT NULL)";
    sqlx::query(orders).execute(&pool).await?;
    Ok(pool)
}

/// An order that is not paid.
pub(crate) async fn order(pool: &PgPool, reference: &str) -> Result<(), sqlx::Error> {
    let insert = sqlx::query("INSERT INTO orders VALUES ($1, 0)").bind(reference);
    insert.execute(pool).await.map(drop)
}

/// Works off all that is due, and gives the number of orders that were paid.
pub(crate) async fn work(pool: &PgPool) -> Result<usize, sqlx::Error> {
    let mut paid: usize = 0;
    while let Some(claimed) = claim(pool, LEASE, ATTEMPTS).await? {
        // Here the provider is asked (`client.confirm`), outside of any transaction. Until it has
        // answered, nothing is delivered: a callback alone is no reason to.
        if pay(pool, &claimed).await? {
            paid = paid.saturating_add(1);
        }
    }
    Ok(paid)
}

/// Pays the order and ends its callback, or does neither. `false` where another worker has it.
pub(crate) async fn pay(pool: &PgPool, claimed: &Claimed) -> Result<bool, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("UPDATE orders SET payments = payments + 1 WHERE reference = $1")
        .bind(&claimed.reference)
        .execute(&mut *transaction)
        .await?;
    if settle(&mut transaction, claimed).await? {
        transaction.commit().await?;
        return Ok(true);
    }
    transaction.rollback().await?;
    Ok(false)
}
