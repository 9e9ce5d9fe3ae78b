//! Signing from outside: published vectors, no allocation, and no two messages with one string.
#![cfg(feature = "hmac")]

use payments_core::Canonical;
use payments_core::signing::{
    Canonical as _, Keys, Place, Refusal, Scheme, SignatureRule, Signer, TagText, tag_text, text,
};
use proptest::prelude::*;

/// A key of bytes.
struct Key(Vec<u8>);

impl Keys for Key {
    fn mac_key(&self) -> Option<&[u8]> {
        Some(&self.0)
    }
}

/// One value and nothing else, so that it is the whole string.
#[derive(Canonical)]
#[canonical(keys = Key, join = "|", order("data"))]
struct Whole {
    #[wire("data")]
    data: &'static str,
}

/// Names and values, with every kind of entry.
#[derive(Canonical)]
#[canonical(keys = Key, pairs = "&", order("amount", "orderId", skip_absent("extra"), free("orderInfo")))]
struct Pairs {
    #[wire("amount")]
    amount: i64,
    #[wire("orderId")]
    order_id: String,
    #[wire("extra")]
    extra: Option<String>,
    #[wire("orderInfo")]
    order_info: String,
}

/// Names and two values that may hold anything.
#[derive(Canonical)]
#[canonical(keys = Key, pairs = "&", order(free("note"), "orderId", free("orderInfo")))]
struct Notes {
    #[wire("note")]
    note: String,
    #[wire("orderId")]
    order_id: String,
    #[wire("orderInfo")]
    order_info: String,
}

/// Values only.
#[derive(Canonical)]
#[canonical(keys = Key, join = "|", order("a", "b", "c"))]
struct Joined {
    #[wire("a")]
    a: String,
    #[wire("b")]
    b: Option<String>,
    #[wire("c")]
    c: String,
}

const HMAC: SignatureRule = SignatureRule {
    scheme: Scheme::HmacSha256,
    text: TagText::Hex,
    place: Place::Header("signature"),
};

fn pairs(order_id: &str, extra: Option<&str>, order_info: &str) -> Pairs {
    Pairs {
        amount: 149_900,
        order_id: order_id.to_owned(),
        extra: extra.map(str::to_owned),
        order_info: order_info.to_owned(),
    }
}

fn notes(note: &str, order_id: &str, order_info: &str) -> Notes {
    Notes {
        note: note.to_owned(),
        order_id: order_id.to_owned(),
        order_info: order_info.to_owned(),
    }
}

fn joined(a: &str, b: Option<&str>, c: &str) -> Joined {
    Joined {
        a: a.to_owned(),
        b: b.map(str::to_owned),
        c: c.to_owned(),
    }
}

fn key() -> Key {
    Key(b"a key of more than sixteen bytes".to_vec())
}

#[test]
fn nothing_is_signed_with_an_empty_key() {
    let empty = Key(Vec::new());
    let refusal = tag_text(&Whole { data: "x" }, &empty, HMAC).unwrap_err();
    assert_eq!(refusal.to_string(), "`key` is missing");
}

#[test]
fn the_vectors_of_rfc_4231_hold() {
    let check = |key: &[u8], data: &'static str, expect: &str| {
        let found = tag_text(&Whole { data }, &Key(key.to_vec()), HMAC).unwrap();
        assert_eq!(found, expect, "for {data}");
    };
    check(
        &[0x0b; 20],
        "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    check(
        b"Jefe",
        "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
    check(
        &[0xaa; 131],
        "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
}

#[test]
fn pairs_are_signed_as_openssl_signs_them() {
    // printf 'amount=149900&orderId=A-1&orderInfo=a&b=c' |
    //     openssl dgst -sha256 -hmac 'a key of more than sixteen bytes'
    let message = pairs("A-1", None, "a&b=c");
    assert_eq!(
        text(&message, &key()).unwrap(),
        "amount=149900&orderId=A-1&orderInfo=a&b=c"
    );
    let found = tag_text(&message, &key(), HMAC).unwrap();
    assert_eq!(
        found,
        "48c4a125a57262f8c122de8bd6add1ed8325555b41d38afc34f03b4320adf69e"
    );
}

/// Both are one string, which openssl signs as
/// printf 'note=a&orderId=1&orderInfo=b&orderId=2&orderInfo=c' |
///     openssl dgst -sha256 -hmac 'a key of more than sixteen bytes'
#[test]
fn a_string_of_two_messages_verifies_neither() {
    let signer = Signer::new(key());
    let digest = "ace7c3ed0a32733ab0cd38401ce552dbdb69e984703855d2f13aee41e3402220";
    for (message, field) in [
        (notes("a&orderId=1&orderInfo=b", "2", "c"), "note"),
        (notes("a", "1", "b&orderId=2&orderInfo=c"), "orderInfo"),
    ] {
        assert_eq!(tag_text(&message, &key(), HMAC).unwrap(), digest);
        assert!(signer.matches(&message, HMAC, digest));
        assert!(!signer.verify(&message, HMAC, digest), "{field}");
        assert_eq!(message.reads_one_way().unwrap_err().field(), field);
    }
    let harmless = notes("a&b=c", "1", "orderId=2&");
    let tag = tag_text(&harmless, &key(), HMAC).unwrap();
    assert!(signer.verify(&harmless, HMAC, &tag));
}

#[test]
fn signing_and_verifying_allocate_nothing() {
    let signer = Signer::new(key());
    let message = pairs("A-1", Some("x"), "shoes & socks");
    for scheme in [Scheme::Sha256, Scheme::HmacSha256] {
        for text in [TagText::Base64, TagText::Hex, TagText::Base64OfHex] {
            let rule = SignatureRule {
                scheme,
                text,
                place: HMAC.place,
            };
            let given = tag_text(&message, signer.keys(), rule).unwrap();
            let mut verified = false;
            let found = allocation_counter::measure(|| {
                let tag = signer.tag(&message, scheme).unwrap();
                verified = tag.text(text).as_str() == given
                    && signer.verify(&message, rule, &given)
                    && !signer.verify(&message, rule, "another");
            });
            assert!(verified, "{rule:?}");
            assert_eq!(found.count_total, 0, "{rule:?}");
        }
    }
}

/// Texts of so few pieces, made of what joins, that two messages would often meet.
fn awkward(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(pieces), 0..3)
        .prop_map(|texts| texts.concat())
}

const BARS: &[&str] = &["a", "|"];
const NOTES: &[&str] = &["a", "&orderId=1", "&orderInfo=", "&note="];
const NAMES: &[&str] = &["a", "&extra=", "&orderInfo="];

/// The string of a message, or that it is refused.
fn string<M: payments_core::signing::Canonical<Keys = Key>>(
    message: &M,
) -> Result<String, Refusal> {
    text(message, &key())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_two_joined_messages_have_one_string(
        left in (awkward(BARS), awkward(BARS), awkward(BARS)),
        right in (awkward(BARS), awkward(BARS), awkward(BARS)),
    ) {
        let of = |(a, b, c): &(String, String, String)| string(&joined(a, Some(b), c));
        if let (Ok(one), Ok(other)) = (of(&left), of(&right)) {
            prop_assert_eq!(one == other, left == right);
        }
    }

    /// The same parts, joined and cut elsewhere: what a forger would try.
    #[test]
    fn moving_a_separator_is_refused(a in "[ab]{1,3}", b in "[ab]{1,3}", c in "[ab]{1,3}") {
        let genuine = string(&joined(&a, Some(&b), &c)).unwrap();
        prop_assert_eq!(&genuine, &format!("{a}|{b}|{c}"));
        let moved = joined(&format!("{a}|{b}"), Some(&c), "");
        prop_assert_eq!(string(&moved).unwrap_err().field(), "a");
        let moved = joined(&a, Some(""), &format!("{b}|{c}"));
        prop_assert_eq!(string(&moved).unwrap_err().field(), "c");
    }

    #[test]
    fn no_two_pairs_have_one_string(
        left in (awkward(NAMES), proptest::option::of(awkward(NAMES)), awkward(NAMES)),
        right in (awkward(NAMES), proptest::option::of(awkward(NAMES)), awkward(NAMES)),
    ) {
        let of = |(id, extra, info): &(String, Option<String>, String)| {
            string(&pairs(id, extra.as_deref(), info))
        };
        if let (Ok(one), Ok(other)) = (of(&left), of(&right)) {
            prop_assert_eq!(one == other, left == right);
        }
    }

    #[test]
    fn no_two_messages_that_verify_have_one_string(
        left in (awkward(NOTES), "[12]", awkward(NOTES)),
        right in (awkward(NOTES), "[12]", awkward(NOTES)),
    ) {
        let of = |(note, id, info): &(String, String, String)| {
            let message = notes(note, id, info);
            message.reads_one_way().and_then(|()| string(&message))
        };
        if let (Ok(one), Ok(other)) = (of(&left), of(&right)) {
            prop_assert_eq!(one == other, left == right);
        }
    }

    #[test]
    fn control_characters_are_never_signed(before in "[a-z]{0,3}", control in "\\p{Cc}") {
        let value = format!("{before}{control}");
        prop_assert!(string(&joined(&value, None, "")).is_err());
        // Free is free of the joining characters only.
        prop_assert!(string(&pairs("A-1", None, &value)).is_err());
    }
}
