//! Which keys are taken.

use payments_mobilepay::ext::keys::{AwsLc, PrivateKey, RustCrypto, danger, private_keys};
use payments_mobilepay::payments_core::decrypt::Decryptor;

use super::desk::file;

fn check<K: PrivateKey>() {
    let problem = |text: &str| {
        let keys = private_keys::<K>().with_pem(1, text);
        keys.err().map(|misuse| misuse.problem().to_owned())
    };
    let good = file("key.pem");
    assert_eq!(problem(&good), None);
    let small = Some("must have at least 4096 bits".to_owned());
    assert_eq!(problem(&file("small.pem")), small);
    let other = Some("has a block `RSA PRIVATE KEY`, `PRIVATE KEY` is needed".to_owned());
    assert_eq!(problem(&file("pkcs1.pem")), other);
    let public = Some("has a block `PUBLIC KEY`, `PRIVATE KEY` is needed".to_owned());
    assert_eq!(problem(&file("pub.pem")), public);
    let none = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----";
    let broken = "is no key of the right kind and size in PKCS#8".to_owned();
    assert_eq!(problem(none), Some(broken));

    let keys = danger::small_private_keys::<K>();
    let keys = keys.with_pem(1, &good).unwrap();
    let keys = keys.with_pem(2, &file("small.pem")).unwrap();
    assert_eq!(
        [1, 2, 3].map(|id| keys.size(id)),
        [Some(512), Some(256), None]
    );
    assert_eq!(format!("{keys:?}"), "PrivateKeys([1, 2])");
    let twice = keys.with_pem(2, &good).err().unwrap();
    assert_eq!(twice.problem(), "is the second one for key 2");
}

#[test]
fn keys_are_of_4096_bits_and_in_pkcs8() {
    check::<AwsLc>();
    check::<RustCrypto>();
}
