//! Replies that are lost, the switches over HTTP, and configurations that do not hold together.

use super::*;

#[test]
fn a_lost_reply_leaves_the_effect() {
    let shop = shop();
    let control = shop.control();
    let create = |other_trx_code: &str| {
        let body = body(CREATE, &page_request(other_trx_code, &json!({})));
        shop.bytes(&shop.request(CREATE, &body))
    };
    control.faults().next(CREATE, Fault::CloseAfter);
    assert_eq!(create("after"), b"");
    assert_eq!(control.ledger().count("page", "after"), 1);
    control.faults().next(CREATE, Fault::CloseBefore);
    assert_eq!(create("before"), b"");
    assert_eq!(control.ledger().count("page", "before"), 0);
    control.faults().next("/Api/*", Fault::CutBody);
    let text = String::from_utf8(create("cut")).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised = head.split("content-length: ").nth(1).unwrap();
    let promised: usize = promised.split("\r\n").next().unwrap().parse().unwrap();
    assert!(!body.is_empty() && body.len() < promised, "{text}");
    assert_eq!(control.ledger().count("page", "cut"), 1);
    let shown = format!(
        "{control:?} {:?} {:?}",
        control.requests(),
        control.payments()
    );
    for secret in [Config::PASSWORD, CHECK_KEY, "CodeForHash"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn other_languages_work_it_over_http() {
    let endpoint = Endpoint::listen(vec![(200, ""); 9]);
    let shop = Shop::open(config().kit(|kit| kit.control_token("let-me-in")));
    assert_eq!(shop.sandbox.control_token(), "let-me-in");
    let redirect = json!({ "RedirectUrl": endpoint.url() });
    for other_trx_code in ["A", "B", "C", "D"] {
        shop.create(other_trx_code, &redirect);
    }
    let command = |name: &str, body: &str| {
        let request = shop.request(&format!("/_sandbox/{name}"), body);
        let request = request.replacen("\r\n", "\r\nsandbox-token: let-me-in\r\n", 1);
        shop.exchange(&request).status
    };
    assert_eq!(command("pay", "payment=A"), 200);
    assert_eq!(endpoint.next().field("resultCode"), "");
    assert_eq!(command("decline", "payment=B&code=002"), 200);
    assert_eq!(endpoint.next().field("resultCode"), "002");
    assert_eq!(command("pay-unnoticed", "payment=C&code=024"), 200);
    assert_eq!(
        endpoint.next().field("resultMessage"),
        "3D onaylandı, tutar çekilemedi"
    );
    assert_eq!(command("return", "payment=A"), 200);
    endpoint.next();
    assert_eq!(command("return/forged", "payment=A"), 200);
    endpoint.next();
    assert_eq!(command("abandon", "payment=D"), 200);
    assert_eq!(command("return/suppress", "on=1"), 200);
    assert_eq!(command("fail", "service=DoVoid&code=EX"), 200);
    assert_eq!(shop.about("DoVoid", "A")["ResultCode"], "EX");
    assert_eq!(command("advance", "seconds=86400"), 200);
    assert_eq!(
        shop.about("DoCreateRefundRequest", "A")["ResultCode"],
        "Success"
    );
    assert_eq!(command("refund/withdraw", "payment=A"), 200);
    assert_eq!(
        shop.about("DoCreateRefundRequest", "A")["ResultCode"],
        "Success"
    );
    assert_eq!(command("refund", "payment=A"), 200);
    for (name, body) in [
        ("pay", "payment=?"),
        ("decline", "payment=A&code=x"),
        ("return", "payment=D"),
        ("fail", "service=DoVoid&code=x"),
        ("refund", "payment=A"),
    ] {
        assert_eq!(command(name, body), 400, "{name}");
    }
    assert_eq!(command("fly", ""), 404);
    let answer = shop.exchange(&shop.request("/_sandbox/pay", "payment=B"));
    assert_eq!(answer.status, 401);
    let state = "GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 sandbox-token: let-me-in\r\n\r\n";
    let state = shop.exchange(state).json();
    let payments = &state["provider"]["payments"];
    assert_eq!(payments[0]["state"], "refunded");
    assert_eq!(payments[1]["state"], "failed");
    assert_eq!(payments[2]["state"], "paid");
    assert_eq!(payments[3]["state"], "abandoned");
    assert!(!state.to_string().contains(Config::PASSWORD));
}

#[test]
fn a_bad_configuration_is_said_so() {
    let check = |config: Config, expect: &str| match start(config) {
        Err(StartError::Configuration(text)) => assert!(text.contains(expect), "{text}"),
        other => panic!("{other:?}"),
    };
    check(config().notification("https://shop.example/"), "http://");
    check(config().notification("http://shop.example/"), "localhost");
    check(config().credentials("1", "", "x"), "credential");
    check(config().error_status(99), "status");
}
