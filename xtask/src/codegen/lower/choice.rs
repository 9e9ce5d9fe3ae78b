//! `x-exactly-one`: groups of which one field is given, as checks or as enums.

use serde_saphyr::Spanned;

use super::super::emit::listed;
use super::super::load::node::Node;
use super::super::load::raw;
use super::super::model::{Choice, Doc, Field, Kind, Role};
use super::currency::text;
use super::names::is_pascal_case;
use super::{Lowering, pascal_case};

/// The keys of a choice, in the order of help texts.
const KEYS: [&str; 6] = ["title", "field", "of", "unused", "none", "description"];

/// A choice as it is written.
#[derive(Default)]
struct Written {
    title: Option<Spanned<String>>,
    field: Option<Spanned<String>>,
    of: Vec<Spanned<String>>,
    unused: Option<Spanned<String>>,
    none: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
}

/// The names of the properties that are members of a choice.
pub(super) fn members(schema: &raw::Schema) -> Vec<&str> {
    let maps = schema
        .exactly_one
        .iter()
        .filter_map(|node| match &node.value {
            Node::Map(map) => map.get("of").map(|(_, of)| &of.value),
            Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::List(_) => None,
        });
    maps.flat_map(|of| match of {
        Node::List(names) => names.as_slice(),
        Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::Map(_) => &[],
    })
    .filter_map(|name| match &name.value {
        Node::Text(name) => Some(name.as_str()),
        Node::Null | Node::Bool(_) | Node::Number | Node::List(_) | Node::Map(_) => None,
    })
    .collect()
}

impl<'a> Lowering<'a> {
    /// The groups of a schema: those that are checked, and those that are choices.
    pub(super) fn groups(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        fields: &[Field],
    ) -> (Vec<Vec<String>>, Vec<Choice>) {
        let known: Vec<&str> = super::wire_names(fields);
        let (mut exactly_one, mut choices) = (Vec::new(), Vec::new());
        for node in &schema.exactly_one {
            match &node.value {
                Node::List(names) => {
                    let names: Vec<_> = names.iter().filter_map(text).collect();
                    exactly_one.push(self.names_once(&names, "field", &known));
                    self.not_required(&names, schema);
                }
                Node::Map(_) => {
                    if let Some(written) = self.written(node)
                        && let Some(choice) = self.choice(node, &written, schema, role, fields)
                    {
                        self.members_once(node, &choice, &choices);
                        choices.push(choice);
                    }
                }
                Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) => self.problems.add(
                    node.referenced,
                    "this is no group of fields",
                    "write [a, b], or { title: Enum, field: name, of: [a, b] }",
                ),
            }
        }
        (exactly_one, choices)
    }

    /// A field is a member of one choice.
    fn members_once(&mut self, node: &Spanned<Node>, choice: &Choice, before: &[Choice]) {
        for name in &choice.of {
            if before.iter().any(|known| known.of.contains(name)) {
                self.twice(node.referenced, name);
            }
        }
    }

    fn written(&mut self, node: &Spanned<Node>) -> Option<Written> {
        let Node::Map(map) = &node.value else {
            return None;
        };
        let mut written = Written::default();
        for (key, value) in map.iter() {
            let slot = match key.value.as_str() {
                "title" => &mut written.title,
                "field" => &mut written.field,
                "unused" => &mut written.unused,
                "none" => &mut written.none,
                "description" => &mut written.description,
                "of" => {
                    if let Node::List(names) = &value.value {
                        written.of = names.iter().filter_map(text).collect();
                    }
                    continue;
                }
                _ => {
                    self.problems.unknown_name(key, "key of a choice", &KEYS);
                    return None;
                }
            };
            *slot = text(value);
        }
        Some(written)
    }

    fn choice(
        &mut self,
        node: &Spanned<Node>,
        written: &Written,
        schema: &'a raw::Schema,
        role: Role,
        fields: &[Field],
    ) -> Option<Choice> {
        let least = if written.none.is_some() { 1 } else { 2 };
        let (Some(title), Some(field)) = (&written.title, &written.field) else {
            self.unclear_choice(node);
            return None;
        };
        if written.of.len() < least {
            self.unclear_choice(node);
            return None;
        }
        if role != Role::Request {
            self.problems.add(
                node.referenced,
                "a choice is made in what is sent",
                "take it out: what the provider sends is read as it comes",
            );
            return None;
        }
        let before = self.problems.count();
        let known: Vec<&str> = super::wire_names(fields);
        let of = self.names_once(&written.of, "field", &known);
        self.not_required(&written.of, schema);
        let members: Vec<&Field> = of
            .iter()
            .filter_map(|name| fields.iter().find(|field| field.wire == *name))
            .collect();
        for (name, member) in written.of.iter().zip(&members) {
            let sound = match &member.kind {
                Kind::Object(_) | Kind::List(_) | Kind::Texts => false,
                kind => kind.sibling_money().is_none() && member.is_given() && !member.in_path,
            };
            if !sound {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be one of a choice", name.value),
                    "take texts, numbers, truth values, codes, and amounts whose currency does not stand beside them",
                );
            }
        }
        let unused = written.unused.as_ref();
        let unused_empty = unused.is_some_and(|unused| unused.value == "empty");
        if let Some(unused) = unused.filter(|unused| !unused_empty && unused.value != "absent") {
            let words = ["absent", "empty"];
            self.problems
                .unknown_name(unused, "way to leave out a member", &words);
        }
        let taken = |name: &str| {
            members
                .iter()
                .any(|member| pascal_case(&member.rust) == name)
        };
        let is_schema = |name: &str| self.raw.components.schemas.get(name).is_some();
        let names = [
            (title, is_schema(&title.value)),
            (
                written.none.as_ref().unwrap_or(title),
                written.none.as_ref().is_some_and(|none| taken(&none.value)),
            ),
        ];
        for (name, taken) in names {
            if taken || !is_pascal_case(&name.value) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` cannot be a name of the choice", name.value),
                    "write it in PascalCase; schemas and members have their names already",
                );
            }
        }
        let rust = self.rust_name(field, Some(field));
        let others = fields.iter().filter(|known| !of.contains(&known.wire));
        if others.into_iter().any(|known| known.rust == rust) {
            self.twice(field.referenced, &rust);
        }
        let said = written
            .description
            .as_ref()
            .map(|text| text.value.trim().to_owned());
        let how_many = if written.none.is_some() {
            "At most one"
        } else {
            "One"
        };
        let doc = Doc {
            text: said.unwrap_or_else(|| format!("{how_many} of {}.", listed(&of))),
            evidence: None,
        };
        let choice = Choice {
            name: title.value.clone(),
            rust,
            doc,
            of,
            unused_empty,
            none: written.none.as_ref().map(|none| none.value.clone()),
        };
        if self.problems.count() == before {
            let members = members.into_iter().cloned().collect();
            self.same_everywhere(title, &choice, members);
        }
        Some(choice)
    }

    /// Schemas share an enum by its title, so it has to be the same enum.
    fn same_everywhere(&mut self, title: &Spanned<String>, choice: &Choice, members: Vec<Field>) {
        let known = self
            .choices
            .iter()
            .find(|(known, _)| known.name == choice.name);
        let Some((known, known_members)) = known else {
            self.choices.push((choice.clone(), members));
            return;
        };
        let alike = |(a, b): (&Field, &Field)| {
            (&a.wire, &a.rust, &a.kind, &a.rule, a.sensitive)
                == (&b.wire, &b.rust, &b.kind, &b.rule, b.sensitive)
        };
        let same = (known.unused_empty, &known.none) == (choice.unused_empty, &choice.none)
            && known_members.len() == members.len()
            && known_members.iter().zip(&members).all(alike);
        if !same {
            self.problems.add(
                title.referenced,
                format!("another schema has another `{}`", title.value),
                "describe the same members with the same rules, or take another title",
            );
        }
    }

    fn unclear_choice(&mut self, node: &Spanned<Node>) {
        self.problems.add(
            node.referenced,
            "the choice is not complete",
            "write { title: Enum, field: name, of: [a, b] }; one member is enough with `none:`",
        );
    }

    fn not_required(&mut self, names: &[Spanned<String>], schema: &raw::Schema) {
        for name in names {
            if schema
                .required
                .iter()
                .any(|required| required.value == name.value)
            {
                self.problems.add(
                    name.referenced,
                    format!("`{}` is required and one of a group", name.value),
                    "take it out of `required`",
                );
            }
        }
    }
}
