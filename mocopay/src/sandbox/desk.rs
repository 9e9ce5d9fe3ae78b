//! What people see of the sandbox.

use payments_core::sandbox::{Action, Actor, Context, Listed};

use super::gateway::Gateway;
use super::records::Session;

/// The sessions, oldest first.
pub(super) fn payments(gateway: &Gateway) -> Vec<Listed> {
    let sessions = gateway.sessions.iter().map(|session| {
        let price = format!("{} TES", session.product.price);
        let charged = format!("{} TES", session.charged.total);
        Listed::new(
            &session.session_id,
            session.reference(),
            &price,
            session.status,
        )
        .kind(session.kind())
        .page(&session.link)
        .fact("Product", session.product.pid.as_str())
        .fact("Series", session.series.to_string())
        .fact("Charged in all", charged)
    });
    sessions.collect()
}

/// What can be done about a session.
pub(super) fn actions(gateway: &Gateway, id: Option<&str>) -> Vec<Action> {
    let found = gateway
        .sessions
        .iter()
        .find(|one| Some(one.session_id.as_str()) == id);
    // Commands go by reference, and mean the latest session of that reference.
    let latest = found.filter(|session| {
        let latest = gateway.position(session.reference());
        let latest = latest.and_then(|at| gateway.sessions.get(at));
        latest.is_some_and(|latest| latest.session_id == session.session_id)
    });
    latest.map_or_else(Vec::new, |session| about(gateway, session))
}

fn about(gateway: &Gateway, session: &Session) -> Vec<Action> {
    let by = |actor, command, label| {
        Action::new(actor, command, label).field("reference", session.reference())
    };
    let mut actions = Vec::new();
    match session.status {
        "Initialized" => actions.extend([
            by(Actor::Payer, "authorize", "Agree and pay"),
            by(Actor::Payer, "authorize", "Pay twice")
                .named("pay-twice")
                .times(2),
            by(Actor::Payer, "cancel", "Decline"),
        ]),
        "Authorized" => {
            actions.push(by(Actor::Payer, "authorize", "Pay again"));
            actions.push(by(Actor::Provider, "charge", "Charge the price once more"));
            if session.product.subscription {
                actions.push(by(Actor::Operator, "cancel", "End the subscription"));
            }
            if session.product.subscription && session.series > 0 {
                actions.push(by(Actor::Provider, "renew", "Charge the next period"));
                actions.push(by(
                    Actor::Provider,
                    "fail-renewal",
                    "Fail to charge the next period",
                ));
            }
        }
        _ => {}
    }
    if endpoint(gateway, session).is_some() {
        let forged = by(
            Actor::Provider,
            "notify/forged",
            "Forge a notification: a status that is not so",
        );
        actions.push(forged.input("status", "Status it claims", "Authorized"));
    }
    actions
}

fn endpoint<'g>(gateway: &'g Gateway, session: &'g Session) -> Option<&'g String> {
    let own = session.notify_url.as_ref();
    own.or(gateway.config.notify_url.as_ref())
}

/// Sends a session notification with a status that is not so. `false` without session or endpoint.
pub(super) fn forge(
    gateway: &Gateway,
    reference: &str,
    status: &str,
    context: &mut Context<'_>,
) -> bool {
    let session = gateway.position(reference);
    let session = session.and_then(|at| gateway.sessions.get(at));
    let sent = session.and_then(|session| {
        let url = endpoint(gateway, session)?;
        let mut fields = session.notification();
        for (name, value) in &mut fields {
            if *name == "status" {
                status.clone_into(value);
            }
        }
        Some(super::gateway::forged_to(url, reference, &fields))
    });
    sent.map(|callback| context.send(callback)).is_some()
}
