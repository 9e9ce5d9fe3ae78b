//! Forms and JSON from the fields of a message.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::wire::{Fields, Wire};

/// The message as `application/x-www-form-urlencoded`, in the order of its fields.
#[must_use]
pub fn form(message: &dyn Wire) -> String {
    let mut out = Form(String::with_capacity(256));
    message.visit(&mut out);
    out.0
}

/// The message as a JSON object, in the order of its fields.
#[must_use]
pub fn json(message: &dyn Wire) -> String {
    let mut out = Json(String::with_capacity(256));
    out.value(message);
    out.0
}

pub(crate) struct Form(pub(crate) String);

impl Fields for Form {
    fn text(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0
            .extend(form_urlencoded::byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0
            .extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }

    fn number(&mut self, name: &str, digits: &str) {
        self.text(name, digits);
    }

    fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    fn object(&mut self, name: &str, value: &dyn Wire) {
        self.text(name, &json(value));
    }

    fn list(&mut self, name: &str, values: &[&dyn Wire]) {
        let mut out = Json(String::new());
        out.values(values);
        self.text(name, &out.0);
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        let mut out = Json(String::new());
        out.strings(values);
        self.text(name, &out.0);
    }
}

pub(crate) struct Json(pub(crate) String);

impl Json {
    fn value(&mut self, message: &dyn Wire) {
        self.0.push('{');
        message.visit(self);
        self.0.push('}');
    }

    fn values(&mut self, values: &[&dyn Wire]) {
        self.0.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.value(*value);
        }
        self.0.push(']');
    }

    fn strings(&mut self, values: &[String]) {
        self.0.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.quoted(value);
        }
        self.0.push(']');
    }

    fn name(&mut self, name: &str) {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        self.quoted(name);
        self.0.push(':');
    }

    fn quoted(&mut self, text: &str) {
        self.0.push_str(&quoted(text));
    }
}

impl Fields for Json {
    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quoted(value);
    }

    fn number(&mut self, name: &str, digits: &str) {
        self.name(name);
        self.0.push_str(digits);
    }

    fn boolean(&mut self, name: &str, value: bool) {
        self.name(name);
        self.0.push_str(if value { "true" } else { "false" });
    }

    fn object(&mut self, name: &str, value: &dyn Wire) {
        self.name(name);
        self.value(value);
    }

    fn list(&mut self, name: &str, values: &[&dyn Wire]) {
        self.name(name);
        self.values(values);
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        self.name(name);
        self.strings(values);
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What is written as it is: letters, digits and these.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The text as one part of a path or of a query: everything but letters, digits and `-._~` escaped
/// byte by byte, a space as `%20`.
///
/// ```
/// assert_eq!(payments_core::wire::text::percent_encoded("a b&é"), "a%20b%26%C3%A9");
/// ```
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Decodes a name or a value of a form; a broken escape or invalid UTF-8 is refused, not replaced.
pub(crate) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = rest.get(at.saturating_add(1)..)?;
        let escape = rest.get(..2)?;
        if !escape.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
    }
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
        return Some(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}
