//! What the provider does with its callbacks: late, twice, out of order, or not at all.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use payments_core::sandbox::{CallbackMode, Callbacks, DeliveryId, Fields};

use super::act::{bad, done_at};
use super::forms::{Form, FormId};
use super::html::{Html, Oops};
use super::list::path;
use super::{Answer, Board};

/// The modes by their names.
const MODES: [&str; 5] = ["now", "late", "twice", "held", "never"];

pub(super) async fn send_again(
    State(board): State<Arc<Board>>,
    Path((provider, id)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = path(one.provider, &id);
    let payment = one
        .serving
        .desk
        .payment(&id)
        .ok_or_else(super::payment::none)?;
    let fields = board.forms.take(&body, &back)?;
    let callbacks = one.serving.desk.callbacks();
    let how = fields.value("how").unwrap_or_default();
    if how == "reversed" {
        let sent = callbacks.resend_reversed(payment.reference());
        sent.map_err(|error| bad(error.to_string(), &back))?;
        return Ok(done_at(
            &back,
            "Done: all of them again, out of order.",
            fields,
        ));
    }
    let number = fields.value("callback").unwrap_or_default();
    let id = of_that_payment(&callbacks, payment.reference(), number)
        .ok_or_else(|| bad("There is no such callback about this payment.", &back))?;
    let sent = match how {
        "again" => callbacks.resend(id),
        "twice" => callbacks.burst(id, 2),
        "late" => callbacks.resend_after(id, seconds(&fields, &back)?),
        _ => return Err(bad("A callback is sent again, twice or late.", &back)),
    };
    sent.map_err(|error| bad(error.to_string(), &back))?;
    let done = format!("Done: callback #{number}, {how}.");
    Ok(done_at(&back, &done, fields))
}

fn of_that_payment(callbacks: &Callbacks, reference: &str, number: &str) -> Option<DeliveryId> {
    let id: DeliveryId = number.parse().ok()?;
    let delivery = callbacks.find(id)?;
    (delivery.reference() == reference).then_some(id)
}

/// At most a year.
pub(super) fn seconds(fields: &Fields, back: &str) -> Result<Duration, Oops> {
    let text = fields.value("seconds").unwrap_or_default();
    let seconds: Option<u64> = text.trim().parse().ok();
    let seconds = seconds.filter(|seconds| *seconds <= 366 * 86_400);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| bad("Seconds are a whole number, at most those of a year.", back))
}

pub(super) async fn set_mode(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = format!("/sandboxes/{}", one.provider);
    let fields = board.forms.take(&body, &back)?;
    let name = fields.value("mode").unwrap_or_default();
    let mode = match name {
        "now" => CallbackMode::Now,
        "late" => CallbackMode::After(seconds(&fields, &back)?),
        "twice" => CallbackMode::Twice,
        "held" => CallbackMode::Held,
        "never" => CallbackMode::Never,
        _ => return Err(bad("There is no such way to send callbacks.", &back)),
    };
    one.serving.desk.callbacks().set_mode(mode);
    let done = format!("Done: callbacks go out {name}.");
    Ok(done_at(&back, &done, fields))
}

pub(super) async fn release(
    State(board): State<Arc<Board>>,
    Path(provider): Path<String>,
    body: Bytes,
) -> Answer {
    let one = board.sandbox(&provider)?;
    let back = format!("/sandboxes/{}", one.provider);
    let fields = board.forms.take(&body, &back)?;
    let callbacks = one.serving.desk.callbacks();
    match fields.value("order") {
        Some("kept") => callbacks.release(),
        Some("reversed") => callbacks.release_reversed(),
        _ => return Err(bad("They go out in order or in reverse.", &back)),
    }
    Ok(done_at(&back, "Done: what was held is sent.", fields))
}

/// How callbacks go out from now on, and what was held.
pub(super) fn section(provider: &str, callbacks: &Callbacks, page: &FormId) -> Html {
    let to = |what: &str| format!("/sandboxes/{provider}/{what}");
    let (now, pause) = match callbacks.mode() {
        CallbackMode::After(pause) => ("late", pause.as_secs()),
        CallbackMode::Twice => ("twice", 60),
        CallbackMode::Held => ("held", 60),
        CallbackMode::Never => ("never", 60),
        _ => ("now", 60),
    };
    let mode = Form::new(&to("mode"), page, "mode", "Send them so from now on")
        .choice("Callbacks go out", "mode", &MODES, now)
        .input(
            "Seconds, where they are late",
            "seconds",
            &pause.to_string(),
        );
    let release = |order: &str, button: &str| {
        let id = format!("release-{order}");
        Form::new(&to("release"), page, &id, button).hidden("order", order)
    };
    Html::new()
        .heading("Callbacks")
        .add(&mode.html())
        .add(&release("kept", "Send what was held, in order").html())
        .add(&release("reversed", "Send what was held, the last one first").html())
}
