//! Forgeries of the tag.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::super::extension::extend;
use super::super::layout::{Keys, LETTER};
use super::super::message::{Field, Format};
use super::Forger;

impl Forger<'_> {
    fn tag(&self) -> String {
        self.draft.tag(self.layout)
    }

    fn set_tag(&mut self, tag: String) {
        self.draft.set_tag(self.layout, tag);
    }

    /// The digest in the tag, for half of the forgers; the others see a text.
    fn digest_or_text(&mut self) -> Result<Vec<u8>, String> {
        let tag = self.tag();
        let digest = self.layout.digest(&tag);
        digest.filter(|_| self.draw.once_in(2)).ok_or(tag)
    }

    pub(super) fn truncated(&mut self) {
        let tag = match self.digest_or_text() {
            Ok(digest) => {
                let (from, to) = (self.draw.below(3), self.draw.below(digest.len()));
                let part = digest.get(from..to).unwrap_or_default();
                self.layout.written(self.layout.ours.public, part)
            }
            Err(mut text) => {
                text.truncate(self.draw.cut(&text));
                text
            }
        };
        self.set_tag(tag);
    }

    pub(super) fn extended(&mut self) {
        const MORE: [&str; 10] = ["=", "==", "0", "00", "A", "\0", ",", "\n", ":", "AAAA"];
        let tag = match self.digest_or_text() {
            Ok(mut digest) => {
                let more = self.draw.below(33).saturating_add(1);
                digest.resize(digest.len().saturating_add(more), 0);
                self.layout.written(self.layout.ours.public, &digest)
            }
            Err(text) => text + self.draw.pick(&MORE),
        };
        self.set_tag(tag);
    }

    pub(super) fn reformed(&mut self) {
        let tag = self.tag();
        let digest = self.layout.digest(&tag).unwrap_or_default();
        let hex = const_hex::encode(&digest);
        let base64 = STANDARD.encode(&digest);
        let forms = [
            hex.to_uppercase(),
            format!("0x{hex}"),
            STANDARD.encode(&hex),
            URL_SAFE.encode(&digest),
            base64.trim_end_matches('=').to_owned(),
            stepped(&tag),
            format!("ApiKey {tag}"),
            format!("sha256={tag}"),
            tag.chars().rev().collect(),
            "0".repeat(tag.len()),
            String::new(),
            hex,
            base64,
        ];
        let tag = self.draw.pick(&forms);
        self.set_tag(tag);
    }

    /// One more field behind what the hash appends to the last one, and the tag of all that.
    pub(super) fn lengthened(&mut self) {
        const NAMES: [&str; 4] = ["transactionId", "userId", "zz", "zzz"];
        let name = self.draw.pick(&NAMES);
        let suffix = format!("&{name}=forged");
        let meaning = self.layout.meaning(&self.draft);
        let digest = self.layout.digest(&self.tag()).unwrap_or_default();
        let Some((glue, digest)) = extend(self.layout, &meaning, &digest, suffix.as_bytes()) else {
            return;
        };
        let mut fields = self.draft.fields.iter_mut();
        let last = meaning.0.last().map(|(last, _)| last);
        if let Some(field) = fields.find(|field| Some(&field.name) == last) {
            let Field { name, value, .. } = &*field;
            let glue = glue.iter();
            field.written = Some(match self.draft.format {
                Format::Form => {
                    let glue: String = glue.map(|byte| format!("%{byte:02x}")).collect();
                    format!("{name}={value}{glue}")
                }
                Format::Json => {
                    let glue: String = glue.map(|byte| format!("\\u{byte:04x}")).collect();
                    format!("\"{name}\":\"{value}{glue}\"")
                }
            });
        }
        self.draft.fields.push(Field::new(name, "forged"));
        self.set_tag(self.layout.written(self.layout.ours.public, &digest));
    }

    /// A tag of these fields under keys that are not ours; of a ciphertext, one that others made.
    fn sign(&mut self, keys: &Keys) {
        let mut meaning = self.layout.meaning(&self.draft);
        for (_, value) in meaning.0.iter_mut().filter(|(name, _)| name == LETTER) {
            *value = self.draw.pick(&["T", "F"]).to_owned();
        }
        let tag = self.layout.tag(keys, &meaning);
        let tag = tag.unwrap_or_else(|| self.draw.pick(&self.layout.sealed));
        self.set_tag(tag);
    }

    pub(super) fn other_key(&mut self) {
        if self.draw.once_in(2) {
            self.changed();
        }
        let theirs = self.layout.theirs;
        let public = self.draw.pick(&[self.layout.ours.public, theirs.public]);
        self.sign(&Keys { public, ..theirs });
    }

    pub(super) fn empty_key(&mut self) {
        if self.draw.once_in(2) {
            self.changed();
        }
        let public = self.draw.pick(&[self.layout.ours.public, ""]);
        self.sign(&Keys { public, secret: "" });
    }

    pub(super) fn other_tag(&mut self) {
        if self.draw.once_in(2) {
            self.changed();
        }
        let tag = self.draw.pick(self.tags);
        self.set_tag(tag);
    }
}

/// With the last letter one further: of base64, it may be of the same bytes.
fn stepped(tag: &str) -> String {
    let mut bytes = tag.as_bytes().to_vec();
    if let Some(last) = bytes.iter_mut().rev().find(|byte| **byte != b'=') {
        *last = last.wrapping_add(1);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
