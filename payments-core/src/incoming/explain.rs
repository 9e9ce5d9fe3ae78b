//! Why a callback was or was not verified, for people.

use std::fmt;

use super::inbound::Inbound;
use super::notice::Notice;
use super::verifier::Verifier;
use crate::signing::{Keys, Place, Scheme, SignatureRule, Signed, Sink, TagText};

/// The canonical string of a callback part by part, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Explanation {
    parts: Vec<String>,
    verdict: String,
}

impl Explanation {
    pub(super) fn new(parts: Vec<String>, verdict: String) -> Self {
        Self { parts, verdict }
    }

    /// The parts in order: names with their values, separators, secrets masked.
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

pub(super) fn explain<N: Notice + Signed>(verifier: &Verifier<N>, inbound: &Inbound) -> Explanation
where
    N::Keys: Keys + Sized,
{
    let stop = |verdict: String| Explanation {
        parts: Vec::new(),
        verdict,
    };
    let Ok(fields) = verifier.fields(inbound) else {
        return stop(
            "the body cannot be read: an unknown content type, broken encoding, a field twice, or too long"
                .to_owned(),
        );
    };
    let Some(given) = verifier.given(inbound, &fields) else {
        return stop(match verifier.rule().place {
            Place::Header(name) => format!("the header `{name}` is missing or stands there twice"),
            Place::Field(name) => format!("the field `{name}` is missing"),
        });
    };
    let Ok(message) = N::read(&fields) else {
        return stop("a signed field is missing, empty, or not as described".to_owned());
    };
    let mut parts = Vec::new();
    for (id, signer) in verifier.ring().iter() {
        let mut shown = Shown(Vec::new());
        if let Err(refusal) = crate::signing::Canonical::stream(&message, signer.keys(), &mut shown)
        {
            return Explanation {
                parts: shown.0,
                verdict: refusal.to_string(),
            };
        }
        parts = shown.0;
        if signer.matches(&message, verifier.rule(), given) {
            let verdict = match crate::signing::Canonical::reads_one_way(&message) {
                Ok(()) => format!("verified with key {id:?}"),
                Err(refusal) => refusal.to_string(),
            };
            return Explanation { parts, verdict };
        }
    }
    Explanation {
        parts,
        verdict: mismatch(verifier.rule(), given),
    }
}

/// Says what the length of the given text suggests, not what the right signature is.
fn mismatch(rule: SignatureRule, given: &str) -> String {
    wrong_form(rule, given).unwrap_or_else(|| {
        "the signature does not match: another secret, or one of the parts above was changed"
            .to_owned()
    })
}

/// What is wrong with the length of the given text, if anything is.
pub(super) fn wrong_form(rule: SignatureRule, given: &str) -> Option<String> {
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

/// The parts of a canonical string for people, secrets masked.
pub(super) struct Shown(pub(super) Vec<String>);

impl Sink for Shown {
    fn literal(&mut self, text: &'static str) {
        self.0.push(format!("{text:?}"));
    }

    fn value(&mut self, name: &'static str, text: &str) {
        self.0.push(format!("{name} = {text:?}"));
    }

    fn secret(&mut self, name: &'static str, _bytes: &[u8]) {
        self.0.push(format!("{name} = ***"));
    }
}
