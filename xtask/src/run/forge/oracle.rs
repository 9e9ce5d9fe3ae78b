//! What a message says under its signature, read without the code that verifies it.
//!
//! An accepted forgery whose reading is that of the original is none.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::layout::{Layout, Place, Proof};
use super::message::{Format, Message};

/// The signed fields by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning(pub(super) Vec<(String, String)>);

/// The signed fields and the tag; nothing for what can be read in two ways, or in none.
pub(super) fn read(layout: &Layout, message: &Message) -> Option<(Meaning, String)> {
    let (prefix, body) = match layout.prefix {
        "" => (&b""[..], &*message.text),
        _ => {
            let at = message.text.iter().position(|byte| *byte == b'?')?;
            message.text.split_at_checked(at.checked_add(1)?)?
        }
    };
    let pairs = match message.format {
        Format::Form => form(body)?,
        Format::Json => json(body)?,
    };
    let mut values = layout.select(&pairs)?;
    // A path is signed, a link's scheme is not.
    if matches!(layout.canonical, super::layout::Canonical::SecretFirst) {
        let prefix = String::from_utf8(prefix.to_vec()).ok()?;
        values.push(("path".to_owned(), prefix));
    }
    let mut tags = match layout.place {
        Place::Header => message.header.clone(),
        Place::Field(name) => {
            let tags = pairs.iter().filter(|(known, _)| known == name);
            tags.map(|(_, tag)| tag.clone().into_bytes()).collect()
        }
    };
    let tag = String::from_utf8(tags.pop()?).ok()?;
    let hex = matches!(layout.proof, Proof::Sha256Hex | Proof::HmacHex);
    let tag = if hex { tag.to_ascii_lowercase() } else { tag };
    tags.is_empty().then_some((Meaning(values), tag))
}

/// Whether it says what the original says.
pub(super) fn same(layout: &Layout, original: &(Meaning, String), message: &Message) -> bool {
    read(layout, message).as_ref() == Some(original)
}

fn form(text: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = unescaped(halves.next()?)?;
            Some((name, unescaped(halves.next().unwrap_or_default())?))
        })
        .collect()
}

fn unescaped(text: &[u8]) -> Option<String> {
    let (mut out, mut bytes) = (Vec::with_capacity(text.len()), text.iter());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [*bytes.next()?, *bytes.next()?];
                let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => *other,
        });
    }
    String::from_utf8(out).ok()
}

fn json(text: &[u8]) -> Option<Vec<(String, String)>> {
    let Pairs(pairs) = serde_json::from_slice(text).ok()?;
    let texts = pairs.into_iter().filter(|(_, raw)| raw.get() != "null");
    texts
        .map(|(name, raw)| {
            let raw = raw.get();
            let value = if raw.starts_with('"') {
                serde_json::from_str(raw).ok()?
            } else {
                raw.to_owned()
            };
            Some((name, value))
        })
        .collect()
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
