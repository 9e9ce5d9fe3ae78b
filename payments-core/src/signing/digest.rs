//! Hashes and MACs over canonical strings, their text forms, and the one constant-time compare.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
#[cfg(feature = "hmac")]
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::canonical::{Canonical, Refusal, Sink};

/// The keys of one account, as far as signing needs them.
pub trait Keys {
    /// The key of the MAC, for schemes that have one beside the canonical string.
    fn mac_key(&self) -> Option<&[u8]> {
        None
    }
}

/// For messages that are signed without any key.
impl Keys for () {}

/// How the tag is computed from the canonical string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// Plain SHA-256; the secret is a part of the string.
    Sha256,
    /// HMAC-SHA256 under [`Keys::mac_key`].
    #[cfg(feature = "hmac")]
    HmacSha256,
    /// Plain MD5; the secret is a part of the string.
    #[cfg(feature = "md5")]
    Md5,
}

/// How the tag is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagText {
    /// Base64 of the raw bytes: standard alphabet, padded.
    Base64,
    /// Hexadecimal; written in lower case, read in both.
    Hex,
    /// Base64 of the lower-case hexadecimal text.
    Base64OfHex,
}

/// Where the tag stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In this header.
    Header(&'static str),
    /// In this field of the body.
    Field(&'static str),
}

/// Scheme, text form and place of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureRule {
    /// How it is computed.
    pub scheme: Scheme,
    /// How it is written.
    pub text: TagText,
    /// Where it stands.
    pub place: Place,
}

/// A message that carries a signature.
pub trait Signed: Canonical {
    /// Its rule.
    const SIGNATURE: SignatureRule;
}

/// The longest digest of any scheme, in bytes.
const MAX_TAG: usize = 32;
/// The longest text form: base64 of 64 hexadecimal digits.
const MAX_TEXT: usize = 88;

/// A computed tag. Compare it with [`Tag::matches`] only.
#[derive(Clone, Copy)]
pub struct Tag {
    bytes: [u8; MAX_TAG],
    length: usize,
}

impl Tag {
    #[inline]
    fn new(digest: &[u8]) -> Self {
        let mut bytes = [0; MAX_TAG];
        let length = digest.len().min(MAX_TAG);
        if let Some((to, from)) = bytes.get_mut(..length).zip(digest.get(..length)) {
            to.copy_from_slice(from);
        }
        Self { bytes, length }
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The tag as text, on the stack.
    #[must_use]
    #[inline]
    pub fn text(&self, form: TagText) -> TagString {
        let mut bytes = [0; MAX_TEXT];
        // What is written fits by construction.
        let length = match form {
            TagText::Base64 => BASE64.encode_slice(self.as_bytes(), &mut bytes),
            TagText::Hex => Ok(hex(self.as_bytes(), &mut bytes).len()),
            TagText::Base64OfHex => {
                let mut digits = [0; MAX_TEXT];
                BASE64.encode_slice(hex(self.as_bytes(), &mut digits), &mut bytes)
            }
        };
        TagString {
            bytes,
            length: length.unwrap_or(0),
        }
    }

    /// Whether `given` is this tag, in constant time. The text must be of exactly the form and
    /// length.
    #[must_use]
    pub fn matches(&self, given: &str, form: TagText) -> bool {
        let mut hex = [0; MAX_TEXT];
        let mut raw = [0; MAX_TEXT];
        let decoded = match form {
            TagText::Base64 => decode_base64(given.as_bytes(), &mut raw),
            TagText::Hex => decode_hex(given.as_bytes(), &mut raw),
            TagText::Base64OfHex => decode_base64(given.as_bytes(), &mut hex)
                .filter(|digits| !digits.iter().any(u8::is_ascii_uppercase))
                .and_then(|digits| decode_hex(digits, &mut raw)),
        };
        decoded.is_some_and(|decoded| same(self.as_bytes(), decoded))
    }
}

/// Tags of callbacks are secrets until they are sent.
impl fmt::Debug for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tag(***)")
    }
}

/// The text of a tag, on the stack.
#[derive(Clone, Copy)]
pub struct TagString {
    bytes: [u8; MAX_TEXT],
    length: usize,
}

impl TagString {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes
            .get(..self.length)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for TagString {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TagString(***)")
    }
}

/// The digits at the start of `into`.
fn hex<'a>(bytes: &[u8], into: &'a mut [u8; MAX_TEXT]) -> &'a [u8] {
    let digits = into
        .get_mut(..bytes.len().saturating_mul(2))
        .unwrap_or_default();
    match const_hex::encode_to_slice(bytes, digits) {
        Ok(()) => digits,
        Err(_) => &[],
    }
}

fn decode_base64<'a>(text: &[u8], into: &'a mut [u8; MAX_TEXT]) -> Option<&'a [u8]> {
    // Before decoding, so that the buffer always suffices.
    if text.len() > MAX_TEXT {
        return None;
    }
    let length = BASE64.decode_slice(text, into).ok()?;
    into.get(..length)
}

fn decode_hex<'a>(text: &[u8], into: &'a mut [u8; MAX_TEXT]) -> Option<&'a [u8]> {
    // For the whole text: const-hex would skip a leading 0x, which is no part of any provider's form,
    // and then finds the length wrong.
    let raw = into.get_mut(..text.len().checked_div(2)?)?;
    const_hex::decode_to_slice(text, raw).ok()?;
    Some(raw)
}

/// The one compare of tags: constant-time for equal lengths; lengths are no secret.
#[must_use]
pub fn same(ours: &[u8], theirs: &[u8]) -> bool {
    if ours.len() != theirs.len() {
        return false;
    }
    // Byte by byte it would take longer than the hash of a short message.
    let (our_words, our_rest) = ours.as_chunks();
    let (their_words, their_rest) = theirs.as_chunks();
    let mut equal = our_rest.ct_eq(their_rest);
    for (ours, theirs) in our_words.iter().zip(their_words) {
        equal &= u64::from_ne_bytes(*ours).ct_eq(&u64::from_ne_bytes(*theirs));
    }
    bool::from(equal)
}

struct Hashing<D>(D);

impl<D: Digest> Sink for Hashing<D> {
    #[inline]
    fn literal(&mut self, text: &'static str) {
        self.0.update(text);
    }

    #[inline]
    fn value(&mut self, _name: &'static str, text: &str) {
        self.0.update(text);
    }

    #[inline]
    fn secret(&mut self, _name: &'static str, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

#[cfg(feature = "hmac")]
struct Macing(Hmac<Sha256>);

#[cfg(feature = "hmac")]
impl Sink for Macing {
    #[inline]
    fn literal(&mut self, text: &'static str) {
        self.0.update(text.as_bytes());
    }

    #[inline]
    fn value(&mut self, _name: &'static str, text: &str) {
        self.0.update(text.as_bytes());
    }

    #[inline]
    fn secret(&mut self, _name: &'static str, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// Keys with everything prepared that is the same for every message.
#[derive(Clone)]
pub struct Signer<K> {
    keys: K,
    #[cfg(feature = "hmac")]
    mac: Option<Hmac<Sha256>>,
}

impl<K: Keys> Signer<K> {
    /// Prepares the keys.
    #[must_use]
    pub fn new(keys: K) -> Self {
        Self {
            #[cfg(feature = "hmac")]
            mac: prepared(&keys),
            keys,
        }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &K {
        &self.keys
    }

    /// Computes the tag of a message. Allocates nothing.
    ///
    /// # Errors
    /// [`Refusal`] for a value that cannot be signed unambiguously.
    #[inline]
    pub fn tag<M: Canonical<Keys = K>>(&self, message: &M, scheme: Scheme) -> Result<Tag, Refusal> {
        match scheme {
            Scheme::Sha256 => hash::<Sha256, M>(message, &self.keys),
            #[cfg(feature = "md5")]
            Scheme::Md5 => hash::<md5::Md5, M>(message, &self.keys),
            #[cfg(feature = "hmac")]
            Scheme::HmacSha256 => mac(message, &self.keys, self.mac.as_ref()),
        }
    }

    /// Whether `given` is the message's signature, and no other message's too
    /// ([`Canonical::reads_one_way`]). Allocates nothing; constant-time.
    #[inline]
    pub fn verify<M: Canonical<Keys = K>>(
        &self,
        message: &M,
        rule: SignatureRule,
        given: &str,
    ) -> bool {
        // Only of what somebody with the key has signed: nobody else learns by the time it takes.
        self.matches(message, rule, given) && message.reads_one_way().is_ok()
    }

    /// Whether `given` is the tag of the message's string, which may be another message's string as
    /// well: for what something else ties to the message. Allocates nothing; constant-time.
    #[inline]
    pub fn matches<M: Canonical<Keys = K>>(
        &self,
        message: &M,
        rule: SignatureRule,
        given: &str,
    ) -> bool {
        self.tag(message, rule.scheme)
            .is_ok_and(|tag| tag.matches(given, rule.text))
    }
}

impl<K> fmt::Debug for Signer<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Signer(***)")
    }
}

#[inline]
fn hash<D: Digest, M: Canonical>(message: &M, keys: &M::Keys) -> Result<Tag, Refusal> {
    let mut sink = Hashing(D::new());
    message.stream(keys, &mut sink)?;
    Ok(Tag::new(&sink.0.finalize()))
}

#[cfg(feature = "hmac")]
fn prepared(keys: &impl Keys) -> Option<Hmac<Sha256>> {
    let key = keys.mac_key().filter(|key| !key.is_empty())?;
    Hmac::new_from_slice(key).ok()
}

/// A scheme with a MAC whose keys have none: the description's loader refuses that, and so does
/// this.
#[cfg(feature = "hmac")]
#[inline]
fn mac<M: Canonical>(
    message: &M,
    keys: &M::Keys,
    prepared: Option<&Hmac<Sha256>>,
) -> Result<Tag, Refusal> {
    let mut sink = Macing(prepared.ok_or(Refusal::no_key())?.clone());
    message.stream(keys, &mut sink)?;
    Ok(Tag::new(&sink.0.finalize().into_bytes()))
}

/// The canonical string as text, secrets included: for tests and for signing by other means.
///
/// # Errors
/// [`Refusal`] for a value that cannot be signed unambiguously.
pub fn text<M: Canonical>(message: &M, keys: &M::Keys) -> Result<String, Refusal> {
    struct Text(Vec<u8>);

    impl Sink for Text {
        fn literal(&mut self, text: &'static str) {
            self.0.extend_from_slice(text.as_bytes());
        }

        fn value(&mut self, _name: &'static str, text: &str) {
            self.0.extend_from_slice(text.as_bytes());
        }

        fn secret(&mut self, _name: &'static str, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    let mut sink = Text(Vec::new());
    message.stream(keys, &mut sink)?;
    Ok(String::from_utf8_lossy(&sink.0).into_owned())
}

/// The signature as the provider writes it. It takes keys of any length, so that a provider's own
/// short sample can be checked.
///
/// # Errors
/// [`Refusal`] for a value that cannot be signed unambiguously.
pub fn tag_text<M: Canonical>(
    message: &M,
    keys: &M::Keys,
    rule: SignatureRule,
) -> Result<String, Refusal>
where
    M::Keys: Keys + Sized,
{
    let tag = tag(message, keys, rule.scheme)?;
    Ok(tag.text(rule.text).as_str().to_owned())
}

/// The tag of a message under keys that are used once: nothing is prepared, and nothing copied.
///
/// # Errors
/// [`Refusal`] for a value that cannot be signed unambiguously.
pub fn tag<M: Canonical>(message: &M, keys: &M::Keys, scheme: Scheme) -> Result<Tag, Refusal>
where
    M::Keys: Keys + Sized,
{
    match scheme {
        Scheme::Sha256 => hash::<Sha256, M>(message, keys),
        #[cfg(feature = "md5")]
        Scheme::Md5 => hash::<md5::Md5, M>(message, keys),
        #[cfg(feature = "hmac")]
        Scheme::HmacSha256 => mac(message, keys, prepared(keys).as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf 'ORDER-1001|success|se1234' | openssl dgst -sha256 -binary | base64, and -hex.
    const CANONICAL: &str = "ORDER-1001|success|se1234";
    const BASE64_TEXT: &str = "ymlZ2Na+E9So9yFM6S14271H9IGyHYExMbB2uSQZBaU=";
    const HEX_TEXT: &str = "ca6959d8d6be13d4a8f7214ce92d78dbbd47f481b21d813131b076b9241905a5";

    fn tag() -> Tag {
        Tag::new(&Sha256::digest(CANONICAL))
    }

    fn check(form: TagText, given: &str, expect: bool) {
        assert_eq!(tag().matches(given, form), expect, "{form:?} {given}");
    }

    #[test]
    fn the_text_forms_are_told_apart() {
        let base64_of_hex = BASE64.encode(HEX_TEXT);
        assert_eq!(tag().text(TagText::Base64).as_str(), BASE64_TEXT);
        assert_eq!(tag().text(TagText::Hex).as_str(), HEX_TEXT);
        assert_eq!(tag().text(TagText::Base64OfHex).as_str(), base64_of_hex);
        check(TagText::Base64, BASE64_TEXT, true);
        check(TagText::Hex, HEX_TEXT, true);
        check(TagText::Hex, &HEX_TEXT.to_uppercase(), true);
        check(TagText::Base64OfHex, &base64_of_hex, true);
        check(TagText::Base64, HEX_TEXT, false);
        check(TagText::Base64, &base64_of_hex, false);
        check(TagText::Hex, BASE64_TEXT, false);
        check(TagText::Base64OfHex, BASE64_TEXT, false);
    }

    #[test]
    fn near_misses_are_refused() {
        check(TagText::Base64, "", false);
        check(TagText::Base64, BASE64_TEXT.trim_end_matches('='), false);
        check(TagText::Base64, &format!("{BASE64_TEXT} "), false);
        check(TagText::Base64, &format!("{BASE64_TEXT}\n"), false);
        check(TagText::Base64, &BASE64_TEXT.replace('+', "-"), false);
        // The last character carries two bits that must be zero.
        check(TagText::Base64, &BASE64_TEXT.replace("BaU=", "BaV="), false);
        check(TagText::Hex, &format!("0x{HEX_TEXT}"), false);
        check(TagText::Hex, HEX_TEXT.get(..62).unwrap(), false);
        check(TagText::Hex, &format!("{HEX_TEXT}00"), false);
        check(
            TagText::Hex,
            &format!("0x{}", HEX_TEXT.get(2..).unwrap()),
            false,
        );
        check(TagText::Hex, &format!("{HEX_TEXT}0"), false);
        check(TagText::Hex, &HEX_TEXT.replace('a', "g"), false);
        check(TagText::Hex, &"a".repeat(100_000), false);
    }

    #[test]
    fn every_bit_counts() {
        for bit in 0..256 {
            let mut bytes = tag().bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!same(tag().as_bytes(), &bytes));
        }
        assert!(!same(tag().as_bytes(), &[]));
        assert!(same(tag().as_bytes(), tag().as_bytes()));
    }
}
