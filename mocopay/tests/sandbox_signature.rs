//! What MoCoPay's side of the sandbox, and whoever verifies signatures as it does, takes and refuses.
//!
//! K1 is the provider's, K4 to K6 and the rest are by `vectors/digests.sh`, the forgeries by
//! `vectors/forge.py`.
#![cfg(feature = "sandbox")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_mocopay::sandbox::{
    PARAMETERS, Signature, SignatureError, SignedRequest, SignedValues, Signer,
};

const SLASH: &str = "/v1/payment/initPayment/";
const BARE: &str = "/v1/payment/initPayment";
const K1_QUERY: &str = "mcc=228&mnc=01&pid=12000&userId=123456789";
const K1: &str = "app1:WETDyNQLx0+8BJ16vDgiVg==";
const MERCHANT: Signer<'_> = Signer::new("app1", "this.is.a.secret");

/// As whoever verifies has to: read, refuse what is unknown, and only then hash.
fn verify(
    path: &str,
    query: &str,
    known: &[&str],
    values: SignedValues,
    merchant: Signer<'_>,
    given: &str,
) -> Result<(), SignatureError> {
    let request = SignedRequest::read(path, query, values)?;
    match request.unknown(known) {
        Some(_) => Err(SignatureError::Request),
        None => request.verify(merchant, given),
    }
}

#[test]
fn vectors_hold() {
    let check = |path: &str, query: &str, values, digest: &str| {
        let given = format!("app1:{digest}");
        let found = verify(path, query, &PARAMETERS, values, MERCHANT, &given);
        assert_eq!(found, Ok(()), "{path}?{query}");
    };
    let (decoded, sent) = (SignedValues::Decoded, SignedValues::AsSent);
    for values in [decoded, sent] {
        check(SLASH, K1_QUERY, values, "WETDyNQLx0+8BJ16vDgiVg==");
        check(BARE, K1_QUERY, values, "HpG3HgNCrp06rF0FkBIBiA==");
        check(SLASH, "pid=12000", values, "8rRCbnmadbiUnONElia9dQ==");
    }
    let url = "pid=12000&callbackUrl=https%3A%2F%2Fshop.example%2Freturn%3Fa%3D1&country=HR";
    check(SLASH, url, sent, "K+7ld/kcHhBkYFe1nRzL+g==");
    check(SLASH, url, decoded, "kvqd2lZcEzcqjyLuLES9bg==");
    let words = "referenceId=%C4%8Caj%201&pid=12000";
    check(SLASH, words, decoded, "betu+jXX1yGE/l4nEV6maQ==");
    check(SLASH, words, sent, "bqkKn3LollZOlJ2dhp+pKg==");
}

/// What the provider itself would have to do: naively, every forgery holds.
fn naive(secret: &str, query: &str, given: &str) -> bool {
    let mut signed = format!("{secret}{SLASH}?").into_bytes();
    let mut rest = query.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            signed.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            signed.push(byte);
        }
    }
    given == format!("app1:{}", STANDARD.encode(Md5::digest(signed)))
}

#[test]
fn forged_extensions_are_refused_before_anything_is_hashed() {
    let mut known = PARAMETERS.to_vec();
    known.push("zz");
    let (mut own, mut published) = (0, 0);
    for line in include_str!("vectors/forged.tsv").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [length, secret, of, query, given] = parts[..] else {
            panic!("{line}");
        };
        let secret = match of {
            "own" => {
                own += 1;
                assert!(naive(secret, query, given), "{length}: the forgery is none");
                secret
            }
            _ => {
                published += usize::from(naive("this.is.a.secret", query, given));
                "this.is.a.secret"
            }
        };
        let merchant = Signer::new("app1", secret);
        for values in [SignedValues::Decoded, SignedValues::AsSent] {
            // Even where the name that was added is a known one.
            for names in [&PARAMETERS[..], &known] {
                let found = verify(SLASH, query, names, values, merchant, given);
                assert_eq!(found, Err(SignatureError::Request), "{length} {of}");
            }
        }
    }
    // Of the published signature, only the guess of its secret's length is a forgery.
    assert_eq!((own, published), (64, 1));
}

#[test]
fn requests_are_verified_strictly() {
    let check = |path: &str, query: &str, given: &str, expect| {
        let decoded = SignedValues::Decoded;
        let found = verify(path, query, &PARAMETERS, decoded, MERCHANT, given);
        assert_eq!(found, expect, "{path}?{query} {given}");
    };
    let (request, mismatch) = (Err(SignatureError::Request), Err(SignatureError::Mismatch));
    check(SLASH, K1_QUERY, K1, Ok(()));
    // It is sorted, by the first character alone: the rest of the order is the merchant's.
    let [turned, tied] = [
        "userId=123456789&pid=12000&mcc=228&mnc=01",
        "userId=123456789&pid=12000&mnc=01&mcc=228",
    ];
    check(SLASH, turned, K1, Ok(()));
    check(SLASH, tied, K1, mismatch);
    // Beside the header it is no part of what is signed.
    check(SLASH, &format!("{K1_QUERY}&%73ignature=x"), K1, Ok(()));
    check(BARE, K1_QUERY, K1, mismatch);
    check(
        SLASH,
        "mcc=228&mnc=1&pid=12000&userId=123456789",
        K1,
        mismatch,
    );
    check(SLASH, "mcc=228&mnc=01&pid=12000", K1, mismatch);
    check(SLASH, &format!("{K1_QUERY}&pid=12000"), K1, request);
    check(SLASH, &format!("{K1_QUERY}&zz=1"), K1, request);
    check(SLASH, &format!("{K1_QUERY}%00"), K1, request);
    check(SLASH, &format!("{K1_QUERY}%80"), K1, request);
    check(SLASH, &format!("{K1_QUERY}&lang="), K1, request);
    // One value that reads as two parameters: the signed text is the same, what it says is not.
    let joined = "mcc=228%26mnc%3D01&pid=12000&userId=123456789";
    check(SLASH, joined, K1, request);
    let url = |url: &str| format!("{K1_QUERY}&callbackUrl=https%3A%2F%2Fshop.example%2F{url}");
    check(SLASH, &url("%3Fa%3D1%26b%3D2"), K1, mismatch);
    check(SLASH, &url("%26country%3DCH"), K1, request);
    check("/v1/payment/init\u{0}", K1_QUERY, K1, request);
    check("/v1?mcc=228", K1_QUERY, K1, request);
    // Another key, and every bit of the digest.
    check(SLASH, K1_QUERY, &K1.replace("app1", "app2"), mismatch);
    let tag = STANDARD.decode(K1.trim_start_matches("app1:")).unwrap();
    for bit in 0..128 {
        let mut tag = tag.clone();
        tag[bit / 8] ^= 1 << (bit % 8);
        check(
            SLASH,
            K1_QUERY,
            &format!("app1:{}", STANDARD.encode(&tag)),
            mismatch,
        );
    }
    // Base64 whose last bits are not zero decodes to the same bytes elsewhere.
    check(SLASH, K1_QUERY, &K1.replace("Vg==", "Vh=="), mismatch);
}

#[test]
fn the_form_of_2014_is_told_apart() {
    let check = |value: &str, expect: Result<&str, SignatureError>| {
        assert_eq!(
            Signature::parse(value).map(|found| found.key()),
            expect,
            "{value}"
        );
    };
    // K2 and K3, whose secret nobody has published.
    let old = Err(SignatureError::ApiKeyForm);
    check("ApiKey DEMOKEYSTANDARD:IyiEcGCKRZcbUwmt5Nf7Jyfn1NY=", old);
    check("ApiKey DEMOKEYSTANDARD:Lu48LwCUxAalXuCCLlz+UrbaLow=", old);
    check("DEMOKEYSTANDARD:Lu48LwCUxAalXuCCLlz+UrbaLow=", old);
    check(K1, Ok("app1"));
    let malformed = Err(SignatureError::Malformed);
    check("ApiKey app1:WETDyNQLx0+8BJ16vDgiVg==", malformed);
    for value in [
        "",
        ":",
        "app1",
        ":WETDyNQLx0+8BJ16vDgiVg==",
        "app1:",
        "app1:WETDyNQLx0+8BJ16vDgiVg=",
        "app1:WETDyNQLx0-8BJ16vDgiVg==",
        "app1:5844c3c8d40bc74fbc049d7abc382256",
        "app1: WETDyNQLx0+8BJ16vDgiV==",
    ] {
        check(value, malformed);
    }
    let given = "ApiKey app1:IyiEcGCKRZcbUwmt5Nf7Jyfn1NY=";
    let request = SignedRequest::read(SLASH, K1_QUERY, SignedValues::Decoded).unwrap();
    let found = request.verify(MERCHANT, given);
    assert_eq!(found, Err(SignatureError::ApiKeyForm));
    assert_eq!(
        SignatureError::ApiKeyForm.to_string(),
        "a signature of the undocumented ApiKey form"
    );
    assert_eq!(
        format!("{:?}", Signature::parse(K1).unwrap()),
        "Signature(app1:***)"
    );
}

#[test]
fn a_previous_secret_is_taken_for_as_long_as_it_is_told() {
    let request = SignedRequest::read(SLASH, K1_QUERY, SignedValues::Decoded).unwrap();
    let check = |merchant: Signer<'_>, expect| assert_eq!(request.verify(merchant, K1), expect);
    let changed = Signer::new("app1", "another-one-of-its-own");
    check(changed, Err(SignatureError::Mismatch));
    check(changed.or_previous(Some("this.is.a.secret")), Ok(()));
    check(
        changed.or_previous(Some("one-that-never-was")),
        Err(SignatureError::Mismatch),
    );
    // Another merchant's key, whatever the secrets.
    let other = Signer::new("app2", "this.is.a.secret").or_previous(Some("this.is.a.secret"));
    check(other, Err(SignatureError::Mismatch));
}

#[test]
fn neither_secret_nor_buyer_is_printed() {
    let request = SignedRequest::read(SLASH, K1_QUERY, SignedValues::Decoded).unwrap();
    assert_eq!(
        format!("{request:?} {MERCHANT:?}"),
        r#"/v1/payment/initPayment/ ["mcc", "mnc", "pid", "userId"] Signer(app1, ***)"#
    );
}
