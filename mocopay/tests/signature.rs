//! The signature at three stages (given, canonical, value), and what whoever verifies it refuses.
//!
//! K1 is the provider's; the others are by `vectors/digests.sh`, the forgeries by `vectors/forge.py`.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_core::Secret;
use payments_mocopay::Credentials;
use payments_mocopay::auth::{
    Escaping, PARAMETERS, RULES, Signature, SignatureError, SignedQuery, canonical, holds,
    signature, verify,
};

const SLASH: &str = "/v1/payment/initPayment/";
const BARE: &str = "/v1/payment/initPayment";
const K1_QUERY: &str = "mcc=228&mnc=01&pid=12000&userId=123456789";
const K1: &str = "app1:WETDyNQLx0+8BJ16vDgiVg==";

fn credentials() -> Credentials {
    Credentials::new("app1", "this.is.a.secret").unwrap()
}

#[test]
fn vectors_hold_at_three_stages() {
    let check = |path: &str, given: &[(&str, &str)], escaping, text: &str, digest: &str| {
        let query = SignedQuery::new(given.iter().copied(), &RULES).unwrap();
        assert_eq!(canonical(path, &query, escaping), text);
        let value = signature(path, &query, escaping, &credentials());
        assert_eq!(value, format!("app1:{digest}"), "{text}");
        let found = holds(path, &query, escaping, &credentials(), &value);
        assert_eq!(found, Ok(()), "{text}");
        let read = SignedQuery::parse(query.sent(), &RULES).unwrap();
        assert_eq!(canonical(path, &read, escaping), text);
    };
    let k1 = [
        ("userId", "123456789"),
        ("pid", "12000"),
        ("mnc", "01"),
        ("mcc", "228"),
    ];
    let (plain, percent) = (Escaping::Decoded, Escaping::Percent);
    for escaping in [plain, percent] {
        check(
            SLASH,
            &k1,
            escaping,
            "/v1/payment/initPayment/?mcc=228&mnc=01&pid=12000&userId=123456789",
            "WETDyNQLx0+8BJ16vDgiVg==",
        );
        check(
            BARE,
            &k1,
            escaping,
            "/v1/payment/initPayment?mcc=228&mnc=01&pid=12000&userId=123456789",
            "HpG3HgNCrp06rF0FkBIBiA==",
        );
        check(
            SLASH,
            &[("pid", "12000")],
            escaping,
            "/v1/payment/initPayment/?pid=12000",
            "8rRCbnmadbiUnONElia9dQ==",
        );
    }
    let url = [
        ("pid", "12000"),
        ("country", "HR"),
        ("callbackUrl", "https://shop.example/return?a=1"),
    ];
    check(
        SLASH,
        &url,
        percent,
        "/v1/payment/initPayment/?callbackUrl=https%3A%2F%2Fshop.example%2Freturn%3Fa%3D1&country=HR&pid=12000",
        "K+7ld/kcHhBkYFe1nRzL+g==",
    );
    check(
        SLASH,
        &url,
        plain,
        "/v1/payment/initPayment/?callbackUrl=https://shop.example/return?a=1&country=HR&pid=12000",
        "kvqd2lZcEzcqjyLuLES9bg==",
    );
    let words = [("referenceId", "Čaj 1"), ("pid", "12000")];
    check(
        SLASH,
        &words,
        plain,
        "/v1/payment/initPayment/?pid=12000&referenceId=Čaj 1",
        "betu+jXX1yGE/l4nEV6maQ==",
    );
    check(
        SLASH,
        &words,
        percent,
        "/v1/payment/initPayment/?pid=12000&referenceId=%C4%8Caj%201",
        "bqkKn3LollZOlJ2dhp+pKg==",
    );
}

/// A server that sorts by the first character alone gets the same string.
#[test]
fn what_is_sent_is_sorted_by_whole_names() {
    let query = SignedQuery::new(
        [
            ("phone", "1"),
            ("pid", "2"),
            ("Zulu", "3"),
            ("mnc", "4"),
            ("mcc", "5"),
        ],
        &RULES,
    );
    let query = query.unwrap();
    assert_eq!(query.sent(), "Zulu=3&mcc=5&mnc=4&phone=1&pid=2");
    let mut pairs: Vec<&str> = query.sent().split('&').collect();
    pairs.sort_by_key(|pair| pair.bytes().next());
    assert_eq!(pairs.join("&"), query.sent());
}

#[test]
fn parameters_that_blur_the_signed_string_are_refused() {
    let check = |given: &[(&str, &str)], expect: Option<&str>| {
        let found = SignedQuery::new(given.iter().copied(), &RULES);
        let found = found.err().map(|misuse| misuse.field().to_owned());
        assert_eq!(found.as_deref(), expect, "{given:?}");
    };
    check(&[("pid", "a b/c+é")], None);
    check(&[("callbackUrl", "https://a.example/?b=c&d=e#f")], None);
    check(
        &[
            ("notifyUrl", "http://a.example/?b=c"),
            ("imageUrl", "x?y&z"),
        ],
        None,
    );
    for value in ["a&mcc=1", "a=b", "a?", "#"] {
        check(&[("userId", value)], Some("userId"));
        check(&[("lang", value)], Some("lang"));
    }
    for value in ["\0", "a\nb", "\u{7f}", "\u{85}"] {
        check(&[("pid", value)], Some("pid"));
        check(&[("callbackUrl", value)], Some("callbackUrl"));
    }
    check(&[("pid", "1"), ("pid", "1")], Some("pid"));
    check(&[("pid", "")], Some("pid"));
    check(&[("signature", "x")], Some("signature"));
    let twice = SignedQuery::parse("pid=1&%70id=2", &RULES);
    assert_eq!(twice.unwrap_err().field(), "pid");
    for name in ["", "a&b", "a=b", "a b", "a\0"] {
        check(&[(name, "1")], Some("query"));
    }
    for query in ["pid=%", "pid=%FF", "pid"] {
        assert_eq!(
            SignedQuery::parse(query, &RULES).unwrap_err().field(),
            "query",
            "{query}"
        );
    }
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
    let known = format!("{PARAMETERS} zz");
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
        let credentials = Credentials::danger_unchecked("app1", Secret::from(secret));
        for escaping in [Escaping::Decoded, Escaping::Percent] {
            // Even where the name that was added is a known one.
            for names in [PARAMETERS, &known] {
                let found = verify(SLASH, query, names, escaping, &credentials, given);
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
        let found = verify(
            path,
            query,
            PARAMETERS,
            Escaping::Decoded,
            &credentials(),
            given,
        );
        assert_eq!(found, expect, "{path}?{query} {given}");
    };
    let (request, mismatch) = (Err(SignatureError::Request), Err(SignatureError::Mismatch));
    check(SLASH, K1_QUERY, K1, Ok(()));
    // The order of what came does not count: it is sorted.
    check(
        SLASH,
        "userId=123456789&pid=12000&mnc=01&mcc=228",
        K1,
        Ok(()),
    );
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
    let found = verify(
        SLASH,
        K1_QUERY,
        PARAMETERS,
        Escaping::Decoded,
        &credentials(),
        given,
    );
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
fn the_pure_function_takes_any_secret() {
    for secret in ["", "x", "this.is.a.secret"] {
        let credentials = Credentials::danger_unchecked("app1", Secret::from(secret));
        let query = SignedQuery::parse("pid=12000", &RULES).unwrap();
        let value = signature(SLASH, &query, Escaping::Decoded, &credentials);
        let expect = Md5::digest(format!("{secret}{SLASH}?pid=12000"));
        assert_eq!(value, format!("app1:{}", STANDARD.encode(expect)));
    }
    assert!(Credentials::new("app1", "").is_err());
    assert!(Credentials::new("app1", "fifteen-letters").is_err());
    assert!(Credentials::new("", "this.is.a.secret").is_err());
}
