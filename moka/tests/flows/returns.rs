//! Returns that are not to be believed change nothing, and all get the same answer.

use std::collections::HashMap;
use std::sync::Arc;

use payments_core::Secret;
use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Inbound, Worked};
use payments_core::sandbox::encode_form;
use payments_moka::ext::{Outcome, Started, returns};
use payments_moka::sandbox::{Config, Forgery, return_hash};

use crate::shop::{FORM, Shop, inbound, post};

const CODE: &str = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
/// The provider's own answers for this code, and the hash of the same code in lower case.
const K1: &str = "cdb7869505bdaaac2f4c891fc9ed889885fd7a0c880127ab5d508883efa3ee83";
const K2: &str = "acc929d261fdbf9c41de3db1ae854b1ee1e46344fad0292fd4bbbc43d094c2a3";
const K3: &str = "c24aa0e6f779906af504d58e265eb18116a0d0867b54b2241ca0779550721e56";

fn started(code: &str) -> Started {
    Started::new("ORD-1", &Secret::from(code))
}

fn body(hash: &str) -> String {
    encode_form(&[
        ("hashValue", hash),
        ("resultCode", ""),
        ("resultMessage", ""),
        ("trxCode", "ORDER-17131QQFG04026575"),
        ("OtherTrxCode", "ORD-1"),
    ])
}

fn verified(body: &str, started: &Started) -> Option<Outcome> {
    let message = inbound("/moka/return?t=abc", body);
    let found = returns("sample", "sample").verify(&message, started);
    found.ok().map(|event| event.outcome)
}

#[test]
fn the_vectors_hold_whatever_the_case() {
    for code in [CODE.to_owned(), CODE.to_lowercase()] {
        let started = started(&code);
        for (hash, outcome) in [
            (K1.to_owned(), Some(Outcome::Success)),
            (K1.to_uppercase(), Some(Outcome::Success)),
            (K2.to_owned(), Some(Outcome::Failure)),
            (K3.to_owned(), None),
        ] {
            assert_eq!(verified(&body(&hash), &started), outcome, "{code} {hash}");
        }
    }
    let other = started("00000000-42C5-417E-AA93-E4D9D5312AAC");
    assert_eq!(verified(&body(K1), &other), None);
}

#[test]
fn no_digit_of_the_hash_can_be_changed() {
    for (hash, at) in [K1, K2]
        .iter()
        .flat_map(|hash| (0..64).map(move |at| (*hash, at)))
    {
        for other in "0123456789abcdef".chars() {
            let mut changed = hash.to_owned();
            changed.replace_range(at..=at, &other.to_string());
            if changed != hash {
                assert_eq!(verified(&body(&changed), &started(CODE)), None, "{changed}");
            }
        }
    }
}

/// Whoever keeps no code would believe a hash that anyone can make.
#[test]
fn without_a_code_nothing_is_believed() {
    for (code, success) in [("", true), ("", false), (" ", true), ("\t ", false)] {
        let hash = return_hash(code, success);
        assert_eq!(verified(&body(&hash), &started(code)), None);
    }
}

/// The log of a rejected return tells an operator what was wrong with it, and no secret.
#[test]
fn an_operator_learns_why_a_return_was_rejected() {
    let check = |target: &str, body: &str, started: Option<&Started>, verdict: &str| {
        let found = returns("sample", "sample").explain(&inbound(target, body), started);
        assert!(found.verdict().starts_with(verdict), "{body}: {found}");
        let shown = found.to_string().to_uppercase();
        assert!(!shown.contains(&CODE[..8]), "{shown}");
        found.parts().join(" ")
    };
    let (known, good) = (started(CODE), body(K1));
    let hashed = check("/r?t=abc", &good, Some(&known), "verified");
    assert_eq!(hashed, "codeForHash = *** letter = \"T\"");
    check("/r", &good, Some(&known), "the address has no token");
    check("/r?t=abc", &good, None, "nothing is kept under this token");
    let lacking = good.replace("trxCode", "TrxCode");
    check(
        "/r?t=abc",
        &lacking,
        Some(&known),
        "the field `trxCode` is missing",
    );
    let lower = "the proof was made with the letters of the secret in lower case";
    check("/r?t=abc", &body(K3), Some(&known), lower);
    let other = started("00000000-42C5-417E-AA93-E4D9D5312AAC");
    let foreign = "the proof matches nothing that this page can say";
    check("/r?t=abc", &good, Some(&other), foreign);
}

/// Bodies with something wrong, around a genuine hash.
fn bad_bodies() -> Vec<String> {
    let good = body(K1);
    let mut bad = vec![
        String::new(),
        "{}".to_owned(),
        good.replace(K1, ""),
        good.replace(K1, &K1[1..]),
        good.replace(K1, &format!("{K1}0")),
        good.replace(K1, &format!("0x{}", &K1[2..])),
        good.replace(K1, &"0".repeat(64)),
        good.replace(K1, &K1.replace('c', "g")),
        good.replace(K1, &format!("+{}", &K1[1..])),
        format!("{good}&hashValue={K1}"),
        format!("{good}&trxCode=x"),
        format!("{good}&%74rxCode=x"),
        format!("{good}&x=%4"),
        format!("{good}&x=%ff"),
        format!("{good}&x"),
        format!("{good}&x={}", "y".repeat(70_000)),
        good.replace("hashValue", "HashValue"),
        good.replace("hashValue", "hashvalue"),
    ];
    for name in [
        "hashValue",
        "resultCode",
        "resultMessage",
        "trxCode",
        "OtherTrxCode",
    ] {
        let kept = good.split('&').filter(|pair| !pair.starts_with(name));
        bad.push(kept.collect::<Vec<_>>().join("&"));
    }
    bad
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_return_gets_the_same_answer_and_goes_nowhere() {
    let shop = Shop::open().await;
    shop.pages
        .lock()
        .unwrap()
        .insert("abc".to_owned(), started(CODE));
    let uniform = |answer: &str| {
        let lines = answer.lines().filter(|line| !line.starts_with("date:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut answers: Vec<(String, String)> = bad_bodies()
        .into_iter()
        .map(|body| {
            assert_eq!(verified(&body, &started(CODE)), None, "{body}");
            (shop.tell("abc", &body), body.chars().take(80).collect())
        })
        .collect();
    let good = body(K1);
    for query in [
        "",
        "?t=",
        "?t=abd",
        "?t=abc&t=abc",
        "?t=%4",
        "?T=abc",
        "?t=abc&x",
    ] {
        let url = format!("{}{query}", shop.address);
        answers.push((post(&url, FORM, good.as_bytes()), query.to_owned()));
    }
    let (first, _) = answers.first().unwrap();
    let first = uniform(first);
    assert!(first.starts_with("HTTP/1.1 404"), "{first}");
    for (answer, shown) in &answers {
        assert_eq!(uniform(answer), first, "{shown}");
    }
    assert!(shop.inbox.claim().is_none());
    // No GET brings a return, and the genuine one still goes through.
    let message = Inbound::new(
        Method::GET,
        format!("/moka/return?t=abc&{good}"),
        HeaderMap::new(),
        "",
    );
    let returns = returns("sample", "sample");
    assert!(returns.verify(&message, &started(CODE)).is_err());
    let answer = shop.tell("abc", &good);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ORD-1"),
        "{answer}"
    );
    assert!(shop.inbox.claim().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_return_leaves_everything_as_it_was() {
    for forgery in [
        Forgery::WrongHash,
        Forgery::Garbage,
        Forgery::LowerCaseCode,
        Forgery::OfPayment("CHEAP".to_owned()),
        Forgery::Without("hashValue".to_owned()),
        Forgery::Without("trxCode".to_owned()),
        Forgery::Doubled("hashValue".to_owned(), K1.to_owned()),
        Forgery::Doubled("resultCode".to_owned(), String::new()),
    ] {
        let shop = Shop::open().await;
        shop.paid("CHEAP").await;
        // Before the buyer decides: nothing is paid, and nothing is cancelled.
        shop.page("DEAR").await;
        shop.control().forge_return("DEAR", &forgery).unwrap();
        assert_eq!(shop.work().await, Worked::default(), "{forgery:?}");
        assert_eq!(shop.standing("DEAR", "27.50").await, "open");
        // The genuine return is believed afterwards.
        shop.control().pay("DEAR").unwrap();
        shop.control().forge_return("DEAR", &forgery).unwrap();
        assert_eq!(shop.work().await.done, 1, "{forgery:?}");
        assert_eq!(shop.delivered(), [("DEAR".to_owned(), "paid")]);
        let forged = shop.control().callbacks().list();
        let forged = forged.iter().filter(|one| one.label() == "forged");
        for one in forged {
            assert_eq!(one.attempts().first().unwrap().status(), Some(404));
        }
    }
}

/// What the hash does not cover is a claim: it neither decides nor names the payment.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_hash_does_not_cover_decides_nothing() {
    for (name, value) in [
        ("OtherTrxCode", "OTHER"),
        ("trxCode", "ORDER-1"),
        ("resultCode", "002"),
        ("resultMessage", "Ödenmedi & <b>"),
    ] {
        let shop = Shop::open().await;
        shop.paid("ORD-1").await;
        let forgery = Forgery::Changed(name.to_owned(), value.to_owned());
        shop.control().forge_return("ORD-1", &forgery).unwrap();
        assert_eq!(shop.work().await.done, 1, "{name}");
        assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")], "{name}");
    }
    let changed = body(K1).replace("resultMessage=", "resultMessage=%C3%96denmedi");
    let message = inbound("/moka/return?t=abc", &changed);
    let event = returns("sample", "sample")
        .verify(&message, &started(CODE))
        .unwrap();
    assert_eq!(event.reference, "ORD-1");
    assert_eq!(event.unsigned().result_message.as_deref(), Some("Ödenmedi"));
}

/// A success of the past cannot be sent to the page of another payment, and a failure cancels none.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_a_reason_to_ask_and_no_more() {
    let shop = Shop::open().await;
    shop.paid("ORD-1").await;
    let code = shop.control().payment("ORD-1").unwrap();
    let token = shop.token("ORD-1");
    drop(code);
    // Whoever could make an F would know the code; even then the query decides.
    shop.pages
        .lock()
        .unwrap()
        .insert(token.clone(), started(CODE));
    shop.tell(&token, &body(&return_hash(CODE, false)));
    assert_eq!(shop.work().await.done, 1);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_may_come_in_lower_case() {
    let shop = Shop::with(Config::new().lower_case_code(true), |builder| builder).await;
    let page = shop.page("ORD-1").await;
    let code = page.code_for_hash.expose();
    assert_eq!(*code, code.to_lowercase());
    shop.control().pay("ORD-1").unwrap();
    assert_eq!(shop.work().await.done, 1);
    assert_eq!(shop.delivered(), [("ORD-1".to_owned(), "paid")]);
}

#[test]
fn tokens_travel_in_the_query() {
    let returns = returns("sample", "sample");
    let mut seen = HashMap::new();
    for base in [
        "https://shop.example/return",
        "https://shop.example/return?lang=tr",
    ] {
        let token = payments_moka::unguessable().unwrap();
        let url = returns.url(base, &token).unwrap();
        assert!(url.starts_with(base), "{url}");
        let path = url.strip_prefix("https://shop.example").unwrap();
        let message = Inbound::new(Method::POST, path, HeaderMap::new(), "");
        assert_eq!(returns.token(&message).unwrap(), token);
        assert!(seen.insert(token, ()).is_none());
    }
    assert!(returns.url("http://127.0.0.1:8080/return", "t").is_ok());
    for none in [
        "shop.example/return",
        "",
        "https://user@shop.example/",
        // Anybody on the way could read the return, and the token with it.
        "http://shop.example/return",
        "shop://return",
    ] {
        assert!(returns.url(none, "t").is_err(), "{none}");
    }
}

#[test]
fn the_content_type_is_that_of_a_form_or_is_not_told() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/plain"));
    let message = Inbound::new(Method::POST, "/r?t=abc", headers, body(K1));
    let found = returns("sample", "sample").verify(&message, &started(CODE));
    assert!(
        found.is_ok(),
        "the type is unknown: the body is a form whatever it says"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_with_the_same_codes_stay_apart() {
    let inbox = payments_core::incoming::Inbox::in_memory();
    let message = inbound("/moka/return?t=abc", &body(K1));
    let started = Arc::new(started(CODE));
    for (account, rows) in [("one", 1), ("two", 1), ("one", 0)] {
        let event = returns("live", account).verify(&message, &started).unwrap();
        let _ = inbox.accept(&event);
        let worked = inbox.work_blocking(|_| payments_core::incoming::Outcome::Done);
        assert_eq!(worked.done, rows, "{account}");
    }
}
