//! What a message says under its signature, read without the code that verifies it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::layout::{Canonical, Layout, Meaning, Proof};
use super::message::{Format, Message};

/// The signed values and the tag. Two messages of one reading are one message in two spellings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reading {
    pub(super) values: Meaning,
    pub(super) tag: String,
}

/// Reads a message; nothing for what can be read in two ways, or in none.
pub(super) fn read(layout: &Layout, message: &Message) -> Option<Reading> {
    let (prefix, pairs) = fields(layout, message)?;
    let tag = match tags(layout, message, &pairs).as_slice() {
        [tag] => tag.clone(),
        _ => return None,
    };
    // Hexadecimal digits are the same in both cases.
    let tag = match layout.proof {
        Proof::Sha256Hex | Proof::HmacHex => tag.to_ascii_lowercase(),
        Proof::Sha256Base64 | Proof::Md5Base64 | Proof::Sealed => tag,
    };
    let values = match layout.canonical {
        Canonical::Letter => Meaning::default(),
        _ => layout.select(&prefix, &pairs)?,
    };
    Some(Reading { values, tag })
}

/// What stands before the fields, and all of them.
pub(super) fn fields(
    layout: &Layout,
    message: &Message,
) -> Option<(String, Vec<(String, String)>)> {
    let (prefix, fields) = match layout.prefix {
        "" => (&b""[..], &*message.text),
        _ => {
            let at = message.text.iter().position(|byte| *byte == b'?')?;
            message.text.split_at_checked(at.checked_add(1)?)?
        }
    };
    let pairs = match message.format {
        Format::Form => form(fields),
        Format::Json => json(fields),
    };
    Some((String::from_utf8(prefix.to_vec()).ok()?, pairs?))
}

/// All tags.
pub(super) fn tags(layout: &Layout, message: &Message, pairs: &[(String, String)]) -> Vec<String> {
    match layout.tag_field {
        None => {
            let tags = message.header.iter();
            tags.map(|tag| String::from_utf8_lossy(tag).into_owned())
                .collect()
        }
        Some(name) => {
            let tags = pairs.iter().filter(|(known, _)| known == name);
            tags.map(|(_, tag)| tag.clone()).collect()
        }
    }
}

fn form(text: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs = text.split(|byte| *byte == b'&');
    let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = unescaped(halves.next()?)?;
        Some((name, unescaped(halves.next().unwrap_or_default())?))
    });
    pairs.collect()
}

fn unescaped(text: &[u8]) -> Option<String> {
    let (mut out, mut bytes) = (Vec::with_capacity(text.len()), text.iter());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(*bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high << 4 | low).ok()?
            }
            other => *other,
        });
    }
    String::from_utf8(out).ok()
}

fn json(text: &[u8]) -> Option<Vec<(String, String)>> {
    let Pairs(pairs) = serde_json::from_slice(text).ok()?;
    // Nothing at all, in this format.
    let given = pairs.into_iter().filter(|(_, raw)| raw.get() != "null");
    let texts = given.map(|(name, raw)| {
        let raw = raw.get();
        let value = if raw.starts_with('"') {
            serde_json::from_str(raw).ok()?
        } else {
            raw.to_owned()
        };
        Some((name, value))
    });
    texts.collect()
}

/// All fields of an object, doubled ones too.
struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        input.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::super::schemes;
    use super::read;

    /// Which of them a verifier looks at is its own affair: nobody says the same with both.
    #[test]
    fn what_has_no_tag_or_two_says_nothing() {
        for scheme in schemes::hashed().unwrap() {
            let layout = &scheme.layout;
            for whole in layout.signed_originals() {
                assert!(read(layout, &whole.write(layout)).is_some());
                let (mut none, mut twice) = (whole.clone(), whole.clone());
                twice.header.extend(whole.header);
                let is_tag = |name: &str| layout.tag_field == Some(name);
                let tags = whole.fields.into_iter().filter(|it| is_tag(&it.name));
                twice.fields.extend(tags);
                none.header.clear();
                none.fields.retain(|field| !is_tag(&field.name));
                for other in [none, twice] {
                    assert_eq!(read(layout, &other.write(layout)), None, "{other:?}");
                }
            }
        }
    }
}
