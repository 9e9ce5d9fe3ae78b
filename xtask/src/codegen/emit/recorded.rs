//! What a journal wants to know of a call.

use super::super::model::{Call, EffectKind, Field, Kind, Message, Provider, Resolution};
use super::{Page, literal};

/// The constants of a call: whether it may be sent twice, or what a journal keeps.
pub(super) fn constants(provider: &Provider, call: &Call) -> String {
    if call.effect == EffectKind::Read {
        let fresh = "const FRESH: bool = true;\n";
        return if call.is_fresh { fresh } else { "" }.to_owned();
    }
    let mut text = String::new();
    let reply = call.reply.as_deref();
    if reply.is_some_and(|name| is_sensitive(provider, name)) {
        text.push_str("const KEEPS_REPLY: bool = false;\n");
    }
    if let Some(reference) = &call.reference {
        let reference = literal(reference);
        text.push_str(&format!("const REFERENCE: &'static str = {reference};\n"));
    }
    text
}

/// What makes a call one of its kind, where its reference alone does not: an idempotent call is
/// identified by fields, of which the reference may be one.
pub(super) fn identity(call: &Call, message: &Message, page: &mut Page) -> String {
    let beside = |reference: &String| !call.by.contains(reference);
    if call.reference.as_ref().is_some_and(beside)
        || call.by.as_slice() == call.reference.as_slice()
    {
        return String::new();
    }
    let fields: Option<Vec<&Field>> = call.by.iter().map(|wire| message.field(wire)).collect();
    let is_text = |field: &&Field| field.required && field.kind == Kind::Text && field.is_given();
    let fields = fields.filter(|fields| !fields.is_empty() && fields.iter().all(is_text));
    let Some(fields) = fields else {
        return String::new();
    };
    page.uses.add("payments_core::call", "identity");
    page.uses.add("std::borrow", "Cow");
    let values: Vec<String> = fields
        .iter()
        .map(|field| format!("self.{}()", field.rust))
        .collect();
    format!(
        "fn identity(&self) -> Option<Cow<'_, str>> {{\nSome(identity(&[{}]).into())\n}}\n\n",
        values.join(", ")
    )
}

pub(super) fn answers_anyway(resolution: &Resolution) -> &'static str {
    if resolution.answers_anyway {
        "const ANSWERS_ANYWAY: bool = true;\n"
    } else {
        ""
    }
}

/// Whether anything in a message, or in one within it, must not be kept.
fn is_sensitive(provider: &Provider, name: &str) -> bool {
    let fields = provider.message(name).into_iter();
    let mut fields = fields.flat_map(|message| &message.fields);
    fields.any(|field| match &field.kind {
        // A message within itself would have no example, and is refused before.
        Kind::Object(inner) | Kind::List(inner) => {
            field.sensitive.is_some() || (inner != name && is_sensitive(provider, inner))
        }
        _ => field.sensitive.is_some(),
    })
}
