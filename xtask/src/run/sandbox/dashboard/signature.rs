//! The signature page: paste what was received, and see what is signed of it and where it differs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use payments_core::sandbox::DeliveryId;
use serde::Deserialize;

use super::super::all::Running;
use super::forms::Form;
use super::html::{Html, Oops, Page};
use super::received::Received;
use super::schemes::{self, SCHEMES, Scheme};
use super::{Answer, Board, compared, navigation, timeline};

/// Which scheme, and which callback of the sandbox stands there already.
#[derive(Deserialize)]
pub(super) struct Asked {
    scheme: Option<String>,
    callback: Option<String>,
}

pub(super) async fn ask(State(board): State<Arc<Board>>, Query(asked): Query<Asked>) -> Answer {
    let scheme = match asked.scheme.as_deref() {
        None => None,
        Some(name) => Some(find(name)?),
    };
    let Some(scheme) = scheme else {
        return show(&board, None, Html::new());
    };
    let one = board.sandbox(scheme.provider)?;
    let (received, keys) = match asked.callback.as_deref() {
        Some(number) => sent(one, scheme, number)?,
        None => {
            let headers = scheme.headers.to_owned();
            let nothing = Received {
                headers,
                ..Received::default()
            };
            (nothing, scheme.keys_of(one))
        }
    };
    show(&board, Some((scheme, &received, &keys)), Html::new())
}

fn find(name: &str) -> Result<&'static Scheme, Oops> {
    schemes::find(name)
        .ok_or_else(|| Oops::not_found("There is no such scheme.").back("/signature"))
}

/// A callback that the sandbox sent.
fn sent(one: &Running, scheme: &Scheme, number: &str) -> Result<(Received, Vec<String>), Oops> {
    let id: Option<DeliveryId> = number.parse().ok();
    let delivery = id.and_then(|id| one.serving.desk.callbacks().find(id));
    let delivery =
        delivery.ok_or_else(|| Oops::not_found("There is no such callback.").back("/signature"))?;
    let keys = schemes::keys_for(one, scheme, &delivery);
    Ok((Received::from(&delivery), keys))
}

pub(super) async fn answer(State(board): State<Arc<Board>>, body: Bytes) -> Answer {
    let fields = board.forms.look(&body, "/signature")?;
    let value = |name: &str| fields.value(name).unwrap_or_default().to_owned();
    let scheme = find(&value("scheme"))?;
    let received = Received {
        target: value("target"),
        headers: value("headers"),
        body: value("body"),
    };
    let places = 0..scheme.keys.len();
    let keys: Vec<String> = places.map(|place| value(&format!("key-{place}"))).collect();
    let explained = scheme.explain(&received, &keys);
    let sandbox = board.sandbox(scheme.provider)?;
    let html = Html::new().heading("What is signed of it, part by part");
    let html = match compared::nearest(sandbox, scheme, &explained) {
        Some(sent) => html.add(&sent.beside(&explained)),
        None => html.add(&timeline::parts(&explained)),
    };
    show(&board, Some((scheme, &received, &keys)), html)
}

/// The schemes, and a form for the one that was chosen.
fn show(board: &Board, chosen: Option<(&Scheme, &Received, &[String])>, result: Html) -> Answer {
    let mut content = Html::raw("<ul>\n");
    for scheme in &SCHEMES {
        content = content
            .and("<li><a href=\"/signature?scheme=")
            .text(scheme.name)
            .and("\"")
            .and(match chosen {
                Some((now, _, _)) if now.name == scheme.name => " aria-current=\"page\"",
                Some(_) | None => "",
            })
            .and(">")
            .text(scheme.label)
            .and("</a></li>\n");
    }
    content = content.and(
        "</ul>\n<p>MobilePay signs nothing: it encrypts cards, and is known by its certificate and \
         its addresses.</p>\n",
    );
    let mut title = "Signatures".to_owned();
    if let Some((scheme, received, keys)) = chosen {
        scheme.label.clone_into(&mut title);
        content = content.add(&result).heading("What was received");
        content = content.add(&form(board, scheme, received, keys)?);
    }
    let page = Page {
        title,
        navigation: navigation(board),
        notice: None,
        live: None,
        content,
    };
    Ok(page.answer(StatusCode::OK))
}

fn form(
    board: &Board,
    scheme: &Scheme,
    received: &Received,
    keys: &[String],
) -> Result<Html, Oops> {
    let page = board.forms.issue()?;
    let mut form = Form::wide("/signature", &page, "explain", "Explain");
    form = form.hidden("scheme", scheme.name);
    if let Some(label) = scheme.target {
        form = form.input(label, "target", &received.target);
    }
    if scheme.target != Some("Link") {
        form = form.lines("Headers, one a line", "headers", &received.headers);
    }
    if scheme.has_body {
        form = form.lines("Body", "body", &received.body);
    }
    for (place, (label, _)) in scheme.keys.iter().enumerate() {
        let value = keys.get(place).map(String::as_str).unwrap_or_default();
        form = form.input(label, &format!("key-{place}"), value);
    }
    Ok(form.html())
}
