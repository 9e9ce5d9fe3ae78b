//! What operations answer: replies, refusals, and the envelopes around them.

use serde_saphyr::{Location, Spanned};

use super::super::load::node::{Node, Value};
use super::super::load::raw::{self, Operation};
use super::super::model::{Envelope, EnvelopeKind, Message, ReplyExample, Role, Wire};
use super::example::Shape;
use super::{Lowering, message_of};

/// What an operation answers.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) reply: Option<String>,
    pub(super) envelope: Option<String>,
    pub(super) examples: Vec<ReplyExample>,
}

impl<'a> Lowering<'a> {
    pub(super) fn answer(
        &mut self,
        operation: &'a Operation,
        messages: &[Message],
        envelopes: &mut [Envelope],
    ) -> Answer {
        let mut answer = Answer::default();
        let mut successes = 0_usize;
        let mut around_refusal = None;
        for (key, response) in operation.responses.iter() {
            let status: u16 = key.value.parse().unwrap_or_default();
            let mut media = response.content.iter();
            let (first, more) = (media.next(), media.next());
            let json = first.is_none_or(|(kind, _)| kind.value == "application/json");
            let media = first.map(|(_, media)| media);
            let any_status = media
                .and_then(|media| around_reply(envelopes, media.envelope.as_ref()))
                .is_some_and(|(_, any_status)| any_status);
            let last = if any_status { 600 } else { 500 };
            if !json
                || more.is_some()
                || !(200..300).contains(&status) && !(400..last).contains(&status)
            {
                self.problems.add(
                    key.referenced,
                    format!("the response `{}` is not supported", key.value),
                    "describe one success (2xx) and refusals (4xx; 5xx where the envelope has `statuses: any`), in JSON or empty",
                );
                continue;
            }
            if (200..300).contains(&status) {
                successes = successes.saturating_add(1);
                self.success(key, status, media, messages, envelopes, &mut answer);
            } else if let Some(media) = media {
                // The envelope of the reply says no as well.
                let name = media.envelope.as_ref();
                if let Some((envelope, _)) = around_reply(envelopes, name) {
                    around_refusal = name;
                    self.refused_in(envelope, status, media, &mut answer);
                } else {
                    self.refusal(key, status, media, envelopes, &mut answer);
                }
            }
        }
        if let Some(name) = around_refusal
            && answer.envelope.as_ref() != Some(&name.value)
        {
            self.problems.add(
                name.referenced,
                format!("the reply is not in the envelope `{}`", name.value),
                "write the envelope of the success, or one that has no `success`",
            );
        }
        if successes != 1 {
            self.problems.add(
                operation.id.referenced,
                format!(
                    "`{}` has {successes} successful responses",
                    operation.id.value
                ),
                "describe exactly one",
            );
        }
        answer
    }

    fn success(
        &mut self,
        key: &Spanned<String>,
        status: u16,
        media: Option<&'a raw::Media>,
        messages: &[Message],
        envelopes: &[Envelope],
        answer: &mut Answer,
    ) {
        let Some(media) = media else {
            answer.examples.push(ReplyExample {
                name: "empty".to_owned(),
                status,
                body: None,
                message: Some(Value::Null),
            });
            return;
        };
        if media.schema.is_none() {
            self.problems.add(
                key.referenced,
                "the reply has no message",
                "write `schema: { $ref: … }`",
            );
        }
        let Some(message) = media
            .schema
            .as_ref()
            .and_then(|schema| self.schema(&schema.target))
            .and_then(|(name, _)| message_of(messages, name))
            .filter(|message| message.role == Role::Reply)
        else {
            return;
        };
        answer.reply = Some(message.name.clone());
        let mut envelope = None;
        if let Some(name) = &media.envelope {
            envelope = envelopes
                .iter()
                .find(|known| known.name == name.value)
                .filter(|known| matches!(known.kind, EnvelopeKind::Reply { .. }));
            if envelope.is_none() {
                let is_reply = |kind: &EnvelopeKind| matches!(kind, EnvelopeKind::Reply { .. });
                let known = of_kind(envelopes, is_reply);
                self.problems
                    .unknown_name(name, "envelope of replies", &known);
                return;
            }
            answer.envelope = Some(name.value.clone());
        }
        if media.examples.is_empty() {
            self.problems.add(
                key.referenced,
                "the reply has no example",
                "add `examples:`; mark your own with x-evidence: inferred",
            );
        }
        for (name, example) in media.examples.iter() {
            let body = self.value(&example.value);
            let found = self.check_reply(&example.value, message, messages, envelope);
            answer.examples.push(ReplyExample {
                name: name.value.clone(),
                status,
                body: Some(body),
                message: found,
            });
        }
    }

    fn refusal(
        &mut self,
        key: &Spanned<String>,
        status: u16,
        media: &'a raw::Media,
        envelopes: &mut [Envelope],
        answer: &mut Answer,
    ) {
        let names = of_kind(envelopes, |kind| *kind == EnvelopeKind::Refusal);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let Some(name) = media
            .envelope
            .as_ref()
            .filter(|name| names.contains(&name.value))
        else {
            self.problems.add(
                key.referenced,
                "nothing says where the refusal has its code",
                format!("add `x-envelope:` with one of: {}", names.join(", ")),
            );
            return;
        };
        for envelope in envelopes
            .iter_mut()
            .filter(|known| known.name == name.value)
        {
            if !envelope.refused.contains(&status) {
                envelope.refused.push(status);
            }
        }
        if answer.envelope.is_none() {
            answer.envelope = Some(name.value.clone());
        } else if answer.envelope.as_ref() != Some(&name.value) {
            self.problems.add(
                name.referenced,
                "the operation has another envelope already",
                "one envelope around a reply says both success and refusal",
            );
        }
        for (example_name, example) in media.examples.iter() {
            answer.examples.push(ReplyExample {
                name: example_name.value.clone(),
                status,
                body: Some(self.value(&example.value)),
                message: None,
            });
        }
    }

    /// Checks the example of a reply and gives the message in it; nothing where it is a refusal.
    fn check_reply(
        &mut self,
        node: &Spanned<Node>,
        message: &Message,
        messages: &[Message],
        envelope: Option<&Envelope>,
    ) -> Option<Value> {
        let shape = Shape {
            messages,
            message,
            wire: Wire::Json,
            beside: &[],
        };
        let Some((envelope, EnvelopeKind::Reply { success, inner, .. })) =
            envelope.map(|envelope| (envelope, &envelope.kind))
        else {
            self.check_example(node, shape);
            return Some(self.value(node));
        };
        let Node::Map(whole) = &node.value else {
            self.no_envelope(node.referenced, &envelope.name, "an object");
            return None;
        };
        let field = &success.field;
        let mut own = vec![field.clone()];
        own.extend(envelope.code.clone());
        own.extend(envelope.message.clone());
        own.extend(envelope.others.clone());
        let Some((_, verdict)) = whole.get(field) else {
            self.no_envelope(node.referenced, &envelope.name, &format!("`{field}`"));
            return None;
        };
        let success = success.is_said_by(&self.value(verdict));
        let Some(data) = &envelope.data else {
            if success {
                self.check_example(
                    node,
                    Shape {
                        beside: &own,
                        ..shape
                    },
                );
                return Some(self.value(node));
            }
            return None;
        };
        own.push(data.clone());
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        for (name, _) in whole.iter() {
            if !own.contains(&name.value.as_str()) {
                self.problems
                    .unknown_name(name, "field of the envelope", &own);
            }
        }
        if !success {
            return None;
        }
        let Some((_, within)) = whole.get(data) else {
            self.no_envelope(node.referenced, &envelope.name, &format!("`{data}`"));
            return None;
        };
        let mut beside = Vec::new();
        if let Some(inner) = inner {
            let field = &inner.success.field;
            let Some(verdict) = self.value(within).field(field).cloned() else {
                self.no_envelope(within.referenced, &envelope.name, &format!("`{field}`"));
                return None;
            };
            if !inner.success.is_said_by(&verdict) {
                return None;
            }
            beside.push(field.clone());
            beside.extend(inner.code.clone());
            beside.extend(inner.message.clone());
        }
        self.check_example(
            within,
            Shape {
                beside: &beside,
                ..shape
            },
        );
        Some(self.value(within))
    }

    /// Refusals in the envelope of the reply.
    fn refused_in(
        &mut self,
        envelope: &Envelope,
        status: u16,
        media: &'a raw::Media,
        answer: &mut Answer,
    ) {
        let EnvelopeKind::Reply { success, .. } = &envelope.kind else {
            return;
        };
        for (name, example) in media.examples.iter() {
            let body = self.value(&example.value);
            let verdict = body.field(&success.field);
            if verdict.is_none_or(|verdict| success.is_said_by(verdict)) {
                let field = &success.field;
                self.problems.add(
                    example.value.referenced,
                    "the example is no refusal",
                    format!("give `{field}` another value, or write it as a success"),
                );
            }
            answer.examples.push(ReplyExample {
                name: name.value.clone(),
                status,
                body: Some(body),
                message: None,
            });
        }
    }

    fn no_envelope(&mut self, at: Location, envelope: &str, what: &str) {
        self.problems.add(
            at,
            format!("the example is not in the envelope `{envelope}`"),
            format!("write {what}"),
        );
    }
}

/// The envelope of replies called `name`, and whether it is read beside any status.
fn around_reply<'e>(
    envelopes: &'e [Envelope],
    name: Option<&Spanned<String>>,
) -> Option<(&'e Envelope, bool)> {
    let name = name?;
    let envelope = envelopes.iter().find(|known| known.name == name.value)?;
    match envelope.kind {
        EnvelopeKind::Reply { any_status, .. } => Some((envelope, any_status)),
        EnvelopeKind::Refusal | EnvelopeKind::Request => None,
    }
}

/// The names of the envelopes of one kind.
pub(super) fn of_kind(envelopes: &[Envelope], wanted: impl Fn(&EnvelopeKind) -> bool) -> Vec<&str> {
    envelopes
        .iter()
        .filter(|envelope| wanted(&envelope.kind))
        .map(|envelope| envelope.name.as_str())
        .collect()
}
