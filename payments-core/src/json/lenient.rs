//! Side notes of a reply: one that is not as described counts as absent.
//!
//! An optional field that nothing hangs on must not make a whole reply unreadable, least of all the one
//! by which a payment is confirmed. The raw body has what came. For `#[serde(deserialize_with)]`; the
//! only error is what is no JSON.

use serde::de::{DeserializeOwned, Deserializer};

use super::{code_text, integer, present, truth};
use crate::money::Decimal;

/// Reads an integer that is written as a number, whatever its notation, or as a text of digits.
///
/// # Errors
/// If it is not JSON.
pub fn lenient_integer<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    Ok(present(input)?.and_then(|raw| {
        integer::<Unread>(raw).ok().or_else(|| {
            let number = Decimal::from_json_number(raw).ok()?;
            let unit = 10_i64.checked_pow(u32::from(number.scale()))?;
            (number.mantissa().checked_rem(unit)? == 0)
                .then(|| number.mantissa().checked_div(unit))
                .flatten()
        })
    }))
}

/// Reads a text or a code that is written as a text or as a number, by its exact text.
///
/// # Errors
/// If it is not JSON.
pub fn lenient_code<'de, D, T>(input: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    let text = present(input)?.and_then(|raw| code_text::<Unread>(raw).ok());
    Ok(text.map(|text| T::from(&text)))
}

/// Reads a truth value: `true` and 1, `false` and 0, as they are or as a text in any case.
///
/// # Errors
/// If it is not JSON.
pub fn lenient_flag<'de, D: Deserializer<'de>>(input: D) -> Result<Option<bool>, D::Error> {
    Ok(present(input)?.and_then(|raw| {
        let text = code_text::<Unread>(raw);
        let text = text.map_or_else(|_| raw.into(), |text| text.trim().to_ascii_lowercase());
        truth::<Unread>(&text).ok()
    }))
}

/// Reads an exact number that is written as a number or as a text.
///
/// # Errors
/// If it is not JSON.
pub fn lenient_decimal<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Decimal>, D::Error> {
    Ok(present(input)?.and_then(|raw| {
        let text = code_text::<Unread>(raw).ok()?;
        let exact = Decimal::from_json_number(&text).ok();
        exact.or_else(|| text.trim().parse().ok())
    }))
}

/// Reads a message within the message, or a list of them.
///
/// # Errors
/// If it is not JSON.
pub fn lenient_message<'de, D, T>(input: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(present(input)?.and_then(|raw| serde_json::from_str(raw).ok()))
}

/// Why something was not read, which nobody asks.
type Unread = serde_json::Error;

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing but broken JSON is refused.
    fn read<'a, T>(
        text: &'a str,
        reader: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'a>>,
        ) -> Result<Option<T>, serde_json::Error>,
    ) -> Option<T> {
        reader(&mut serde_json::Deserializer::from_str(text)).unwrap()
    }

    const NEITHER: [&str; 5] = ["null", "[7]", "{}", r#""?""#, r#""""#];

    #[test]
    fn integers() {
        let check = |text: &str, expect: Option<i64>| {
            assert_eq!(read(text, |input| lenient_integer(input)), expect, "{text}");
        };
        check("7", Some(7));
        check(r#""-7""#, Some(-7));
        check("7.0", Some(7));
        check("7e1", Some(70));
        let more = [r#""+7""#, "7.5", "true", "9223372036854775808"];
        for other in NEITHER.into_iter().chain(more) {
            check(other, None);
        }
        assert!(lenient_integer(&mut serde_json::Deserializer::from_str("{")).is_err());
    }

    #[test]
    fn texts() {
        let check = |text: &str, expect: Option<&str>| {
            let found: Option<String> = read(text, |input| lenient_code(input));
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("554960", Some("554960"));
        check("-7.0", Some("-7.0"));
        check(r#"" 0\u0030""#, Some(" 00"));
        check(r#""""#, Some(""));
        for other in ["null", "true", "[7]", "{}"] {
            check(other, None);
        }
    }

    #[test]
    fn flags() {
        let check = |text: &str, expect: Option<bool>| {
            assert_eq!(read(text, |input| lenient_flag(input)), expect, "{text}");
        };
        for yes in ["1", "true", r#""1""#, r#""True""#, r#"" TRUE ""#] {
            check(yes, Some(true));
        }
        for no in ["0", "false", r#""0""#, r#""False""#] {
            check(no, Some(false));
        }
        for other in NEITHER.into_iter().chain(["2", "1.0"]) {
            check(other, None);
        }
    }

    #[test]
    fn messages() {
        let check = |text: &str, expect: Option<&[bool]>| {
            let found: Option<Vec<bool>> = read(text, |input| lenient_message(input));
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("[true]", Some(&[true]));
        check("[]", Some(&[]));
        for other in ["null", "[7]", "{}", r#""?""#, "[true,null]"] {
            check(other, None);
        }
    }

    #[test]
    fn decimals() {
        let check = |text: &str, expect: Option<&str>| {
            let found = read(text, |input| lenient_decimal(input));
            let found = found.map(|number| number.text().as_str().to_owned());
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("0.50", Some("0.50"));
        check("5e-1", Some("0.5"));
        check(r#""0.50""#, Some("0.50"));
        for other in NEITHER.into_iter().chain(["true", r#""0,50""#]) {
            check(other, None);
        }
    }
}
