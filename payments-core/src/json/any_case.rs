//! Structs whose fields come in any case, however deep.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Name, check_next};

/// Reads a message whose fields are found whatever the case of their ASCII letters, in it and in what
/// it holds. Two fields that differ in nothing else are refused.
///
/// # Errors
/// If it is not as its type says.
pub(crate) fn any_case<'a, T: serde::Deserialize<'a>>(
    text: &'a str,
) -> Result<T, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(AnyCase(&mut input))?;
    input.end()?;
    Ok(value)
}

/// Of a deserializer, a visitor or a seed: what is read within is read in any case.
struct AnyCase<T>(T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for AnyCase<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(AnyCase(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(AnyCase(visitor))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_seq(AnyCase(visitor))
    }

    /// Raw values come so: they are what they are.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Struct { visitor, fields })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for AnyCase<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(out)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V::Value, E> {
        self.0.visit_bool(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        self.0.visit_str(value)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.0.visit_borrowed_str(value)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<V::Value, E> {
        self.0.visit_string(value)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(AnyCase(input))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(AnyCase(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for AnyCase<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(AnyCase(seed))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for AnyCase<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(AnyCase(input))
    }
}

/// A visitor of a struct with these fields.
struct Struct<V> {
    visitor: V,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Struct<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(out)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, fields } = self;
        let known = Vec::with_capacity(8);
        visitor.visit_map(Fields { map, fields, known })
    }
}

struct Fields<'de, A> {
    map: A,
    fields: &'static [&'static str],
    known: Vec<Name<'de>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(Name(name)) = self.map.next_key::<Name<'de>>()? else {
            return Ok(None);
        };
        let mut fields = self.fields.iter();
        let field = fields.find(|field| field.eq_ignore_ascii_case(&name));
        let name = field.map_or(name, |field| Cow::Borrowed(*field));
        let folded = Name(Cow::Owned(name.to_ascii_lowercase()));
        check_next(self.known.iter(), self.known.len(), &folded)?;
        let key = seed.deserialize(CowStrDeserializer::new(Cow::Borrowed(&*name)))?;
        self.known.push(folded);
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(AnyCase(seed))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Whole {
        #[serde(rename = "firstName")]
        first_name: String,
        #[serde(rename = "Inner", default)]
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default, deserialize_with = "crate::json::lenient_integer")]
        count: Option<i64>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Inner {
        #[serde(rename = "isGood")]
        is_good: bool,
    }

    fn check(text: &str, expect: Option<(&str, Option<bool>, usize, Option<i64>)>) {
        let found = any_case::<Whole>(text);
        let found = found.as_ref().ok().map(|whole| {
            let inner = whole.inner.as_ref().map(|inner| inner.is_good);
            (
                whole.first_name.as_str(),
                inner,
                whole.list.len(),
                whole.count,
            )
        });
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn fields_are_found_however_deep() {
        check(r#"{"firstName":"a"}"#, Some(("a", None, 0, None)));
        let other = r#"{"FirstName":"a","inner":{"IsGood":true},"LIST":[{"isgood":false},{"ISGOOD":true}],"Count":"7","more":[{}]}"#;
        check(other, Some(("a", Some(true), 2, Some(7))));
        check(
            r#"{"firstname":"a","Inner":null,"COUNT":7}"#,
            Some(("a", None, 0, Some(7))),
        );
    }

    #[test]
    fn what_differs_in_case_only_is_refused() {
        check(r#"{"firstName":"a","FirstName":"a"}"#, None);
        check(r#"{"firstName":"a","x":1,"X":1}"#, None);
        check(
            r#"{"firstName":"a","inner":{"IsGood":true,"isGood":true}}"#,
            None,
        );
        check(r#"{"firstName":"a"}{}"#, None);
        check(r#"["a"]"#, None);
        check(r#"{"inner":{"IsGood":true}}"#, None);
    }
}
