//! What the shop asks of a provider: the same of all five.

use async_trait::async_trait;
use axum::Router;
use payments_core::client::{ByHand, Settled};
use payments_core::error::{Error, Misuse};
use payments_core::incoming::{Confirmation, Inbox, Row};
use payments_core::store::{Sqlite, StoreError};
use payments_core::{Money, journal};

use super::orders::{Order, Orders};

/// What every provider of the shop is built on.
#[derive(Clone)]
pub(super) struct Ground {
    /// The shop's own address, without a slash at the end.
    pub(super) address: String,
    pub(super) orders: Orders,
    pub(super) inbox: Inbox<Sqlite>,
    pub(super) journal: journal::Journal,
}

impl Ground {
    /// Where the buyer comes back to.
    pub(super) fn order_page(&self, order: &Order) -> String {
        format!("{}/orders/{}", self.address, order.id)
    }

    /// Where the provider's callbacks come in.
    pub(super) fn callback(&self, provider: &str) -> String {
        format!(
            "{}{}",
            self.address,
            crate::run::places::callback_path(provider)
        )
    }
}

/// What a buyer and an operator can do with a provider.
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What the one thing on sale costs there.
    pub(super) price: Money,
    pub(super) holds: Holds,
    pub(super) refunds: bool,
    /// Whether the payer's page stands in a frame of the shop's.
    pub(super) framed: bool,
}

/// Whether an amount is held first, and captured later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Never,
    OnDemand,
    Always,
}

/// A payment that was started.
#[derive(Default)]
pub(super) struct Begun {
    /// The page that the buyer is sent to.
    pub(super) link: String,
    /// The provider's own number of the payment.
    pub(super) payment: Option<String>,
    /// What a return is verified against: it stays on the server.
    pub(super) secret: Option<String>,
}

/// Where a payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Paid,
    Reserved,
    Declined,
    Refunded,
    /// Not known yet, for this reason: it is asked again.
    Open(String),
}

impl<T> From<Confirmation<T>> for Standing {
    fn from(found: Confirmation<T>) -> Self {
        match found {
            Confirmation::Confirmed(_) => Self::Paid,
            Confirmation::Declined(_) => Self::Declined,
            Confirmation::Refunded(_) => Self::Refunded,
            Confirmation::Differs(_) => Self::differs(),
            _ => Self::Open("not paid yet".to_owned()),
        }
    }
}

impl Standing {
    pub(super) fn differs() -> Self {
        Self::Open("the provider speaks of another amount or payment: look at it".to_owned())
    }
}

#[async_trait]
pub(super) trait Provider: Journaled {
    fn facts(&self) -> &'static Facts;

    /// Where its callbacks come in.
    fn routes(&self) -> Router;

    /// Starts the payment of an order. Told twice, it starts one.
    async fn start(&self, order: &Order) -> Result<Begun, Error>;

    /// The order that a message is about.
    fn order(&self, orders: &Orders, row: &Row) -> Result<Option<Order>, StoreError> {
        orders.find(row.reference())
    }

    /// Asks where a payment stands, after a message about it or without one.
    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Standing, Error>;

    /// Gives everything back. Told twice with one operation, it gives it back once.
    async fn refund(&self, _order: &Order) -> Result<(), Error> {
        Err(Misuse::new("refund", "is not to be had from this provider").into())
    }

    /// Takes what is held.
    async fn capture(&self, _order: &Order) -> Result<(), Error> {
        Err(Misuse::new("capture", "is not to be had from this provider").into())
    }
}

/// What becomes of a recorded call whose outcome is not known: the provider is asked, or a person says.
#[async_trait]
pub(super) trait Journaled: Send + Sync {
    async fn settle(&self, row: &journal::Row) -> Result<Settled, Error>;
    async fn by_hand(
        &self,
        row: &journal::Row,
        found: ByHand,
        who: &str,
        why: &str,
    ) -> Result<(), Error>;
}

/// The clients are five types; what they have in common is said once.
macro_rules! journaled {
    ($provider:ty) => {
        use payments_core::{client, journal};

        #[async_trait]
        impl super::provider::Journaled for $provider {
            async fn settle(&self, row: &journal::Row) -> Result<client::Settled, Error> {
                self.client.settle(row).await
            }

            async fn by_hand(
                &self,
                row: &journal::Row,
                found: client::ByHand,
                who: &str,
                why: &str,
            ) -> Result<(), Error> {
                self.client.settle_by_hand(row, found, who, why).await
            }
        }
    };
}
pub(super) use journaled;
