//! Length extension: the tag of a longer message from the tag of a shorter one, without the secret.

use super::layout::{Canonical, Keys, Layout, Proof};

/// The secret of the forger, who knows none: of this length it is guessed.
const GUESS: &str = "****************************************************************";

/// What has to stand between the two, and the digest of the whole. Nothing for a MAC, which cannot be
/// extended.
pub(super) fn extend(
    layout: &Layout,
    values: &[(String, String)],
    digest: &[u8],
    secret: usize,
    suffix: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let keys = Keys {
        public: layout.ours.public,
        secret: GUESS.get(..secret)?,
    };
    let big = matches!(layout.proof, Proof::Sha256Base64 | Proof::Sha256Hex);
    if !big && !matches!(layout.proof, Proof::Md5Base64) {
        return None;
    }
    let glue = padding(layout.canonical(&keys, values).len(), big)?;
    let hashed = layout.canonical(&keys, values).len().checked_add(glue.len())?;
    let mut rest = suffix.to_vec();
    rest.extend(padding(hashed.checked_add(suffix.len())?, big)?);
    let (blocks, _) = rest.as_chunks::<64>();
    let (words, _) = digest.as_chunks::<4>();
    let digest = if big {
        let words: Vec<u32> = words.iter().map(|word| u32::from_be_bytes(*word)).collect();
        let mut state = words.try_into().ok()?;
        sha2::block_api::compress256(&mut state, blocks);
        state.map(u32::to_be_bytes).concat()
    } else {
        let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let mut state = words.try_into().ok()?;
        md5::block_api::compress(&mut state, blocks);
        state.map(u32::to_le_bytes).concat()
    };
    Some((glue, digest))
}

/// What the hash itself appends to so many bytes.
fn padding(length: usize, big: bool) -> Option<Vec<u8>> {
    let mut glue = vec![0x80];
    while length.checked_add(glue.len())?.checked_rem(64)? != 56 {
        glue.push(0);
    }
    let bits = u64::try_from(length).ok()?.checked_mul(8)?;
    glue.extend(if big { bits.to_be_bytes() } else { bits.to_le_bytes() });
    Some(glue)
}

/// The length of our secret, which a forger finds by trying.
pub(super) fn secret_length(layout: &Layout) -> usize {
    match layout.canonical {
        Canonical::SecretFirst | Canonical::Letter | Canonical::Joined(_) => {
            layout.ours.secret.len()
        }
        Canonical::Pairs(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::super::layout::Layout;
    use super::super::schemes;
    use super::*;

    fn check(layout: &Layout, hash: impl Fn(&[u8]) -> Vec<u8>) {
        let values = [("a".to_owned(), "1".to_owned())];
        let text = layout.canonical(&layout.ours, &values);
        let length = secret_length(layout);
        let (glue, digest) = extend(layout, &values, &hash(&text), length, b"more").unwrap();
        assert_eq!(digest, hash(&[&text, &glue[..], b"more"].concat()));
    }

    #[test]
    fn an_extended_digest_is_that_of_the_longer_text() {
        check(&schemes::mocopay().unwrap().layout, |text| md5::Md5::digest(text).to_vec());
        check(&schemes::moka().unwrap().layout, |text| Sha256::digest(text).to_vec());
    }
}
