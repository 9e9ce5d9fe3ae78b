//! Rules that fields of a request have together: `allOf` of `if`, `then` and `else`, `dependentRequired`,
//! and what a property must not be.

use serde_saphyr::Spanned;

use super::super::load::node::{Map, Node, Value};
use super::super::load::raw;
use super::super::model::{Field, Kind, Role, Test, Together, When};
use super::Lowering;

/// What a value can be tested for, in the order of help texts.
const KEYS: [&str; 5] = ["const", "enum", "minimum", "maximum", "not"];

impl<'a> Lowering<'a> {
    pub(super) fn together(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        fields: &[Field],
    ) -> Vec<Together> {
        let mut all = self.of_properties(schema, role, fields);
        all.extend(self.dependent(schema, role, fields));
        for conditional in &schema.all_of {
            let at = conditional.condition.referenced;
            if role != Role::Request {
                self.problems.add(
                    at,
                    "a rule between fields is for what is sent",
                    "leave it out here; what the provider sends is taken as it comes",
                );
                continue;
            }
            let Some(test) = self.condition(schema, &conditional.condition.value, at, fields)
            else {
                continue;
            };
            let clauses = [(&conditional.then, false), (&conditional.otherwise, true)];
            if clauses.iter().all(|(clause, _)| clause.is_none()) {
                self.problems.add(
                    at,
                    "nothing follows from the condition",
                    "add `then:` or `else:` with `required` or `properties`",
                );
            }
            for (clause, unless) in clauses {
                if let Some(clause) = clause {
                    let test = test.clone();
                    let mut rule = self.clause(&clause.value, fields);
                    rule.when = Some(When { test, unless });
                    all.push(rule);
                }
            }
        }
        all
    }

    /// Fields that are given where another one is.
    fn dependent(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        fields: &[Field],
    ) -> Vec<Together> {
        let known = super::wire_names(fields);
        let mut all = Vec::new();
        for (name, needs) in schema.dependent_required.iter() {
            if role != Role::Request {
                let problem = "a rule between fields is for what is sent";
                self.problems
                    .add(name.referenced, problem, "leave it out here");
            }
            let needs = self.names_once(needs, "field", &known);
            if self.can_be_tested(name, fields).is_some() {
                let field = name.value.clone();
                let test = Test {
                    field,
                    ..Test::default()
                };
                let when = Some(When {
                    test,
                    unless: false,
                });
                all.push(Together {
                    when,
                    needs,
                    ..Together::default()
                });
            }
        }
        all
    }

    /// `minItems: 1`, `maxItems` and `not` beside a property.
    fn of_properties(
        &mut self,
        schema: &'a raw::Schema,
        role: Role,
        fields: &[Field],
    ) -> Vec<Together> {
        let mut rule = Together::default();
        for (name, property) in schema.properties.iter() {
            let kind = fields.iter().find(|field| field.wire == name.value);
            let kind = kind.map(|field| &field.kind);
            if let Some(least) = &property.min_items {
                let is_list = matches!(kind, Some(Kind::List(_) | Kind::Texts));
                if least.value != 1 || !is_list || role != Role::Request {
                    self.problems.add(
                        least.referenced,
                        "`minItems` says of a list that is sent that it is not empty",
                        "write `minItems: 1` there, or leave it out",
                    );
                }
                rule.needs.push(name.value.clone());
            }
            if let Some(most) = &property.max_items {
                let is_list = matches!(kind, Some(Kind::List(_) | Kind::Texts));
                if most.value == 0 || !is_list || role != Role::Request {
                    self.problems.add(
                        most.referenced,
                        "`maxItems` says of a list that is sent how long it may be",
                        "write `maxItems: 1` or more there, or leave it out",
                    );
                }
                rule.at_most.push((name.value.clone(), most.value));
            }
            if let Some(not) = &property.not {
                if role != Role::Request {
                    self.problems.add(
                        not.referenced,
                        "`not` is a rule for what is sent",
                        "leave it out here",
                    );
                }
                let mut test = Test {
                    field: name.value.clone(),
                    ..Test::default()
                };
                self.values(not, &mut test.not);
                self.can_be_tested(name, fields);
                rule.fits.push(test);
            }
        }
        let says_nothing = rule == Together::default();
        if says_nothing { Vec::new() } else { vec![rule] }
    }

    /// The one field that a condition is about, and what it is.
    fn condition(
        &mut self,
        schema: &'a raw::Schema,
        clause: &'a raw::Clause,
        at: serde_saphyr::Location,
        fields: &[Field],
    ) -> Option<Test> {
        let mut properties = clause.properties.iter();
        let (Some((name, node)), None) = (properties.next(), properties.next()) else {
            self.problems.add(
                at,
                "a condition is about one field",
                "write `if: { required: [field], properties: { field: { const: … } } }`",
            );
            return None;
        };
        let required = schema.required.iter().chain(&clause.required);
        if !required.into_iter().any(|known| known.value == name.value) {
            self.problems.add(
                name.referenced,
                format!("the condition holds where `{}` is absent too", name.value),
                format!("add `required: [{}]` to it", name.value),
            );
        }
        for known in &clause.required {
            if known.value != name.value {
                self.problems.add(
                    known.referenced,
                    "a condition is about one field",
                    "list the same field under `required` and `properties`",
                );
            }
        }
        self.test(name, node, fields)
    }

    /// What follows from a condition.
    fn clause(&mut self, clause: &'a raw::Clause, fields: &[Field]) -> Together {
        let known = super::wire_names(fields);
        let mut rule = Together {
            needs: self.names_once(&clause.required, "field", &known),
            ..Together::default()
        };
        for (name, node) in clause.properties.iter() {
            match &node.value {
                Node::Bool(false) => {
                    let name = std::slice::from_ref(name);
                    rule.lacks.extend(self.names_once(name, "field", &known));
                }
                Node::Null
                | Node::Bool(true)
                | Node::Number
                | Node::Text(_)
                | Node::List(_)
                | Node::Map(_) => rule.fits.extend(self.test(name, node, fields)),
            }
        }
        for name in clause
            .required
            .iter()
            .chain(clause.properties.iter().map(|(name, _)| name))
        {
            let field = fields.iter().find(|field| field.wire == name.value);
            let always = field.is_some_and(|field| field.required || !field.is_given());
            let is_asked = rule.needs.contains(&name.value) || rule.lacks.contains(&name.value);
            if always && is_asked {
                self.problems.add(
                    name.referenced,
                    format!("`{}` is always given", name.value),
                    "take it out of the `required` of the schema, or out of here",
                );
            }
        }
        rule
    }

    fn test(
        &mut self,
        name: &'a Spanned<String>,
        node: &'a Spanned<Node>,
        fields: &[Field],
    ) -> Option<Test> {
        self.can_be_tested(name, fields)?;
        let Node::Map(map) = &node.value else {
            self.problems.add(
                node.referenced,
                "this is no test of a value",
                format!("write a map with: {}", KEYS.join(", ")),
            );
            return None;
        };
        let mut test = Test {
            field: name.value.clone(),
            ..Test::default()
        };
        for (key, value) in map.iter() {
            match key.value.as_str() {
                "const" => test.is.extend(self.scalar(value)),
                "enum" => self.listed(value, &mut test.is),
                "minimum" => test.min = self.integer(value),
                "maximum" => test.max = self.integer(value),
                "not" => self.values(value, &mut test.not),
                _ => self.problems.unknown_name(key, "test", &KEYS),
            }
        }
        Some(test)
    }

    /// Nothing, reported, for a field that is unknown or has no one text.
    fn can_be_tested(&mut self, name: &Spanned<String>, fields: &[Field]) -> Option<()> {
        let known = super::wire_names(fields);
        let found = self.names_once(std::slice::from_ref(name), "field", &known);
        let field = fields.iter().find(|field| found.contains(&field.wire))?;
        let has_text = matches!(
            field.kind,
            Kind::Text | Kind::Bool | Kind::Integer | Kind::Code { .. }
        );
        if !has_text || !field.is_given() || field.member || field.in_path {
            self.problems.add(
                name.referenced,
                format!("`{}` cannot be tested", name.value),
                "test texts, truth values, integers and codes that are given",
            );
            return None;
        }
        Some(())
    }

    /// `{ const: a }` or `{ enum: [a, b] }`
    fn values(&mut self, node: &'a Spanned<Node>, into: &mut Vec<String>) {
        let nothing = Map::default();
        let map = match &node.value {
            Node::Map(map) => map,
            Node::Null | Node::Bool(_) | Node::Number | Node::Text(_) | Node::List(_) => &nothing,
        };
        match (map.get("const"), map.get("enum"), map.iter().count()) {
            (Some((_, value)), None, 1) => into.extend(self.scalar(value)),
            (None, Some((_, values)), 1) => self.listed(values, into),
            (_, _, _) => self.problems.add(
                node.referenced,
                "`not` is about values",
                "write `not: { const: … }` or `not: { enum: […] }`",
            ),
        }
    }

    fn listed(&mut self, node: &Spanned<Node>, into: &mut Vec<String>) {
        match &node.value {
            Node::List(values) if !values.is_empty() => {
                for value in values {
                    into.extend(self.scalar(value));
                }
            }
            Node::Null
            | Node::Bool(_)
            | Node::Number
            | Node::Text(_)
            | Node::List(_)
            | Node::Map(_) => self.problems.add(
                node.referenced,
                "this is no list of values",
                "write `enum: [a, b]`",
            ),
        }
    }

    fn scalar(&mut self, node: &Spanned<Node>) -> Option<String> {
        let text = match self.value(node) {
            Value::Null => None,
            value => value.scalar(),
        };
        if text.is_none() {
            self.problems.add(
                node.referenced,
                "this is no value that a field can have",
                "write a text, a number or a truth value",
            );
        }
        text
    }

    fn integer(&mut self, node: &Spanned<Node>) -> Option<i64> {
        let bound = self.scalar(node)?.parse().ok();
        if bound.is_none() {
            let problem = "a bound is an integer";
            self.problems
                .add(node.referenced, problem, "write `minimum: 1`");
        }
        bound
    }
}
