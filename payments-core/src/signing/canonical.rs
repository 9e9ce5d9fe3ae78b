//! Canonical strings: the exact bytes that a provider signs, streamed part by part.

use std::borrow::Cow;

use crate::money::Decimal;

/// A message with a canonical string. Derive it: `#[derive(Canonical)]` with
/// `#[canonical(keys = Keys, join = "|", order("orderNo", "txStatus", "$secret"))]`.
///
/// The parts are streamed into a [`Sink`] (a hash, a MAC, or a text for people); no string is built.
pub trait Canonical {
    /// What the `$` entries of the order are read from; `()` where there are none.
    type Keys: ?Sized;

    /// The parts that are shown to nobody, people who look for a mistake included.
    const SENSITIVE: &'static [&'static str] = &[];

    /// Streams the parts in order.
    ///
    /// # Errors
    /// [`Refusal`] where a value cannot be signed unambiguously: a control byte, or one of the
    /// joining characters in an entry that is not marked `free`.
    fn stream<S: Sink>(&self, keys: &Self::Keys, sink: &mut S) -> Result<(), Refusal>;

    /// Whether the string can be read as this message only. A value that is marked `free` may hold
    /// what joins two parts, a name of the order and `=`: then the same string, and the same tag,
    /// belong to another message too. The derive writes it where parts are pairs and one is free;
    /// otherwise the refusals of [`Canonical::stream`] have seen to it.
    ///
    /// # Errors
    /// [`Refusal`] naming the field that holds them.
    fn reads_one_way(&self) -> Result<(), Refusal> {
        Ok(())
    }
}

/// What a canonical string is streamed into.
pub trait Sink {
    /// A text that is the same for every message: separators, names.
    fn literal(&mut self, text: &'static str);

    /// A value under the wire name `name`. It has passed the refusals.
    fn value(&mut self, name: &'static str, text: &str);

    /// A secret part under the credential's name.
    fn secret(&mut self, name: &'static str, bytes: &[u8]);
}

/// A value that cannot be signed unambiguously.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct Refusal {
    field: &'static str,
    problem: RefusalProblem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum RefusalProblem {
    #[error("holds a control character")]
    Control,
    #[error("holds a character that joins the parts of the signed string")]
    Joining,
    #[error("holds what joins two parts and a name: the string reads in two ways")]
    TwoReadings,
    #[error("has a fraction that its wire form cannot carry")]
    Amount,
    #[error("is missing")]
    Missing,
}

impl Refusal {
    /// The scheme needs a key that is not there.
    #[cfg(feature = "hmac")]
    pub(super) fn no_key() -> Self {
        Self {
            field: "key",
            problem: RefusalProblem::Missing,
        }
    }

    /// What is wrong with it.
    pub(crate) fn problem(&self) -> String {
        self.problem.to_string()
    }

    /// The wire name of the field at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

/// Refuses a credential that is empty: whoever leaves it out could sign as well.
///
/// # Errors
/// [`Refusal`] naming it.
#[inline(always)]
pub fn check_key<'a>(name: &'static str, bytes: &'a [u8]) -> Result<&'a [u8], Refusal> {
    if bytes.is_empty() {
        Err(Refusal {
            field: name,
            problem: RefusalProblem::Missing,
        })
    } else {
        Ok(bytes)
    }
}

/// A value that can stand in a canonical string. Floats cannot: they have no exact text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be signed",
    label = "no exact text form",
    note = "sign text, integers, booleans, `Decimal` or an open enum; give `Money` a wire form with `#[wire(\"name\", money = \"…\")]`"
)]
pub trait Part {
    /// Hands the exact text of the value to `read`, without allocating.
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R;
}

impl<T: Part + ?Sized> Part for &T {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        (**self).with_text(read)
    }
}

impl Part for str {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Part for String {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Part for Cow<'_, str> {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self)
    }
}

impl Part for bool {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(if *self { "true" } else { "false" })
    }
}

impl Part for i64 {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(crate::money::wire::Digits::signed(*self).as_str())
    }
}

impl Part for u64 {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(crate::money::wire::Digits::unsigned(*self).as_str())
    }
}

impl Part for u32 {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        u64::from(*self).with_text(read)
    }
}

impl Part for Decimal {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self.text().as_str())
    }
}

/// An absent value is signed as the empty text, unless the order entry says otherwise.
impl<T: Part> Part for Option<T> {
    #[inline(always)]
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        match self {
            Some(value) => value.with_text(read),
            None => read(""),
        }
    }
}

/// Streams one value after the refusals. Called by the code that the derive writes.
///
/// # Errors
/// [`Refusal`] for a control character, and for any byte of `joining`.
#[inline(always)]
pub fn stream_value<S: Sink>(
    sink: &mut S,
    name: &'static str,
    joining: &'static str,
    value: &(impl Part + ?Sized),
) -> Result<(), Refusal> {
    value.with_text(
        #[inline(always)]
        |text| {
            check(name, joining, text)?;
            sink.value(name, text);
            Ok(())
        },
    )
}

/// Streams an amount in its wire form. Called by the code that the derive writes.
///
/// # Errors
/// [`Refusal`] as [`stream_value`] gives it; digits hold nothing to refuse.
#[inline]
pub fn stream_money<S: Sink>(
    sink: &mut S,
    name: &'static str,
    joining: &'static str,
    form: crate::money::wire::Form,
    value: crate::money::Money,
) -> Result<(), Refusal> {
    match form.print(value) {
        Ok(text) => stream_value(sink, name, joining, text.as_str()),
        Err(_) => Err(Refusal {
            field: name,
            problem: RefusalProblem::Amount,
        }),
    }
}

/// The refusals before hashing: control characters always, joining characters unless the entry is
/// free (then `joining` is empty).
///
/// # Errors
/// [`Refusal`] naming the field.
#[inline(always)]
pub fn check(name: &'static str, joining: &'static str, text: &str) -> Result<(), Refusal> {
    if suspicious(joining.as_bytes(), text.as_bytes()) {
        check_characters(name, joining, text)
    } else {
        Ok(())
    }
}

/// Whether any byte is refused, or outside of ASCII. Eight bytes at once, the last eight
/// overlapping those before: values are short, and there are many.
#[inline(always)]
fn suspicious(joining: &[u8], bytes: &[u8]) -> bool {
    let mut found = 0;
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        found |= refused(joining, u64::from_le_bytes(*end));
        if bytes.len() > 16 {
            let (words, _) = bytes.as_chunks();
            for word in words {
                found |= refused(joining, u64::from_le_bytes(*word));
            }
        } else {
            found |= refused(joining, u64::from_le_bytes(*start));
        }
    } else if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let start = u64::from(u32::from_le_bytes(*start));
        found |= refused(joining, start << 32 | u64::from(u32::from_le_bytes(*end)));
    } else {
        for byte in bytes {
            found |= refused(joining, every(*byte));
        }
    }
    found & every(0x80) != 0
}

/// Has the top bit of a byte set where one of the eight is suspicious, or one beside it is.
#[inline(always)]
fn refused(joining: &[u8], word: u64) -> u64 {
    // Outside of ASCII the bit is set from the start. Inside, taking away the first character that
    // is not a control sets it for those before, and adding one sets it for 0x7F.
    let mut found = word | word.wrapping_sub(every(0x20)) | word.wrapping_add(every(1));
    for byte in joining {
        found |= (word ^ every(*byte)).wrapping_sub(every(1));
    }
    found
}

#[inline(always)]
fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The same for any text, exactly.
#[inline(never)]
fn check_characters(name: &'static str, joining: &str, text: &str) -> Result<(), Refusal> {
    // To the end in any case: then the compiler looks at many bytes at once.
    // C1 controls (U+0080 to U+009F) are two bytes in UTF-8; 0xC2 also begins harmless characters.
    let may_have_control = text.bytes().fold(false, |found, byte| {
        found | (byte < 0x20) | (byte == 0x7F) | (byte == 0xC2)
    });
    let problem = if may_have_control && text.chars().any(char::is_control) {
        RefusalProblem::Control
    } else if joining
        .bytes()
        .any(|j| text.bytes().fold(false, |found, byte| found | (byte == j)))
    {
        RefusalProblem::Joining
    } else {
        return Ok(());
    };
    Err(Refusal {
        field: name,
        problem,
    })
}

/// Refuses a free value that holds `joiner`, one of `names` and `=`. Called by the code that the
/// derive writes.
///
/// # Errors
/// [`Refusal`] naming the field.
#[inline]
pub fn check_names(
    name: &'static str,
    joiner: &str,
    names: &[&str],
    value: &(impl Part + ?Sized),
) -> Result<(), Refusal> {
    let begins = joiner.as_bytes().first();
    // Most values do not even hold what a joiner begins with, and that is soon seen.
    let may_hold = |text: &str| begins.is_none_or(|byte| holds_byte(*byte, text.as_bytes()));
    let two = value.with_text(|text| may_hold(text) && holds_name(joiner, names, text));
    match two {
        true => Err(Refusal {
            field: name,
            problem: RefusalProblem::TwoReadings,
        }),
        false => Ok(()),
    }
}

/// Eight bytes at once, the last eight overlapping those before.
#[inline(always)]
fn holds_byte(wanted: u8, bytes: &[u8]) -> bool {
    // Taking one away from a zero byte sets its top bit, which it did not have.
    let found = |word: &[u8; 8]| {
        let differs = u64::from_ne_bytes(*word) ^ every(wanted);
        differs.wrapping_sub(every(1)) & !differs & every(0x80)
    };
    let Some(end) = bytes.last_chunk() else {
        return bytes.contains(&wanted);
    };
    let (words, _) = bytes.as_chunks();
    words.iter().fold(found(end), |any, word| any | found(word)) != 0
}

#[inline(never)]
fn holds_name(joiner: &str, names: &[&str], text: &str) -> bool {
    let is_name = |text: &str| {
        let mut rests = names.iter().filter_map(|name| text.strip_prefix(name));
        rests.any(|rest| rest.starts_with('='))
    };
    // At every place, because joiners may overlap.
    (0..text.len()).any(|at| {
        let rest = text.get(at..).and_then(|text| text.strip_prefix(joiner));
        rest.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_after_the_joiner_is_found_wherever_it_is() {
        let check = |joiner: &str, text: &str, expect: bool| {
            let found = super::check_names("info", joiner, &["id", "info"], text);
            assert_eq!(found.is_err(), expect, "{text:?} joined by {joiner:?}");
            let absent = super::check_names("info", joiner, &["id", "info"], &None::<&str>);
            assert!(absent.is_ok());
        };
        for two in [
            "&id=",
            "x&id=1",
            "é&info=",
            "&&id=x",
            "a&b=c&id=",
            "&idid=&id=",
        ] {
            check("&", two, true);
        }
        for one in [
            "", "id=1", "&id", "x&id =1", "&i=1&d=2", "&ID=1", "&idx=1", "id=&", "& id=",
        ] {
            check("&", one, false);
        }
        for length in 0..20 {
            for at in 0..=length {
                for filler in ["a", "%", "'", "é", "\u{7f}"] {
                    let (before, after) = (filler.repeat(at), filler.repeat(length - at));
                    check("&", &format!("{before}&id={after}"), true);
                    check("&", &format!("{before}id={after}"), false);
                    assert!(super::holds_byte(
                        b'&',
                        format!("{before}&{after}").as_bytes()
                    ));
                    assert!(!super::holds_byte(
                        b'&',
                        format!("{before}{after}").as_bytes()
                    ));
                }
            }
        }
        check("&&", "&&&id=1", true);
        check("&&", "&id=1", false);
    }

    fn check(joining: &'static str, text: &str, refused: bool) {
        let found = super::check("field", joining, text);
        assert_eq!(found.is_err(), refused, "{text:?} joined by {joining:?}");
    }

    #[test]
    fn refused_characters_are_found_at_every_place() {
        let ascii = (0..0x80_u8).map(char::from);
        let beyond = ['\u{80}', '\u{9f}', '\u{a0}', 'Â', 'é', '€', '\u{1F600}'];
        for letter in ascii.chain(beyond) {
            for length in 0..30 {
                for at in 0..=length {
                    // Among nothing else that is looked at twice, and before what is.
                    for filler in ["a", "é"] {
                        let after = filler.repeat(length - at);
                        let text = format!("{}{letter}{after}", "a".repeat(at));
                        check("", &text, letter.is_control());
                        check("&=", &text, letter.is_control() || "&=".contains(letter));
                    }
                }
            }
        }
    }

    #[test]
    fn clean_values_pass_at_every_length() {
        for length in 0..70 {
            check("|", &"a".repeat(length), false);
            check("|", &"Â".repeat(length), false);
        }
    }
}
