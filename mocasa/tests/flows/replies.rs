//! Replies that are not as described, word by word.

use std::sync::Arc;

use payments_core::Error;
use payments_core::client::RetryPolicy;
use payments_core::exchange::Response;
use payments_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use payments_core::testing::{Act, ScriptedTransport, json_response};
use payments_mocasa::calls::{Client, Environment};

use crate::shop::{CREATE, QUERY, TOKEN, credentials, kind, order, order_status};

const UNKNOWN: &str = "unknown, moved: Maybe";
const MALFORMED: &str = "malformed, moved: No";

/// A client that has a token and gets this reply to its call.
fn client(reply: Response) -> (Client, ScriptedTransport) {
    let token = Act::json(r#"{"success":true,"data":{"accessToken":"T-0-K-3-N"}}"#);
    let transport = ScriptedTransport::new([Act::Answer(reply)]).always(TOKEN, token);
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    )
    .transport(Arc::new(transport.clone()))
    .retry(RetryPolicy::never())
    .build()
    .unwrap();
    (client, transport)
}

fn typed(status: u16, content_type: &'static str, body: &[u8]) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Response::new(
        StatusCode::from_u16(status).unwrap(),
        headers,
        body.to_vec(),
    )
}

fn json(body: &str) -> Response {
    json_response(200, body)
}

/// `status` or `ok` of the answer, or the kind of the error, for the query and for the order.
async fn check(reply: Response, of_read: &str, of_once: &str) {
    let shown = String::from_utf8_lossy(reply.body()).into_owned();
    let shown: String = shown.chars().take(60).collect();

    let (asker, transport) = client(reply.clone());
    let asked = asker.order_status(order_status("A-1")).await;
    assert_eq!(transport.count(QUERY), 1, "{shown}");
    let asked = asked.map(|reply| reply.tx_status.as_str().to_owned());
    check_one(asked, &reply, of_read, &shown);

    let (creator, transport) = client(reply.clone());
    let created = creator.create_order(order("A-1")).await;
    assert_eq!(transport.count(CREATE), 1, "{shown}");
    let created = created.map(|reply| reply.payment_link.clone());
    check_one(created, &reply, of_once, &shown);
}

fn check_one(result: Result<String, Error>, reply: &Response, expect: &str, shown: &str) {
    match result {
        Ok(text) => assert_eq!(text, expect, "{shown}"),
        Err(error) => {
            assert_eq!(kind(&error), expect, "{shown}: {error}");
            let raw = error.response().unwrap();
            assert_eq!(raw.body(), reply.body(), "{shown}");
            assert_eq!(raw.status(), reply.status(), "{shown}");
        }
    }
}

#[tokio::test]
async fn what_is_not_as_described_is_never_a_refusal() {
    let whole =
        r#"{"success":true,"data":{"orderNo":"A-1","txStatus":"success","paymentLink":"l"}}"#;
    for end in [0, 1, 20, 40, whole.len() - 1] {
        let cut = whole.get(..end).unwrap();
        check(json(cut), MALFORMED, UNKNOWN).await;
    }
    let html = b"<html><body>Please wait</body></html>";
    for (status, content_type) in [(200, "text/html"), (200, "application/json")] {
        check(typed(status, content_type, html), MALFORMED, UNKNOWN).await;
    }
    for content_type in ["text/plain", "text/html", "application/jsonp", "x"] {
        let reply = typed(200, content_type, whole.as_bytes());
        check(reply, MALFORMED, UNKNOWN).await;
    }
    for status in [301, 302, 303, 307, 308, 404, 429, 500, 502, 503, 504] {
        check(json_response(status, whole), MALFORMED, UNKNOWN).await;
        check(typed(status, "text/html", html), MALFORMED, UNKNOWN).await;
    }
    for status in [302, 500, 503] {
        let refusal = r#"{"success":false,"code":"7"}"#;
        check(json_response(status, refusal), MALFORMED, UNKNOWN).await;
    }
    for body in [
        "{}",
        "null",
        "[]",
        "true",
        r#"{"data":{"txStatus":"success","paymentLink":"l"}}"#,
        r#"{"success":null,"data":{"txStatus":"success","paymentLink":"l"}}"#,
        r#"{"success":"true","data":{"txStatus":"success","paymentLink":"l"}}"#,
        r#"{"success":"false"}"#,
        r#"{"success":0}"#,
        r#"{"success":true,"success":false}"#,
        r#"{"success":false,"success":true,"data":{"txStatus":"success","paymentLink":"l"}}"#,
        r#"{"success":true}"#,
        r#"{"success":true,"data":null}"#,
        r#"{"success":true,"data":{}}"#,
        r#"{"success":true,"data":[]}"#,
        r#"{"success":true,"data":"x"}"#,
        r#"{"success":true,"data":{"txStatus":null,"paymentLink":null}}"#,
        r#"{"success":true,"data":{"txStatus":1,"paymentLink":1}}"#,
        r#"{"success":true,"data":{"orderNo":"A-2","txStatus":"success","paymentLink":"l"}}"#,
        r#"{"success":true,"data":{"orderNo":"A-1","txStatus":"success","txStatus":"failed","paymentLink":"l","paymentLink":"m"}}"#,
    ] {
        check(json(body), MALFORMED, UNKNOWN).await;
    }
    // A created order is none that nobody can pay.
    let unpayable =
        r#"{"success":true,"data":{"orderNo":"A-1","txStatus":"success","paymentLink":""}}"#;
    check(json(unpayable), "success", UNKNOWN).await;
    for deep in ["[".repeat(64 * 1024), r#"{"a":"#.repeat(13 * 1024)] {
        check(json(&deep), MALFORMED, UNKNOWN).await;
        let within = format!(r#"{{"success":true,"data":{deep}"#);
        check(json(&within), MALFORMED, UNKNOWN).await;
    }
    let invalid = b"{\"success\":true,\"data\":{\"txStatus\":\"\xFF\",\"paymentLink\":\"\xFF\"}}";
    check(typed(200, "application/json", invalid), MALFORMED, UNKNOWN).await;
}

#[tokio::test]
async fn only_the_provider_refuses() {
    for (body, code) in [
        (r#"{"success":false}"#, "nothing"),
        (r#"{"success":false,"code":"E7","message":"no"}"#, "E7"),
        (r#"{"success":false,"code":7,"data":null}"#, "7"),
    ] {
        let expect = format!("refused with {code}");
        for status in [200, 400, 401, 422] {
            check(json_response(status, body), &expect, &expect).await;
        }
    }
}

#[tokio::test]
async fn what_is_not_described_does_no_harm() {
    let more = r#"{"success":true,"code":"0","trace":{"id":1},"data":{"new":[1],"txStatus":"success","paymentLink":"l"}}"#;
    check(json(more), "success", "l").await;
    let other =
        r#"{"success":true,"data":{"orderNo":"A-1","txStatus":"on hold","paymentLink":"l"}}"#;
    check(json(other), "on hold", "l").await;
    let typed = typed(201, "application/json; charset=UTF-8", other.as_bytes());
    check(typed, "on hold", "l").await;

    let (client, _) = client(json(more));
    let reply = client.order_status(order_status("A-1")).await.unwrap();
    assert_eq!(reply.response().body(), more.as_bytes());
}
