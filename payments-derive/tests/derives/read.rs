//! Replies that are read under several spellings.

use payments_core::{Currency, Money};

use super::respelt::{Paid, Session};

#[test]
fn fields_are_read_under_each_spelling() {
    let check = |json: &str, expect: Option<(&str, Option<&str>, Option<i64>)>| {
        let found: Option<Session> = serde_json::from_str(json).ok();
        let found = found.as_ref().map(|found| {
            let kind = found.kind.as_deref();
            (found.session_id.as_str(), kind, found.expires_in)
        });
        assert_eq!(found, expect, "{json}");
    };
    check(r#"{"sessionId":"s"}"#, Some(("s", None, None)));
    check(
        r#"{"sid":"s","sessionType":"a"}"#,
        Some(("s", Some("a"), None)),
    );
    check(
        r#"{"session_id":"s","kind":"a","ttl":"-3"}"#,
        Some(("s", Some("a"), Some(-3))),
    );
    check(
        r#"{"sid":"s","sessionId":"s","expiresIn":3,"ttl":3}"#,
        Some(("s", None, Some(3))),
    );
    check(
        r#"{"sid":"s","sessionId":null,"kind":null}"#,
        Some(("s", None, None)),
    );
    check(r#"{"sid":"s","sessionId":"t"}"#, None);
    check(r#"{"sid":"s","kind":"a","sessionType":"b"}"#, None);
    check(r#"{"sid":"s","expiresIn":3,"ttl":4}"#, None);
    check(r#"{"sid":"s","sid":"s"}"#, None);
    check(r#"{"Sid":"s"}"#, None);
    let missing = serde_json::from_str::<Session>("{}").unwrap_err();
    assert!(
        missing.to_string().starts_with("missing field `sessionId`"),
        "{missing}"
    );

    let paid = r#"{"paidAmount":1.5,"cost":2,"fee":2.0,"currencyCode":"TL"}"#;
    let paid: Paid = serde_json::from_str(paid).unwrap();
    assert_eq!(paid.amount, Money::from_minor(150, Currency::TRY));
    assert_eq!(paid.fee, Some(Money::from_minor(200, Currency::TRY)));
    let differs = r#"{"amount":1.5,"paidAmount":1.6,"currency":"TL"}"#;
    assert!(serde_json::from_str::<Paid>(differs).is_err());
}
