//! Canonical strings, hashes and MACs, and the one constant-time compare.

pub mod canonical;
mod digest;
pub(crate) mod explained;
mod pem;
mod query;
mod secret;
mod strength;

pub use canonical::{Canonical, Part, Refusal, Sink, check_key};
pub use digest::{
    Keys, Place, Scheme, SignatureRule, Signed, Signer, Tag, TagString, TagText, same, tag,
    tag_text, text,
};
pub use explained::Explanation;
pub use pem::pem;
pub use query::{Escaping, QueryRules, SignedQuery};
pub use secret::{KeyPart, MIN_SECRET, Secret, check_given, check_secret, check_secret_of};
pub use strength::{apparent_bits, expect_strong};
