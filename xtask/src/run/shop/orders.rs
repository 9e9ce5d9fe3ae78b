//! The shop's own table: what was ordered, for how much, and where it stands.

use payments_core::Money;
use payments_core::incoming::{Expected, Progress, Standing};
use payments_core::money::stored;
use payments_core::store::rusqlite::Transaction;
use payments_core::store::{Sqlite, SqliteError, StoreError};
use serde::{Deserialize, Serialize};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS tea_orders (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS tea_payments ON tea_orders (lower(content ->> '$.begun.payment'))";

/// Its own number, or the provider's of the payment. GUIDs are the same in upper and lower case.
const BY_NUMBER: &str = "id = ?1 OR lower(content ->> '$.begun.payment') = lower(?1)";

/// One order.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Order {
    /// Nobody can guess it: who has it may see the order's page.
    pub(super) id: String,
    pub(super) provider: String,
    #[serde(with = "stored")]
    pub(super) amount: Money,
    pub(super) begun: Begun,
    pub(super) progress: Progress,
}

/// A payment that was started, or not yet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Begun {
    /// The page that the buyer is sent to.
    pub(super) link: Option<String>,
    /// What stands in a frame there.
    pub(super) frame: Option<String>,
    /// The provider's own number of the payment.
    pub(super) payment: Option<String>,
    /// What a return is verified against: it stays on the server.
    pub(super) secret: Option<String>,
}

impl Begun {
    pub(super) fn at(link: impl Into<Option<String>>) -> Self {
        let link = link.into();
        Self {
            link,
            ..Self::default()
        }
    }
}

impl Order {
    /// What a message or an answer about it has to agree with.
    pub(super) fn expected(&self) -> Expected {
        Expected::new(&*self.id, self.amount)
    }
}

/// All orders. Each method is one transaction.
#[derive(Clone)]
pub(super) struct Orders(Sqlite);

impl Orders {
    pub(super) fn open(store: Sqlite) -> Result<Self, StoreError> {
        store.transaction("making the shop's table", |it| Ok(it.execute_batch(TABLE)?))?;
        Ok(Self(store))
    }

    pub(super) fn within<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, StoreError> {
        self.0.transaction("working on the orders", work)
    }

    /// By its number, or by the provider's of the payment.
    pub(super) fn find(&self, key: &str) -> Result<Option<Order>, StoreError> {
        self.within(|it| find(it, key))
    }

    /// The newest first.
    pub(super) fn all(&self) -> Result<Vec<Order>, StoreError> {
        self.within(|it| select(it, "?1 = ''", ""))
    }

    /// Writes a new order where its number is new; gives the one that has it.
    pub(super) fn place(&self, order: Order) -> Result<Order, StoreError> {
        self.within(|it| match find(it, &order.id)? {
            Some(known) => Ok(known),
            None => write(it, &order).map(|()| order),
        })
    }

    /// Writes down where a payment stands.
    pub(super) fn reach(&self, key: &str, standing: Standing) -> Result<(), StoreError> {
        let reach = |order: &mut Order| order.progress.reach(standing);
        self.within(|it| change(it, key, reach).map(drop))
    }
}

fn find(it: &Transaction<'_>, key: &str) -> Result<Option<Order>, SqliteError> {
    Ok(select(it, BY_NUMBER, key)?.pop())
}

/// Changes an order within a transaction, that which also ends a callback's row, say; gives what that gives.
pub(super) fn change<T>(
    it: &Transaction<'_>,
    key: &str,
    how: impl FnOnce(&mut Order) -> T,
) -> Result<T, SqliteError> {
    let mut order =
        find(it, key)?.ok_or_else(|| SqliteError::other("the shop has no such order"))?;
    let done = how(&mut order);
    write(it, &order)?;
    Ok(done)
}

/// The orders that a condition on the key is true of.
fn select(it: &Transaction<'_>, which: &str, key: &str) -> Result<Vec<Order>, SqliteError> {
    let select =
        format!("SELECT content FROM tea_orders WHERE {which} ORDER BY rowid DESC LIMIT 200");
    let mut select = it.prepare(&select)?;
    let texts = select.query_map([key], |row| row.get::<_, String>(0))?;
    let orders = texts.map(|text| serde_json::from_str(&text?).map_err(SqliteError::other));
    orders.collect()
}

fn write(it: &Transaction<'_>, order: &Order) -> Result<(), SqliteError> {
    let write = "INSERT INTO tea_orders VALUES (?1, ?2) ON CONFLICT DO UPDATE SET content = ?2";
    let content = serde_json::to_string(order).map_err(SqliteError::other)?;
    it.execute(write, [&order.id, &content])?;
    Ok(())
}
