//! Replies that are not as described, word by word.

use std::sync::Arc;

use payments_core::Error;
use payments_core::call::{Extend, ReplySignature, reply_signature};
use payments_core::client::RetryPolicy;
use payments_core::exchange::Response;
use payments_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use payments_core::incoming::{Confirmation, Expected};
use payments_core::testing::{Act, ScriptedTransport, json_response};
use payments_momo::calls::{Client, Test};
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::types::{
    CaptureOrCancel, CreatePayment, CreatePaymentReplySigned, PaymentStatus,
};

use crate::shop::{CREATE, QUERY, credentials, dong, expected, kind};

const UNKNOWN: &str = "unknown, moved: Maybe";
const MALFORMED: &str = "malformed, moved: No";

fn client(reply: Response) -> (Client, ScriptedTransport) {
    let transport = ScriptedTransport::new([Act::Answer(reply)]);
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport.clone()))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    (client, transport)
}

fn payment() -> CreatePayment {
    CreatePayment::builder()
        .request_id("R-1")
        .amount(dong(33_000))
        .order_id("A-1")
        .order_info("x")
        .redirect_url("https://shop.example/return")
        .ipn_url("https://shop.example/ipn")
        .request_type(RequestType::CaptureWallet)
        .build()
        .unwrap()
}

fn question() -> PaymentStatus {
    PaymentStatus::builder()
        .request_id("R-1")
        .order_id("A-1")
        .build()
        .unwrap()
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

/// The result code of the answer, or the kind of the error, for the question and for the payment.
async fn check(reply: Response, of_read: &str, of_create: &str) {
    let shown = String::from_utf8_lossy(reply.body()).into_owned();
    let shown: String = shown.chars().take(90).collect();
    let (asker, transport) = client(reply.clone());
    let asked = asker.payment_status(question()).await;
    assert_eq!(transport.count(QUERY), 1, "{shown}");
    let asked = asked.map(|reply| reply.result_code.as_str().to_owned());
    check_one(asked, &reply, of_read, &shown);

    let (creator, transport) = client(reply.clone());
    let created = creator.create_payment(payment()).await;
    assert_eq!(transport.count(CREATE), 1, "{shown}");
    let created = created.map(|reply| reply.result_code.as_str().to_owned());
    check_one(created, &reply, of_create, &shown);
}

fn check_one(result: Result<String, Error>, reply: &Response, expect: &str, shown: &str) {
    match result {
        Ok(text) => assert_eq!(text, expect, "{shown}"),
        Err(error) => {
            assert_eq!(kind(&error), expect, "{shown}: {error}");
            assert_eq!(error.response().unwrap().body(), reply.body(), "{shown}");
        }
    }
}

const WHOLE: &str = r#"{"partnerCode":"MOMO","requestId":"R-1","orderId":"A-1","amount":33000,"resultCode":0,"message":"ok","payUrl":"https://pay.example/1"}"#;

#[tokio::test]
async fn what_is_not_as_described_is_never_a_refusal() {
    check(json_response(200, WHOLE), "0", "0").await;
    for end in [0, 1, 20, 40, WHOLE.len() - 1] {
        let cut = WHOLE.get(..end).unwrap();
        check(json_response(200, cut), MALFORMED, UNKNOWN).await;
    }
    let html = b"<html><body>Please wait</body></html>";
    for content_type in ["text/html", "application/json"] {
        check(typed(200, content_type, html), MALFORMED, UNKNOWN).await;
    }
    for content_type in ["text/plain", "text/html", "application/jsonp", "x"] {
        check(
            typed(200, content_type, WHOLE.as_bytes()),
            MALFORMED,
            UNKNOWN,
        )
        .await;
    }
    for status in [301, 302, 303, 307, 308, 404, 422, 429, 500, 502, 503, 504] {
        check(json_response(status, WHOLE), MALFORMED, UNKNOWN).await;
        check(typed(status, "text/html", html), MALFORMED, UNKNOWN).await;
    }
    for status in [302, 500, 503] {
        let refusal = r#"{"resultCode":1006,"message":"no"}"#;
        check(json_response(status, refusal), MALFORMED, UNKNOWN).await;
    }
    let without = |name: &str| {
        let value: serde_json::Value = serde_json::from_str(WHOLE).unwrap();
        let mut object = value.as_object().unwrap().clone();
        object.remove(name);
        serde_json::to_string(&object).unwrap()
    };
    for body in [
        "{}".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        without("resultCode"),
        without("partnerCode"),
        without("orderId"),
        WHOLE.replace("\"resultCode\":0", "\"resultCode\":null"),
        WHOLE.replace("\"resultCode\":0", "\"resultCode\":true"),
        WHOLE.replace("\"resultCode\":0", "\"resultCode\":{}"),
        WHOLE.replace("\"resultCode\":0", "\"resultCode\":0,\"resultCode\":1006"),
        WHOLE.replace("\"resultCode\":0", "\"resultCode\":1006,\"resultCode\":0"),
        WHOLE.replace("\"MOMO\"", "\"MOMO2\""),
        WHOLE.replace("\"A-1\"", "\"A-2\""),
        WHOLE.replace("\"R-1\"", "\"R-2\""),
        WHOLE.replace("33000", "33000.0"),
        WHOLE.replace("33000", "3.3e4"),
        WHOLE.replace("33000", "033000"),
        format!("[{WHOLE}]"),
        "[".repeat(64 * 1024),
        r#"{"a":"#.repeat(13 * 1024),
    ] {
        check(json_response(200, &body), MALFORMED, UNKNOWN).await;
    }
    let invalid = WHOLE.replace("ok", "\u{1}").into_bytes();
    let invalid: Vec<u8> = invalid
        .into_iter()
        .map(|byte| if byte == 1 { 0xFF } else { byte })
        .collect();
    check(typed(200, "application/json", &invalid), MALFORMED, UNKNOWN).await;
}

/// The state of a payment is no refusal of the question; a code that is not final refuses nothing
/// for good.
#[tokio::test]
async fn a_code_is_a_state_or_a_refusal_by_what_was_asked() {
    let with = |code: &str| WHOLE.replace("\"resultCode\":0", &format!("\"resultCode\":{code}"));
    for status in [200, 201] {
        check(
            json_response(status, &with("1006")),
            "1006",
            "refused with 1006",
        )
        .await;
        check(
            json_response(status, &with("7000")),
            "7000",
            "unknown with 7000",
        )
        .await;
        check(
            json_response(status, &with("9000")),
            "9000",
            "unknown with 9000",
        )
        .await;
        check(
            json_response(status, &with("5555")),
            "5555",
            "unknown with 5555",
        )
        .await;
    }
    for status in [200, 400, 401, 422] {
        let refused = "refused with 42";
        check(
            json_response(status, &with("42")),
            refused,
            "unknown with 42",
        )
        .await;
        check(
            json_response(status, &with("13")),
            "refused with 13",
            "unknown with 13",
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_not_described_does_no_harm() {
    let more = WHOLE.replacen(
        '{',
        r#"{"trace":{"id":1},"promotionInfo":[{"amount":1}],"signature":null,"#,
        1,
    );
    check(json_response(200, &more), "0", "0").await;
    let typed = typed(201, "application/json; charset=UTF-8", more.as_bytes());
    check(typed, "0", "0").await;
}

/// Digests taken with Python, see `vectors/compute.py`.
#[tokio::test]
async fn the_signature_of_a_create_reply_covers_its_text_or_not() {
    let reply = |message: &str, signature: &str| {
        format!(
            r#"{{"partnerCode":"MOMO","requestId":"R-1","orderId":"A-1","amount":33000,"responseTime":1718000000000,"message":"{message}","resultCode":0,"payUrl":"https://pay.example/?t=1&s=2","signature":"{signature}"}}"#
        )
    };
    let a = "ccf758e9e7076943d583cbe85f2ceacd57025eb57ce3e1d7100faef39d2e5a62";
    let b = "9c1f69bd513a74253bc289e05afb4986cb52d102b630e268c2af9c878c2abe88";
    // Parameters of the page that are called as what is signed: the reply is tied to its request.
    let names = "31916cd675d05ef3d73e7e7e899b0a94beb67bb2a9fca5a7d3d56e5302c64c78";
    let parameters = "t=1&orderId=A-1&amount=33000";
    for (body, expect) in [
        (reply("Thành công.", a), Some(ReplySignature::Short)),
        (reply("anything", a), Some(ReplySignature::Short)),
        (reply("Thành công.", b), Some(ReplySignature::Full)),
        (
            reply("Thành công.", names).replace("t=1&s=2", parameters),
            Some(ReplySignature::Full),
        ),
        (reply("anything", b), None),
        (reply("Thành công.", a).replace("s=2", "s=3"), None),
        (reply("Thành công.", b).replace("s=2", "s=3"), None),
        (reply("Thành công.", ""), None),
    ] {
        let response = json_response(200, &body);
        let found = reply_signature::<CreatePaymentReplySigned>(&response, &credentials()).ok();
        assert_eq!(found, expect, "{body}");
        let (creator, _) = client(response.clone());
        let created = creator.create_payment(payment()).await;
        assert_eq!(created.is_ok(), expect.is_some());
        // What the description does not know yet takes nothing away from what it does.
        let (creator, _) = client(response);
        let created = creator.call(payment().with_extra("new", "1")).await;
        assert_eq!(created.is_ok(), expect.is_some());
    }
}

/// A reply about another amount than asked for says nothing for sure; one that names none is taken.
#[tokio::test]
async fn another_amount_than_asked_for_leaves_the_outcome_open() {
    let refund = || crate::shop::refund("A-1", 7, 33_000);
    let capture = || {
        let builder = CaptureOrCancel::builder()
            .request_id("R-1")
            .order_id("A-1")
            .request_type(ConfirmType::Capture)
            .amount(dong(33_000));
        builder.build().unwrap()
    };
    for (amount, taken) in [
        ("\"amount\":33000,", true),
        ("\"amount\":\"33000\",", true),
        ("", true),
        ("\"amount\":32999,", false),
        ("\"amount\":33001,", false),
        ("\"amount\":\"33001\",", false),
        ("\"amount\":0,", false),
    ] {
        let body = WHOLE.replace("\"amount\":33000,", amount);
        let refunded = body.replace("\"R-1\"", "\"R-A-1\"");
        let found = [
            client(json_response(200, &body))
                .0
                .create_payment(payment())
                .await
                .map(|_| ()),
            client(json_response(200, &refunded))
                .0
                .refund(refund())
                .await
                .map(|_| ()),
            client(json_response(200, &body))
                .0
                .capture_or_cancel(capture())
                .await
                .map(|_| ()),
        ];
        for (found, call) in found.into_iter().zip(["create", "refund", "confirm"]) {
            match found {
                Ok(()) => assert!(taken, "{call}: {body}"),
                Err(error) => {
                    assert!(!taken, "{call}: {body}: {error}");
                    assert_eq!(kind(&error), UNKNOWN, "{call}: {body}");
                }
            }
        }
    }
}

/// What the query says of amount and refunds.
#[tokio::test]
async fn the_answer_of_the_query_is_compared_before_anything_is_confirmed() {
    let part = |amount: &str, code: &str| {
        format!(r#"{{"orderId":"RF-1","amount":{amount},"resultCode":{code},"transId":2}}"#)
    };
    for (code, amount, refunds, expect) in [
        ("0", "33000", vec![], "confirmed"),
        ("0", "33001", vec![], "differs"),
        ("0", "0", vec![], "differs"),
        ("9000", "33000", vec![], "authorised"),
        ("9000", "32999", vec![], "differs"),
        ("7000", "0", vec![], "open"),
        ("1006", "33000", vec![], "declined"),
        ("1006", "0", vec![], "declined"),
        ("0", "33000", vec![part("32999", "0")], "confirmed"),
        ("0", "33000", vec![part("33000", "0")], "refunded"),
        ("0", "33000", vec![part("\"33000\"", "\"0\"")], "refunded"),
        (
            "0",
            "33000",
            vec![part("3000", "0"), part("30000", "0")],
            "refunded",
        ),
        (
            "0",
            "33000",
            vec![part("3000", "0"), part("30000", "7002")],
            "confirmed",
        ),
        (
            "0",
            "33000",
            vec![part("3000", "0"), part("30000", "1080")],
            "confirmed",
        ),
        (
            "0",
            "33000",
            vec![part("33000", "1081"), part("0", "0")],
            "confirmed",
        ),
        ("0", "33001", vec![part("33001", "0")], "differs"),
        ("1006", "33000", vec![part("33000", "0")], "declined"),
    ] {
        let refunds = refunds.join(",");
        let answer = format!(
            r#"{{"partnerCode":"MOMO","orderId":"A-1","amount":{amount},"resultCode":{code},"refundTrans":[{refunds}],"message":"x","responseTime":1}}"#
        );
        let found = asked(&answer, &expected("A-1")).await;
        assert_eq!(found, expect, "{answer}");
    }
    // A wallet that is linked without a payment has nothing to give back.
    let linked = r#"{"partnerCode":"MOMO","orderId":"L-1","amount":0,"resultCode":0,"refundTrans":[],"message":"x","responseTime":1}"#;
    let record = Expected::new("L-1", dong(0));
    assert_eq!(asked(linked, &record).await, "confirmed");
}

/// What confirming makes of this answer of the query.
async fn asked(answer: &str, expected: &Expected) -> &'static str {
    let transport = ScriptedTransport::default().always(QUERY, Act::json(answer));
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport))
        .build()
        .unwrap();
    match client.confirm(None, expected).await.unwrap() {
        Confirmation::Confirmed(_) => "confirmed",
        Confirmation::Declined(_) => "declined",
        Confirmation::Open(_) => "open",
        Confirmation::Authorised(_) => "authorised",
        Confirmation::Refunded(reply) => {
            assert!(reply.refund_trans.is_some());
            "refunded"
        }
        Confirmation::Differs(reply) => {
            assert_eq!(reply.response().body(), answer.as_bytes());
            "differs"
        }
        other => panic!("{other:?}"),
    }
}
