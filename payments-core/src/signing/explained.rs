//! What is signed, part by part, for people.

use std::fmt;

use super::{Canonical, Refusal, Scheme, SignatureRule, Sink, TagText};

/// The canonical string of a callback or a link part by part, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Explanation {
    parts: Vec<String>,
    verdict: String,
}

impl Explanation {
    /// What is to be said of parts; of none, where it did not come so far.
    pub(crate) fn new(parts: Vec<String>, verdict: impl fmt::Display) -> Self {
        let verdict = verdict.to_string();
        Self { parts, verdict }
    }

    /// The parts in order: names with their values, separators; secrets and what is sensitive
    /// masked.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// What is wrong, or that nothing is.
    #[must_use]
    pub fn verdict(&self) -> &str {
        &self.verdict
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            writeln!(out, "  {part}")?;
        }
        out.write_str(&self.verdict)
    }
}

/// The parts of a message, as far as they could be signed, and what kept it from going on.
pub(crate) fn shown<M: Canonical>(message: &M, keys: &M::Keys) -> (Vec<String>, Option<Refusal>) {
    let mut shown = Shown {
        parts: Vec::new(),
        sensitive: M::SENSITIVE,
    };
    let refusal = message.stream(keys, &mut shown).err();
    (shown.parts, refusal)
}

/// Says what the length of the given text suggests, not what the right signature is.
pub(crate) fn mismatch(rule: SignatureRule, given: &str) -> String {
    wrong_form(rule, given).unwrap_or_else(|| {
        "the signature does not match: another secret, or one of the parts above was changed"
            .to_owned()
    })
}

/// What is wrong with the length of the given text, if anything is.
pub(crate) fn wrong_form(rule: SignatureRule, given: &str) -> Option<String> {
    let expected = rule.text;
    let lengths = match rule.scheme {
        Scheme::Sha256 => [44, 64, 88],
        #[cfg(feature = "hmac")]
        Scheme::HmacSha256 => [44, 64, 88],
        #[cfg(feature = "md5")]
        Scheme::Md5 => [24, 32, 44],
    };
    let forms = [TagText::Base64, TagText::Hex, TagText::Base64OfHex];
    let looks_like = lengths
        .into_iter()
        .zip(forms)
        .find(|(length, _)| *length == given.len())
        .map(|(_, form)| form);
    match looks_like {
        Some(form) if form == expected => None,
        Some(form) => Some(format!(
            "the signature has the length of the text form {form:?}, this endpoint expects {expected:?}"
        )),
        None => Some(format!(
            "the signature has {} characters, which no text form has",
            given.len()
        )),
    }
}

struct Shown {
    parts: Vec<String>,
    sensitive: &'static [&'static str],
}

impl Sink for Shown {
    fn literal(&mut self, text: &'static str) {
        self.parts.push(format!("{text:?}"));
    }

    fn value(&mut self, name: &'static str, text: &str) {
        // That it is empty has to be seen.
        let masked = self.sensitive.contains(&name) && !text.is_empty();
        self.parts.push(match masked {
            true => format!("{name} = ***"),
            false => format!("{name} = {text:?}"),
        });
    }

    fn secret(&mut self, name: &'static str, _bytes: &[u8]) {
        self.parts.push(format!("{name} = ***"));
    }
}
