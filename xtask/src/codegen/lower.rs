//! Checks a description and turns it into the model that is emitted.
//!
//! All mistakes of a file are reported at once, each at its place and with what to write instead.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::{Location, Spanned};

use super::load::node::{Map, Node, Value};
use super::load::raw::{self, Description, Evidence, Operation};
use super::load::{Problems, Source};
use super::model::{Call, Choice, Credential, Doc, Field, Message, Provider, Role, Spelling, Wire};

mod aliases;
mod answer;
mod call;
mod choice;
mod codes;
mod currency;
mod envelope;
mod example;
mod field;
mod linked;
mod message;
mod names;
mod notice;
mod rules;
mod server;
mod sign;

pub(crate) use names::{pascal_case, snake_case};

/// Turns a description into the model.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn lower(source: &Source, raw: &Description) -> Result<Provider, Problems> {
    let mut lowering = Lowering {
        source,
        raw,
        problems: Problems::default(),
        usage: BTreeMap::new(),
        currencies: Vec::new(),
        choices: Vec::new(),
        broken: BTreeSet::new(),
    };
    let provider = lowering.provider();
    if lowering.problems.is_empty() {
        Ok(provider)
    } else {
        Err(lowering.problems)
    }
}

struct Lowering<'a> {
    source: &'a Source,
    raw: &'a Description,
    problems: Problems,
    usage: BTreeMap<&'a str, Usage<'a>>,
    currencies: Vec<Spelling>,
    /// Every choice so far, with its members.
    choices: Vec<(Choice, Vec<Field>)>,
    /// Messages with a mistake of their own: what follows from it is not told as well.
    broken: BTreeSet<&'a str>,
}

/// Where a schema is used: decides what is generated for it.
struct Usage<'a> {
    role: Role,
    wires: Vec<Wire>,
    path: Vec<&'a raw::Parameter>,
}

impl<'a> Lowering<'a> {
    fn provider(&mut self) -> Provider {
        let info = &self.raw.info;
        self.versions();
        self.currencies();
        let credentials = self.credentials();
        self.find_usage();
        let mut messages = self.messages();
        let codes = self.codes();
        let mut envelopes = self.envelopes(&codes);
        let calls = self.calls(&mut messages, &mut envelopes, &codes);
        self.check_sent_empty(&calls, &messages);
        let notices = self.notices(&messages);
        let links = self.links(&messages);
        let servers = self.servers();
        let hosts = self.hosts(&servers);
        Provider {
            folder: info.provider.folder.value.clone(),
            title: info.title.clone(),
            type_name: pascal_case(&info.provider.folder.value),
            currencies: std::mem::take(&mut self.currencies),
            credentials,
            servers,
            hosts,
            envelopes,
            calls,
            notices,
            links,
            messages,
            codes,
            content_types: self.content_types(),
        }
    }

    /// What is sent as empty is added to a body: it must be the message itself.
    fn check_sent_empty(&mut self, calls: &[Call], messages: &[Message]) {
        for message in messages {
            let is_body = |call: &Call| call.message != message.name || call.wrapped_in.is_none();
            let sent = calls.iter().any(|call| call.message == message.name);
            if message.fields.iter().any(|field| field.sent_empty)
                && !(sent && calls.iter().all(is_body))
                && let Some((name, _)) = self.raw.components.schemas.get(&message.name)
            {
                self.problems.add(
                    name.referenced,
                    format!(
                        "`{}` is no body of its own: a `default` has no effect in it",
                        name.value
                    ),
                    "take `default` out, and list the property under `required`",
                );
            }
        }
    }

    /// The media types with parameters that calls are sent with.
    fn content_types(&self) -> Vec<(String, String)> {
        let items = self.raw.paths.iter().map(|(_, item)| item);
        let operations = items.flat_map(raw::PathItem::operations);
        operations
            .filter_map(|operation| {
                let (_, media) = operation.body.as_ref()?.content.iter().next()?;
                Some((operation.id.value.clone(), media.written.clone()?))
            })
            .collect()
    }

    fn versions(&mut self) {
        let raw = self.raw;
        let folder = self.source.name.split('/').next().unwrap_or_default();
        let named = &raw.info.provider.folder;
        if named.value != folder {
            self.problems.add(
                named.referenced,
                format!("the folder is called `{folder}`"),
                "write the name of the folder",
            );
        }
        if !raw.openapi.value.starts_with("3.1.") {
            self.problems.add(
                raw.openapi.referenced,
                format!("OpenAPI {} is not read", raw.openapi.value),
                "write 3.1.0",
            );
        }
    }

    fn credentials(&mut self) -> Vec<Credential> {
        let provider = &self.raw.info.provider;
        let mut seen: Vec<&str> = Vec::new();
        let names = provider
            .credentials
            .iter()
            .map(|credential| &credential.name);
        for name in names.chain(provider.keys.iter().map(|key| &key.name)) {
            if seen.contains(&name.value.as_str()) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` stands twice", name.value),
                    "give each credential and key a name of its own",
                );
            }
            seen.push(&name.value);
        }
        let mut credentials = Vec::new();
        for credential in &provider.credentials {
            credentials.push(Credential {
                wire: credential.name.value.clone(),
                rust: self.rust_name(&credential.name, None),
                kind: credential.kind,
                min: credential.min_length,
                doc: doc(&credential.description, credential.evidence),
            });
        }
        credentials
    }

    /// The credential or key that `$name` stands for.
    fn credential(&mut self, name: &str) -> Option<Credential> {
        let provider = &self.raw.info.provider;
        if let Some(known) = provider
            .credentials
            .iter()
            .find(|known| known.name.value == name)
        {
            return Some(Credential {
                wire: name.to_owned(),
                rust: self.rust_name(&known.name, None),
                kind: known.kind,
                min: known.min_length,
                doc: doc(&known.description, known.evidence),
            });
        }
        let known = provider
            .keys
            .iter()
            .find(|known| known.name.value == name)?;
        Some(Credential {
            wire: name.to_owned(),
            rust: self.rust_name(&known.name, None),
            kind: known.kind,
            min: None,
            doc: doc(&known.description, known.evidence),
        })
    }

    fn credential_names(&self) -> Vec<&'a str> {
        let provider = &self.raw.info.provider;
        let credentials = provider
            .credentials
            .iter()
            .map(|known| known.name.value.as_str());
        credentials
            .chain(provider.keys.iter().map(|known| known.name.value.as_str()))
            .collect()
    }

    /// The schema that a `$ref` points at.
    fn schema(&mut self, target: &'a Spanned<String>) -> Option<(&'a str, &'a raw::Schema)> {
        let schemas = &self.raw.components.schemas;
        let Some(name) = target.value.strip_prefix("#/components/schemas/") else {
            self.problems.add(
                target.referenced,
                format!("`{}` is not a schema of this file", target.value),
                "write #/components/schemas/Name",
            );
            return None;
        };
        if let Some((known, schema)) = schemas.get(name) {
            return Some((&known.value, schema));
        }
        let missing = Spanned::new(name.to_owned(), target.referenced, target.defined);
        self.problems
            .unknown_name(&missing, "schema", &schemas.names());
        None
    }

    /// Every operation that a client calls, with its method and path.
    fn operations(&self) -> Vec<(super::model::Method, &'a Spanned<String>, &'a Operation)> {
        use super::model::Method;
        let mut found = Vec::new();
        for (path, item) in self
            .raw
            .paths
            .iter()
            .filter(|(_, item)| !linked::is_link(item))
        {
            let raw::PathItem {
                servers: _,
                get,
                post,
                put,
                patch,
                delete,
            } = item;
            for (method, operation) in [
                (Method::Get, get),
                (Method::Post, post),
                (Method::Put, put),
                (Method::Patch, patch),
                (Method::Delete, delete),
            ] {
                if let Some(operation) = operation {
                    found.push((method, path, operation));
                }
            }
        }
        found
    }

    fn find_usage(&mut self) {
        for (_, _, operation) in self.operations() {
            let path: Vec<_> = path_parameters(operation).collect();
            if let Some(body) = &operation.body {
                self.use_media(&body.content, Role::Request, &path);
            }
            for parameter in query_parameters(operation) {
                if let Some(target) = &parameter.schema.reference {
                    self.use_schema(target, Role::Request, Wire::Query, &path);
                }
            }
            for (_, response) in operation.responses.iter() {
                self.use_media(&response.content, Role::Reply, &[]);
            }
        }
        for parameter in linked::operations(self.raw).flat_map(query_parameters) {
            if let Some(target) = &parameter.schema.reference {
                self.use_schema(target, Role::Request, Wire::Query, &[]);
            }
        }
        for (_, item) in self.raw.webhooks.iter() {
            for operation in [&item.get, &item.post].into_iter().flatten() {
                if let Some(body) = &operation.body {
                    self.use_media(&body.content, Role::Notice, &[]);
                }
                // What answers a webhook is sent by us.
                for (_, response) in operation.responses.iter() {
                    self.use_media(&response.content, Role::Request, &[]);
                }
                for parameter in query_parameters(operation) {
                    if let Some(target) = &parameter.schema.reference {
                        self.use_schema(target, Role::Notice, Wire::Query, &[]);
                    }
                }
            }
        }
    }

    fn use_media(&mut self, content: &'a Map<raw::Media>, role: Role, path: &[&'a raw::Parameter]) {
        for (kind, media) in content.iter() {
            let wire = match kind.value.as_str() {
                "application/json" => Wire::Json,
                "application/x-www-form-urlencoded" => Wire::Form,
                other => {
                    self.problems.add(
                        kind.referenced,
                        format!("the media type `{other}` is not supported"),
                        "write application/json or application/x-www-form-urlencoded",
                    );
                    continue;
                }
            };
            if let Some(schema) = &media.schema {
                self.use_schema(&schema.target, role, wire, path);
            }
        }
    }

    fn use_schema(
        &mut self,
        target: &'a Spanned<String>,
        role: Role,
        wire: Wire,
        path: &[&'a raw::Parameter],
    ) {
        let Some((name, schema)) = self.schema(target) else {
            return;
        };
        if schema.codes.is_some() {
            return;
        }
        let seen = self.usage.get_mut(name);
        if let Some(usage) = seen {
            let same_path = usage.path.len() == path.len();
            if usage.role != role || !same_path {
                self.problems.add(
                    target.referenced,
                    format!("`{name}` is used in another way already"),
                    "give requests, replies and callbacks, and calls with other path parameters, schemas of their own",
                );
                return;
            }
            if usage.wires.contains(&wire) {
                return;
            }
            usage.wires.push(wire);
        } else {
            let usage = Usage {
                role,
                wires: vec![wire],
                path: path.to_vec(),
            };
            self.usage.insert(name, usage);
        }
        // What is within a notice is read as what is within a reply.
        let role = if role == Role::Notice {
            Role::Reply
        } else {
            role
        };
        for (_, property) in schema.properties.iter() {
            let items = property
                .items
                .as_ref()
                .and_then(|items| items.value.reference.as_ref());
            for target in [property.reference.as_ref(), items].into_iter().flatten() {
                self.use_schema(target, role, wire, &[]);
            }
        }
    }

    fn value(&self, node: &Spanned<Node>) -> Value {
        Value::of(node, &self.source.text)
    }

    /// A list of names that must exist once, among `known`.
    fn names_once(&mut self, names: &[Spanned<String>], what: &str, known: &[&str]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for name in names {
            if !known.contains(&name.value.as_str()) {
                self.problems.unknown_name(name, what, known);
            } else if found.contains(&name.value) {
                self.twice(name.referenced, &name.value);
            } else {
                found.push(name.value.clone());
            }
        }
        found
    }

    fn twice(&mut self, at: Location, name: &str) {
        self.problems
            .add(at, format!("`{name}` stands twice"), "write each name once");
    }
}

fn path_parameters(operation: &Operation) -> impl Iterator<Item = &raw::Parameter> {
    operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == raw::ParameterPlace::Path)
}

fn query_parameters(operation: &Operation) -> impl Iterator<Item = &raw::Parameter> {
    operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == raw::ParameterPlace::Query)
}

fn doc(text: &str, evidence: Option<Evidence>) -> Doc {
    let evidence = evidence.and_then(|evidence| match evidence {
        Evidence::Documented => None,
        Evidence::Sample => Some("sample"),
        Evidence::ThirdParty => Some("third-party"),
        Evidence::Inferred => Some("inferred"),
        Evidence::Unknown => Some("unknown"),
    });
    Doc {
        text: text.trim().to_owned(),
        evidence,
    }
}

/// The wire names of the fields, for help texts.
fn wire_names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.wire.as_str()).collect()
}

fn message_of<'m>(messages: &'m [Message], name: &str) -> Option<&'m Message> {
    messages.iter().find(|message| message.name == name)
}
