//! One payment: where it stands, what can be done about it, and what happened.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use payments_core::sandbox::{Action, Actor, Delivery, Listed};
use serde::Deserialize;

use super::super::all::Running;
use super::forms::{Form, FormId};
use super::html::{Html, Oops, Page};
use super::list::{path, shown};
use super::{Answer, Board, navigation, timeline};

/// What was just done.
#[derive(Default, Deserialize)]
pub(super) struct Done {
    pub(super) done: Option<String>,
}

pub(super) async fn show(
    State(board): State<Arc<Board>>,
    Path((provider, id)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Answer {
    let version = board.version();
    let one = board.sandbox(&provider)?;
    let payment = one.serving.desk.payment(&id).ok_or_else(none)?;
    let page = board.forms.issue()?;
    let content = standing(one, &payment)
        .add(&actions(one, &payment, &page))
        .add(&callbacks(one, &payment, &page))
        .heading("Timeline")
        .add(&timeline::about(one, payment.reference()));
    let page = Page {
        title: format!("{} {} {}", one.provider, payment.what(), shown(&payment)),
        navigation: navigation(&board),
        notice: done.done,
        live: Some(version),
        content,
    };
    Ok(page.answer(StatusCode::OK))
}

/// There is no such payment.
pub(super) fn none() -> Oops {
    Oops::not_found(
        "There is no such payment. A sandbox that was started again knows none of before.",
    )
}

fn standing(one: &Running, payment: &Listed) -> Html {
    let facts = payment.facts().iter();
    let facts = facts.map(|(name, value)| (*name, value.as_str()));
    let first = [
        ("State", payment.state()),
        ("Amount", payment.amount()),
        ("Reference", payment.reference()),
    ];
    let html = Html::new().facts(first.into_iter().chain(facts));
    let Some(page) = payment.payer_page() else {
        return html;
    };
    let url = if page.starts_with('/') {
        format!("{}{page}", one.serving.base_url)
    } else {
        page.to_owned()
    };
    html.and("<p><a href=\"")
        .text(&url)
        .and("\" rel=\"noreferrer\">The page that the payer sees</a></p>\n")
}

/// A button for everything that can be done, by who does it.
fn actions(one: &Running, payment: &Listed, page: &FormId) -> Html {
    let offered = one.serving.desk.actions(Some(payment.id()));
    let to = format!("{}/act", path(one.provider, payment.id()));
    by_actor(&offered, &to, page)
}

/// Buttons under a heading for each who has any.
pub(super) fn by_actor(offered: &[Action], to: &str, page: &FormId) -> Html {
    let mut html = Html::new();
    for actor in Actor::ALL {
        let own: Vec<&Action> = offered.iter().filter(|one| one.actor() == actor).collect();
        if own.is_empty() {
            continue;
        }
        html = html.heading(match actor {
            Actor::Payer => "What the payer can do",
            Actor::Provider => "What the provider can do",
            Actor::Operator => "What the merchant's operator can do",
            _ => actor.name(),
        });
        for action in own {
            html = html.add(&button(action, to, page));
        }
    }
    html
}

fn button(action: &Action, to: &str, page: &FormId) -> Html {
    let id = format!("act-{}", action.name().replace('/', "-"));
    let form = Form::new(to, page, &id, action.label()).hidden("action", action.name());
    let inputs = action.inputs().iter();
    let form = inputs.fold(form, |form, input| {
        form.input(input.label(), input.name(), input.value())
    });
    form.html()
}

/// The callbacks about it, each of which can be sent again, twice and late.
fn callbacks(one: &Running, payment: &Listed, page: &FormId) -> Html {
    let sent = one.serving.desk.callbacks().about(payment.reference());
    let html = Html::new().heading("Callbacks");
    if sent.is_empty() {
        return html.and("<p>None yet.</p>\n");
    }
    let to = format!("{}/callback", path(one.provider, payment.id()));
    let mut html = html.and("<ul>\n");
    for delivery in &sent {
        html = html
            .and("<li>")
            .text(&named(delivery))
            .and(": ")
            .text(delivery.state().name())
            .and(" ")
            .add(&again(delivery, &to, page))
            .and("</li>\n");
    }
    let html = html.and("</ul>\n");
    if sent.len() < 2 {
        return html;
    }
    let all = Form::new(
        &to,
        page,
        "callbacks-reversed",
        "Send all again, out of order",
    );
    html.add(&all.hidden("how", "reversed").html())
}

fn again(delivery: &Delivery, to: &str, page: &FormId) -> Html {
    let number = delivery.id().to_string();
    let form = |how: &str, button: &str| {
        let id = format!("callback-{number}-{how}");
        Form::new(to, page, &id, button)
            .hidden("how", how)
            .hidden("callback", &number)
    };
    let late = form("late", "Send it late").input("Seconds from now", "seconds", "60");
    Html::new()
        .add(&form("again", "Send it again").html())
        .add(&form("twice", "Send it twice at once").html())
        .add(&late.html())
}

/// A callback's kind and number.
pub(super) fn named(delivery: &Delivery) -> String {
    format!("{} #{}", delivery.label(), delivery.id())
}
