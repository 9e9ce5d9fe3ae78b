//! The shop's own table: what was ordered, for how much, and where it stands.

use payments_core::clock::{Clock as _, SystemClock, rfc3339};
use payments_core::incoming::Expected;
use payments_core::store::rusqlite::types::Type;
use payments_core::store::rusqlite::{
    Error, OptionalExtension as _, Params, Row, Transaction, params,
};
use payments_core::store::{Sqlite, SqliteError, StoreError};
use payments_core::{Currency, Money};

use super::provider::{Begun, Standing};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS shop_orders (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
    reserve INTEGER NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
    link TEXT, payment TEXT UNIQUE, secret TEXT,
    operation TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT";

const COLUMNS: &str = "id, provider, minor, currency, reserve, state, note, link, payment, secret, \
                       operation, at";

/// One order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Nobody can guess it: who has it may see the order's page.
    pub(super) id: String,
    pub(super) provider: String,
    pub(super) amount: Money,
    /// Whether the amount is to be held first.
    pub(super) reserve: bool,
    /// `waiting`, `reserved`, `capturing`, `paid`, `refunding`, `refunded` or `declined`.
    pub(super) state: String,
    /// What went wrong last, for people.
    pub(super) note: String,
    pub(super) link: Option<String>,
    pub(super) payment: Option<String>,
    pub(super) secret: Option<String>,
    /// The capture or refund that is under way or was last: the same however often it is asked for.
    pub(super) operation: String,
    /// When that began, or else the order.
    pub(super) at: String,
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
        store.transaction("making the shop's table", |transaction| {
            Ok(transaction.execute_batch(TABLE)?)
        })?;
        Ok(Self(store))
    }

    /// Writes a new order, if its number is new; gives what is written.
    pub(super) fn place(
        &self,
        id: &str,
        provider: &str,
        amount: Money,
        reserve: bool,
    ) -> Result<Order, StoreError> {
        let (minor, currency) = (amount.minor(), amount.currency().code());
        self.0.transaction("writing an order", |transaction| {
            transaction.execute(
                "INSERT INTO shop_orders (id, provider, minor, currency, reserve, state, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6) ON CONFLICT (id) DO NOTHING",
                params![id, provider, minor, currency, reserve, now()],
            )?;
            let select = format!("SELECT {COLUMNS} FROM shop_orders WHERE id = ?1");
            Ok(transaction.query_row(&select, [id], read)?)
        })
    }

    pub(super) fn find(&self, id: &str) -> Result<Option<Order>, StoreError> {
        self.one("id = ?1", id)
    }

    /// By the provider's number of the payment. GUIDs are the same in upper and lower case.
    pub(super) fn find_payment(&self, payment: &str) -> Result<Option<Order>, StoreError> {
        self.one("lower(payment) = lower(?1)", payment)
    }

    fn one(&self, which: &str, key: &str) -> Result<Option<Order>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM shop_orders WHERE {which}");
        self.0.transaction("reading an order", |transaction| {
            Ok(transaction.query_row(&select, [key], read).optional()?)
        })
    }

    /// The newest first.
    pub(super) fn all(&self) -> Result<Vec<Order>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM shop_orders ORDER BY rowid DESC LIMIT 200");
        self.0.transaction("reading the orders", |transaction| {
            let mut statement = transaction.prepare(&select)?;
            let orders = statement.query_map([], read)?.collect::<Result<_, _>>()?;
            Ok(orders)
        })
    }

    /// Keeps what the provider answered when the payment was started.
    pub(super) fn started(&self, id: &str, begun: &Begun) -> Result<(), StoreError> {
        let Begun {
            link,
            payment,
            secret,
        } = begun;
        self.write(
            "UPDATE shop_orders SET link = ?2, payment = ?3, secret = ?4, note = '' WHERE id = ?1",
            params![id, link, payment, secret],
        )
    }

    pub(super) fn note(&self, id: &str, note: &str) -> Result<(), StoreError> {
        self.write("UPDATE shop_orders SET note = ?2 WHERE id = ?1", [id, note])
    }

    fn write(&self, update: &str, values: impl Params) -> Result<(), StoreError> {
        self.0.transaction("writing an order", |transaction| {
            transaction.execute(update, values)?;
            Ok(())
        })
    }

    /// Moves an order on to `to`, for one operation alone: told twice with the same, it is the same.
    /// Nothing where the order is somewhere else.
    pub(super) fn begin(
        &self,
        id: &str,
        (from, to): (&str, &str),
        operation: &str,
    ) -> Result<Option<Order>, StoreError> {
        self.0.transaction("beginning an operation", |transaction| {
            transaction.execute(
                "UPDATE shop_orders SET state = ?3, operation = ?4, at = ?5 WHERE id = ?1 AND state = ?2",
                params![id, from, to, operation, now()],
            )?;
            let select = format!(
                "SELECT {COLUMNS} FROM shop_orders WHERE id = ?1 AND state = ?2 AND operation = ?3"
            );
            Ok(transaction.query_row(&select, [id, to, operation], read).optional()?)
        })
    }

    /// Ends an operation: where it began, or where it leads to.
    pub(super) fn end(&self, order: &Order, state: &str, note: &str) -> Result<(), StoreError> {
        self.write(
            "UPDATE shop_orders SET state = ?3, note = ?4 WHERE id = ?1 AND state = ?2",
            [&*order.id, &*order.state, state, note],
        )
    }

    /// Writes down where a payment stands.
    pub(super) fn settle(&self, id: &str, standing: &Standing) -> Result<(), StoreError> {
        self.0.transaction("settling an order", |transaction| {
            mark(transaction, id, standing)
        })
    }
}

/// Writes down where a payment stands, within the transaction that also ends the callback's row. What
/// comes late undoes nothing.
pub(super) fn mark(
    transaction: &Transaction<'_>,
    id: &str,
    standing: &Standing,
) -> Result<(), SqliteError> {
    let (state, from) = match standing {
        Standing::Paid => ("paid", "'waiting', 'declined', 'reserved', 'capturing'"),
        Standing::Reserved => ("reserved", "'waiting', 'declined'"),
        Standing::Declined => ("declined", "'waiting'"),
        Standing::Refunded => ("refunded", "'waiting', 'reserved', 'paid', 'refunding'"),
        Standing::Open(_) => return Ok(()),
    };
    let update =
        format!("UPDATE shop_orders SET state = ?2, note = '' WHERE id = ?1 AND state IN ({from})");
    transaction.execute(&update, [id, state])?;
    Ok(())
}

fn now() -> String {
    rfc3339(SystemClock::new().wall())
}

fn read(row: &Row<'_>) -> Result<Order, Error> {
    let currency: String = row.get("currency")?;
    let currency = Currency::from_code(&currency)
        .map_err(|error| Error::FromSqlConversionFailure(3, Type::Text, error.into()))?;
    Ok(Order {
        id: row.get("id")?,
        provider: row.get("provider")?,
        amount: Money::from_minor(row.get("minor")?, currency),
        reserve: row.get("reserve")?,
        state: row.get("state")?,
        note: row.get("note")?,
        link: row.get("link")?,
        payment: row.get("payment")?,
        secret: row.get("secret")?,
        operation: row.get("operation")?,
        at: row.get("at")?,
    })
}
