//! One sandbox as a whole: where it is, its clock, callbacks, faults, and what happened last.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;

use super::act::done_at;
use super::callbacks::{self, seconds};
use super::forms::Form;
use super::html::{Html, Page};
use super::payment::{Done, by_actor};
use super::{Answer, Board, faults, navigation, timeline};

pub(super) async fn show(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    Query(done): Query<Done>,
) -> Answer {
    let version = board.version();
    let one = board.sandbox(&provider)?;
    let page = board.forms.issue()?;
    let desk = &one.serving.desk;
    let to = |what: &str| format!("/sandboxes/{}/{what}", one.provider);
    let ahead = format!("{} s since it was started", desk.now().as_secs());
    let clock = Form::new(&to("clock"), &page, "clock", "Move the clock forward")
        .input("Seconds", "seconds", "3600");
    let content = Html::new()
        .facts([("Base URL", &*one.serving.base_url), ("Clock", &ahead)])
        .add(&clock.html())
        .add(&by_actor(&desk.actions(None), &to("act"), &page))
        .add(&callbacks::section(one.provider, &desk.callbacks(), &page))
        .add(&faults::section(one.provider, &desk.faults(), &page))
        .heading("What happened last")
        .add(&timeline::last(one));
    let page = Page {
        title: format!("The sandbox of {}", one.provider),
        navigation: navigation(&board),
        notice: done.done,
        live: Some(version),
        content,
    };
    Ok(page.answer(StatusCode::OK))
}

pub(super) async fn advance(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = format!("/sandboxes/{}", one.provider);
    let fields = board.forms.take(&body, &back)?;
    let by = seconds(&fields, &back)?;
    one.serving.desk.advance(by);
    let done = format!("Done: {} s later.", by.as_secs());
    Ok(done_at(&back, &done, fields))
}
