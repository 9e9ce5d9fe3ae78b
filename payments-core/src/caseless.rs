//! Ids that are the same in upper and in lower case.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An id that means the same in upper and in lower case, as a GUID does. It is kept as it came.
///
/// ```
/// use payments_core::CaselessId;
///
/// let id = CaselessId::new("A84781B3-af34-42ae-b296-260cfb6859fe");
/// assert_eq!(id, CaselessId::new("a84781b3-AF34-42ae-b296-260cfb6859fe"));
/// assert_eq!(id.as_str(), "A84781B3-af34-42ae-b296-260cfb6859fe");
/// ```
#[derive(Clone)]
pub struct CaselessId(String);

impl CaselessId {
    /// The id that this text is.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its bytes as they are compared.
    fn folded(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for CaselessId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for CaselessId {}

impl Hash for CaselessId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        // No text has this byte: where one id ends and the next begins is told.
        state.write_u8(0xff);
    }
}

impl Ord for CaselessId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl PartialOrd for CaselessId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As the text.
impl fmt::Debug for CaselessId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

/// A text as a key has it: a GUID in lower case, anything else as it is.
pub(crate) fn guid_folded(text: &str) -> String {
    let mut digits = text.bytes().enumerate();
    let is_guid = text.len() == 36
        && digits.all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if is_guid {
        text.to_ascii_lowercase()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    #[test]
    fn the_case_of_letters_tells_nothing_apart() {
        let check = |one: &str, other: &str, same: bool| {
            let ids = [one, other].map(CaselessId::new);
            assert_eq!(ids[0] == ids[1], same, "{one} {other}");
            assert_eq!(ids[0].cmp(&ids[1]).is_eq(), same, "{one} {other}");
            let expect = if same { 1 } else { 2 };
            assert_eq!(HashSet::from(ids.clone()).len(), expect, "{one} {other}");
            assert_eq!(BTreeSet::from(ids).len(), expect, "{one} {other}");
        };
        check("abc-1", "ABC-1", true);
        check("aBc", "AbC", true);
        check("", "", true);
        check("abc", "abd", false);
        check("abc", "abcd", false);
        // Only the letters of ASCII; `[` and `{` differ in the same bit as they do.
        check("é", "É", false);
        check("[", "{", false);
        // Where one ends counts too.
        let pair = |one: &str, other: &str| (CaselessId::new(one), CaselessId::new(other));
        let pairs = HashSet::from([pair("a", "bc"), pair("ab", "c"), pair("A", "BC")]);
        assert_eq!(pairs.len(), 2);
        assert_eq!(format!("{:?}", CaselessId::new("aB")), r#""aB""#);
    }

    #[test]
    fn guids_are_folded_and_nothing_else_is() {
        let guid = "A84781B3-AF34-42AE-B296-260CFB6859FE";
        assert_eq!(guid_folded(guid), guid.to_ascii_lowercase());
        for other in [
            "ORDER-1",
            "A84781B3AF3442AEB296260CFB6859FE",
            "A84781B3-AF34-42AE-B296-260CFB6859F",
            "A84781B3-AF34-42AE-B296-260CFB6859FG",
            "A84781B3-AF34-42AE-B296-260CFB6859FÉ",
            "A84781B3-AF34-42AE-B29-6260CFB6859FE",
        ] {
            assert_eq!(guid_folded(other), other);
        }
    }
}
