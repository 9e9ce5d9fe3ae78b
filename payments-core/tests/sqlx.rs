//! The example for shops on sqlx does what it says: paid once, whatever fails in between.
#![cfg(all(feature = "postgres", feature = "testing", unix))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::time::Duration;

use payments_core::incoming::InboxStore;
use payments_core::store::Postgres;
use payments_core::testing::{Cluster, Paid};
use sqlx::PgPool;

#[path = "../examples/sqlx/inbox.rs"]
mod inbox;
#[path = "../examples/sqlx/shop.rs"]
mod shop;

use inbox::{claim, settle};

/// Over at once, as of a worker that is gone.
const OVER: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(600);

/// A shop with this one order, and its callback.
async fn shop_with(cluster: &Cluster, order: &str) -> PgPool {
    let client = cluster.fresh("sqlx").await.unwrap();
    let store = Postgres::on(client).await.unwrap();
    let pool = shop::pool(cluster, "sqlx").await.unwrap();
    shop::order(&pool, order).await.unwrap();
    let _ = store.keep(Paid::found(order)).await.unwrap();
    pool
}

async fn payments(pool: &PgPool) -> i64 {
    let sum = sqlx::query_scalar("SELECT sum(payments)::bigint FROM orders");
    sum.fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn a_shop_on_sqlx_is_paid_once() {
    let Some(cluster) = Cluster::find().unwrap() else {
        return;
    };
    // As it should be.
    let pool = shop_with(&cluster, "A").await;
    assert_eq!(shop::work(&pool).await.unwrap(), 1);
    assert_eq!(shop::work(&pool).await.unwrap(), 0);
    assert_eq!(payments(&pool).await, 1);
    pool.close().await;

    // A worker that ends after its claim, one that ends with everything written but the commit, and one
    // that was too slow.
    let pool = shop_with(&cluster, "B").await;
    let slow = claim(&pool, OVER, 20).await.unwrap().unwrap();
    let mut transaction = pool.begin().await.unwrap();
    let pay = "UPDATE orders SET payments = payments + 1";
    sqlx::query(pay).execute(&mut *transaction).await.unwrap();
    assert!(settle(&mut transaction, &slow).await.unwrap());
    drop(transaction);
    assert_eq!(payments(&pool).await, 0);
    let quick = claim(&pool, LONG, 20).await.unwrap().unwrap();
    assert_eq!(quick.reference, "B");
    assert!(!shop::pay(&pool, &slow).await.unwrap());
    assert_eq!(payments(&pool).await, 0);
    assert_eq!(shop::work(&pool).await.unwrap(), 0, "another has it");
    assert!(shop::pay(&pool, &quick).await.unwrap());
    assert!(!shop::pay(&pool, &quick).await.unwrap());
    assert_eq!(payments(&pool).await, 1);
    pool.close().await;

    // A callback that kills its workers is set aside.
    let pool = shop_with(&cluster, "C").await;
    for _ in 0..3 {
        assert!(claim(&pool, OVER, 3).await.unwrap().is_some());
    }
    assert!(claim(&pool, OVER, 3).await.unwrap().is_none());
    let state = sqlx::query_scalar("SELECT state FROM payments_inbox");
    let state: String = state.fetch_one(&pool).await.unwrap();
    assert_eq!((state.as_str(), payments(&pool).await), ("dead", 0));
    pool.close().await;
}
