//! What `/_sandbox/` understands.

use std::time::Duration;

use super::callback::{CallbackMode, Delivery};
use super::fault::Fault;
use super::form::Fields;
use super::json::JsonObject;
use super::kit::Control;
use super::ledger::Effect;
use super::message::{Reply, Request};
use super::provider::Provider;
use super::seen::Seen;

use crate::clock::Clock;

impl<P: Provider> Control<P> {
    /// Counts a request that has arrived whole, and says what strikes it. What happens late has to be
    /// waited for from here on.
    pub(super) fn arrived(&self, path: &str) -> Option<Fault> {
        let mut guard = self.kit.lock();
        let state = &mut *guard;
        let before = state.plan.left();
        let fault = state.plan.draw(path, &mut state.chance);
        if state.plan.left() != before {
            state.note_armed(self.kit.moment());
        }
        if let Some(Fault::SlowBefore(_)) = fault {
            state.late = state.late.saturating_add(1);
        }
        state.watches.arrived(path);
        drop(guard);
        self.kit.wake();
        fault
    }

    /// What was late has happened.
    pub(super) fn has_happened(&self) {
        let mut state = self.kit.lock();
        state.late = state.late.saturating_sub(1);
        drop(state);
        self.kit.wake();
    }

    /// Answers a request below `/_sandbox/`.
    pub(super) fn command(&self, name: &str, request: &Request) -> Reply {
        let authorized = request
            .only_header("sandbox-token")
            .is_some_and(|token| self.kit.is_token(token));
        if !authorized {
            return refusal(401, "the header sandbox-token is missing or wrong");
        }
        match (request.method(), name) {
            ("GET", "state") => Reply::json(200, self.state().finish()),
            ("POST", _) => match Fields::parse(request.bytes()) {
                Ok(fields) => self.post(name, &fields),
                Err(error) => refusal(400, &error.to_string()),
            },
            _ => refusal(405, "GET state, or POST a command"),
        }
    }

    fn post(&self, name: &str, fields: &Fields) -> Reply {
        let done = match name {
            "advance" => self.post_advance(fields),
            "fault" => self.post_fault(fields),
            "fault/clear" => {
                self.faults().clear();
                Some(())
            }
            "callback/mode" => self.post_mode(fields),
            "callback/release" => self.post_release(fields),
            "callback/resend" => self.post_resend(fields),
            "callback/enable" => fields.value("url").map(|url| self.callbacks().enable(url)),
            _ => {
                return self
                    .provider_command(name, fields)
                    .unwrap_or_else(|| refusal(404, "no such command"));
            }
        };
        match done {
            Some(()) => Reply::json(200, JsonObject::new().boolean("ok", true).finish()),
            None => refusal(400, "a field is missing or not as it should be"),
        }
    }

    fn post_advance(&self, fields: &Fields) -> Option<()> {
        self.advance(seconds(fields)?);
        Some(())
    }

    fn post_fault(&self, fields: &Fields) -> Option<()> {
        let fault: Fault = fields.value("fault")?.parse().ok()?;
        let path = fields.value("path").unwrap_or("*");
        match fields.value("per-mille") {
            Some(share) => self.faults().share(path, share.parse().ok()?, vec![fault]),
            None => self.faults().times(path, fault, number(fields, "times")?),
        }
        Some(())
    }

    fn post_mode(&self, fields: &Fields) -> Option<()> {
        let mode = match fields.value("mode")? {
            "now" => CallbackMode::Now,
            "after" => CallbackMode::After(seconds(fields)?),
            "twice" => CallbackMode::Twice,
            "held" => CallbackMode::Held,
            "never" => CallbackMode::Never,
            _ => return None,
        };
        self.callbacks().set_mode(mode);
        Some(())
    }

    fn post_release(&self, fields: &Fields) -> Option<()> {
        match fields.value("order") {
            None | Some("kept") => self.callbacks().release(),
            Some("reversed") => self.callbacks().release_reversed(),
            Some(_) => return None,
        }
        Some(())
    }

    fn post_resend(&self, fields: &Fields) -> Option<()> {
        let id = fields.value("id")?.parse().ok()?;
        let times = usize::try_from(number(fields, "times")?).ok()?;
        self.callbacks().burst(id, times).ok()
    }

    fn state(&self) -> JsonObject {
        let provider = self.with(|provider, context| provider.state(context.now()));
        let state = self.kit.lock();
        JsonObject::new()
            .integer("millis", millis(self.kit.clock.monotonic()))
            .objects("ledger", state.ledger.effects().iter().map(effect))
            .objects("callbacks", state.outbox.deliveries().iter().map(delivery))
            .objects("requests", state.seen.iter().map(seen))
            .object("provider", provider)
    }
}

fn refusal(status: u16, text: &str) -> Reply {
    let body = JsonObject::new().boolean("ok", false).text("error", text);
    Reply::json(status, body.finish())
}

fn seconds(fields: &Fields) -> Option<Duration> {
    fields
        .value("seconds")?
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// One unless said.
fn number(fields: &Fields, name: &str) -> Option<u32> {
    fields.value(name).map_or(Some(1), |text| text.parse().ok())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn effect(effect: &Effect) -> JsonObject {
    let object = JsonObject::new()
        .integer("millis", millis(effect.at()))
        .text("kind", effect.kind())
        .text("reference", effect.reference());
    match effect.amount() {
        Some(amount) => object.text("amount", amount),
        None => object,
    }
}

/// Without URL, headers and body, which may hold what is not for logs.
fn delivery(delivery: &Delivery) -> JsonObject {
    let attempts = delivery.attempts().iter().map(|attempt| {
        let object = JsonObject::new().integer("millis", millis(attempt.at()));
        match attempt.status() {
            Some(status) => object.integer("status", u64::from(status)),
            None => object.text("problem", attempt.problem().unwrap_or_default()),
        }
    });
    JsonObject::new()
        .text("id", &delivery.id().to_string())
        .text("label", delivery.label())
        .text("reference", delivery.reference())
        .text("state", delivery.state().name())
        .objects("attempts", attempts)
}

fn seen(seen: &Seen) -> JsonObject {
    let names = seen.header_names().iter().map(String::as_str);
    let object = JsonObject::new()
        .text("method", seen.method())
        .text("path", seen.path())
        .texts("headers", names);
    let object = match seen.fault() {
        Some(fault) => object.text("fault", fault),
        None => object,
    };
    match seen.status() {
        Some(status) => object.integer("status", u64::from(status)),
        None => object.null("status"),
    }
}
