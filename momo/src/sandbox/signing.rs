//! The MAC that MoMo signs with, over the pairs as the reference lists them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `k1=v1&k2=v2&…`, values as they are.
pub(super) fn raw(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// HMAC-SHA256 of UTF-8 text, in lower-case hex.
///
/// ```
/// use payments_momo::sandbox::hmac_sha256;
///
/// let checksum = hmac_sha256(
///     "K951B6PE1waDMi640xX08PD3vg6EkVlz",
///     "partnerId=MoMo202001&requestId=1610439037&billId=12343905834&amount=33000",
/// );
/// assert!(checksum.starts_with("15ebd8e96b55"));
/// ```
#[must_use]
pub fn hmac_sha256(key: &str, text: &str) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    const_hex::encode(mac.finalize().into_bytes())
}

/// Whether `given` is the signature, in either case of hex.
pub(super) fn holds(key: &str, pairs: &[(&str, &str)], given: &str) -> bool {
    given.eq_ignore_ascii_case(&hmac_sha256(key, &raw(pairs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "K951B6PE1waDMi640xX08PD3vg6EkVlz";

    /// V05, which the provider's own server signed.
    #[test]
    fn signs_as_the_provider_does() {
        let pairs = [
            ("accessKey", "F8BBA842ECF85"),
            ("amount", "500000"),
            ("extraData", "eyJvcmRlcl9pZCI6MjMsInVzZXJfaWQiOjN9"),
            (
                "message",
                "Giao dịch bị từ chối do nhà phát hành tài khoản thanh toán.",
            ),
            ("orderId", "DH1775574778191"),
            ("orderInfo", "Thanh toan don hang DH1775574778191"),
            ("orderType", "momo_wallet"),
            ("partnerCode", "MOMO"),
            ("payType", "credit"),
            ("requestId", "DH1775574778191_1775574778213"),
            ("responseTime", "1775574824857"),
            ("resultCode", "1002"),
            ("transId", "4722695895"),
        ];
        let signature = "8448190c1ccd2727a94950253d49c687eba25b347af796d7ecdf8d3d03fd5e04";
        assert!(holds(KEY, &pairs, signature));
        assert!(holds(KEY, &pairs, &signature.to_uppercase()));
        assert!(!holds(KEY, &pairs, ""));
        assert!(!holds("another key", &pairs, signature));
    }
}
