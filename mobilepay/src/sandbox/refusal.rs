//! What a call is refused with.

use payments_core::sandbox::{Context, JsonObject, Reply, Request};

use super::gateway::guid;

/// Why a call is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// 409: a code that is documented, or one of the sandbox's own (`sandbox.…`).
    Domain(String, String),
    /// The request does not fit the schema.
    Invalid(String),
    /// Another status without a domain error.
    Status(u16, &'static str),
}

/// A domain error.
pub(super) fn domain(code: &str, message: &str) -> Refusal {
    Refusal::Domain(code.to_owned(), message.to_owned())
}

/// A mistake in the request.
pub(super) fn invalid(what: impl Into<String>) -> Refusal {
    Refusal::Invalid(what.into())
}

/// Refuses unless `holds`.
pub(super) fn require(holds: bool, otherwise: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

impl Refusal {
    /// `invalid_status` is that of a request that does not fit its schema.
    pub(super) fn reply(
        self,
        invalid_status: u16,
        request: &Request,
        context: &mut Context<'_>,
    ) -> Reply {
        match self {
            Self::Domain(code, message) => {
                let given = request.only_header("correlationid").map(str::to_owned);
                let correlation = given.unwrap_or_else(|| guid(context.random()));
                let body = JsonObject::new()
                    .text("code", &code)
                    .text("message", &message)
                    .text("correlationId", &correlation);
                Reply::json(409, body.finish())
            }
            Self::Invalid(what) => problem(invalid_status, "The request is not valid.", &what),
            Self::Status(status, title) => problem(status, title, title),
        }
    }
}

/// RFC 7807, as the provider's first OpenAPI had it for 404.
fn problem(status: u16, title: &str, detail: &str) -> Reply {
    let body = JsonObject::new()
        .text("type", "about:blank")
        .text("title", title)
        .integer("status", u64::from(status))
        .text("detail", detail);
    Reply::new(status).content("application/problem+json; charset=utf-8", body.finish())
}
