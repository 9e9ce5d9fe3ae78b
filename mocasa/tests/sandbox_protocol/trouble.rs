//! Webhooks that go astray, replies that are lost, and the switches over HTTP.

use super::*;

#[test]
fn webhooks_are_retried_more_slowly_and_then_no_more() {
    let webhooks = Webhooks::listen(vec![500, 302, 204, 201, 404, 500, 200, 200]);
    let shop = Shop::open(config().webhook(webhooks.url()).token_lifetime(DAY * 3));
    let control = shop.control();
    shop.create("A", "1");
    control.pay("A").unwrap();
    let mut pauses = Vec::new();
    for attempt in 1..=6 {
        assert_eq!(webhooks.next().field("orderNo"), "A");
        shop.settle_down();
        let delivery = &control.webhooks("A")[0];
        assert_eq!(delivery.attempts().len(), attempt);
        if let DeliveryState::Waiting(at) = delivery.state() {
            let pause = at - delivery.attempts().last().unwrap().at();
            pauses.push(pause.as_secs());
            control.advance(pause);
        }
    }
    assert_eq!(pauses, [60, 60, 60, 3600, 3600]);
    assert!(control.is_webhook_disabled());
    assert_eq!(
        control.webhooks("A")[0].state(),
        DeliveryState::EndpointDisabled
    );
    shop.create("B", "1");
    control.pay("B").unwrap();
    control.advance(DAY);
    shop.settle_down();
    assert!(control.webhooks("B")[0].attempts().is_empty());

    control.enable_webhook();
    assert!(!control.is_webhook_disabled());
    control.resend_webhook("A").unwrap();
    assert_eq!(webhooks.next().field("orderNo"), "A");
    shop.settle_down();
    assert_eq!(control.webhooks("A")[0].state(), DeliveryState::Delivered);
    shop.create("C", "1");
    control.pay("C").unwrap();
    assert_eq!(webhooks.next().field("orderNo"), "C");
}

#[test]
fn webhooks_come_in_every_wrong_way() {
    let webhooks = Webhooks::listen(vec![200; 20]);
    let shop = shop();
    let control = shop.control();
    assert_eq!(
        control.send_payout_event(&[]),
        Err(ControlError::NoEndpoint)
    );
    control.set_webhook(webhooks.url()).unwrap();
    assert!(control.set_webhook("https://shop.example/").is_err());
    for order_no in ["never", "first", "second"] {
        shop.create(order_no, "7.50");
    }

    control.suppress_webhooks(true);
    control.pay("never").unwrap();
    shop.settle_down();
    assert!(control.webhooks("never")[0].attempts().is_empty());

    control.callbacks().set_mode(CallbackMode::Held);
    control.pay("first").unwrap();
    control.pay("second").unwrap();
    control.callbacks().release_reversed();
    assert_eq!(webhooks.next().field("orderNo"), "second");
    assert_eq!(webhooks.next().field("orderNo"), "first");
    control.suppress_webhooks(false);

    control.burst_webhook("first", 5).unwrap();
    let bodies: Vec<_> = (0..5).map(|_| webhooks.next().body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(control.resend_webhook("?"), Err(ControlError::NoWebhook));

    let secret = Config::CLIENT_SECRET;
    let genuine = webhook_signature("first", "success", secret, DigestForm::Base64);
    let signed = format!("signature: {genuine}\r\n");
    let forge = |forgery: Forgery| {
        control.forge_webhook("first", &forgery).unwrap();
        webhooks.next()
    };
    let wrong = forge(Forgery::WrongSignature);
    assert!(wrong.head.contains("signature: ") && !wrong.head.contains(&signed));
    assert!(!forge(Forgery::NoSignature).head.contains("signature: "));
    let cheap = forge(Forgery::Amount("0.01".to_owned()));
    assert!(cheap.head.contains(&signed));
    assert_eq!(cheap.field("amount"), "0.01");
    let other = forge(Forgery::Status("failed".to_owned()));
    assert!(other.head.contains(&signed));
    assert_eq!(other.field("txStatus"), "failed");

    let event = [("transferSerialNo", "T-1"), ("txStatus", "success")];
    control.send_payout_event(&event).unwrap();
    let event = webhooks.next();
    assert_eq!(event.field("transferSerialNo"), "T-1");
    assert!(!event.head.contains("signature: "));
}

#[test]
fn a_lost_reply_leaves_the_effect() {
    let shop = shop();
    let control = shop.control();
    let create = |order_no: &str| {
        let token = format!("accessToken: {}\r\n", shop.token);
        let body = format!(
            "orderNo={order_no}&amount=1&productName=p&customerId=c&returnUrl=https://shop.example/"
        );
        shop.bytes(&shop.request("/payment/order/create", &token, &body))
    };
    control
        .faults()
        .next("/payment/order/create", Fault::CloseAfter);
    assert_eq!(create("after"), b"");
    assert_eq!(control.ledger().count("order", "after"), 1);
    control
        .faults()
        .next("/payment/order/create", Fault::CloseBefore);
    assert_eq!(create("before"), b"");
    assert_eq!(control.ledger().count("order", "before"), 0);
    control.faults().next("/payment/*", Fault::CutBody);
    let cut = create("cut");
    let text = String::from_utf8(cut).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised = head.split("content-length: ").nth(1).unwrap();
    let promised: usize = promised.split("\r\n").next().unwrap().parse().unwrap();
    assert!(!body.is_empty() && body.len() < promised, "{text}");
    assert_eq!(control.ledger().count("order", "cut"), 1);
    let statuses: Vec<_> = control
        .requests()
        .iter()
        .map(|seen| seen.status())
        .collect();
    assert_eq!(statuses, [Some(200), None, None, Some(200)]);
    assert!(
        control.requests()[1]
            .header_names()
            .contains(&"accesstoken".to_owned())
    );
}

#[test]
fn other_languages_work_it_over_http() {
    let webhooks = Webhooks::listen(vec![200; 9]);
    let shop = Shop::open(
        config()
            .webhook(webhooks.url())
            .kit(|kit| kit.control_token("let-me-in")),
    );
    assert_eq!(shop.sandbox.control_token(), "let-me-in");
    for order_no in ["A", "B"] {
        shop.create(order_no, "1");
    }
    let command = |name: &str, body: &str| {
        let request = shop.request(
            &format!("/_sandbox/{name}"),
            "sandbox-token: let-me-in\r\n",
            body,
        );
        shop.exchange(&request).status
    };
    assert_eq!(command("pay", "order=A"), 200);
    assert_eq!(webhooks.next().field("txStatus"), "success");
    assert_eq!(command("decline", "order=B"), 200);
    assert_eq!(webhooks.next().field("txStatus"), "failed");
    assert_eq!(command("settle", "order=A"), 200);
    assert_eq!(command("webhook", "order=A&times=2"), 200);
    assert_eq!(webhooks.next().field("orderNo"), "A");
    assert_eq!(webhooks.next().field("orderNo"), "A");
    assert_eq!(command("webhook/forged", "order=A"), 200);
    webhooks.next();
    assert_eq!(command("payout", "transferSerialNo=T"), 200);
    assert_eq!(webhooks.next().field("transferSerialNo"), "T");
    assert_eq!(command("expire-tokens", ""), 200);
    shop.refuses(
        "/payment/order/query",
        &[("orderNo", "A")],
        "SANDBOX_TOKEN_EXPIRED",
    );
    assert_eq!(command("pay", "order=?"), 400);
    assert_eq!(command("settle", "order=B"), 400);
    assert_eq!(command("fly", ""), 404);
    let answer = shop.exchange(&shop.request("/_sandbox/pay", "", "order=B"));
    assert_eq!(answer.status, 401);
    let state = "GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 sandbox-token: let-me-in\r\n\r\n";
    let state = shop.exchange(state).json();
    assert_eq!(state["provider"]["orders"][0]["state"], "success");
    assert_eq!(state["provider"]["orders"][0]["settled"], true);
    assert_eq!(state["provider"]["orders"][1]["state"], "failed");
    assert!(!state.to_string().contains(&shop.token));
}

#[test]
fn a_bad_configuration_is_said_so() {
    let check = |config: Config, expect: &str| match start(config) {
        Err(StartError::Configuration(text)) => assert!(text.contains(expect), "{text}"),
        other => panic!("{other:?}"),
    };
    check(config().webhook("https://shop.example/"), "http://");
    check(config().webhook("http://shop.example/"), "localhost");
    check(config().credentials("", "x"), "credential");
    check(config().webhook_secret(""), "credential");
    check(config().error_status(99), "status");
}
