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
        for (key, response) in operation.responses.iter() {
            let status: u16 = key.value.parse().unwrap_or_default();
            let mut media = response.content.iter();
            let (first, more) = (media.next(), media.next());
            let json = first.is_none_or(|(kind, _)| kind.value == "application/json");
            if !json
                || more.is_some()
                || !(200..300).contains(&status) && !(400..500).contains(&status)
            {
                self.problems.add(
                    key.referenced,
                    format!("the response `{}` is not supported", key.value),
                    "describe one success (2xx) and refusals (4xx), in JSON or empty",
                );
                continue;
            }
            let media = first.map(|(_, media)| media);
            if (200..300).contains(&status) {
                successes = successes.saturating_add(1);
                self.success(key, status, media, messages, envelopes, &mut answer);
            } else if let Some(media) = media {
                self.refusal(key, status, media, envelopes, &mut answer);
            }
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
        let Some((envelope, EnvelopeKind::Reply { field, equals })) =
            envelope.map(|envelope| (envelope, &envelope.kind))
        else {
            self.check_example(node, shape);
            return Some(self.value(node));
        };
        let Node::Map(whole) = &node.value else {
            self.no_envelope(node.referenced, &envelope.name, "an object");
            return None;
        };
        let mut own = vec![field.clone()];
        own.extend(envelope.code.clone());
        own.extend(envelope.message.clone());
        own.extend(envelope.others.clone());
        let Some((_, verdict)) = whole.get(field) else {
            self.no_envelope(node.referenced, &envelope.name, &format!("`{field}`"));
            return None;
        };
        let success = self.value(verdict).json() == *equals;
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
        let Some((_, inner)) = whole.get(data) else {
            self.no_envelope(node.referenced, &envelope.name, &format!("`{data}`"));
            return None;
        };
        self.check_example(inner, shape);
        Some(self.value(inner))
    }

    fn no_envelope(&mut self, at: Location, envelope: &str, what: &str) {
        self.problems.add(
            at,
            format!("the example is not in the envelope `{envelope}`"),
            format!("write {what}"),
        );
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
