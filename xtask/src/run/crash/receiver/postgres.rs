//! The receiver's database on a server that goes away at times.

use std::future::ready;
use std::sync::Arc;

use payments_core::incoming::{Acting, Inbox, InboxStore, Next, Row};
use payments_core::store::tokio_postgres::{GenericClient, Transaction};
use payments_core::store::{Postgres, StoreFailure};

use super::super::callback::ACCOUNTS;
use super::super::callback::{Effect, Verifiers};
use super::super::postgres::store;
use super::super::said;
use super::super::wrapped::Before;
use super::{EFFECTS, LEFT, WAITING, options, outcome};

/// A connection for each route and each worker, and what is done before a transaction.
#[derive(Clone)]
pub(super) struct Shop {
    before: for<'a> fn(&'a Postgres, Effect) -> Before<'a>,
    routes: Vec<Postgres>,
    workers: Vec<Postgres>,
    left: (u64, u64),
}

impl Shop {
    pub(super) async fn open(
        address: &str,
        schema: &str,
        before: for<'a> fn(&'a Postgres, Effect) -> Before<'a>,
    ) -> Result<Self, String> {
        let first = store(address, schema).await?;
        let left = {
            let client = first.client().await.map_err(said)?;
            client.batch_execute(EFFECTS).await.map_err(said)?;
            let row = client.query_one(LEFT, &[]).await.map_err(said)?;
            let counts = (row.try_get(0), row.try_get(1));
            let (kept, begun): (i64, i64) = (counts.0.map_err(said)?, counts.1.map_err(said)?);
            let counts = (u64::try_from(kept), u64::try_from(begun));
            (counts.0.map_err(said)?, counts.1.map_err(said)?)
        };
        let (mut routes, mut workers) = (vec![first], Vec::new());
        for _ in 1..ACCOUNTS.len().saturating_mul(2) {
            routes.push(store(address, schema).await?);
        }
        for _ in 0..<Self as super::Shop>::WORKERS {
            workers.push(store(address, schema).await?);
        }
        Ok(Self {
            before,
            routes,
            workers,
            left,
        })
    }

    async fn waiting(&self) -> Result<i64, String> {
        let store = self.workers.first().ok_or("no worker")?;
        let client = store.client().await.map_err(said)?;
        let row = client.query_one(WAITING, &[]).await.map_err(said)?;
        row.try_get(0).map_err(said)
    }
}

impl super::Shop for Shop {
    const WORKERS: usize = 6;

    fn front(&self, route: usize) -> Result<Arc<dyn InboxStore>, String> {
        let store = self.routes.get(route).ok_or("no such route")?;
        Ok(Arc::new(store.clone()))
    }

    fn left(&self) -> (u64, u64) {
        self.left
    }

    async fn is_done(&self) -> Result<bool, String> {
        // A server that is away does not say.
        Ok(self.waiting().await == Ok(0))
    }

    async fn work(&self, worker: usize, verifiers: &Arc<Verifiers>) -> Result<(), String> {
        let Some(store) = self.workers.get(worker) else {
            return Err("no such worker".to_owned());
        };
        let inbox = Inbox::on(store.clone(), options());
        let read = |row: Row| match verifiers.read(&row) {
            Some(effect) => (self.before)(store, effect),
            None => Box::pin(ready(Next::Retry("its bytes do not hold".to_owned()))),
        };
        match inbox.work(read, act).await {
            Ok(_) => Ok(()),
            Err(error) => match error.failure() {
                StoreFailure::Unavailable | StoreFailure::Busy => Ok(()),
                _ => Err(said(error)),
            },
        }
    }
}

fn act<'t>(transaction: &'t Transaction<'_>, _: &'t Row, effect: Effect) -> Acting<'t> {
    Box::pin(async move {
        insert(transaction, &effect).await?;
        Ok(outcome(&effect))
    })
}

/// Writes what a callback has the merchant do.
pub(in super::super) async fn insert(
    client: &impl GenericClient,
    effect: &Effect,
) -> Result<(), payments_core::store::tokio_postgres::Error> {
    let Effect {
        provider,
        account,
        reference,
        event,
    } = effect;
    let insert = "INSERT INTO shop_effects VALUES ($1, $2, $3, $4)";
    let values: [&(dyn payments_core::store::tokio_postgres::types::ToSql + Sync); 4] =
        [provider, account, reference, event];
    client.execute(insert, &values).await.map(drop)
}
