//! The wrapper that a provider puts around every answer, and what it says of success.

use serde::de::DeserializeOwned;

use crate::error::{Meaning, Refused};
use crate::exchange::Response;
use crate::json::Object;
use crate::outgoing::call::Fault;

/// Where an envelope says success, code and text, and where the message is.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// The field that says success, and its value then, as JSON text.
    pub success: (&'static str, &'static str),
    /// The field of the code.
    pub code: Option<&'static str>,
    /// The field of the text for people.
    pub message: Option<&'static str>,
    /// The field of the message; the whole object where there is none.
    pub data: Option<&'static str>,
    /// What a code means.
    pub meaning: fn(&str) -> Meaning,
}

impl Envelope {
    /// Opens the envelope: a success is HTTP 2xx **and** the success value **and** a message with
    /// everything that the description requires.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the envelope itself says no, on any status but 5xx and 3xx;
    /// [`Fault::Unreadable`] for everything that is not as described.
    pub fn open<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Fault> {
        let status = response.status();
        if status.is_redirection() || status.is_server_error() || status.is_informational() {
            return Err(Fault::unreadable(format!(
                "http status {}",
                status.as_u16()
            )));
        }
        if !response.is_json() {
            return Err(Fault::unreadable("the content type is not json"));
        }
        let whole = Object::parse(response.body())
            .map_err(|error| Fault::unreadable(describe("the body", &error)))?;
        let (field, value) = self.success;
        let verdict = whole
            .get(field)
            .ok_or_else(|| Fault::unreadable(format!("`{field}` is missing")))?
            .get();
        if verdict != value {
            if value == "true" && verdict != "false" {
                return Err(Fault::unreadable(format!("`{field}` is not a truth value")));
            }
            let code = self.code.and_then(|name| text_of(&whole, name));
            let meaning = code.as_deref().map_or(Meaning::Unknown, self.meaning);
            let text = self.message.and_then(|name| text_of(&whole, name));
            return Err(Fault::Refused(Box::new(Refused::new(
                code,
                text,
                meaning,
                response.clone(),
            ))));
        }
        if !status.is_success() {
            return Err(Fault::unreadable(format!(
                "http status {} beside a success",
                status.as_u16()
            )));
        }
        let (name, message) = match self.data {
            None => ("the body", whole_text(response)?),
            Some(name) => (
                name,
                whole
                    .get(name)
                    .ok_or_else(|| Fault::unreadable(format!("`{name}` is missing")))?
                    .get(),
            ),
        };
        // The object is read strictly first: serde's derive would let the last of two fields win.
        Object::parse(message.as_bytes())
            .and_then(|_| serde_json::from_str(message))
            .map_err(|error| Fault::unreadable(describe(name, &error)))
    }
}

fn whole_text(response: &Response) -> Result<&str, Fault> {
    std::str::from_utf8(response.body()).map_err(|_| Fault::unreadable("the body is not utf-8"))
}

/// A text or a number as text; nothing else.
fn text_of(object: &Object<'_>, name: &str) -> Option<String> {
    let raw = object.get(name)?.get();
    if raw.starts_with('"') {
        serde_json::from_str(raw).ok()
    } else {
        Some(raw.to_owned()).filter(|raw| !raw.starts_with(['{', '[']))
    }
}

/// Says where reading failed and of what kind it was, without the content.
fn describe(what: &str, error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let kind = match error.classify() {
        Category::Eof => "ends too early",
        Category::Syntax => "is not json",
        Category::Data => "is not as described",
        Category::Io => "cannot be read",
    };
    format!(
        "{what} {kind} (line {}, column {})",
        error.line(),
        error.column()
    )
}
