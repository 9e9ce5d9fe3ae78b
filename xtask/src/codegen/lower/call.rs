//! Operations as calls.

use serde_saphyr::Spanned;

use super::super::load::node::{Map, Value};
use super::super::load::raw::{self, Operation};
use super::super::model::{
    Call, Codes, EffectKind, Envelope, EnvelopeKind, Example, Kind, Message, Method, Place,
    Resolution, Tag, Wire,
};
use super::answer::of_kind;
use super::example::Shape;
use super::names::is_snake_case;
use super::{Lowering, doc, message_of, path_parameters, query_parameters, wire_names};

/// What the core's client is called with: a call of the same name would hide it.
const RESERVED: [&str; 19] = [
    "builder",
    "call",
    "call_as",
    "clone",
    "confirm",
    "deref",
    "open_calls",
    "prepare",
    "provider",
    "raw",
    "raw_read",
    "resolve",
    "send",
    "settle",
    "settle_as",
    "settle_by_hand",
    "settle_by_query",
    "settle_without_query",
    "with_journal",
];

/// How the message of an operation travels, and its examples.
struct Sent<'a> {
    wire: Wire,
    message: String,
    wrapped_in: Option<String>,
    examples: Option<&'a Map<raw::Example>>,
}

impl<'a> Lowering<'a> {
    pub(super) fn calls(
        &mut self,
        messages: &mut Vec<Message>,
        envelopes: &mut [Envelope],
        codes: &[Codes],
    ) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        for (method, path, operation) in self.operations() {
            if !self.operation_id(&operation.id, &calls) {
                continue;
            }
            self.check_path(path, operation);
            let Some(sent) = self.sent(method, operation, messages, envelopes) else {
                continue;
            };
            if calls.iter().any(|known| known.message == sent.message) {
                self.problems.add(
                    operation.id.referenced,
                    format!("another operation sends `{}` already", sent.message),
                    "give each operation a schema of its own",
                );
            }
            let Some(effect) = &operation.effect else {
                self.problems.add(
                    operation.id.referenced,
                    format!("nothing says what a repeat of `{}` does", operation.id.value),
                    "add x-effect: { kind: read }, { kind: idempotent, by: [fields] } or { kind: once }",
                );
                continue;
            };
            let Some(message) = message_of(messages, &sent.message) else {
                continue;
            };
            let (by, reference) = self.effect(&effect.value, message);
            let examples = self.request_examples(operation, &sent, message, messages);
            let answer = self.answer(operation, messages, envelopes);
            let echo = self.echo(operation, message, answer.reply.as_deref(), messages);
            calls.push(Call {
                id: operation.id.value.clone(),
                tags: self.tags(operation, false),
                doc: doc(&operation.description, operation.evidence),
                login: self
                    .raw
                    .info
                    .provider
                    .login
                    .as_ref()
                    .map(|login| &login.value)
                    == Some(&operation.id.value),
                host: self.named_host(&path.value),
                method,
                path: path.value.clone(),
                wire: sent.wire,
                wrapped_in: sent.wrapped_in,
                message: sent.message,
                effect: effect.value.kind,
                is_fresh: effect.value.fresh.is_some(),
                by,
                reference,
                resolved_by: None,
                echo,
                reply: answer.reply,
                envelope: answer.envelope,
                examples,
                replies: answer.examples,
            });
        }
        self.resolutions(&mut calls, messages, envelopes, codes);
        let ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
        if let Some(login) = &self.raw.info.provider.login
            && !ids.contains(&login.value.as_str())
        {
            self.problems.unknown_name(login, "operation", &ids);
        }
        calls
    }

    /// What an operation is for; calls and webhooks have words of their own.
    pub(super) fn tags(&mut self, operation: &Operation, is_webhook: bool) -> Vec<Tag> {
        let (kind, help) = match is_webhook {
            true => ("webhook", "write unsigned, proof or card"),
            false => (
                "call",
                "write start, query, capture, void, refund, payout or subscription",
            ),
        };
        let mut tags = Vec::new();
        for tag in &operation.tags {
            if tag.value.is_of_webhooks() != is_webhook {
                self.problems
                    .add(tag.referenced, format!("is no tag of a {kind}"), help);
            }
            tags.push(tag.value);
        }
        tags
    }

    /// The name of the host that a path has of its own.
    fn named_host(&self, path: &str) -> Option<String> {
        let (_, item) = self.raw.paths.get(path)?;
        let server = item.servers.first()?;
        Some(server.host.as_ref()?.value.clone())
    }

    /// Checks the name of an operation; gives whether it is the first of that name.
    fn operation_id(&mut self, id: &Spanned<String>, calls: &[Call]) -> bool {
        if !is_snake_case(&id.value) {
            self.problems.add(
                id.referenced,
                format!("`{}` cannot be the name of a Rust method", id.value),
                "write it in snake_case",
            );
        }
        if RESERVED.contains(&id.value.as_str()) {
            self.problems.add(
                id.referenced,
                format!("`{}` is a method of every client", id.value),
                "take another name",
            );
        }
        let twice = calls.iter().any(|known| known.id == id.value);
        if twice {
            self.twice(id.referenced, &id.value);
        }
        !twice
    }

    fn check_path(&mut self, path: &Spanned<String>, operation: &Operation) {
        let mut named: Vec<&str> = Vec::new();
        let mut rest = path.value.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            named.push(name);
            rest = after;
        }
        if !path.value.starts_with('/') || rest.contains(['{', '}', '?']) {
            self.problems.add(
                path.referenced,
                format!("`{}` is no path", path.value),
                "write /segments with {parameters}; the query is a parameter",
            );
        }
        for parameter in path_parameters(operation) {
            if !named.contains(&parameter.name.value.as_str()) {
                self.problems
                    .unknown_name(&parameter.name, "path parameter", &named);
            }
        }
        for name in named {
            if !path_parameters(operation).any(|parameter| parameter.name.value == name) {
                self.problems.add(
                    path.referenced,
                    format!("nothing describes the path parameter `{name}`"),
                    format!("add `parameters: [{{ name: {name}, in: path, … }}]`"),
                );
            }
        }
    }

    fn sent(
        &mut self,
        method: Method,
        operation: &'a Operation,
        messages: &mut Vec<Message>,
        envelopes: &[Envelope],
    ) -> Option<Sent<'a>> {
        let mut queries = query_parameters(operation);
        let (query, more) = (queries.next(), queries.next());
        if more.is_some() || (query.is_some() && operation.body.is_some()) {
            self.problems.add(
                operation.id.referenced,
                format!("`{}` sends two messages", operation.id.value),
                "describe one body, or one `in: query` parameter whose schema is the whole message",
            );
        }
        if let Some(body) = &operation.body {
            if method == Method::Get {
                self.problems.add(
                    operation.id.referenced,
                    "a GET has no body",
                    "describe an `in: query` parameter whose schema is the whole message",
                );
            }
            return self.sent_in_body(body, operation, envelopes);
        }
        if let Some(query) = query {
            let Some(target) = &query.schema.reference else {
                self.problems.add(
                    query.name.referenced,
                    "the query has no message",
                    "write `schema: { $ref: … }`; its properties are the parameters",
                );
                return None;
            };
            let (name, _) = self.schema(target)?;
            return Some(Sent {
                wire: Wire::Query,
                message: name.to_owned(),
                wrapped_in: None,
                examples: Some(&query.examples),
            });
        }
        let message = self.path_message(operation);
        let name = message.name.clone();
        messages.push(message);
        Some(Sent {
            wire: Wire::Nothing,
            message: name,
            wrapped_in: None,
            examples: None,
        })
    }

    fn sent_in_body(
        &mut self,
        body: &'a raw::Body,
        operation: &Operation,
        envelopes: &[Envelope],
    ) -> Option<Sent<'a>> {
        let mut media = body.content.iter();
        let (Some((kind, media)), None) = (media.next(), media.next()) else {
            self.problems.add(
                operation.id.referenced,
                format!("`{}` has several bodies, or none", operation.id.value),
                "describe one media type",
            );
            return None;
        };
        let wire = if kind.value == "application/json" {
            Wire::Json
        } else {
            Wire::Form
        };
        let target = media.schema.as_ref()?;
        let (name, _) = self.schema(&target.target)?;
        let mut wrapped_in = None;
        if let Some(envelope) = &media.envelope {
            match envelopes.iter().find(|known| known.name == envelope.value) {
                Some(known) if known.kind == EnvelopeKind::Request && wire == Wire::Json => {
                    wrapped_in.clone_from(&known.data);
                }
                Some(_) | None => {
                    let known = of_kind(envelopes, |kind| *kind == EnvelopeKind::Request);
                    self.problems
                        .unknown_name(envelope, "envelope of JSON requests", &known);
                }
            }
        }
        Some(Sent {
            wire,
            message: name.to_owned(),
            wrapped_in,
            examples: Some(&media.examples),
        })
    }

    fn effect(
        &mut self,
        effect: &'a raw::Effect,
        message: &Message,
    ) -> (Vec<String>, Option<String>) {
        if self.broken.contains(message.name.as_str()) {
            return (Vec::new(), None);
        }
        let known = wire_names(&message.fields);
        let by = effect.by.as_deref().unwrap_or_default();
        let by_found = self.names_once(by, "field", &known);
        if let (EffectKind::Read | EffectKind::Once, Some(first)) = (effect.kind, by.first()) {
            self.problems.add(
                first.referenced,
                "only an idempotent call is identified by fields",
                "take `by` out, or write `kind: idempotent`",
            );
        }
        let reference = effect.reference.as_ref().and_then(|name| {
            let Some(field) = message.field(&name.value) else {
                self.problems.unknown_name(name, "field", &known);
                return None;
            };
            if field.kind != Kind::Text || !field.is_given() {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be the reference", name.value),
                    "take a text that the caller gives",
                );
            }
            Some(name.value.clone())
        });
        (by_found, reference)
    }

    fn request_examples(
        &mut self,
        operation: &'a Operation,
        sent: &Sent<'a>,
        message: &Message,
        messages: &[Message],
    ) -> Vec<Example> {
        let mut in_path: Vec<(String, Value)> = Vec::new();
        for parameter in path_parameters(operation) {
            match &parameter.example {
                Some(example) => in_path.push((parameter.name.value.clone(), self.value(example))),
                None => self.problems.add(
                    parameter.name.referenced,
                    format!(
                        "the path parameter `{}` has no example",
                        parameter.name.value
                    ),
                    "add `example:`",
                ),
            }
        }
        let Some(examples) = sent.examples else {
            return vec![Example {
                name: "path".to_owned(),
                value: Value::Object(in_path),
            }];
        };
        if examples.is_empty() {
            self.problems.add(
                operation.id.referenced,
                format!("the request of `{}` has no example", operation.id.value),
                "add `examples:`; mark your own with x-evidence: inferred",
            );
        }
        let signature: Vec<String> = signature_field(message).into_iter().collect();
        let shape = Shape {
            messages,
            message,
            wire: sent.wire,
            beside: &signature,
        };
        let mut found = Vec::new();
        for (name, example) in examples.iter() {
            self.check_example(&example.value, shape);
            let mut fields = in_path.clone();
            if let Value::Object(body) = self.value(&example.value) {
                fields.extend(body);
            }
            found.push(Example {
                name: name.value.clone(),
                value: Value::Object(fields),
            });
        }
        found
    }

    fn echo(
        &mut self,
        operation: &'a Operation,
        message: &Message,
        reply: Option<&str>,
        messages: &[Message],
    ) -> Vec<String> {
        let broken = |name: &str| self.broken.contains(name);
        if broken(&message.name) || reply.is_some_and(broken) {
            return Vec::new();
        }
        let sent = wire_names(&message.fields);
        let names = self.names_once(&operation.echo, "request field", &sent);
        let reply = reply.and_then(|name| message_of(messages, name));
        let answered = reply
            .map(|reply| wire_names(&reply.fields))
            .unwrap_or_default();
        let names_again = self.names_once(&operation.echo, "reply field", &answered);
        for name in &operation.echo {
            let (Some(sent), Some(answered)) = (
                message.field(&name.value),
                reply.and_then(|reply| reply.field(&name.value)),
            ) else {
                continue;
            };
            let texts = sent.kind == Kind::Text && answered.kind.is_text();
            let money =
                matches!(sent.kind, Kind::Money(_)) && answered.kind.fixed_money().is_some();
            if !sent.required || !(texts || money) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be compared with its echo", name.value),
                    "echo required texts, and money whose currency is fixed in the reply",
                );
            }
        }
        names
            .into_iter()
            .filter(|name| names_again.contains(name))
            .collect()
    }

    /// The codes of the query that mean "there is no such thing": described ones, that are read as
    /// refusals.
    fn not_found(
        &mut self,
        effect: &'a raw::Effect,
        query: &Call,
        envelopes: &[Envelope],
        codes: &[Codes],
    ) -> Vec<String> {
        let mut around = envelopes
            .iter()
            .filter(|known| query.envelope.as_deref() == Some(&known.name));
        let envelope = around.next();
        let mut lists: Vec<&str> = Vec::new();
        if let Some(envelope) = envelope {
            lists.extend(envelope.codes.as_deref());
            if let EnvelopeKind::Reply {
                inner: Some(inner), ..
            } = &envelope.kind
            {
                lists.extend(inner.codes.as_deref());
            }
        }
        let known: Vec<&str> = codes
            .iter()
            .filter(|known| lists.contains(&known.name.as_str()))
            .flat_map(|known| &known.codes)
            .map(|code| code.code.as_str())
            .collect();
        self.names_once(&effect.not_found, "code of the query", &known)
    }

    /// The field of a query that holds an id of its own each time it is asked.
    fn fresh(&mut self, query: &str, message: Option<&Message>) -> Option<String> {
        let operations = self.operations();
        let known = operations.iter().find(|(_, _, one)| one.id.value == query);
        let effect = known.and_then(|(_, _, one)| one.effect.as_ref())?;
        let name = effect.value.fresh.as_ref()?;
        let texts = message.into_iter().flat_map(|message| &message.fields);
        let texts: Vec<&str> = texts
            .filter(|field| field.required && field.kind == Kind::Text)
            .map(|field| field.wire.as_str())
            .collect();
        if texts.contains(&name.value.as_str()) {
            return Some(name.value.clone());
        }
        self.problems.unknown_name(name, "required text", &texts);
        None
    }

    fn resolutions(
        &mut self,
        calls: &mut [Call],
        messages: &[Message],
        envelopes: &[Envelope],
        codes: &[Codes],
    ) {
        let mut found: Vec<(String, Resolution)> = Vec::new();
        for (_, _, operation) in self.operations() {
            let effect = operation.effect.as_ref().map(|effect| &effect.value);
            let Some(name) = effect.and_then(|effect| effect.resolved_by.as_ref()) else {
                let not_found = effect.and_then(|effect| effect.not_found.first());
                let known = effect.and_then(|effect| effect.answers_anyway.as_ref());
                let at = known.map(|known| known.referenced);
                if let Some(at) = not_found.map(|code| code.referenced).or(at) {
                    self.problems.add(
                        at,
                        "there is no query that could say so",
                        "add `resolved-by:` with the operation that asks",
                    );
                }
                continue;
            };
            if effect.is_some_and(|effect| effect.reference.is_none()) {
                self.problems.add(
                    name.referenced,
                    "the query has nothing to ask by",
                    "add `reference:` with the field that carries the merchant's reference",
                );
            }
            let has_no_effect =
                |known: &Operation| known.id.value == name.value && known.effect.is_none();
            if self
                .operations()
                .iter()
                .any(|(_, _, known)| has_no_effect(known))
            {
                continue;
            }
            let reads: Vec<&Call> = calls
                .iter()
                .filter(|call| call.effect == EffectKind::Read)
                .collect();
            let Some(query) = reads.iter().find(|call| call.id == name.value) else {
                let reads: Vec<&str> = reads.iter().map(|call| call.id.as_str()).collect();
                self.problems
                    .unknown_name(name, "reading operation", &reads);
                continue;
            };
            // One member of a choice is all that the choice asks for.
            let choices = message_of(messages, &query.message).map(|message| &message.choices);
            let chosen = choices.into_iter().flatten().flat_map(|choice| {
                let member = choice
                    .of
                    .iter()
                    .find(|name| query.reference.as_ref() == Some(name));
                member.or_else(|| choice.of.first().filter(|_| choice.none.is_none()))
            });
            let chosen = chosen.map(String::as_str);
            let fresh = self.fresh(&query.id, message_of(messages, &query.message));
            let required: Vec<&str> = message_of(messages, &query.message)
                .into_iter()
                .flat_map(|message| &message.fields)
                .filter(|field| field.required && field.is_given())
                .filter(|field| fresh.as_ref() != Some(&field.wire))
                .map(|field| field.wire.as_str())
                .chain(chosen)
                .collect();
            let Some(field) = query
                .reference
                .as_deref()
                .filter(|field| required == [*field])
            else {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be asked with a reference alone", name.value),
                    "give it `reference:` as its only required field beside a `fresh:` one, or write `impl Resolve` in ext.rs",
                );
                continue;
            };
            let resolution = Resolution {
                message: query.message.clone(),
                field: field.to_owned(),
                fresh,
                not_found: match effect {
                    Some(effect) => self.not_found(effect, query, envelopes, codes),
                    None => Vec::new(),
                },
                answers_anyway: effect
                    .and_then(|effect| effect.answers_anyway.as_ref())
                    .is_some_and(|known| known.value),
            };
            found.push((operation.id.value.clone(), resolution));
        }
        for (id, resolution) in found {
            if let Some(call) = calls.iter_mut().find(|call| call.id == id) {
                call.resolved_by = Some(resolution);
            }
        }
    }
}

/// The field of the body that carries the signature.
pub(super) fn signature_field(message: &Message) -> Option<String> {
    match &message.signature.as_ref()?.place {
        Place::Field(name) => Some(name.clone()),
        Place::Header(_) => None,
    }
}
