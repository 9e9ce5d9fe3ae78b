//! Examples: whether they agree with their schema.

use serde_saphyr::{Location, Spanned};

use super::super::load::node::{Map, Node};
use super::super::model::{Field, Form, Kind, Message, Wire};
use super::{Lowering, message_of, wire_names};

/// What an example is compared with.
#[derive(Clone, Copy)]
pub(super) struct Shape<'s> {
    pub(super) messages: &'s [Message],
    pub(super) message: &'s Message,
    pub(super) wire: Wire,
    /// Names that may stand beside the fields: the signature, the envelope's own.
    pub(super) beside: &'s [String],
}

impl Lowering<'_> {
    /// Checks names, required fields and types.
    pub(super) fn check_example(&mut self, node: &Spanned<Node>, shape: Shape<'_>) {
        if self.broken.contains(shape.message.name.as_str()) {
            return;
        }
        let Node::Map(given) = &node.value else {
            self.wrong(node.referenced, "the example", "an object");
            return;
        };
        let body: Vec<&Field> = shape
            .message
            .fields
            .iter()
            .filter(|field| !field.in_path)
            .collect();
        for (name, value) in given.iter() {
            if let Some(field) = body.iter().find(|field| field.wire == name.value) {
                self.check_value(value, field, shape);
            } else if !shape.beside.contains(&name.value) {
                let known = wire_names(&shape.message.fields);
                self.problems.unknown_name(name, "field", &known);
            }
        }
        self.check_presence(node.referenced, given, &body, shape.message);
    }

    fn check_presence(
        &mut self,
        at: Location,
        given: &Map<Spanned<Node>>,
        body: &[&Field],
        message: &Message,
    ) {
        let absent = |name: &str| {
            given
                .get(name)
                .is_none_or(|(_, value)| matches!(value.value, Node::Null))
        };
        for field in body {
            if field.required && absent(&field.wire) {
                self.problems.add(
                    at,
                    format!("the example of `{}` lacks `{}`", message.name, field.wire),
                    "add the field, or take it out of `required`",
                );
            }
        }
        for group in &message.exactly_one {
            if group.iter().filter(|name| !absent(name)).count() != 1 {
                self.problems.add(
                    at,
                    format!(
                        "the example of `{}` must give exactly one of {}",
                        message.name,
                        group.join(", ")
                    ),
                    "give one of them",
                );
            }
        }
    }

    fn check_value(&mut self, node: &Spanned<Node>, field: &Field, shape: Shape<'_>) {
        let text = self.value(node).scalar().unwrap_or_default();
        let in_json = shape.wire == Wire::Json;
        let what = format!("`{}`", field.wire);
        let expect = match (&field.kind, &node.value) {
            (_, Node::Null) if !field.required => return,
            (Kind::Object(name), Node::Map(_)) => {
                if let Some(message) = message_of(shape.messages, name) {
                    let beside: &[String] = &[];
                    self.check_example(
                        node,
                        Shape {
                            message,
                            beside,
                            ..shape
                        },
                    );
                }
                return;
            }
            (Kind::List(name), Node::List(items)) => {
                if let Some(message) = message_of(shape.messages, name) {
                    for item in items {
                        let beside: &[String] = &[];
                        self.check_example(
                            item,
                            Shape {
                                message,
                                beside,
                                ..shape
                            },
                        );
                    }
                }
                return;
            }
            (Kind::Texts, Node::List(items)) => {
                for item in items {
                    if !matches!(item.value, Node::Text(_)) {
                        self.wrong(item.referenced, &what, "a list of texts");
                    }
                }
                return;
            }
            (Kind::Object(_), _) => "an object",
            (Kind::List(_) | Kind::Texts, _) => "a list",
            (Kind::Text | Kind::Secret | Kind::Code { number: false, .. }, Node::Text(_))
            | (Kind::Bool, Node::Bool(_)) => return,
            (Kind::Text | Kind::Secret | Kind::Code { number: false, .. }, _) => {
                "a text; put it in quotes"
            }
            (Kind::Bool, _) => "true or false",
            (Kind::Integer, Node::Number) if is_integer(&text) => return,
            (Kind::Integer, Node::Text(_)) if !in_json && is_integer(&text) => return,
            (
                Kind::LenientInteger | Kind::Code { number: true, .. },
                Node::Number | Node::Text(_),
            ) if is_integer(&text) => {
                return;
            }
            (Kind::Integer | Kind::LenientInteger | Kind::Code { number: true, .. }, _) => {
                "an integer"
            }
            (Kind::Decimal, Node::Number) => return,
            (Kind::Decimal, Node::Text(_)) if !in_json => return,
            (Kind::Decimal, _) => "a number",
            (Kind::Money(money), Node::Number | Node::Text(_)) => {
                let number = matches!(node.value, Node::Number);
                match money.form {
                    Some(Form::Minor | Form::Major) if !is_integer(&text) => "an integer",
                    Some(Form::Decimal | Form::Trimmed) if number && in_json => {
                        "a text; put it in quotes"
                    }
                    Some(_) | None => return,
                }
            }
            (Kind::Money(_), _) => "an amount",
        };
        self.wrong(node.referenced, &what, expect);
    }

    fn wrong(&mut self, at: Location, what: &str, expect: &str) {
        self.problems.add(
            at,
            format!("{what} is not as its schema says"),
            format!("write {expect}"),
        );
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}
