//! The sandbox by raw HTTP, without the client: what it takes, what it refuses, and what it tells.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests are tests"
)]

use std::time::Duration;

use payments_mocopay::sandbox::{Config, SignedValues, request_signature};
use serde_json::Value;

#[path = "sandbox_protocol/wire.rs"]
mod wire;

use wire::{Endpoint, Shop};

const INIT: &str = "/v1/payment/initPayment/";
const VERIFY: &str = "/v1/payment/verifyPayment/";

fn shop() -> Shop {
    Shop::open(Config::new())
}

fn refused(shop: &Shop, text: &str, status: u16, error: &str) {
    let answer = shop.exchange(text);
    assert_eq!(answer.status, status, "{text}");
    assert_eq!(answer.json()["error"], error, "{text}");
    assert_eq!(shop.control().ledger().effects().len(), 0, "{text}");
}

/// K1, as the signature pages print it.
#[test]
fn the_published_signature_is_taken() {
    let shop = Shop::open(Config::new().credentials("app1", "this.is.a.secret"));
    let request = "GET /v1/payment/initPayment/?mcc=999&mnc=99&pid=12000&userId=1 HTTP/1.1\r\n";
    let answer = shop.exchange(&shop.signed("GET", INIT, "mcc=999&mnc=99&pid=12000&userId=1"));
    assert_eq!(answer.status, 200, "{request}");
    let reply = answer.json();
    assert_eq!(reply["requestId"].as_str().unwrap().len(), 32);
    assert!(
        reply["redirectUrl"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    // The page's own numbers are of an operator that is not served, but its signature holds.
    let text = "GET /v1/payment/initPayment/?mcc=228&mnc=01&pid=12000&userId=123456789 HTTP/1.1\r\n\
                Host: x\r\nConnection: close\r\nSignature: app1:WETDyNQLx0+8BJ16vDgiVg==\r\n\r\n";
    let answer = shop.exchange(text);
    assert_eq!(
        (answer.status, answer.json()["error"].as_str()),
        (400, Some("SANDBOX_OPERATOR"))
    );
}

#[test]
fn what_is_not_signed_is_refused() {
    let shop = shop();
    let query = "pid=12000";
    let plain = |head: &str| {
        format!("GET {INIT}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n")
    };
    let good = shop.signature(INIT, query);
    for head in [
        String::new(),
        "Signature: \r\n".to_owned(),
        format!("Signature: {}\r\n", good.replace("SANDBOXAPP1", "OTHER")),
        format!(
            "Signature: {}\r\n",
            request_signature(Config::API_KEY, "another", INIT, query)
        ),
        format!("Signature: {good}\r\nSignature: {good}\r\n"),
        "Signature: ApiKey DEMOKEYSTANDARD:IyiEcGCKRZcbUwmt5Nf7Jyfn1NY=\r\n".to_owned(),
    ] {
        refused(&shop, &plain(&head), 401, "SANDBOX_SIGNATURE");
    }
    // In both places is in none.
    let both = format!(
        "{query}&signature={}",
        good.replace('+', "%2B").replace('=', "%3D")
    );
    let text = format!(
        "GET {INIT}?{both} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSignature: {good}\r\n\r\n"
    );
    refused(&shop, &text, 401, "SANDBOX_SIGNATURE");
    let text = format!("GET {INIT}?{both} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(shop.exchange(&text).status, 200);
}

#[test]
fn requests_that_blur_the_signed_string_are_refused() {
    let shop = shop();
    for query in [
        "pid=12000&pid=12000",
        "pid=",
        "pid=12000%00",
        "pid=12000&lang=%0A",
        "pid=%",
        "pid=%FF",
    ] {
        refused(
            &shop,
            &shop.signed("GET", INIT, query),
            401,
            "SANDBOX_SIGNATURE",
        );
    }
    for (query, status, error) in [
        ("pid=12000&zz=1", 400, "SANDBOX_PARAMETER"),
        ("lang=en", 400, "SANDBOX_PARAMETER"),
        ("pid=nothing", 404, "SANDBOX_PRODUCT"),
        ("mcc=219&pid=12000", 400, "SANDBOX_OPERATOR"),
        ("mnc=9&pid=12000", 400, "SANDBOX_OPERATOR"),
        ("callbackUrl=shop&pid=12000", 400, "SANDBOX_URL"),
    ] {
        refused(&shop, &shop.signed("GET", INIT, query), status, error);
    }
    refused(
        &shop,
        &shop.signed("POST", INIT, "pid=12000"),
        405,
        "SANDBOX_METHOD",
    );
    refused(
        &shop,
        &shop.signed("GET", VERIFY, "sessionId=x"),
        405,
        "SANDBOX_METHOD",
    );
    for path in [
        "/v1/payment/initPayment",
        "/v1/payment/closeSession/",
        "/v2/payment/initPayment/",
        "/",
    ] {
        refused(
            &shop,
            &shop.signed("GET", path, "pid=12000"),
            404,
            "SANDBOX_PATH",
        );
    }
    refused(
        &shop,
        &shop.signed("POST", VERIFY, "sessionId=x"),
        404,
        "SANDBOX_SESSION",
    );
    refused(
        &shop,
        &shop.signed("POST", VERIFY, "pid=1"),
        400,
        "SANDBOX_PARAMETER",
    );
}

/// The pages sort by the first character alone: what has the same one is signed as it is sent.
#[test]
fn names_are_sorted_by_their_first_character() {
    let shop = shop();
    for (sent, signed) in [
        ("pid=12000&mnc=99&mcc=999", "mnc=99&mcc=999&pid=12000"),
        ("pid=12000&mcc=999&mnc=99", "mcc=999&mnc=99&pid=12000"),
    ] {
        let signature = shop.signature(INIT, signed);
        let text = format!(
            "GET {INIT}?{sent} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSignature: {signature}\r\n\r\n"
        );
        assert_eq!(shop.exchange(&text).status, 200, "{sent}");
    }
}

#[test]
fn values_are_signed_as_the_configuration_says() {
    let (sent, meant) = (
        "pid=12000&referenceId=a%20b%2Fc",
        "pid=12000&referenceId=a b/c",
    );
    for (values, right, wrong) in [
        (SignedValues::Decoded, meant, sent),
        (SignedValues::AsSent, sent, meant),
    ] {
        let shop = Shop::open(Config::new().signed_values(values));
        for (signed, status) in [(wrong, 401), (right, 200)] {
            let signature = shop.signature(INIT, signed);
            let text = format!(
                "GET {INIT}?{sent} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSignature: {signature}\r\n\r\n"
            );
            assert_eq!(shop.exchange(&text).status, status, "{values:?} {signed}");
        }
    }
}

#[test]
fn both_notifications_are_a_get_with_all_in_the_query() {
    let endpoint = Endpoint::open(3);
    let config = Config::new()
        .notify_url(endpoint.url())
        .transaction_url(endpoint.url());
    let shop = Shop::open(config);
    let query = "pid=CHMIBSUB&referenceId=ORDER-1&userId=u1";
    assert_eq!(shop.exchange(&shop.signed("GET", INIT, query)).status, 200);
    shop.control().authorize("ORDER-1").unwrap();
    let mut told: Vec<String> = (0..2).map(|_| endpoint.next()).collect();
    told.sort_by_key(|head| head.contains("transactionId"));
    let session = shop.control().session("ORDER-1").unwrap();
    let id = session.session_id();
    let expect = format!(
        "GET /hook?sessionId={id}&referenceId=ORDER-1&sessionType=subscription&status=Authorized&series=1\
         &userId=u1&phone=0099923026&mcc=999&mnc=99&serviceCode=PS-000-002&pid=CHMIBSUB&lang=en\
         &currencyCode=TES&chargedAmount=10&chargeCredits=0 HTTP/1.1\r\n"
    );
    assert!(told[0].starts_with(&expect), "{}", told[0]);
    let transaction = session.transactions().next().unwrap();
    let expect =
        format!("GET /hook?transactionId={transaction}&sessionId={id}&status=Charged&amount=10 ");
    assert!(told[1].starts_with(&expect), "{}", told[1]);
    // Told again on demand, and not otherwise.
    shop.control().notify_again("ORDER-1", 1).unwrap();
    assert!(endpoint.next().contains("sessionType=subscription"));
    assert!(
        shop.control()
            .callbacks()
            .wait_until_idle(Duration::from_secs(10))
    );
    assert_eq!(shop.control().notifications("ORDER-1").len(), 2);
}

#[test]
fn a_session_is_answered_as_in_the_sample() {
    let shop = shop();
    let query = "pid=CHMIBSUB&referenceId=ORDER-1&userId=359276053656628";
    shop.exchange(&shop.signed("GET", INIT, query));
    shop.control().authorize("ORDER-1").unwrap();
    let answer = shop.exchange(&shop.signed("POST", VERIFY, "userId=359276053656628"));
    assert!(
        answer.head.contains("content-type: application/json"),
        "{}",
        answer.head
    );
    let reply = answer.json();
    let Value::Object(fields) = &reply else {
        unreachable!();
    };
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let mut expect = [
        "sessionId",
        "serviceCode",
        "pid",
        "type",
        "endUser",
        "lang",
        "series",
        "status",
        "chargedAmount",
        "failedAmount",
        "lastChargedAmount",
        "lastFailedAmount",
        "totalChargedAmount",
        "totalFailedAmount",
        "currencyCode",
        "recurrent",
        "expiresIn",
        "timeInit",
        "timeAuthorized",
        "timeLastSuccessfullPayment",
        "transactions",
    ];
    expect.sort_unstable();
    assert_eq!(names, expect);
    assert_eq!(reply["endUser"]["userId"], "359276053656628");
    assert_eq!(
        (&reply["type"], &reply["currencyCode"]),
        (&"subscription".into(), &"TES".into())
    );
    assert_eq!(reply["timeInit"].as_str().unwrap().len(), 19);
}

#[test]
fn people_have_commands() {
    let shop = Shop::open(Config::new().kit(|kit| kit.control_token("let-me")));
    shop.exchange(&shop.signed("GET", INIT, "pid=CHMIBSUB&referenceId=ORDER-1"));
    let command = |name: &str, token: &str| {
        let body = "reference=ORDER-1";
        let text = format!(
            "POST /_sandbox/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nsandbox-token: {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        shop.exchange(&text).status
    };
    assert_eq!(command("authorize", "wrong"), 401);
    assert_eq!(command("renew", "let-me"), 400, "nothing is charged yet");
    assert_eq!(command("authorize", "let-me"), 200);
    assert_eq!(command("renew", "let-me"), 200);
    assert_eq!(command("charge", "let-me"), 200);
    assert_eq!(command("notify", "let-me"), 400, "there is no address");
    assert_eq!(command("cancel", "let-me"), 200);
    assert_eq!(command("nothing", "let-me"), 404);
    let session = shop.control().session("ORDER-1").unwrap();
    assert_eq!((session.total(), session.status()), (30, "Canceled"));
    assert_eq!(shop.control().ledger().count("charge", "ORDER-1"), 3);
}

#[test]
fn a_sandbox_that_cannot_be_is_not_started() {
    use payments_mocopay::sandbox::start;
    for config in [
        Config::new().notify_url("https://127.0.0.1/hook"),
        Config::new().transaction_url("http://shop.example/hook"),
        Config::new().credentials("", "s"),
        Config::new().credentials("k", ""),
    ] {
        assert!(start(config).is_err());
    }
}
