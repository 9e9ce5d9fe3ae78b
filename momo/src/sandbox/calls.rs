//! The five calls of the gateway: what each must hold, how it is signed, and what it does.

use std::fmt;
use std::time::Duration;

use payments_core::sandbox::{Context, JsonObject, Reply, Request};

use super::body::{Body, dong};
use super::codes;
use super::gateway::Gateway;
use super::records::Taken;
use super::signing::holds;
use super::{orders, refunds};

/// A refusal or another answer that is not a success: its code, and what is wrong for people.
pub(super) struct Refusal {
    pub(super) code: u64,
    detail: String,
}

impl Refusal {
    pub(super) fn new(code: u64, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}

/// What a call that was taken on came to: its code and the fields of its own.
pub(super) struct Outcome {
    pub(super) code: u64,
    pub(super) fields: JsonObject,
    /// A signature that stands last in the reply, over what `finish` is told.
    pub(super) pay_url: Option<String>,
}

impl Outcome {
    pub(super) const fn new(code: u64, fields: JsonObject) -> Self {
        Self {
            code,
            fields,
            pay_url: None,
        }
    }
}

pub(super) type Answer = Result<Outcome, Refusal>;

/// A field and the most characters it may have; 0 for no limit.
type Field = (&'static str, usize);

/// A call, as the reference lists it.
pub(super) struct Call {
    path: &'static str,
    required: &'static [Field],
    optional: &'static [Field],
    /// The signed fields in order, `accessKey` first.
    signed: &'static [&'static str],
    answer: fn(&mut Gateway, &Body, &mut Context<'_>) -> Answer,
}

const CREATE: &str = "/v2/gateway/api/create";

const CALLS: [Call; 5] = [
    Call {
        path: CREATE,
        required: &[
            ("partnerCode", 50),
            ("requestId", 50),
            ("amount", 0),
            ("orderId", 200),
            ("orderInfo", 255),
            ("redirectUrl", 0),
            ("ipnUrl", 0),
            ("requestType", 0),
            ("signature", 0),
        ],
        optional: &[
            ("subPartnerCode", 50),
            ("storeName", 0),
            ("partnerName", 0),
            ("storeId", 50),
            ("orderGroupId", 0),
            ("extraData", 1000),
            ("items", 0),
            ("deliveryInfo", 0),
            ("userInfo", 0),
            ("referenceId", 200),
            ("autoCapture", 0),
            ("lang", 0),
            ("partnerClientId", 0),
            ("orderExpireTime", 0),
        ],
        signed: &[
            "accessKey",
            "amount",
            "extraData",
            "ipnUrl",
            "orderId",
            "orderInfo",
            "partnerClientId",
            "partnerCode",
            "redirectUrl",
            "requestId",
            "requestType",
        ],
        answer: orders::create,
    },
    Call {
        path: "/v2/gateway/api/query",
        required: &[
            ("partnerCode", 50),
            ("requestId", 50),
            ("orderId", 200),
            ("signature", 0),
        ],
        optional: &[("lang", 0)],
        signed: &["accessKey", "orderId", "partnerCode", "requestId"],
        answer: orders::query,
    },
    Call {
        path: "/v2/gateway/api/refund",
        required: &[
            ("partnerCode", 50),
            ("orderId", 200),
            ("requestId", 50),
            ("amount", 0),
            ("transId", 0),
            ("signature", 0),
        ],
        optional: &[("lang", 0), ("description", 0), ("transGroup", 0)],
        signed: &[
            "accessKey",
            "amount",
            "description",
            "orderId",
            "partnerCode",
            "requestId",
            "transId",
        ],
        answer: refunds::refund,
    },
    Call {
        path: "/v2/gateway/api/refund/query",
        required: &[
            ("partnerCode", 50),
            ("requestId", 50),
            ("orderId", 200),
            ("signature", 0),
        ],
        optional: &[("lang", 0)],
        signed: &["accessKey", "orderId", "partnerCode", "requestId"],
        answer: refunds::query,
    },
    Call {
        path: "/v2/gateway/api/confirm",
        required: &[
            ("partnerCode", 50),
            ("requestId", 50),
            ("orderId", 200),
            ("requestType", 0),
            ("amount", 0),
            ("signature", 0),
        ],
        optional: &[("lang", 0), ("description", 0)],
        signed: &[
            "accessKey",
            "amount",
            "description",
            "orderId",
            "partnerCode",
            "requestId",
            "requestType",
        ],
        answer: orders::confirm,
    },
];

/// A `requestId` is remembered this long.
const REMEMBERED: Duration = Duration::from_secs(31 * 24 * 3600);

pub(super) fn find(path: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.path == path)
}

/// Checks what is the same for every call, answers a repeat from memory, or does this one.
pub(super) fn answer(
    gateway: &mut Gateway,
    call: &Call,
    request: &Request,
    context: &mut Context<'_>,
) -> Reply {
    let body = if request.is_media_type("application/json") {
        Body::parse(request.bytes())
    } else {
        None
    };
    let Some(body) = body else {
        let refusal = Refusal::new(codes::BAD_FORMAT, "the body is not a JSON object");
        return refuse(gateway, &Body::default(), &refusal, context).1;
    };
    if let Err(refusal) = check(gateway, call, &body) {
        return refuse(gateway, &body, &refusal, context).1;
    }
    context.concerns(&scalar(&body, "orderId"));
    let request_id = scalar(&body, "requestId");
    let now = context.now();
    gateway
        .taken
        .retain(|_, taken| now.saturating_sub(taken.at) <= REMEMBERED);
    if let Some(taken) = gateway.taken.get(&request_id) {
        let same = taken.path == call.path && taken.body == request.bytes();
        if same && taken.in_flight {
            let refusal = Refusal::new(codes::PROCESSING, "the first request is in flight");
            let text = refuse(gateway, &body, &refusal, context).0;
            return Reply::json(422, text);
        }
        if same && codes::is_final(taken.code) {
            return Reply::json(taken.status, taken.reply.clone());
        }
        let refusal = Refusal::new(codes::REPEATED_REQUEST, "this requestId was used before");
        return refuse(gateway, &body, &refusal, context).1;
    }
    for name in body.names() {
        let listed = call
            .required
            .iter()
            .chain(call.optional)
            .any(|(known, _)| *known == name);
        if !listed {
            gateway
                .extra_fields
                .push((call.path.to_owned(), name.to_owned()));
        }
    }
    let (code, status, text) = match (call.answer)(gateway, &body, context) {
        Ok(outcome) => {
            let code = outcome.code;
            let text = orders::finish(gateway, &body, outcome, context);
            (code, codes::status(code), text)
        }
        Err(refusal) => {
            let text = refuse(gateway, &body, &refusal, context).0;
            (refusal.code, codes::status(refusal.code), text)
        }
    };
    gateway.taken.insert(
        request_id,
        Taken {
            path: call.path.to_owned(),
            body: request.bytes().to_vec(),
            code,
            status,
            reply: text.clone(),
            in_flight: false,
            at: now,
        },
    );
    Reply::json(status, text)
}

/// Required fields and lengths, then who asks.
fn check(gateway: &Gateway, call: &Call, body: &Body) -> Result<(), Refusal> {
    let bad = |detail: String| Refusal::new(codes::BAD_FORMAT, detail);
    if let Some(name) = body.repeated() {
        return Err(bad(format!("{name} stands twice")));
    }
    for (name, _) in call.required {
        if body.scalar(name).is_none_or(|text| text.is_empty()) {
            return Err(bad(format!("{name} is missing or empty")));
        }
    }
    for (name, most) in call.required.iter().chain(call.optional) {
        let length = body.scalar(name).map_or(0, |text| text.chars().count());
        if *most > 0 && length > *most {
            return Err(bad(format!("{name} has more than {most} characters")));
        }
    }
    let config = &gateway.config;
    if scalar(body, "partnerCode") != config.partner_code {
        return Err(Refusal::new(
            codes::NOT_AUTHENTIC,
            "there is no such partnerCode",
        ));
    }
    // Signed wherever it is given, and where it should have been.
    let linking = body.scalar("partnerClientId").is_some()
        || matches!(
            scalar(body, "requestType").as_str(),
            "linkWallet" | "subscription"
        );
    let values: Vec<(&str, String)> = call
        .signed
        .iter()
        .filter(|name| **name != "partnerClientId" || (linking && config.sign_partner_client_id))
        .map(|name| match *name {
            "accessKey" => (*name, config.access_key.clone()),
            name => (name, scalar(body, name)),
        })
        .collect();
    let pairs: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    if !holds(&config.secret_key, &pairs, &scalar(body, "signature")) {
        return Err(Refusal::new(
            codes::NOT_AUTHENTIC,
            "the signature does not hold",
        ));
    }
    Ok(())
}

/// The text of a refusal and the answer with it.
fn refuse(
    gateway: &Gateway,
    body: &Body,
    refusal: &Refusal,
    context: &Context<'_>,
) -> (String, Reply) {
    let Refusal { code, detail } = refusal;
    let mut object = JsonObject::new().text("partnerCode", &gateway.config.partner_code);
    for name in ["requestId", "orderId"] {
        if let Some(value) = body.text(name) {
            object = object.text(name, &value);
        }
    }
    let text = object
        .integer("responseTime", context.unix_millis())
        .text("message", &format!("{} ({detail})", codes::message(*code)))
        .integer("resultCode", *code)
        .finish();
    let reply = Reply::json(codes::status(*code), text.clone());
    (text, reply)
}

/// A field that was checked to be there, or nothing.
pub(super) fn scalar(body: &Body, name: &str) -> String {
    body.scalar(name).unwrap_or_default()
}

/// The amount, which must be a plain whole number.
pub(super) fn amount(body: &Body) -> Result<u64, Refusal> {
    dong(&scalar(body, "amount"))
        .ok_or_else(|| Refusal::new(codes::INVALID_AMOUNT, "amount is not a whole number"))
}
