//! The dashboard: what happens at the sandboxes, in a browser, and what can be done about it.

mod act;
mod callbacks;
mod compared;
mod faults;
mod forms;
mod guard;
mod html;
mod list;
mod live;
mod payment;
mod received;
mod sandbox;
mod schemes;
mod signature;
mod timeline;

#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::all::Running;
use crate::run::{local, places};
use forms::Forms;
use guard::Guard;
use html::{Html, Oops};

/// The dashboard of some sandboxes, which run as long as it does.
pub(super) struct Dashboard {
    board: Arc<Board>,
    port: u16,
}

/// What every page needs.
struct Board {
    sandboxes: Vec<Running>,
    guard: Guard,
    forms: Forms,
    /// How often anything has changed.
    changes: watch::Sender<u64>,
}

impl Board {
    /// How often anything has changed.
    fn version(&self) -> u64 {
        *self.changes.borrow()
    }

    /// The sandbox of that provider.
    fn sandbox(&self, provider: &str) -> Result<&Running, Oops> {
        let mut sandboxes = self.sandboxes.iter();
        sandboxes
            .find(|one| one.provider == provider)
            .ok_or_else(|| Oops::not_found("There is no sandbox of that name."))
    }
}

impl Dashboard {
    /// Listens on this port of 127.0.0.1; 0 for any.
    ///
    /// # Errors
    /// A port that is in use.
    pub(super) async fn listen(port: u16) -> Result<TcpListener, String> {
        local::listen(port, "the dashboard", "--dashboard-port").await
    }

    /// The dashboard of these, to be reached through `listener`.
    ///
    /// # Errors
    /// A system without a random source.
    pub(super) fn new(sandboxes: Vec<Running>, listener: &TcpListener) -> Result<Self, String> {
        let address = listener.local_addr();
        let port = address.map_err(|error| error.to_string())?.port();
        let board = Board {
            sandboxes,
            guard: Guard::new(port)?,
            forms: Forms::default(),
            changes: watch::Sender::new(0),
        };
        Ok(Self {
            board: Arc::new(board),
            port,
        })
    }

    /// The address to open, with the token in it.
    pub(super) fn url(&self) -> String {
        let base = places::address(self.port);
        format!("{base}/?token={}", self.board.guard.token())
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// What the system says when it cannot go on.
    pub(super) async fn serve(self, listener: TcpListener) -> Result<(), String> {
        live::listen(&self.board);
        let served = axum::serve(listener, router(self.board)).await;
        served.map_err(|error| format!("the dashboard has stopped: {error}"))
    }
}

fn router(board: Arc<Board>) -> Router {
    Router::new()
        .route("/", get(list::show))
        .route("/payments/{provider}/{id}", get(payment::show))
        .route("/payments/{provider}/{id}/act", post(act::about_a_payment))
        .route(
            "/payments/{provider}/{id}/callback",
            post(callbacks::send_again),
        )
        .route("/sandboxes/{provider}", get(sandbox::show))
        .route("/sandboxes/{provider}/act", post(act::about_none))
        .route("/sandboxes/{provider}/mode", post(callbacks::set_mode))
        .route("/sandboxes/{provider}/release", post(callbacks::release))
        .route("/sandboxes/{provider}/fault", post(faults::arm))
        .route("/sandboxes/{provider}/disarm", post(faults::disarm))
        .route("/sandboxes/{provider}/clock", post(sandbox::advance))
        .route("/signature", get(signature::ask).post(signature::answer))
        .route("/live", get(live::stream))
        .route("/style.css", get(html::style))
        .route("/live.js", get(live::script))
        .fallback(no_such_page)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&board),
            guard::check,
        ))
        .with_state(board)
}

async fn no_such_page(State(_): State<Arc<Board>>) -> Oops {
    Oops::not_found("There is no such page.")
}

async fn not_so() -> Oops {
    Oops::new(StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here.")
}

/// What a page answers.
type Answer = Result<Response, Oops>;

/// A page's navigation, the same everywhere.
fn navigation(board: &Board) -> Html {
    let mut links =
        Html::raw("<nav aria-label=\"Dashboard\"><ul>\n<li><a href=\"/\">Payments</a></li>\n");
    for one in &board.sandboxes {
        links = links
            .and("<li><a href=\"/sandboxes/")
            .text(one.provider)
            .and("\">")
            .text(one.provider)
            .and("</a></li>\n");
    }
    links.and("<li><a href=\"/signature\">Signatures</a></li>\n</ul></nav>\n")
}
