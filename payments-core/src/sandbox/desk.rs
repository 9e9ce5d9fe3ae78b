//! A sandbox as a person works with it, whichever provider's it is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::clock::Clock;

use super::form::{Fields, encode_form};
use super::handles::{Callbacks, Faults};
use super::history::Event;
use super::kit::{Control, Kit};
use super::listed::{Action, Listed};
use super::message::Reply;
use super::provider::Provider;
use super::restore::NotRestored;

/// A [`Control`] without its provider's type: what there is to see, and what can be done about it.
/// Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Desk {
    kit: Arc<Kit>,
    seat: Arc<dyn Seat>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotDone {
    /// There is no payment of that id.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// It is not among what can be done now.
    #[error("this cannot be done now: the payment has moved on meanwhile")]
    NotNow,
    /// The provider's side refused it, for this reason.
    #[error("not done: {0}")]
    Refused(String),
}

/// What needs the provider.
trait Seat: Send + Sync {
    fn payments(&self) -> Vec<Listed>;
    fn actions(&self, id: Option<&str>) -> Vec<Action>;
    fn command(&self, name: &str, fields: &Fields) -> Option<Reply>;
    fn advance(&self, by: Duration);
    fn restore(&self, lines: &[String]) -> Result<(), NotRestored>;
}

impl<P: Provider> Seat for Control<P> {
    fn payments(&self) -> Vec<Listed> {
        self.look(|provider, _| provider.payments())
    }

    fn actions(&self, id: Option<&str>) -> Vec<Action> {
        self.look(|provider, now| provider.actions(id, now))
    }

    fn command(&self, name: &str, fields: &Fields) -> Option<Reply> {
        self.provider_command(name, fields)
    }

    fn advance(&self, by: Duration) {
        Self::advance(self, by);
    }

    fn restore(&self, lines: &[String]) -> Result<(), NotRestored> {
        Self::restore(self, lines)
    }
}

impl<P: Provider> Control<P> {
    /// The same without the provider's type.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk {
            kit: Arc::clone(&self.kit),
            seat: Arc::new(self.clone()),
        }
    }
}

/// What a command says of itself when it was not done.
#[derive(Deserialize)]
struct Said {
    error: Option<String>,
}

impl Desk {
    /// Where the sandbox is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.kit.base_url
    }

    /// Its payments, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<Listed> {
        self.seat.payments()
    }

    /// The payment of that id.
    #[must_use]
    pub fn payment(&self, id: &str) -> Option<Listed> {
        let mut payments = self.seat.payments().into_iter();
        payments.find(|payment| payment.id() == id)
    }

    /// What can be done now about a payment, or about none.
    #[must_use]
    pub fn actions(&self, id: Option<&str>) -> Vec<Action> {
        self.seat.actions(id)
    }

    /// Does an action of that name with what a person filled in; what was not filled in is as offered.
    ///
    /// # Errors
    ///
    /// Without such a payment, when it is not offered now, or when the provider's side refuses.
    pub fn act(
        &self,
        id: Option<&str>,
        name: &str,
        inputs: &[(String, String)],
    ) -> Result<(), NotDone> {
        if id.is_some_and(|id| self.payment(id).is_none()) {
            return Err(NotDone::NoSuchPayment);
        }
        let offered = self.seat.actions(id);
        let action = offered.iter().find(|action| action.name() == name);
        let action = action.ok_or(NotDone::NotNow)?;
        let filled = |name: &str| {
            let found = inputs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let given = action.fields().iter();
        let mut pairs: Vec<(&str, &str)> = given.map(|(name, value)| (*name, &**value)).collect();
        for input in action.inputs() {
            pairs.push((input.name(), filled(input.name()).unwrap_or(input.value())));
        }
        let fields = Fields::parse(encode_form(&pairs).as_bytes()).unwrap_or_default();
        for _ in 0..action.count() {
            self.run(action.command(), &fields)?;
        }
        Ok(())
    }

    fn run(&self, command: &str, fields: &Fields) -> Result<(), NotDone> {
        match self.seat.command(command, fields) {
            None => Err(NotDone::NotNow),
            Some(reply) if reply.status() == 200 => Ok(()),
            Some(reply) => {
                let said: Option<Said> = serde_json::from_slice(reply.bytes()).ok();
                let error = said.and_then(|said| said.error);
                Err(error.map_or(NotDone::NotNow, NotDone::Refused))
            }
        }
    }

    /// What happened about that reference, oldest first.
    #[must_use]
    pub fn history(&self, reference: &str) -> Vec<Event> {
        let state = self.kit.lock();
        let is_about = |event: &&Event| event.about().iter().any(|known| known == reference);
        state.history.events().filter(is_about).cloned().collect()
    }

    /// The last events, newest first.
    #[must_use]
    pub fn last_events(&self, count: usize) -> Vec<Event> {
        let state = self.kit.lock();
        state.history.events().rev().take(count).cloned().collect()
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.kit))
    }

    /// What is sent to the merchant.
    #[must_use]
    pub fn callbacks(&self) -> Callbacks {
        Callbacks::new(Arc::clone(&self.kit))
    }

    /// The moment on the sandbox's clock.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.kit.clock.monotonic()
    }

    /// Moves the clock forward: what falls due is done.
    pub fn advance(&self, by: Duration) {
        self.seat.advance(by);
    }

    /// Tells `line` of everything that comes to the sandbox from now on, a line of JSON each: requests
    /// with all that is in them, commands, answers to callbacks, and which faults are armed (but for
    /// those that replace an answer, which cannot be written).
    pub fn record(&self, line: impl FnMut(&str) + Send + 'static) {
        self.kit.lock().recorder.0 = Some(Box::new(line));
    }

    /// Does again what was recorded of a sandbox that was started in the same way, with the same seed,
    /// and goes on from there.
    ///
    /// # Errors
    ///
    /// For a line that is broken, or is answered otherwise now; the sandbox is no use then.
    pub fn restore(&self, lines: &[String]) -> Result<(), NotRestored> {
        self.seat.restore(lines)
    }

    /// Begins to answer and to send, where the sandbox was started held
    /// ([`Settings::held`](super::Settings::held)).
    pub fn open(&self) {
        self.kit.gate.open();
    }

    /// How often anything has changed; [`Desk::changed`] waits for more.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.kit.version()
    }

    /// Waits until something has changed since `version`; gives the newer one.
    pub async fn changed(&self, version: u64) -> u64 {
        let mut changes = self.kit.watch_changes();
        match changes.wait_for(|now| *now > version).await {
            Ok(now) => *now,
            // The kit is held by this desk, so that its sender is there.
            Err(_) => version,
        }
    }
}

/// Without what it reaches.
impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("base_url", &self.kit.base_url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::callback::{Callback, RetryRules};
    use super::super::clock::SandboxClock;
    use super::super::fault::Fault;
    use super::super::history::Happening;
    use super::super::json::JsonObject;
    use super::super::listed::Actor;
    use super::super::message::Request;
    use super::super::provider::Context;
    use super::super::settings::Settings;
    use super::*;

    /// Orders by path, each paid once.
    #[derive(Clone, Default)]
    struct Till {
        orders: Vec<(String, bool)>,
    }

    impl Provider for Till {
        fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
            let reference = request.path().trim_start_matches('/');
            if request.method() == "POST" {
                context.record("order", reference, Some("1.00"));
                self.orders.push((reference.to_owned(), false));
            } else {
                context.concerns(reference);
            }
            Reply::new(204)
        }

        fn command(
            &mut self,
            name: &str,
            fields: &Fields,
            context: &mut Context<'_>,
        ) -> Option<Reply> {
            let order = fields.value("order").unwrap_or_default();
            let found = self.orders.iter_mut().find(|(known, _)| known == order)?;
            if name != "pay" || fields.value("pin") != Some("1234") {
                let body = JsonObject::new().text("error", "wrong pin");
                return Some(Reply::json(400, body.finish()));
            }
            found.1 = true;
            context.record("payment", order, None);
            let rules = RetryRules::accept(200..=200);
            context.send(Callback::post("paid", order, "http://127.0.0.1:1/", rules));
            Some(Reply::json(200, "{}"))
        }

        fn payments(&self) -> Vec<Listed> {
            let orders = self.orders.iter();
            orders
                .map(|(order, paid)| {
                    let state = if *paid { "paid" } else { "open" };
                    Listed::new(order, order, "1.00 EUR", state)
                })
                .collect()
        }

        fn actions(&self, id: Option<&str>, _: Duration) -> Vec<Action> {
            let open = self.orders.iter().filter(|(_, paid)| !paid);
            let open = open.filter(|(order, _)| Some(order.as_str()) == id);
            open.map(|(order, _)| {
                Action::new(Actor::Payer, "pay", "Pay")
                    .field("order", order)
                    .input("pin", "PIN", "1234")
            })
            .collect()
        }
    }

    fn desk() -> (Control<Till>, Desk) {
        let settings = Settings::new().clock(SandboxClock::still());
        let control = Control::detached(&settings, Till::default());
        let _ = control.handle(&Request::new("POST", "/A"));
        let desk = control.desk();
        (control, desk)
    }

    #[test]
    fn what_is_not_offered_is_not_done() {
        let (control, desk) = desk();
        let pin = |pin: &str| vec![("pin".to_owned(), pin.to_owned())];
        let refused = NotDone::Refused("wrong pin".to_owned());
        assert_eq!(desk.act(Some("A"), "pay", &pin("1")), Err(refused));
        assert_eq!(desk.act(Some("B"), "pay", &[]), Err(NotDone::NoSuchPayment));
        assert_eq!(desk.act(Some("A"), "refund", &[]), Err(NotDone::NotNow));
        assert_eq!(desk.act(None, "pay", &[]), Err(NotDone::NotNow));
        assert_eq!(desk.act(Some("A"), "pay", &[]), Ok(()));
        assert_eq!(desk.act(Some("A"), "pay", &[]), Err(NotDone::NotNow));
        assert_eq!(control.ledger().count("payment", "A"), 1);
        assert_eq!(desk.payment("A").unwrap().state(), "paid");
    }

    #[test]
    fn a_payment_has_a_history() {
        let (control, desk) = desk();
        let _ = control.handle(&Request::new("GET", "/A"));
        let _ = control.handle(&Request::new("GET", "/B"));
        desk.act(Some("A"), "pay", &[]).unwrap();
        let names: Vec<&str> = desk
            .history("A")
            .iter()
            .map(|event| match event.what() {
                Happening::Request { method, .. } if method == "GET" => "query",
                Happening::Request { .. } => "request",
                Happening::Command { .. } => "command",
                Happening::Effect { .. } => "effect",
                Happening::Callback(_) => "callback",
                Happening::Attempt { .. } => "attempt",
            })
            .collect();
        let expect = [
            "request", "effect", "query", "command", "effect", "callback",
        ];
        assert_eq!(names, expect);
        assert_eq!(desk.last_events(1).len(), 1);
    }

    #[tokio::test]
    async fn looking_changes_nothing_and_everything_else_is_heard_of() {
        let (control, desk) = desk();
        let before = desk.version();
        let _ = (desk.payments(), desk.actions(None), desk.history("A"));
        assert_eq!(desk.version(), before);
        let waiting = tokio::spawn({
            let desk = desk.clone();
            async move { desk.changed(before).await }
        });
        let _ = control.handle(&Request::new("GET", "/A"));
        assert!(waiting.await.unwrap() > before);
        let after = desk.version();
        desk.faults().clear();
        assert!(desk.version() > after);
    }

    #[test]
    fn what_was_recorded_comes_again() {
        let (control, desk) = desk();
        let lines: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
        let sink = Arc::clone(&lines);
        desk.record(move |line| sink.lock().unwrap().push(line.to_owned()));
        let _ = control.handle(&Request::new("POST", "/B?x=1").header("a", "b").body("c"));
        control.advance(Duration::from_secs(60));
        desk.act(Some("B"), "pay", &[]).unwrap();
        desk.faults().times("/b", Fault::StatusBefore(503), 2);
        desk.faults().share("*", 7, vec![Fault::Html, Fault::Stale]);
        assert!(control.arrived("/b").is_some());
        control.struck(&Request::new("GET", "/b"), None, "status-before");
        let _ = control.handle_struck(&Request::new("GET", "/B"), Some("html"));
        let id = control.callbacks().list()[0].id();
        control.callbacks().resend(id).unwrap();
        let (batches, _) = control.take_due();
        for job in batches.into_iter().flatten().take(1) {
            control.finish(job, Ok((500, bytes::Bytes::from_static(b"no"))));
        }
        let lines = lines.lock().unwrap().clone();

        let settings = Settings::new().clock(SandboxClock::still());
        let again = Control::detached(&settings, Till::default());
        let _ = again.handle(&Request::new("POST", "/A"));
        again.desk().restore(&lines).unwrap();
        assert_eq!(again.desk().payments(), desk.payments());
        assert_eq!(again.ledger().effects(), control.ledger().effects());
        assert_eq!(again.clock().monotonic(), control.clock().monotonic());
        let numbers = |desk: &Desk| -> Vec<(u64, Happening)> {
            let events = desk.history("B").into_iter();
            events
                .map(|event| (event.number(), event.what().clone()))
                .collect()
        };
        assert_eq!(numbers(&again.desk()), numbers(&desk));
        let last = |desk: &Desk| -> Vec<Happening> {
            let events = desk.last_events(3).into_iter();
            events.map(|event| event.what().clone()).collect()
        };
        assert_eq!(last(&again.desk()), last(&desk));
        assert_eq!(desk.faults().armed().len(), 2);
        assert_eq!(again.desk().faults().armed(), desk.faults().armed());
        // The one by hand was answered before; the other is still to be sent.
        let (batches, _) = again.take_due();
        assert_eq!(batches.into_iter().flatten().count(), 1);

        let fresh = || Control::detached(&settings, Till::default()).desk();
        let cut = lines[0].get(..20).unwrap().to_owned();
        assert_eq!(fresh().restore(&[cut]).unwrap_err().number(), 1);
        let other = lines[0].replace("\"status\":204", "\"status\":500");
        assert_eq!(fresh().restore(&[other]).unwrap_err().number(), 1);
    }
}
