//! What the request builders are made of: markers for fields given and missing, and the checks that
//! `build` makes.

mod rules;

use core::ops::RangeInclusive;

use crate::clock::is_rfc3339;
use crate::error::Misuse;
use crate::link::Link;
use crate::money::wire::Form;
use crate::money::{Currency, Money};
use crate::wire::Wire;

pub use rules::{Test, When, at_most, fitting, lacking, needed};

/// A required field that was not given yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Missing;

/// A required field that was given.
#[derive(Clone, Debug)]
pub struct Given<T>(pub T);

/// A field that a request must have, where it is not given through its builder. Called by derived code.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn required<T>(field: &'static str, value: Option<T>) -> Result<T, Misuse> {
    value.ok_or_else(|| Misuse::new(field, "is missing"))
}

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
    } else if !all_of(rule.chars, value) {
        return Err(Misuse::new(
            field,
            format!("may hold only the characters [{}]", rule.chars),
        ));
    }
    Ok(())
}

/// Checks that a text is a link that nobody can listen to: https, or http on loopback.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn link(field: &'static str, value: &str) -> Result<(), Misuse> {
    let link = value.parse::<Link>();
    if link.is_ok_and(|link| link.is_private()) {
        Ok(())
    } else {
        Err(Misuse::new(field, "must be an https link"))
    }
}

/// Checks that a text is a time in UTC as RFC 3339 has it, such as `2026-11-01T12:00:00Z`: to the second at
/// least, with `Z` or an offset of nothing.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn time(field: &'static str, value: &str) -> Result<(), Misuse> {
    if is_rfc3339(value) && (value.ends_with('Z') || value.ends_with("+00:00")) {
        Ok(())
    } else {
        let problem = "must be a time in UTC as RFC 3339 has it, such as 2026-11-01T12:00:00Z";
        Err(Misuse::new(field, problem))
    }
}

/// The characters and ranges of a class; a single character is a range of one.
fn ranges(class: &str) -> impl Iterator<Item = RangeInclusive<char>> {
    let mut rest = class.chars();
    core::iter::from_fn(move || {
        let from = rest.next()?;
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) => {
                rest = ahead;
                Some(from..=to)
            }
            (_, _) => Some(from..=from),
        }
    })
}

/// Whether all characters are of the class. Those of ASCII, which most are, are looked up in a bit
/// each, so that the class is read once and not with every character.
fn all_of(class: &str, value: &str) -> bool {
    let bit = |c: char| 1_u128.checked_shl(u32::from(c));
    let mut ascii = 0;
    for range in ranges(class) {
        let (first, last) = (bit(*range.start()), bit(*range.end()));
        // All bits from the first to the last; beyond ASCII, to the end of it.
        let up_to = last.map_or(u128::MAX, |last| last | last.wrapping_sub(1));
        ascii |= first.map_or(0, |first| up_to & !first.wrapping_sub(1));
    }
    value.chars().all(|c| match bit(c) {
        Some(bit) => ascii & bit != 0,
        None => ranges(class).any(|range| range.contains(&c)),
    })
}

/// Checks that the wire form of a field can carry an amount, which is not below zero.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn money(field: &'static str, value: Money, form: Form) -> Result<(), Misuse> {
    if value.minor() < 0 {
        return Err(Misuse::new(field, "must not be below zero"));
    }
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

/// Checks that an amount is in the one currency that its field is written in.
///
/// # Errors
/// [`Misuse`] naming the field and both currencies.
pub fn only_in(field: &'static str, value: Money, code: &'static str) -> Result<(), Misuse> {
    let given = value.currency().code();
    if given == code {
        Ok(())
    } else {
        Err(Misuse::new(
            field,
            format!("is in {given}, it must be in {code}"),
        ))
    }
}

/// Checks that an integer is within its bounds.
///
/// # Errors
/// [`Misuse`] naming the field and the bound.
pub fn integer(field: &'static str, value: i64, min: i64, max: i64) -> Result<(), Misuse> {
    if value < min {
        Err(Misuse::new(field, format!("must be at least {min}")))
    } else if value > max {
        Err(Misuse::new(field, format!("must be at most {max}")))
    } else {
        Ok(())
    }
}

/// Checks that a code can be written as a number.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn number(field: &'static str, code: &str) -> Result<(), Misuse> {
    let digits = code.strip_prefix('-').unwrap_or(code);
    let plain = digits.len() == 1 || !digits.starts_with('0');
    if plain && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(())
    } else {
        Err(Misuse::new(field, "is written as a number: give digits"))
    }
}

/// A value that says which of several fields is given. Derived by `#[derive(Choice)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a choice between fields",
    note = "derive `payments_core::Choice` for the enum"
)]
pub trait Choice: Wire {
    /// Checks what was chosen.
    ///
    /// # Errors
    /// [`Misuse`] naming the field and the rule.
    fn check(&self) -> Result<(), Misuse>;
}

/// The text of the currency that all amounts beside it are in, where one of them is required.
///
/// # Errors
/// [`Misuse`] naming the field, where they are in several, or in one that the provider does not take.
pub fn currency(
    field: &'static str,
    required: Currency,
    amounts: &[Option<Currency>],
    spelling: fn(Currency) -> Option<&'static str>,
) -> Result<&'static str, Misuse> {
    if amounts.iter().flatten().any(|other| *other != required) {
        return Err(Misuse::new(field, "stands for amounts in one currency"));
    }
    spelling(required).ok_or_else(|| {
        Misuse::new(
            field,
            format!("cannot be {required}, which the provider does not take"),
        )
    })
}

/// The same as [`currency`] where no amount is required; nothing where none is given.
///
/// # Errors
/// As for [`currency`].
pub fn optional_currency(
    field: &'static str,
    amounts: &[Option<Currency>],
    spelling: fn(Currency) -> Option<&'static str>,
) -> Result<Option<&'static str>, Misuse> {
    let first = amounts.iter().flatten().next();
    first
        .map(|first| currency(field, *first, amounts, spelling))
        .transpose()
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
    fn classes_are_characters_and_ranges() {
        let check = |class: &str, allowed: &dyn Fn(char) -> bool| {
            for c in ('\0'..='\u{17F}').chain(['€', '\u{1F600}']) {
                let found = all_of(class, &format!("{c}"));
                assert_eq!(found, allowed(c), "{c:?} of [{class}]");
            }
        };
        check("A-Za-z0-9_-", &|c| {
            c.is_ascii_alphanumeric() || "_-".contains(c)
        });
        check("-+", &|c| "-+".contains(c));
        check("a", &|c| c == 'a');
        check("~-é€", &|c| ('~'..='é').contains(&c) || c == '€');
        check("à-ÿ", &|c| ('à'..='ÿ').contains(&c));
        check("\0-\u{7F}", &|c| c.is_ascii());
    }

    #[test]
    fn integers_keep_their_bounds() {
        let check = |value, expect: Option<&str>| {
            let found = integer("count", value, 2, 12).err();
            assert_eq!(found.map(|misuse| misuse.to_string()).as_deref(), expect);
        };
        check(2, None);
        check(12, None);
        check(1, Some("`count` must be at least 2"));
        check(13, Some("`count` must be at most 12"));
    }

    #[test]
    fn numbers_are_plain_digits() {
        let check = |code: &str, expect: bool| {
            assert_eq!(number("type", code).is_ok(), expect, "{code:?}");
        };
        check("0", true);
        check("-12", true);
        for not in ["", "-", "012", "1.5", "1e3", "+1", "1,\"a\":2", "٣"] {
            check(not, false);
        }
    }

    #[test]
    fn one_currency_stands_for_all_amounts() {
        let spelling = |currency| (currency == Currency::TRY).then_some("TL");
        let (lira, euro) = (Some(Currency::TRY), Some(Currency::EUR));
        let found = |amounts: &[_]| {
            let found = optional_currency("Currency", amounts, spelling);
            found.map_err(|misuse| misuse.to_string())
        };
        assert_eq!(found(&[None, lira, lira]), Ok(Some("TL")));
        assert_eq!(found(&[None]), Ok(None));
        let several = "`Currency` stands for amounts in one currency";
        assert_eq!(found(&[lira, euro]), Err(several.to_owned()));
        let other = "`Currency` cannot be EUR, which the provider does not take";
        assert_eq!(found(&[euro]), Err(other.to_owned()));
        assert_eq!(
            currency("Currency", Currency::TRY, &[lira, None], spelling).ok(),
            Some("TL")
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
