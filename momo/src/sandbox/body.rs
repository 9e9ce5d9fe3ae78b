//! JSON objects as the sandbox reads them: every member kept, numbers by their digits.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a JSON object, in order, doubled ones included.
#[derive(Default)]
pub(super) struct Body {
    members: Vec<(String, Box<RawValue>)>,
}

impl Body {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// A name that stands twice, if there is one.
    pub(super) fn repeated(&self) -> Option<&str> {
        self.names().enumerate().find_map(|(index, name)| {
            self.names()
                .take(index)
                .any(|earlier| earlier == name)
                .then_some(name)
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_str())
    }

    /// The JSON of the first member of that name; `null` counts as absent.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The JSON of every member of that name, `null` left out.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.members
            .iter()
            .filter(move |(candidate, raw)| candidate == name && raw.get() != "null")
            .map(|(_, raw)| raw.get())
    }

    /// The text of a JSON string; `None` for anything else.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(unquote)
    }

    /// The characters of a JSON string, or the digits of a number as they stand.
    pub(super) fn scalar(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        let number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if number {
            Some(raw.to_owned())
        } else {
            unquote(raw)
        }
    }

    /// The object within.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.raw(name).and_then(|raw| Self::parse(raw.as_bytes()))
    }
}

/// The text of a JSON string.
pub(super) fn unquote(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Body;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Body { members })
            }
        }

        input.deserialize_map(Members)
    }
}

/// A whole number of dong, written in plain digits: no sign, no leading zero, no exponent.
pub(super) fn dong(text: &str) -> Option<u64> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_was_sent() {
        let body = Body::parse(br#"{"a":"x\u00e9","b":33000,"a":2,"c":null,"d":{"e":"f"}}"#);
        let body = body.unwrap();
        assert_eq!(body.repeated(), Some("a"));
        assert_eq!(body.text("a").as_deref(), Some("xé"));
        assert_eq!(body.scalar("b").as_deref(), Some("33000"));
        assert_eq!(body.text("b"), None);
        assert_eq!(body.raw("c"), None);
        let inner = body.object("d").unwrap();
        assert_eq!(inner.text("e").as_deref(), Some("f"));
        for bad in ["", "[]", "1", r#"{"a":1"#, "{'a':1}", "{}{}"] {
            assert!(Body::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn reads_plain_dong_only() {
        for (text, expect) in [("0", 0), ("33000", 33_000), ("50000000", 50_000_000)] {
            assert_eq!(dong(text), Some(expect));
        }
        for text in [
            "", "033000", "33000.0", "+33000", "-1", "3e4", " 1", "1 ", "３",
        ] {
            assert_eq!(dong(text), None, "{text}");
        }
    }
}
