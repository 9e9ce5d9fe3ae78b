//! The shop's own table: what was ordered, for how much, and where it stands.

use payments_core::Money;
use payments_core::clock::{Clock as _, SystemClock, rfc3339};
use payments_core::incoming::{Confirmation, Expected};
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
    /// Whether the amount is to be held first.
    pub(super) reserve: bool,
    pub(super) state: State,
    /// What went wrong last, for people.
    pub(super) note: String,
    pub(super) begun: Begun,
    /// The capture or refund that is under way or was last: the same however often it is asked for.
    pub(super) operation: String,
    /// When that began, or else the order.
    pub(super) at: String,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum State {
    Waiting,
    Reserved,
    Capturing,
    Paid,
    Refunding,
    Refunded,
    Declined,
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
    pub(super) fn at(link: &str) -> Self {
        Self {
            link: Some(link.to_owned()),
            ..Self::default()
        }
    }
}

impl Order {
    /// What a message or an answer about it has to agree with.
    pub(super) fn expected(&self) -> Expected {
        Expected::new(&*self.id, self.amount)
    }

    /// Writes down where the payment stands. What comes late undoes nothing.
    pub(super) fn mark(&mut self, found: &Confirmation<()>) {
        use State::{Capturing, Declined, Paid, Refunded, Refunding, Reserved, Waiting};
        let (to, from): (_, &[State]) = match found {
            Confirmation::Confirmed(_) => (Paid, &[Waiting, Declined, Reserved, Capturing]),
            // Of one step, it is captured by the provider: it is asked again until it was.
            Confirmation::Authorised(()) if self.reserve => (Reserved, &[Waiting, Declined]),
            Confirmation::Declined(()) => (Declined, &[Waiting]),
            Confirmation::Refunded(()) | Confirmation::Voided(()) => {
                (Refunded, &[Waiting, Reserved, Paid, Refunding])
            }
            _ => return,
        };
        if from.contains(&self.state) {
            self.state = to;
            self.note.clear();
        }
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

    /// Writes a new order, if its number is new.
    pub(super) fn place(&self, order: &Order) -> Result<(), StoreError> {
        let place = "INSERT INTO tea_orders VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.0
            .transaction("writing an order", |it| write(it, place, order))
    }

    /// By its number, or by the provider's of the payment.
    pub(super) fn find(&self, key: &str) -> Result<Option<Order>, StoreError> {
        let found = self
            .0
            .transaction("reading an order", |it| select(it, BY_NUMBER, key));
        Ok(found?.pop())
    }

    /// The newest first.
    pub(super) fn all(&self) -> Result<Vec<Order>, StoreError> {
        self.0
            .transaction("reading the orders", |it| select(it, "?1 = ''", ""))
    }

    /// Changes an order, if there is one.
    pub(super) fn change(&self, key: &str, how: impl FnOnce(&mut Order)) -> Result<(), StoreError> {
        self.0
            .transaction("changing an order", |it| change(it, key, how))
    }
}

/// The same within a transaction: that which also ends a callback's row, say.
pub(super) fn change(
    transaction: &Transaction<'_>,
    key: &str,
    how: impl FnOnce(&mut Order),
) -> Result<(), SqliteError> {
    let Some(mut order) = select(transaction, BY_NUMBER, key)?.pop() else {
        return Ok(());
    };
    how(&mut order);
    let change = "UPDATE tea_orders SET content = ?2 WHERE id = ?1";
    write(transaction, change, &order)
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

fn write(transaction: &Transaction<'_>, how: &str, order: &Order) -> Result<(), SqliteError> {
    let content = serde_json::to_string(order).map_err(SqliteError::other)?;
    transaction.execute(how, [&order.id, &content])?;
    Ok(())
}

/// The time of day, as providers write it.
pub(super) fn now() -> String {
    rfc3339(SystemClock::new().wall())
}
