//! Currencies: how the provider spells them, and whose an amount is in.

use serde_saphyr::Spanned;

use super::super::load::node::Node;
use super::super::load::raw;
use super::super::model::{Currency, Field, Kind, Spelling};
use super::Lowering;
use super::field::Context;

impl<'a> Lowering<'a> {
    /// Reads the currencies of the provider.
    pub(super) fn currencies(&mut self) {
        let raw = self.raw;
        for node in &raw.info.provider.currencies {
            let Some(spelling) = self.spelling(node) else {
                continue;
            };
            let letters = |code: &str| code.chars().all(|letter| letter.is_ascii_uppercase());
            if spelling.code.len() != 3 || !letters(&spelling.code) {
                self.problems.add(
                    node.referenced,
                    format!("`{}` is no currency code", spelling.code),
                    "write three capital letters, as ISO 4217 does",
                );
            }
            let texts = std::iter::once(&spelling.wire).chain(&spelling.also);
            let mut seen: Vec<&str> = Vec::new();
            for text in texts {
                let elsewhere = self.currencies.iter().any(|known| known.reads(text));
                if elsewhere || seen.contains(&text.as_str()) {
                    self.problems.add(
                        node.referenced,
                        format!("`{text}` is written for a currency already"),
                        "give each text to one currency, once",
                    );
                }
                seen.push(text);
            }
            if self
                .currencies
                .iter()
                .any(|known| known.code == spelling.code)
            {
                self.twice(node.referenced, &spelling.code);
            }
            self.currencies.push(spelling);
        }
    }

    fn spelling(&mut self, node: &Spanned<Node>) -> Option<Spelling> {
        let mut spelling = match &node.value {
            Node::Text(code) => {
                return Some(Spelling {
                    code: code.clone(),
                    wire: code.clone(),
                    also: Vec::new(),
                });
            }
            Node::Map(_) | Node::Null | Node::Bool(_) | Node::Number | Node::List(_) => Spelling {
                code: String::new(),
                wire: String::new(),
                also: Vec::new(),
            },
        };
        let entries = match &node.value {
            Node::Map(map) => map.iter().collect(),
            Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number | Node::List(_) => Vec::new(),
        };
        for (key, value) in entries {
            match (key.value.as_str(), &value.value) {
                ("code", Node::Text(text)) => spelling.code.clone_from(text),
                ("wire", Node::Text(text)) => spelling.wire.clone_from(text),
                ("also", Node::List(items)) if items.iter().all(|item| text(item).is_some()) => {
                    let texts = items.iter().filter_map(text);
                    spelling.also = texts.map(|text| text.value).collect();
                }
                ("code" | "wire" | "also", _) => {
                    self.problems.add(
                        value.referenced,
                        format!("`{}` is not as it should be", key.value),
                        "write { code: TRY, wire: TL, also: [TRY] }",
                    );
                    return None;
                }
                (_, _) => {
                    let keys = ["code", "wire", "also"];
                    self.problems.unknown_name(key, "key of a currency", &keys);
                    return None;
                }
            }
        }
        if spelling.code.is_empty() || spelling.wire.is_empty() {
            self.problems.add(
                node.referenced,
                "the currency has no code, or no text",
                "write TRY, or { code: TRY, wire: TL, also: [TRY] }",
            );
            return None;
        }
        Some(spelling)
    }

    pub(super) fn currency(
        &mut self,
        node: &'a Spanned<Node>,
        context: Context<'_>,
    ) -> Option<Currency> {
        let codes: Vec<String> = self
            .currencies
            .iter()
            .map(|known| known.code.clone())
            .collect();
        match &node.value {
            Node::Text(word) if word == "configured" => {
                let Some(first) = codes.first() else {
                    self.problems.add(
                        node.referenced,
                        "no currency can be configured",
                        "list the provider's currencies under x-provider",
                    );
                    return None;
                };
                Some(Currency::Configured {
                    example: first.clone(),
                })
            }
            Node::Text(code) if codes.contains(code) => Some(Currency::Fixed(code.clone())),
            Node::Map(map) => {
                let sibling = map.get("field").and_then(|(_, name)| text(name));
                let known = context
                    .schema
                    .map(|schema| schema.properties.names())
                    .unwrap_or_default();
                let Some(sibling) = sibling else {
                    self.problems.add(
                        node.referenced,
                        "the currency is not named",
                        "write { field: nameOfTheFieldBeside }",
                    );
                    return None;
                };
                if !known.contains(&sibling.value.as_str()) {
                    self.problems.unknown_name(&sibling, "field", &known);
                    return None;
                }
                Some(Currency::Sibling(sibling.value))
            }
            Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number | Node::List(_) => {
                self.problems.add(
                    node.referenced,
                    "the currency of the amount is not known",
                    format!(
                        "write `configured`, a currency of x-provider ({}), or {{ field: nameOfTheFieldBeside }}",
                        codes.join(", ")
                    ),
                );
                None
            }
        }
    }

    /// Ties the currencies of a request to their amounts: who builds it gives the amounts alone.
    pub(super) fn tie_currencies(&mut self, fields: &mut [Field], schema: &raw::Schema) {
        let ties: Vec<(String, String, bool)> = fields
            .iter()
            .filter_map(|field| {
                let (_, sibling) = field.kind.sibling_money()?;
                Some((field.wire.clone(), sibling.to_owned(), field.required))
            })
            .collect();
        for (amount, sibling, required) in ties {
            let Some(field) = fields.iter_mut().find(|field| field.wire == sibling) else {
                continue;
            };
            if field.kind != Kind::Text || field.constant.is_some() {
                if let Some((name, _)) = schema.properties.get(&sibling) {
                    self.problems.add(
                        name.referenced,
                        format!("`{sibling}` cannot be the currency of `{amount}`"),
                        "write `type: string`: it is written as x-provider spells the currency",
                    );
                }
                continue;
            }
            // Optional amounts bring their currency with them.
            field.required = required || field.required && !field.currency_of.is_empty();
            field.currency_of.push(amount);
        }
    }
}

/// A text with its place.
pub(super) fn text(node: &Spanned<Node>) -> Option<Spanned<String>> {
    match &node.value {
        Node::Text(text) => Some(Spanned::new(text.clone(), node.referenced, node.defined)),
        Node::Null | Node::Bool(_) | Node::Number | Node::List(_) | Node::Map(_) => None,
    }
}
