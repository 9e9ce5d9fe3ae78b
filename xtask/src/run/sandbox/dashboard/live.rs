//! Pages that renew themselves: the server says that something has changed, the page asks for itself.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body_util::channel::Channel;
use serde::Deserialize;

use super::Board;

/// Several changes at once are told as one, this long after the first.
const TOGETHER: Duration = Duration::from_millis(150);

/// A line that says nothing keeps the connection, and tells whether the browser is still there.
const BREATH: Duration = Duration::from_secs(15);

const SCRIPT: &str = include_str!("live.js");

pub(super) async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (headers, SCRIPT).into_response()
}

/// Hears of every change at every sandbox, as long as the board is there.
pub(super) fn listen(board: &Arc<Board>) {
    for one in &board.sandboxes {
        let (desk, board) = (one.serving.desk.clone(), Arc::downgrade(board));
        tokio::spawn(async move {
            let mut version = desk.version();
            while let Some(board) = board.upgrade() {
                board
                    .changes
                    .send_modify(|count| *count = count.saturating_add(1));
                drop(board);
                version = desk.changed(version).await;
            }
        });
    }
}

/// The version of the page that asks.
#[derive(Deserialize)]
pub(super) struct Asked {
    since: Option<u64>,
}

/// Server-sent events: one for whatever has changed, since the page was made or from now on.
pub(super) async fn stream(
    State(board): State<Arc<Board>>,
    Query(asked): Query<Asked>,
) -> Response {
    let (mut sender, body) = Channel::<Bytes>::new(4);
    let mut changes = board.changes.subscribe();
    let Asked { since } = asked;
    if since.is_some_and(|since| since != board.version()) {
        changes.mark_changed();
    }
    tokio::spawn(async move {
        let mut said = Bytes::from_static(b": here\n\n");
        while sender.send_data(said).await.is_ok() {
            said = match tokio::time::timeout(BREATH, changes.changed()).await {
                Err(_) => Bytes::from_static(b": still here\n\n"),
                Ok(Err(_)) => return,
                Ok(Ok(())) => {
                    tokio::time::sleep(TOGETHER).await;
                    let count = *changes.borrow_and_update();
                    Bytes::from(format!("id: {count}\ndata: changed\n\n"))
                }
            };
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::new(body)).into_response()
}
