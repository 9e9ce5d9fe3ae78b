//! What goes wrong on demand: for the next requests, or for a share of them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use payments_core::sandbox::{Armed, Fault, Faults};

use super::act::{bad, done_at};
use super::forms::{Form, FormId};
use super::html::Html;
use super::{Answer, Board};

pub(super) async fn arm(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = format!("/sandboxes/{}", one.provider);
    let fields = board.forms.take(&body, &back)?;
    let value = |name| fields.value(name).unwrap_or_default().trim();
    // Written out, it goes before what was chosen.
    let text = match value("written") {
        "" => value("fault"),
        written => written,
    };
    let fault: Fault = text
        .parse()
        .map_err(|error| bad(format!("{text} is {error}."), &back))?;
    let path = match value("path") {
        "" => "*",
        path => path,
    };
    let faults = one.serving.desk.faults();
    let done = match (value("times"), value("per-mille")) {
        (times, "") => {
            let times: u32 = match times {
                "" => 1,
                times => times
                    .parse()
                    .map_err(|_| bad("How many requests it strikes is a whole number.", &back))?,
            };
            faults.times(path, fault, times);
            format!("Done: {text} strikes the next {times} to {path}.")
        }
        (_, share) => {
            let share: Option<u16> = share.parse().ok();
            let share = share.filter(|share| *share <= 1000);
            let share = share.ok_or_else(|| bad("A share is 0 to 1000 of a thousand.", &back))?;
            faults.share(path, share, vec![fault]);
            format!("Done: {text} strikes {share} of a thousand to {path}.")
        }
    };
    Ok(done_at(&back, &done, fields))
}

pub(super) async fn disarm(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = format!("/sandboxes/{}", one.provider);
    let fields = board.forms.take(&body, &back)?;
    one.serving.desk.faults().clear();
    Ok(done_at(&back, "Done: nothing is armed.", fields))
}

/// What is armed, and forms to arm more or to disarm all.
pub(super) fn section(provider: &str, faults: &Faults, page: &FormId) -> Html {
    let to = |what: &str| format!("/sandboxes/{provider}/{what}");
    let armed = faults.armed();
    let html = Html::new().heading("Faults");
    let html = if armed.is_empty() {
        html.and("<p>None is armed.</p>\n")
    } else {
        let items = armed.iter().fold(html.and("<ul>\n"), |html, one| {
            html.and("<li>").text(&line(one)).and("</li>\n")
        });
        items.and("</ul>\n")
    };
    let arm = Form::new(&to("fault"), page, "fault", "Arm it")
        .choice("Fault", "fault", &Fault::TEXTS, "close-after")
        .input("Or written out, such as status-before:500", "written", "")
        .input("Paths; * for one segment, at the end for any", "path", "*")
        .input("For so many of the next requests", "times", "1")
        .input("Or for so many of a thousand, from now on", "per-mille", "");
    let disarm = Form::new(&to("disarm"), page, "disarm", "Disarm all");
    html.add(&arm.html()).add(&disarm.html())
}

fn line(armed: &Armed) -> String {
    match armed {
        Armed::Next { paths, fault, left } => format!("{fault}: the next {left} to {paths}"),
        Armed::Share {
            paths,
            per_mille,
            faults,
        } => format!(
            "{}: {per_mille} of a thousand to {paths}",
            faults.join(" or ")
        ),
        _ => "something else".to_owned(),
    }
}
