//! The JSON that a merchant sends, read as leniently as the provider does.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::amount::Amount;

/// An object. A field that is null counts as absent; fields that nobody knows are tolerated.
#[derive(Debug, Default)]
pub(super) struct Block {
    fields: BTreeMap<String, Box<RawValue>>,
}

impl Block {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Self::of(text)
    }

    fn of(text: &str) -> Option<Self> {
        let fields = serde_json::from_str(text).ok()?;
        Some(Self { fields })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    fn raw(&self, name: &str) -> Option<&str> {
        self.fields
            .get(name)
            .map(|raw| raw.get())
            .filter(|raw| *raw != "null")
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The object of that name.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.raw(name).and_then(Self::of)
    }

    /// The list of objects of that name; `None` when it is another thing.
    pub(super) fn objects(&self, name: &str) -> Option<Vec<Self>> {
        let raw: Vec<Box<RawValue>> = serde_json::from_str(self.raw(name)?).ok()?;
        raw.iter().map(|item| Self::of(item.get())).collect()
    }

    /// A string; empty when it is absent or another thing.
    pub(super) fn text(&self, name: &str) -> String {
        self.raw(name)
            .and_then(|raw| serde_json::from_str(raw).ok())
            .unwrap_or_default()
    }

    /// The characters of a number, or of a string in its place.
    pub(super) fn number_text(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        let is_number = raw.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        if is_number {
            return Some(raw.to_owned());
        }
        serde_json::from_str(raw).ok()
    }

    /// An amount, as a number or a string.
    pub(super) fn amount(&self, name: &str) -> Option<Amount> {
        Amount::parse(&self.number_text(name)?)
    }

    /// A whole number, as a number or a string.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.number_text(name)?.parse().ok()
    }

    /// A bool or tinyint: 0 where it is absent, `None` where it is neither 0 to 2 nor a bool.
    pub(super) fn tiny(&self, name: &str) -> Option<u8> {
        match self.raw(name) {
            None | Some("0" | "false") => Some(0),
            Some("1" | "true") => Some(1),
            Some("2") => Some(2),
            Some(_) => None,
        }
    }

    /// Whether it is the number 1 and not a string of it.
    pub(super) fn is_one(&self, name: &str) -> bool {
        self.raw(name) == Some("1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_from_their_text() {
        let block =
            Block::parse(br#"{"a":27.50,"b":"1.00","c":null,"d":true,"e":"\u0131","f":1e3}"#)
                .unwrap();
        assert_eq!(block.amount("a"), Amount::parse("27.5"));
        assert_eq!(block.amount("b"), Amount::parse("1"));
        assert_eq!(block.amount("f"), None);
        assert!(!block.has("c") && !block.has("x"));
        assert_eq!((block.tiny("c"), block.tiny("d")), (Some(0), Some(1)));
        assert_eq!(block.tiny("b"), None);
        assert_eq!(block.text("e"), "ı");
        assert!(Block::parse(b"[]").is_none() && Block::parse(b"{").is_none());
    }
}
