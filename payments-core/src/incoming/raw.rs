//! A message whose fields are not documented, as it came.

use std::fmt;

use super::fields::Fields;

/// All fields of a message, in their order.
#[derive(Clone, PartialEq, Eq)]
pub struct RawFields {
    fields: Vec<(String, String)>,
    key: String,
}

impl RawFields {
    /// Keeps the fields.
    #[must_use]
    pub fn new(fields: &Fields<'_>) -> Self {
        let own = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        let fields: Vec<(String, String)> = fields.iter().map(own).collect();
        // A name or a text could hold any joining character, so their lengths stand before them.
        let part =
            |(name, text): &(String, String)| format!("{}.{}.{name}{text}", name.len(), text.len());
        let key = fields.iter().map(part).collect();
        Self { fields, key }
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
            RawFields::new(&fields).key().to_owned()
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
}
