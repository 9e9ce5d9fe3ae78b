//! Callbacks from the raw request to the worked-off row.
#![cfg(feature = "testing")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "incoming/reread.rs"]
mod reread;
#[path = "incoming/rows.rs"]
mod rows;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use payments_core::error::Rejected;
use payments_core::incoming::{
    Accepted, Ack, AckRule, Acknowledged, BodyFormat, Entry, Fields, Inbound, Inbox, InboxOptions,
    Key, KeyRing, Notice, Outcome, Place, Row, Scope, SignatureRule, Signed, Verified, Verifier,
    Worked,
};
use payments_core::signing::{Keys, Scheme, TagText, tag_text};
use payments_core::testing::{FixedClock, tamper};
use payments_core::{Canonical, Secret};

const SECRET: &str = "a secret of more than sixteen bytes";

#[derive(Clone, Debug)]
struct Hook {
    secret: Secret<String>,
}

impl Hook {
    fn new(secret: &str) -> Self {
        Self {
            secret: secret.into(),
        }
    }
}

impl Keys for Hook {}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Canonical)]
#[canonical(keys = Hook, join = "|", order("orderNo", "status", "$secret"))]
struct Event {
    #[wire("orderNo")]
    order_no: String,
    #[wire("status")]
    status: String,
}

impl Notice for Event {
    type Unsigned = Option<String>;
    const PROVIDER: &'static str = "toy";
    const NAME: &'static str = "event";

    fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
        Ok(Self {
            order_no: fields.required("orderNo")?,
            status: fields.required("status")?,
        })
    }

    fn read_unsigned(fields: &Fields<'_>) -> Option<String> {
        fields.text("note").map(str::to_owned)
    }

    fn dedupe(&self) -> Vec<&str> {
        vec![&self.order_no, &self.status]
    }

    fn reference(&self) -> &str {
        &self.order_no
    }
}

impl Acknowledged for Event {
    const ACK: AckRule = AckRule {
        status: StatusCode::OK,
        content_type: Some("application/json"),
        body: r#"{"code":0}"#,
    };
}

impl Signed for Event {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::Sha256,
        text: TagText::Base64,
        place: Place::Header("signature"),
    };
}

fn scope(account: &str) -> Scope {
    Scope::of::<Event>("live", account)
}

fn verifier() -> Verifier<Event> {
    Verifier::new("live", "shop", KeyRing::new("2026", Hook::new(SECRET)))
}

fn signature(order_no: &str, status: &str, secret: &str, form: TagText) -> String {
    let message = Event {
        order_no: order_no.to_owned(),
        status: status.to_owned(),
    };
    let rule = SignatureRule {
        text: form,
        ..Event::SIGNATURE
    };
    tag_text(&message, &Hook::new(secret), rule).unwrap()
}

fn inbound(headers: &[(&'static str, &str)], body: &str) -> Inbound {
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        all.append(*name, HeaderValue::from_str(value).unwrap());
    }
    Inbound::new(Method::POST, "/callback", all, body.to_owned())
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn genuine(order_no: &str, status: &str) -> Inbound {
    let tag = signature(order_no, status, SECRET, TagText::Base64);
    let body = format!("orderNo={order_no}&status={status}&note=hello");
    inbound(&[FORM, ("signature", &tag)], &body)
}

fn event(account: &str, order_no: &str, status: &str) -> Verified<Event> {
    Verifier::new("live", account, KeyRing::new("2026", Hook::new(SECRET)))
        .verify(&genuine(order_no, status))
        .unwrap()
}

/// By content type and signature, and nothing else that came with it.
#[test]
fn a_kept_message_is_verified_again() {
    let tag = signature("A", "paid", SECRET, TagText::Base64);
    let mut all = vec![FORM, ("signature", &*tag)];
    all.extend([("x-api-key", "secret"), ("x-trace", "1"), ("x-trace", "2")]);
    let sent = inbound(&all, "orderNo=A&status=paid&note=hello");
    let trace = http::HeaderName::from_static("x-trace");
    for (verifier, kept) in [
        (verifier(), &["content-type", "signature"][..]),
        (
            verifier().keeping([trace]),
            &["content-type", "signature", "x-trace", "x-trace"],
        ),
    ] {
        let entry = Entry::of(&verifier.verify(&sent).unwrap());
        let at_rest = entry.inbound().unwrap();
        let names: Vec<_> = at_rest.headers().iter().map(|(name, _)| name).collect();
        assert_eq!(names, kept);
        assert_eq!(verifier.verify(at_rest).unwrap().order_no, "A");
    }
}

#[test]
fn the_key_that_held_is_named() {
    let ring =
        KeyRing::new("2026", Hook::new(SECRET)).and("2025", Hook::new("the old secret, long"));
    let verifier: Verifier<Event> = Verifier::new("live", "shop", ring);
    let check = |secret: &str, expect: Option<&str>| {
        let tag = signature("A-1", "paid", secret, TagText::Base64);
        let inbound = inbound(&[FORM, ("signature", &tag)], "orderNo=A-1&status=paid");
        let found = verifier.verify(&inbound);
        assert_eq!(found.as_ref().ok().map(Verified::key_id), expect);
    };
    check(SECRET, Some("2026"));
    check("the old secret, long", Some("2025"));
    check("somebody else's secret", None);
    let printed = format!("{verifier:?}");
    assert!(
        printed.contains("2025") && !printed.contains(SECRET),
        "{printed}"
    );
}

#[test]
fn verified_fields_are_the_signed_ones() {
    let event = verifier().verify(&genuine("A-1", "paid")).unwrap();
    assert_eq!(
        (event.order_no.as_str(), event.status.as_str()),
        ("A-1", "paid")
    );
    assert_eq!(event.unsigned().as_deref(), Some("hello"));
    assert_eq!(event.scope(), &scope("shop"));
    assert_eq!(event.scope().provider(), "toy");
    let fields = [("orderNo", "A-1"), ("status", "paid"), ("note", "hello")];
    let tag = signature("A-1", "paid", SECRET, TagText::Base64);
    let tried = tamper(&verifier(), &fields, &["orderNo", "status"], &tag).unwrap();
    assert!(tried.refused > 20 && tried.verified > 5, "{tried:?}");
    // A field that is signed but said not to be is found.
    assert!(tamper(&verifier(), &fields, &["orderNo"], &tag).is_err());
}

#[test]
fn headers_stand_once_and_say_what_the_body_is() {
    let tag = signature("A-1", "paid", SECRET, TagText::Base64);
    let form = "orderNo=A-1&status=paid";
    let json = r#"{"orderNo":"A-1","status":"paid"}"#;
    let check = |headers: &[(&'static str, &str)], body: &str, expect: bool| {
        let found = verifier().verify(&inbound(headers, body)).is_ok();
        assert_eq!(found, expect, "{headers:?} {body}");
    };
    let signed = ("signature", tag.as_str());
    let content = |text| ("content-type", text);
    check(&[FORM, signed], form, true);
    check(
        &[
            content("APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8"),
            signed,
        ],
        form,
        true,
    );
    check(&[content("application/json"), signed], json, true);
    check(&[content("application/json"), signed], form, false);
    check(&[FORM, signed], json, false);
    check(&[content("text/plain"), signed], form, false);
    check(&[content(""), signed], form, false);
    check(&[signed], form, false);
    check(&[FORM, FORM, signed], form, false);
    check(&[FORM], form, false);
    check(&[FORM, ("signature", "")], form, false);
    check(&[FORM, signed, signed], form, false);
    check(&[FORM, signed, ("signature", "x")], form, false);
    check(
        &[FORM, signed],
        "orderNo=A-1&orderNo=A-1&status=paid",
        false,
    );
    check(&[FORM, signed], "orderNo=A-1&status=%ZZ", false);
    check(&[FORM, signed], "", false);
}

#[test]
fn a_stated_body_format_needs_no_content_type() {
    let tag = signature("A-1", "paid", SECRET, TagText::Base64);
    let json = r#"{"orderNo":"A-1","status":"paid"}"#;
    let verifier = verifier().with_body(BodyFormat::Json);
    for headers in [vec![], vec![FORM], vec![("content-type", "text/plain")]] {
        let headers = [headers, vec![("signature", tag.as_str())]].concat();
        assert!(verifier.verify(&inbound(&headers, json)).is_ok());
        assert!(
            verifier
                .verify(&inbound(&headers, "orderNo=A-1&status=paid"))
                .is_err()
        );
    }
}

#[test]
fn one_text_form_is_taken_and_the_wrong_one_named() {
    let forms = [TagText::Base64, TagText::Hex, TagText::Base64OfHex];
    for expected in forms {
        for given in forms {
            let verifier = verifier().with_text(expected);
            let tag = signature("A-1", "paid", SECRET, given);
            let inbound = inbound(&[FORM, ("signature", &tag)], "orderNo=A-1&status=paid");
            assert_eq!(verifier.verify(&inbound).is_ok(), expected == given);
            let verdict = verifier.explain(&inbound).verdict().to_owned();
            let expect = if expected == given {
                "verified with key \"2026\"".to_owned()
            } else {
                format!(
                    "the signature has the length of the text form {given:?}, this endpoint expects {expected:?}"
                )
            };
            assert_eq!(verdict, expect);
        }
    }
}

#[test]
fn explanations_show_the_parts_and_no_secret() {
    let wrong = signature("A-1", "failed", SECRET, TagText::Base64);
    let explain = |headers: &[(&'static str, &str)], body: &str| {
        let explanation = verifier().explain(&inbound(headers, body));
        let printed = format!("{explanation} {explanation:?}");
        assert!(!printed.contains(SECRET), "{printed}");
        // Neither the right signature, which would be as good as the secret.
        let right = signature("A-1", "paid", SECRET, TagText::Base64);
        assert!(!printed.contains(&right), "{printed}");
        explanation
    };
    let signed = ("signature", wrong.as_str());
    let explanation = explain(&[FORM, signed], "orderNo=A-1&status=paid");
    let parts = [
        "orderNo = \"A-1\"",
        "\"|\"",
        "status = \"paid\"",
        "\"|\"",
        "secret = ***",
    ];
    assert_eq!(explanation.parts(), parts);
    let check = |headers: &[(&'static str, &str)], body: &str, expect: &str| {
        let explanation = explain(headers, body);
        let verdict = explanation.verdict();
        assert!(verdict.contains(expect), "{verdict}");
    };
    let body = "orderNo=A-1&status=paid";
    check(
        &[FORM, signed],
        body,
        "another secret, or one of the parts above was changed",
    );
    check(
        &[FORM, ("signature", "abc")],
        body,
        "has 3 characters, which no text form has",
    );
    check(
        &[FORM],
        body,
        "the header `signature` is missing or stands there twice",
    );
    check(&[FORM, signed, signed], body, "stands there twice");
    check(&[signed], body, "the body cannot be read");
    check(&[FORM, signed], "orderNo=A-1", "a signed field is missing");
    check(
        &[FORM, signed],
        "orderNo=A%7C1&status=paid",
        "`orderNo` holds a character that joins",
    );
    check(
        &[FORM, signed],
        "orderNo=A%001&status=paid",
        "`orderNo` holds a control character",
    );
}

#[cfg(feature = "md5")]
#[test]
fn the_lengths_of_a_shorter_digest_are_known() {
    /// The same under MD5.
    #[derive(Clone, Debug, PartialEq, Eq, Canonical)]
    #[canonical(keys = Hook, join = "|", order("orderNo", "$secret"))]
    struct Short {
        #[wire("orderNo")]
        order_no: String,
    }

    impl Notice for Short {
        type Unsigned = ();
        const PROVIDER: &'static str = "toy";
        const NAME: &'static str = "short";

        fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {
            let order_no = fields.required("orderNo")?;
            Ok(Self { order_no })
        }

        fn read_unsigned(_: &Fields<'_>) {}

        fn dedupe(&self) -> Vec<&str> {
            vec![&self.order_no]
        }

        fn reference(&self) -> &str {
            &self.order_no
        }
    }

    impl Signed for Short {
        const SIGNATURE: SignatureRule = SignatureRule {
            scheme: Scheme::Md5,
            text: TagText::Base64OfHex,
            place: Place::Header("signature"),
        };
    }

    let ring = KeyRing::new("2026", Hook::new(SECRET));
    let verifier: Verifier<Short> = Verifier::new("live", "shop", ring);
    let verdict = |signature: &str| {
        let inbound = inbound(&[FORM, ("signature", signature)], "orderNo=A-1");
        verifier.explain(&inbound).verdict().to_owned()
    };
    assert!(verdict(&"A".repeat(44)).contains("does not match"));
    assert!(verdict(&"a".repeat(32)).contains("the text form Hex"));
    assert!(verdict(&"a".repeat(24)).contains("the text form Base64,"));
    assert!(verdict(&"a".repeat(64)).contains("no text form"));
}

#[test]
fn acknowledgements_are_those_of_the_description() {
    let check = |ack: Ack<Event>, status: u16, body: &str, content_type: Option<&str>| {
        let response = ack.response();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(&response.body()[..], body.as_bytes());
        let found = response.headers().get("content-type");
        assert_eq!(found.map(|value| value.to_str().unwrap()), content_type);
    };
    check(
        Ack::received(),
        200,
        r#"{"code":0}"#,
        Some("application/json"),
    );
    check(Ack::again(), 503, "", None);
    check(Ack::rejected(), 400, "", None);
}
