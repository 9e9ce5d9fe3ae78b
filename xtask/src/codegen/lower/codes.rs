//! Open enums of codes and statuses.

use super::super::load::raw;
use super::super::model::{Code, Codes};
use super::field::types;
use super::names::is_pascal_case;
use super::{Lowering, doc};

/// The meanings of a description and the variants of `payments_core::error::Meaning`.
const MEANINGS: [(&str, &str); 5] = [
    ("done", "Done"),
    ("pending", "Pending"),
    ("declined", "Declined"),
    ("misuse", "Misuse"),
    ("unknown", "Unknown"),
];

impl Lowering<'_> {
    pub(super) fn codes(&mut self) -> Vec<Codes> {
        let mut all = Vec::new();
        for (name, schema) in self.raw.components.schemas.iter() {
            let Some(codes) = &schema.codes else {
                continue;
            };
            let kinds = types(&schema.kind.value);
            if !is_pascal_case(&name.value) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be the name of a Rust type", name.value),
                    "write it in PascalCase",
                );
            }
            if kinds != ["string"] && kinds != ["integer"] && kinds != ["integer", "string"] {
                self.problems.add(
                    schema.kind.referenced,
                    "codes are texts or integers",
                    "write `type: string`, `type: integer` or `type: [integer, string]`",
                );
            }
            let mut lowered: Vec<Code> = Vec::new();
            let mut others: Option<(&'static str, &str)> = None;
            for code in codes {
                if code.code.value == "*" {
                    let found = self.others(code);
                    if others.is_some() {
                        self.twice(code.code.referenced, "*");
                    }
                    others = others.or(found);
                } else if let Some(code) = self.code(code, &lowered) {
                    lowered.push(code);
                }
            }
            let mut doc = doc(&schema.description, schema.evidence);
            if let Some((_, text)) = others {
                doc.text.push_str(&format!("\n\nAny other: {text}"));
            }
            all.push(Codes {
                name: name.value.clone(),
                doc,
                codes: lowered,
                others: others.map(|(meaning, _)| meaning),
            });
        }
        all
    }

    /// What the codes mean that are not described, and the text that says so.
    fn others<'r>(&mut self, raw: &'r raw::Code) -> Option<(&'static str, &'r str)> {
        if let Some(name) = &raw.name {
            self.problems.add(
                name.referenced,
                "`*` stands for many codes and has no name",
                "take `name` out",
            );
        }
        let (meaning, text) = self.meaning(raw)?;
        if meaning == "Done" {
            self.problems.add(
                raw.code.referenced,
                "what is not described cannot mean that it is done",
                "describe the codes that do, one by one",
            );
        }
        Some((meaning, text))
    }

    fn code(&mut self, raw: &raw::Code, before: &[Code]) -> Option<Code> {
        let Some(name) = &raw.name else {
            self.problems.add(
                raw.code.referenced,
                format!("the code `{}` has no name", raw.code.value),
                "add `name:` in PascalCase",
            );
            return None;
        };
        if !is_pascal_case(&name.value) || name.value == "Other" {
            self.problems.add(
                name.referenced,
                format!("`{}` cannot be the name of a code in Rust", name.value),
                "write it in PascalCase; `Other` is taken",
            );
        }
        if before.iter().any(|known| known.code == raw.code.value) {
            self.twice(raw.code.referenced, &raw.code.value);
        }
        if before.iter().any(|known| known.name == name.value) {
            self.twice(name.referenced, &name.value);
        }
        let (meaning, text) = self.meaning(raw)?;
        Some(Code {
            code: raw.code.value.clone(),
            name: name.value.clone(),
            meaning,
            deprecated: raw.deprecated,
            doc: doc(text, raw.evidence),
        })
    }

    /// The meaning of a code, and its text.
    fn meaning<'r>(&mut self, raw: &'r raw::Code) -> Option<(&'static str, &'r str)> {
        let text = raw.text.as_deref().unwrap_or_default().trim();
        if text.is_empty() {
            self.problems.add(
                raw.code.referenced,
                format!("the code `{}` has no text", raw.code.value),
                "add `text:` with what the provider says of it",
            );
        }
        let names: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
        let Some(meaning) = &raw.meaning else {
            self.problems.add(
                raw.code.referenced,
                format!("the code `{}` has no meaning", raw.code.value),
                format!("add `meaning:` with one of: {}", names.join(", ")),
            );
            return None;
        };
        let Some((_, variant)) = MEANINGS.iter().find(|(name, _)| *name == meaning.value) else {
            self.problems.unknown_name(meaning, "meaning", &names);
            return None;
        };
        Some((variant, text))
    }
}
