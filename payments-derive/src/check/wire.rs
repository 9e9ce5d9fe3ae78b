//! What an attribute says of one field: its bounds, its characters, its form, its currency.

use std::collections::BTreeSet;

use super::{FORMS, alternatives, form, known, quoted, unknown_field, unreported_float};
use crate::ast::{Choice, Field, Kind, Message, Presence};
use crate::attr::{Errors, Wire};

/// Checks the members of a choice.
pub(crate) fn choice(choice: &Choice, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    let mut nothing = false;
    for member in &choice.members {
        let at = member.variant.span();
        let Some(field) = &member.content else {
            if nothing {
                errors.at(at, "one variant at most stands for none of the members");
            }
            nothing = true;
            continue;
        };
        if let Some(float) = unreported_float(field) {
            errors.at(
                float.span(),
                "a float has no exact text: use `Decimal`, or `Money` with a wire form",
            );
        }
        match &field.wire {
            Some(wire) => {
                if !seen.insert(wire.name.value()) {
                    errors.at(
                        wire.name.span(),
                        format!(
                            "another member has the wire name `{}` already",
                            wire.name.value()
                        ),
                    );
                }
                value_rules(field, wire, errors);
                let keys = [
                    wire.path.as_ref(),
                    wire.always.as_ref().map(|always| &always.key),
                    wire.currency_of.as_ref().map(|amounts| &amounts.key),
                    wire.spelling.as_ref().map(|spelling| &spelling.key),
                ];
                for key in keys.into_iter().flatten() {
                    errors.at(key.span(), format!("`{key}` has no place in a choice"));
                }
            }
            None if field.is_unreadable() => {}
            None => errors.at(
                at,
                format!(
                    "`{}` has no wire name: write `#[wire(\"…\")]` above it",
                    member.variant
                ),
            ),
        }
    }
    if choice.members.len() < 2 {
        errors.at(
            choice.name.span(),
            "a choice is between at least two variants",
        );
    }
}

/// Checks the `#[wire]` attributes for themselves.
pub(super) fn fields(message: &Message, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for field in &message.fields {
        let Some(wire) = &field.wire else {
            continue;
        };
        if !seen.insert(wire.name.value()) {
            errors.at(
                wire.name.span(),
                format!(
                    "another field has the wire name `{}` already",
                    wire.name.value()
                ),
            );
        }
        value_rules(field, wire, errors);
        path_rule(field, wire, errors);
        currency_rule(message, field, wire, errors);
    }
}

/// What an attribute says of the value itself, in a struct or in a choice.
pub(crate) fn value_rules(field: &Field, wire: &Wire, errors: &mut Errors) {
    bound_rule(field, wire, errors);
    money_rule(field, wire, errors);
    if let Some(key) = &wire.flag
        && !field.is_of_type("bool")
    {
        errors.at(
            key.span(),
            "`flag` goes with `bool`: it is written as 0 or 1",
        );
    }
    if let Some(key) = &wire.link
        && field.kind != Kind::Text
    {
        errors.at(
            key.span(),
            "`link` goes with text: `String`, or an `Option` of it",
        );
    }
    if let Some(key) = &wire.time
        && field.kind != Kind::Text
    {
        errors.at(
            key.span(),
            "`time` goes with text: `String`, or an `Option` of it",
        );
    }
    if let Some(key) = &wire.number
        && field.kind != Kind::Other
    {
        errors.at(
            key.span(),
            "`number` goes with an open enum of codes; integers are numbers anyhow",
        );
    }
}

/// The amounts that a currency is taken from, and the function that spells it.
fn currency_rule(message: &Message, field: &Field, wire: &Wire, errors: &mut Errors) {
    let (Some(amounts), Some(_)) = (&wire.currency_of, &wire.spelling) else {
        let key = match (&wire.currency_of, &wire.spelling) {
            (Some(amounts), _) => &amounts.key,
            (_, Some(spelling)) => &spelling.key,
            (None, None) => return,
        };
        errors.at(
            key.span(),
            "write both: `currency_of(\"amount\"), spelling = currency_text`",
        );
        return;
    };
    if wire.always.is_some() {
        errors.at(
            amounts.key.span(),
            "either a constant or the currency of an amount",
        );
    }
    if amounts.value.is_empty() {
        errors.at(amounts.key.span(), "write the wire name of an amount");
    }
    for name in &amounts.value {
        match message.by_wire_name(&name.value()) {
            Some(amount) if amount.kind == Kind::Money && amount.name != field.name => {}
            Some(_) => errors.at(
                name.span(),
                format!("`{}` is no amount: it has no currency", name.value()),
            ),
            None => unknown_field(name, message, errors),
        }
    }
}

fn bound_rule(field: &Field, wire: &Wire, errors: &mut Errors) {
    let is_text = matches!(field.kind, Kind::Text | Kind::Secret);
    let is_integer = field.is_of_type("i64");
    for bound in [&wire.min, &wire.max].into_iter().flatten() {
        let key = &bound.key;
        if !is_text && !is_integer {
            errors.at(
                key.span(),
                format!(
                    "`{key}` goes with text or `i64`: `String`, `Secret<String>`, or an `Option` of them"
                ),
            );
        } else if is_text && bound.value < 0 {
            errors.at(key.span(), "a length is not less than nothing");
        }
    }
    if let Some(chars) = &wire.chars
        && !is_text
    {
        errors.at(
            chars.key.span(),
            "`chars` goes with text: `String`, `Secret<String>`, or an `Option` of them",
        );
    }
    if let (Some(min), Some(max)) = (&wire.min, &wire.max)
        && min.value > max.value
    {
        errors.at(
            min.key.span(),
            format!(
                "nothing fits: `min = {}` is more than `max = {}`",
                min.value, max.value
            ),
        );
    }
    if let Some(chars) = &wire.chars
        && let Err(problem) = class(&chars.value.value())
    {
        errors.at(chars.value.span(), problem);
    }
}

/// Checks a class of characters as `payments_core::build::text` reads it.
fn class(class: &str) -> Result<(), String> {
    if class.is_empty() {
        return Err("no character is allowed: leave `chars` out to allow all".to_owned());
    }
    if class.starts_with('[') && class.ends_with(']') {
        return Err("write the class without its brackets, as in `A-Za-z0-9_-`".to_owned());
    }
    if class.starts_with('^') && class.len() > 1 {
        return Err(
            "a class cannot be negated: write what is allowed, `^` itself not first".to_owned(),
        );
    }
    let mut rest = class.chars();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        let next = ahead.next();
        if let ('\\', Some(escaped)) = (from, next) {
            return Err(format!(
                "there is no `\\{escaped}`: write single characters and ranges, as in \
                 `A-Za-z0-9_-`; a backslash itself stands last"
            ));
        }
        if let (Some('-'), Some(to)) = (next, ahead.next()) {
            if from > to {
                return Err(format!("the range `{from}-{to}` is the wrong way round"));
            }
            rest = ahead;
        }
    }
    Ok(())
}

fn money_rule(field: &Field, wire: &Wire, errors: &mut Errors) {
    if let (Some(float), Some(_)) = (field.float(), &wire.money) {
        errors.at(float.span(), "an amount is never a float: use `Money`");
    }
    let names = FORMS.map(|(name, _)| name);
    let is_money = field.kind == Kind::Money;
    let keys = [
        wire.money.as_ref().map(|money| &money.key),
        wire.positive.as_ref(),
        wire.only.as_ref().map(|only| &only.key),
    ];
    for key in keys.into_iter().flatten() {
        if !is_money && field.kind != Kind::Float {
            errors.at(
                key.span(),
                format!("`{key}` goes with `Money` or `Option<Money>`"),
            );
        }
    }
    match &wire.money {
        Some(money) if form(field).is_none() => {
            let value = money.value.value();
            errors.at(
                money.value.span(),
                format!("there is no wire form `{value}`{}", known(&value, &names)),
            );
        }
        None if is_money => {
            errors.at(
                wire.name.span(),
                format!(
                    "say how the amount is written: `#[wire(\"{}\", money = \"…\")]` with {}",
                    wire.name.value(),
                    alternatives(&quoted(&names))
                ),
            );
        }
        Some(_) | None => {}
    }
}

fn path_rule(field: &Field, wire: &Wire, errors: &mut Errors) {
    let is_given_text = field.kind == Kind::Text && field.presence == Presence::Required;
    if let Some(key) = &wire.path
        && !is_given_text
    {
        errors.at(
            key.span(),
            "`path` goes with a plain `String`: a path takes no secret, and has no place for what is absent",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_core() {
        let check = |text: &str, holds: bool| assert_eq!(class(text).is_ok(), holds, "{text}");
        check("A-Za-z0-9_-", true);
        check("-", true);
        check("a-", true);
        check("^", true);
        check("ab\\", true);
        check("", false);
        check("z-a", false);
        check("[a-z]", false);
        check("^a-z", false);
        check("\\d", false);
    }
}
