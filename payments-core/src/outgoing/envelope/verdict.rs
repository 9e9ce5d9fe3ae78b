//! What an object says of success, and why it says no.

use std::borrow::Cow;
use std::mem::discriminant;

use crate::error::{Meaning, Refused};
use crate::exchange::Response;
use crate::json::{Object, is_number};
use crate::outgoing::call::Fault;

/// Where an object says success, code and text.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// The field that says success.
    pub field: &'static str,
    /// Its value then.
    pub success: Success,
    /// The field of the code.
    pub code: Option<&'static str>,
    /// The fields of the text for people: the first that holds one.
    pub message: &'static [&'static str],
    /// What a code means; a missing one is asked for as the empty text.
    pub meaning: fn(&str) -> Meaning,
}

/// Which values say success, as JSON text: texts, integers or truth values. Texts are compared
/// without the space around them and without the case of ASCII letters.
#[derive(Clone, Copy, Debug)]
pub enum Success {
    /// This one alone.
    Equals(&'static str),
    /// Every one of the same kind but these.
    Except(&'static [&'static str]),
}

impl Verdict {
    /// Nothing for a success.
    pub(super) fn check(&self, object: &Object<'_>, response: &Response) -> Result<(), Fault> {
        if self.says_success(object)? {
            return Ok(());
        }
        Err(refused(
            object,
            self.code,
            self.message,
            self.meaning,
            response,
        ))
    }

    /// Whether the code of an answer means that what was asked about failed.
    pub(super) fn says_failed(&self, object: &Object<'_>) -> bool {
        let code = self.code.and_then(|name| text_of(object, name));
        let meaning = (self.meaning)(code.as_deref().unwrap_or_default().trim());
        matches!(self.success, Success::Except(_)) && meaning == Meaning::Declined
    }

    /// Compares values, not spellings, and reads nothing out of a value of another kind: a `"true"`
    /// in place of `true` is neither success nor refusal.
    fn says_success(&self, object: &Object<'_>) -> Result<bool, Fault> {
        let field = self.field;
        let found = object.get(field).ok_or_else(|| missing(field))?.get();
        let (listed, says) = match &self.success {
            Success::Equals(value) if found == *value => return Ok(true),
            Success::Equals(value) => (std::slice::from_ref(value), true),
            Success::Except(values) => (*values, false),
        };
        let of_another_kind = || Fault::unreadable(format!("`{field}` is of another kind"));
        let found = Scalar::read(found).ok_or_else(of_another_kind)?;
        let mut is_listed = false;
        for value in listed {
            let value = Scalar::read(value).ok_or_else(of_another_kind)?;
            let found = found.like(&value).ok_or_else(of_another_kind)?;
            is_listed |= *found == value;
        }
        // Nothing is not "another value than those".
        if !says && matches!(&found, Scalar::Text(text) if text.is_empty()) {
            return Err(Fault::unreadable(format!("`{field}` is empty")));
        }
        Ok(is_listed == says)
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Scalar {
    /// Without the space around it, in lower case.
    Text(String),
    Integer(i64),
    Truth(bool),
}

impl Scalar {
    fn read(raw: &str) -> Option<Self> {
        match raw {
            "true" => Some(Self::Truth(true)),
            "false" => Some(Self::Truth(false)),
            _ if is_number(raw) => raw.parse().ok().map(Self::Integer),
            _ => {
                let text: String = serde_json::from_str(raw).ok()?;
                Some(Self::Text(text.trim().to_ascii_lowercase()))
            }
        }
    }

    /// The same value, if it is of the kind of `other`. Where that is an integer, its digits may
    /// come as text, as some providers write all numbers.
    fn like(&self, other: &Self) -> Option<Cow<'_, Self>> {
        match (self, other) {
            (Self::Text(text), Self::Integer(_)) => {
                let value: i64 = text.parse().ok()?;
                (value.to_string() == *text).then_some(Cow::Owned(Self::Integer(value)))
            }
            _ if discriminant(self) == discriminant(other) => Some(Cow::Borrowed(self)),
            _ => None,
        }
    }
}

/// The refusal that an object tells.
pub(super) fn refused(
    whole: &Object<'_>,
    code: Option<&str>,
    message: &[&str],
    meaning: fn(&str) -> Meaning,
    response: &Response,
) -> Fault {
    let code = code
        .and_then(|name| text_of(whole, name))
        .map(|code| code.trim().to_owned())
        .filter(|code| !code.is_empty());
    let meaning = meaning(code.as_deref().unwrap_or_default());
    let text = message
        .iter()
        .filter_map(|name| text_of(whole, name))
        .find(|text| !text.trim().is_empty());
    Fault::Refused(Box::new(Refused::new(
        code,
        text,
        meaning,
        response.clone(),
    )))
}

pub(super) fn missing(field: &str) -> Fault {
    Fault::unreadable(format!("`{field}` is missing"))
}

/// A text or a number as text; nothing else.
fn text_of(object: &Object<'_>, name: &str) -> Option<String> {
    let raw = object.get(name)?.get();
    if is_number(raw) {
        Some(raw.to_owned())
    } else {
        serde_json::from_str(raw).ok()
    }
}
