//! The gateway's callbacks: which list of fields is signed, numbers as text, keys; and order numbers.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Inbound, KeyRing, Verified, Verifier};
use payments_momo::Credentials;
use payments_momo::ext::check_order_id;
use payments_momo::inbound::{Ipn, IpnKeys};
use serde_json::{Value, json};

const ACCESS: &str = "F8BBA842ECF85";
const SECRET: &str = "K951B6PE1waDMi640xX08PD3vg6EkVlz";

fn verifier() -> Verifier<Ipn> {
    let keys = IpnKeys::new(ACCESS.to_owned(), SECRET.to_owned()).unwrap();
    Verifier::<Ipn>::new("sandbox", "shop", KeyRing::new("first", keys))
}

fn inbound(body: &str) -> Inbound {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    headers.insert("content-type", json);
    Inbound::new(Method::POST, "/ipn", headers, body.to_owned())
}

fn verify(body: &Value) -> Option<Verified<Ipn>> {
    verifier().verify(&inbound(&body.to_string())).ok()
}

/// `neither` of `vectors/make.sh`.
fn paid() -> Value {
    json!({
        "partnerCode": "MOMO", "orderId": "ORDER-1001", "requestId": "R-1", "amount": 33000,
        "orderInfo": "Nồi cơm điện", "orderType": "momo_wallet", "transId": 4014083433u64,
        "resultCode": 0, "message": "Successful.", "payType": "qr",
        "responseTime": 1721720663942u64, "extraData": "", "storeId": "s1", "userFee": 10,
        "signature": "08ebb4049ec3b84bc0390bce71c9e9bd01df88af65e273cfa6c1098e57b14c3b",
    })
}

/// `both` of `vectors/make.sh`.
fn bound() -> Value {
    json!({
        "partnerCode": "MOMO", "orderId": "ORDER-1002", "requestId": "R-4", "amount": 0,
        "orderInfo": "link", "orderType": "momo_wallet", "transId": 4014083435u64,
        "resultCode": 0, "message": "Successful.", "payType": "app",
        "responseTime": 1721720663942u64, "extraData": "", "callbackToken": "t1",
        "partnerClientId": "c1",
        "signature": "56f58f46f0c0fe5fc7207557a4df50a89ea6611447eb868d9eacf4ccce31280e",
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    fields.insert(name.to_owned(), value);
    body
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name);
    body
}

#[test]
fn numbers_may_be_text_and_hex_upper_case() {
    let text = ["amount", "transId", "responseTime", "resultCode"]
        .iter()
        .fold(paid(), |body, name| {
            let text = body[*name].to_string();
            with(body, name, json!(text))
        });
    assert!(verify(&text).is_some());
    let upper = paid()["signature"].as_str().unwrap().to_uppercase();
    assert!(verify(&with(paid(), "signature", json!(upper))).is_some());
    for (name, bad) in [
        ("amount", json!("033000")),
        ("amount", json!("+33000")),
        ("amount", json!(33000.0)),
        ("amount", json!("33000.0")),
        ("transId", json!("04014083433")),
        ("responseTime", json!("1721720663942 ")),
        ("resultCode", json!("00")),
        ("signature", json!("")),
        ("signature", json!(null)),
        (
            "signature",
            json!(["08ebb4049ec3b84bc0390bce71c9e9bd01df88af65e273cfa6c1098e57b14c3b"]),
        ),
        ("orderId", json!(null)),
        ("message", json!("Successful.\n")),
    ] {
        assert!(
            verify(&with(paid(), name, bad.clone())).is_none(),
            "{name}: {bad}"
        );
    }
    assert!(verify(&without(paid(), "signature")).is_none());
    let twice = paid().to_string().replacen('{', r#"{"amount":1,"#, 1);
    assert!(verifier().verify(&inbound(&twice)).is_err());
}

#[test]
fn presence_alone_chooses_the_list() {
    let binding = verify(&bound()).unwrap();
    assert_eq!(binding.callback_token.as_deref(), Some("t1"));
    assert_eq!(binding.partner_client_id.as_deref(), Some("c1"));
    assert!(!format!("{:?}", *binding).contains("t1"));
    let explained = verifier().explain(&inbound(&bound().to_string()));
    assert!(explained.verdict().starts_with("verified"), "{explained}");
    let masked = |name: &str| explained.parts().contains(&format!("{name} = ***"));
    assert!(masked("callbackToken"), "{explained}");
    // With one of the two, the other is signed as empty.
    let one = "5baa8e3215d5cf5c405c1f9a8716a0d664f094862fd0a2bf9c534d9a36bb5777";
    let one = with(without(bound(), "callbackToken"), "signature", json!(one));
    assert_eq!(verify(&one).unwrap().callback_token, None);
    // Neither list stands in for the other.
    for name in ["callbackToken", "partnerClientId"] {
        for value in [json!(""), json!("x")] {
            assert!(
                verify(&with(paid(), name, value.clone())).is_none(),
                "{name} {value}"
            );
            assert!(verify(&with(bound(), name, value)).is_none(), "{name}");
        }
        assert!(verify(&without(bound(), name)).is_none(), "{name}");
    }
    let neither = without(without(bound(), "callbackToken"), "partnerClientId");
    assert!(verify(&neither).is_none());
}

#[test]
fn keys_are_those_of_the_endpoint_and_long_enough() {
    for short in ["", "fifteen-letters", "K951B6PE1waDMi640xX08PD3vg6EkVl"] {
        let credentials = Credentials::new("MOMO", ACCESS.to_owned(), short.to_owned());
        assert_eq!(credentials.map(|_| ()).unwrap_err().field(), "secretKey");
        let keys = IpnKeys::new(ACCESS.to_owned(), short.to_owned());
        assert_eq!(keys.map(|_| ()).unwrap_err().field(), "secretKey");
    }
    assert!(Credentials::new("", ACCESS.to_owned(), SECRET.to_owned()).is_err());
    assert!(Credentials::new("MOMO", String::new(), SECRET.to_owned()).is_err());
    let shown = format!(
        "{:?}",
        Credentials::new("MOMO", ACCESS.to_owned(), SECRET.to_owned())
    );
    assert!(
        !shown.contains(ACCESS) && !shown.contains(SECRET),
        "{shown}"
    );
    let other = IpnKeys::new(ACCESS.to_owned(), SECRET.to_lowercase()).unwrap();
    let other = Verifier::<Ipn>::new("sandbox", "shop", KeyRing::new("other", other));
    assert!(other.verify(&inbound(&paid().to_string())).is_err());
}

#[test]
fn order_numbers_have_a_documented_form() {
    for good in [
        "1",
        "A-1",
        "a.b_c-d",
        "df007bbc-dc6d-4bf5-adf0-340f6f0f8bd9",
        "a--b",
    ] {
        assert!(check_order_id(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "-a",
        "a-",
        "a b",
        "1629181466064:0123456778",
        "ä",
        "a\n",
        "_",
    ] {
        assert_eq!(check_order_id(bad).unwrap_err().field(), "orderId", "{bad}");
    }
}
