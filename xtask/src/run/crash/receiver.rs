//! The merchant's receiver: it takes callbacks in over HTTP, and works them off.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use payments_core::incoming::{Inbox, InboxOptions, InboxStore, Outcome};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::callback::{Effect, Verifiers};
use super::front::Front;
use super::part::{Place, Word, listen, tell};
use super::postgres::patiently;
use super::said;
use super::wrapped::Wrapped;

mod postgres;
mod sqlite;

#[cfg(test)]
pub(super) use postgres::insert as insert_on_server;
#[cfg(test)]
pub(super) use sqlite::insert;

/// How often a worker without work looks for some.
const PAUSE: Duration = Duration::from_millis(20);

/// The merchant's own table. Nothing in it hinders a second effect.
const EFFECTS: &str = "CREATE TABLE IF NOT EXISTS shop_effects \
    (provider TEXT NOT NULL, account TEXT NOT NULL, reference TEXT NOT NULL, event TEXT NOT NULL)";
/// Callbacks that are kept, and payments that a worker had begun with.
const LEFT: &str = "SELECT (SELECT count(*) FROM payments_inbox), \
    (SELECT count(*) FROM payments_inbox_payment WHERE claimed_until IS NOT NULL)";
const WAITING: &str = "SELECT count(*) FROM payments_inbox WHERE state = 'waiting'";

/// What the receiver keeps all in.
trait Shop: Clone + Send + Sync + 'static {
    const WORKERS: usize;

    /// The store of the route of this number.
    ///
    /// # Errors
    /// If there is no such route.
    fn front(&self, route: usize) -> Result<Arc<dyn InboxStore>, String>;

    /// How many callbacks were kept when it was opened, and with how many payments a worker had begun.
    fn left(&self) -> (u64, u64);

    /// Whether all callbacks are worked off, as far as that can be told now.
    fn is_done(&self) -> impl Future<Output = Result<bool, String>> + Send;

    /// Does all that is due, as far as the database is there.
    fn work(
        &self,
        worker: usize,
        verifiers: &Arc<Verifiers>,
    ) -> impl Future<Output = Result<(), String>> + Send;
}

/// Serves until it is killed.
///
/// # Errors
/// What made it end.
pub(super) async fn serve(place: Place, wrapped: Wrapped) -> Result<(), String> {
    match place {
        Place::Sqlite(file) => {
            let shop = sqlite::Shop::open(&file, wrapped.before)?;
            run(shop, wrapped).await
        }
        Place::Postgres { address, schema } => {
            // It may be coming back just now.
            let shop =
                patiently(|| postgres::Shop::open(&address, &schema, wrapped.before_on_server))
                    .await?;
            run(shop, wrapped).await
        }
    }
}

async fn run(shop: impl Shop, wrapped: Wrapped) -> Result<(), String> {
    let mut end = listen();
    let (kept, begun) = shop.left();
    let verifiers = Arc::new(Verifiers::new(wrapped.called)?);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(said)?;
    let address = Some(listener.local_addr().map_err(said)?);
    let app = routes(&shop, &verifiers, wrapped)?;
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, app).await.map_err(said) });
    spawn_workers(&mut tasks, &shop, &verifiers);
    tasks.spawn(async move {
        end.wait_for(|end| *end).await.map_err(said)?;
        while !shop.is_done().await? {
            sleep(PAUSE).await;
        }
        tell(Word::Done)?;
        pending().await
    });
    tell(Word::Ready {
        address,
        kept,
        begun,
    })?;
    match tasks.join_next().await {
        Some(Ok(ended)) => ended,
        Some(Err(error)) => Err(said(error)),
        None => Ok(()),
    }
}

fn spawn_workers<S: Shop>(
    tasks: &mut JoinSet<Result<(), String>>,
    shop: &S,
    verifiers: &Arc<Verifiers>,
) {
    for worker in 0..S::WORKERS {
        let (shop, verifiers) = (shop.clone(), Arc::clone(verifiers));
        tasks.spawn(async move {
            loop {
                shop.work(worker, &verifiers).await?;
                sleep(PAUSE).await;
            }
        });
    }
}

fn routes(shop: &impl Shop, verifiers: &Verifiers, wrapped: Wrapped) -> Result<Router, String> {
    let inbox = |route| {
        let store = shop.front(route)?;
        let front = Front((wrapped.accepting)(store));
        Ok::<_, String>(Inbox::on(front, options()))
    };
    let mut app = Router::new();
    for (route, (path, verifier)) in verifiers.mocasa.iter().enumerate() {
        let endpoint = payments_mocasa::axum::route(verifier.clone(), inbox(route)?);
        app = app.route(path, endpoint);
    }
    for (route, (path, verifier)) in verifiers.momo.iter().enumerate() {
        let route = route.saturating_add(verifiers.mocasa.len());
        let endpoint = payments_momo::axum::ipn(inbox(route)?, verifier.clone());
        app = app.route(path, endpoint);
    }
    Ok(app)
}

/// A lease that a killed worker's rows are not held up by for long; it is long for a handler that
/// writes one row.
pub(super) fn options() -> InboxOptions {
    InboxOptions {
        first_pause: Duration::from_millis(50),
        longest_pause: Duration::from_secs(1),
        lease: Duration::from_secs(2),
        ..InboxOptions::default()
    }
}

/// A payment that is paid stays so, whatever comes after.
fn outcome(effect: &Effect) -> Outcome {
    match &*effect.event {
        "success" | "0" => Outcome::Settled,
        _ => Outcome::Done,
    }
}
