//! Who may look and act: this machine, by its own name, with the token that was printed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use payments_core::sandbox::Fields;
use payments_core::signing::same;
use payments_core::unguessable;

use super::Board;
use super::html::Oops;
use crate::run::local;

/// The token in the printed address, and what a browser has for it afterwards.
pub(super) struct Guard {
    token: String,
    session: String,
    cookie: String,
}

impl Guard {
    /// For a dashboard on that port: cookies do not tell ports apart.
    ///
    /// # Errors
    /// A system without a random source.
    pub(super) fn new(port: u16) -> Result<Self, String> {
        let random = || unguessable().map_err(|error| error.to_string());
        Ok(Self {
            token: random()?,
            session: random()?,
            cookie: format!("sandbox-{port}"),
        })
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Whether the browser has opened the printed address before.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let pairs = cookies.filter_map(|cookies| cookies.to_str().ok());
        let mut pairs = pairs.flat_map(|cookies| cookies.split(';'));
        pairs.any(|pair| {
            pair.trim().split_once('=').is_some_and(|(name, value)| {
                name == self.cookie && same(value.as_bytes(), self.session.as_bytes())
            })
        })
    }

    /// Sends the browser on without the token in its address, and lets it in from then on.
    fn let_in(&self, path: &str) -> Response {
        let Self {
            session, cookie, ..
        } = self;
        let cookie = format!("{cookie}={session}; Path=/; HttpOnly; SameSite=Strict");
        // Two slashes would name another host.
        let path = if path.starts_with("//") { "/" } else { path };
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        // The address that was asked for has the token in it.
        for (name, value) in [
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Looks at every request before anything else does.
pub(super) async fn check(
    State(board): State<Arc<Board>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err((status, text)) = local::admit(&request) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
        return Oops::new(status, text).into_response();
    }
    let path = request.uri().path();
    // They hold nothing of anybody's.
    if matches!(path, "/style.css" | "/live.js") {
        return next.run(request).await;
    }
    let query = request.uri().query().unwrap_or_default();
    let query = Fields::parse(query.as_bytes()).unwrap_or_default();
    let token = query.value("token");
    if token.is_some_and(|token| same(token.as_bytes(), board.guard.token.as_bytes())) {
        return board.guard.let_in(path);
    }
    if board.guard.knows(request.headers()) {
        return readable(next.run(request).await);
    }
    let text = "Open the address that was printed when the sandbox was started, with its token.";
    Oops::new(StatusCode::UNAUTHORIZED, text).into_response()
}

/// What the web framework refuses before any page sees it, as a page too.
fn readable(response: Response) -> Response {
    let status = response.status();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = media_type.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    Oops::new(status, "This request cannot be read.").into_response()
}
