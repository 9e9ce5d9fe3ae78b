//! The shop's pages: text only, every value escaped, one script where a frame has to be heard.

use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payments_core::Link;
use payments_core::error::Error;
use payments_core::html::escape;
use payments_core::incoming::{Row, Standing};
use payments_core::journal;
use payments_mobilepay::ext::frame::embed;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Shop;
use super::orders::Order;
use super::provider::Way;

const SCRIPT: &str = include_str!("frame.js");
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'self'";

pub(super) async fn style() -> impl IntoResponse {
    let kind = "text/css; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], include_str!("style.css"))
}

/// What every answer carries: no script, nothing from elsewhere, in no frame of others. `no-referrer`
/// would take the `Origin` from the shop's own forms.
pub(super) async fn protect(mut response: Response) -> Response {
    let mut add = |name: HeaderName, value| {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, POLICY);
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::CACHE_CONTROL, "no-store");
    response
}

/// What the forms of these pages send: each some of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// Drawn with the page: the same form sent twice is one order.
    pub(super) order: String,
    pub(super) provider: String,
    /// What the page in the frame said.
    pub(super) message: String,
    /// The number of an open call, and what became of it: `done`, `never`, or else it is asked for.
    pub(super) row: i64,
    pub(super) found: String,
    pub(super) who: String,
    pub(super) why: String,
}

fn page(title: &str, head: &str, main: &str) -> Html<String> {
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{head}\
         <title>{title} (demo shop)</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n\
         <p class=\"sandbox\">This is a demo shop on sandboxes. No money moves, nothing is sent to you.</p>\n\
         <main>\n<h1>{title}</h1>\n{main}</main>\n\
         <footer><p><a href=\"/\">Shop</a> · <a href=\"/admin\">Admin</a></p></footer>\n</body>\n</html>\n"
    ))
}

/// What is said instead of a page: its status, the text, and where to go on.
pub(super) struct Trouble(u16, String, String);

pub(super) fn trouble(status: u16, text: &str) -> Trouble {
    Trouble(status, text.to_owned(), "/".to_owned())
}

pub(super) fn unknown(why: impl std::fmt::Display) -> Trouble {
    trouble(409, &format!("It is not known: {why}."))
}

pub(super) fn no_page() -> Trouble {
    trouble(404, "There is no such page.")
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0).unwrap_or_default();
        (status, instead(&self)).into_response()
    }
}

/// A store that cannot be used, a provider that did not do what it was asked: for now.
impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        trouble(503, &format!("{error}."))
    }
}

fn instead(Trouble(status, text, go_on): &Trouble) -> Html<String> {
    let title = match status {
        400 => "That cannot be done",
        404 => "Nothing here",
        409 => "Not now",
        _ => "That did not work",
    };
    let (text, go_on) = (escape(text), escape(go_on));
    let main = format!("<p>{text}</p>\n<p><a href=\"{go_on}\">Go on</a></p>\n");
    page(title, "", &main)
}

/// Says of an order that something was not done, and why.
pub(super) fn failed(order: &Order, error: &Error) -> Trouble {
    let text = match error {
        Error::NotSent(_) => {
            "The sandbox does not answer: start `cargo xtask sandbox`. Nothing was sent, \
                              and nothing is lost; try again."
                .to_owned()
        }
        Error::Unknown(_) => format!(
            "It is not known whether this was carried out ({error}). It is not sent again: see the \
             open calls on the admin page."
        ),
        Error::Refused(_) => format!("The provider refused: {error}."),
        error => format!("That did not work: {error}."),
    };
    Trouble(503, text, format!("/orders/{}", order.id))
}

pub(super) fn front(id: &str, ways: &[Way]) -> Html<String> {
    let ways: String = ways
        .iter()
        .map(|way| {
            let (name, title, price) = (way.client.provider(), way.title, way.price);
            let later = if way.holds {
                "<p>The amount is held; the shop takes it when it ships.</p>\n"
            } else {
                ""
            };
            format!(
                "<li><form method=\"post\" action=\"/pay\">\n\
                 <input type=\"hidden\" name=\"order\" value=\"{id}\">\n\
                 <input type=\"hidden\" name=\"provider\" value=\"{name}\">\n{later}\
                 <button>Pay {price} with {title}</button>\n</form></li>\n"
            )
        })
        .collect();
    let main = format!(
        "<p>Two hundred grams of loose leaf, picked in spring. Each provider has its own currency, and \
         the tin its own price there.</p>\n<h2>Ways to pay</h2>\n<ul class=\"ways\">\n{ways}</ul>\n"
    );
    page("A tin of tea", "", &main)
}

/// What a state is called, and what a buyer reads of it.
fn in_words(order: &Order) -> (&'static str, &'static str) {
    match (
        order.progress.standing(),
        order.progress.operation().is_some(),
    ) {
        (Standing::Open, _) => ("waiting", "Waiting for the payment."),
        (Standing::Declined, _) => ("declined", "The payment was declined. Nothing was taken."),
        (Standing::Authorised, false) => (
            "reserved",
            "The amount is held. We take it when the tea is shipped.",
        ),
        (Standing::Authorised, true) => ("capturing", "The held amount is being taken."),
        (Standing::Held | Standing::Paid, false) => ("paid", "Paid. Your tea is on its way."),
        (Standing::Held | Standing::Paid, true) => ("refunding", "The money is on its way back."),
        (Standing::Voided | Standing::Refunded, _) => ("refunded", "The money was given back."),
    }
}

pub(super) fn order(order: &Order, way: &Way) -> Html<String> {
    let id = escape(&order.id);
    let (name, state) = in_words(order);
    let is_waiting = order.progress.standing() == Standing::Open;
    let next = match (&order.begun.link, is_waiting) {
        (_, false) => String::new(),
        (Some(link), true) => format!(
            "<p><a href=\"{}\" rel=\"noreferrer\">Back to the payment page</a></p>\n",
            escape(link)
        ),
        (None, true) => format!(
            "<form method=\"post\" action=\"/pay\">\n\
             <input type=\"hidden\" name=\"order\" value=\"{id}\">\n\
             <input type=\"hidden\" name=\"provider\" value=\"{}\">\n\
             <button>Try again</button>\n</form>\n",
            way.client.provider()
        ),
    };
    let main = format!(
        "<p class=\"state\" role=\"status\" data-state=\"{name}\">{state}</p>\n\
         <dl>\n<dt>Order</dt><dd><code>{id}</code></dd>\n<dt>Amount</dt><dd>{amount}</dd>\n\
         <dt>Paid through</dt><dd>{title}</dd>\n</dl>\n{next}",
        amount = order.amount,
        title = way.title,
    );
    // Without a script: the page loads itself again until there is something to say.
    let refresh = if is_waiting && order.begun.link.is_some() {
        "<meta http-equiv=\"refresh\" content=\"2\">\n"
    } else {
        ""
    };
    page("Your order", refresh, &main)
}

/// The page around MobilePay's frame, with a policy that lets in that frame and one script. What the
/// frame says at its end goes into the form.
///
/// # Errors
/// A link that is none to be framed.
pub(super) fn frame(order: &Order, link: &Link) -> Result<impl IntoResponse, Error> {
    let (id, frame) = (escape(&order.id), embed(link)?);
    let (link, origin) = (escape(link.as_str()), link.origin().unwrap_or_default());
    let escaped = escape(&origin);
    let main = format!(
        "<div class=\"frame\">{frame}</div>\n\
         <p class=\"alone\"><a href=\"{link}\" rel=\"noreferrer\">Open MobilePay</a></p>\n\
         <p><a href=\"/orders/{id}\">See how the order stands</a></p>\n\
         <form method=\"post\" action=\"/ended\"><input type=\"hidden\" name=\"order\" value=\"{id}\">\
         <input type=\"hidden\" name=\"message\" value=\"\"></form>\
         <script data-origin=\"{escaped}\">{SCRIPT}</script>\n"
    );
    let digest = STANDARD.encode(Sha256::digest(SCRIPT));
    let policy = format!("{POLICY}; frame-src {origin} 'self'; script-src 'sha256-{digest}'");
    let html = page("Pay with MobilePay", "", &main);
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], html))
}

pub(super) fn admin(
    shop: &Shop,
    orders: &[Order],
    open: &[journal::Row],
    dead: &[(Row, String)],
) -> Html<String> {
    let row = |order: &Order| Some(order_row(order, shop.way(&order.provider)?));
    let orders: String = orders.iter().filter_map(row).collect();
    let open: String = open.iter().map(open_row).collect();
    let again = if dead.is_empty() {
        ""
    } else {
        "<form method=\"post\" action=\"/admin/callbacks\"><button>Try them again</button></form>\n"
    };
    let dead: String = dead.iter().map(|(row, why)| dead_row(row, why)).collect();
    let main = format!(
        "<h2>Orders</h2>\n{}<h2>Open calls</h2>\n\
         <p>Calls whose outcome is not known. They are not sent again before somebody knows.</p>\n{}\
         <h2>Dead letters</h2>\n<p>Callbacks that were tried too often.</p>\n{}{again}",
        table(["Order", "Amount", "State", ""], &orders),
        table(["Call", "Reference", "Why", ""], &open),
        table(["Message", "About", "Why"], &dead),
    );
    page("Admin", "", &main)
}

fn table<const N: usize>(heads: [&str; N], rows: &str) -> String {
    if rows.is_empty() {
        return "<p>None.</p>\n".to_owned();
    }
    let heads = heads
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .concat();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn order_row(order: &Order, way: &Way) -> String {
    let id = escape(&order.id);
    let button = |action: &str, text: &str| {
        format!(
            "<form method=\"post\" action=\"/admin/{action}\">\
             <input type=\"hidden\" name=\"order\" value=\"{id}\"><button>{text}</button></form>"
        )
    };
    let ask = button("ask", "Ask the provider");
    let buttons = match (
        order.progress.standing(),
        order.progress.operation().is_some(),
    ) {
        (Standing::Open, _) => ask,
        (Standing::Authorised, false) => button("capture", "Capture"),
        // Whoever holds amounts has no query that tells of a capture.
        (Standing::Authorised, true) => button("capture", "Capture again"),
        (Standing::Paid, false) if way.refunds => button("refund", "Refund"),
        (Standing::Paid, true) => button("refund", "Refund again") + &ask,
        (
            Standing::Declined
            | Standing::Held
            | Standing::Paid
            | Standing::Voided
            | Standing::Refunded,
            _,
        ) => String::new(),
    };
    format!(
        "<tr><td><a href=\"/orders/{id}\">{}</a></td><td>{}</td><td>{}</td><td>{buttons}</td></tr>\n",
        way.title,
        order.amount,
        in_words(order).0
    )
}

fn open_row(row: &journal::Row) -> String {
    let why = match row.state() {
        journal::State::Open { why } => why.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let hidden = format!(
        "<input type=\"hidden\" name=\"row\" value=\"{}\">",
        row.id()
    );
    format!(
        "<tr><td>{} {}</td><td><code>{}</code></td><td>{}</td><td>\
         <form method=\"post\" action=\"/admin/calls\">{hidden}\
         <button name=\"found\" value=\"ask\">Ask the provider</button></form>\
         <form method=\"post\" action=\"/admin/calls\">{hidden}\
         <label>Who <input name=\"who\" required></label><label>On what grounds <input name=\"why\" required></label>\
         <button name=\"found\" value=\"done\">It was carried out</button> \
         <button name=\"found\" value=\"never\">It never happened</button></form></td></tr>\n",
        escape(row.record().provider()),
        escape(row.record().call()),
        escape(row.operation()),
        escape(&why)
    )
}

fn dead_row(row: &Row, why: &str) -> String {
    let key = escape(&row.key().to_string());
    format!(
        "<tr><td><code>{key}</code></td><td><code>{}</code></td><td>{}</td></tr>\n",
        escape(row.reference()),
        escape(why)
    )
}
