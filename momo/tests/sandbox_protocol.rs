//! The sandbox as MoMo's pages have the provider, spoken to in raw HTTP.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "sandbox_protocol/app.rs"]
mod app;
#[path = "sandbox_protocol/bills.rs"]
mod bills;
#[path = "sandbox_protocol/wire.rs"]
mod wire;

use std::time::Duration;

use payments_momo::sandbox::{
    Config, ControlError, DeliveryState, Fault, Forgery, Partner, PaymentState, ReplySignature,
    SandboxClock, StartError, start,
};
use serde_json::{Value, json};
use wire::{Endpoint, Shop, item, merge, payment, signature, signed};

const IPN: &str = "amount extraData message orderId orderInfo orderType partnerCode payType requestId responseTime resultCode transId";
const DAY: Duration = Duration::from_secs(24 * 3600);

fn config() -> Config {
    Config::new().kit(|kit| kit.clock(SandboxClock::still()))
}

fn shop() -> Shop {
    Shop::open(config())
}

fn accepting(times: usize) -> Endpoint {
    Endpoint::listen(vec![(204, String::new()); times])
}

fn check_refused(answer: &wire::Message, code: u64) {
    assert_eq!(answer.json()["resultCode"], code, "{}", answer.body);
    assert!(answer.json().get("payUrl").is_none());
}

#[test]
fn a_payment_is_approved_on_the_page_and_told() {
    let endpoint = accepting(1);
    let shop = shop();
    let more =
        json!({"ipnUrl": format!("{}/ipn", endpoint.base()), "storeId": "S-1", "lang": "vi"});
    let created = shop.created("A-1", &more);
    assert_eq!(created["amount"], 33_000);
    let list = "amount message orderId partnerCode payUrl requestId responseTime resultCode";
    assert_eq!(created["signature"], signed(&created, list));
    assert!(created["deeplink"].as_str().unwrap().starts_with("momo://"));
    assert_eq!(shop.query("A-1", "Q-1")["resultCode"], 1000);

    let link = created["payUrl"].as_str().unwrap();
    let page = shop.get(link);
    assert_eq!(page.status, 200);
    for part in [
        "lang=\"vi\"",
        "Thanh toán",
        "A-1",
        "33000 VND",
        "Trà sữa &amp; bánh",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    for _ in 0..2 {
        let back = shop.press(link, "choice=pay");
        assert_eq!(back.status, 303);
        assert!(
            back.head
                .contains("location: https://shop.example/back?a=1&amount=33000&")
        );
    }
    let ipn = endpoint.next();
    assert!(ipn.head.starts_with("POST /ipn HTTP/1.1\r\n"));
    let told = ipn.json();
    assert_eq!(told["resultCode"], 0);
    assert_eq!(told["storeId"], "S-1");
    assert_eq!(told["signature"], signed(&told, IPN));
    assert!(told.get("accessKey").is_none());
    shop.settle_down();
    assert_eq!(
        shop.control().ipns("A-1")[0].state(),
        DeliveryState::Delivered
    );
    let queried = shop.query("A-1", "Q-2");
    assert_eq!(queried["resultCode"], 0);
    assert_eq!(queried["amount"], 33_000);
    assert_eq!(queried["transId"], told["transId"]);
    assert_eq!(shop.control().ledger().count("payment", "A-1"), 1);
}

#[test]
fn the_buyer_can_end_it_otherwise() {
    let shop = shop();
    for (order_id, press, code) in [
        ("A-1", "choice=decline", 1006),
        ("A-2", "choice=expire", 1005),
        ("A-3", "choice=code&code=1001", 1001),
    ] {
        let created = shop.created(order_id, &json!({}));
        let link = created["payUrl"].as_str().unwrap();
        assert_eq!(shop.press(link, "choice=code&code=0").status, 400);
        assert_eq!(shop.press(link, "").status, 400);
        assert_eq!(shop.press(link, press).status, 303);
        assert_eq!(
            shop.query(order_id, &format!("Q-{order_id}"))["resultCode"],
            code
        );
    }
    shop.created("A-4", &json!({}));
    shop.control().advance(Duration::from_secs(100 * 60));
    assert_eq!(
        shop.control().payment("A-4").unwrap().state(),
        PaymentState::Failed(1005)
    );
    assert_eq!(shop.control().pay("A-4"), Ok(PaymentState::Failed(1005)));
    assert_eq!(shop.control().pay("A-5"), Err(ControlError::NoSuchNumber));
}

#[test]
fn what_a_call_must_hold_is_checked() {
    let shop = shop();
    let path = "/v2/gateway/api/create";
    let wrong_type = shop.request(path, "Content-Type: text/plain\r\n", "{}");
    check_refused(&shop.exchange(&wrong_type), 20);
    for name in [
        "requestId",
        "amount",
        "orderId",
        "orderInfo",
        "redirectUrl",
        "ipnUrl",
        "requestType",
    ] {
        check_refused(&shop.create("A-1", &json!({name: ""})), 20);
        check_refused(&shop.create("A-1", &json!({name: null})), 20);
    }
    let odd = |name: &str, value: Value| {
        let mut one = item("x");
        one[name] = value;
        one
    };
    let cases = [
        (json!({"partnerCode": "MOMO2"}), 13),
        (json!({"amount": 33_000.5}), 21),
        (json!({"amount": "033000"}), 21),
        (json!({"amount": 999}), 22),
        (json!({"amount": 50_000_001}), 22),
        (json!({"requestId": "r".repeat(51)}), 20),
        (json!({"orderId": "a".repeat(201)}), 20),
        (json!({"orderId": "A:1"}), 20),
        (json!({"orderInfo": "ấ".repeat(256)}), 20),
        (json!({"extraData": "x".repeat(1001)}), 20),
        (json!({"requestType": "captureMoMoWallet"}), 20),
        (json!({"redirectUrl": "/back"}), 20),
        (json!({"lang": "fr"}), 20),
        (json!({"autoCapture": "no"}), 20),
        (json!({"items": vec![item("x"); 51]}), 20),
        (json!({"items": [item("x"), item("x")]}), 45),
        (json!({"items": [{"id": "x"}]}), 20),
        (json!({"items": [odd("name", Value::Null)]}), 20),
        (json!({"items": [odd("price", json!(-1))]}), 20),
        (json!({"items": [odd("totalPrice", Value::Null)]}), 20),
        (json!({"items": [odd("quantity", json!(0))]}), 20),
        (json!({"requestType": "linkWallet"}), 20),
        (json!({"orderInfo": "create=2019"}), 2019),
    ];
    for (number, (more, code)) in cases.into_iter().enumerate() {
        let mut body = payment("A-1");
        body["requestId"] = Value::from(format!("R-{number}"));
        merge(&mut body, &more);
        let answer = shop.call("create", body);
        check_refused(&answer, code);
        assert_eq!(answer.status, 400, "{more}");
    }
    let mut unsigned = payment("A-1");
    check_refused(&shop.send("create", &unsigned), 20);
    unsigned["signature"] = Value::from(signature("query", &unsigned));
    check_refused(&shop.send("create", &unsigned), 13);
    assert_eq!(
        shop.get(&format!("{}{path}", shop.sandbox.base_url()))
            .status,
        405
    );
    assert_eq!(
        shop.get(&format!("{}/nowhere", shop.sandbox.base_url()))
            .status,
        404
    );
    assert!(shop.control().ledger().effects().is_empty());
    let doubled = r#"{"partnerCode":"MOMO","partnerCode":"MOMO"}"#;
    let doubled = shop.request(path, "Content-Type: application/json\r\n", doubled);
    check_refused(&shop.exchange(&doubled), 20);
    // Some samples send the access key; numbers may come as text.
    let more = json!({"accessKey": Config::ACCESS_KEY, "amount": "33000"});
    shop.created("A-1", &more);
    assert_eq!(
        shop.control().extra_fields(),
        [(path.to_owned(), "accessKey".to_owned())]
    );
}

#[test]
fn a_request_id_is_taken_once() {
    let shop = shop();
    let first = shop.create("A-1", &json!({}));
    let again = shop.create("A-1", &json!({}));
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(shop.control().ledger().count("order", "A-1"), 1);

    shop.control().set_in_flight("R-A-1", true).unwrap();
    let early = shop.create("A-1", &json!({}));
    assert_eq!(early.status, 422);
    check_refused(&early, 7000);
    shop.control().set_in_flight("R-A-1", false).unwrap();
    // Another body, another call, and a result that was not final.
    check_refused(&shop.create("A-1", &json!({"orderInfo": "other"})), 40);
    assert_eq!(shop.query("A-1", "R-A-1")["resultCode"], 40);
    assert_eq!(shop.query("A-1", "Q-1")["resultCode"], 1000);
    assert_eq!(shop.query("A-1", "Q-1")["resultCode"], 40);
    check_refused(&shop.create("A-1", &json!({"requestId": "R-2"})), 41);

    shop.control().pay("A-1").unwrap();
    assert_eq!(shop.query("A-1", "Q-2")["resultCode"], 0);
    shop.control().advance(DAY);
    assert_eq!(shop.query("A-1", "Q-2")["resultCode"], 0);
    // A refusal of who asks is not remembered.
    shop.send(
        "query",
        &json!({"requestId": "Q-3", "orderId": "A-1", "partnerCode": "MOMO", "signature": "0"}),
    );
    assert_eq!(shop.query("A-1", "Q-3")["resultCode"], 0);
    shop.control().advance(DAY * 31);
    assert_eq!(shop.query("A-1", "R-A-1")["resultCode"], 0);
    assert_eq!(
        shop.control().set_in_flight("none", true),
        Err(ControlError::NoSuchNumber)
    );
}

#[test]
fn an_authorised_amount_is_captured_or_cancelled() {
    let shop = shop();
    let confirm = |order_id: &str, kind: &str, amount: u64, request_id: &str| {
        let body = json!({"partnerCode": "MOMO", "requestId": request_id, "orderId": order_id,
            "requestType": kind, "amount": amount, "description": "", "lang": "vi"});
        shop.call("confirm", body).json()["resultCode"]
            .as_u64()
            .unwrap()
    };
    for order_id in ["A-1", "A-2"] {
        shop.created(order_id, &json!({"autoCapture": false}));
        assert_eq!(
            confirm(order_id, "capture", 33_000, &format!("C0-{order_id}")),
            47
        );
        assert_eq!(shop.control().pay(order_id), Ok(PaymentState::Authorised));
        assert_eq!(
            shop.query(order_id, &format!("Q-{order_id}"))["resultCode"],
            9000
        );
    }
    assert_eq!(confirm("A-1", "capture", 32_999, "C-1"), 22);
    assert_eq!(confirm("A-1", "CAPTURE", 33_000, "C-2"), 20);
    assert_eq!(confirm("A-9", "capture", 33_000, "C-3"), 42);
    assert_eq!(confirm("A-1", "capture", 33_000, "C-4"), 0);
    assert_eq!(confirm("A-1", "capture", 33_000, "C-4"), 0);
    assert_eq!(confirm("A-1", "cancel", 33_000, "C-5"), 47);
    assert_eq!(confirm("A-2", "cancel", 33_000, "C-6"), 0);
    assert_eq!(shop.query("A-1", "Q-1")["resultCode"], 0);
    assert_eq!(shop.query("A-2", "Q-2")["resultCode"], 1017);
    for (kind, order_id, times) in [
        ("authorisation", "A-1", 1),
        ("capture", "A-1", 1),
        ("cancel", "A-2", 1),
        ("capture", "A-2", 0),
        ("payment", "A-1", 0),
    ] {
        assert_eq!(
            shop.control().ledger().count(kind, order_id),
            times,
            "{kind}"
        );
    }
}

#[test]
fn refunds_are_parts_of_a_payment() {
    let shop = shop();
    shop.created("A-1", &json!({}));
    let refund = |order_id: &str, amount: u64, trans_id: u64, why: &str| {
        let body = json!({"partnerCode": "MOMO", "requestId": format!("R-{order_id}-{amount}"),
            "orderId": order_id, "amount": amount, "transId": trans_id, "description": why});
        shop.call("refund", body).json()
    };
    let code = |reply: Value| reply["resultCode"].as_u64().unwrap();
    assert_eq!(code(refund("RF-0", 3_000, 4_000_000_001, "")), 42);
    shop.control().pay("A-1").unwrap();
    let trans_id = shop.control().payment("A-1").unwrap().trans_id();
    assert_eq!(code(refund("A-1", 3_000, trans_id, "")), 41);
    assert_eq!(code(refund("RF-1", 999, trans_id, "")), 22);
    let first = refund("RF-1", 3_000, trans_id, "");
    assert_eq!(first["resultCode"], 0);
    assert_ne!(first["transId"], trans_id);
    assert_eq!(code(refund("RF-2", 30_001, trans_id, "")), 1081);
    assert_eq!(code(refund("RF-3", 3_000, trans_id, "refund=1080")), 1080);
    assert_eq!(code(refund("RF-4", 3_000, trans_id, "refund=43")), 43);
    assert_eq!(code(refund("RF-5", 3_000, trans_id, "refund=7002")), 7002);
    // What is pending is held back from the rest.
    assert_eq!(code(refund("RF-6", 28_000, trans_id, "")), 1081);
    shop.control().settle_refund("RF-5", 1080).unwrap();
    assert_eq!(
        shop.control().settle_refund("RF-5", 0),
        Err(ControlError::NoSuchNumber)
    );
    assert_eq!(code(refund("RF-7", 30_000, trans_id, "")), 0);
    let ask = |order_id: &str| {
        let body = json!({"partnerCode": "MOMO", "requestId": format!("Q-{order_id}"), "orderId": order_id});
        code(shop.call("refund/query", body).json())
    };
    assert_eq!(
        [ask("RF-1"), ask("RF-2"), ask("RF-5"), ask("RF-4")],
        [0, 1081, 1080, 42]
    );
    let listed = shop.query("A-1", "Q-1");
    assert_eq!(listed["refundTrans"].as_array().unwrap().len(), 6);
    let amounts: Vec<_> = shop
        .control()
        .ledger()
        .effects()
        .iter()
        .filter(|effect| effect.kind() == "refund")
        .map(|effect| effect.amount().unwrap().to_owned())
        .collect();
    assert_eq!(amounts, ["3000", "30000"]);

    shop.created("A-2", &json!({"orderInfo": "pay=9000"}));
    assert_eq!(shop.control().pay("A-2"), Ok(PaymentState::Authorised));
    let held = shop.control().payment("A-2").unwrap().trans_id();
    assert_eq!(code(refund("RF-8", 3_000, held, "")), 1088);
}

#[test]
fn a_linked_wallet_has_two_more_fields() {
    let endpoint = accepting(1);
    let shop = shop();
    let more = json!({"requestType": "linkWallet", "amount": 0, "partnerClientId": "buyer-7",
        "ipnUrl": endpoint.base()});
    shop.created("L-1", &more);
    let mut unsigned = payment("L-2");
    merge(&mut unsigned, &more);
    unsigned["requestType"] = Value::from("linkWallet");
    unsigned["signature"] = Value::from(signed(
        &unsigned,
        "amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType",
    ));
    check_refused(&shop.send("create", &unsigned), 13);
    unsigned["requestType"] = Value::from("captureWallet");
    unsigned["amount"] = Value::from(33_000);
    let list = "amount extraData ipnUrl orderId orderInfo partnerClientId partnerCode redirectUrl requestId requestType";
    unsigned["signature"] = Value::from(signed(&unsigned, list));
    assert_eq!(shop.send("create", &unsigned).json()["resultCode"], 0);
    unsigned["requestType"] = Value::from("linkWallet");
    unsigned["signature"] = Value::from(signed(
        &unsigned,
        "amount extraData ipnUrl orderId orderInfo partnerCode redirectUrl requestId requestType",
    ));
    let as_java = Shop::open(config().sign_partner_client_id(false));
    assert_eq!(as_java.send("create", &unsigned).json()["resultCode"], 0);
    shop.control().pay("L-1").unwrap();
    let told = endpoint.next().json();
    let list = "amount callbackToken extraData message orderId orderInfo orderType partnerClientId partnerCode payType requestId responseTime resultCode transId";
    assert_eq!(told["signature"], signed(&told, list));
    assert_eq!(shop.control().ledger().count("link", "L-1"), 1);
    assert_eq!(shop.control().ledger().count("payment", "L-1"), 0);
}

#[test]
fn switches_do_what_they_say() {
    let list_a = "amount orderId partnerCode payUrl requestId responseTime resultCode";
    let a = Shop::open(
        config()
            .reply_signature(ReplySignature::ListA)
            .app_links(false),
    );
    let reply = a.created("A-1", &json!({}));
    assert_eq!(reply["signature"], signed(&reply, list_a));
    assert!(reply.get("deeplink").is_none() && reply.get("qrCodeUrl").is_none());
    let none = Shop::open(
        config()
            .reply_signature(ReplySignature::None)
            .numbers_as_text(true),
    );
    let reply = none.created_text("A-1");
    assert!(reply.get("signature").is_none());
    assert_eq!(reply["amount"], "33000");
    let loose = Shop::open(config().strict_order_id(false).amounts(1..=2));
    check_refused(&loose.create("A:1", &json!({})), 22);
    loose.created("A:2", &json!({"amount": 2}));
}

impl Shop {
    /// Creates a payment at a sandbox that writes numbers as text.
    fn created_text(&self, order_id: &str) -> Value {
        let reply = self.create(order_id, &json!({})).json();
        assert_eq!(reply["resultCode"], "0");
        reply
    }
}

#[test]
fn only_204_acknowledges_and_repeats_are_a_switch() {
    let endpoint = Endpoint::listen(vec![
        (200, "{}".to_owned()),
        (204, String::new()),
        (500, String::new()),
    ]);
    let minute = Duration::from_secs(60);
    let shop = Shop::open(config().ipn_retries(minute, 3));
    shop.created("A-1", &json!({"ipnUrl": endpoint.base()}));
    shop.control().pay("A-1").unwrap();
    let first = endpoint.next();
    shop.settle_down();
    let waiting = shop.control().ipns("A-1")[0].state();
    assert_eq!(waiting, DeliveryState::Waiting(minute));
    shop.control().advance(minute);
    assert_eq!(endpoint.next().body, first.body);
    shop.settle_down();
    assert_eq!(
        shop.control().ipns("A-1")[0].state(),
        DeliveryState::Delivered
    );

    let once = Shop::open(config());
    once.created("A-1", &json!({"ipnUrl": endpoint.base()}));
    once.control().pay("A-1").unwrap();
    endpoint.next();
    once.settle_down();
    assert_eq!(once.control().ipns("A-1")[0].state(), DeliveryState::GaveUp);
    assert_eq!(
        once.control().resend_ipn("A-2", 1),
        Err(ControlError::NothingSent)
    );
}

#[test]
fn forged_ipns_are_wrong_in_one_way() {
    let endpoint = accepting(5);
    let shop = shop();
    shop.created("A-1", &json!({"ipnUrl": endpoint.base()}));
    let forge = |forgery: Forgery| {
        shop.control().forge_ipn("A-1", &forgery).unwrap();
        let told = endpoint.next().json();
        let holds = told["signature"] == signed(&told, IPN);
        (told, holds)
    };
    assert!(!forge(Forgery::WrongSignature).1);
    assert!(forge(Forgery::NoSignature).0.get("signature").is_none());
    let (told, holds) = forge(Forgery::Changed("amount", "1".to_owned()));
    assert!(!holds && told["amount"] == 1);
    let (told, holds) = forge(Forgery::Resigned("amount", "1".to_owned()));
    assert!(holds && told["amount"] == 1);
    let (told, holds) = forge(Forgery::Unsigned("storeId", "S-9".to_owned()));
    assert!(holds && told["storeId"] == "S-9");
}

#[test]
fn a_lost_reply_leaves_the_effect() {
    let shop = shop();
    let control = shop.control();
    control
        .faults()
        .next("/v2/gateway/api/create", Fault::StatusAfter(500));
    assert_eq!(shop.create("A-1", &json!({})).status, 500);
    assert_eq!(control.ledger().count("order", "A-1"), 1);
    control.faults().next("/v2/*", Fault::StatusBefore(503));
    assert_eq!(shop.create("A-2", &json!({})).status, 503);
    assert_eq!(control.ledger().count("order", "A-2"), 0);
}

#[test]
fn other_languages_work_it_over_http() {
    let shop = Shop::open(config().kit(|kit| kit.control_token("let-me-in")));
    assert_eq!(shop.sandbox.control_token(), "let-me-in");
    for order_id in ["A", "B", "C", "D"] {
        let info = if order_id == "D" { "pay=7000" } else { "x" };
        shop.created(order_id, &json!({"orderInfo": info}));
    }
    let command = |name: &str, body: &str| {
        let path = format!("/_sandbox/{name}");
        let request = shop.request(&path, "sandbox-token: let-me-in\r\n", body);
        shop.exchange(&request).status
    };
    assert_eq!(command("pay", "order=A"), 200);
    assert_eq!(command("decline", "order=B&code=1002"), 200);
    assert_eq!(command("expire", "order=C"), 200);
    assert_eq!(command("pay", "order=D"), 200);
    assert_eq!(command("settle", "order=D"), 200);
    assert_eq!(command("ipn", "order=A&times=2"), 200);
    assert_eq!(command("ipn/forged", "order=A"), 200);
    assert_eq!(command("settle-refund", "order=A"), 400);
    assert_eq!(command("pay", "order=?"), 400);
    assert_eq!(command("init", "user=u"), 400);
    assert_eq!(command("fly", ""), 404);
    let state = "GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 sandbox-token: let-me-in\r\n\r\n";
    let state = shop.exchange(state).json();
    let codes: Vec<_> = state["provider"]["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["resultCode"].as_u64().unwrap())
        .collect();
    assert_eq!(codes, [0, 1002, 1005, 0]);
    assert!(!state.to_string().contains(Config::SECRET_KEY));
}

#[test]
fn a_bad_configuration_is_said_so() {
    let check = |config: Config, expect: &str| match start(config) {
        Err(StartError::Configuration(text)) => assert!(text.contains(expect), "{text}"),
        other => assert!(other.is_err(), "{other:?}"),
    };
    check(config().credentials("", "a", "k"), "credential");
    check(config().credentials("p", "", "k"), "credential");
    check(config().credentials("p", "a", ""), "credential");
    check(
        config().partner(Partner::new().secret_key("")),
        "credential",
    );
    check(
        config().partner(Partner::new().host("https://shop.example")),
        "init",
    );
    let elsewhere = Partner::new().notify_url("http://shop.example/notify");
    check(config().partner(elsewhere), "notify_url");
}
