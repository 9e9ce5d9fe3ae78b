//! Why the sandbox refuses, in codes of its own.

use std::fmt;

use payments_core::sandbox::{JsonObject, Reply};

/// A refusal. The provider's codes are unknown, so each code says that it is the sandbox's.
#[derive(Debug)]
pub(super) struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    pub(super) fn reply(&self, status: u16) -> Reply {
        let envelope = JsonObject::new()
            .boolean("success", false)
            .text("code", self.code)
            .text("message", &self.message);
        Reply::json(status, envelope.finish())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

/// A success with its data.
pub(super) fn success(data: JsonObject) -> Reply {
    let envelope = JsonObject::new()
        .boolean("success", true)
        .text("code", "SANDBOX_OK")
        .text("message", "ok")
        .object("data", data);
    Reply::json(200, envelope.finish())
}
