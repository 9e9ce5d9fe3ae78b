//! Refusals, which say that nothing happened, or leave it open.

use std::error::Error as _;

use super::*;

fn refusal(code: &str) -> Act {
    Act::json(&format!(r#"{{"ok":false,"code":"{code}"}}"#))
}

#[test]
fn only_a_final_refusal_says_that_nothing_happened() {
    let check = |code: &str, write: &str| {
        let desk = || desk(once_each(), [refusal(code)]);
        assert_eq!(
            outcome(finish(desk().client.call(Status::of("A-1")))),
            "refused"
        );
        let set = finish(desk().client.call(SetState::of("A-1")));
        assert_eq!(outcome(set), write, "{code}");
        let error = finish(desk().client.call(Pay::new("A-1"))).unwrap_err();
        assert_eq!(variant(&error), write, "{code}");
        let moved = match write {
            "refused" => MoneyMoved::No,
            _ => MoneyMoved::Maybe,
        };
        assert_eq!(error.money_moved(), moved, "{code}");
        assert!(error.response().is_some());
    };
    check("NO", "refused");
    check("WRONG", "refused");
    check("WAIT", "unknown");
    check("DONE", "unknown");
    check("ODD", "unknown");
}

#[test]
fn a_refusal_that_leaves_it_open_is_kept() {
    let desk = desk(once_each(), [refusal("WAIT")]);
    let error = finish(desk.client.call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "outcome unknown: pay of toy, reference \"A-1\": a refusal that leaves the outcome open \
         (code \"WAIT\", http status 200); resolve this call before another is made"
    );
    let Error::Unknown(unknown) = error else {
        panic!("{error}");
    };
    assert_eq!(unknown.refused().unwrap().code(), Some("WAIT"));
    assert_eq!(
        unknown.source().unwrap().to_string(),
        "code \"WAIT\", http status 200"
    );
    assert!(Pending::<Pay>::try_from(unknown.record().clone()).is_ok());
}

#[test]
fn a_repeat_that_is_refused_keeps_the_refusal() {
    let desk = desk(RetryPolicy::default(), [Act::Cut, Act::json(REFUSED)]);
    let error = finish(desk.client.call(SetState::of("A-1"))).unwrap_err();
    let Error::Unknown(unknown) = error else {
        panic!("{error}");
    };
    assert_eq!(unknown.refused().unwrap().code(), Some("NO"));
    assert!(unknown.why().starts_with("a repeat was refused"));
}

#[test]
fn a_stale_token_is_forgotten_though_the_outcome_is_open() {
    let transport = ScriptedTransport::new([refusal("STALE_OR_NOT"), Act::json(OK)])
        .always("/login", Act::json(TOKEN));
    let desk = desk_with(once_each(), transport);
    let error = finish(desk.client.call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(variant(&error), "unknown");
    assert_eq!(desk.transport.count("/pay"), 1);
    finish(desk.client.call(Status::of("A-1"))).unwrap();
    assert_eq!(desk.transport.count("/login"), 2);
}

/// A builder whose client takes "NO" for an answer only of a read.
fn doubting(transport: &ScriptedTransport) -> Builder<Toy, Client<Toy>> {
    Builder::new(
        Toy,
        "https://pay.example".to_owned(),
        Credentials::new("shop"),
    )
    .transport(Arc::new(transport.clone()))
    .doubt_refusals(|call, refused| call == "pay" && refused.code() == Some("NO"))
}

#[test]
fn a_refusal_that_the_merchant_doubts_leaves_it_open() {
    let check = |code: &str, pay: &str, others: &str| {
        let transport = ScriptedTransport::new([refusal(code), refusal(code), refusal(code)])
            .always("/login", Act::json(TOKEN));
        let client = doubting(&transport).build().unwrap();
        assert_eq!(outcome(finish(client.call(Pay::new("A-1")))), pay, "{code}");
        let status = finish(client.call(Status::of("A-1")));
        assert_eq!(outcome(status), "refused", "{code}");
        let set = finish(client.call(SetState::of("A-1")));
        assert_eq!(outcome(set), others, "{code}");
        assert_eq!(transport.count("/pay"), 1);
    };
    check("NO", "unknown", "refused");
    check("WRONG", "refused", "refused");
    check("WAIT", "unknown", "unknown");

    let transport = ScriptedTransport::new([refusal("NO")]).always("/login", Act::json(TOKEN));
    let client = doubting(&transport).build().unwrap();
    let Err(Error::Unknown(unknown)) = finish(client.call(Pay::new("A-1"))) else {
        panic!("it is open");
    };
    assert_eq!(unknown.refused().unwrap().code(), Some("NO"));
    assert!(unknown.why().contains("the merchant"), "{}", unknown.why());
}

/// The login's refusal says that the call did not leave, and that is beyond doubt.
#[test]
fn a_refused_login_is_not_doubted() {
    let transport = ScriptedTransport::new([Act::json(REFUSED)]);
    let client = doubting(&transport).doubt_refusals(|_, _| true).build();
    let error = finish(client.unwrap().call(Pay::new("A-1"))).unwrap_err();
    assert_eq!(variant(&error), "refused");
}
