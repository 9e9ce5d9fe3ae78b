//! The two hashes of the provider's hash page, and the general page's key.

use sha2::{Digest, Sha256};

/// `CheckKey`: lower-case hex of SHA-256 over dealer code, `MK`, user name, `PD` and password.
///
/// ```
/// use payments_moka::sandbox::check_key;
///
/// assert_eq!(
///     check_key("1234", "apiuser", "apipass"),
///     "ae5682da4e54fe14a9f90d8b405fa40fc2548ee19bb25a9d4ae4cc382765173c"
/// );
/// ```
#[must_use]
pub fn check_key(dealer_code: &str, username: &str, password: &str) -> String {
    hex_of(&format!("{dealer_code}MK{username}PD{password}"))
}

/// `hashValue` of a return: lower-case hex of SHA-256 over the upper-case `CodeForHash` and `T` for
/// a payment that succeeded, `F` for one that failed.
///
/// ```
/// use payments_moka::sandbox::return_hash;
///
/// assert_eq!(
///     return_hash("9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC", true),
///     "cdb7869505bdaaac2f4c891fc9ed889885fd7a0c880127ab5d508883efa3ee83"
/// );
/// ```
#[must_use]
pub fn return_hash(code_for_hash: &str, success: bool) -> String {
    let outcome = if success { 'T' } else { 'F' };
    hex_of(&format!("{}{outcome}", code_for_hash.to_ascii_uppercase()))
}

pub(super) fn hex_of(text: &str) -> String {
    const_hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of the provider's hash page, and keys taken with other programs.
    #[test]
    fn are_as_documented() {
        let code = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
        assert_eq!(
            return_hash(code, false),
            "acc929d261fdbf9c41de3db1ae854b1ee1e46344fad0292fd4bbbc43d094c2a3"
        );
        assert_eq!(
            return_hash(&code.to_lowercase(), true),
            return_hash(code, true)
        );
        assert_eq!(
            hex_of(&format!("{}T", code.to_lowercase())),
            "c24aa0e6f779906af504d58e265eb18116a0d0867b54b2241ca0779550721e56"
        );
        assert_eq!(
            check_key("DEALER1", "apiuser", "apipass"),
            "98b74161ea48bfb76d27ab235cad52c2e170e74ed21adf3e1c22c08e00a5e9c3"
        );
        assert_eq!(
            check_key("1234", "kullanıcı", "şifreĞ"),
            "f873d8c09ee2ac951bf3ad0ab58493fb1bb48f4db0c83eec69ba7cfa009dfa0f"
        );
    }
}
