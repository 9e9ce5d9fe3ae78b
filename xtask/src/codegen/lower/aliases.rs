//! Other spellings of what the provider sends, and of requests that others write.

use super::super::load::raw;
use super::super::model::{Currency, Field, Kind, Money, Role, Signature};
use super::{Lowering, wire_names};

impl<'a> Lowering<'a> {
    pub(super) fn aliases(&mut self, property: &'a raw::Property) -> Vec<String> {
        let Some(aliases) = &property.aliases else {
            return Vec::new();
        };
        if aliases.value.is_empty() {
            self.problems.add(
                aliases.referenced,
                "there is no other spelling",
                "list the other names of the field, or take x-aliases out",
            );
        }
        aliases
            .value
            .iter()
            .map(|alias| alias.value.clone())
            .collect()
    }

    /// Whether the other spellings of all fields can be read, and as nothing else.
    pub(super) fn check_aliases(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        fields: &mut [Field],
        signature: Option<&Signature>,
    ) {
        let names: Vec<String> = wire_names(fields).into_iter().map(str::to_owned).collect();
        let unread: Vec<(String, &str)> = fields.iter().filter_map(unread).collect();
        let mut seen: Vec<&str> = Vec::new();
        for field in fields {
            let property = schema.properties.get(&field.wire);
            let Some(aliases) = property.and_then(|(_, property)| property.aliases.as_ref()) else {
                continue;
            };
            for alias in &aliases.value {
                if names.contains(&alias.value) || seen.contains(&alias.value.as_str()) {
                    self.problems.add(
                        alias.referenced,
                        format!("`{}` is the name of a field already", alias.value),
                        "give each spelling to one field, once",
                    );
                }
                seen.push(&alias.value);
            }
            let at = aliases.referenced;
            // Two values of a request are never compared: one is refused beside the other.
            if role != Role::Request
                && matches!(field.kind, Kind::Secret | Kind::Object(_) | Kind::List(_))
            {
                self.problems.add(
                    at,
                    format!("two values of `{}` cannot be compared", field.wire),
                    "write x-aliases beside texts, numbers, truth values, codes and amounts",
                );
            }
            if signature.is_some_and(|signature| signature.covers(&field.wire)) {
                self.problems.add(
                    at,
                    format!("the signature covers `{}` under one name", field.wire),
                    "take x-aliases out: what is signed is spelt as it was signed",
                );
            }
            let also: Vec<String> = field
                .aliases
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            if role == Role::Request {
                for (name, why) in &unread {
                    self.problems.add(
                        at,
                        format!(
                            "a request with other spellings is read from JSON, and `{name}` {why}"
                        ),
                        "take x-aliases out",
                    );
                }
            }
            field.doc.text = format!("{} Also read as {}.", field.doc.text, also.join(" and "));
        }
    }
}

/// Why a field of a request cannot be read from JSON.
fn unread(field: &Field) -> Option<(String, &'static str)> {
    let configured = |money: &Money| !matches!(money.currency, Currency::Sibling(_));
    let why = if field.in_path {
        "stands in the path"
    } else if field.member {
        "is one of a choice"
    } else if matches!(field.kind, Kind::Flag | Kind::Secret) {
        "is a flag or a secret"
    } else if matches!(&field.kind, Kind::Money(money) if configured(money)) {
        "has no currency beside it"
    } else {
        return None;
    };
    Some((field.wire.clone(), why))
}
