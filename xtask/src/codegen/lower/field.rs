//! One property as a field: its type, its rule, its unit.

use serde_saphyr::{Location, Spanned};

use super::super::load::node::{Node, Value};
use super::super::load::raw;
use super::super::model::{Field, Form, Kind, Money, Role, Rule, Sensitive, Wire};
use super::names::snake_case;
use super::{Lowering, doc};

/// Words in a property's name that make a reader expect money.
const MONEY_WORDS: [&str; 4] = ["amount", "price", "fee", "balance"];

/// What surrounds a property.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) role: Role,
    pub(super) wires: &'c [Wire],
    pub(super) required: bool,
    /// One of a choice.
    pub(super) member: bool,
    pub(super) in_path: bool,
    /// Of a message that a call is answered with.
    pub(super) answer: bool,
    /// Of a message in a link.
    pub(super) linked: bool,
    /// The schema that it stands in; path parameters stand in none.
    pub(super) schema: Option<&'c raw::Schema>,
}

impl<'a> Lowering<'a> {
    pub(super) fn field(
        &mut self,
        name: &'a Spanned<String>,
        property: &'a raw::Property,
        context: Context<'_>,
    ) -> Option<Field> {
        let kind = self.kind(name, property, context)?;
        let sensitive = property.sensitive.as_ref().map(|mark| mark.value);
        let rule = self.rule(property, &kind, context);
        let constant = self.constant(name, property, &kind, context);
        let sent_empty = self.sent_empty(property, &kind, context);
        if context.in_path && kind != Kind::Text {
            self.problems.add(
                name.referenced,
                "only a text can stand in a path",
                "write `type: string`",
            );
        }
        let description = property.description.as_deref().unwrap_or_default();
        Some(Field {
            wire: name.value.clone(),
            rust: self.rust_name(name, property.title.as_ref()),
            doc: doc(description, property.evidence),
            required: context.required,
            kind,
            rule,
            sensitive,
            in_path: context.in_path,
            member: context.member,
            constant,
            sent_empty,
            currency_of: Vec::new(),
            aliases: self.aliases(property),
        })
    }

    fn kind(
        &mut self,
        name: &'a Spanned<String>,
        property: &'a raw::Property,
        context: Context<'_>,
    ) -> Option<Kind> {
        if let Some(target) = &property.reference {
            return self.referenced(target, context);
        }
        let Some(written) = &property.kind else {
            self.problems.add(
                name.referenced,
                format!("`{}` has no type", name.value),
                "add `type:` or `$ref:`",
            );
            return None;
        };
        let types = types(&written.value);
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        if types == ["array"] {
            return self.array(name, property, context);
        }
        if let Some(money) = &property.money {
            return self.money(
                &money.value,
                money.referenced,
                &types,
                written.referenced,
                context,
            );
        }
        let money_word = snake_case(&name.value)
            .split('_')
            .any(|word| MONEY_WORDS.contains(&word));
        let flag = self.is_flag(property, &types);
        if money_word && types != ["boolean"] && !flag {
            self.problems.add(
                name.referenced,
                format!("`{}` is money without a unit", name.value),
                "add `x-money: { form: …, currency: … }`; `form: unknown` where the provider does not say",
            );
            return None;
        }
        let secret = property.sensitive.as_ref().map(|mark| mark.value) == Some(Sensitive::Secret);
        match types.as_slice() {
            ["string"] if secret => Some(Kind::Secret),
            _ if secret => {
                self.problems.add(
                    written.referenced,
                    "only a text can be a secret",
                    "write `type: string`, or `x-sensitive: personal`",
                );
                None
            }
            ["string"] => Some(Kind::Text),
            ["boolean"] => Some(Kind::Bool),
            ["integer"] if flag => Some(Kind::Flag),
            ["integer"] => Some(Kind::Integer),
            ["number"] => Some(Kind::Decimal),
            ["integer", "string"] if context.role != Role::Request => Some(Kind::LenientInteger),
            ["string", "integer"] if context.role != Role::Request => Some(Kind::LenientText),
            _ => {
                self.problems.add(
                    written.referenced,
                    format!("the type [{}] is not supported here", types.join(", ")),
                    "write string, boolean, integer, number or array; [integer, string] or [string, integer] in what the provider sends; objects by $ref",
                );
                None
            }
        }
    }

    fn referenced(&mut self, target: &'a Spanned<String>, context: Context<'_>) -> Option<Kind> {
        let (name, schema) = self.schema(target)?;
        if schema.codes.is_some() {
            let number = types(&schema.kind.value)
                .iter()
                .any(|kind| kind == "integer");
            return Some(Kind::Code {
                name: name.to_owned(),
                number,
            });
        }
        self.refuse_nesting(target.referenced, context);
        Some(Kind::Object(name.to_owned()))
    }

    fn array(
        &mut self,
        name: &Spanned<String>,
        property: &'a raw::Property,
        context: Context<'_>,
    ) -> Option<Kind> {
        self.refuse_nesting(name.referenced, context);
        let items = property.items.as_ref().map(|items| &items.value);
        let target = items.and_then(|items| items.reference.as_ref());
        let kind = items.and_then(|items| items.kind.as_ref());
        match (target, kind) {
            (Some(target), None) => {
                let (name, schema) = self.schema(target)?;
                if schema.codes.is_some() {
                    self.problems.add(
                        target.referenced,
                        "a list of codes is not supported",
                        "write `items: { type: string }`",
                    );
                    return None;
                }
                Some(Kind::List(name.to_owned()))
            }
            (None, Some(kind)) if kind.value == "string" => Some(Kind::Texts),
            (_, _) => {
                self.problems.add(
                    name.referenced,
                    format!(
                        "`{}` is a list of something that is not supported",
                        name.value
                    ),
                    "write `items: { $ref: … }` or `items: { type: string }`",
                );
                None
            }
        }
    }

    fn refuse_nesting(&mut self, at: Location, context: Context<'_>) {
        let flat = context.wires.iter().any(|wire| *wire != Wire::Json);
        if flat {
            self.problems.add(
                at,
                "a message within a message has no place here",
                "nest in JSON bodies only",
            );
        }
    }

    fn money(
        &mut self,
        money: &'a raw::Money,
        at: Location,
        types: &[&str],
        types_at: Location,
        context: Context<'_>,
    ) -> Option<Kind> {
        let names: Vec<&str> = Form::NAMES.iter().map(|(name, _)| *name).collect();
        let known = Form::NAMES
            .iter()
            .find(|(name, _)| *name == money.form.value);
        let Some((_, form)) = known else {
            self.problems
                .unknown_name(&money.form, "form of money", &names);
            return None;
        };
        let currency = self.currency(&money.currency, context)?;
        let expected: &[&str] = match form {
            Some(Form::Minor | Form::Major) => &["integer"],
            Some(Form::DecimalNumber | Form::TrimmedNumber) => &["number"],
            Some(Form::Decimal | Form::Trimmed) => &["string"],
            None => &["number"],
        };
        let lenient = context.role != Role::Request
            && types
                .iter()
                .all(|kind| ["integer", "number", "string"].contains(kind));
        if types != expected && !lenient {
            self.problems.add(
                types_at,
                format!(
                    "money in the form `{}` is no {}",
                    money.form.value,
                    types.join(" or ")
                ),
                format!("write `type: {}`, or another form", expected.join(", ")),
            );
        }
        if money.positive && (form.is_none() || context.role != Role::Request) {
            self.problems.add(
                at,
                "`positive` is a rule for what is sent in a known form",
                "leave it out here",
            );
        }
        Some(Kind::Money(Money {
            form: *form,
            currency,
            positive: money.positive,
        }))
    }

    /// Whether the values are listed, which only 0 and 1 may be.
    fn is_flag(&mut self, property: &raw::Property, types: &[&str]) -> bool {
        let Some(values) = &property.values else {
            return false;
        };
        let texts: Vec<String> = values
            .value
            .iter()
            .map(|value| self.value(value).json())
            .collect();
        let flag = types == ["integer"] && texts == ["0", "1"];
        if !flag {
            self.problems.add(
                values.referenced,
                "`enum` is for flags alone",
                "write `type: integer, enum: [0, 1]`, or list the values under x-codes, each with a name and a meaning",
            );
        }
        flag
    }

    /// The one value of the property.
    fn constant(
        &mut self,
        name: &Spanned<String>,
        property: &raw::Property,
        kind: &Kind,
        context: Context<'_>,
    ) -> Option<Value> {
        let constant = property.constant.as_ref()?;
        let value = self.value(constant);
        let of_type = match (kind, &value) {
            (Kind::Text, Value::Text(_)) | (Kind::Bool, Value::Bool(_)) => true,
            (Kind::Integer, Value::Number(text)) => text.parse::<i64>().is_ok(),
            (Kind::Flag, Value::Number(text)) => text == "0" || text == "1",
            (_, _) => false,
        };
        if !of_type {
            self.problems.add(
                constant.referenced,
                format!("`{}` cannot be this", name.value),
                "write a value of its type: a text, an integer or a truth value",
            );
        }
        if context.role != Role::Request || !context.required || context.in_path {
            self.problems.add(
                constant.referenced,
                "a constant is what is always sent",
                "list the property under `required` of a request, or say in its description what comes",
            );
        }
        Some(value)
    }

    /// Whether it is sent as empty where it is not given.
    fn sent_empty(&mut self, property: &raw::Property, kind: &Kind, context: Context<'_>) -> bool {
        let Some(default) = &property.default else {
            return false;
        };
        let is_empty = matches!(&default.value, Node::Text(text) if text.is_empty());
        let optional = context.role == Role::Request && !context.required && !context.member;
        if context.linked && optional && matches!(default.value, Node::Text(_)) {
            return false;
        }
        let in_body = context.wires.iter().all(|wire| *wire != Wire::Query);
        if !is_empty || *kind != Kind::Text || !optional || !in_body {
            self.problems.add(
                default.referenced,
                "`default` is for optional texts of a body that are sent as empty",
                "write `type: string, default: \"\"`, or say in the description what is taken where it is absent",
            );
        }
        true
    }

    /// Whether it is answered with an address of the web.
    fn is_web(&mut self, property: &raw::Property, kind: &Kind, context: Context<'_>) -> bool {
        let Some(format) = &property.format else {
            return false;
        };
        let is_sent = context.role == Role::Request && !context.in_path;
        let is_ruled = is_sent || is_checked(kind, context);
        let is_known = format.value == "uri" || (is_time(property) && is_sent && !context.linked);
        if !is_known || *kind != Kind::Text || !is_ruled {
            self.problems.add(
                format.referenced,
                "a format is a rule for texts that are sent, and for required ones that a call is answered with",
                "write `type: string, format: uri` there, or `date-time` of what is sent, and leave it out elsewhere",
            );
        }
        !is_sent
    }

    fn rule(&mut self, property: &raw::Property, kind: &Kind, context: Context<'_>) -> Rule {
        let time = is_time(property);
        let mut rule = Rule {
            link: property.format.is_some()
                && context.role == Role::Request
                && !context.linked
                && !time,
            time,
            chars: None,
            min: property.min_length.as_ref().map(|bound| bound.value),
            max: property.max_length,
            least: property.minimum.as_ref().map(|bound| bound.value),
            most: property.maximum.as_ref().map(|bound| bound.value),
            web: self.is_web(property, kind, context),
        };
        if let Some(min) = &property.min_length
            && context.role != Role::Request
            && (min.value != 1 || !is_checked(kind, context))
            && (min.value != 0 || !may_be_empty(kind, context))
        {
            self.problems.add(
                min.referenced,
                "of what the provider sends, only a required text of an answer is looked at, and may one of a callback be empty",
                "write `minLength: 1` in an answer, `minLength: 0` in a callback, and leave it out elsewhere",
            );
        }
        let bounds = [&property.minimum, &property.maximum];
        for bound in bounds.into_iter().flatten() {
            if *kind != Kind::Integer || context.role != Role::Request {
                self.problems.add(
                    bound.referenced,
                    "a bound is a rule for integers that are sent",
                    "leave it out here",
                );
            }
        }
        if let (Some(least), Some(most)) = (&property.minimum, &property.maximum)
            && least.value > most.value
        {
            self.problems.add(
                least.referenced,
                format!("no integer is from {} to {}", least.value, most.value),
                "write the smaller one under `minimum`",
            );
        }
        if let Some(pattern) = &property.pattern {
            match simple_pattern(&pattern.value) {
                Some(found) => {
                    rule = Rule {
                        chars: found.chars,
                        min: found.min.max(rule.min),
                        max: found.max.or(rule.max),
                        ..rule
                    };
                }
                None => self.problems.add(
                    pattern.referenced,
                    format!("the pattern `{}` is not supported", pattern.value),
                    "write ^[class]+$, ^[class]*$ or ^[class]{m,n}$, the class without escapes",
                ),
            }
        }
        if matches!(kind, Kind::Text | Kind::Secret)
            && context.role == Role::Request
            && (context.required || context.member || property.default.is_none())
        {
            // What is not given is left out, or sent as empty by its default.
            rule.min = rule.min.or(Some(1));
        }
        rule
    }
}

/// Whether it is to be a time in UTC as RFC 3339 has it.
fn is_time(property: &raw::Property) -> bool {
    property
        .format
        .as_ref()
        .is_some_and(|format| format.value == "date-time")
}

/// Whether a call looks at it before it takes an answer for one.
fn is_checked(kind: &Kind, context: Context<'_>) -> bool {
    context.answer && context.required && matches!(kind, Kind::Text | Kind::Secret)
}

/// Whether `minLength: 0` says something: a required text of a callback holds one otherwise.
fn may_be_empty(kind: &Kind, context: Context<'_>) -> bool {
    context.role == Role::Notice && context.required && *kind == Kind::Text
}

/// The names under `type:`, one or a list.
pub(super) fn types(node: &Node) -> Vec<String> {
    match node {
        Node::Text(name) => vec![name.clone()],
        Node::List(names) => names.iter().flat_map(|name| types(&name.value)).collect(),
        Node::Null | Node::Bool(_) | Node::Number | Node::Map(_) => Vec::new(),
    }
}

/// Takes `^[class]+$`, `^[class]*$` and `^[class]{m,n}$` apart.
fn simple_pattern(pattern: &str) -> Option<Rule> {
    let inner = pattern.strip_prefix("^[")?.strip_suffix('$')?;
    let (chars, repeat) = inner.split_once(']')?;
    if chars.is_empty() || chars.starts_with('^') || chars.contains(['\\', '[']) {
        return None;
    }
    let (min, max) = match repeat {
        "+" => (1, None),
        "*" => (0, None),
        counted => {
            let counted = counted.strip_prefix('{')?.strip_suffix('}')?;
            let (min, max) = counted.split_once(',').unwrap_or((counted, counted));
            (min.parse().ok()?, Some(max.parse().ok()?))
        }
    };
    Some(Rule {
        chars: Some(chars.to_owned()),
        min: Some(min),
        max,
        ..Rule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expect: Option<(&str, usize, Option<usize>)>) {
        let found = simple_pattern(pattern);
        let expect = expect.map(|(chars, min, max)| Rule {
            chars: Some(chars.to_owned()),
            min: Some(min),
            max,
            ..Rule::default()
        });
        assert_eq!(found, expect, "{pattern}");
    }

    #[test]
    fn only_simple_patterns_are_read() {
        check("^[A-Za-z0-9_-]+$", Some(("A-Za-z0-9_-", 1, None)));
        check("^[0-9]*$", Some(("0-9", 0, None)));
        check("^[0-9]{10}$", Some(("0-9", 10, Some(10))));
        check("^[0-9]{1,20}$", Some(("0-9", 1, Some(20))));
        check("[0-9]+", None);
        check("^[^|]+$", None);
        check(r"^[\d]+$", None);
        check("^[a-z]+[0-9]*$", None);
        check("^[0-9]{1,}$", None);
    }
}
