//! Requests that are read from JSON.

use payments_core::json::Reading;
use payments_core::{Currency, Money};

use super::from_json::{Kind, Pay};

const WHOLE: &str = r#"{"orderId":"7","amount":495,"currency":"TL","returnUrl":"https://shop.example","expiresIn":60,"items":[{"name":"a","kind":1},{"name":"b"}]}"#;

fn read(json: &str, reading: Reading) -> Result<Pay, String> {
    let object = reading.object("payment", json);
    let pay = object.and_then(|object| Pay::from_object(&object));
    pay.map_err(|misuse| misuse.to_string())
}

#[test]
fn every_field_is_read() {
    let pay = read(WHOLE, Reading::default()).unwrap();
    assert_eq!(pay.order_id(), "7");
    assert_eq!(pay.amount(), Money::from_minor(495, Currency::TRY));
    assert_eq!(pay.return_url(), Some("https://shop.example"));
    assert_eq!(pay.expires_in(), Some(60));
    let items: Vec<_> = pay
        .items()
        .iter()
        .map(|item| (item.name(), item.kind()))
        .collect();
    assert_eq!(items, [("a", Some(&Kind::Book)), ("b", None)]);
    let bare = r#"{"order_id":"7","amount":495,"currencyCode":"TL","items":null,"expiresIn":null}"#;
    let bare = read(bare, Reading::default()).unwrap();
    assert_eq!(
        (bare.order_id(), bare.items().len(), bare.expires_in()),
        ("7", 0, None)
    );
}

#[test]
fn what_is_wrong_is_told_by_its_name() {
    let check = |from: &str, to: &str, expect: &str| {
        let json = WHOLE.replace(from, to);
        let found = read(&json, Reading::default().refusing_others());
        assert_eq!(found.err().as_deref(), Some(expect), "{json}");
    };
    check(r#""orderId":"7","#, "", "`orderId` is missing");
    check(
        r#""orderId":"7""#,
        r#""orderId":7"#,
        "`orderId` is not as described",
    );
    check(
        r#""orderId""#,
        r#""OrderId":"7","orderId""#,
        "`orderId` stands under two names",
    );
    check("495", "4.95", "`amount` is not as described");
    check(r#""amount":495,"#, "", "`amount` is missing");
    check(
        "TL",
        "TRY",
        "`currency` is no currency that the provider takes",
    );
    check("https://", "http://", "`returnUrl` must be an https link");
    check("60", "0", "`expiresIn` must be at least 1");
    check(r#""kind":1"#, r#""kind":"1""#, "`kind` is not as described");
    check(r#""name":"a""#, r#""name":null"#, "`name` is missing");
    check(
        r#""name":"b""#,
        r#""name":"b","Kind":1"#,
        "`Kind` is no field of it",
    );
    check(r#"[{"#, r#"[7,{"#, "`items` is not as described");
}

#[test]
fn names_are_read_in_any_case_however_deep() {
    let json = WHOLE.replace("orderId", "ORDERID").replace("name", "Name");
    assert!(read(&json, Reading::default()).is_err());
    let strict = Reading::default().in_any_case().refusing_others();
    assert_eq!(read(&json, strict).unwrap().items().len(), 2);
    let twice = WHOLE.replace(r#""name":"b""#, r#""name":"b","Name":"b""#);
    assert_eq!(
        read(&twice, strict).err().as_deref(),
        Some("`items` is not as described")
    );
}
