//! Why a callback was or was not verified, for people.

use super::inbound::Inbound;
use super::notice::Notice;
use super::verifier::Verifier;
use crate::signing::explained::{mismatch, shown};
use crate::signing::{Canonical, Explanation, Keys, Place, Signed};

pub(super) fn explain<N: Notice + Signed>(verifier: &Verifier<N>, inbound: &Inbound) -> Explanation
where
    N::Keys: Keys + Sized,
{
    let stop = |verdict: &str| Explanation::new(Vec::new(), verdict);
    let Ok(fields) = verifier.fields(inbound) else {
        return stop(
            "the body cannot be read: an unknown content type, broken encoding, a field twice, or too long",
        );
    };
    let Some(given) = verifier.given(inbound, &fields) else {
        return stop(&match verifier.rule().place {
            Place::Header(name) => format!("the header `{name}` is missing or stands there twice"),
            Place::Field(name) => format!("the field `{name}` is missing"),
        });
    };
    let Ok(message) = N::read(&fields) else {
        return stop("a signed field is missing, empty, or not as described");
    };
    let mut parts = Vec::new();
    for (id, signer) in verifier.ring().iter() {
        let (found, refusal) = shown(&message, signer.keys());
        if let Some(refusal) = refusal {
            return Explanation::new(found, refusal);
        }
        parts = found;
        if signer.matches(&message, verifier.rule(), given) {
            return match Canonical::reads_one_way(&message) {
                Ok(()) => Explanation::new(parts, format_args!("verified with key {id:?}")),
                Err(refusal) => Explanation::new(parts, refusal),
            };
        }
    }
    Explanation::new(parts, mismatch(verifier.rule(), given))
}
