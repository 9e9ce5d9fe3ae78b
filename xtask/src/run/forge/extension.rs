//! Length extension: the tag of a longer text from the tag of a shorter one, without the secret.

use super::layout::{Keys, Layout, Meaning, Proof};

/// In the place of the secret: whoever extends a digest needs its length only.
const SECRET: &str = "****************************************************************";

/// What has to stand between the values and `suffix`, and the digest of the whole; nothing for a MAC
/// and a ciphertext, which cannot be extended.
pub(super) fn extend(
    layout: &Layout,
    meaning: &Meaning,
    digest: &[u8],
    suffix: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let is_md5 = match layout.proof {
        Proof::Md5Base64 => true,
        Proof::Sha256Base64 | Proof::Sha256Hex => false,
        Proof::HmacHex | Proof::Sealed => return None,
    };
    let keys = Keys {
        public: layout.ours.public,
        secret: SECRET.get(..layout.ours.secret.len())?,
    };
    let before = layout.canonical(&keys, meaning).len();
    let glue = padding(before, is_md5)?;
    let hashed = before.checked_add(glue.len())?;
    let mut rest = suffix.to_vec();
    rest.extend(padding(hashed.checked_add(suffix.len())?, is_md5)?);
    let (blocks, _) = rest.as_chunks::<64>();
    let words = digest.as_chunks::<4>().0.iter();
    let digest = if is_md5 {
        let words = words.map(|word| u32::from_le_bytes(*word));
        let mut state = words.collect::<Vec<_>>().try_into().ok()?;
        md5::block_api::compress(&mut state, blocks);
        state.map(u32::to_le_bytes).concat()
    } else {
        let words = words.map(|word| u32::from_be_bytes(*word));
        let mut state = words.collect::<Vec<_>>().try_into().ok()?;
        sha2::block_api::compress256(&mut state, blocks);
        state.map(u32::to_be_bytes).concat()
    };
    Some((glue, digest))
}

/// What the hash itself appends to so many bytes.
fn padding(length: usize, is_md5: bool) -> Option<Vec<u8>> {
    let mut padding = vec![0x80];
    while length.checked_add(padding.len())?.checked_rem(64)? != 56 {
        padding.push(0);
    }
    let bits = u64::try_from(length).ok()?.checked_mul(8)?;
    padding.extend(if is_md5 {
        bits.to_le_bytes()
    } else {
        bits.to_be_bytes()
    });
    Some(padding)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::super::layout::PATH;
    use super::super::schemes;
    use super::*;

    fn check(layout: &Layout, hash: impl Fn(&[u8]) -> Vec<u8>) {
        let meaning = Meaning(vec![(PATH.to_owned(), "/a?".to_owned())]);
        for suffix in ["", "more", &"&more=1".repeat(20)] {
            let text = layout.canonical(&layout.ours, &meaning).into_bytes();
            let found = extend(layout, &meaning, &hash(&text), suffix.as_bytes());
            let (glue, digest) = found.unwrap();
            let longer = [&text, &*glue, suffix.as_bytes()].concat();
            assert_eq!(digest, hash(&longer), "{suffix}");
        }
    }

    #[test]
    fn an_extended_digest_is_that_of_the_longer_text() {
        let md5 = schemes::request();
        check(&md5.layout, |text| md5::Md5::digest(text).to_vec());
        let sha256 = schemes::payment_return();
        check(&sha256.layout, |text| Sha256::digest(text).to_vec());
    }
}
