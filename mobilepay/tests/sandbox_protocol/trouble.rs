//! Callbacks that are not taken, come again, too late, in the wrong order, or forged.

use super::*;

#[test]
fn what_is_not_taken_comes_again() {
    for (edition, pause) in [(Edition::Newest, 15), (Edition::Founding, 5)] {
        let psp = Psp::open(config().edition(edition));
        psp.initiate("A", &json!({}));
        psp.endpoint.answer(&[500, 302, 204]);
        psp.control().accept("A").unwrap();
        psp.settle();
        let first = psp.endpoint.next().body;
        psp.advance(pause - 1);
        assert!(psp.endpoint.is_quiet());
        psp.advance(1);
        assert_eq!(psp.endpoint.next().body, first, "byte for byte");
        psp.advance(pause);
        assert_eq!(psp.endpoint.next().body, first);
        let sent = psp.control().card_callbacks("A");
        assert_eq!(sent[0].state(), DeliveryState::Delivered);
        let statuses: Vec<_> = sent[0].attempts().iter().map(|one| one.status()).collect();
        assert_eq!(statuses, [Some(500), Some(302), Some(204)]);
        // The period of the update begins with the acknowledgement.
        let known = psp.control().payment("A").unwrap();
        let until = psp.sandbox.control().clock().clone();
        let now = payments_core::clock::Clock::monotonic(&until);
        assert_eq!(
            known.attempts()[0].state(),
            AttemptState::Waiting(now + Periods::of(edition).update)
        );
    }
}

#[test]
fn callbacks_that_run_out_leave_the_user_another_attempt() {
    let psp = Psp::open(config().callback_attempts(2));
    psp.initiate("A", &json!({}));
    psp.endpoint.answer(&[500, 500]);
    psp.control().accept("A").unwrap();
    psp.settle();
    let first = psp.attempt("A");
    psp.advance(15);
    let known = psp.control().payment("A").unwrap();
    assert_eq!(known.state(), PaymentState::Choosing);
    assert_eq!(known.attempts()[0].state(), AttemptState::CallbackFailed);
    assert_ne!(psp.accepted("A"), first);
    assert_eq!(psp.control().ledger().count("callback_failed", "A"), 1);

    // An address elsewhere cannot be reached, unless it is replaced.
    let card = json!({ "name": "DANKORT", "encryptedPanCallbackUrl": "https://psp.example/card" });
    let elsewhere = json!({ "allowedCardTypes": [card] });
    psp.initiate("B", &elsewhere);
    psp.control().accept("B").unwrap();
    psp.settle();
    let sent = psp.control().card_callbacks("B");
    assert_eq!(sent[0].url(), "https://psp.example/card");
    assert!(sent[0].attempts()[0].problem().is_some());
    let webhook = psp.endpoint.url("/all");
    let replaced = Psp::open(config().webhook(&webhook));
    let payment = replaced.initiate("B", &elsewhere);
    replaced.accepted("B");
    let mut last = psp.endpoint.next();
    while last.path() != "/all" {
        last = psp.endpoint.next();
    }
    assert_eq!(last.json()["PaymentId"], payment);
}

#[test]
fn an_update_may_come_before_the_acknowledgement() {
    let psp = psp();
    let payment = psp.initiate("A", &json!({}));
    psp.control().callbacks().set_mode(CallbackMode::Held);
    psp.control().accept("A").unwrap();
    let attempt = psp.attempt("A");
    assert_eq!(
        psp.update(&payment, &attempt, &json!({ "succeeded": true }))
            .status,
        204
    );
    psp.control().callbacks().release();
    psp.settle();
    psp.endpoint.next_at("/card");
    let known = psp.control().payment("A").unwrap();
    assert_eq!(known.attempts()[0].state(), AttemptState::Succeeded);
    psp.advance(3600);
    assert_eq!(
        psp.control().payment("A").unwrap().state(),
        PaymentState::Authorized
    );
}

#[test]
fn callbacks_come_twice_late_or_never() {
    let psp = psp();
    psp.control().callbacks().set_mode(CallbackMode::Twice);
    psp.initiate("A", &json!({}));
    psp.accepted("A");
    assert_eq!(psp.endpoint.next().body, psp.endpoint.next().body);
    assert_eq!(psp.control().payment("A").unwrap().attempts().len(), 1);
    psp.control().resend_card("A", 2).unwrap();
    psp.settle();
    assert_eq!(psp.endpoint.next().body, psp.endpoint.next().body);
    assert!(psp.endpoint.is_quiet());

    psp.control()
        .callbacks()
        .set_mode(CallbackMode::After(std::time::Duration::from_secs(60)));
    psp.initiate("B", &json!({}));
    psp.control().accept("B").unwrap();
    psp.advance(59);
    assert!(psp.endpoint.is_quiet());
    psp.advance(1);
    psp.endpoint.next_at("/card");

    psp.control().suppress_callbacks(true);
    psp.initiate("C", &json!({}));
    psp.control().accept("C").unwrap();
    psp.advance(600);
    assert!(psp.endpoint.is_quiet());
    assert_eq!(
        psp.control().payment("C").unwrap().state(),
        PaymentState::Expired
    );
    assert_eq!(
        psp.control().resend_card("D", 1),
        Err(ControlError::NothingSent)
    );
}

#[test]
fn a_card_may_come_before_its_address() {
    let psp = psp();
    psp.control().set_out_of_order(true);
    psp.initiate("A", &psp.checkout(true));
    psp.control().accept("A").unwrap();
    psp.settle();
    assert_eq!(
        [psp.endpoint.next(), psp.endpoint.next()].map(|one| one.path().to_owned()),
        ["/card", "/address"]
    );
    assert!(matches!(
        psp.control().payment("A").unwrap().attempts()[0].state(),
        AttemptState::Waiting(_)
    ));
}

#[test]
fn forged_cards_are_forged() {
    let psp = psp();
    let other = psp.initiate("other", &json!({}));
    let payment = psp.initiate("A", &json!({}));
    assert_eq!(
        psp.control().forge_card("A", &Forgery::Flipped),
        Err(ControlError::NothingSent)
    );
    psp.accepted("other");
    psp.accepted("A");
    let genuine = [psp.endpoint.next_at("/card"), psp.endpoint.next_at("/card")];
    assert_eq!(genuine[0]["PaymentId"], other);
    let forged = |forgery: Forgery| {
        psp.control().forge_card("A", &forgery).unwrap();
        psp.settle();
        psp.endpoint.next()
    };
    let encrypted = |forgery: Forgery| forged(forgery).json()["EncryptedCardData"].clone();

    let moved = forged(Forgery::MovedFrom("other".to_owned())).json();
    assert_eq!(moved["PaymentId"], payment);
    assert_eq!(moved["AuthorizationAttemptId"], psp.attempt("A"));
    assert_eq!(moved["EncryptedCardData"], genuine[0]["EncryptedCardData"]);
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(forged(Forgery::UnknownPayment).json()["PaymentId"], nobody);
    assert_eq!(
        forged(Forgery::UnknownAttempt).json()["AuthorizationAttemptId"],
        nobody
    );
    assert_eq!(forged(Forgery::UnknownKey).json()["PublicKeyId"], -1);
    for forgery in [Forgery::Flipped, Forgery::Short, Forgery::Pkcs1] {
        assert_eq!(decrypt(&encrypted(forgery.clone())), Err(()), "{forgery:?}");
    }
    let url_safe = encrypted(Forgery::UrlSafe);
    assert!(!url_safe.as_str().unwrap().contains(['+', '/']));
    let plain = |forgery: Forgery| decrypt(&encrypted(forgery)).unwrap();
    assert!(plain(Forgery::CutJson).ends_with("30}"));
    assert!(plain(Forgery::Month13).contains(r#""expiryMonth":13,"#));
    assert_eq!(plain(Forgery::Plain("{}".to_owned())), "{}");
    let doubled = forged(Forgery::KeysTwice).body;
    assert!(doubled.contains(r#""PaymentId":"#) && doubled.contains(r#""paymentId":"#));
    // None of them changes where the payment stands.
    assert_eq!(psp.control().payment("A").unwrap().attempts().len(), 1);
    assert_eq!(
        psp.control().payment("A").unwrap().state(),
        PaymentState::Attempting
    );
}

#[test]
fn a_person_steers_over_http() {
    let psp = psp();
    psp.initiate("A", &json!({}));
    let command = |path: &str, form: &str| {
        let request = format!(
            "POST /_sandbox/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Sandbox-Token: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            psp.sandbox.control_token(),
            form.len()
        );
        let answer = psp.exchange(&request);
        (answer.status, answer.body)
    };
    assert_eq!(command("phone", "payment=A&phone=%2B4511111111").0, 200);
    assert_eq!(command("accept", "payment=A&card=VISA-CREDIT").0, 400);
    assert_eq!(command("accept", "payment=A").0, 200);
    psp.settle();
    psp.endpoint.next_at("/card");
    assert_eq!(command("forge", "payment=A&forgery=short").0, 200);
    psp.settle();
    psp.endpoint.next_at("/card");
    assert_eq!(command("forge", "payment=A&forgery=nonsense").0, 400);
    assert_eq!(command("reject", "payment=A").0, 400);
    assert_eq!(command("back", "payment=A").0, 200);
    assert_eq!(command("expire", "payment=A").0, 400);
    assert_eq!(command("expire", "payment=Z").0, 400);
    assert_eq!(command("out-of-order", "on=1").0, 200);
    assert_eq!(command("fail", "code=4714").0, 200);
    assert_eq!(psp.call("GET", MERCHANTS, &Value::Null).code(), "4714");
    assert_eq!(command("nonsense", "").0, 404);
    let pem = PUBLIC_KEY
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('\n', "%0A")
        .replace(' ', "+");
    assert_eq!(
        command("public-key", &format!("pem={pem}")),
        (200, r#"{"publicKeyId":263013}"#.to_owned())
    );
    assert_eq!(command("public-key", "pem=x").0, 400);
    let state = psp.exchange(&format!(
        "GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSandbox-Token: {}\r\n\r\n",
        psp.sandbox.control_token()
    ));
    assert!(
        state.body.contains(r#""state":"cancelled""#),
        "{}",
        state.body
    );
    assert!(!state.body.contains("5019717010103742") && !state.body.contains("+4511111111"));
}
