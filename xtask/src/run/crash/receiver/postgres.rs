//! The receiver's database on a server that goes away at times.

use std::future::ready;
use std::sync::Arc;

use payments_core::incoming::{Acting, Inbox, InboxStore, Next, Row};
use payments_core::store::Postgres;
use payments_core::store::tokio_postgres::Transaction;

use super::super::callback::ACCOUNTS;
use super::super::callback::{Effect, Verifiers};
use super::super::postgres::client;
use super::super::said;
use super::{EFFECTS, LEFT, WAITING, options, outcome};

/// A connection for each route and each worker.
#[derive(Clone)]
pub(super) struct Shop {
    routes: Vec<Postgres>,
    workers: Vec<Postgres>,
}

impl Shop {
    pub(super) async fn open(address: &str, schema: &str) -> Result<Self, String> {
        let mut stores = Vec::new();
        let routes = ACCOUNTS.len().saturating_mul(2);
        for number in 0..routes.saturating_add(<Self as super::Shop>::WORKERS) {
            let client = client(address, schema, || std::process::exit(1)).await?;
            if number == 0 {
                client.batch_execute(EFFECTS).await.map_err(said)?;
            }
            stores.push(Postgres::on(client).await.map_err(said)?);
        }
        let workers = stores.split_off(routes);
        Ok(Self {
            routes: stores,
            workers,
        })
    }

    fn any(&self) -> Result<&Postgres, String> {
        self.workers.first().ok_or_else(|| "no worker".to_owned())
    }
}

impl super::Shop for Shop {
    const WORKERS: usize = 6;

    fn front(&self, route: usize) -> Result<Arc<dyn InboxStore>, String> {
        let store = self.routes.get(route).ok_or("no such route")?;
        Ok(Arc::new(store.clone()))
    }

    async fn left(&self) -> Result<(u64, u64), String> {
        let client = self.any()?.client().await;
        let row = client.query_one(LEFT, &[]).await.map_err(said)?;
        let counts = (row.try_get(0), row.try_get(1));
        let (kept, begun): (i64, i64) = (counts.0.map_err(said)?, counts.1.map_err(said)?);
        Ok((
            u64::try_from(kept).unwrap_or_default(),
            u64::try_from(begun).unwrap_or_default(),
        ))
    }

    async fn waiting(&self) -> Result<u64, String> {
        let client = self.any()?.client().await;
        let row = client.query_one(WAITING, &[]).await.map_err(said)?;
        let waiting: i64 = row.try_get(0).map_err(said)?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    async fn work(&self, worker: usize, verifiers: &Arc<Verifiers>) -> Result<(), String> {
        let Some(store) = self.workers.get(worker) else {
            return Err("no such worker".to_owned());
        };
        let inbox = Inbox::on(store.clone(), options());
        let read = |row: Row| {
            ready(match verifiers.read(&row) {
                Some(effect) => Next::Act(effect),
                None => Next::Retry("its bytes do not hold".to_owned()),
            })
        };
        inbox.work(read, act).await.map(drop).map_err(said)
    }
}

fn act<'t>(transaction: &'t Transaction<'_>, _: &'t Row, effect: Effect) -> Acting<'t> {
    Box::pin(async move {
        let Effect {
            provider,
            account,
            reference,
            event,
        } = &effect;
        let insert = "INSERT INTO shop_effects VALUES ($1, $2, $3, $4)";
        let values: [&(dyn payments_core::store::tokio_postgres::types::ToSql + Sync); 4] =
            [provider, account, reference, event];
        transaction.execute(insert, &values).await?;
        Ok(outcome(&effect))
    })
}
