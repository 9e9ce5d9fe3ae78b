//! What browsers ask of the shop, and what their forms do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use payments_core::client::{ByHand, Settled};
use payments_core::error::Error;
use payments_core::incoming::{Confirmation, Next as Known};
use payments_mobilepay::codes::FrameEnd;
use payments_mobilepay::ext::frame::Message;
use serde::Deserialize;

use super::orders::{Begun, Order, State as At, now};
use super::pages::{Trouble, no_page, trouble};
use super::provider::{Holds, Way};
use super::{Shop, pages};

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
        .route("/admin/ask", post(ask))
        .route("/admin/{action}", post(operate))
        .route("/admin/calls", post(settle))
        .route("/admin/callbacks", post(revive))
        .fallback(async || no_page())
        .layer(from_fn_with_state(Arc::clone(shop), guard))
        .with_state(Arc::clone(shop));
    let ways = shop.ways.iter();
    ways.fold(pages, |app, way| app.merge(way.routes.clone()))
}

async fn guard(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let mut response = match admit(shop.address.port(), &request) {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    };
    pages::protect(response.headers_mut());
    response
}

/// Lets in who means this shop: by its own name, and with forms from its own pages. Other sites can
/// make a browser send a form here, but not with this `Origin`. Callbacks are proven otherwise.
fn admit(port: u16, request: &Request) -> Result<(), Trouble> {
    let text = |name| request.headers().get(name)?.to_str().ok();
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let own = own.iter().find(|own| text(header::HOST) == Some(own));
    let own = own.ok_or_else(|| trouble(421, "Open the shop by the address that it printed."))?;
    let is_from_here = text(header::ORIGIN) == Some(&format!("http://{own}"));
    if request.method() == Method::POST && !is_from_here {
        return Err(trouble(403, "Send the form from the shop's own page."));
    }
    Ok(())
}

type Answer = Result<Response, Trouble>;

impl Shop {
    fn order(&self, id: &str) -> Result<(Order, &Way), Trouble> {
        let order = self.orders.find(id)?.filter(|order| order.id == id);
        let found = order.and_then(|order| Some((self.way(&order.provider)?, order)));
        let (way, order) = found.ok_or_else(|| trouble(404, "The shop has no such order."))?;
        Ok((order, way))
    }
}

/// What the shop's forms send: each some of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    /// Drawn with the page: the same form sent twice is one order.
    order: String,
    provider: String,
    reserve: bool,
    /// Drawn with the page: the same form sent twice is one capture or refund.
    operation: String,
    /// What the page in the frame said.
    message: String,
    /// The number of an open call, and what became of it: `done`, `never`, or else it is asked for.
    row: i64,
    found: String,
    who: String,
    why: String,
    /// The name of a callback that was set aside.
    key: String,
}

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
    shop.orders.place(&Order {
        id: form.order.clone(),
        provider: form.provider.clone(),
        amount: way.price,
        reserve: way.holds == Holds::Always || way.holds == Holds::OnDemand && form.reserve,
        state: At::Waiting,
        note: String::new(),
        begun: Begun::default(),
        operation: String::new(),
        at: now(),
    })?;
    let (order, _) = shop.order(&form.order)?;
    if order.provider != form.provider {
        return Err(trouble(409, "This order is paid in another way."));
    }
    let begun = match order.begun.link {
        Some(_) => Ok(order.begun),
        None => way.provider.start(&order).await,
    };
    let mut page = format!("/orders/{}", order.id);
    shop.orders.change(&order.id, |order| match begun {
        Ok(begun) => {
            page = begun.link.clone().unwrap_or_default();
            (order.begun, order.note) = (begun, String::new());
        }
        Err(error) => order.note = pages::error(&error),
    })?;
    Ok(Redirect::to(&page).into_response())
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
        let declined = Confirmation::Declined(());
        let declined = |order: &mut Order| order.mark(&declined);
        shop.orders.change(&order.id, declined)?;
    }
    Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response())
}

async fn admin(State(shop): State<Arc<Shop>>) -> Answer {
    let (open, dead) = (shop.journal.open_calls()?, shop.inbox.dead_letters(100)?);
    let orders = shop.orders.all()?;
    let orders = orders
        .iter()
        .filter_map(|order| Some((order, shop.way(&order.provider)?)));
    Ok(pages::admin(orders, &open, &dead).into_response())
}

fn back_to_admin() -> Answer {
    Ok(Redirect::to("/admin").into_response())
}

/// Captures or refunds: moves an order from one state through the second, in which the provider is told,
/// to the third.
async fn operate(
    State(shop): State<Arc<Shop>>,
    Path(action): Path<String>,
    Form(form): Form<Sent>,
) -> Answer {
    let [from, through, to] = match &*action {
        "capture" => [At::Reserved, At::Capturing, At::Paid],
        "refund" => [At::Paid, At::Refunding, At::Refunded],
        _ => return Err(no_page()),
    };
    let (order, way) = shop.order(&form.order)?;
    shop.orders.change(&order.id, |order| {
        if order.state == from {
            (order.state, order.at) = (through, now());
            order.operation.clone_from(&form.operation);
        }
    })?;
    let (order, _) = shop.order(&order.id)?;
    let is_it = order.operation == form.operation;
    if is_it && order.state == to {
        return back_to_admin();
    }
    if !is_it || order.state != through {
        return Err(trouble(
            409,
            "The order has moved on: load the admin page again.",
        ));
    }
    let done = match through {
        At::Capturing => way.provider.capture(&order).await,
        _ => way.provider.refund(&order).await,
    };
    let known = |error: Error| (error.money_moved().known(), pages::error(&error));
    let (state, note) = match done.map_err(known) {
        // An error after it was carried out: known by now, from the journal.
        Ok(()) | Err((Some(true), _)) => (to, String::new()),
        Err((Some(false), note)) => (from, note),
        // The order stays where it is, until somebody knows.
        Err((None, note)) => (through, note),
    };
    shop.orders.change(&order.id, |order| {
        if order.state == through {
            (order.state, order.note) = (state, note);
        }
    })?;
    back_to_admin()
}

/// Asks the provider about an order whose callback never came.
async fn ask(State(shop): State<Arc<Shop>>, Form(form): Form<Sent>) -> Answer {
    let (order, way) = shop.order(&form.order)?;
    let asked = way.provider.confirm(&order, None).await;
    shop.orders
        .change(&order.id, |order| match Known::after(asked) {
            Known::Act(found) => order.mark(&found),
            Known::Retry(why) => order.note = why,
            Known::Done => {}
        })?;
    back_to_admin()
}

/// Settles a call whose outcome is not known: by asking, or as a person says.
async fn settle(State(shop): State<Arc<Shop>>, Form(form): Form<Sent>) -> Answer {
    let mut open = shop.journal.open_calls()?.into_iter();
    let row = open.find(|open| open.id().number() == form.row);
    let found = row.and_then(|row| Some((shop.way(row.record().provider())?, row)));
    let (way, row) = found.ok_or_else(|| trouble(409, "This call is not open any more."))?;
    let settle = |found| way.client.settle_by_hand(&row, found, &form.who, &form.why);
    match &*form.found {
        "done" => settle(ByHand::Done).await?,
        "never" => settle(ByHand::NeverHappened).await?,
        _ => {
            if let Settled::StillOpen(why) = way.client.settle(&row).await? {
                return Err(trouble(409, &format!("It is not known: {why}.")));
            }
        }
    }
    back_to_admin()
}

/// Lets a callback that was set aside be tried again.
async fn revive(State(shop): State<Arc<Shop>>, Form(form): Form<Sent>) -> Answer {
    let dead = shop.inbox.dead_letters(100)?;
    let mut keys = dead.iter().map(|(row, _)| row.key());
    if let Some(key) = keys.find(|key| key.to_string() == form.key) {
        shop.inbox.revive(key)?;
    }
    back_to_admin()
}
