//! An inbox in PostgreSQL worked off by two workers together, against one.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use payments_core::incoming::{
    Accepted, Acting, Entry, Inbox, InboxStore, Next, Outcome, Row as Message, Scope,
};
use payments_core::store::tokio_postgres::Transaction;
use payments_core::store::{Postgres, StoreError};
use payments_core::testing::Cluster;
use payments_mocasa::inbound::OrderWebhook;
use tokio::runtime::Runtime;

use super::pace::timed;
use super::row::Row;
use crate::run::progress;

/// Callbacks of a round, whoever works them off.
const ROUND: usize = 300;
const ROUNDS: usize = 9;
const HOLD: f64 = 1.6;
const SCHEMA: &str = "bench";

/// The row; nothing where there is no PostgreSQL, which is said in one line.
///
/// # Errors
/// If the server fails, or a callback is not worked off.
pub(super) fn row() -> Result<Option<Row>, String> {
    let name = "callbacks worked off on PostgreSQL by two workers, against one";
    let Some(cluster) = Cluster::find()? else {
        return Ok(None);
    };
    progress::now(&format!("measuring: {name}"));
    let rounds = rounds(cluster, ROUND, ROUNDS)?;
    Row::of_rates(name, ROUND, rounds, HOLD).map(Some)
}

/// How long one worker and two took for so many callbacks, in each round but the first. All orders are paid
/// at the end, each once.
fn rounds(cluster: Cluster, size: usize, count: usize) -> Result<Vec<[Duration; 2]>, String> {
    let cluster = Arc::new(cluster);
    let runtime = runtime()?;
    let store = runtime.block_on(async {
        drop(cluster.fresh(SCHEMA).await.map_err(told)?);
        let client = cluster.client(SCHEMA).await.map_err(told)?;
        let orders = "CREATE TABLE orders (reference TEXT PRIMARY KEY, is_paid BOOLEAN NOT NULL)";
        client.batch_execute(orders).await.map_err(told)?;
        Postgres::on(client).await.map_err(told)
    })?;
    let workers = [worker(&cluster)?, worker(&cluster)?];
    let mut rounds = Vec::new();
    for number in 0..count {
        let mut took = [Duration::ZERO; 2];
        // Whoever is second finds the server warmer or busier than the first did.
        for turn in 0..2 {
            let both = number % 2 != turn;
            let at_once = if both { 2 } else { 1 };
            let before = number.saturating_mul(2).saturating_add(turn);
            let first = before.saturating_mul(size);
            runtime.block_on(fill(&store, first, size))?;
            let time = together(workers.iter().take(at_once), size)?;
            if let Some(took) = took.get_mut(usize::from(both)) {
                *took = time;
            }
        }
        rounds.push(took);
    }
    runtime.block_on(all_paid(&store))?;
    Ok(rounds.split_off(1))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn runtime() -> Result<Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(told)
}

/// A worker as a process of its own has it: a thread, a runtime and a connection.
struct Worker {
    runtime: Runtime,
    inbox: Inbox<Postgres>,
}

fn worker(cluster: &Cluster) -> Result<Worker, String> {
    let runtime = runtime()?;
    let store = runtime.block_on(async {
        let client = cluster.client(SCHEMA).await.map_err(told)?;
        Postgres::on(client).await.map_err(told)
    })?;
    let inbox = Inbox::in_postgres(store);
    Ok(Worker { runtime, inbox })
}

/// Orders that are not paid, and the callback of each.
async fn fill(store: &Postgres, first: usize, size: usize) -> Result<(), String> {
    let scope = Scope::of::<OrderWebhook>("live", "shop");
    for number in first..first.saturating_add(size) {
        let order = format!("ORDER-{number:06}");
        let entry = Entry::found::<OrderWebhook>(&scope, &order, &[&order, "success"]);
        let kept = store.keep(entry).await.map_err(told)?;
        if kept != Accepted::New {
            return Err(format!("a new callback was {kept:?}"));
        }
    }
    let first = i64::try_from(first).map_err(told)?;
    let count = i64::try_from(size).map_err(told)?;
    let orders = "INSERT INTO orders SELECT 'ORDER-' || lpad(number::text, 6, '0'), false \
                  FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS number";
    let client = store.client().await.map_err(told)?;
    let made = client.execute(orders, &[&first, &count]).await;
    made.map(drop).map_err(told)
}

/// How long the workers take until nothing is left.
fn together<'a>(
    workers: impl Iterator<Item = &'a Worker>,
    size: usize,
) -> Result<Duration, String> {
    let (took, done) = timed(|| {
        thread::scope(|scope| {
            let threads: Vec<_> = workers
                .map(|worker| scope.spawn(|| worker.runtime.block_on(work(&worker.inbox))))
                .collect();
            let ends = threads.into_iter().map(|thread| thread.join());
            ends.map(|end| {
                end.map_err(|_| "a worker panicked".to_owned())?
                    .map_err(told)
            })
            .sum::<Result<usize, String>>()
        })
    });
    match done? {
        done if done == size => Ok(took),
        other => Err(format!("{other} callbacks were worked off, not {size}")),
    }
}

async fn work(inbox: &Inbox<Postgres>) -> Result<usize, StoreError> {
    let confirm = async |_: Message| Next::Act(());
    Ok(inbox.work(confirm, pay).await?.done)
}

/// What a shop does: its order is paid, in the transaction that ends the row.
fn pay<'t>(transaction: &'t Transaction<'_>, row: &'t Message, (): ()) -> Acting<'t> {
    Box::pin(async move {
        let update = "UPDATE orders SET is_paid = true WHERE reference = $1 AND NOT is_paid";
        match transaction.execute(update, &[&row.reference()]).await? {
            1 => Ok(Outcome::Settled),
            _ => Err("there is no such order, or it is paid".into()),
        }
    })
}

/// Every order was paid, by whichever worker.
async fn all_paid(store: &Postgres) -> Result<(), String> {
    let client = store.client().await.map_err(told)?;
    let count = "SELECT count(*) FROM orders WHERE NOT is_paid";
    let left = client.query_one(count, &[]).await.map_err(told)?;
    match left.try_get::<_, i64>(0).map_err(told)? {
        0 => Ok(()),
        left => Err(format!("{left} orders are not paid")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is measured works; how fast is the bench's to say.
    #[test]
    fn one_worker_and_two_pay_each_order_once() {
        // Where there is no PostgreSQL, that was said.
        if let Some(cluster) = Cluster::find().unwrap() {
            assert_eq!(rounds(cluster, 20, 3).unwrap().len(), 2);
        }
    }
}
