//! The parameters of a signed request: one value gives the string that is signed and the bytes that
//! are sent.

use std::fmt::{self, Write};

use crate::error::Misuse;
use crate::wire::text::{decoded, percent_encoded};

/// How values stand in what is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Escaping {
    /// As they are meant.
    #[default]
    Decoded,
    /// As they are sent, escaped.
    Percent,
}

/// What a provider's parameters may be.
#[derive(Clone, Copy, Debug)]
pub struct QueryRules {
    /// Those that may hold what joins the signed string: `&`, `=`, `?`, `#`.
    pub free: &'static [&'static str],
    /// The one that carries the signature, and is no part of what is signed.
    pub signature: &'static str,
}

/// Parameters sorted by whole name, byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedQuery {
    decoded: String,
    sent: String,
}

impl SignedQuery {
    /// Takes the parameters in, in any order.
    ///
    /// # Errors
    /// [`Misuse`] naming a parameter that stands twice, is empty, carries the signature or is called
    /// anything but letters and digits, holds a control character, or, unless it is free, one of
    /// `& = ? #`.
    pub fn new<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        rules: &QueryRules,
    ) -> Result<Self, Misuse> {
        let mut parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
        parameters.sort_unstable();
        let (mut decoded, mut sent, mut before) = (String::new(), String::new(), "");
        for (name, value) in parameters {
            check(name, value, before, rules)?;
            let joiner = if before.is_empty() { "" } else { "&" };
            // Writing to a text cannot fail.
            let _ = write!(decoded, "{joiner}{name}={value}");
            let _ = write!(sent, "{joiner}{name}={}", percent_encoded(value));
            before = name;
        }
        Ok(Self { decoded, sent })
    }

    /// Reads an encoded query.
    ///
    /// # Errors
    /// As [`SignedQuery::new`]; and for a parameter without `=`, a broken escape and invalid UTF-8.
    pub fn parse(query: &str, rules: &QueryRules) -> Result<Self, Misuse> {
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=')?;
                Some((decoded(name)?, decoded(value)?))
            });
        let pairs: Option<Vec<_>> = pairs.collect();
        let pairs = pairs.ok_or_else(|| Misuse::new("query", "cannot be read"))?;
        Self::new(pairs.iter().map(|(name, value)| (&**name, &**value)), rules)
    }

    /// The query as it is sent, without the question mark.
    #[must_use]
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// The parameters as they are signed.
    #[must_use]
    pub fn signed(&self, escaping: Escaping) -> &str {
        match escaping {
            Escaping::Decoded => &self.decoded,
            Escaping::Percent => &self.sent,
        }
    }
}

/// Names only: values are personal data.
impl fmt::Debug for SignedQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.sent.split('&').filter_map(|pair| pair.split_once('='));
        out.debug_list()
            .entries(pairs.map(|(name, _)| name))
            .finish()
    }
}

fn check(name: &str, value: &str, before: &str, rules: &QueryRules) -> Result<(), Misuse> {
    let refuse = |problem: &'static str| Err(Misuse::new(name.to_owned(), problem));
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Err(Misuse::new("query", "has a parameter that is no name"))
    } else if name == rules.signature {
        refuse("is no part of what is signed")
    } else if name == before {
        refuse("stands twice")
    } else if value.is_empty() {
        refuse("must not be empty: leave it out")
    } else if value.chars().any(char::is_control) {
        refuse("must not hold a control character")
    } else if value.contains(['&', '=', '?', '#']) && !rules.free.contains(&name) {
        refuse("must not hold `&`, `=`, `?` or `#`: they would blur what is signed")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: QueryRules = QueryRules {
        free: &["url"],
        signature: "sign",
    };

    #[test]
    fn one_value_is_signed_and_sent() {
        let query = SignedQuery::parse("url=a%3Fb&pid=%C4%8C+1&Z=2&mnc=3&mcc=4", &RULES).unwrap();
        assert_eq!(query.sent(), "Z=2&mcc=4&mnc=3&pid=%C4%8C%201&url=a%3Fb");
        assert_eq!(query.signed(Escaping::Percent), query.sent());
        let meant = "Z=2&mcc=4&mnc=3&pid=Č 1&url=a?b";
        assert_eq!(query.signed(Escaping::Decoded), meant);
        assert_eq!(format!("{query:?}"), r#"["Z", "mcc", "mnc", "pid", "url"]"#);
    }

    #[test]
    fn what_would_blur_it_is_refused() {
        let check = |query: &str, field: &str| {
            let found = SignedQuery::parse(query, &RULES);
            assert_eq!(found.unwrap_err().field(), field, "{query}");
        };
        for query in ["a", "a=%", "a=%FF", "=1", "a%26b=1", "a%00=1"] {
            check(query, "query");
        }
        for query in [
            "a=1&a=2", "a=", "a=%00", "a=%0A", "a=%C2%85", "a=b=c", "a=%26", "a=%23",
        ] {
            check(query, "a");
        }
        check("sign=1", "sign");
        check("url=%00", "url");
    }
}
