//! JSON objects read once, strictly: no field twice, values kept as their text.

mod any_case;
mod lenient;
mod request;

use std::borrow::Cow;
use std::fmt;

use serde::de::value::CowStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::money::wire::Form;
use crate::money::{Currency, Decimal, Money};
use crate::signing::canonical::Part;

pub(crate) use any_case::any_case;
pub use lenient::{lenient_code, lenient_decimal, lenient_flag, lenient_integer, lenient_message};
pub use request::{FromJson, Reading};

/// No message of a payment provider is near this; the search for doubled fields is quadratic.
const MAX_FIELDS: usize = 256;

/// The fields of a JSON object in their order, values unparsed.
#[derive(Debug)]
pub struct Object<'a> {
    fields: Vec<(Name<'a>, &'a RawValue)>,
    any_case: bool,
    refuses_others: bool,
}

/// Borrowed unless it is written with escapes.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Name<'_> {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl<'a> Object<'a> {
    /// Reads the object.
    ///
    /// # Errors
    /// If the bytes are not one JSON object, or if a field stands in it twice.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        match std::str::from_utf8(bytes) {
            // Then it is checked once, and not again with every value.
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(bytes),
        }
    }

    /// The same object, whose fields are found whatever the case of their ASCII letters.
    ///
    /// # Errors
    /// If two names differ in nothing else.
    pub fn in_any_case(mut self) -> Result<Self, serde_json::Error> {
        let names = self.fields.iter().map(|(name, _)| &*name.0);
        if differ_in_case_only(names) {
            return Err(Error::custom("two fields differ in case only"));
        }
        self.any_case = true;
        Ok(self)
    }

    /// The value of a field, as JSON text. A field that is `null` counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.fields
            .iter()
            .find(|(known, _)| is_named(&known.0, name, self.any_case))
            .map(|(_, value)| *value)
            .filter(|value| value.get() != "null")
    }

    /// The digits of a field that is a text or an integer and nothing else: no sign, fraction,
    /// exponent, blank or escape. The slice is one of what was read, so that nothing is copied that
    /// would have to be wiped.
    #[must_use]
    pub fn digits(&self, name: &str) -> Option<&'a str> {
        let raw = self.get(name)?.get();
        let text = raw.strip_prefix('"');
        let digits = text.and_then(|text| text.strip_suffix('"')).unwrap_or(raw);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        (plain && !digits.is_empty()).then_some(digits)
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.fields.iter().map(|(name, value)| (&*name.0, *value))
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
                let mut fields: Vec<(Name<'de>, &'de RawValue)> = Vec::with_capacity(8);
                while let Some((name, value)) = map.next_entry::<Name<'de>, &RawValue>()? {
                    check_next(fields.iter().map(|(known, _)| known), fields.len(), &name)?;
                    fields.push((name, value));
                }
                Ok(Object {
                    fields,
                    any_case: false,
                    refuses_others: false,
                })
            }
        }

        input.deserialize_map(Fields)
    }
}

/// Whether a field is the one that is looked for.
pub(crate) fn is_named(known: &str, name: &str, any_case: bool) -> bool {
    known == name || any_case && known.eq_ignore_ascii_case(name)
}

/// Whether two of the names differ in the case of ASCII letters and in nothing else.
pub(crate) fn differ_in_case_only<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut seen = std::collections::HashSet::new();
    names
        .map(str::to_ascii_lowercase)
        .any(|name| !seen.insert(name))
}

/// Whether a field may follow those before it.
fn check_next<'a, E: Error>(
    mut known: impl Iterator<Item = &'a Name<'a>>,
    count: usize,
    name: &Name<'_>,
) -> Result<(), E> {
    if count >= MAX_FIELDS {
        return Err(E::custom("too many fields"));
    }
    if known.any(|known| known.0 == name.0) {
        return Err(E::custom("a field stands twice"));
    }
    Ok(())
}

/// The names of an object so far. The first few have their place here: most objects have no more.
#[derive(Default)]
pub(crate) struct Seen<'a> {
    few: [Name<'a>; 8],
    more: Vec<Name<'a>>,
    count: usize,
}

impl<'a> Seen<'a> {
    /// # Errors
    /// If the name stands there, or if there are too many.
    pub(crate) fn add<E: Error>(&mut self, name: Name<'a>) -> Result<(), E> {
        let few = self.few.iter().take(self.count);
        check_next(few.chain(&self.more), self.count, &name)?;
        match self.few.get_mut(self.count) {
            Some(place) => *place = name,
            None => self.more.push(name),
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

/// Reads an object into a struct as strictly as [`Object::parse`] reads it: serde's derive overlooks
/// a doubled field that it does not know, and takes an array for a struct.
pub(crate) fn strict<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_str(text);
    let value = strictly(&mut input)?;
    input.end()?;
    Ok(value)
}

/// The same for a value within another.
pub(crate) fn strictly<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    input: D,
) -> Result<T, D::Error> {
    T::deserialize(Strict(input))
}

/// Of a deserializer or a visitor: what is read is an object.
struct Strict<T>(T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Strict(visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(out)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let seen = Seen::default();
        self.0.visit_map(StrictFields { map, seen })
    }
}

struct StrictFields<'de, A> {
    map: A,
    seen: Seen<'de>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for StrictFields<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.map.next_key::<Name<'de>>()? else {
            return Ok(None);
        };
        let key = seed.deserialize(CowStrDeserializer::new(Cow::Borrowed(&name.0)))?;
        self.seen.add(name)?;
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Reads an integer that is written as a number or as a text of digits. For
/// `#[serde(deserialize_with)]`, as are all that follow.
///
/// # Errors
/// If it is neither, `null`, has a fraction or an exponent, or does not fit 64 bits.
pub fn required_lenient_integer<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    integer(required(input)?)
}

/// Reads a code or a text that is written as a number or as a text, by its exact text.
///
/// # Errors
/// If it is neither.
pub fn code<'de, D, T>(input: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    code_text(required(input)?).map(|text| T::from(&text))
}

/// Reads a code as [`code`] does; `null` is absent.
///
/// # Errors
/// If it is neither a number nor a text.
pub fn optional_code<'de, D, T>(input: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    let Some(raw) = present(input)? else {
        return Ok(None);
    };
    code_text(raw).map(|text| Some(T::from(&text)))
}

/// Reads a truth value that is written as 0 or 1, or as `false` or `true`.
///
/// # Errors
/// If it is anything else.
pub fn flag<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    truth(required(input)?)
}

/// Reads an amount from its exact text: a number where the form is one, otherwise a text. Whole units
/// may come as both.
///
/// # Errors
/// If it is not written in that form, or is no amount of that currency.
pub fn money<'de, D: Deserializer<'de>>(
    input: D,
    form: Form,
    currency: Currency,
) -> Result<Money, D::Error> {
    amount(required(input)?, form, currency)
}

/// The amount in the currency that `beside` names, as the provider spells it. Called by derived code.
///
/// # Errors
/// If the provider has no such currency, or if it is no amount of it in that form.
pub fn priced<E: Error>(
    amount: Decimal,
    form: Form,
    beside: &impl Part,
    spelling: fn(&str) -> Option<Currency>,
) -> Result<Money, E> {
    let currency = beside.with_text(spelling);
    let currency = currency.ok_or_else(|| E::custom("an amount in an unknown currency"))?;
    let text = amount.text();
    form.parse(text.as_str(), currency).map_err(E::custom)
}

/// The one value of a field that has several spellings. Called by derived code.
///
/// # Errors
/// If it stands under two of them with different values.
pub fn one_value<T: PartialEq, E: Error, const N: usize>(
    found: [Option<T>; N],
) -> Result<Option<T>, E> {
    let mut found = found.into_iter().flatten();
    let first = found.next();
    if found.any(|other| first.as_ref() != Some(&other)) {
        return Err(E::custom("a field has two spellings and two values"));
    }
    Ok(first)
}

/// Reads an amount as [`money`] does; `null` is absent.
///
/// # Errors
/// If it is not written in that form, or is no amount of that currency.
pub fn optional_money<'de, D: Deserializer<'de>>(
    input: D,
    form: Form,
    currency: Currency,
) -> Result<Option<Money>, D::Error> {
    let Some(raw) = present(input)? else {
        return Ok(None);
    };
    amount(raw, form, currency).map(Some)
}

/// The JSON text of a value.
fn required<'de, D: Deserializer<'de>>(input: D) -> Result<&'de str, D::Error> {
    <&RawValue>::deserialize(input).map(RawValue::get)
}

/// The JSON text of a value, unless it is `null`.
fn present<'de, D: Deserializer<'de>>(input: D) -> Result<Option<&'de str>, D::Error> {
    Ok(Some(required(input)?).filter(|raw| *raw != "null"))
}

fn integer<E: Error>(raw: &str) -> Result<i64, E> {
    let digits = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(raw);
    if digits.starts_with('+') {
        return Err(E::custom("not an integer"));
    }
    digits.parse().map_err(|_| E::custom("not an integer"))
}

fn truth<E: Error>(raw: &str) -> Result<bool, E> {
    match raw {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(E::custom("neither 0 nor 1")),
    }
}

fn code_text<E: Error>(raw: &str) -> Result<Cow<'_, str>, E> {
    if raw.starts_with('"') {
        let text = serde_json::from_str(raw).map_err(|_| E::custom("not a text"))?;
        Ok(Cow::Owned(text))
    } else if is_number(raw) {
        Ok(Cow::Borrowed(raw))
    } else {
        Err(E::custom("neither a number nor a text"))
    }
}

fn amount<E: Error>(raw: &str, form: Form, currency: Currency) -> Result<Money, E> {
    let text = code_text::<E>(raw)?;
    // Digits alone say the same as a text: providers that count in whole units send both.
    let whole = matches!(form, Form::Minor | Form::Major) && raw.starts_with('"');
    if form.is_number() != is_number(raw) && !whole {
        return Err(E::custom("an amount in another form"));
    }
    form.parse(&text, currency).map_err(E::custom)
}

/// Whether a JSON value is a number, by its first character.
pub(crate) fn is_number(raw: &str) -> bool {
    raw.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_strictly() {
        let object = Object::parse(br#" {"a":1.50,"b":null,"c":{"d":[]}} "#).unwrap();
        let value = |name| object.get(name).map(RawValue::get);
        assert_eq!(value("a"), Some("1.50"));
        assert_eq!(value("b"), None);
        assert_eq!(value("c"), Some(r#"{"d":[]}"#));
        assert_eq!(value("d"), None);
        let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let check_refused = |text: &str| assert!(Object::parse(text.as_bytes()).is_err(), "{text}");
        check_refused(r#"{"a":1,"a":1}"#);
        check_refused(r#"{"a":1,"\u0061":2}"#);
        check_refused(r#"{"a":1}{}"#);
        check_refused(r#"["a",1]"#);
        check_refused("");
        let many = |count: usize| {
            let fields: Vec<String> = (0..count).map(|at| format!("\"{at}\":0")).collect();
            Object::parse(format!("{{{}}}", fields.join(",")).as_bytes()).is_ok()
        };
        assert!(many(MAX_FIELDS));
        assert!(!many(MAX_FIELDS + 1));
        assert!(Object::parse(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn names_are_found_in_any_case_where_that_is_wanted() {
        let exact = Object::parse(br#"{"PaymentId":1,"other":2}"#).unwrap();
        assert!(exact.get("paymentid").is_none());
        let any = exact.in_any_case().unwrap();
        assert_eq!(any.get("paymentid").map(RawValue::get), Some("1"));
        assert_eq!(any.get("OTHER").map(RawValue::get), Some("2"));
        assert!(any.get("paymentids").is_none());
        let twice = Object::parse(br#"{"PaymentId":1,"paymentID":1}"#).unwrap();
        assert!(twice.in_any_case().is_err());
    }

    #[test]
    fn digits_are_digits_and_nothing_else() {
        let check = |value: &str, expect: Option<&str>| {
            let json = format!(r#"{{"a":{value}}}"#);
            let object = Object::parse(json.as_bytes()).unwrap();
            assert_eq!(object.digits("a"), expect, "{value}");
            assert_eq!(object.digits("b"), None);
        };
        check("12345678901234567890123", Some("12345678901234567890123"));
        check(r#""007""#, Some("007"));
        for odd in [
            "-1",
            "1.0",
            "1e3",
            r#""""#,
            r#"" 1""#,
            r#""\u0031""#,
            "null",
            "[1]",
            "true",
        ] {
            check(odd, None);
        }
    }

    #[test]
    fn structs_are_read_as_strictly() {
        #[derive(serde::Deserialize)]
        struct Pair {
            a: i64,
            b: Option<String>,
        }
        let check = |text: &str, expect: Option<(i64, Option<&str>)>| {
            let found = strict::<Pair>(text).ok().map(|pair| (pair.a, pair.b));
            let found = found.as_ref().map(|(a, b)| (*a, b.as_deref()));
            assert_eq!(found, expect, "{text}");
        };
        check(
            r#" {"\u0061":1,"b":"x","c":{"d":1,"e":[]}} "#,
            Some((1, Some("x"))),
        );
        check(r#"{"a":1}"#, Some((1, None)));
        check(r#"{"b":"x"}"#, None);
        check(r#"[1,"x"]"#, None);
        check(r#"{"a":1,"a":1}"#, None);
        check(r#"{"a":1,"c":1,"\u0063":2}"#, None);
        check(r#"{"a":1}{}"#, None);
        check("null", None);
        check("", None);
        let many = |count: usize| {
            let more: Vec<String> = (1..count).map(|at| format!("\"{at}\":0")).collect();
            strict::<Pair>(&format!("{{\"a\":1,{}}}", more.join(","))).is_ok()
        };
        assert!(many(MAX_FIELDS));
        assert!(!many(MAX_FIELDS + 1));
    }

    /// What a reader makes of a JSON text; its refusal as `Err(())`.
    fn read<'a, T>(
        text: &'a str,
        reader: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'a>>,
        ) -> Result<T, serde_json::Error>,
    ) -> Result<T, ()> {
        reader(&mut serde_json::Deserializer::from_str(text)).map_err(|_| ())
    }

    #[test]
    fn flags_are_numbers_or_truth_values() {
        let check = |text: &str, expect: Option<bool>| {
            assert_eq!(read(text, |input| flag(input)).ok(), expect, "{text}");
        };
        check("1", Some(true));
        check("0", Some(false));
        check("true", Some(true));
        check("false", Some(false));
        for neither in ["2", "\"1\"", "1.0", "null", "[]"] {
            check(neither, None);
        }
    }

    #[test]
    fn integers_are_numbers_or_texts() {
        let check = |text: &str, expect: Option<i64>| {
            let found = read(text, |input| required_lenient_integer(input));
            assert_eq!(found.ok(), expect, "{text}");
        };
        check("7", Some(7));
        check(r#""-7""#, Some(-7));
        for neither in [
            "null",
            r#""+7""#,
            r#""""#,
            r#""2026-01-01""#,
            "7.0",
            "7e1",
            "7.5",
            "true",
            "[7]",
            "9223372036854775808",
        ] {
            check(neither, None);
        }
    }

    #[test]
    fn codes_keep_their_text() {
        let check = |text: &str, expect: Option<&str>| {
            let found = read(text, |input| code::<_, String>(input)).ok();
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("7", Some("7"));
        check("-7.0", Some("-7.0"));
        check(r#""0\u0030""#, Some("00"));
        check(r#"" 7""#, Some(" 7"));
        for neither in ["null", "true", "{}"] {
            check(neither, None);
        }
        let optional = |text| read(text, |input| optional_code::<_, String>(input));
        assert_eq!(optional("null"), Ok(None));
        assert_eq!(optional("7"), Ok(Some("7".to_owned())));
        assert_eq!(optional("true"), Err(()));
    }

    #[test]
    fn amounts_keep_their_form() {
        let php = |minor| Ok(Some(Money::from_minor(minor, Currency::PHP)));
        let check = |text: &str, form: Form, expect: Result<Option<Money>, ()>| {
            let found = read(text, |input| optional_money(input, form, Currency::PHP));
            assert_eq!(found, expect, "{text}");
            let found = read(text, |input| money(input, form, Currency::PHP));
            assert_eq!(found, expect.and_then(|amount| amount.ok_or(())), "{text}");
        };
        check("150", Form::Minor, php(150));
        check("9007199254740993", Form::Minor, php(9_007_199_254_740_993));
        check("1.5", Form::DecimalNumber, php(150));
        check(r#""1.50""#, Form::Decimal, php(150));
        check("null", Form::Minor, Ok(None));
        check(r#""150""#, Form::Minor, php(150));
        for odd in [r#""1.50""#, r#""0150""#, r#""+150""#, r#"" 150""#, r#""""#] {
            check(odd, Form::Minor, Err(()));
        }
        check("1.50", Form::Decimal, Err(()));
        check("1.5", Form::Minor, Err(()));
        check("true", Form::Minor, Err(()));
    }
}
