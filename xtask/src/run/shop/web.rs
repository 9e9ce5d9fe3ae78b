//! What browsers see of the shop, and what their forms do.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, http};
use payments_core::MoneyMoved;
use payments_core::client::{ByHand, Settled};
use payments_core::error::Error;
use payments_core::store::StoreError;
use payments_mobilepay::Link;
use payments_mobilepay::ext::frame::embed;
use serde::Deserialize;

use super::orders::Order;
use super::provider::{Holds, Provider, Standing};
use super::{Shop, in_words, pages};

type Answer = Result<Response, Trouble>;
type Sent<T> = Result<Form<T>, FormRejection>;

/// All that the shop serves.
pub(super) fn app(shop: &Arc<Shop>) -> Router {
    let mut app = Router::new()
        .route("/", get(front))
        .route("/style.css", get(pages::style))
        .route("/pay", post(pay))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/frame", get(frame))
        .route("/admin", get(admin))
        .route("/admin/{action}", post(operate))
        .route("/admin/calls", post(settle))
        .route("/admin/callbacks", post(revive))
        .fallback(|| async { Trouble::nothing_here() })
        .with_state(Arc::clone(shop));
    for provider in &shop.providers {
        app = app.merge(provider.routes());
    }
    app.layer(from_fn_with_state(Arc::clone(shop), guard))
}

/// Lets in who means this shop.
async fn guard(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let mut response = match admit(shop.address.port(), &request) {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    };
    pages::protect(response.headers_mut());
    response
}

/// By its own name, and with forms from its own pages: other sites can make a browser send a form
/// here, but not with this `Origin`. Callbacks are proven otherwise.
fn admit(port: u16, request: &Request) -> Result<(), Trouble> {
    let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let text = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = text(header::HOST).filter(|host| hosts.iter().any(|own| own == host));
    let host = host.ok_or_else(|| {
        Trouble::new(
            421,
            "Not this shop",
            "Open it by the address that it printed.",
        )
    })?;
    let is_form =
        request.method() == Method::POST && !request.uri().path().starts_with("/callbacks/");
    if is_form && text(header::ORIGIN) != Some(&*format!("http://{host}")) {
        let text = "Send the form from the shop's own page.";
        return Err(Trouble::new(403, "Not from here", text));
    }
    Ok(())
}

/// What is said instead of a page.
pub(super) struct Trouble {
    status: StatusCode,
    title: &'static str,
    text: String,
}

impl Trouble {
    fn new(status: u16, title: &'static str, text: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = text.into();
        Self {
            status,
            title,
            text,
        }
    }

    fn nothing_here() -> Self {
        Self::new(404, "Nothing here", "There is no such page.")
    }

    fn no_order() -> Self {
        Self::new(
            404,
            "No such order",
            "The shop has no order with this number.",
        )
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (self.status, pages::trouble(self.title, &self.text)).into_response()
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::new(
            503,
            "The shop cannot write",
            format!("{error}; {}", error.help()),
        )
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::new(502, "That did not work", in_words(&error))
    }
}

impl From<FormRejection> for Trouble {
    fn from(rejection: FormRejection) -> Self {
        Self::new(400, "The form cannot be read", rejection.body_text())
    }
}

impl Shop {
    fn order(&self, id: &str) -> Result<(Order, &dyn Provider), Trouble> {
        let order = self.orders.find(id)?.ok_or_else(Trouble::no_order)?;
        let provider = self
            .provider(&order.provider)
            .ok_or_else(Trouble::no_order)?;
        Ok((order, provider))
    }
}

async fn front(State(shop): State<Arc<Shop>>) -> Answer {
    let id = payments_core::random_uuid().map_err(Error::from)?;
    Ok(pages::front(&id, shop.providers.iter().map(|one| one.facts())).into_response())
}

#[derive(Deserialize)]
struct Pay {
    /// Drawn with the page: the same form sent twice is one order.
    order: String,
    provider: String,
    #[serde(default)]
    reserve: bool,
}

/// Starts the payment and sends the buyer to it. Where it was started before, only the latter.
async fn pay(State(shop): State<Arc<Shop>>, form: Sent<Pay>) -> Answer {
    let Form(Pay {
        order,
        provider,
        reserve,
    }) = form?;
    let is_id = order.len() == 36 && order.bytes().all(|it| it == b'-' || it.is_ascii_hexdigit());
    let found = shop.provider(&provider).filter(|_| is_id);
    let Some(provider) = found else {
        return Err(Trouble::new(
            400,
            "No such way to pay",
            "Go back and choose again.",
        ));
    };
    let facts = provider.facts();
    let reserve = match facts.holds {
        Holds::Never => false,
        Holds::OnDemand => reserve,
        Holds::Always => true,
    };
    let order = shop
        .orders
        .place(&order, facts.name, facts.price, reserve)?;
    if order.provider != facts.name {
        return Err(Trouble::new(
            409,
            "Already ordered",
            "This order is paid in another way.",
        ));
    }
    let page = format!("/orders/{}", order.id);
    let link = match order.link.clone() {
        Some(link) => link,
        None => match provider.start(&order).await {
            Ok(begun) => {
                shop.orders.started(&order.id, &begun)?;
                begun.link
            }
            Err(error) => {
                shop.orders.note(&order.id, &in_words(&error))?;
                return Ok(Redirect::to(&page).into_response());
            }
        },
    };
    let target = if facts.framed {
        format!("{page}/frame")
    } else {
        link
    };
    Ok(Redirect::to(&target).into_response())
}

async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Answer {
    let (order, provider) = shop.order(&id)?;
    Ok(pages::order(&order, provider.facts()).into_response())
}

/// MobilePay's page in a frame: it tells this one when it is over.
async fn frame(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Answer {
    let (order, _) = shop.order(&id)?;
    let link = order.link.clone().ok_or_else(Trouble::no_order)?;
    let page: Link = link.parse().map_err(Error::from)?;
    let frame = embed(&page).map_err(Error::from)?;
    let uri: http::Uri = link.parse().map_err(|_| Trouble::no_order())?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let origin = format!("{}://{authority}", uri.scheme_str().unwrap_or("https"));
    let (html, policy) = pages::frame(&order, &link, &frame, &origin);
    let mut response = html.into_response();
    let policy = HeaderValue::from_str(&policy).map_err(|_| Trouble::no_order())?;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

async fn admin(State(shop): State<Arc<Shop>>) -> Answer {
    let open = shop.journal.open_calls()?;
    let dead = shop.inbox.dead_letters(100)?;
    let orders = shop.orders.all()?;
    let shown = orders
        .iter()
        .filter_map(|order| Some((order, shop.provider(&order.provider)?.facts())));
    Ok(pages::admin(shown, &open, &dead).into_response())
}

#[derive(Deserialize)]
struct Operation {
    order: String,
    /// Drawn with the page: the same form sent twice is one capture or refund.
    #[serde(default)]
    operation: String,
}

/// What an operator does with an order.
async fn operate(
    State(shop): State<Arc<Shop>>,
    Path(action): Path<String>,
    form: Sent<Operation>,
) -> Answer {
    let Form(form) = form?;
    match &*action {
        "capture" => carry_out(&shop, &form, ["reserved", "capturing", "paid"]).await?,
        "refund" => carry_out(&shop, &form, ["paid", "refunding", "refunded"]).await?,
        "ask" => ask(&shop, &form).await?,
        _ => return Err(Trouble::nothing_here()),
    }
    Ok(Redirect::to("/admin").into_response())
}

/// Moves an order from one state through the second, in which the provider is told, to the third.
async fn carry_out(
    shop: &Shop,
    form: &Operation,
    [from, through, to]: [&str; 3],
) -> Result<(), Trouble> {
    let (order, provider) = shop.order(&form.order)?;
    if order.state == to && order.operation == form.operation {
        return Ok(());
    }
    let Some(order) = shop
        .orders
        .begin(&order.id, (from, through), &form.operation)?
    else {
        let text = format!("The order is {}: load the admin page again.", order.state);
        return Err(Trouble::new(409, "Not now", text));
    };
    let done = match through {
        "capturing" => provider.capture(&order).await,
        _ => provider.refund(&order).await,
    };
    let Err(error) = done else {
        return shop.orders.end(&order, to, "").map_err(Trouble::from);
    };
    let written = match error.money_moved() {
        // Known by now, from the journal.
        MoneyMoved::Yes => shop.orders.end(&order, to, ""),
        MoneyMoved::No => shop.orders.end(&order, from, &in_words(&error)),
        // The order stays where it is, until somebody knows.
        _ => shop.orders.note(&order.id, &in_words(&error)),
    };
    written.map_err(Trouble::from)
}

/// Asks the provider about an order whose callback never came.
async fn ask(shop: &Shop, form: &Operation) -> Result<(), Trouble> {
    let (order, provider) = shop.order(&form.order)?;
    let written = match provider.confirm(&order, None).await {
        Ok(Standing::Open(why)) => shop.orders.note(&order.id, &why),
        Ok(standing) => shop.orders.settle(&order.id, &standing),
        Err(error) => shop.orders.note(&order.id, &in_words(&error)),
    };
    written.map_err(Trouble::from)
}

#[derive(Deserialize)]
struct Settle {
    row: i64,
    /// `ask`, `done` or `never`.
    found: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    why: String,
}

/// Settles a call whose outcome is not known: by asking, or as a person says.
async fn settle(State(shop): State<Arc<Shop>>, form: Sent<Settle>) -> Answer {
    let Form(Settle {
        row,
        found,
        who,
        why,
    }) = form?;
    let mut open = shop.journal.open_calls()?.into_iter();
    let row = open.find(|open| open.id().number() == row);
    let row =
        row.ok_or_else(|| Trouble::new(409, "Not open", "This call is not open any more."))?;
    let provider = shop
        .provider(row.record().provider())
        .ok_or_else(Trouble::nothing_here)?;
    match &*found {
        "done" => provider.by_hand(&row, ByHand::Done, &who, &why).await?,
        "never" => {
            provider
                .by_hand(&row, ByHand::NeverHappened, &who, &why)
                .await?
        }
        _ => {
            if let Settled::StillOpen(why) = provider.settle(&row).await? {
                return Err(Trouble::new(
                    409,
                    "Still open",
                    format!("It is not known: {why}."),
                ));
            }
        }
    }
    Ok(Redirect::to("/admin").into_response())
}

#[derive(Deserialize)]
struct Revive {
    key: String,
}

/// Lets a callback that was set aside be tried again.
async fn revive(State(shop): State<Arc<Shop>>, form: Sent<Revive>) -> Answer {
    let key = form?.0.key;
    let mut dead = shop.inbox.dead_letters(100)?.into_iter();
    let found = dead.find(|(row, _)| row.key().to_string() == key);
    let (row, _) = found.ok_or_else(Trouble::nothing_here)?;
    shop.inbox.revive(row.key())?;
    Ok(Redirect::to("/admin").into_response())
}
