//! What a description holds where its shape is free: ordered maps, and values as they are written.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// A map in the order of the file. The reader refuses a name that stands twice.
#[derive(Debug)]
pub(crate) struct Map<T>(Vec<(Spanned<String>, T)>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Map<T> {
    /// The entries in the order of the file.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Spanned<String>, &T)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The same, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&mut Spanned<String>, &mut T)> {
        self.0.iter_mut().map(|(name, value)| (name, value))
    }

    /// The entry called `name`, and where its name stands.
    pub(crate) fn get(&self, name: &str) -> Option<(&Spanned<String>, &T)> {
        self.iter().find(|(known, _)| known.value == name)
    }

    /// The names, for help texts.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name.value.as_str()).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Map<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Map<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Map(entries))
            }
        }

        input.deserialize_map(Entries(PhantomData))
    }
}

/// A value of an example or a vector.
#[derive(Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    /// A number. Its text is in the file at the node's place; nothing is read from the parsed form,
    /// because `1499.00` and `1499` are two texts.
    Number,
    Text(String),
    List(Vec<Spanned<Node>>),
    Map(Map<Spanned<Node>>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Node;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Bool(value))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Number)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Number)
            }

            fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
                Ok(Node::Number)
            }

            fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
                Ok(Node::Number)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Number)
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }

            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Map(Map(entries)))
            }
        }

        input.deserialize_any(Any)
    }
}

/// A value with its numbers as texts: what the rest of the generator works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Takes a node out of the file it was read from.
    pub(crate) fn of(node: &Spanned<Node>, text: &str) -> Self {
        match &node.value {
            Node::Null => Self::Null,
            Node::Bool(value) => Self::Bool(*value),
            Node::Number => Self::Number(slice(text, node.referenced).to_owned()),
            Node::Text(text) => Self::Text(text.clone()),
            Node::List(items) => {
                Self::List(items.iter().map(|item| Self::of(item, text)).collect())
            }
            Node::Map(map) => Self::Object(
                map.iter()
                    .map(|(name, value)| (name.value.clone(), Self::of(value, text)))
                    .collect(),
            ),
        }
    }

    /// A field of an object.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The text of a scalar, as it stands in forms and canonical strings; nothing for the rest.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(text) | Self::Text(text) => Some(text.clone()),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The value as JSON, numbers as they are written.
    pub(crate) fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) => text.clone(),
            Self::Text(text) => json_text(text),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::json).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| format!("{}:{}", json_text(name), value.json()))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }
        }
    }
}

fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other if other.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The text that stands at a place.
fn slice(text: &str, at: Location) -> &str {
    let span = at.span();
    match (span.byte_offset(), span.byte_len()) {
        (Some(from), Some(length)) => usize::try_from(from)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(from, length)| text.get(from..from.checked_add(length)?))
            .unwrap_or_default(),
        (_, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, expect: &str) {
        let node: Spanned<Node> = serde_saphyr::from_str(yaml).unwrap();
        assert_eq!(Value::of(&node, yaml).json(), expect, "{yaml}");
    }

    #[test]
    fn values_keep_their_text() {
        check("1499.00", "1499.00");
        check("\"1499.00\"", "\"1499.00\"");
        check(
            "{ é: 1.50, b: [true, null, -7] }",
            r#"{"é":1.50,"b":[true,null,-7]}"#,
        );
        check("123456789123456789123", "123456789123456789123");
        check("say \"hi\"", r#""say \"hi\"""#);
    }
}
