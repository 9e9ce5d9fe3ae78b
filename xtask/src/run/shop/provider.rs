//! What the shop asks of a provider: the same of all five.

use axum::Router;
use axum::routing::MethodRouter;
use payments_core::Money;
use payments_core::client::OpenCalls;
use payments_core::error::{Error, Misuse};

use crate::run::places::callback_path;

// What the file of a provider speaks of.
pub(super) use super::Shop;
pub(super) use super::orders::{Begun, Order};
pub(super) use payments_core::incoming::{Confirmation, Operation, Row};

/// A way to pay: what a buyer and an operator can do with a provider.
pub(super) struct Way {
    pub(super) title: &'static str,
    /// What the one thing on sale costs there.
    pub(super) price: Money,
    /// Whether the amount is held first, and captured later.
    pub(super) holds: bool,
    pub(super) refunds: bool,
    /// Where its callbacks come in.
    pub(super) routes: Router,
    pub(super) client: Box<dyn OpenCalls>,
    pub(super) provider: Box<dyn Provider>,
}

/// The shop's side of one provider: the client, and what its messages come in by.
pub(super) struct Till<C, E> {
    pub(super) client: C,
    pub(super) endpoint: E,
}

impl Way {
    /// Holds nothing and refunds everything, unless it is said otherwise.
    pub(super) fn of<C, E>(
        title: &'static str,
        price: Money,
        callbacks: MethodRouter,
        client: C,
        endpoint: E,
    ) -> Self
    where
        C: OpenCalls + Clone + 'static,
        Till<C, E>: Provider + 'static,
    {
        Self {
            title,
            price,
            holds: false,
            refunds: true,
            routes: Router::new().route(&callback_path(client.provider()), callbacks),
            client: Box::new(client.clone()),
            provider: Box::new(Till { client, endpoint }),
        }
    }
}

#[async_trait::async_trait]
pub(super) trait Provider: Send + Sync {
    /// Starts the payment of an order, for a buyer who comes back to `page`. Told twice, it starts one.
    async fn start(&self, order: &Order, page: &str, callback: &str) -> Result<Begun, Error>;

    /// The order that a message is about: its number, or the provider's of the payment.
    fn about(&self, row: &Row) -> String {
        row.reference().to_owned()
    }

    /// Asks where a payment stands, after a message about it or without one.
    async fn confirm(&self, order: &Order, row: Option<&Row>) -> Result<Confirmation<()>, Error>;

    /// Takes what is held. Told twice by one operation, it takes it once.
    async fn capture(&self, _order: &Order, _by: &Operation) -> Result<(), Error> {
        Err(Misuse::new("capture", "is not to be had from this provider").into())
    }

    /// Gives everything back. Told twice by one operation, it gives it back once.
    async fn refund(&self, _order: &Order, _by: &Operation) -> Result<(), Error> {
        Err(Misuse::new("refund", "is not to be had from this provider").into())
    }
}
