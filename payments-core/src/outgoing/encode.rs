//! Forms, queries and JSON from the fields of a request.

use crate::error::Misuse;
use crate::exchange::{Body, Request};
use crate::wire::{Fields, Wire};

impl Request {
    /// The same request with the message as a form body.
    #[must_use]
    pub fn form(self, message: &dyn Wire) -> Self {
        self.with_body(Body::Form(form(message)))
    }

    /// The same request with the message as a JSON body.
    #[must_use]
    pub fn json(self, message: &dyn Wire) -> Self {
        self.with_body(Body::Json(json(message)))
    }

    /// The same request with the message in the query.
    #[must_use]
    pub fn query_of(self, message: &dyn Wire) -> Self {
        self.with_query(form(message))
    }
}

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

struct Form(String);

impl Fields for Form {
    fn text(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        self.0.push('=');
        self.0.extend(form_urlencoded::byte_serialize(value.as_bytes()));
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
}

struct Json(String);

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
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Appends a field to an encoded form.
///
/// # Errors
/// [`Misuse`] if the form has the field already.
pub fn append_form_field(form: &mut String, name: &str, value: &str) -> Result<(), Misuse> {
    if form_urlencoded::parse(form.as_bytes()).any(|(known, _)| known == name) {
        return Err(duplicate(name));
    }
    let mut out = Form(std::mem::take(form));
    out.text(name, value);
    *form = out.0;
    Ok(())
}

/// Adds a text field at the end of an encoded JSON object.
///
/// # Errors
/// [`Misuse`] if the object has the field already, or if it is no object.
pub fn insert_json_field(json: &mut String, name: &str, value: &str) -> Result<(), Misuse> {
    let known = crate::json::Object::parse(json.as_bytes())
        .map_err(|_| Misuse::new(name.to_owned(), "cannot be added: the body is no object"))?
        .get(name)
        .is_some();
    if known {
        return Err(duplicate(name));
    }
    let mut out = Json(std::mem::take(json));
    out.0.pop();
    out.text(name, value);
    out.0.push('}');
    *json = out.0;
    Ok(())
}

fn duplicate(name: &str) -> Misuse {
    Misuse::new(
        name.to_owned(),
        "is described already: set it on the builder",
    )
}
