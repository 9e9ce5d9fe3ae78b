//! The fields of a callback, read strictly: none twice, no broken encoding, numbers by their text.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::error::Rejected;
use crate::json::{Object, any_case, differ_in_case_only, is_named};
use crate::money::wire::Form;
use crate::money::{Currency, Decimal, Money};
use crate::wire::text::decoded;

/// The longest body of a callback, in bytes. Those of payment providers are under 4 KiB.
pub const MAX_BODY: usize = 64 * 1024;

/// The most fields of a callback; the search for doubled ones is quadratic.
const MAX_FIELDS: usize = 256;

/// How the body of a callback is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`: one object.
    Json,
}

impl BodyFormat {
    /// The format that a content type names.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Some(Self::Form)
        } else if essence.eq_ignore_ascii_case("application/json") {
            Some(Self::Json)
        } else {
            None
        }
    }
}

/// The fields of one message, each once.
#[derive(Debug)]
pub struct Fields<'a> {
    fields: Vec<(Cow<'a, str>, Field<'a>)>,
    any_case: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Field<'a> {
    /// A text, a number or a truth value.
    Text(Cow<'a, str>),
    /// An object or a list, as JSON text.
    Json(&'a str),
}

impl<'a> Fields<'a> {
    /// Reads a body by its content type.
    ///
    /// # Errors
    /// [`Rejected`] for an unknown content type and for everything that [`Fields::read`] refuses.
    pub fn parse(body: &'a [u8], content_type: &str) -> Result<Self, Rejected> {
        Self::read(body, BodyFormat::of(content_type).ok_or(Rejected)?)
    }

    /// Reads a body of a known format.
    ///
    /// # Errors
    /// [`Rejected`] for a body over [`MAX_BODY`], broken encoding, invalid UTF-8, and a field that
    /// stands there twice.
    pub fn read(body: &'a [u8], format: BodyFormat) -> Result<Self, Rejected> {
        if body.len() > MAX_BODY {
            return Err(Rejected);
        }
        match format {
            BodyFormat::Form => Self::read_form(body),
            BodyFormat::Json => Self::read_json(body),
        }
    }

    /// The same fields, found whatever the case of the ASCII letters in their names, those of messages
    /// within the message too: for providers that write it now so, now so.
    ///
    /// # Errors
    /// [`Rejected`] if two names differ in nothing else.
    pub fn in_any_case(mut self) -> Result<Self, Rejected> {
        if differ_in_case_only(self.fields.iter().map(|(name, _)| &**name)) {
            return Err(Rejected);
        }
        self.any_case = true;
        Ok(self)
    }

    /// Reads an encoded form or query.
    fn read_form(body: &'a [u8]) -> Result<Self, Rejected> {
        let text = std::str::from_utf8(body).map_err(|_| Rejected)?;
        let mut fields: Vec<(Cow<'a, str>, Field<'a>)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(Rejected)?;
            let name = decoded(name).ok_or(Rejected)?;
            if fields.len() >= MAX_FIELDS || fields.iter().any(|(known, _)| *known == name) {
                return Err(Rejected);
            }
            fields.push((name, Field::Text(decoded(value).ok_or(Rejected)?)));
        }
        Ok(Self {
            fields,
            any_case: false,
        })
    }

    fn read_json(body: &'a [u8]) -> Result<Self, Rejected> {
        let object = Object::parse(body).map_err(|_| Rejected)?;
        let mut fields = Vec::new();
        for (name, value) in object.iter() {
            let raw = value.get();
            let field = match raw.as_bytes().first() {
                Some(b'"') => Field::Text(serde_json::from_str(raw).map_err(|_| Rejected)?),
                Some(b'{' | b'[') => Field::Json(raw),
                Some(_) if raw == "null" => continue,
                Some(_) | None => Field::Text(Cow::Borrowed(raw)),
            };
            fields.push((Cow::Owned(name.to_owned()), field));
        }
        Ok(Self {
            fields,
            any_case: false,
        })
    }

    /// The text of a field: a text, a number or a truth value.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.find(name) {
            Found::One(Field::Text(text)) => Some(text.as_ref()),
            Found::One(Field::Json(_)) | Found::None | Found::Several => None,
        }
    }

    /// The field, under whichever of its spellings.
    fn find(&self, names: impl Names) -> Found<'_, 'a> {
        let names = names.names();
        let spelt = |(known, _): &&(Cow<'a, str>, Field<'a>)| self.is_one_of(names, known);
        let mut fields = self.fields.iter().filter(spelt).map(|(_, field)| field);
        match fields.next() {
            None => Found::None,
            Some(first) if fields.all(|other| other == first) => Found::One(first),
            Some(_) => Found::Several,
        }
    }

    /// A message within the message.
    fn message<T: DeserializeOwned>(&self, text: &str) -> Result<T, serde_json::Error> {
        if self.any_case {
            any_case(text)
        } else {
            serde_json::from_str(text)
        }
    }

    fn is_one_of(&self, names: &[&str], known: &str) -> bool {
        let mut names = names.iter();
        names.any(|name| is_named(known, name, self.any_case))
    }

    /// The same, where two values are a reason to refuse the message.
    fn one(&self, names: impl Names) -> Result<Option<&Field<'a>>, Rejected> {
        match self.find(names) {
            Found::None => Ok(None),
            Found::One(field) => Ok(Some(field)),
            Found::Several => Err(Rejected),
        }
    }

    /// Name and text of every field in order; objects and lists as their JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, field)| {
            (
                name.as_ref(),
                match field {
                    Field::Text(text) => text.as_ref(),
                    Field::Json(text) => text,
                },
            )
        })
    }

    /// A field that must be there and hold something.
    ///
    /// # Errors
    /// [`Rejected`] if it is missing, empty, or not as described.
    pub fn required<T: Claimable>(&self, name: impl Names) -> Result<T, Rejected> {
        match self.one(name)? {
            Some(Field::Text(text)) if !text.is_empty() => T::read(text).ok_or(Rejected),
            Some(_) | None => Err(Rejected),
        }
    }

    /// A field that must be there and may be empty.
    ///
    /// # Errors
    /// [`Rejected`] if it is missing or not as described.
    pub fn present<T: Claimable>(&self, name: impl Names) -> Result<T, Rejected> {
        self.optional(name)?.ok_or(Rejected)
    }

    /// A field that may be absent.
    ///
    /// # Errors
    /// [`Rejected`] if it is there and not as described.
    pub fn optional<T: Claimable>(&self, name: impl Names) -> Result<Option<T>, Rejected> {
        match self.one(name)? {
            Some(Field::Text(text)) => T::read(text).map(Some).ok_or(Rejected),
            Some(Field::Json(_)) => Err(Rejected),
            None => Ok(None),
        }
    }

    /// A field that nobody vouches for: what cannot be read is kept, and rejects nothing.
    #[must_use]
    pub fn claim<T: Claimable>(&self, name: impl Names) -> Claim<T> {
        self.claim_with(name, T::read)
    }

    fn claim_with<T>(&self, name: impl Names, read: impl FnOnce(&str) -> Option<T>) -> Claim<T> {
        match self.find(&name) {
            Found::None => Claim::Absent,
            Found::One(Field::Text(text)) => {
                read(text).map_or_else(|| Claim::Unreadable(text.clone().into_owned()), Claim::Read)
            }
            Found::One(Field::Json(text)) => Claim::Unreadable((*text).to_owned()),
            Found::Several => self.undecided(name),
        }
    }

    /// All values of a field that was sent under two spellings.
    fn undecided<T>(&self, name: impl Names) -> Claim<T> {
        let names = name.names();
        let spelt = self
            .iter()
            .filter(|(known, _)| self.is_one_of(names, known));
        let texts: Vec<&str> = spelt.map(|(_, text)| text).collect();
        Claim::Unreadable(texts.join(" or "))
    }

    /// An amount that must be there.
    ///
    /// # Errors
    /// [`Rejected`] if it is missing or not exactly in its form.
    pub fn required_money(
        &self,
        name: impl Names,
        form: Form,
        currency: Currency,
    ) -> Result<Money, Rejected> {
        self.optional_money(name, form, currency)?.ok_or(Rejected)
    }

    /// An amount that may be absent.
    ///
    /// # Errors
    /// [`Rejected`] if it is there and not exactly in its form.
    pub fn optional_money(
        &self,
        name: impl Names,
        form: Form,
        currency: Currency,
    ) -> Result<Option<Money>, Rejected> {
        match self.one(name)? {
            Some(Field::Text(text)) => form.parse(text, currency).map(Some).map_err(|_| Rejected),
            Some(Field::Json(_)) => Err(Rejected),
            None => Ok(None),
        }
    }

    /// An amount that nobody vouches for.
    #[must_use]
    pub fn claim_money(&self, name: impl Names, form: Form, currency: Currency) -> Claim<Money> {
        self.claim_with(name, |text| form.parse(text, currency).ok())
    }

    /// A message within the message that must be there.
    ///
    /// # Errors
    /// [`Rejected`] if it is missing or not as described.
    pub fn required_json<T: DeserializeOwned>(&self, name: impl Names) -> Result<T, Rejected> {
        self.optional_json(name)?.ok_or(Rejected)
    }

    /// A message within the message that may be absent.
    ///
    /// # Errors
    /// [`Rejected`] if it is there and not as described.
    pub fn optional_json<T: DeserializeOwned>(
        &self,
        name: impl Names,
    ) -> Result<Option<T>, Rejected> {
        match self.one(name)? {
            Some(Field::Json(text)) => self.message(text).map(Some).map_err(|_| Rejected),
            Some(Field::Text(_)) => Err(Rejected),
            None => Ok(None),
        }
    }

    /// A message within the message that nobody vouches for.
    #[must_use]
    pub fn claim_json<T: DeserializeOwned>(&self, name: impl Names) -> Claim<T> {
        match self.find(&name) {
            Found::None => Claim::Absent,
            Found::One(Field::Json(text)) => self
                .message(text)
                .map_or_else(|_| Claim::Unreadable((*text).to_owned()), Claim::Read),
            Found::One(Field::Text(text)) => Claim::Unreadable(text.clone().into_owned()),
            Found::Several => self.undecided(name),
        }
    }
}

enum Found<'f, 'a> {
    None,
    One(&'f Field<'a>),
    /// Two spellings, and they do not say the same.
    Several,
}

/// How a field is spelt: its name, or its name and what else the provider writes. Under two spellings
/// at once it must have one value.
pub trait Names {
    /// All spellings.
    fn names(&self) -> &[&str];
}

impl Names for &str {
    fn names(&self) -> &[&str] {
        std::slice::from_ref(self)
    }
}

impl<const N: usize> Names for [&str; N] {
    fn names(&self) -> &[&str] {
        self
    }
}

impl<T: Names> Names for &T {
    fn names(&self) -> &[&str] {
        (**self).names()
    }
}

/// A field that is not under the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim<T> {
    /// It was not sent.
    Absent,
    /// What the message claims.
    Read(T),
    /// Something else than described, as it came.
    Unreadable(String),
}

impl<T> Claim<T> {
    /// The claim, if there is a readable one.
    #[must_use]
    pub fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }
}

/// A type that a field can be read as, from its text.
pub trait Claimable: Sized {
    /// Reads the text; `None` if it is not one of these.
    fn read(text: &str) -> Option<Self>;
}

impl Claimable for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Written plainly only: what is signed is the text, and `+1` and `01` are other texts than `1`.
impl Claimable for i64 {
    fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = text == "0" || !digits.starts_with(['0', '+']);
        text.parse().ok().filter(|_| plain)
    }
}

/// `true` or `false`, or the flags 1 and 0.
impl Claimable for bool {
    fn read(text: &str) -> Option<Self> {
        match text {
            "1" => Some(true),
            "0" => Some(false),
            other => other.parse().ok(),
        }
    }
}

impl Claimable for Decimal {
    fn read(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .or_else(|| Self::from_json_number(text).ok())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(body: &[u8], content_type: &str, expect: Option<&[(&str, &str)]>) {
        let found = Fields::parse(body, content_type).ok();
        let found: Option<Vec<_>> = found.as_ref().map(|fields| fields.iter().collect());
        assert_eq!(
            found.as_deref(),
            expect,
            "for {}",
            String::from_utf8_lossy(body)
        );
    }

    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json; charset=utf-8";

    #[test]
    fn forms_are_read_strictly() {
        check(b"a=1&b=x+y%20z", FORM, Some(&[("a", "1"), ("b", "x y z")]));
        check(b"", FORM, Some(&[]));
        check(b"a=%C3%A9", FORM, Some(&[("a", "\u{e9}")]));
        check(b"a=1&a=2", FORM, None);
        check(b"a=1&%61=2", FORM, None);
        check(b"a=%", FORM, None);
        check(b"a=%4", FORM, None);
        check(b"a=%zz", FORM, None);
        check("a=%\u{e9}\u{e9}".as_bytes(), FORM, None);
        check(b"a=%FF", FORM, None);
        check(b"a=\xFF", FORM, None);
        check(b"a", FORM, None);
        check(b"a=1", "text/plain", None);
        check(&[b'a'; MAX_BODY + 1], FORM, None);
    }

    #[test]
    fn json_is_read_strictly() {
        check(
            br#"{"a":"x","n":1499.00,"t":true,"z":null,"o":{"k":1}}"#,
            JSON,
            Some(&[
                ("a", "x"),
                ("n", "1499.00"),
                ("t", "true"),
                ("o", r#"{"k":1}"#),
            ]),
        );
        check(br#"{"a":1,"a":2}"#, JSON, None);
        check(br#"{"a":1,"\u0061":2}"#, JSON, None);
        check(b"[1]", JSON, None);
        check(br#"{"a":1} x"#, JSON, None);
        check(b"{\"a\":\"\xFF\"}", JSON, None);
        check("[".repeat(60_000).as_bytes(), JSON, None);
        let many: Vec<String> = (0..1000).map(|n| format!("\"f{n}\":1")).collect();
        check(format!("{{{}}}", many.join(",")).as_bytes(), JSON, None);
    }

    #[test]
    fn names_are_found_in_any_case_where_that_is_wanted() {
        let exact = Fields::parse(br#"{"PaymentId":"p","List":[1]}"#, JSON).unwrap();
        assert!(exact.required::<String>("paymentId").is_err());
        let any = exact.in_any_case().unwrap();
        assert_eq!(any.required::<String>("paymentId").unwrap(), "p");
        assert_eq!(any.required_json::<Vec<i64>>("lIST").unwrap(), [1]);
        assert_eq!(any.claim("PAYMENTID"), Claim::Read("p".to_owned()));
        assert_eq!(any.optional::<String>("payment").unwrap(), None);
        let twice = Fields::parse(b"a=1&A=1", FORM).unwrap();
        assert!(twice.in_any_case().is_err());
    }

    #[test]
    fn claims_reject_nothing() {
        let fields = Fields::parse(br#"{"amount":1e2,"odd":{"a":1},"bad":"x"}"#, JSON).unwrap();
        assert_eq!(
            fields
                .claim::<Decimal>("amount")
                .read()
                .unwrap()
                .text()
                .as_str(),
            "100"
        );
        assert_eq!(
            fields.claim::<Decimal>("odd"),
            Claim::Unreadable(r#"{"a":1}"#.to_owned())
        );
        assert_eq!(
            fields.claim::<i64>("bad"),
            Claim::Unreadable("x".to_owned())
        );
        assert_eq!(fields.claim::<i64>("none"), Claim::Absent);
        for (text, expect) in [
            ("0", Some(0)),
            ("-7", Some(-7)),
            ("+7", None),
            ("07", None),
            ("-0", None),
        ] {
            assert_eq!(i64::read(text), expect, "{text}");
        }
    }

    #[test]
    fn a_field_under_two_spellings_has_one_value() {
        let check = |body: &str, expect: Option<Option<&str>>, claim: Claim<String>| {
            let fields = Fields::parse(body.as_bytes(), FORM).unwrap();
            let names = ["sessionId", "sid"];
            let found = fields.optional::<String>(names).ok();
            assert_eq!(found.as_ref().map(Option::as_deref), expect, "{body}");
            let required = fields.required::<String>(names).ok();
            assert_eq!(required.as_deref(), expect.flatten(), "{body}");
            assert_eq!(fields.claim(names), claim, "{body}");
        };
        let read = |text: &str| Claim::Read(text.to_owned());
        check("sid=s1&x=1", Some(Some("s1")), read("s1"));
        check("sessionId=s1", Some(Some("s1")), read("s1"));
        check("sid=s1&sessionId=s1", Some(Some("s1")), read("s1"));
        check("sessionId=%731&sid=s1", Some(Some("s1")), read("s1"));
        check("SID=s1", Some(None), Claim::Absent);
        for (body, both) in [
            ("sid=s1&sessionId=s2", "s1 or s2"),
            ("sid=s1&sessionId=", "s1 or "),
            ("sid=s1&sessionId=S1", "s1 or S1"),
        ] {
            check(body, None, Claim::Unreadable(both.to_owned()));
        }
        let json = br#"{"fee":1,"charge":1.0,"a":{"x":1},"b":{"x":1},"c":{"x":2}}"#;
        let fields = Fields::parse(json, JSON).unwrap();
        let form = Form::Minor;
        let money = |names| fields.optional_money(names, form, Currency::VND);
        assert!(money(["fee", "cost"]).unwrap().is_some());
        assert!(money(["fee", "charge"]).is_err());
        assert!(
            fields
                .required_money(["fee", "charge"], form, Currency::VND)
                .is_err()
        );
        let object = |names| fields.required_json::<serde_json::Value>(names);
        assert!(object(["a", "b"]).is_ok());
        assert!(object(["a", "c"]).is_err());
        assert!(object(["a", "fee"]).is_err());
        let claim = fields.claim_json::<serde_json::Value>(["a", "c"]);
        assert!(claim.read().is_none() && claim != Claim::Absent);
    }

    proptest! {
        #[test]
        fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Fields::read(&body, BodyFormat::Form);
            let _ = Fields::read(&body, BodyFormat::Json);
        }

        #[test]
        fn what_is_written_is_read(name in "[a-z]{1,8}", value in "\\PC{0,40}") {
            let body: String = form_urlencoded::Serializer::new(String::new())
                .append_pair(&name, &value)
                .finish();
            let fields = Fields::read(body.as_bytes(), BodyFormat::Form).unwrap();
            prop_assert_eq!(fields.text(&name), Some(value.as_str()));
        }
    }
}
