//! Links that a buyer opens: operations of a server that is nothing but the scheme of an app.

use serde_saphyr::Spanned;

use super::super::load::node::Node;
use super::super::load::raw::{self, CredentialKind, Description, Operation};
use super::super::model::{Credential, Example, Kind, Linked, Message, Place, Wire};
use super::example::Shape;
use super::names::is_snake_case;
use super::{Lowering, message_of, query_parameters};

/// Whether a path is opened as a link, and no client calls it.
pub(super) fn is_link(item: &raw::PathItem) -> bool {
    item.servers
        .iter()
        .any(|server| server.url.value.ends_with("://"))
}

/// The operations that are links.
pub(super) fn operations(raw: &Description) -> impl Iterator<Item = &Operation> {
    let items = raw.paths.iter().filter(|(_, item)| is_link(item));
    items.flat_map(|(_, item)| item.operations())
}

impl<'a> Lowering<'a> {
    /// Whether a message travels in a link.
    pub(super) fn is_linked(&self, name: &str) -> bool {
        let mut targets = operations(self.raw)
            .flat_map(query_parameters)
            .filter_map(|parameter| parameter.schema.reference.as_ref());
        targets.any(|target| target.value.rsplit('/').next() == Some(name))
    }

    /// Whether a property is the account's: it is called as one of the keys.
    pub(super) fn is_of_keys(&self, name: &str) -> bool {
        let mut keys = self.raw.info.provider.keys.iter();
        keys.any(|key| key.name.value == name)
    }

    pub(super) fn links(&mut self, messages: &[Message]) -> Vec<Linked> {
        let mut links: Vec<Linked> = Vec::new();
        for (path, item) in self.raw.paths.iter().filter(|(_, item)| is_link(item)) {
            let Some(scheme) = self.scheme(path, item) else {
                continue;
            };
            for operation in item.operations() {
                let Some(link) = self.link(operation, &scheme, messages) else {
                    continue;
                };
                if links.iter().any(|known| known.message == link.message) {
                    self.problems.add(
                        operation.id.referenced,
                        format!("another link carries `{}` already", link.message),
                        "give each link a schema of its own",
                    );
                }
                links.push(link);
            }
        }
        links
    }

    fn scheme(&mut self, path: &Spanned<String>, item: &raw::PathItem) -> Option<String> {
        let servers: Vec<&raw::Server> = item.servers.iter().collect();
        let get_alone = item.operations().count() == 1 && item.get.is_some();
        let found = match servers.as_slice() {
            [server] if server.host.is_none() && server.environment.is_none() => {
                server.url.value.strip_suffix("://")
            }
            _ => None,
        };
        let found = found.filter(|scheme| is_snake_case(scheme) && path.value == "/" && get_alone);
        if found.is_none() {
            self.problems.add(
                path.referenced,
                "this is no link",
                "write the path /, `servers: [{ url: \"app://\" }]` with one scheme in lower case and nothing else, and `get:`",
            );
        }
        found.map(str::to_owned)
    }

    fn link(
        &mut self,
        operation: &'a Operation,
        scheme: &str,
        messages: &[Message],
    ) -> Option<Linked> {
        let id = &operation.id;
        let parameters: Vec<&raw::Parameter> = operation.parameters.iter().collect();
        let target = match parameters.as_slice() {
            [one] if one.place == raw::ParameterPlace::Query => one.schema.reference.as_ref(),
            _ => None,
        };
        let rest = operation.effect.is_none() && operation.tags.is_empty();
        let alone = operation.body.is_none() && rest && is_snake_case(&id.value);
        let Some(target) = target.filter(|_| alone) else {
            self.problems.add(
                id.referenced,
                format!("`{}` is no operation of a link", id.value),
                "name it in snake_case and describe one query parameter by $ref; a link has no body, effect or tags",
            );
            return None;
        };
        let (name, schema) = self.schema(target)?;
        let message = message_of(messages, name)?;
        let signature = message.signature.as_ref().filter(|signature| {
            matches!(signature.place, Place::Field(_)) && signature.key.is_some()
        });
        let Some(signature) = signature else {
            self.problems.add(
                id.referenced,
                format!("nothing proves what `{}` carries", id.value),
                "give the schema an x-signature with a key, in a field",
            );
            return None;
        };
        for field in &message.fields {
            let amount = field.required && field.kind.fixed_money().is_some();
            if !amount && field.kind != Kind::Text {
                self.link_problem(
                    schema,
                    &field.wire,
                    "holds texts, and amounts that are required",
                );
            }
        }
        let mut keys: Vec<Credential> = Vec::new();
        for key in self.credential_names() {
            let in_link = schema.properties.get(key).is_some() && self.is_of_keys(key);
            let used = signature.uses.iter().any(|used| used.wire == key);
            if let Some(key) = self.credential(key).filter(|_| in_link || used) {
                if in_link && key.kind != CredentialKind::Public {
                    self.link_problem(schema, &key.wire, "holds keys of `kind: public` only");
                }
                keys.push(key);
            }
        }
        let default = |property: &raw::Property| match &property.default {
            Some(Spanned {
                value: Node::Text(text),
                ..
            }) => Some(text.clone()),
            Some(_) | None => None,
        };
        let properties = schema.properties.iter();
        let fields = properties.map(|(name, property)| (name.value.clone(), default(property)));
        let is_address = |(_, property): &(_, &raw::Property)| property.format.is_some();
        let addresses = schema.properties.iter().filter(is_address);
        Some(Linked {
            id: id.value.clone(),
            scheme: scheme.to_owned(),
            message: message.name.clone(),
            fields: fields.collect(),
            addresses: addresses.map(|(name, _)| name.value.clone()).collect(),
            examples: self.link_examples(operation, message, messages),
            keys,
        })
    }

    fn link_problem(&mut self, schema: &raw::Schema, wire: &str, what: &str) {
        if let Some((name, _)) = schema.properties.get(wire) {
            self.problems.add(
                name.referenced,
                format!("`{wire}` has no place in a link"),
                format!("a link {what}"),
            );
        }
    }

    fn link_examples(
        &mut self,
        operation: &'a Operation,
        message: &Message,
        messages: &[Message],
    ) -> Vec<Example> {
        let keys = self.raw.info.provider.keys.iter();
        let beside: Vec<String> = keys.map(|key| key.name.value.clone()).collect();
        let mut found = Vec::new();
        for (name, example) in operation
            .parameters
            .iter()
            .flat_map(|parameter| parameter.examples.iter())
        {
            let shape = Shape {
                messages,
                message,
                wire: Wire::Query,
                beside: &beside,
            };
            self.check_example(&example.value, shape);
            found.push(Example {
                name: name.value.clone(),
                value: self.value(&example.value),
            });
        }
        if found.is_empty() {
            self.problems.add(
                operation.id.referenced,
                format!("`{}` has no example", operation.id.value),
                "add `examples:`; mark your own with x-evidence: inferred",
            );
        }
        found
    }
}
