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
            for code in codes {
                if let Some(code) = self.code(code, &lowered) {
                    lowered.push(code);
                }
            }
            all.push(Codes {
                name: name.value.clone(),
                doc: doc(&schema.description, schema.evidence),
                codes: lowered,
            });
        }
        all
    }

    fn code(&mut self, raw: &raw::Code, before: &[Code]) -> Option<Code> {
        let name = &raw.name.value;
        if !is_pascal_case(name) || name == "Other" {
            self.problems.add(
                raw.name.referenced,
                format!("`{name}` cannot be the name of a code in Rust"),
                "write it in PascalCase; `Other` is taken",
            );
        }
        if before.iter().any(|known| known.code == raw.code.value) {
            self.twice(raw.code.referenced, &raw.code.value);
        }
        if before.iter().any(|known| known.name == *name) {
            self.twice(raw.name.referenced, name);
        }
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
        Some(Code {
            code: raw.code.value.clone(),
            name: name.clone(),
            meaning: variant,
            doc: doc(text, raw.evidence),
        })
    }
}
