//! What browsers ask of the shop, and what their forms do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use payments_core::client::{ByHand, Settled};
use payments_core::clock::SystemClock;
use payments_core::incoming::{Next, Progress, Standing};
use payments_mobilepay::codes::FrameEnd;
use payments_mobilepay::ext::frame::Message;

use super::orders::{Begun, Order, change};
use super::pages::{Sent, Trouble, no_page, trouble, unknown};
use super::provider::Way;
use super::{Shop, pages};
use crate::run::{local, places};

/// All that the shop serves.
pub(super) fn app(shop: &Arc<Shop>) -> Router {
    let pages = Router::new()
        .route("/", get(front))
        .route("/style.css", get(pages::style))
        .route("/pay", post(pay))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/frame", get(frame))
        .route("/ended", post(ended))
        .route("/admin", get(admin))
        .route("/admin/{action}", post(operate))
        .fallback(async || no_page())
        .layer(from_fn(local::guard))
        .layer(map_response(pages::protect))
        .with_state(Arc::clone(shop));
    // Callbacks are proven otherwise.
    let ways = shop.ways.iter();
    ways.fold(pages, |app, way| app.merge(way.routes.clone()))
}

type Answer = Result<Response, Trouble>;

async fn front(State(shop): State<Arc<Shop>>) -> Answer {
    let id = payments_core::random_uuid()?;
    Ok(pages::front(&id, &shop.ways).into_response())
}

/// Starts the payment and sends the buyer to it. Where it was started before, only the latter.
async fn pay(State(shop): State<Arc<Shop>>, Form(form): Form<Sent>) -> Answer {
    let mut letters = form.order.bytes();
    let is_id = form.order.len() == 36 && letters.all(|it| it == b'-' || it.is_ascii_hexdigit());
    let way = shop.way(&form.provider).filter(|_| is_id);
    let way = way.ok_or_else(|| trouble(400, "There is no such way to pay. Choose again."))?;
    let order = shop.orders.place(Order {
        id: form.order,
        amount: way.price,
        provider: form.provider.clone(),
        progress: Progress::default(),
        begun: Begun::default(),
    })?;
    if order.provider != form.provider {
        return Err(trouble(409, "This order is paid in another way."));
    }
    if let Some(link) = &order.begun.link {
        return Ok(Redirect::to(link).into_response());
    }
    let page = shop.url(&format!("/orders/{}", order.id));
    let callback = shop.url(&places::callback_path(&order.provider));
    let begun = way.provider.start(&order, &page, &callback).await;
    let begun = begun.map_err(|error| pages::failed(&order, &error))?;
    let link = begun.link.clone();
    let begin = |order: &mut Order| order.begun = begun;
    shop.orders.within(|it| change(it, &order.id, begin))?;
    let link = link.ok_or_else(|| trouble(503, "The provider named no page to pay on."))?;
    Ok(Redirect::to(&link).into_response())
}

async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Answer {
    let (order, way) = shop.order(&id)?;
    Ok(pages::order(&order, way).into_response())
}

async fn frame(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Answer {
    let (order, _) = shop.order(&id)?;
    let link = order.begun.frame.as_deref().ok_or_else(no_page)?;
    Ok(pages::frame(&order, &link.parse()?)?.into_response())
}

/// What the page in the frame said at its end. It proves nothing: who gave up sees so at once, and a card
/// that comes all the same is authorized.
async fn ended(State(shop): State<Arc<Shop>>, Form(form): Form<Sent>) -> Answer {
    let (order, _) = shop.order(&form.order)?;
    if Message::parse(&form.message).is_some_and(|said| said.end != FrameEnd::Completed) {
        shop.orders.reach(&order.id, Standing::Declined)?;
    }
    Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response())
}

async fn admin(State(shop): State<Arc<Shop>>) -> Answer {
    let (open, dead) = (shop.journal.open_calls()?, shop.inbox.dead_letters(100)?);
    let orders = shop.orders.all()?;
    Ok(pages::admin(&shop, &orders, &open, &dead).into_response())
}

/// What the buttons of the admin page do.
async fn operate(
    State(shop): State<Arc<Shop>>,
    Path(action): Path<String>,
    Form(form): Form<Sent>,
) -> Answer {
    use Standing::{Authorised, Paid, Refunded};
    match &*action {
        "ask" => shop.ask_again(&form.order).await?,
        "capture" => shop.take(&form.order, Authorised, Paid).await?,
        "refund" => shop.take(&form.order, Paid, Refunded).await?,
        "calls" => shop.settle(&form).await?,
        "callbacks" => shop.revive()?,
        _ => return Err(no_page()),
    }
    Ok(Redirect::to("/admin").into_response())
}

impl Shop {
    fn order(&self, id: &str) -> Result<(Order, &Way), Trouble> {
        let order = self.orders.find(id)?.filter(|order| order.id == id);
        let found = order.and_then(|order| self.way(&order.provider).map(|way| (order, way)));
        found.ok_or_else(|| trouble(404, "The shop has no such order."))
    }

    /// Asks the provider about an order whose callback never came.
    async fn ask_again(&self, id: &str) -> Result<(), Trouble> {
        let (order, way) = self.order(id)?;
        match self.ask(way, &order, None).await {
            Next::Act(standing) => Ok(self.orders.reach(id, standing)?),
            Next::Retry(why) => Err(unknown(why)),
            Next::Done => Ok(()),
        }
    }

    /// Captures or refunds an order in full, and so moves it from one standing to the other. Asked for once
    /// more it is the same operation, until it is known how it ended; then it is nothing.
    async fn take(&self, id: &str, from: Standing, to: Standing) -> Result<(), Trouble> {
        let (order, way) = self.order(id)?;
        let (new, clock) = (payments_core::random_uuid()?, SystemClock::new());
        let begin = |order: &mut Order| order.progress.begin(from, new, &clock);
        let Some(by) = self.orders.within(|it| change(it, id, begin))? else {
            return Ok(());
        };
        let done = match to {
            Standing::Paid => way.provider.capture(&order, &by).await,
            _ => way.provider.refund(&order, &by).await,
        };
        let end = |order: &mut Order| order.progress.end(&by, to, done);
        let ended = self.orders.within(|it| change(it, id, end))?;
        ended
            .map(drop)
            .map_err(|error| pages::failed(&order, &error))
    }

    /// Settles a call whose outcome is not known: by asking, or as a person says.
    async fn settle(&self, form: &Sent) -> Result<(), Trouble> {
        let mut open = self.journal.open_calls()?.into_iter();
        let row = open.find(|open| open.id().number() == form.row);
        let found = row.and_then(|row| Some((self.way(row.record().provider())?, row)));
        let (way, row) = found.ok_or_else(|| trouble(409, "This call is not open any more."))?;
        let settle = |found| way.client.settle_by_hand(&row, found, &form.who, &form.why);
        match &*form.found {
            "done" => settle(ByHand::Done).await?,
            "never" => settle(ByHand::NeverHappened).await?,
            _ => {
                if let Settled::StillOpen(why) = way.client.settle(&row).await? {
                    return Err(unknown(why));
                }
            }
        }
        Ok(())
    }

    /// Lets the callbacks that were set aside be tried again.
    fn revive(&self) -> Result<(), Trouble> {
        for (row, _) in self.inbox.dead_letters(100)? {
            self.inbox.revive(row.key())?;
        }
        Ok(())
    }
}
