//! Examples: whether they agree with their schema.

use serde_saphyr::{Location, Spanned};

use super::super::load::node::{Map, Node};
use super::super::model::{Choice, Field, Form, Kind, Message, Role, Wire};
use super::currency::text;
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
        if shape.message.open {
            self.check_open_example(given, shape.wire);
            return;
        }
        let body: Vec<&Field> = shape
            .message
            .fields
            .iter()
            .filter(|field| !field.in_path)
            .collect();
        for (name, value) in given.iter() {
            let spelt = |field: &&&Field| field.spellings().any(|spelling| spelling == name.value);
            if let Some(field) = body.iter().find(spelt) {
                self.check_value(value, field, shape);
            } else if !shape.beside.contains(&name.value) {
                let known = wire_names(&shape.message.fields);
                self.problems.unknown_name(name, "field", &known);
            }
        }
        self.check_presence(node.referenced, given, &body, shape.message);
    }

    /// Of a message of which nothing is described: whether it can be written so.
    fn check_open_example(&mut self, given: &Map<Spanned<Node>>, wire: Wire) {
        for (name, value) in given.iter() {
            let nested = matches!(value.value, Node::List(_) | Node::Map(_));
            if matches!(value.value, Node::Null) || nested && wire != Wire::Json {
                let what = format!("`{}`", name.value);
                self.wrong(value.referenced, &what, "a text, a number or a truth value");
            }
        }
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
            if field.required && field.spellings().all(absent) {
                self.problems.add(
                    at,
                    format!("the example of `{}` lacks `{}`", message.name, field.wire),
                    "add the field, or take it out of `required`",
                );
            }
        }
        for choice in &message.choices {
            self.check_choice(at, given, choice, message);
        }
        self.check_currencies(given, message);
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

    /// One member at most, or exactly one; the others as they are written.
    fn check_choice(
        &mut self,
        at: Location,
        given: &Map<Spanned<Node>>,
        choice: &Choice,
        message: &Message,
    ) {
        let mut chosen = 0_usize;
        for name in &choice.of {
            match given.get(name).map(|(_, value)| &value.value) {
                None | Some(Node::Null) if choice.unused_empty => self.problems.add(
                    at,
                    format!("the example of `{}` lacks `{name}`", message.name),
                    "write \"\" for each member that is not chosen: that is what is sent",
                ),
                None | Some(Node::Null) => {}
                Some(Node::Text(text)) if choice.unused_empty && text.is_empty() => {}
                Some(
                    Node::Text(_) | Node::Bool(_) | Node::Number | Node::List(_) | Node::Map(_),
                ) => chosen = chosen.saturating_add(1),
            }
        }
        if chosen > 1 || chosen == 0 && choice.none.is_none() {
            self.problems.add(
                at,
                format!(
                    "the example of `{}` must give exactly one of {}",
                    message.name,
                    choice.of.join(", ")
                ),
                "give one of them",
            );
        }
    }

    /// Whether the currencies beside amounts are spelt as the provider does.
    fn check_currencies(&mut self, given: &Map<Spanned<Node>>, message: &Message) {
        let siblings = message
            .fields
            .iter()
            .filter_map(|field| field.kind.sibling_money());
        for (_, sibling) in siblings {
            let field = message.field(sibling);
            let mut spellings = field.into_iter().flat_map(Field::spellings);
            let found = spellings.find_map(|name| given.get(name));
            let Some(written) = found.and_then(|(_, value)| text(value)) else {
                continue;
            };
            let sent = message.role == Role::Request;
            let known = self.currencies.iter().any(|known| {
                if sent {
                    known.wire == written.value
                } else {
                    known.reads(&written.value)
                }
            });
            if !known {
                let names: Vec<String> = self
                    .currencies
                    .iter()
                    .map(|known| known.wire.clone())
                    .collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                self.problems.unknown_name(&written, "currency", &names);
            }
        }
    }

    fn check_value(&mut self, node: &Spanned<Node>, field: &Field, shape: Shape<'_>) {
        let text = self.value(node).scalar().unwrap_or_default();
        let in_json = shape.wire == Wire::Json;
        let what = format!("`{}`", field.wire);
        let sent = shape.message.role == Role::Request;
        let unused = |choice: &Choice| choice.unused_empty;
        if text.is_empty() && shape.message.choice_of(&field.wire).is_some_and(unused) {
            return;
        }
        if let Some(constant) = &field.constant {
            let found = self.value(node);
            if found.json() != constant.json() {
                self.wrong(node.referenced, &what, &constant.json());
            }
            return;
        }
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
            | (Kind::LenientText, Node::Text(_) | Node::Number)
            | (Kind::Bool, Node::Bool(_)) => return,
            (Kind::Flag, Node::Number) if text == "0" || text == "1" => return,
            (Kind::Flag, Node::Bool(_)) if !sent => return,
            (Kind::Flag, _) => "0 or 1",
            (
                Kind::Text | Kind::LenientText | Kind::Secret | Kind::Code { number: false, .. },
                _,
            ) => "a text; put it in quotes",
            (Kind::Bool, _) => "true or false",
            (Kind::Integer, Node::Number) if is_integer(&text) => return,
            (Kind::Integer, Node::Text(_)) if !in_json && is_integer(&text) => return,
            (Kind::Code { number: true, .. }, Node::Text(_)) if sent && in_json => "an integer",
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
                    Some(Form::DecimalNumber | Form::TrimmedNumber)
                        if !number && in_json && sent =>
                    {
                        "a number"
                    }
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
