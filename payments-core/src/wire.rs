//! How a request becomes a form, a query or JSON: one visit over its fields in their order.

pub mod text;

use crate::money::wire::Form;
use crate::money::{Decimal, Money};
use crate::signing::Secret;

/// A message that can be written to the wire. Derived by `#[derive(Request)]`.
pub trait Wire {
    /// Visits every present field in the order of the description. Absent optional fields are not
    /// visited.
    fn visit(&self, out: &mut dyn Fields);
}

/// What the fields of a request are written into.
pub trait Fields {
    /// A text.
    fn text(&mut self, name: &str, value: &str);
    /// A number, as its exact decimal text.
    fn number(&mut self, name: &str, digits: &str);
    /// A truth value.
    fn boolean(&mut self, name: &str, value: bool);
    /// A message within the message. A form has no place for it; descriptions are checked for that.
    fn object(&mut self, name: &str, value: &dyn Wire);
    /// Messages within the message.
    fn list(&mut self, name: &str, values: &[&dyn Wire]);
    /// Texts under one name.
    fn texts(&mut self, name: &str, values: &[String]);
}

/// A type that a field of a request may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a request",
    note = "use text, an integer, a boolean, `Decimal`, `Secret<String>`, an open enum, another request message, a list of those or of texts, or `Money` with `#[wire(\"name\", money = \"…\")]`"
)]
pub trait Value {
    /// Writes the value under `name`; nothing where it is absent.
    fn put(&self, name: &str, out: &mut dyn Fields);
}

impl Value for String {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.text(name, self);
    }
}

impl Value for &str {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.text(name, self);
    }
}

impl Value for Secret<String> {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.text(name, self.expose());
    }
}

impl Value for bool {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.boolean(name, *self);
    }
}

impl Value for i64 {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.number(name, crate::money::wire::Digits::signed(*self).as_str());
    }
}

impl Value for u64 {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.number(name, crate::money::wire::Digits::unsigned(*self).as_str());
    }
}

impl Value for u32 {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        u64::from(*self).put(name, out);
    }
}

impl Value for Decimal {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        out.number(name, self.text().as_str());
    }
}

impl<T: Value> Value for Option<T> {
    fn put(&self, name: &str, out: &mut dyn Fields) {
        if let Some(value) = self {
            value.put(name, out);
        }
    }
}

impl<T: Wire> Value for Vec<T> {
    /// An empty list is an absent one.
    fn put(&self, name: &str, out: &mut dyn Fields) {
        if self.is_empty() {
            return;
        }
        let items: Vec<&dyn Wire> = self.iter().map(|item| -> &dyn Wire { item }).collect();
        out.list(name, &items);
    }
}

impl Value for Vec<String> {
    /// An empty list is an absent one.
    fn put(&self, name: &str, out: &mut dyn Fields) {
        if !self.is_empty() {
            out.texts(name, self);
        }
    }
}

/// Writes money in the wire form that the description gives it. Called by derived code, whose
/// `build` has checked that the form can carry the amount.
pub fn put_money(name: &str, form: Form, value: Money, out: &mut dyn Fields) {
    let Ok(text) = form.print(value) else {
        return;
    };
    if form.is_number() {
        out.number(name, text.as_str());
    } else {
        out.text(name, text.as_str());
    }
}

/// Writes a truth value as the number 0 or 1.
pub fn put_flag(name: &str, value: bool, out: &mut dyn Fields) {
    out.number(name, if value { "1" } else { "0" });
}

/// Writes a code as a number. Called by derived code, whose `build` has checked that it is one.
pub fn put_number(name: &str, digits: &str, out: &mut dyn Fields) {
    out.number(name, digits);
}
