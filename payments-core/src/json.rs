//! JSON objects read once, strictly: no field twice, values kept as their text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// No message of a payment provider is near this; the search for doubled fields is quadratic.
const MAX_FIELDS: usize = 256;

/// The fields of a JSON object in their order, values unparsed.
#[derive(Debug)]
pub struct Object<'a> {
    fields: Vec<(String, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// Reads the object.
    ///
    /// # Errors
    /// If the bytes are not one JSON object, or if a field stands in it twice.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The value of a field, as JSON text. A field that is `null` counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
            .filter(|value| value.get() != "null")
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut fields: Vec<(String, &'de RawValue)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if fields.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom("a field stands twice"));
                    }
                    if fields.len() >= MAX_FIELDS {
                        return Err(serde::de::Error::custom("too many fields"));
                    }
                    fields.push((name, value));
                }
                Ok(Object { fields })
            }
        }

        input.deserialize_map(Fields)
    }
}

/// Reads an integer that is written as a number or as a text of digits; `null` is absent. For
/// `#[serde(deserialize_with)]`.
///
/// # Errors
/// If it is neither, has a fraction or an exponent, or does not fit 64 bits.
pub fn lenient_integer<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    let raw = <&RawValue>::deserialize(input)?.get();
    if raw == "null" {
        return Ok(None);
    }
    let digits = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(raw);
    digits
        .parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom("not an integer"))
}
