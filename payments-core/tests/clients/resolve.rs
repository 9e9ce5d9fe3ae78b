//! Asking what became of a call.

use super::*;

#[test]
fn resolve_says_what_the_provider_says_and_no_more() {
    let check = |act: Act, age: u64, expect: &str| {
        let desk = desk(once_each(), [act.clone()]);
        desk.clock.clock.advance(Duration::from_secs(age));
        let pending = pending_at("https://pay.example");
        let found = match finish(desk.client.resolve(&pending)) {
            Ok(Resolved::Settled(reply)) => reply.value.clone(),
            Ok(Resolved::NeverHappened) => "never happened".to_owned(),
            Ok(Resolved::StillUnknown(StillUnknown::TooEarly)) => "too early".to_owned(),
            Ok(Resolved::StillUnknown(StillUnknown::Refused(refused))) => {
                format!("refused with {}", refused.code().unwrap())
            }
            Ok(_) => "another".to_owned(),
            Err(error) => {
                assert_eq!(error.money_moved(), MoneyMoved::No);
                variant(&error).to_owned()
            }
        };
        assert_eq!(found, expect, "after {age} s: {act:?}");
        assert_eq!(desk.transport.count("/pay"), 0);
    };
    check(Act::json(OK), 0, "A-1");
    check(Act::json(NOT_FOUND), 0, "too early");
    check(Act::json(NOT_FOUND), 299, "too early");
    check(Act::json(NOT_FOUND), 300, "never happened");
    check(Act::json(REFUSED), 300, "refused with NO");
    check(Act::json(r#"{"ok":true,"value":"B-9"}"#), 300, "malformed");
    check(Act::status(404, "nothing here"), 300, "malformed");
    check(Act::Cut, 300, "malformed");
    check(Act::NotSent, 300, "not sent");
}

#[test]
fn resolve_refuses_a_call_of_another_client() {
    let desk = desk(once_each(), []);
    let check = |pending: &Pending<Pay>, expect: &str| {
        let error = finish(desk.client.resolve(pending)).unwrap_err();
        assert_eq!(error.to_string(), format!("misuse: `pending` {expect}"));
    };
    check(
        &pending_at("https://test.pay.example"),
        "is of toy at https://test.pay.example, this client is for toy at https://pay.example",
    );
    let record = |provider: &'static str, reference: Option<&str>| {
        let request = Request::post("/pay");
        CallRecord::new(
            provider,
            "https://pay.example",
            "pay",
            reference,
            &request,
            0,
        )
    };
    let pending = |record: CallRecord| Pending::<Pay>::try_from(record).unwrap();
    check(
        &pending(record("other", Some("A-1"))),
        "is of other at https://pay.example, this client is for toy at https://pay.example",
    );
    check(&pending(record("toy", None)), "has no reference to ask for");
    assert!(desk.transport.seen().is_empty());
}

#[test]
fn a_stored_pending_keeps_its_type() {
    let pending = pending_at("https://pay.example");
    let stored = serde_json::to_string(&pending).unwrap();
    let back: Pending<Pay> = serde_json::from_str(&stored).unwrap();
    assert_eq!(back.record(), pending.record());
    assert_eq!(back.record().call(), "pay");
    assert_eq!(back.record().prepared_at(), 0);
    let wrong = Pending::<SetState>::try_from(back.record().clone()).unwrap_err();
    let expect = "`pending` is of the call pay, not of set_state";
    assert_eq!(wrong.to_string(), expect);
    let wrong = serde_json::from_str::<Pending<SetState>>(&stored).unwrap_err();
    assert_eq!(wrong.to_string(), expect);
    let desk = desk(once_each(), [Act::Cut]);
    let Err(Error::Unknown(unknown)) = finish(desk.client.call(Pay::new("A-1"))) else {
        panic!("a cut is not known");
    };
    let unknown = Pending::<Pay>::try_from(unknown.record().clone()).unwrap();
    assert_eq!(unknown.record(), pending.record());
}

#[test]
fn a_call_that_was_sent_late_settles_late() {
    let desk = desk(
        once_each(),
        [Act::Cut, Act::json(NOT_FOUND), Act::json(NOT_FOUND)],
    );
    let prepared = desk.client.prepare(Pay::new("A-1")).unwrap();
    let stored = prepared.pending();
    desk.clock.clock.advance(Duration::from_secs(3600));
    let error = finish(desk.client.send(prepared)).unwrap_err();
    let Error::Unknown(unknown) = error else {
        panic!("{error}");
    };
    let late = unknown.record().prepared_at();
    assert_eq!(late - stored.record().prepared_at(), 3_600_000);
    let pending = Pending::<Pay>::try_from(unknown.record().clone()).unwrap();
    let asked = || finish(desk.client.resolve(&pending)).unwrap();
    assert!(matches!(
        asked(),
        Resolved::StillUnknown(StillUnknown::TooEarly)
    ));
    desk.clock.clock.advance(Duration::from_secs(300));
    assert!(matches!(asked(), Resolved::NeverHappened));
}

#[test]
fn a_call_with_a_long_timeout_is_under_way_for_twice_as_long() {
    let check = |age: u64, is_over: bool| {
        let (clock, second) = (Slept::default(), Duration::from_secs(1));
        let transport = ScriptedTransport::new([Act::json(NOT_FOUND)]);
        let transport = transport.always("/login", Act::json(TOKEN));
        let client: Client<Toy> = builder(&transport, &clock)
            .timeouts(second, second, Duration::from_secs(400))
            .build()
            .unwrap();
        clock.clock.advance(Duration::from_secs(age));
        let found = finish(client.resolve(&pending_at("https://pay.example"))).unwrap();
        let never = matches!(found, Resolved::NeverHappened);
        assert_eq!(never, is_over, "after {age} s");
    };
    check(799, false);
    check(800, true);
}
