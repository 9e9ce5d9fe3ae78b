//! Requests that others wrote as JSON: read field by field, told by name what is wrong.

use serde_json::value::RawValue;

use super::{Object, is_number};
use crate::error::Misuse;
use crate::money::wire::Form;
use crate::money::{Currency, Money};

/// How strictly the names of fields are read, in an object and in all that it holds. As it is made
/// they are exact, and others are passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    any_case: bool,
    refuses_others: bool,
}

impl Reading {
    /// Names are found whatever the case of their ASCII letters; two that differ in nothing else are
    /// refused.
    #[must_use]
    pub fn in_any_case(mut self) -> Self {
        self.any_case = true;
        self
    }

    /// A field that is not described is refused by name, so that nothing is lost in silence.
    #[must_use]
    pub fn refusing_others(mut self) -> Self {
        self.refuses_others = true;
        self
    }

    /// Reads the object that `field` is.
    ///
    /// # Errors
    /// [`Misuse`] naming the field, where it is none or where a field stands in it twice.
    pub fn object<'a>(self, field: &'static str, text: &'a str) -> Result<Object<'a>, Misuse> {
        let object = Object::parse(text.as_bytes()).map_err(|_| odd(field))?;
        let object = match self.any_case {
            true => object.in_any_case().map_err(|_| odd(field))?,
            false => object,
        };
        Ok(Object {
            refuses_others: self.refuses_others,
            ..object
        })
    }
}

/// A value of a request that can be read from JSON. Derived for requests by `#[derive(FromJson)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from JSON as a part of a request",
    note = "derive `payments_core::FromJson` beside `Request`"
)]
pub trait FromJson: Sized {
    /// Reads the JSON text of `field`.
    ///
    /// # Errors
    /// [`Misuse`] naming the field, or one inside it; the value is not repeated.
    fn from_json(field: &'static str, text: &str, reading: Reading) -> Result<Self, Misuse>;
}

macro_rules! read_by_serde {
    ($($Type:ty),*) => {
        $(impl FromJson for $Type {
            fn from_json(field: &'static str, text: &str, _: Reading) -> Result<Self, Misuse> {
                serde_json::from_str(text).map_err(|_| odd(field))
            }
        })*
    };
}

read_by_serde!(String, bool, i64);

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(field: &'static str, text: &str, reading: Reading) -> Result<Self, Misuse> {
        let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| odd(field))?;
        let items = items.into_iter();
        items
            .map(|item| T::from_json(field, item.get(), reading))
            .collect()
    }
}

impl<'a> Object<'a> {
    /// Refuses the first field that has none of these names, where [`Reading::refusing_others`] asks
    /// for it.
    ///
    /// # Errors
    /// [`Misuse`] naming the field; characters that could forge a log line are masked.
    pub fn refuse_others(&self, names: &[&'static str]) -> Result<(), Misuse> {
        let is_known = |found: &str| {
            let mut names = names.iter();
            names.any(|name| super::is_named(found, name, self.any_case))
        };
        let mut found = self.fields.iter().map(|(name, _)| &*name.0);
        match found.find(|name| self.refuses_others && !is_known(name)) {
            Some(other) => Err(Misuse::new(printable(other), "is no field of it")),
            None => Ok(()),
        }
    }

    /// The same object with this value in a field, whatever was there, or without the field.
    #[must_use]
    pub fn with(mut self, field: &'a str, value: Option<&'a RawValue>) -> Self {
        let any_case = self.any_case;
        self.fields
            .retain(|(known, _)| !super::is_named(&known.0, field, any_case));
        let value = value.map(|value| (super::Name(field.into()), value));
        self.fields.extend(value);
        self
    }

    /// The value of a field with several names, unless it is `null`.
    ///
    /// # Errors
    /// [`Misuse`] with the first name, where the field stands under two of them.
    pub fn one_of(&self, names: &[&'static str]) -> Result<Option<&'a RawValue>, Misuse> {
        let mut found = names.iter().filter_map(|name| self.get(name));
        let first = found.next();
        // In any case, one value may be found under two spellings.
        if found.any(|other| first.is_some_and(|first| !std::ptr::eq(first, other))) {
            return Err(Misuse::new(first_of(names), "stands under two names"));
        }
        Ok(first)
    }

    /// Reads a field that has these names.
    ///
    /// # Errors
    /// [`Misuse`] with the first name, or with that of a field inside.
    pub fn read<T: FromJson>(&self, names: &[&'static str]) -> Result<Option<T>, Misuse> {
        let found = self.one_of(names)?;
        let reading = Reading {
            any_case: self.any_case,
            refuses_others: self.refuses_others,
        };
        let read = |raw: &RawValue| T::from_json(first_of(names), raw.get(), reading);
        found.map(read).transpose()
    }

    /// Reads a code that is written as a number.
    ///
    /// # Errors
    /// [`Misuse`] with the first name.
    pub fn read_number<T>(&self, names: &[&'static str]) -> Result<Option<T>, Misuse>
    where
        T: for<'t> From<&'t str>,
    {
        let Some(raw) = self.one_of(names)? else {
            return Ok(None);
        };
        let is_number = is_number(raw.get());
        let code = is_number.then(|| T::from(raw.get()));
        code.map(Some).ok_or_else(|| odd(first_of(names)))
    }

    /// Reads an amount in the currency that stands beside it, as the provider spells it.
    ///
    /// # Errors
    /// [`Misuse`] with the first name of the amount or of its currency.
    pub fn read_money(
        &self,
        names: &[&'static str],
        form: Form,
        beside: &[&'static str],
        spelling: fn(&str) -> Option<Currency>,
    ) -> Result<Option<Money>, Misuse> {
        let Some(raw) = self.one_of(names)? else {
            return Ok(None);
        };
        let currency = first_of(beside);
        let text = crate::build::required(currency, self.read::<String>(beside)?)?;
        let none = || Misuse::new(currency, "is no currency that the provider takes");
        let currency = spelling(&text).ok_or_else(none)?;
        let field = first_of(names);
        if form.is_number() != is_number(raw.get()) {
            return Err(odd(field));
        }
        let amount = super::amount::<serde_json::Error>(raw.get(), form, currency);
        amount.map(Some).map_err(|_| odd(field))
    }
}

fn first_of(names: &[&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}

/// The beginning of a name that somebody else wrote, for an error.
fn printable(name: &str) -> String {
    let letters = name.chars().take(64);
    let masked = letters.map(|letter| match letter.is_ascii_graphic() && letter != '`' {
        true => letter,
        false => '?',
    });
    masked.collect()
}

fn odd(field: &'static str) -> Misuse {
    Misuse::new(field, "is not as described")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<T: ToString>(read: Result<Option<T>, Misuse>) -> String {
        match read {
            Ok(found) => found.map_or("absent".to_owned(), |found| found.to_string()),
            Err(misuse) => misuse.to_string(),
        }
    }

    #[test]
    fn fields_are_read_under_one_of_their_names() {
        let check = |json: &str, expect: &str| {
            let object = Reading::default().object("order", json);
            let found = object.and_then(|object| object.read::<i64>(&["count", "Count"]));
            assert_eq!(told(found), expect, "{json}");
        };
        check(r#"{"count":7}"#, "7");
        check(r#"{"Count":-7,"other":[]}"#, "-7");
        check(r#"{"count":null}"#, "absent");
        check(r#"{"count":7,"Count":7}"#, "`count` stands under two names");
        check(r#"{"Count":"7"}"#, "`count` is not as described");
        check(r#"{"count":7.0}"#, "`count` is not as described");
        check(r#"{"count":7,"count":7}"#, "`order` is not as described");
        check("[7]", "`order` is not as described");
    }

    #[test]
    fn a_value_can_be_put_in() {
        let value: &RawValue = serde_json::from_str("8").unwrap();
        let object = Reading::default()
            .object("order", r#"{"count":7,"rest":1}"#)
            .unwrap();
        let object = object.with("count", Some(value)).with("more", Some(value));
        let read = |name| object.read::<i64>(&[name]).unwrap();
        assert_eq!((read("count"), read("more")), (Some(8), Some(8)));
        assert_eq!(read("rest"), Some(1));
        let object = Reading::default()
            .in_any_case()
            .object("order", r#"{"Count":7}"#);
        let object = object.unwrap().with("count", None);
        assert_eq!(object.iter().count(), 0);
    }

    #[test]
    fn lists_and_numbered_codes_are_read() {
        let object = Reading::default()
            .object("order", r#"{"a":["x","y"],"b":[1],"n":3,"t":"3"}"#)
            .unwrap();
        let texts = |name| object.read::<Vec<String>>(&[name]);
        assert_eq!(texts("a").unwrap().unwrap(), ["x", "y"]);
        assert!(texts("b").is_err());
        assert!(texts("n").is_err());
        let code = |name| told(object.read_number::<String>(&[name]));
        assert_eq!([code("n"), code("c")], ["3", "absent"]);
        assert_eq!(code("t"), "`t` is not as described");
    }

    #[test]
    fn an_amount_has_its_currency_beside_it() {
        let spelling = |text: &str| (text == "TL").then_some(Currency::TRY);
        let check = |json: &str, form: Form, expect: &str| {
            let object = Reading::default().object("order", json).unwrap();
            let found = object.read_money(&["amount"], form, &["currency"], spelling);
            assert_eq!(told(found), expect, "{json}");
        };
        check(r#"{"amount":495,"currency":"TL"}"#, Form::Minor, "4.95 TRY");
        check(
            r#"{"amount":4.95,"currency":"TL"}"#,
            Form::DecimalNumber,
            "4.95 TRY",
        );
        check(r#"{"currency":"TL"}"#, Form::Minor, "absent");
        for odd in ["4.95", r#""495""#, "true", "9223372036854775808"] {
            let json = format!(r#"{{"amount":{odd},"currency":"TL"}}"#);
            check(&json, Form::Minor, "`amount` is not as described");
        }
        let json = r#"{"amount":495,"currency":"TRY"}"#;
        check(
            json,
            Form::Minor,
            "`currency` is no currency that the provider takes",
        );
        check(r#"{"amount":495}"#, Form::Minor, "`currency` is missing");
    }

    #[test]
    fn names_are_as_strict_as_the_reading() {
        let check = |reading: Reading, json: &str, expect: &str| {
            let object = reading.object("order", json);
            let known = object.and_then(|object| {
                object.refuse_others(&["count", "number"])?;
                object.read::<i64>(&["count"])
            });
            assert_eq!(told(known), expect, "{json}");
        };
        let exact = Reading::default();
        check(exact, r#"{"Count":7,"more":1}"#, "absent");
        let any = exact.in_any_case();
        check(any, r#"{"COUNT":7,"more":1}"#, "7");
        check(
            any,
            r#"{"count":7,"Count":7}"#,
            "`order` is not as described",
        );
        let strict = exact.refusing_others();
        check(strict, r#"{"count":7,"number":1}"#, "7");
        check(
            strict,
            r#"{"count":7,"Number":1}"#,
            "`Number` is no field of it",
        );
        check(strict.in_any_case(), r#"{"Count":7,"Number":1}"#, "7");
        check(strict, r#"{"a\n`b":null}"#, "`a??b` is no field of it");
    }
}
