//! What the request builders are made of: markers for fields given and missing, and the checks that
//! `build` makes.

use crate::error::Misuse;
use crate::money::Money;
use crate::money::wire::Form;

/// A required field that was not given yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Missing;

/// A required field that was given.
#[derive(Clone, Debug)]
pub struct Given<T>(pub T);

/// What a description allows a text to be. Lengths are counted in characters.
#[derive(Clone, Copy, Debug)]
pub struct TextRule {
    /// The shortest length.
    pub min: usize,
    /// The longest length.
    pub max: usize,
    /// The allowed characters as single ones and ranges, such as `A-Za-z0-9_-`; empty allows all
    /// but control characters.
    pub chars: &'static str,
}

/// Checks a text field.
///
/// # Errors
/// [`Misuse`] naming the field and the rule; the value is not repeated.
pub fn text(field: &'static str, value: &str, rule: TextRule) -> Result<(), Misuse> {
    let length = value.chars().count();
    if length < rule.min {
        return Err(if length == 0 {
            Misuse::new(field, "must not be empty")
        } else {
            Misuse::new(
                field,
                format!("must have at least {} characters, has {length}", rule.min),
            )
        });
    }
    if length > rule.max {
        return Err(Misuse::new(
            field,
            format!("must have at most {} characters, has {length}", rule.max),
        ));
    }
    if rule.chars.is_empty() {
        if value.chars().any(char::is_control) {
            return Err(Misuse::new(field, "must not hold control characters"));
        }
    } else if !value.chars().all(|c| allows(rule.chars, c)) {
        return Err(Misuse::new(
            field,
            format!("may hold only the characters [{}]", rule.chars),
        ));
    }
    Ok(())
}

fn allows(class: &str, wanted: char) -> bool {
    let mut rest = class.chars();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        let range_end = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) => Some(to),
            (_, _) => None,
        };
        match range_end {
            Some(to) => {
                rest = ahead;
                if (from..=to).contains(&wanted) {
                    return true;
                }
            }
            None if from == wanted => return true,
            None => {}
        }
    }
    false
}

/// Checks that the wire form of a field can carry an amount.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn money(field: &'static str, value: Money, form: Form) -> Result<(), Misuse> {
    match form.print(value) {
        Ok(_) => Ok(()),
        Err(error) => Err(Misuse::new(field, format!("cannot be written: {error}"))),
    }
}

/// Checks that an amount is more than nothing.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn positive(field: &'static str, value: Money) -> Result<(), Misuse> {
    if value.is_positive() {
        Ok(())
    } else {
        Err(Misuse::new(field, "must be greater than zero"))
    }
}

/// Checks that exactly one field of a group is given.
///
/// # Errors
/// [`Misuse`] naming the group.
pub fn exactly_one(fields: &'static str, given: &[bool]) -> Result<(), Misuse> {
    match given.iter().filter(|given| **given).count() {
        1 => Ok(()),
        0 => Err(Misuse::new(fields, "are all missing: give exactly one")),
        _ => Err(Misuse::new(fields, "exclude each other: give exactly one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER_NO: TextRule = TextRule {
        min: 1,
        max: 8,
        chars: "A-Za-z0-9_-",
    };

    fn check(value: &str, expect: Result<(), &str>) {
        let found = text("orderNo", value, ORDER_NO).map_err(|misuse| misuse.to_string());
        assert_eq!(found, expect.map_err(str::to_owned), "for {value:?}");
    }

    #[test]
    fn texts_keep_their_rule() {
        check("A-1_z", Ok(()));
        check("-", Ok(()));
        check("", Err("`orderNo` must not be empty"));
        check(
            "A|1",
            Err("`orderNo` may hold only the characters [A-Za-z0-9_-]"),
        );
        check(
            "é",
            Err("`orderNo` may hold only the characters [A-Za-z0-9_-]"),
        );
        check(
            "123456789",
            Err("`orderNo` must have at most 8 characters, has 9"),
        );
    }

    #[test]
    fn groups_take_exactly_one() {
        let found = |given: &[bool]| exactly_one("a or b", given).is_ok();
        assert!(found(&[true, false]));
        assert!(!found(&[false, false]));
        assert!(!found(&[true, true]));
    }
}
