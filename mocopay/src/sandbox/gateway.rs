//! The provider: what it remembers and what happens to a session.

use std::time::Duration;

use payments_core::sandbox::{
    Action, Callback, Context, Fields, JsonObject, Listed, Provider, Reply, Request, RetryRules,
    with_query,
};

use super::calls;
use super::config::Config;
use super::desk;
use super::page;
use super::records::Session;

/// The labels of the two notifications.
pub(super) const SESSION: &str = "session";
pub(super) const TRANSACTION: &str = "transaction";

/// MoCoPay's side of the protocol.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) sessions: Vec<Session>,
}

impl Gateway {
    pub(super) const fn new(config: Config) -> Self {
        Self {
            config,
            sessions: Vec::new(),
        }
    }

    /// The latest session of that reference.
    pub(super) fn position(&self, reference: &str) -> Option<usize> {
        self.sessions
            .iter()
            .rposition(|session| session.reference() == reference)
    }

    /// The buyer agrees, once; and is charged where that happens at once.
    pub(super) fn authorize(&mut self, at: usize, context: &mut Context<'_>) -> Option<()> {
        let charges = self.config.charges_at_once;
        let session = self.sessions.get_mut(at)?;
        if session.status != "Initialized" {
            return Some(());
        }
        session.status = "Authorized";
        session.authorized = Some(context.wall());
        if charges {
            self.charge(at, context)?;
        }
        self.notify(at, context)
    }

    /// Charges the price of the product; only an authorized session is charged.
    pub(super) fn charge(&mut self, at: usize, context: &mut Context<'_>) -> Option<()> {
        let session = self.sessions.get_mut(at)?;
        if session.status != "Authorized" {
            return None;
        }
        let price = session.product.price;
        session.series = session.series.max(1);
        session.charged.add(price);
        session.charged_at = Some(context.wall());
        context.record("charge", session.reference(), Some(&price.to_string()));
        self.transact(at, "Charged", context)
    }

    /// One more transaction, of the product's price, and the notification of it.
    fn transact(&mut self, at: usize, status: &str, context: &mut Context<'_>) -> Option<()> {
        let session = self.sessions.get_mut(at)?;
        let transaction = id(context);
        session.transactions.push(transaction.clone());
        if let Some(url) = &self.config.transaction_url {
            let fields = [
                ("transactionId", transaction),
                ("sessionId", session.session_id.clone()),
                ("status", status.to_owned()),
                ("amount", session.product.price.to_string()),
            ];
            context.send(told(TRANSACTION, session.reference(), url, &fields));
        }
        Some(())
    }

    /// The next series of a subscription.
    pub(super) fn renew(&mut self, at: usize, context: &mut Context<'_>) -> Option<()> {
        self.next_series(at)?;
        self.charge(at, context)?;
        self.notify(at, context)
    }

    /// The next series of a subscription, whose charge fails.
    pub(super) fn fail_renewal(&mut self, at: usize, context: &mut Context<'_>) -> Option<()> {
        self.next_series(at)?;
        let session = self.sessions.get_mut(at)?;
        session.failed.add(session.product.price);
        self.transact(at, "Failed", context)?;
        self.notify(at, context)
    }

    fn next_series(&mut self, at: usize) -> Option<()> {
        let session = self.sessions.get_mut(at)?;
        if !session.product.subscription || session.series == 0 || session.status != "Authorized" {
            return None;
        }
        session.series = session.series.saturating_add(1);
        session.charged.current = 0;
        session.failed.current = 0;
        Some(())
    }

    /// The buyer declines, or a subscription ends.
    pub(super) fn cancel(&mut self, at: usize, context: &mut Context<'_>) -> Option<()> {
        let session = self.sessions.get_mut(at)?;
        session.status = "Canceled";
        self.notify(at, context)
    }

    fn notify(&self, at: usize, context: &mut Context<'_>) -> Option<()> {
        let session = self.sessions.get(at)?;
        let url = session
            .notify_url
            .as_ref()
            .or(self.config.notify_url.as_ref());
        if let Some(url) = url {
            context.send(told(
                SESSION,
                session.reference(),
                url,
                &session.notification(),
            ));
        }
        Some(())
    }

    /// A session notification of any fields; `None` without an endpoint.
    pub(super) fn forged(
        &self,
        reference: &str,
        fields: &[(&'static str, String)],
    ) -> Option<Callback> {
        let url = self.config.notify_url.as_ref()?;
        Some(forged_to(url, reference, fields))
    }

    fn run_command(
        &mut self,
        name: &str,
        fields: &Fields,
        context: &mut Context<'_>,
    ) -> Option<bool> {
        let reference = fields.value("reference").unwrap_or_default();
        let at = self.position(reference);
        Some(match name {
            "authorize" => at.and_then(|at| self.authorize(at, context)).is_some(),
            "charge" => at.and_then(|at| self.charge(at, context)).is_some(),
            "cancel" => at.and_then(|at| self.cancel(at, context)).is_some(),
            "renew" => at.and_then(|at| self.renew(at, context)).is_some(),
            "fail-renewal" => at.and_then(|at| self.fail_renewal(at, context)).is_some(),
            "notify/forged" => {
                let status = fields.value("status").unwrap_or("Authorized");
                desk::forge(self, reference, status, context)
            }
            "notify" => {
                let times = fields
                    .value("times")
                    .map_or(Some(1), |text| text.parse().ok());
                let last =
                    [SESSION, TRANSACTION].map(|label| context.last_callback(label, reference));
                times.is_some_and(|times| {
                    last.into_iter()
                        .flatten()
                        .fold(false, |_, id| context.resend(id, times))
                })
            }
            _ => return None,
        })
    }
}

impl Provider for Gateway {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        if request.path().starts_with("/form/") {
            return page::serve(self, request, context);
        }
        calls::answer(self, request, context)
    }

    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        let done = self.run_command(name, fields, context)?;
        let body = JsonObject::new().boolean("ok", done).finish();
        Some(Reply::json(if done { 200 } else { 400 }, body))
    }

    fn payments(&self) -> Vec<Listed> {
        desk::payments(self)
    }

    fn actions(&self, id: Option<&str>, _now: Duration) -> Vec<Action> {
        desk::actions(self, id)
    }

    fn state(&self, _now: Duration) -> JsonObject {
        let sessions = self.sessions.iter().map(|session| {
            JsonObject::new()
                .text("sessionId", &session.session_id)
                .text("reference", session.reference())
                .text("pid", &session.product.pid)
                .text("status", session.status)
                .integer("series", session.series)
                .integer("totalChargedAmount", session.charged.total)
                .text("redirectUrl", &session.link)
        });
        JsonObject::new().objects("sessions", sessions)
    }
}

/// 32 lower-case hex digits.
pub(super) fn id(context: &mut Context<'_>) -> String {
    let mut id = context.random().hex();
    while id.len() < 32 {
        id.push_str(&context.random().hex());
    }
    id.truncate(32);
    id
}

/// The fields behind an address, after those that it has.
pub(super) fn with_fields(url: &str, fields: &[(&'static str, String)]) -> String {
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    with_query(url, &pairs)
}

/// A session notification of any fields to that address, sent whatever happens.
pub(super) fn forged_to(url: &str, reference: &str, fields: &[(&'static str, String)]) -> Callback {
    told("forged", reference, url, fields).unconditional()
}

/// A notification: a GET with everything in the query. 200 is our guess of what acknowledges.
fn told(label: &str, reference: &str, url: &str, fields: &[(&'static str, String)]) -> Callback {
    Callback::get(
        label,
        reference,
        &with_fields(url, fields),
        RetryRules::accept(200..=200),
    )
}
