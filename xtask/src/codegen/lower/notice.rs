//! Webhooks as notices.

use serde_saphyr::Spanned;

use super::super::load::node::Map;
use super::super::load::raw::{self, Operation};
use super::super::model::{Acknowledgement, Example, Field, Kind, Message, Notice, Wire};
use super::call::signature_field;
use super::example::Shape;
use super::names::is_snake_case;
use super::{Lowering, message_of, query_parameters};

impl<'a> Lowering<'a> {
    pub(super) fn notices(&mut self, messages: &[Message]) -> Vec<Notice> {
        let mut notices: Vec<Notice> = Vec::new();
        for (name, item) in self.raw.webhooks.iter() {
            let raw::PathItem {
                servers: _,
                get,
                post,
                put,
                patch,
                delete,
            } = item;
            if put.is_some() || patch.is_some() || delete.is_some() {
                self.problems.add(
                    name.referenced,
                    "a webhook is a POST or a GET",
                    "write `post:` or `get:`",
                );
            }
            for operation in [get, post].into_iter().flatten() {
                if let Some(notice) = self.notice(operation, messages) {
                    if notices.iter().any(|known| known.message == notice.message) {
                        self.problems.add(
                            operation.id.referenced,
                            format!("another webhook brings `{}` already", notice.message),
                            "give each webhook a schema of its own",
                        );
                    }
                    notices.push(notice);
                }
            }
        }
        notices
    }

    fn notice(&mut self, operation: &'a Operation, messages: &[Message]) -> Option<Notice> {
        let id = &operation.id;
        if !is_snake_case(&id.value) {
            self.problems.add(
                id.referenced,
                format!("`{}` is no name of a webhook", id.value),
                "write it in snake_case",
            );
        }
        if let Some(effect) = &operation.effect {
            self.problems.add(
                effect.referenced,
                "a webhook has no effect that we could repeat",
                "take x-effect out",
            );
        }
        let mut sources: Vec<(Wire, &'a Spanned<String>, &'a Map<raw::Example>)> = Vec::new();
        if let Some(body) = &operation.body {
            for (kind, media) in body.content.iter() {
                let wire = if kind.value == "application/json" {
                    Wire::Json
                } else {
                    Wire::Form
                };
                if let Some(schema) = &media.schema {
                    sources.push((wire, &schema.target, &media.examples));
                }
            }
        }
        for parameter in query_parameters(operation) {
            if let Some(target) = &parameter.schema.reference {
                sources.push((Wire::Query, target, &parameter.examples));
            }
        }
        let targets: Vec<&str> = sources
            .iter()
            .map(|(_, target, _)| target.value.as_str())
            .collect();
        let Some((_, target, _)) = sources
            .first()
            .filter(|(_, first, _)| targets.iter().all(|target| *target == first.value))
        else {
            self.problems.add(
                id.referenced,
                format!("`{}` has no message, or several", id.value),
                "describe one schema, in one or two media types or as the query",
            );
            return None;
        };
        let (name, _) = self.schema(target)?;
        let message = message_of(messages, name)?;
        let dedupe = self.dedupe(operation, message)?;
        let repeat = self.repeat(operation, message, &dedupe);
        let acknowledgement = self.acknowledgement(operation, messages);
        let examples = self.notice_examples(id, &sources, message, messages);
        let acknowledgement = acknowledgement?;
        let tags = self.tags(operation, true);
        let is_told = tags.iter().any(|tag| tag.is_of_proof());
        if is_told == message.signature.is_some() {
            self.problems.add(
                id.referenced,
                format!("what proves `{}` is said nowhere, or twice", id.value),
                "give the schema an x-signature, or the webhook `tags: [unsigned]` or `[proof]`",
            );
        }
        Some(Notice {
            id: id.value.clone(),
            tags,
            message: message.name.clone(),
            dedupe,
            repeat,
            acknowledgement,
            examples,
        })
    }

    fn dedupe(&mut self, operation: &'a Operation, message: &Message) -> Option<Vec<String>> {
        if message.open {
            return Some(self.supposed(operation));
        }
        let Some(dedupe) = operation
            .dedupe
            .as_ref()
            .filter(|names| !names.value.is_empty())
        else {
            self.problems.add(
                operation.id.referenced,
                format!(
                    "nothing says which repeats of `{}` are the same message",
                    operation.id.value
                ),
                "add x-dedupe, the merchant's reference first",
            );
            return None;
        };
        // Only what a signature covers may decide whether a message was seen before.
        let covered = |wire: &str| {
            let signature = message.signature.as_ref();
            signature.is_none_or(|signature| signature.covers(wire))
        };
        let known: Vec<&str> = message
            .fields
            .iter()
            .filter(|field| covered(&field.wire))
            .filter(|field| {
                let code = field.required && matches!(field.kind, Kind::Code { .. });
                code || field.kind.is_text()
            })
            .map(|field| field.wire.as_str())
            .collect();
        if self.broken.contains(message.name.as_str()) {
            return None;
        }
        let mut names: Vec<String> = Vec::new();
        for name in &dedupe.value {
            if names.contains(&name.value) {
                self.twice(name.referenced, &name.value);
            } else if !known.contains(&name.value.as_str()) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot tell two messages apart", name.value),
                    format!(
                        "take texts and required codes, signed ones where there is a signature: {}",
                        known.join(", ")
                    ),
                );
            }
            names.push(name.value.clone());
        }
        if let Some(first) = dedupe.value.first()
            && message
                .field(&first.value)
                .is_some_and(|field| !field.kind.is_text() || !field.required)
        {
            self.problems.add(
                first.referenced,
                format!("`{}` is no reference", first.value),
                "put the merchant's reference, a required text, first",
            );
        }
        Some(names)
    }

    /// The fields, beside those that tell messages apart, in which a repeat must agree where nothing
    /// is signed.
    fn repeat(
        &mut self,
        operation: &'a Operation,
        message: &Message,
        dedupe: &[String],
    ) -> Option<Vec<String>> {
        let repeat = operation.repeat.as_ref()?;
        if message.signature.is_some() {
            self.problems.add(
                repeat.referenced,
                format!("a repeat of `{}` is known otherwise", operation.id.value),
                "take x-repeat away: it is for messages that nothing signs",
            );
        }
        let compared = |field: &Field| {
            let comparable = matches!(field.kind, Kind::Code { .. } | Kind::Money(_));
            field.required && (comparable || field.kind.is_text())
        };
        let known: Vec<&str> = message
            .fields
            .iter()
            .filter(|field| compared(field) && !dedupe.contains(&field.wire))
            .map(|field| field.wire.as_str())
            .collect();
        let mut names: Vec<String> = Vec::new();
        for name in &repeat.value {
            if names.contains(&name.value) {
                self.twice(name.referenced, &name.value);
            } else if !known.contains(&name.value.as_str()) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` is nothing to know a repeat by", name.value),
                    format!(
                        "take required texts, codes and amounts that are not in x-dedupe: {}",
                        known.join(", ")
                    ),
                );
            }
            names.push(name.value.clone());
        }
        Some(names)
    }

    /// The fields that may tell two messages apart of which nothing is described.
    fn supposed(&mut self, operation: &'a Operation) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in operation.dedupe.iter().flat_map(|names| &names.value) {
            if names.contains(&name.value) {
                self.twice(name.referenced, &name.value);
            }
            names.push(name.value.clone());
        }
        names
    }

    fn acknowledgement(
        &mut self,
        operation: &'a Operation,
        messages: &[Message],
    ) -> Option<Acknowledgement> {
        let mut responses = operation.responses.iter();
        let Some((key, response)) = responses.next().filter(|(key, _)| {
            responses.next().is_none() && ["200", "201", "202", "204"].contains(&key.value.as_str())
        }) else {
            self.problems.add(
                operation.id.referenced,
                format!(
                    "the acknowledgement of `{}` is not clear",
                    operation.id.value
                ),
                "describe one response: 200, 201, 202 or 204, empty or with a message in JSON",
            );
            return None;
        };
        let mut acknowledgement = Acknowledgement {
            status: key.value.parse().ok()?,
            message: None,
            examples: Vec::new(),
        };
        let mut media = response.content.iter();
        let Some((kind, media)) = media.next() else {
            return Some(acknowledgement);
        };
        let Some(schema) = media
            .schema
            .as_ref()
            .filter(|_| kind.value == "application/json")
        else {
            self.problems.add(
                kind.referenced,
                "the answer has no message in JSON",
                "write application/json with `schema: { $ref: … }`",
            );
            return None;
        };
        let (name, _) = self.schema(&schema.target)?;
        let message = message_of(messages, name)?;
        if media.examples.is_empty() {
            self.problems.add(
                key.referenced,
                "the answer has no example",
                "add `examples:`; mark your own with x-evidence: inferred",
            );
        }
        for (name, example) in media.examples.iter() {
            let shape = Shape {
                messages,
                message,
                wire: Wire::Json,
                beside: &[],
            };
            self.check_example(&example.value, shape);
            acknowledgement.examples.push(Example {
                name: name.value.clone(),
                value: self.value(&example.value),
            });
        }
        acknowledgement.message = Some(message.name.clone());
        Some(acknowledgement)
    }

    fn notice_examples(
        &mut self,
        id: &Spanned<String>,
        sources: &[(Wire, &'a Spanned<String>, &'a Map<raw::Example>)],
        message: &Message,
        messages: &[Message],
    ) -> Vec<(Wire, Example)> {
        let beside: Vec<String> = signature_field(message).into_iter().collect();
        let mut found = Vec::new();
        for (wire, _, examples) in sources {
            if examples.is_empty() {
                self.problems.add(
                    id.referenced,
                    format!("`{}` has a way to travel without an example", id.value),
                    "add `examples:` to each; mark your own with x-evidence: inferred",
                );
            }
            for (name, example) in examples.iter() {
                let shape = Shape {
                    messages,
                    message,
                    wire: *wire,
                    beside: &beside,
                };
                self.check_example(&example.value, shape);
                let value = self.value(&example.value);
                found.push((
                    *wire,
                    Example {
                        name: name.value.clone(),
                        value,
                    },
                ));
            }
        }
        found
    }
}
