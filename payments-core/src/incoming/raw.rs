//! A message whose fields are not documented, as it came.

use std::fmt;

use super::fields::Fields;
use crate::error::Rejected;

/// All fields of a message, in their order.
#[derive(Clone, PartialEq, Eq)]
pub struct RawFields {
    fields: Vec<(String, String)>,
    key: String,
}

impl RawFields {
    /// Keeps the fields.
    ///
    /// # Errors
    /// [`Rejected`] if there are none.
    pub fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        let own = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        let fields: Vec<(String, String)> = fields.iter().map(own).collect();
        // A name or a text could hold any joining character, so their lengths stand before them.
        let part =
            |(name, text): &(String, String)| format!("{}.{}.{name}{text}", name.len(), text.len());
        let key: String = fields.iter().map(part).collect();
        if key.is_empty() {
            return Err(Rejected);
        }
        Ok(Self { fields, key })
    }

    /// All fields, in their order; objects and lists as their JSON text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, text)| (&**name, &**text))
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| text)
    }

    /// Everything as one text, which is another for other fields or another order.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What tells two messages apart: the fields that are supposed to, where all of them are there
    /// and none is empty; else everything.
    #[must_use]
    pub fn told_apart_by(&self, names: &[&str]) -> Vec<&str> {
        let given = names.iter().map(|name| {
            let text = self.get(name)?;
            (!text.is_empty()).then_some(text)
        });
        match given.collect::<Option<Vec<_>>>() {
            Some(given) if !given.is_empty() => given,
            Some(_) | None => vec![self.key()],
        }
    }
}

/// Names only.
impl fmt::Debug for RawFields {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incoming::BodyFormat;

    #[test]
    fn the_key_tells_all_messages_apart() {
        let key = |query: &str| {
            let fields = Fields::read(query.as_bytes(), BodyFormat::Form).unwrap();
            RawFields::read(&fields).unwrap().key().to_owned()
        };
        let all = [
            "a=1&b=2",
            "a=1b&2=",
            "b=2&a=1",
            "a=12",
            "a=1&b=2&c=",
            "a1=2",
        ]
        .map(key);
        let mut apart = all.to_vec();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), all.len(), "{all:?}");
        assert_eq!(key("a=1&b=2"), key("a=%31&b=2"));
    }

    #[test]
    fn supposed_fields_tell_messages_apart_where_all_are_there() {
        let check = |query: &str, names: &[&str], expect: Option<&[&str]>| {
            let fields = Fields::read(query.as_bytes(), BodyFormat::Form).unwrap();
            let raw = RawFields::read(&fields).unwrap();
            let expect = expect.map_or_else(|| vec![raw.key()], <[&str]>::to_vec);
            assert_eq!(raw.told_apart_by(names), expect, "{query} {names:?}");
        };
        check("x=9&id=1&status=s", &["id", "status"], Some(&["1", "s"]));
        check("id=1&x=9", &["id", "status"], None);
        check("id=1&status=", &["id", "status"], None);
        check("id=1&status=s", &[], None);
    }

    #[test]
    fn nothing_is_no_message() {
        let fields = Fields::read(b"", BodyFormat::Form).unwrap();
        assert!(RawFields::read(&fields).is_err());
    }
}
