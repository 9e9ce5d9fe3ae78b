//! Which call a request is, and who may make it.

use payments_core::sandbox::{Context, Reply, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::gateway::Gateway;
use super::refusal::{Refusal, domain, invalid, require};
use super::{initiate, merchants, money, payments, updates};

/// A request goes with or without the path of the host's service.
const SERVICES: [&str; 2] = [
    "/cardpassthrough-restapi",
    "/cardpassthrough-regressiontester-restapi",
];

/// Answers a call.
pub(super) fn answer(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    route(gateway, request, context)
        .unwrap_or_else(|refusal| refusal.reply(gateway.config.invalid_status, request, context))
}

fn route(
    gateway: &mut Gateway,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let path = request.path();
    let stripped = SERVICES
        .iter()
        .find_map(|service| path.strip_prefix(service));
    let path = stripped
        .unwrap_or(path)
        .strip_prefix("/api/")
        .unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let allowed = methods(&segments, gateway.config.withdrawn);
    require(!allowed.is_empty(), || {
        Refusal::Status(404, "No such call.")
    })?;
    require(allowed.contains(&request.method()), || {
        Refusal::Status(405, "Another method.")
    })?;
    // The provider lists no credentials for the simulation.
    if segments.get(1) != Some(&"product") {
        authenticate(gateway, request)?;
    }
    let has_body = matches!(request.method(), "POST" | "PATCH");
    require(
        !has_body || request.is_media_type("application/json"),
        || Refusal::Status(415, "Not application/json."),
    )?;
    if !gateway.armed.is_empty() {
        let code = gateway.armed.remove(0);
        return Err(domain(&code, "As asked for."));
    }
    if let [_, "payments", id, ..] | ["v1", "product", .., id] = segments.as_slice() {
        gateway.concerns(id, context);
    }
    match (request.method(), segments.as_slice()) {
        ("GET", ["v1", "merchants"]) => Ok(merchants::list(gateway)),
        ("POST", ["v1", "merchants"]) => merchants::create(gateway, request, context),
        ("GET", ["v1", "merchants", id]) => merchants::read(gateway, id),
        ("DELETE", ["v1", "merchants", id]) => merchants::delete(gateway, id, context),
        ("PATCH", ["v1", "merchants", id]) => merchants::update(gateway, id, request),
        ("POST", ["v3", "payments"]) => initiate::answer(gateway, request, context),
        ("GET", ["v3", "payments", id]) => payments::read(gateway, id),
        ("PATCH", ["v1", "payments", id]) => payments::update(gateway, id, request, context),
        ("PUT", ["v1", "payments", id, "invalidate"]) => payments::invalidate(gateway, id, context),
        ("PATCH", ["v1", "payments", id, "authorizationattempts", attempt]) => {
            updates::update(gateway, id, attempt, request, context)
        }
        ("POST", ["v1", "payments", id, what]) => {
            money::answer(gateway, id, what, request, context)
        }
        ("POST", ["v1", "product", .., id]) => payments::simulate(gateway, id, request, context),
        _ => Err(Refusal::Status(404, "No such call.")),
    }
}

/// The methods that a path has.
fn methods(segments: &[&str], withdrawn: bool) -> &'static [&'static str] {
    match segments {
        ["v1", "merchants"] => &["GET", "POST"],
        ["v1", "merchants", _] if withdrawn => &["GET", "DELETE", "PATCH"],
        ["v1", "merchants", _] => &["GET", "DELETE"],
        ["v3", "payments"] => &["POST"],
        ["v3", "payments", _] if withdrawn => &["GET"],
        ["v1", "payments", _] => &["PATCH"],
        ["v1", "payments", _, "invalidate"] if withdrawn => &["PUT"],
        ["v1", "payments", _, "captures" | "cancels" | "refunds"] => &["POST"],
        ["v1", "payments", _, "authorizationattempts", _] => &["PATCH"],
        [
            "v1",
            "product",
            "payments",
            "simulation",
            "enter-phone-and-swipe",
            _,
        ] => &["POST"],
        _ => &[],
    }
}

fn authenticate(gateway: &Gateway, request: &Request) -> Result<(), Refusal> {
    let config = &gateway.config;
    let known = request.only_header("x-ibm-client-id") == Some(&*config.client_id)
        && request.only_header("x-ibm-client-secret") == Some(&*config.client_secret);
    let status = config.unauthorized_status;
    require(known, || {
        Refusal::Status(status, "x-ibm-client-id or x-ibm-client-secret is wrong.")
    })
}

/// The body by its schema, and as it stands, to know it again.
pub(super) fn read<T: DeserializeOwned>(request: &Request) -> Result<(T, Value), Refusal> {
    let wrong = |error: serde_json::Error| invalid(error.to_string());
    let read = serde_json::from_slice(request.bytes()).map_err(wrong)?;
    let value = serde_json::from_slice(request.bytes()).map_err(wrong)?;
    Ok((read, value))
}

/// A required text has at least one character.
pub(super) fn filled(name: &str, text: &str) -> Result<(), Refusal> {
    require(!text.is_empty(), || invalid(format!("{name} is empty")))
}

/// The code that a text asks for: `fail.2040`, with or without `-anything` behind.
pub(super) fn wished(text: &str) -> Result<(), Refusal> {
    let code = text.strip_prefix("fail.").map(|rest| {
        let code = rest.split_once('-').map_or(rest, |(code, _)| code);
        domain(code, "As asked for.")
    });
    code.map_or(Ok(()), Err)
}
