//! What happened, in order: requests, the ledger, callbacks part by part, acknowledgements, retries.

use std::time::{Duration, SystemTime};

use payments_core::clock::rfc3339;
use payments_core::sandbox::{Delivery, DeliveryId, DeliveryState, Event, Happening};

use super::super::all::Running;
use super::html::Html;
use super::payment::named;
use super::schemes::{self, Explained};

/// So many of a sandbox's last events are shown.
const LAST: usize = 100;

/// What happened about that reference, the oldest first.
pub(super) fn about(one: &Running, reference: &str) -> Html {
    list(one, &one.serving.desk.history(reference), true)
}

/// What happened last at a sandbox, the newest first.
pub(super) fn last(one: &Running) -> Html {
    list(one, &one.serving.desk.last_events(LAST), false)
}

fn list(one: &Running, events: &[Event], with_parts: bool) -> Html {
    if events.is_empty() {
        return Html::raw("<p>Nothing yet.</p>\n");
    }
    let mut html = Html::raw("<ol class=\"timeline\">\n");
    for event in events {
        let moment = SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_millis(event.unix_millis()))
            .map(rfc3339)
            .unwrap_or_default();
        let class = match event.what() {
            Happening::Attempt { .. } => " class=\"sent\"",
            _ => "",
        };
        html = html
            .and("<li")
            .and(class)
            .and("><time datetime=\"")
            .text(&moment)
            .and("\">")
            .text(moment.get(11..19).unwrap_or_default())
            .and("</time> ")
            .add(&what(one, event, with_parts));
        if !with_parts && let Some(reference) = event.about().first() {
            html = html.and(" — ").text(reference);
        }
        html = html.and("</li>\n");
    }
    html.and("</ol>\n")
}

fn what(one: &Running, event: &Event, with_parts: bool) -> Html {
    match event.what() {
        Happening::Request {
            method,
            path,
            status,
            fault,
        } => {
            let html = Html::raw("Request <code>")
                .text(&format!("{method} {path}"))
                .and("</code>");
            let html = match status {
                Some(status) => html.and(", answered ").text(&status.to_string()),
                None => html.and(", which never arrived"),
            };
            match fault {
                Some(fault) => html
                    .and(" <span class=\"bad\">struck by ")
                    .text(fault)
                    .and("</span>"),
                None => html,
            }
        }
        Happening::Command { name } => Html::raw("By hand: ").text(name),
        Happening::Effect { kind, amount } => {
            let html = Html::raw("In the ledger: ").text(kind);
            match amount {
                Some(amount) => html.and(" of ").text(amount),
                None => html,
            }
        }
        Happening::Callback(id) => callback(one, *id, with_parts),
        Happening::Attempt { id, outcome } => attempt(one, *id, outcome),
        _ => Html::raw("Something else"),
    }
}

fn find(one: &Running, id: DeliveryId) -> Option<Delivery> {
    one.serving.desk.callbacks().find(id)
}

fn callback(one: &Running, id: DeliveryId, with_parts: bool) -> Html {
    let Some(delivery) = find(one, id) else {
        return Html::raw("A callback");
    };
    let (to, _) = delivery
        .url()
        .split_once('?')
        .unwrap_or((delivery.url(), ""));
    let html = Html::raw("Callback ")
        .text(&named(&delivery))
        .and(": <code>")
        .text(&format!("{} {to}", delivery.method()))
        .and("</code>");
    let explained = with_parts
        .then(|| schemes::of_callback(one, &delivery))
        .flatten();
    match explained {
        Some((scheme, explained)) => html
            .and("\n<details id=\"parts-")
            .text(&id.to_string())
            .and("\"><summary>What is signed, part by part</summary>\n")
            .add(&parts(&explained))
            .and("<p><a href=\"/signature?scheme=")
            .text(scheme)
            .and("&amp;callback=")
            .text(&id.to_string())
            .and("\">Look at it as it was sent</a></p>\n</details>"),
        None => html,
    }
}

/// The canonical string part by part, and what is wrong with it.
pub(super) fn parts(explained: &Explained) -> Html {
    let Explained { parts, verdict } = explained;
    let html = if parts.is_empty() {
        Html::new()
    } else {
        let items = parts.iter();
        items
            .fold(Html::raw("<ol class=\"parts\">\n"), |html, part| {
                html.and("<li>").text(part).and("</li>\n")
            })
            .and("</ol>\n")
    };
    html.add(&verdict_of(verdict))
}

pub(super) fn verdict_of(verdict: &str) -> Html {
    Html::raw("<p>Verdict: <strong>")
        .text(verdict)
        .and("</strong></p>\n")
}

fn attempt(one: &Running, id: DeliveryId, outcome: &Result<u16, String>) -> Html {
    let delivery = find(one, id);
    let name = delivery.as_ref().map(named).unwrap_or_default();
    let html = Html::raw("Sent ").text(&name);
    let html = match outcome {
        Ok(status) => {
            let taken = delivery
                .as_ref()
                .is_some_and(|one| one.is_received(*status));
            let html = html.and(", answered ").text(&status.to_string());
            if taken {
                html.and(": acknowledged")
            } else {
                html.and(": <span class=\"bad\">no acknowledgement</span>")
            }
        }
        Err(problem) => html
            .and(", not answered: <span class=\"bad\">")
            .text(problem)
            .and("</span>"),
    };
    let state = delivery.map(|delivery| delivery.state());
    if let Some(DeliveryState::Waiting(at)) = state {
        let seconds = at.saturating_sub(one.serving.desk.now()).as_secs();
        return html
            .and("; the next try is in ")
            .text(&seconds.to_string())
            .and(" s");
    }
    html
}
