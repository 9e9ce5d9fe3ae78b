//! A success read in one pass over the reply: what it looks like is known, so nothing is kept for later.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::json::{Name, Seen, strictly};

/// The message of a success that looks exactly as described: `field` is written as `value`, the
/// message is in `data`. Nothing for everything else, which has to be looked at twice to say what it
/// is.
pub(super) fn message<T: DeserializeOwned>(
    text: &str,
    (field, value): (&str, &str),
    data: &str,
) -> Option<T> {
    let success = Success {
        field,
        value,
        data,
        message: PhantomData,
    };
    let mut input = serde_json::Deserializer::from_str(text);
    let message = success.deserialize(&mut input).ok()?;
    input.end().ok()?;
    Some(message)
}

struct Success<'a, T> {
    field: &'a str,
    value: &'a str,
    data: &'a str,
    message: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Success<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<T, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Success<'_, T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a success")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut seen = Seen::default();
        let mut says = false;
        let mut message = None;
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if name.text() == self.field {
                says = map.next_value::<&RawValue>()?.get() == self.value;
            } else if name.text() == self.data {
                message = Some(map.next_value_seed(Message(PhantomData))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            seen.add(name)?;
        }
        message
            .filter(|_| says)
            .ok_or_else(|| A::Error::custom("not a success"))
    }
}

struct Message<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Message<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<T, D::Error> {
        strictly(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Order {
        id: String,
    }

    fn check(text: &str, expect: Option<&str>) {
        let found: Option<Order> = message(text, ("success", "true"), "data");
        assert_eq!(found.map(|order| order.id).as_deref(), expect, "{text}");
    }

    #[test]
    fn only_a_success_as_described_is_read() {
        check(r#"{"success":true,"data":{"id":"a"}}"#, Some("a"));
        let more = r#"{"x":[1,{}],"data":{"id":"a","y":null},"success":true,"z":1e9}"#;
        check(more, Some("a"));
        check(r#"{"succ\u0065ss":true,"data":{"id":"a"}} "#, Some("a"));
        check(r#"{"success":true,"data":{"id":"a"}}x"#, None);
        check(r#"{"success":true,"data":{"id":"a"}"#, None);
        check(r#"{"success":false,"data":{"id":"a"}}"#, None);
        check(r#"{"success":"true","data":{"id":"a"}}"#, None);
        check(r#"{"data":{"id":"a"}}"#, None);
        check(r#"{"success":true}"#, None);
        check(r#"{"success":true,"data":null}"#, None);
        check(r#"{"success":true,"data":["a"]}"#, None);
        check(r#"{"success":true,"data":{}}"#, None);
        check(r#"{"success":true,"data":{"id":1}}"#, None);
        check(r#"[true,{"id":"a"}]"#, None);
    }

    #[test]
    fn a_doubled_field_is_no_success() {
        check(r#"{"success":true,"success":true,"data":{"id":"a"}}"#, None);
        check(
            r#"{"success":true,"data":{"id":"a"},"data":{"id":"b"}}"#,
            None,
        );
        check(
            r#"{"x":1,"success":true,"data":{"id":"a"},"\u0078":2}"#,
            None,
        );
        check(r#"{"success":true,"data":{"id":"a","x":1,"x":2}}"#, None);
        // Beyond the first few too.
        let many: Vec<String> = (0..20).map(|n| format!(r#""n{n}":0"#)).collect();
        let many = many.join(",");
        check(
            &format!(r#"{{{many},"success":true,"data":{{"id":"a",{many}}}}}"#),
            Some("a"),
        );
        for n in [0, 7, 8, 19] {
            check(
                &format!(r#"{{{many},"n{n}":0,"success":true,"data":{{"id":"a"}}}}"#),
                None,
            );
            check(
                &format!(r#"{{"success":true,"data":{{"id":"a",{many},"n{n}":0}}}}"#),
                None,
            );
        }
    }
}
