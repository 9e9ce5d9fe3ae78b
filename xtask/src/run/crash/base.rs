//! The merchant's database as whoever runs it sees it.

use std::path::{Path, PathBuf};

use payments_core::incoming::{InboxStore as _, Row};
use payments_core::sandbox::Random;
use payments_core::store::Sqlite;
use payments_core::testing::Cluster;

use super::callback::Effect;
use super::kills::Victim;
use super::part::Place;
use super::postgres::{client, store, strike};
use super::{Store, said};
use crate::complain;

const EFFECTS: &str = "SELECT provider, account, reference, event FROM shop_effects";

/// What the receiver writes into.
pub(super) enum Base {
    Sqlite(PathBuf),
    Postgres { cluster: Cluster, schema: String },
}

impl Base {
    /// A new one; nothing where there is no PostgreSQL, which is said.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) async fn make(store: Store, folder: &Path) -> Result<Option<Self>, String> {
        match store {
            Store::Sqlite => Ok(Some(Self::Sqlite(folder.join("receiver.db")))),
            Store::Postgres => {
                let Some(cluster) = tokio::task::block_in_place(Cluster::find)? else {
                    return Ok(None);
                };
                cluster.fresh("crash").await.map_err(said)?;
                let schema = cluster.schema("crash");
                if cluster.postmaster().is_none() {
                    complain("the server of DATABASE_URL is not ours to kill: its connections are");
                }
                Ok(Some(Self::Postgres { cluster, schema }))
            }
        }
    }

    /// Where the receiver finds it.
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Sqlite(file) => Place::Sqlite(file.clone()),
            Self::Postgres { cluster, schema } => Place::Postgres {
                address: cluster.address().to_owned(),
                schema: schema.clone(),
            },
        }
    }

    /// Where the payer finds its book: a file of its own, or the same database.
    pub(super) fn book(&self, folder: &Path) -> Place {
        match self {
            Self::Sqlite(_) => Place::Sqlite(folder.join("payer.db")),
            Self::Postgres { .. } => self.place(),
        }
    }

    /// Who can be killed. A server that is not ours lets us end connections only.
    pub(super) fn victims(&self) -> Vec<Victim> {
        let mut victims = vec![Victim::Receiver, Victim::Receiver, Victim::Payer];
        if let Self::Postgres { cluster, .. } = self {
            victims.push(Victim::Connection);
            if cluster.postmaster().is_some() {
                victims.extend([Victim::Backend, Victim::Postmaster]);
            }
        }
        victims
    }

    /// Kills a part of the server.
    ///
    /// # Errors
    /// If that cannot be done.
    pub(super) async fn strike(&self, victim: Victim, random: &mut Random) -> Result<(), String> {
        match self {
            Self::Sqlite(_) => Err("a file has no server".to_owned()),
            Self::Postgres { cluster, schema } => strike(cluster, schema, victim, random).await,
        }
    }

    /// What stands in the merchant's table.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) async fn effects(&self) -> Result<Vec<Effect>, String> {
        match self {
            Self::Sqlite(file) => {
                let store = Sqlite::open(file).map_err(said)?;
                let read = store.transaction("reading the effects", |transaction| {
                    let mut statement = transaction.prepare(EFFECTS)?;
                    let rows = statement.query_map([], |row| {
                        Ok(Effect {
                            provider: row.get(0)?,
                            account: row.get(1)?,
                            reference: row.get(2)?,
                            event: row.get(3)?,
                        })
                    })?;
                    Ok(rows.collect::<Result<_, _>>()?)
                });
                read.map_err(said)
            }
            Self::Postgres { cluster, schema } => {
                let client = client(cluster.address(), schema).await?;
                let rows = client.query(EFFECTS, &[]).await.map_err(said)?;
                let effects = rows.iter().map(|row| {
                    Ok(Effect {
                        provider: row.try_get(0).map_err(said)?,
                        account: row.try_get(1).map_err(said)?,
                        reference: row.try_get(2).map_err(said)?,
                        event: row.try_get(3).map_err(said)?,
                    })
                });
                effects.collect()
            }
        }
    }

    /// The callbacks that were set aside.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub(super) async fn dead(&self) -> Result<Vec<Row>, String> {
        // More than anybody sends.
        const ALL: u32 = 1_000_000_000;
        let letters = match self {
            Self::Sqlite(file) => {
                let store = Sqlite::open(file).map_err(said)?;
                store.dead_letters(ALL).await
            }
            Self::Postgres { cluster, schema } => {
                let store = store(cluster.address(), schema).await?;
                store.dead_letters(ALL).await
            }
        };
        let rows = letters.map_err(said)?.into_iter().map(|(row, _)| row);
        Ok(rows.collect())
    }

    /// Leaves nothing behind.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub(super) async fn remove(self) -> Result<(), String> {
        if let Self::Postgres { cluster, schema } = self {
            let client = client(cluster.address(), &schema).await?;
            let drop = format!("DROP SCHEMA {schema} CASCADE");
            client.batch_execute(&drop).await.map_err(said)?;
        }
        Ok(())
    }
}
