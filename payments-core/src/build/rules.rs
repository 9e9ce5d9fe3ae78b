//! Rules that fields of a request have together: what one of them says about others.

use core::fmt;

use crate::error::Misuse;
use crate::signing::canonical::Part;

/// What the value of a field may be, by its text: one of these, none of those, and an integer within
/// bounds. What says nothing holds for every value.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    /// The values, if it is one of a few.
    pub is: &'static [&'static str],
    /// What it is not.
    pub not: &'static [&'static str],
    /// The smallest integer.
    pub min: Option<i64>,
    /// The largest integer.
    pub max: Option<i64>,
}

impl Test {
    /// Whether there is a value, and whether it is so.
    pub fn holds<T: Part + ?Sized>(&self, value: Option<&T>) -> bool {
        value.is_some_and(|value| value.with_text(|text| self.takes(text)))
    }

    fn takes(&self, text: &str) -> bool {
        let within = || {
            let number = text.parse::<i64>().ok();
            number.is_some_and(|number| {
                self.min.is_none_or(|min| min <= number) && self.max.is_none_or(|max| number <= max)
            })
        };
        let bounded = self.min.is_some() || self.max.is_some();
        (self.is.is_empty() || self.is.contains(&text))
            && !self.not.contains(&text)
            && (!bounded || within())
    }
}

/// `one of DK or FI`, `from 1000 to 1999 and not 1009 or 1010`
impl fmt::Display for Test {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.is.is_empty() {
            parts.push(self.is.join(" or "));
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) => parts.push(format!("from {min} to {max}")),
            (Some(min), None) => parts.push(format!("{min} or more")),
            (None, Some(max)) => parts.push(format!("{max} or less")),
            (None, None) => {}
        }
        if !self.not.is_empty() {
            parts.push(format!("not {}", self.not.join(" or ")));
        }
        if parts.is_empty() {
            parts.push("given".to_owned());
        }
        out.write_str(&parts.join(" and "))
    }
}

/// When a rule applies: where a field passes its test, or where it does not.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// The field that is looked at.
    pub field: &'static str,
    /// What it is looked at for.
    pub test: Test,
    /// Whether the rule applies where the test does not hold; an absent field passes none.
    pub unless: bool,
}

impl When {
    /// Whether the rule applies.
    pub fn applies<T: Part + ?Sized>(&self, value: Option<&T>) -> bool {
        self.test.holds(value) != self.unless
    }
}

/// `where `succeeded` is false`
impl fmt::Display for When {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.unless { "unless" } else { "where" };
        write!(out, "{word} `{}` is {}", self.field, self.test)
    }
}

/// Checks that a field is given.
///
/// # Errors
/// [`Misuse`] naming the field, and what asks for it.
pub fn needed(field: &'static str, given: bool, when: Option<&When>) -> Result<(), Misuse> {
    if given {
        return Ok(());
    }
    Err(told(field, "is needed", when))
}

/// Checks that a field is not given.
///
/// # Errors
/// [`Misuse`] naming the field, and what forbids it.
pub fn lacking(field: &'static str, given: bool, when: Option<&When>) -> Result<(), Misuse> {
    if !given {
        return Ok(());
    }
    Err(told(field, "must be left out", when))
}

/// Checks that a field, where it is given, passes a test.
///
/// # Errors
/// [`Misuse`] naming the field, and what it must be.
pub fn fitting<T: Part + ?Sized>(
    field: &'static str,
    value: Option<&T>,
    test: &Test,
    when: Option<&When>,
) -> Result<(), Misuse> {
    if value.is_none() || test.holds(value) {
        return Ok(());
    }
    let problem = match test.is.is_empty() && test.min.is_none() && test.max.is_none() {
        true => format!("must not be {}", test.not.join(" or ")),
        false => format!("must be {test}"),
    };
    Err(told(field, &problem, when))
}

/// Checks that a list is not too long.
///
/// # Errors
/// [`Misuse`] naming the field, how many entries it has, and how many it may have.
pub fn at_most(
    field: &'static str,
    entries: usize,
    most: usize,
    when: Option<&When>,
) -> Result<(), Misuse> {
    if entries <= most {
        return Ok(());
    }
    let problem = format!("has {entries} entries, and may have at most {most}");
    Err(told(field, &problem, when))
}

fn told(field: &'static str, problem: &str, when: Option<&When>) -> Misuse {
    let when = when.map(|when| format!(" {when}")).unwrap_or_default();
    Misuse::new(field, format!("{problem}{when}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Test = Test {
        is: &[],
        not: &[],
        min: None,
        max: None,
    };

    #[test]
    fn a_test_looks_at_the_text() {
        let check = |test: Test, text: &str, expect: bool| {
            assert_eq!(test.holds(Some(text)), expect, "{test}: {text}");
            assert!(!test.holds(None::<&str>));
        };
        check(ANY, "x", true);
        let range = Test {
            not: &["1009", "1010"],
            min: Some(1000),
            max: Some(1999),
            ..ANY
        };
        assert_eq!(range.to_string(), "from 1000 to 1999 and not 1009 or 1010");
        for (text, expect) in [
            ("1000", true),
            ("1999", true),
            ("1009", false),
            ("2000", false),
            ("999", false),
            ("x", false),
        ] {
            check(range, text, expect);
        }
        let few = Test {
            is: &["DK", "FI"],
            ..ANY
        };
        assert_eq!(few.to_string(), "DK or FI");
        check(few, "FI", true);
        check(few, "fi", false);
        assert!(
            Test {
                is: &["false"],
                ..ANY
            }
            .holds(Some(&false))
        );
        assert!(
            Test {
                min: Some(2),
                ..ANY
            }
            .holds(Some(&2_i64))
        );
        assert!(
            !Test {
                max: Some(1),
                ..ANY
            }
            .holds(Some(&2_i64))
        );
    }

    #[test]
    fn what_is_wrong_says_where_it_applies() {
        let when = When {
            field: "succeeded",
            test: Test {
                is: &["false"],
                ..ANY
            },
            unless: false,
        };
        assert!(when.applies(Some(&false)) && !when.applies(Some(&true)));
        assert!(!when.applies(None::<&bool>));
        let unless = When {
            unless: true,
            ..when
        };
        assert!(!unless.applies(Some(&false)) && unless.applies(None::<&bool>));
        let said = |result: Result<(), Misuse>| result.err().map(|misuse| misuse.to_string());
        let check = |found, expect: &str| assert_eq!(said(found).as_deref(), Some(expect));
        check(
            needed("reasonCode", false, Some(&when)),
            "`reasonCode` is needed where `succeeded` is false",
        );
        check(needed("cards", false, None), "`cards` is needed");
        check(
            lacking("url", true, Some(&unless)),
            "`url` must be left out unless `succeeded` is false",
        );
        let test = Test {
            min: Some(1),
            max: Some(5),
            ..ANY
        };
        check(
            fitting("code", Some("6"), &test, Some(&when)),
            "`code` must be from 1 to 5 where `succeeded` is false",
        );
        let not = Test {
            not: &["XX", "YY"],
            ..ANY
        };
        check(
            fitting("code", Some("XX"), &not, None),
            "`code` must not be XX or YY",
        );
        check(
            at_most("items", 51, 50, None),
            "`items` has 51 entries, and may have at most 50",
        );
        let fine = [
            at_most("items", 0, 50, None),
            at_most("items", 50, 50, Some(&when)),
            needed("a", true, None),
            lacking("a", false, None),
            fitting("a", Some("5"), &test, None),
            fitting("a", None::<&str>, &test, None),
        ];
        assert!(fine.into_iter().all(|result| result.is_ok()));
    }
}
