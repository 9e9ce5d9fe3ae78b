//! What is known of a scheme from its document alone: for the forger, who lacks the keys, and for the
//! oracle, which reads without the verifier's code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::message::Draft;

/// The name under which a path is signed, and that under which a letter is.
pub(super) const PATH: &str = "path";
pub(super) const LETTER: &str = "letter";

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Canonical {
    /// The values with this between them, the secret last.
    Joined(&'static str),
    /// `name=value` pairs; where a name is given, behind it and the public key.
    Pairs(Option<&'static str>),
    /// The secret, the path, then every field but the tag, sorted by its first character.
    SecretFirst,
    /// The secret, then the letter.
    Letter,
}

/// How a tag is made of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Sha256Base64,
    Sha256Hex,
    HmacHex,
    /// Behind the public key and a colon.
    Md5Base64,
    /// It is a ciphertext, and made by others.
    Sealed,
}

/// The keys of one tenant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) public: &'static str,
    pub(super) secret: &'static str,
}

/// The signed values by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Meaning(pub(super) Vec<(String, String)>);

/// A message that whoever has the secret signed.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) draft: Draft,
    /// A signed value holds a control character, or what makes the signed text that of another
    /// message too: it has to be refused, however well it is signed. Every other one has to be accepted.
    pub(super) is_blurred: bool,
}

/// The scheme.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// What stands before the fields: of a request its path, of a link its scheme, and the question
    /// mark.
    pub(super) prefix: &'static str,
    /// The signed fields in their order; all, where they are sorted.
    pub(super) signed: &'static [&'static str],
    /// Signed as empty where they are absent.
    pub(super) optional: &'static [&'static str],
    /// Left out where all of them are absent; signed as empty where some are.
    pub(super) together: &'static [&'static str],
    /// The field with the tag; otherwise it stands in a header.
    pub(super) tag_field: Option<&'static str>,
    pub(super) canonical: Canonical,
    pub(super) proof: Proof,
    pub(super) ours: Keys,
    pub(super) theirs: Keys,
    pub(super) originals: Vec<Original>,
    /// Ciphertexts that are not to be opened.
    pub(super) sealed: Vec<String>,
    /// A field that is another one in most forgeries, because nothing is taken twice under it.
    pub(super) fresh: Option<&'static str>,
}

impl Layout {
    /// With nothing before the fields, none signed, and the tag in a header.
    pub(super) fn new(
        (canonical, proof): (Canonical, Proof),
        (ours, theirs): (Keys, Keys),
        originals: Vec<Original>,
    ) -> Self {
        Self {
            prefix: "",
            signed: &[],
            optional: &[],
            together: &[],
            tag_field: None,
            canonical,
            proof,
            ours,
            theirs,
            originals,
            sealed: Vec::new(),
            fresh: None,
        }
    }

    /// The originals as they are sent.
    pub(super) fn signed_originals(&self) -> Vec<Draft> {
        let drafts = self.originals.iter().map(|original| {
            let mut draft = original.draft.clone();
            if let Some(tag) = self.tag(&self.ours, &self.meaning(&draft)) {
                draft.set_tag(self, tag);
            }
            draft
        });
        drafts.collect()
    }

    /// What a draft says under its signature.
    pub(super) fn meaning(&self, draft: &Draft) -> Meaning {
        if !draft.letter.is_empty() {
            return Meaning(vec![(LETTER.to_owned(), draft.letter.to_owned())]);
        }
        let pairs = draft.fields.iter();
        let pairs = pairs.map(|field| (field.name.clone(), field.value.clone()));
        self.select(self.prefix, &pairs.collect::<Vec<_>>())
            .unwrap_or_default()
    }

    /// The signed ones of all fields, in order; nothing where one is missing or stands twice.
    pub(super) fn select(&self, prefix: &str, pairs: &[(String, String)]) -> Option<Meaning> {
        if matches!(self.canonical, Canonical::SecretFirst) {
            let is_tag = |name: &str| Some(name) == self.tag_field;
            let mut all = pairs.to_vec();
            all.retain(|(name, _)| !is_tag(name));
            all.sort();
            let doubled = all.windows(2).any(|two| match two {
                [(one, _), (other, _)] => one == other,
                _ => false,
            });
            all.insert(0, (PATH.to_owned(), prefix.to_owned()));
            return (!doubled).then_some(Meaning(all));
        }
        let is_there = |name: &&str| pairs.iter().any(|(known, _)| known == name);
        let apart = !self.together.iter().any(is_there);
        let mut found = Vec::new();
        for name in self.signed {
            let mut given = pairs.iter().filter(|(known, _)| known == name);
            let value = match (given.next(), given.next()) {
                (Some((_, value)), None) => value.clone(),
                (None, _) if apart && self.together.contains(name) => continue,
                (None, _) if self.optional.contains(name) => String::new(),
                (_, _) => return None,
            };
            found.push(((*name).to_owned(), value));
        }
        Some(Meaning(found))
    }

    /// The signed text under these keys.
    pub(super) fn canonical(&self, keys: &Keys, Meaning(values): &Meaning) -> String {
        let texts = || values.iter().map(|(_, value)| value.as_str());
        match self.canonical {
            Canonical::Joined(with) => {
                let parts: Vec<&str> = texts().chain([keys.secret]).collect();
                parts.join(with)
            }
            Canonical::Pairs(name) => {
                let key = name.map(|name| format!("{name}={}", keys.public));
                let parts: Vec<String> = key.into_iter().chain(pairs(values)).collect();
                parts.join("&")
            }
            Canonical::SecretFirst => {
                let path = texts().next().unwrap_or_default();
                let rest: Vec<String> = pairs(values.get(1..).unwrap_or_default()).collect();
                format!("{}{path}{}", keys.secret, rest.join("&"))
            }
            Canonical::Letter => texts().fold(keys.secret.to_owned(), |text, part| text + part),
        }
    }

    /// The tag of these values under these keys; nothing where it is not made of them.
    pub(super) fn tag(&self, keys: &Keys, meaning: &Meaning) -> Option<String> {
        let text = self.canonical(keys, meaning);
        let digest = match self.proof {
            Proof::Sha256Base64 | Proof::Sha256Hex => Sha256::digest(&text).to_vec(),
            Proof::Md5Base64 => Md5::digest(&text).to_vec(),
            Proof::HmacHex => {
                let mac = Hmac::<Sha256>::new_from_slice(keys.secret.as_bytes()).ok()?;
                mac.chain_update(&text).finalize().into_bytes().to_vec()
            }
            Proof::Sealed => return None,
        };
        Some(self.written(keys.public, &digest))
    }

    /// A digest as it is written.
    pub(super) fn written(&self, public: &str, digest: &[u8]) -> String {
        match self.proof {
            Proof::Sha256Base64 | Proof::Sealed => STANDARD.encode(digest),
            Proof::Sha256Hex | Proof::HmacHex => const_hex::encode(digest),
            Proof::Md5Base64 => format!("{public}:{}", STANDARD.encode(digest)),
        }
    }

    /// The digest in a tag.
    pub(super) fn digest(&self, tag: &str) -> Option<Vec<u8>> {
        match self.proof {
            Proof::Sha256Base64 | Proof::Sealed => STANDARD.decode(tag).ok(),
            Proof::Sha256Hex | Proof::HmacHex => const_hex::decode(tag).ok(),
            Proof::Md5Base64 => STANDARD.decode(tag.split_once(':')?.1).ok(),
        }
    }
}

fn pairs(values: &[(String, String)]) -> impl Iterator<Item = String> {
    values.iter().map(|(name, value)| format!("{name}={value}"))
}
