//! Whether the rules that fields have together speak of fields that there are, and that can follow them.

use syn::LitStr;

use super::unknown_field;
use crate::ast::{Field, Kind, Message, Presence};
use crate::attr::{Errors, Rule, Test};

/// A rule with its fields.
pub(crate) struct Between<'a> {
    pub(crate) when: Option<(&'a Field, &'a Test, bool)>,
    pub(crate) needs: Vec<&'a Field>,
    pub(crate) lacks: Vec<&'a Field>,
    pub(crate) fits: Vec<(&'a Field, &'a Test)>,
    pub(crate) at_most: Vec<(&'a Field, usize)>,
}

pub(crate) fn between<'a>(
    message: &'a Message,
    rules: &'a [Rule],
    errors: &mut Errors,
) -> Vec<Between<'a>> {
    let rules = rules.iter().map(|rule| Between {
        when: rule
            .when
            .as_ref()
            .and_then(|(test, unless)| Some((looked_at(message, test, errors)?, test, *unless))),
        needs: perhaps_absent(message, &rule.needs, errors),
        lacks: perhaps_absent(message, &rule.lacks, errors),
        fits: rule
            .fits
            .iter()
            .filter_map(|test| Some((looked_at(message, test, errors)?, test)))
            .collect(),
        at_most: rule
            .at_most
            .iter()
            .filter_map(|(name, most)| Some((list(message, name, errors)?, *most)))
            .collect(),
    });
    rules.collect()
}

/// The field whose value is looked at.
fn looked_at<'a>(message: &'a Message, test: &Test, errors: &mut Errors) -> Option<&'a Field> {
    let name = &test.field;
    let Some(field) = message.by_wire_name(&name.value()) else {
        unknown_field(name, message, errors);
        return None;
    };
    let has_text = matches!(field.kind, Kind::Text | Kind::Plain | Kind::Other);
    if !has_text || field.presence == Presence::Made || field.choice {
        let message = format!(
            "`{}` cannot be looked at: a rule takes texts, truth values, integers and codes that are given",
            name.value()
        );
        errors.at(name.span(), message);
        return None;
    }
    Some(field)
}

/// The list whose entries are counted.
fn list<'a>(message: &'a Message, name: &LitStr, errors: &mut Errors) -> Option<&'a Field> {
    let Some(field) = message.by_wire_name(&name.value()) else {
        unknown_field(name, message, errors);
        return None;
    };
    if field.presence != Presence::List {
        let message = format!("`{}` is no list: `at_most` counts entries", name.value());
        errors.at(name.span(), message);
        return None;
    }
    Some(field)
}

/// Fields that a rule can ask for or forbid.
fn perhaps_absent<'a>(
    message: &'a Message,
    names: &[LitStr],
    errors: &mut Errors,
) -> Vec<&'a Field> {
    let mut found = Vec::new();
    for name in names {
        match message.by_wire_name(&name.value()) {
            None => unknown_field(name, message, errors),
            Some(field) if field.is_optional() || field.presence == Presence::List => {
                found.push(field);
            }
            Some(_) => errors.at(
                name.span(),
                format!(
                    "`{}` is always given: a rule is about an `Option` or a list",
                    name.value()
                ),
            ),
        }
    }
    found
}
