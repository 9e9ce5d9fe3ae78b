//! Why a return was or was not verified, for people.

use super::super::fields::{BodyFormat, Fields};
use super::super::inbound::Inbound;
use super::{Kept, Returns, TOKEN, given, is_proof, is_secret};
use crate::signing::explained::{shown, wrong_form};
use crate::signing::{Canonical, Explanation, Place, Refusal, Signed, Sink, tag};

pub(super) fn explain<K: Kept>(
    returns: &Returns<K>,
    inbound: &Inbound,
    kept: Option<&K>,
) -> Explanation {
    let stop = |verdict: String| Explanation::new(Vec::new(), verdict);
    if returns.token(inbound).is_err() {
        return stop(format!(
            "the address has no token: `{TOKEN}` is missing from its query, is empty or stands there twice, or the query is broken"
        ));
    }
    let Some(kept) = kept else {
        return stop("nothing is kept under this token".to_owned());
    };
    let Ok(fields) = Fields::read(inbound.body(), BodyFormat::Form) else {
        return stop(
            "the body cannot be read as a form: broken encoding, a field twice, or too long"
                .to_owned(),
        );
    };
    if let Some(name) = K::FIELDS.iter().find(|name| fields.text(name).is_none()) {
        return stop(format!("the field `{name}` is missing"));
    }
    let rule = K::Proof::SIGNATURE;
    let Some(given) = given::<K>(inbound, &fields) else {
        return stop(match rule.place {
            Place::Header(name) => format!("the header `{name}` is missing or stands there twice"),
            Place::Field(name) => format!("the field `{name}` is missing"),
        });
    };
    let mut parts = Vec::new();
    let mut verdict = None;
    for (proof, _) in kept.proofs() {
        let (mut found, refusal) = shown(&proof, kept);
        if let Some(refusal) = refusal {
            return Explanation::new(found, refusal);
        }
        if !is_secret(kept, &proof) {
            let verdict = "the secret that was kept is blank: anyone can make the proof";
            return Explanation::new(found, verdict);
        }
        if is_proof(kept, &proof, given) {
            return Explanation::new(found, "verified");
        }
        verdict = verdict.or_else(|| in_another_case(kept, &proof, given));
        if !parts.is_empty() {
            parts.push("or".to_owned());
        }
        parts.append(&mut found);
    }
    let verdict = verdict.or_else(|| wrong_form(rule, given));
    Explanation::new(
        parts,
        verdict.unwrap_or_else(|| {
            "the proof matches nothing that this page can say: it is of another page, or made up"
                .to_owned()
        }),
    )
}

/// Whether the proof holds with the letters of the secret in another case than they are hashed in.
fn in_another_case<K: Kept>(kept: &K, proof: &K::Proof, given: &str) -> Option<String> {
    let rule = K::Proof::SIGNATURE;
    let case = [Case::Lower, Case::Upper].into_iter().find(|case| {
        let recased = Recased { proof, case: *case };
        tag(&recased, kept, rule.scheme).is_ok_and(|tag| tag.matches(given, rule.text))
    })?;
    let word = match case {
        Case::Lower => "lower",
        Case::Upper => "upper",
    };
    Some(format!(
        "the proof was made with the letters of the secret in {word} case: it is genuine, and not as documented"
    ))
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
}

/// A proof with its secrets in another case.
struct Recased<'a, M> {
    proof: &'a M,
    case: Case,
}

impl<M: Canonical> Canonical for Recased<'_, M> {
    type Keys = M::Keys;

    fn stream<S: Sink>(&self, keys: &M::Keys, sink: &mut S) -> Result<(), Refusal> {
        let case = self.case;
        self.proof.stream(keys, &mut Recasing { sink, case })
    }
}

struct Recasing<'a, S> {
    sink: &'a mut S,
    case: Case,
}

impl<S: Sink> Sink for Recasing<'_, S> {
    fn literal(&mut self, text: &'static str) {
        self.sink.literal(text);
    }

    fn value(&mut self, name: &'static str, text: &str) {
        self.sink.value(name, text);
    }

    fn secret(&mut self, name: &'static str, bytes: &[u8]) {
        let bytes = match self.case {
            Case::Lower => bytes.to_ascii_lowercase(),
            Case::Upper => bytes.to_ascii_uppercase(),
        };
        self.sink.secret(name, &bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Page, inbound, proof, returns};

    #[test]
    fn a_person_learns_why_a_return_was_not_believed() {
        let check = |target: &str, body: &str, code: Option<&'static str>, verdict: &str| {
            let code = code.map(Page);
            let found = returns().explain(&inbound(target, body), code.as_ref());
            assert!(
                found.verdict().starts_with(verdict),
                "{target} {body}: {found}"
            );
            assert!(!found.to_string().contains("secReT"), "{found}");
            let believed = code
                .as_ref()
                .is_some_and(|code| returns().verify(&inbound(target, body), code).is_ok());
            assert_eq!(believed, verdict == "verified", "{target} {body}");
            found
        };
        let code = Some("secReT");
        let good = format!("proof={}&note=n", proof("secReT", "no"));
        let found = check("/back?t=1", &good, code, "verified");
        assert_eq!(found.parts(), ["code = ***", "word = \"no\""]);
        check("/back?t=1", &good, None, "nothing is kept under this token");
        let body = |text: &str| format!("proof={text}&note=n");
        for (wrong, verdict) in [
            (format!("{good}&note=n"), "the body cannot be read"),
            (good.replace("note", "Note"), "the field `note` is missing"),
            (
                good.replace("proof", "Proof"),
                "the field `proof` is missing",
            ),
            (body(&proof("another", "no")), "the proof matches nothing"),
            (
                body(&proof("secReT", "perhaps")),
                "the proof matches nothing",
            ),
            (
                body(&proof("secret", "no")),
                "the proof was made with the letters of the secret in lower case",
            ),
            (
                body(&proof("SECRET", "yes")),
                "the proof was made with the letters of the secret in upper case",
            ),
            (body("abc"), "the signature has 3 characters"),
            (
                body(&"A".repeat(44)),
                "the signature has the length of the text form Base64",
            ),
        ] {
            check("/back?t=1", &wrong, code, verdict);
        }
        let found = check("/back?t=1", &body(&proof("x", "no")), code, "the proof");
        let either = [
            "code = ***",
            "word = \"yes\"",
            "or",
            "code = ***",
            "word = \"no\"",
        ];
        assert_eq!(found.parts(), either);
        for (blank, word) in [("", "yes"), (" \t", "no")] {
            let made = body(&proof(blank, word));
            check(
                "/back?t=1",
                &made,
                Some(blank),
                "the secret that was kept is blank",
            );
        }
    }

    #[test]
    fn a_return_without_a_token_is_told_apart() {
        for none in ["/back", "/back?t=", "/back?t=1&t=1", "/back?t=%4"] {
            let found = returns().explain(&inbound(none, ""), Some(&Page("x")));
            assert!(
                found.verdict().starts_with("the address has no token"),
                "{found}"
            );
        }
    }
}
