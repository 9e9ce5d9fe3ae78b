//! Buttons that do something: what a sandbox offers, and nothing else.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use payments_core::sandbox::{Action, Fields, NotDone, encode_form};

use super::forms::Taken;
use super::html::Oops;
use super::list::path;
use super::{Answer, Board};

pub(super) async fn about_a_payment(
    State(board): State<Arc<Board>>,
    Path((provider, id)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = path(one.provider, &id);
    act(&board, &provider, Some(&id), &body, &back)
}

pub(super) async fn about_none(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let back = format!("/sandboxes/{}", board.sandbox(&provider)?.provider);
    act(&board, &provider, None, &body, &back)
}

fn act(board: &Board, provider: &str, id: Option<&str>, body: &Bytes, back: &str) -> Answer {
    let desk = &board.sandbox(provider)?.serving.desk;
    if id.is_some_and(|id| desk.payment(id).is_none()) {
        return Err(super::payment::none());
    }
    let fields = board.forms.take(body, back)?;
    let name = fields.value("action").unwrap_or_default();
    let actions = desk.actions(id);
    let action = actions.iter().find(|one| one.name() == name);
    let label = action.map(Action::label);
    if let Err(error) = desk.act(id, name, &owned(&fields)) {
        let status = match &error {
            NotDone::NoSuchPayment => StatusCode::NOT_FOUND,
            NotDone::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::CONFLICT,
        };
        let text = format!("{}: {error}.", label.unwrap_or("Nothing"));
        // Of several times, some may be done.
        if action.is_some_and(|action| action.count() > 1) {
            fields.done();
        }
        return Err(Oops::new(status, text).back(back));
    }
    let text = format!("Done: {}.", label.unwrap_or(name));
    Ok(done_at(back, &text, fields))
}

fn owned(fields: &Fields) -> Vec<(String, String)> {
    let pairs = fields.iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Sends the browser there, to read what was done as the form asked.
pub(super) fn done_at(path: &str, done: &str, form: Taken<'_>) -> Response {
    form.done();
    let location = format!("{path}?{}", encode_form(&[("done", done)]));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A field that is not as it should be.
pub(super) fn bad(text: impl Into<String>, back: &str) -> Oops {
    Oops::new(StatusCode::UNPROCESSABLE_ENTITY, text).back(back)
}
