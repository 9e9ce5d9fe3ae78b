//! The two calls of the pages.

use payments_core::sandbox::{Context, JsonObject, Reply, Request, check_callback_url};

use super::config::Config;
use super::gateway::{Gateway, id};
use super::records::{Amounts, Session};
use super::signature::{SignatureError, SignedRequest, Signer};

const INIT: [&str; 12] = [
    "pid",
    "mcc",
    "mnc",
    "country",
    "userId",
    "clientIp",
    "phone",
    "lang",
    "referenceId",
    "callbackUrl",
    "notifyUrl",
    "imageUrl",
];
const VERIFY: [&str; 3] = ["sessionId", "userId", "transactionId"];

struct Refusal(u16, &'static str, String);

fn refuse<T>(status: u16, error: &'static str, text: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, error, text.into()))
}

pub(super) fn answer(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    match answered(gateway, request, context) {
        Ok(object) => Reply::json(200, object.finish()),
        Err(Refusal(status, error, text)) => {
            let body = JsonObject::new().text("error", error).text("text", &text);
            Reply::json(status, body.finish())
        }
    }
}

fn answered(
    gateway: &mut Gateway,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let name = request
        .path()
        .strip_prefix("/v1/payment/")
        .unwrap_or_default();
    let call = name.trim_end_matches('/');
    let slash = if gateway.config.trailing_slash {
        "/"
    } else {
        ""
    };
    if name != format!("{call}{slash}") {
        return refuse(404, "SANDBOX_PATH", "another slash at the end is expected");
    }
    let (method, known): (&str, &[&str]) = match call {
        "initPayment" => ("GET", &INIT),
        "verifyPayment" => ("POST", &VERIFY),
        _ => return refuse(404, "SANDBOX_PATH", "there is no such call"),
    };
    if request.method() != method {
        return refuse(405, "SANDBOX_METHOD", format!("{call} is a {method}"));
    }
    let signed = signed(&gateway.config, request)?;
    if let Some(name) = signed.unknown(known) {
        return refuse(400, "SANDBOX_PARAMETER", format!("{name} is unknown"));
    }
    let field = |name: &str| signed.value(name);
    if call == "initPayment" {
        init(gateway, field, context)
    } else {
        verify(gateway, field, context)
    }
}

/// The request, if its signature holds.
fn signed<'r>(config: &Config, request: &'r Request) -> Result<SignedRequest<'r>, Refusal> {
    let refused = |error: SignatureError| Refusal(401, "SANDBOX_SIGNATURE", error.to_string());
    let query = request.query().unwrap_or_default();
    let signed =
        SignedRequest::read(request.path(), query, config.signed_values).map_err(refused)?;
    let given = match (request.only_header("signature"), signed.signature()) {
        (Some(given), None) | (None, Some(given)) => given,
        (Some(_), Some(_)) => return refuse(401, "SANDBOX_SIGNATURE", "there are two signatures"),
        (None, None) => return refuse(401, "SANDBOX_SIGNATURE", "there is no signature"),
    };
    let merchant = Signer::new(&config.api_key, &config.api_secret)
        .or_previous(config.previous_secret.as_deref());
    signed.verify(merchant, given).map_err(refused)?;
    Ok(signed)
}

fn init<'f>(
    gateway: &mut Gateway,
    field: impl Fn(&str) -> Option<&'f str>,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let Some(pid) = field("pid") else {
        return refuse(400, "SANDBOX_PARAMETER", "pid is missing");
    };
    let product = gateway
        .config
        .products
        .iter()
        .find(|product| product.pid == pid);
    let Some(product) = product.cloned() else {
        return refuse(404, "SANDBOX_PRODUCT", "there is no such product");
    };
    if field("mcc").is_some_and(|mcc| mcc != "999") || field("mnc").is_some_and(|mnc| mnc != "99") {
        return refuse(
            400,
            "SANDBOX_OPERATOR",
            "only the test operator 999/99 is served",
        );
    }
    let web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if field("callbackUrl").is_some_and(|url| !web(url))
        || field("notifyUrl").is_some_and(|url| check_callback_url(url).is_err())
    {
        return refuse(400, "SANDBOX_URL", "an address cannot be used here");
    }
    let given = |name: &str| field(name).map(str::to_owned);
    let session = Session {
        session_id: id(context),
        request_id: id(context),
        link: format!("{}/form/{}", context.base_url(), id(context)),
        product,
        user_id: given("userId"),
        reference_id: given("referenceId"),
        lang: given("lang"),
        callback_url: given("callbackUrl"),
        notify_url: given("notifyUrl"),
        status: "Initialized",
        series: 0,
        charged: Amounts::default(),
        failed: Amounts::default(),
        transactions: Vec::new(),
        init: context.wall(),
        authorized: None,
        charged_at: None,
    };
    context.record("session", session.reference(), None);
    let reply = JsonObject::new()
        .text("requestId", &session.request_id)
        .text("redirectUrl", &session.link);
    gateway.sessions.push(session);
    Ok(reply)
}

fn verify<'f>(
    gateway: &Gateway,
    field: impl Fn(&str) -> Option<&'f str>,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let asked = [field("sessionId"), field("userId"), field("transactionId")];
    if asked == [None; 3] {
        return refuse(400, "SANDBOX_PARAMETER", "none of the three ids is given");
    }
    let [session_id, user_id, transaction] = asked;
    let matches = |session: &&Session| {
        session_id.is_none_or(|id| session.session_id == id)
            && user_id.is_none_or(|id| session.user_id.as_deref() == Some(id))
            && transaction.is_none_or(|id| session.transactions.iter().any(|known| known == id))
    };
    match gateway.sessions.iter().rev().find(matches) {
        Some(session) => {
            context.concerns(session.reference());
            Ok(session.json(context.wall()))
        }
        None => refuse(404, "SANDBOX_SESSION", "there is no such session"),
    }
}
