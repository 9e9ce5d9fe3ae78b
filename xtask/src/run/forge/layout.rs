//! What is known of a scheme from its document alone: for the forger, who lacks the keys, and for the
//! oracle, which reads without the verifier's code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::message::{Cell, Draft, Format};

/// Where the tag stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Header,
    Field(&'static str),
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Canonical {
    /// The values with this between them, the secret last.
    Joined(&'static str),
    /// `name=value` pairs behind this name and the public key.
    Pairs(&'static str),
    /// The secret, then the prefix, then every field but the tag, sorted.
    SecretFirst,
    /// The secret and a letter, whatever the fields are.
    Letter,
}

/// How a tag is made.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    Sha256Base64,
    Sha256Hex,
    HmacHex,
    /// Behind the public key and a colon.
    Md5Base64,
    /// By others; these are not to be taken.
    Foreign(Vec<String>),
}

/// The keys of one tenant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) public: &'static str,
    pub(super) secret: &'static str,
}

/// A message that is validly signed.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) format: Format,
    pub(super) cells: Vec<Cell>,
    /// Whether it has to be accepted as it is. Where a text holds what joins the signed string,
    /// it may be refused; it must never be taken for another one.
    pub(super) holds: bool,
}

/// The scheme.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// What stands before the fields: of a request its path, of a link its scheme.
    pub(super) prefix: &'static str,
    pub(super) originals: Vec<Original>,
    /// In the order in which they are signed. Nothing where all are.
    pub(super) signed: &'static [&'static str],
    /// Signed as empty where they are absent.
    pub(super) optional: &'static [&'static str],
    /// Left out where all of them are absent.
    pub(super) together: &'static [&'static str],
    pub(super) place: Place,
    pub(super) canonical: Canonical,
    pub(super) proof: Proof,
    pub(super) ours: Keys,
    pub(super) theirs: Keys,
    /// A field that is another one in nearly every forgery, as repeats are not taken.
    pub(super) fresh: Option<&'static str>,
}

impl Layout {
    /// The original as it is to be sent.
    pub(super) fn signed(&self, original: &Original) -> Draft {
        let mut draft = Draft {
            format: original.format,
            cells: original.cells.clone(),
            header: Vec::new(),
        };
        if !matches!(self.proof, Proof::Foreign(_)) {
            let tag = self.tag(&self.ours, &self.values(&draft.cells));
            draft.set_tag(self, tag);
        }
        draft
    }

    /// What is signed of these fields.
    pub(super) fn values(&self, cells: &[Cell]) -> Vec<(String, String)> {
        let pairs = cells.iter().map(|cell| (cell.name.clone(), cell.value.clone()));
        self.select(&pairs.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// The signed ones of all fields, in order; nothing where one is missing or stands twice.
    pub(super) fn select(&self, pairs: &[(String, String)]) -> Option<Vec<(String, String)>> {
        if matches!(self.canonical, Canonical::SecretFirst) {
            let mut all = pairs.to_vec();
            if let Place::Field(tag) = self.place {
                all.retain(|(name, _)| name != tag);
            }
            all.sort();
            let doubled = all.windows(2).any(|two| matches!(two, [(a, _), (b, _)] if a == b));
            return (!doubled).then_some(all);
        }
        let find = |wanted: &str| pairs.iter().filter(move |(name, _)| name == wanted);
        let apart = self.together.iter().all(|name| find(name).next().is_none());
        let mut found = Vec::new();
        for name in self.signed {
            let value = match (find(name).next(), find(name).nth(1)) {
                (Some((_, value)), None) => value.clone(),
                (None, _) if self.together.contains(name) && apart => continue,
                (None, _) if self.optional.contains(name) || self.together.contains(name) => {
                    String::new()
                }
                (_, _) => return None,
            };
            found.push(((*name).to_owned(), value));
        }
        Some(found)
    }

    /// The signed text, or what an ignorant verifier takes for it.
    pub(super) fn canonical(&self, keys: &Keys, values: &[(String, String)]) -> Vec<u8> {
        let pairs = || values.iter().map(|(name, value)| format!("{name}={value}"));
        match self.canonical {
            Canonical::Joined(with) => {
                let values = values.iter().map(|(_, value)| &**value);
                let parts: Vec<&str> = values.chain([keys.secret]).collect();
                parts.join(with)
            }
            Canonical::Pairs(name) => {
                let first = format!("{name}={}", keys.public);
                let parts: Vec<String> = std::iter::once(first).chain(pairs()).collect();
                parts.join("&")
            }
            Canonical::SecretFirst => {
                let parts: Vec<String> = pairs().collect();
                format!("{}{}{}", keys.secret, self.prefix, parts.join("&"))
            }
            Canonical::Letter => format!("{}T", keys.secret),
        }
        .into_bytes()
    }

    /// The tag of these values under these keys.
    pub(super) fn tag(&self, keys: &Keys, values: &[(String, String)]) -> String {
        let text = self.canonical(keys, values);
        self.tag_text(&match &self.proof {
            Proof::Sha256Base64 | Proof::Sha256Hex => Sha256::digest(&text).to_vec(),
            Proof::Md5Base64 => Md5::digest(&text).to_vec(),
            // A MAC takes a key of any length.
            Proof::HmacHex => Hmac::<Sha256>::new_from_slice(keys.secret.as_bytes())
                .map(|mac| mac.chain_update(&text).finalize().into_bytes().to_vec())
                .unwrap_or_default(),
            Proof::Foreign(_) => Vec::new(),
        })
    }

    /// A digest as it is written.
    pub(super) fn tag_text(&self, digest: &[u8]) -> String {
        match &self.proof {
            Proof::Sha256Base64 | Proof::Foreign(_) => STANDARD.encode(digest),
            Proof::Sha256Hex | Proof::HmacHex => const_hex::encode(digest),
            Proof::Md5Base64 => format!("{}:{}", self.ours.public, STANDARD.encode(digest)),
        }
    }

    /// The digest in a tag.
    pub(super) fn digest(&self, tag: &str) -> Option<Vec<u8>> {
        match &self.proof {
            Proof::Sha256Base64 | Proof::Foreign(_) => STANDARD.decode(tag).ok(),
            Proof::Sha256Hex | Proof::HmacHex => const_hex::decode(tag).ok(),
            Proof::Md5Base64 => STANDARD.decode(tag.split_once(':')?.1).ok(),
        }
    }
}
