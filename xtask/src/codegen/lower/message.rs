//! Schemas as messages.

use super::super::load::node::Map;
use super::super::load::raw;
use super::super::model::{Doc, Field, Message, Role, Wire};
use super::choice::members;
use super::field::{Context, types};
use super::names::is_pascal_case;
use super::{Lowering, doc, pascal_case};

impl<'a> Lowering<'a> {
    /// Every object schema that is used, in the order of the file.
    pub(super) fn messages(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        let usage_is_clear = self.problems.is_empty();
        for (name, schema) in self.raw.components.schemas.iter() {
            if schema.codes.is_some() {
                continue;
            }
            let before = self.problems.count();
            if !is_pascal_case(&name.value) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be the name of a Rust type", name.value),
                    "write it in PascalCase",
                );
            }
            if types(&schema.kind.value) != ["object"] {
                self.problems.add(
                    schema.kind.referenced,
                    "a schema is an object, or a text or an integer with x-codes",
                    "write `type: object`, or list the values under x-codes",
                );
                continue;
            }
            let Some(usage) = self.usage.get(name.value.as_str()) else {
                if usage_is_clear {
                    self.problems.add(
                        name.referenced,
                        format!("nothing uses the schema `{}`", name.value),
                        "refer to it, or take it out",
                    );
                }
                continue;
            };
            let (role, wires, path) = (usage.role, usage.wires.clone(), usage.path.clone());
            let open = self.is_open(schema, role);
            let answer = self.is_answer(&name.value);
            let linked = self.is_linked(&name.value);
            let mut fields = self.path_fields(&path);
            fields.extend(self.fields(schema, role, &wires, answer, linked));
            self.rust_names_once(&fields, &schema.properties);
            if role == Role::Request {
                self.tie_currencies(&mut fields, schema);
            }
            let (exactly_one, choices) = self.groups(schema, role, &fields);
            let together = self.together(schema, role, &fields);
            let signature = self.signature(schema, &fields);
            self.check_aliases(schema, role, &mut fields, signature.as_ref());
            let sound = self.problems.count() == before;
            let signature_if_sound = signature.as_ref().filter(|_| sound);
            let vectors = self.vectors(name, schema, &fields, signature_if_sound);
            if !sound {
                self.broken.insert(&name.value);
            }
            messages.push(Message {
                name: name.value.clone(),
                doc: doc(&schema.description, schema.evidence),
                role,
                open,
                linked,
                fields,
                exactly_one,
                together,
                choices,
                signature,
                vectors,
            });
        }
        messages
    }

    /// Whether nothing of it is described, so that it is kept as it comes.
    fn is_open(&mut self, schema: &raw::Schema, role: Role) -> bool {
        let Some(additional) = &schema.additional else {
            return false;
        };
        let described = !schema.required.is_empty()
            || schema.properties.iter().next().is_some()
            || !schema.exactly_one.is_empty()
            || schema.signature.is_some();
        if !additional.value || described || role != Role::Notice {
            self.problems.add(
                additional.referenced,
                "`additionalProperties` is for a webhook of which nothing is described",
                "write `additionalProperties: true` and no properties there, and leave it out elsewhere: unknown fields are always taken",
            );
        }
        true
    }

    /// Whether a call is answered with it, and not with a message that it stands in.
    fn is_answer(&self, name: &str) -> bool {
        let operations = self.operations();
        let responses = operations
            .iter()
            .flat_map(|(_, _, operation)| operation.responses.iter());
        let mut schemas = responses
            .flat_map(|(_, response)| response.content.iter())
            .filter_map(|(_, media)| media.schema.as_ref());
        schemas.any(|schema| schema.target.value.rsplit('/').next() == Some(name))
    }

    fn fields(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        wires: &[Wire],
        answer: bool,
        linked: bool,
    ) -> Vec<Field> {
        let known = schema.properties.names();
        let required = self.names_once(&schema.required, "required property", &known);
        let members = members(schema);
        let mut fields = Vec::new();
        for (name, property) in schema.properties.iter() {
            let context = Context {
                role,
                wires,
                required: required.contains(&name.value),
                member: members.contains(&name.value.as_str()),
                in_path: false,
                answer,
                linked,
                schema: Some(schema),
            };
            if property
                .description
                .as_deref()
                .unwrap_or_default()
                .trim()
                .is_empty()
            {
                self.problems.add(
                    name.referenced,
                    format!("`{}` has no description", name.value),
                    "add `description:`; it becomes the documentation",
                );
            }
            let field = self.field(name, property, context);
            // What is the account's is no part of the message.
            fields.extend(field.filter(|_| !linked || !self.is_of_keys(&name.value)));
        }
        fields
    }

    pub(super) fn path_fields(&mut self, path: &[&'a raw::Parameter]) -> Vec<Field> {
        let mut fields = Vec::new();
        for parameter in path {
            let description = parameter.description.as_deref().unwrap_or_default();
            if description.trim().is_empty() || !parameter.required {
                self.problems.add(
                    parameter.name.referenced,
                    format!(
                        "the path parameter `{}` is not complete",
                        parameter.name.value
                    ),
                    "add `required: true` and `description:`",
                );
            }
            let context = Context {
                role: Role::Request,
                wires: &[],
                required: true,
                member: false,
                in_path: true,
                answer: false,
                linked: false,
                schema: None,
            };
            if let Some(field) = self.field(&parameter.name, &parameter.schema, context) {
                let doc = doc(description, parameter.evidence);
                fields.push(Field { doc, ..field });
            }
        }
        fields
    }

    /// A message of path parameters alone, named after the operation.
    pub(super) fn path_message(&mut self, operation: &'a raw::Operation) -> Message {
        let path: Vec<_> = super::path_parameters(operation).collect();
        let name = pascal_case(&operation.id.value);
        if self.raw.components.schemas.get(&name).is_some() {
            self.problems.add(
                operation.id.referenced,
                format!("`{name}` would be generated for the path parameters and is a schema too"),
                "rename the schema",
            );
        }
        Message {
            doc: Doc {
                text: operation.description.trim().to_owned(),
                evidence: None,
            },
            role: Role::Request,
            open: false,
            linked: false,
            fields: self.path_fields(&path),
            exactly_one: Vec::new(),
            together: Vec::new(),
            choices: Vec::new(),
            signature: None,
            vectors: Vec::new(),
            name,
        }
    }

    fn rust_names_once(&mut self, fields: &[Field], properties: &Map<raw::Property>) {
        let mut seen: Vec<&str> = Vec::new();
        for field in fields {
            if seen.contains(&field.rust.as_str())
                && let Some((name, _)) = properties.get(&field.wire)
            {
                self.problems.add(
                    name.referenced,
                    format!("two properties would be `{}` in Rust", field.rust),
                    "add `title:` with another name",
                );
            }
            seen.push(&field.rust);
        }
    }
}
