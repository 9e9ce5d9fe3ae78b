//! The payer's book: what it wants to pay, and its journal beside it.

use payments_core::journal::Journal;
use payments_core::store::rusqlite::{OptionalExtension, params};
use payments_core::store::tokio_postgres::types::ToSql;
use payments_core::store::{Postgres, Sqlite};
use tokio::runtime::Handle;

use super::figures::Wish;
use super::part::Place;
use super::postgres::store;
use super::said;

/// What the merchant wants to pay, and whether it knows that it has. All tills use the same numbers.
const COLUMNS: &str = "till TEXT NOT NULL, number TEXT NOT NULL, paid BIGINT NOT NULL DEFAULT 0";
const NEXT: &str = "SELECT id, number FROM shop_payouts \
    WHERE till = ?1 AND paid = 0 AND id > ?2 ORDER BY id LIMIT 1";
const WISH: &str = "INSERT INTO shop_payouts (till, number) \
    SELECT ?1, 'PAYOUT-' || (1 + count(*)) FROM shop_payouts WHERE till = ?1 RETURNING number";
const PAID: &str = "UPDATE shop_payouts SET paid = 1 WHERE till = ?1 AND number = ?2";
/// With what the journal has of them: until when no effect can be of a call that is believed, because the provider
/// was asked and those before never happened. That is when the next one was sent first, as far as the row still says.
const ALL: &str = "SELECT till, number, paid, believed FROM shop_payouts LEFT JOIN (
        SELECT never.account || ' ' || never.call AS till, never.reference AS number,
            max(coalesce(again.sent_at, never.settled_at)) AS believed
        FROM payments_journal AS never LEFT JOIN payments_journal AS again
            ON again.account = never.account AND again.call = never.call
            AND again.reference = never.reference AND again.id > never.id AND again.attempts = 1
        WHERE never.state = 'never' AND never.settled_by = 'query' GROUP BY 1, 2
    ) AS believed USING (till, number) ORDER BY id";

/// In a file or on a server.
#[derive(Clone)]
pub(super) struct Book(Kind);

#[derive(Clone)]
enum Kind {
    Sqlite(Sqlite),
    Postgres(Server),
}

/// Its methods wait on threads that are none of the runtime's.
#[derive(Clone)]
struct Server {
    journal: Postgres,
    payouts: Postgres,
    runtime: Handle,
}

impl Book {
    /// Opens it, and makes the table where there is none. The runtime has to live as long as the book.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(super) fn open(place: &Place, runtime: &Handle) -> Result<Self, String> {
        match place {
            Place::Sqlite(file) => {
                let store = Sqlite::open(file).map_err(said)?;
                let table = format!(
                    "CREATE TABLE IF NOT EXISTS shop_payouts (id INTEGER PRIMARY KEY, {COLUMNS})"
                );
                let made = store.transaction("making the table", |transaction| {
                    Ok(transaction.execute_batch(&table)?)
                });
                made.map_err(said)?;
                Ok(Self(Kind::Sqlite(store)))
            }
            Place::Postgres { address, schema } => runtime.block_on(async {
                let payouts = store(address, schema).await?;
                let table = format!(
                    "CREATE TABLE IF NOT EXISTS shop_payouts \
                     (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {COLUMNS})"
                );
                let client = payouts.client().await.map_err(said)?;
                client.batch_execute(&table).await.map_err(said)?;
                drop(client);
                Ok(Self(Kind::Postgres(Server {
                    journal: store(address, schema).await?,
                    payouts,
                    runtime: runtime.clone(),
                })))
            }),
        }
    }

    /// The journal of an account.
    pub(super) fn journal(&self, account: &str) -> Journal {
        match &self.0 {
            Kind::Sqlite(store) => Journal::new(store.clone(), account),
            Kind::Postgres(server) => Journal::new(server.journal.clone(), account),
        }
    }

    /// The next payout after that one that is not known to be paid.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn next(&self, till: &str, after: i64) -> Result<Option<(i64, String)>, String> {
        match &self.0 {
            Kind::Sqlite(store) => {
                let found = store.transaction("looking for a payout", |transaction| {
                    let row = transaction.query_row(NEXT, params![till, after], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    });
                    Ok(row.optional()?)
                });
                found.map_err(said)
            }
            Kind::Postgres(server) => {
                let rows = server.query(NEXT, &[&till, &after])?;
                let row = rows
                    .first()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
                row.transpose().map_err(|error: PostgresError| said(error))
            }
        }
    }

    /// One more payout that is wanted.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn wish(&self, till: &str) -> Result<String, String> {
        match &self.0 {
            Kind::Sqlite(store) => {
                let made = store.transaction("wanting a payout", |transaction| {
                    Ok(transaction.query_row(WISH, [till], |row| row.get(0))?)
                });
                made.map_err(said)
            }
            Kind::Postgres(server) => {
                let rows = server.query(WISH, &[&till])?;
                let row = rows.first().ok_or("a payout has no number")?;
                row.try_get(0).map_err(said)
            }
        }
    }

    /// Notes that a payout is made.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn is_paid(&self, till: &str, number: &str) -> Result<(), String> {
        match &self.0 {
            Kind::Sqlite(store) => {
                let made = store.transaction("noting a payout", |transaction| {
                    transaction.execute(PAID, params![till, number])?;
                    Ok(())
                });
                made.map_err(said)
            }
            Kind::Postgres(server) => server.query(PAID, &[&till, &number]).map(drop),
        }
    }

    /// What was wanted, and what became of it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn wanted(&self) -> Result<Vec<Wish>, String> {
        match &self.0 {
            Kind::Sqlite(store) => {
                let found = store.transaction("listing the payouts", |transaction| {
                    let mut statement = transaction.prepare(ALL)?;
                    let rows = statement.query_map([], |row| {
                        Ok(Wish {
                            till: row.get(0)?,
                            number: row.get(1)?,
                            is_known: row.get::<_, i64>(2)? != 0,
                            never_at: row.get(3)?,
                        })
                    })?;
                    Ok(rows.collect::<Result<_, _>>()?)
                });
                found.map_err(said)
            }
            Kind::Postgres(server) => {
                let rows = server.query(ALL, &[])?;
                let wanted = rows.iter().map(|row| {
                    Ok(Wish {
                        till: row.try_get(0)?,
                        number: row.try_get(1)?,
                        is_known: row.try_get::<_, i64>(2)? != 0,
                        never_at: row.try_get(3)?,
                    })
                });
                wanted.collect::<Result<_, PostgresError>>().map_err(said)
            }
        }
    }
}

type PostgresError = payments_core::store::tokio_postgres::Error;
type PostgresRow = payments_core::store::tokio_postgres::Row;

impl Server {
    fn query(
        &self,
        text: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<PostgresRow>, String> {
        let text = text.replace('?', "$");
        self.runtime.block_on(async {
            let client = self.payouts.client().await.map_err(said)?;
            client.query(&text, values).await.map_err(said)
        })
    }
}
