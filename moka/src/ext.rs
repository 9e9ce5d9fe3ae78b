//! What only Moka does: the return of the buyer's browser, and the one bit that its hash proves.

#[cfg(any(feature = "client", feature = "blocking"))]
mod confirm;

use payments_core::error::Rejected;
use payments_core::incoming::{Fields, Kept, Notice, Returns};
use payments_core::signing::{Keys, Place, Scheme, SignatureRule, Signed, TagText};
use payments_core::{Canonical, Secret};

use crate::codes::BankCode;
use crate::inbound::PaymentReturn;

#[cfg(any(feature = "client", feature = "blocking"))]
pub use confirm::Taking;

/// What the hash of a return says. There is a third result, which is no value: where it says
/// neither, the return is rejected, and nothing is known that was not known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The payment succeeded.
    Success,
    /// It failed, as far as the bank's answer says: some of its codes leave it open.
    Failure,
}

impl Outcome {
    /// As the provider writes it: `T` or `F`. With the shop's code before it, this is what tells
    /// two returns apart.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Success => "T",
            Self::Failure => "F",
        }
    }
}

/// A return whose hash held.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Returned {
    /// The shop's code of the payment, from the shop's own record.
    pub reference: String,
    /// What the hash says.
    pub outcome: Outcome,
}

impl Notice for Returned {
    type Unsigned = PaymentReturn;
    const PROVIDER: &'static str = PaymentReturn::PROVIDER;
    const NAME: &'static str = "returned";

    /// Nothing can be read without the record that the token names: [`Returns::verify`].
    fn read(_fields: &Fields<'_>) -> Result<Self, Rejected> {
        Err(Rejected::by_provider_crate())
    }

    fn read_unsigned(fields: &Fields<'_>) -> PaymentReturn {
        let text = |name| fields.text(name).map(str::to_owned);
        PaymentReturn {
            hash_value: text("hashValue").unwrap_or_default(),
            result_code: fields.text("resultCode").map(BankCode::from),
            result_message: text("resultMessage"),
            trx_code: text("trxCode"),
            other_trx_code: text("OtherTrxCode").unwrap_or_default(),
        }
    }

    fn dedupe(&self) -> Vec<&str> {
        vec![&self.reference, self.outcome.letter()]
    }

    fn reference(&self) -> &str {
        &self.reference
    }
}

/// What the shop keeps of a page on its server, under the token of its return address. Neither the
/// page, nor a cookie, nor an address may hold the `CodeForHash`: who knows it can forge a return.
#[derive(Clone, Debug)]
pub struct Started {
    reference: String,
    code_for_hash: Secret<String>,
}

impl Started {
    /// The shop's code of the payment, and the `CodeForHash` of the page as it came.
    #[must_use]
    pub fn new(reference: impl Into<String>, code_for_hash: &Secret<String>) -> Self {
        Self {
            reference: reference.into(),
            // Moka's rule; in which case real answers have it is unknown.
            code_for_hash: code_for_hash.expose().to_ascii_uppercase().into(),
        }
    }
}

impl Keys for Started {}

/// What is hashed: the `CodeForHash` and the letter, nothing of the message.
#[derive(Canonical)]
#[canonical(keys = Started, join = "", order("$codeForHash", "letter"))]
pub struct Proof {
    #[wire("letter")]
    letter: &'static str,
}

impl Signed for Proof {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::Sha256,
        text: TagText::Hex,
        place: Place::Field("hashValue"),
    };
}

impl Kept for Started {
    type Notice = Returned;
    type Proof = Proof;
    const FIELDS: &'static [&'static str] =
        &["resultCode", "resultMessage", "trxCode", "OtherTrxCode"];

    fn proofs(&self) -> Vec<(Proof, Returned)> {
        let proof = |outcome: Outcome| {
            let letter = outcome.letter();
            let reference = self.reference.clone();
            (Proof { letter }, Returned { reference, outcome })
        };
        [Outcome::Success, Outcome::Failure].map(proof).into()
    }
}

/// The endpoint that Moka's pages send browsers back to. `environment` and `account` are the
/// merchant's own names; they keep two accounts with the same codes apart.
///
/// ```
/// let returns = payments_moka::ext::returns("live", "main-shop");
/// let token = payments_moka::unguessable()?;
/// let url = returns.url("https://shop.example/moka/return", &token)?; // for `RedirectUrl`
/// assert_eq!(url, format!("https://shop.example/moka/return?t={token}"));
/// # Ok::<(), payments_moka::payments_core::error::Misuse>(())
/// ```
#[must_use]
pub fn returns(environment: &str, account: &str) -> Returns<Started> {
    Returns::new(environment, account)
}

#[cfg(test)]
mod tests {
    use payments_core::signing::{tag, text};

    use super::*;

    /// What is given, what is hashed, and the hash: K1 and K2 of the provider's hash page, which K3,
    /// by `tests/vectors/digests.sh`, is not.
    #[test]
    fn the_hash_is_made_as_documented() {
        let upper = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
        for code in [upper.to_owned(), upper.to_lowercase()] {
            let started = Started::new("ORD-1", &Secret::from(&*code));
            for (outcome, canonical, hash) in [
                (
                    Outcome::Success,
                    format!("{upper}T"),
                    "cdb7869505bdaaac2f4c891fc9ed889885fd7a0c880127ab5d508883efa3ee83",
                ),
                (
                    Outcome::Failure,
                    format!("{upper}F"),
                    "acc929d261fdbf9c41de3db1ae854b1ee1e46344fad0292fd4bbbc43d094c2a3",
                ),
            ] {
                let proof = Proof {
                    letter: outcome.letter(),
                };
                assert_eq!(text(&proof, &started).unwrap(), canonical);
                let tag = tag(&proof, &started, Scheme::Sha256);
                assert_eq!(tag.unwrap().text(TagText::Hex).as_str(), hash);
                let k3 = "c24aa0e6f779906af504d58e265eb18116a0d0867b54b2241ca0779550721e56";
                assert_ne!(hash, k3);
            }
        }
    }
}
