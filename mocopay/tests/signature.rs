//! The signature at three stages: given, canonical, value.
//!
//! K1 is the provider's; the others are by `vectors/digests.sh`.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use payments_core::Secret;
use payments_mocopay::Credentials;
use payments_mocopay::auth::{Escaping, RULES, SignedQuery, canonical, signature};

const SLASH: &str = "/v1/payment/initPayment/";
const BARE: &str = "/v1/payment/initPayment";

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
