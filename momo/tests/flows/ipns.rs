//! IPNs and redirect results that are not to be believed: one uniform answer, nothing in the inbox.

use std::sync::Arc;

use payments_core::http::{HeaderMap, Method};
use payments_core::incoming::{BodyFormat, Confirmation, Inbound, KeyRing, Verifier};
use payments_core::testing::{Act, ScriptedTransport, tamper};
use payments_momo::calls::{Client, Test};
use payments_momo::codes::ResultCode;
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult};
use payments_momo::sandbox::{Config, hmac_sha256};

use crate::shop::{
    JSON, QUERY, Shop, credentials, dong, expected, get, inbound, post, results, uniform, verifier,
};

/// The fields under the signature in their order, `accessKey` left out.
const SIGNED: [(&str, &str); 12] = [
    ("amount", "33000"),
    ("extraData", "e30="),
    ("message", "Giao dịch thành công."),
    ("orderId", "A-1"),
    ("orderInfo", "Trà sữa & bánh = ngon"),
    ("orderType", "momo_wallet"),
    ("partnerCode", "MOMO"),
    ("payType", "qr"),
    ("requestId", "R-1"),
    ("responseTime", "1718000000000"),
    ("resultCode", "0"),
    ("transId", "4014083433"),
];

fn signature_of(fields: &[(&str, &str)], key: &str) -> String {
    let mut text = format!("accessKey={}", Config::ACCESS_KEY);
    for (name, value) in fields {
        text = format!("{text}&{name}={value}");
    }
    hmac_sha256(key, &text)
}

fn signature() -> String {
    signature_of(&SIGNED, Config::SECRET_KEY)
}

/// The message with each field replaced that `change` names, numbers as numbers.
fn body(change: &[(&str, &str)], signature: &str) -> String {
    let mut members = Vec::new();
    for (name, value) in SIGNED {
        let changed = change.iter().find(|(known, _)| *known == name);
        let raw = match (changed, name) {
            (Some((_, raw)), _) => (*raw).to_owned(),
            (None, "amount" | "responseTime" | "resultCode" | "transId") => value.to_owned(),
            (None, _) => serde_json::to_string(value).unwrap(),
        };
        if !raw.is_empty() {
            members.push(format!("\"{name}\":{raw}"));
        }
    }
    members.push(format!("\"signature\":\"{signature}\""));
    format!("{{{}}}", members.join(","))
}

/// A forged and a genuine message over one signed string: `orderInfo` of the genuine one holds the
/// names that the forged one has for itself. The digest is taken with Python, see `vectors/compute.py`.
fn two_readings() -> [String; 2] {
    let digest = "9f90794fa5ae265f6785748564fe013ec14a9ca7c4b94d81ccd8ea0b15c925b3";
    let read_as = |message: &str, order: &str, info: &str| {
        let change = [
            ("extraData", "\"\""),
            ("message", message),
            ("orderId", order),
            ("orderInfo", info),
        ];
        body(&change, digest)
    };
    [
        read_as(
            "\"Successful.&orderId=A-1&orderInfo=x\"",
            "\"B-2\"",
            "\"y\"",
        ),
        read_as(
            "\"Successful.\"",
            "\"A-1\"",
            "\"x&orderId=B-2&orderInfo=y\"",
        ),
    ]
}

fn bad_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let genuine = signature();
    let mut bodies: Vec<(&str, Vec<u8>)> = Vec::new();
    for (name, raw) in [
        ("amount", "33001"),
        ("amount", "033000"),
        ("amount", "33000.0"),
        ("amount", "3.3e4"),
        ("amount", "\"+33000\""),
        ("amount", "\"33000 \""),
        ("amount", ""),
        ("orderId", "\"A-2\""),
        ("orderId", "\"\""),
        ("orderId", "null"),
        ("orderId", "[\"A-1\"]"),
        ("orderId", "\"A-1&orderInfo=x\""),
        ("orderId", "\"A-1\\u0000\""),
        ("message", "\"\""),
        ("message", ""),
        ("message", "\"Giao dich thanh cong.\""),
        ("extraData", "\"\""),
        ("partnerCode", "\"MOMO2\""),
        ("payType", "\"qr\\n\""),
        ("requestId", "\"R-2\""),
        ("responseTime", "1718000000001"),
        ("responseTime", "\"1718000000000.0\""),
        ("resultCode", "1006"),
        ("resultCode", "00"),
        ("transId", "4014083434"),
        ("transId", "\"x\""),
    ] {
        bodies.push((JSON, body(&[(name, raw)], &genuine).into_bytes()));
    }
    bodies.extend(two_readings().map(|body| (JSON, body.into_bytes())));
    let whole = body(&[], &genuine);
    let doubled = whole.replace("\"orderId\":", "\"orderId\":\"A-1\",\"orderId\":");
    let hidden = whole.replace("\"orderId\":", "\"\\u006frderId\":\"A-1\",\"orderId\":");
    for text in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        doubled,
        hidden,
        format!("[{whole}]"),
        format!("{whole} x"),
        whole.chars().take(whole.chars().count() - 1).collect(),
    ] {
        bodies.push((JSON, text.into_bytes()));
    }
    bodies.push((JSON, whole.replace("A-1", "A\u{fffd}1").into_bytes()));
    bodies.push((JSON, [whole.as_bytes(), b"\xFF"].concat()));
    bodies.push((JSON, vec![b'['; 64 * 1024]));
    let long = whole.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(1 << 20)), 1);
    bodies.push((JSON, long.into_bytes()));
    for kind in ["text/plain", "application/xml", ""] {
        bodies.push((kind, whole.clone().into_bytes()));
    }
    bodies
}

fn bad_signatures() -> Vec<String> {
    let genuine = signature();
    let without: Vec<_> = SIGNED
        .into_iter()
        .filter(|(name, _)| *name != "extraData")
        .collect();
    vec![
        String::new(),
        signature_of(&SIGNED, "another key of thirty-two bytes!"),
        signature_of(&without, Config::SECRET_KEY),
        hmac_sha256(Config::SECRET_KEY, ""),
        genuine.chars().take(63).collect(),
        format!("{genuine}0"),
        format!("0x{genuine}"),
        format!("{genuine}{genuine}"),
        "0".repeat(64),
        "x".repeat(64),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_ipn_gets_the_same_answer_and_goes_nowhere() {
    let shop = Shop::open().await;
    let url = format!("{}/ipn", shop.base);
    let tell = |kind: &str, body: &[u8]| post(&url, &format!("Content-Type: {kind}\r\n"), body);
    let mut answers = Vec::new();
    for (kind, body) in bad_bodies() {
        let shown: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        let message = inbound(&[("content-type", kind)], &body);
        assert!(shop.verifier.verify(&message).is_err(), "{shown}");
        let _ = shop.verifier.explain(&message).to_string();
        answers.push((tell(kind, &body), shown));
    }
    for bad in bad_signatures() {
        answers.push((tell(JSON, body(&[], &bad).as_bytes()), bad));
    }
    let (first, _) = answers.first().unwrap();
    let first = uniform(first);
    assert!(first.starts_with("HTTP/1.1 400 "), "{first}");
    for (answer, shown) in &answers {
        assert_eq!(uniform(answer), first, "{shown}");
    }
    assert!(shop.inbox.claim().is_none());

    let good = tell(JSON, body(&[], &signature()).as_bytes());
    assert!(good.starts_with("HTTP/1.1 204 "), "{good}");
    assert!(good.ends_with("\r\n\r\n"), "{good}");
    assert!(shop.inbox.claim().is_some());
}

/// Whoever writes what the buyer reads of one order could make a message about another one of it.
#[test]
fn a_signed_string_that_reads_as_two_messages_is_neither() {
    for (body, field) in two_readings().iter().zip(["message", "orderInfo"]) {
        let message = inbound(&[("content-type", JSON)], body.as_bytes());
        let found = verifier().verify(&message);
        assert!(
            found.is_err(),
            "taken for order {}",
            found.unwrap().order_id
        );
        let explained = verifier().explain(&message);
        assert_eq!(
            explained.verdict(),
            format!(
                "`{field}` holds what joins two parts and a name: the string reads in two ways"
            ),
        );
        assert_eq!(explained.parts().len(), 26, "{explained}");
    }
}

/// Numbers come as numbers or as text; hex comes in either case.
#[test]
fn the_same_message_in_other_clothes_is_the_same() {
    let genuine = signature();
    let texts = [
        ("amount", "\"33000\""),
        ("resultCode", "\"0\""),
        ("transId", "\"4014083433\""),
    ];
    for body in [
        body(&[], &genuine),
        body(&texts, &genuine),
        body(&[], &genuine.to_uppercase()),
    ] {
        let message = inbound(
            &[("content-type", "application/json; charset=UTF-8")],
            body.as_bytes(),
        );
        let found = verifier().verify(&message).unwrap();
        assert_eq!(found.amount, dong(33_000));
        assert_eq!(found.result_code, ResultCode::Success);
        assert_eq!(found.message.as_deref(), Some("Giao dịch thành công."));
    }
    let untyped = inbound(&[], body(&[], &genuine).as_bytes());
    assert!(verifier().verify(&untyped).is_err());
    assert!(
        verifier()
            .with_body(BodyFormat::Json)
            .verify(&untyped)
            .is_ok()
    );
}

#[test]
fn whatever_is_tampered_with_is_refused_or_unsigned() {
    let unsigned = [
        ("paymentOption", "momo"),
        ("storeId", "S-1"),
        ("userFee", "0"),
        ("partnerUserId", "u"),
        ("somethingNew", "x"),
    ];
    let fields = [&SIGNED[..], &unsigned].concat();
    let names = SIGNED.map(|(name, _)| name);
    let tried = tamper(&verifier(), &fields, &names, &signature()).unwrap();
    assert!(tried.refused > 80 && tried.verified > 20, "{tried:?}");

    let linked: Vec<_> = [("callbackToken", "t1"), ("partnerClientId", "buyer-7")]
        .into_iter()
        .chain(SIGNED)
        .collect();
    let mut ordered = linked.clone();
    ordered.sort_unstable();
    let signature = signature_of(&ordered, Config::SECRET_KEY);
    let names: Vec<_> = linked.iter().map(|(name, _)| *name).collect();
    let tried = tamper(&verifier(), &linked, &names, &signature).unwrap();
    assert!(tried.refused > 100, "{tried:?}");
}

/// V05 and V12, as the provider's server sent them: one has `paymentOption` beside the signature.
#[test]
fn redirect_results_of_the_provider_hold() {
    let v12 = "partnerCode=MOMOBKUN20180529&orderId=df007bbc-dc6d-4bf5-adf0-340f6f0f8bd9\
               &requestId=46f4f696-15a1-473e-ac61-4583d1508250&amount=41000\
               &orderInfo=Thanh+toan+don+hang+NghiaMT+Shop&orderType=momo_wallet&transId=3108065159\
               &resultCode=0&message=Successful.&payType=qr&responseTime=1702605117023&extraData=\
               &signature=3f9dc92d7b4e2b95145362ce0484fdd08f63a003ccea7734a39954e2d187c720&paymentOption=momo";
    let result = |query: &str| {
        Inbound::new(
            Method::GET,
            format!("/return?{query}"),
            HeaderMap::new(),
            "",
        )
    };
    let keys = payments_momo::inbound::RedirectResultKeys::new(
        "klm05TvNBzhg7h7j",
        "at67qH6mk8w5Y1nAyMoYKMWACiEi2bsa",
    )
    .unwrap();
    let ring = KeyRing::new("sample", keys);
    let samples = Verifier::<RedirectResult>::new("sandbox", "sample", ring);
    let found = samples.verify(&result(v12)).unwrap();
    assert_eq!(found.amount, dong(41_000));
    assert_eq!(
        found.unsigned().payment_option.read().map(String::as_str),
        Some("momo")
    );
    assert!(
        samples
            .verify(&result(&v12.replace("momo_wallet", "momo")))
            .is_err()
    );
    assert!(
        samples
            .verify(&result(&v12.replace("=41000", "=1000")))
            .is_err()
    );
    assert!(
        samples
            .verify(&result(&format!("{v12}&amount=41000")))
            .is_err()
    );
    assert!(results().verify(&result(v12)).is_err());

    let v05 = "amount=500000&extraData=eyJvcmRlcl9pZCI6MjMsInVzZXJfaWQiOjN9\
               &message=Giao+d%E1%BB%8Bch+b%E1%BB%8B+t%E1%BB%AB+ch%E1%BB%91i+do+nh%C3%A0+ph%C3%A1t+h%C3%A0nh+t%C3%A0i+kho%E1%BA%A3n+thanh+to%C3%A1n.\
               &orderId=DH1775574778191&orderInfo=Thanh+toan+don+hang+DH1775574778191&orderType=momo_wallet\
               &partnerCode=MOMO&payType=credit&requestId=DH1775574778191_1775574778213\
               &responseTime=1775574824857&resultCode=1002&transId=4722695895\
               &signature=8448190c1ccd2727a94950253d49c687eba25b347af796d7ecdf8d3d03fd5e04";
    let found = results().verify(&result(v05)).unwrap();
    assert_eq!(found.result_code, ResultCode::DeclinedByIssuer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_in_the_browser_settles_nothing() {
    let shop = Shop::open().await;
    let page = get(&format!("{}/return?orderId=A-1&resultCode=0", shop.base));
    assert!(page.ends_with("look into the database"), "{page}");
    shop.paid("A-1").await;
    let page = get(&shop.control().return_url("A-1").unwrap());
    assert!(page.ends_with("code 0"), "{page}");
    assert!(shop.inbox.claim().is_none());
}

#[test]
fn the_old_key_is_taken_while_it_is_in_the_ring() {
    let ring = |key: &str| IpnKeys::new(Config::ACCESS_KEY, key).unwrap();
    let new = ring("a-new-secret-key-of-thirty-two-b");
    let message = body(&[], &signature());
    let message = inbound(&[("content-type", JSON)], message.as_bytes());
    let verifier: Verifier<Ipn> = Verifier::<Ipn>::new("e", "a", KeyRing::new("2026", new.clone()));
    assert!(verifier.verify(&message).is_err());
    let both = KeyRing::new("2026", new).and("2025", ring(Config::SECRET_KEY));
    assert_eq!(
        Verifier::<Ipn>::new("e", "a", both)
            .verify(&message)
            .unwrap()
            .key_id(),
        "2025"
    );
}

/// A signed success and a query that says failed or held: one of the two lags, and it is asked again.
#[tokio::test]
async fn a_signed_success_outweighs_a_query_that_lags() {
    let message = |code: &str| {
        let mut fields = SIGNED;
        for (name, value) in &mut fields {
            if *name == "resultCode" {
                *value = if code == "0" { "0" } else { "1006" };
            }
        }
        let signature = signature_of(&fields, Config::SECRET_KEY);
        let body = body(&[("resultCode", code)], &signature);
        let message = inbound(&[("content-type", JSON)], body.as_bytes());
        verifier().verify(&message).unwrap()
    };
    let (success, refused) = (message("0"), message("1006"));
    for (event, code, expect) in [
        (Some(&success), "1006", "open"),
        (Some(&refused), "1006", "declined"),
        (None, "1006", "declined"),
        (Some(&success), "9000", "open"),
        (Some(&refused), "9000", "authorised"),
        (None, "9000", "authorised"),
    ] {
        let reply = format!(
            r#"{{"partnerCode":"MOMO","orderId":"A-1","amount":33000,"resultCode":{code},"message":"x","responseTime":1}}"#
        );
        let transport = ScriptedTransport::default().always(QUERY, Act::json(&reply));
        let client = Client::builder(Test::new(), credentials())
            .transport(Arc::new(transport))
            .build()
            .unwrap();
        let found = match client.confirm(event, &expected("A-1")).await.unwrap() {
            Confirmation::Declined(_) => "declined",
            Confirmation::Open(_) => "open",
            Confirmation::Authorised(_) => "authorised",
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expect, "{code} after {event:?}");
    }
}
