//! The one-payment family: MoMo asks, opens the link, charges and notifies.

use payments_core::error::Misuse;
use payments_core::incoming::Endpoint;
use payments_core::incoming::{Accepted, Basis, Confirmation, Expected, Outcome, Worked};
use payments_core::testing::json_response;
use payments_momo::one_payment::{self, Bill};
use payments_momo::sandbox::{
    BillState, CallbackMode, Config, FalseNotice, InitReader, read_init_answer,
};

use crate::shop::{CALLER, JSON, Shop, dong, inbound, links, post, uniform};

fn bill() -> Bill {
    let bill = Bill::builder()
        .request_id("R-1")
        .bill_id("B-1")
        .amount(dong(33_000));
    bill.callback_url("https://shop.example/back")
        .build()
        .unwrap()
}

async fn opened() -> Shop {
    let shop = Shop::open().await;
    let link = links().write("momo://", &bill()).unwrap();
    shop.control().open_link(link.as_str()).unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid_acknowledged_and_confirmed_once() {
    let shop = Shop::open().await;
    let asked = shop.control().init("momo-user-1").unwrap();
    shop.control().callbacks().idle().await;
    let init = shop.control().init_answer(&asked).unwrap();
    let account = init.answer().unwrap().as_ref().unwrap();
    assert_eq!((&*account.id, &*account.name), ("buyer-7", "Nguyễn Văn A"));

    let link = links().write("momo://", &bill()).unwrap();
    assert_eq!(
        shop.control().open_link(link.as_str()).as_deref(),
        Ok("B-1")
    );
    assert_eq!(shop.control().charge("B-1"), Ok(BillState::Paid));
    assert_eq!(shop.control().charge("B-1"), Ok(BillState::Paid));
    shop.control().callbacks().idle().await;
    shop.control().notify_again("B-1", 3).unwrap();
    shop.control().callbacks().idle().await;
    let told = shop.control().bill("B-1").unwrap();
    assert_eq!(told.acknowledgements(), vec![Ok("REF-B-1".to_owned()); 4]);
    assert_eq!(told.callback_url(), "https://shop.example/back");

    let mut delivered = Vec::new();
    let worked = shop.bills.work_blocking(|row| {
        let message = shop.notifications.reread(row).unwrap();
        let answer = one_payment::confirm(&message, "R-1", &bill().expected()).unwrap();
        let Confirmation::Confirmed(paid) = answer else {
            return Outcome::Retry("open".to_owned());
        };
        delivered.push((paid.bill_id.clone(), paid.basis()));
        Outcome::Settled
    });
    assert_eq!(
        worked,
        Worked {
            done: 1,
            retried: 0
        }
    );
    assert_eq!(delivered, [("B-1".to_owned(), Basis::CallerAuthenticated)]);
    for kind in ["order", "payment"] {
        assert_eq!(shop.control().ledger().count(kind, "B-1"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_bill_is_open_and_a_late_notification_is_taken() {
    let shop = opened().await;
    shop.control().callbacks().set_mode(CallbackMode::Held);
    shop.control().fail("B-1", 1006).unwrap();
    shop.control().callbacks().release();
    shop.control().callbacks().idle().await;
    let claimed = shop.bills.claim().unwrap();
    let message = shop.notifications.reread(claimed.row()).unwrap();
    let answer = one_payment::confirm(&message, "R-1", &bill().expected()).unwrap();
    assert!(matches!(answer, Confirmation::Open(_)), "{answer:?}");
    assert_eq!(shop.control().ledger().count("payment", "B-1"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_turned_away() {
    let shop = opened().await;
    shop.control()
        .forge_notification("B-1", &FalseNotice::Unauthenticated)
        .unwrap();
    shop.control().callbacks().idle().await;
    let sent = shop.control().callbacks().list();
    let answered: Vec<_> = sent
        .iter()
        .flat_map(|one| one.attempts())
        .map(|one| one.status())
        .collect();
    assert_eq!(answered, [Some(400)]);
    assert!(shop.bills.claim().is_none());
    let body = br#"{"requestId":"R","reference1":"u","paymentUrl":"momo://"}"#;
    for headers in ["", "x-momo: guessed\r\n"] {
        let headers = format!("Content-Type: {JSON}\r\n{headers}");
        let answer = post(&format!("{}/api/v1/init", shop.base), &headers, body);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
}

/// The first message about a transaction and its result stands; another about it is refused, a
/// repeat is not. Of Init, it is the `requestId`.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_transaction_with_another_body_is_a_conflict() {
    let shop = opened().await;
    shop.control().charge("B-1").unwrap();
    shop.control().callbacks().idle().await;
    for (field, value) in [("amount", "1"), ("requestId", "R-2")] {
        let wrong = FalseNotice::Changed(field, value.to_owned());
        shop.control().forge_notification("B-1", &wrong).unwrap();
        shop.control().callbacks().idle().await;
        let sent = shop.control().callbacks().list();
        let last = sent.last().unwrap().attempts().last().unwrap().status();
        assert_eq!(last, Some(400), "{field}");
    }
    // A number of the notification's own, or a text, make no other message.
    for (field, value) in [("referenceId", "other"), ("message", "Thành công")] {
        let again = FalseNotice::Changed(field, value.to_owned());
        shop.control().forge_notification("B-1", &again).unwrap();
        shop.control().callbacks().idle().await;
        let sent = shop.control().callbacks().list();
        let last = sent.last().unwrap().attempts().last().unwrap().status();
        assert_eq!(last, Some(200), "{field}");
    }
    assert_eq!(shop.bills.work_blocking(|_| Outcome::Done).done, 1);
    shop.control().notify_again("B-1", 1).unwrap();
    shop.control().callbacks().idle().await;
    assert!(
        shop.control()
            .bill("B-1")
            .unwrap()
            .acknowledgements()
            .iter()
            .all(Result::is_ok)
    );

    let url = format!("{}/api/v1/init", shop.base);
    let headers = format!("Content-Type: {JSON}\r\n{}: {}\r\n", CALLER.0, CALLER.1);
    let ask = |user: &str| {
        let body = format!(r#"{{"requestId":"I-1","reference1":"{user}","paymentUrl":"momo://"}}"#);
        post(&url, &headers, body.as_bytes())
    };
    let first = ask("u1");
    assert!(first.starts_with("HTTP/1.1 200 "), "{first}");
    assert_eq!(uniform(&ask("u1")), uniform(&first));
    assert!(ask("u2").starts_with("HTTP/1.1 400 "));
}

/// A buyer who fails and tries the same link again has one `requestId` and two transactions. Whatever
/// else comes about a bill that is settled delivers nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_failed_may_still_be_paid() {
    let shop = opened().await;
    shop.control().fail("B-1", 1006).unwrap();
    shop.control().callbacks().idle().await;
    let body = br#"{"requestId":"R-1","referenceId":"T-2","resultCode":0,"message":"Success","billId":"B-1","momoTransId":"M-2","amount":33000}"#;
    let headers = [("content-type", JSON), CALLER];
    let paid = shop.notifications.receive(&inbound(&headers, body));
    assert_eq!(shop.bills.accept(&paid.unwrap()), Accepted::New);
    let other = String::from_utf8_lossy(body).replace("M-2", "M-3");
    let other = shop
        .notifications
        .receive(&inbound(&headers, other.as_bytes()));
    assert_eq!(shop.bills.accept(&other.unwrap()), Accepted::New);
    let mut seen = Vec::new();
    shop.bills.work_blocking(|row| {
        assert_eq!(row.reference(), "B-1");
        let message = shop.notifications.reread(row).unwrap();
        let answer = one_payment::confirm(&message, "R-1", &bill().expected()).unwrap();
        let paid = matches!(answer, Confirmation::Confirmed(_));
        seen.push((paid, row.settled_before()));
        if paid {
            Outcome::Settled
        } else {
            Outcome::Done
        }
    });
    assert_eq!(seen, [(false, false), (true, false), (true, true)]);
}

/// A result that left the bill open, and then success of the same transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_open_may_still_succeed() {
    let shop = opened().await;
    let url = format!("{}/notify", shop.base);
    let headers = format!("Content-Type: {JSON}\r\n{}: {}\r\n", CALLER.0, CALLER.1);
    let tell = |code: &str, trace: &str, amount: &str| {
        let body = format!(
            r#"{{"requestId":"R-1","referenceId":"{trace}","resultCode":{code},"message":"m","billId":"B-1","momoTransId":"M-1","amount":{amount}}}"#
        );
        uniform(&post(&url, &headers, body.as_bytes()))
    };
    let first = tell("7000", "T-1", "33000");
    assert!(first.starts_with("HTTP/1.1 200 "), "{first}");
    assert!(first.contains("\"paymentRef\":\"REF-B-1\""), "{first}");
    for (code, trace, amount) in [
        ("7000", "T-2", "\"33000\""),
        ("0", "T-3", "33000"),
        ("0", "T-4", "33000"),
        ("0", "T-3", "\"33000\""),
    ] {
        assert_eq!(tell(code, trace, amount), first, "{code} {trace}");
    }
    assert!(tell("0", "T-3", "32999").starts_with("HTTP/1.1 400 "));
    let mut seen = Vec::new();
    shop.bills.work_blocking(|row| {
        let message = shop.notifications.reread(row).unwrap();
        let answer = one_payment::confirm(&message, "R-1", &bill().expected()).unwrap();
        let paid = matches!(answer, Confirmation::Confirmed(_));
        seen.push((paid, row.settled_before()));
        if paid {
            Outcome::Settled
        } else {
            Outcome::Done
        }
    });
    assert_eq!(seen, [(false, false), (true, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_request_bill_or_amount_is_refused_at_expected() {
    let shop = opened().await;
    shop.control().charge("B-1").unwrap();
    shop.control().callbacks().idle().await;
    let claimed = shop.bills.claim().unwrap();
    let message = shop.notifications.reread(claimed.row()).unwrap();
    let check = |request_id: &str, expected: &Expected| -> Result<(), Misuse> {
        one_payment::confirm(&message, request_id, expected).map(|_| ())
    };
    assert!(check("R-1", &bill().expected()).is_ok());
    for answer in [
        check("R-2", &bill().expected()),
        check("R-1", &Expected::new("B-2", dong(33_000))),
        check("R-1", &Expected::new("B-1", dong(33_001))),
    ] {
        assert_eq!(answer.unwrap_err().field(), "expected");
    }
}

/// P3 in both spellings of the amount, and what is not a notification.
#[test]
fn notifications_are_read_strictly() {
    let sample = r#"{"requestId":"REQUEST_ID_1511347353577","referenceId":"TRACE_ID_1511347353577","resultCode":0,"message":"Success","billId":"BILL_ID_1511347353577","momoTransId":"g0ZGZmNjVmOWIjNTk2NTk4ZTYyZGI3","amount":30000}"#;
    let receive = |body: &str| {
        let headers = [("content-type", JSON), CALLER];
        crate::shop::notifications().receive(&inbound(&headers, body.as_bytes()))
    };
    for body in [sample.to_owned(), sample.replace("30000", "\"30000\"")] {
        let told = receive(&body).unwrap();
        assert_eq!(told.claims().amount, dong(30_000));
    }
    for (old, new) in [
        ("30000", "030000"),
        ("30000", "30000.0"),
        ("30000", "\"+30000\""),
        ("30000", "3e4"),
        ("30000", "null"),
        ("\"billId\":\"BILL_ID_1511347353577\",", ""),
        ("\"billId\":", "\"billId\":\"x\",\"billId\":"),
        ("\"billId\":\"BILL_ID_1511347353577\"", "\"billId\":\"\""),
        ("\"resultCode\":0,", ""),
        ("\"referenceId\":\"TRACE_ID_1511347353577\",", ""),
    ] {
        let changed = sample.replacen(old, new, 1);
        assert_ne!(changed, sample);
        assert!(receive(&changed).is_err(), "{changed}");
    }
}

/// What comes from a known caller and is not as documented: one answer, and nothing comes of it.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_as_documented_gets_the_same_answer_and_goes_nowhere() {
    let shop = Shop::open().await;
    let init = r#"{"requestId":"I-1","reference1":"user","paymentUrl":"momo://"}"#;
    let told = r#"{"requestId":"R-1","referenceId":"T-1","resultCode":0,"message":"m","billId":"B-1","momoTransId":"M-1","amount":33000}"#;
    let headers = |kind: &str| format!("Content-Type: {kind}\r\n{}: {}\r\n", CALLER.0, CALLER.1);
    for (path, good, names) in [
        (
            "/api/v1/init",
            init,
            &["requestId", "reference1", "paymentUrl"][..],
        ),
        (
            "/notify",
            told,
            &["requestId", "billId", "momoTransId", "message"][..],
        ),
    ] {
        let url = format!("{}{path}", shop.base);
        let mut bad: Vec<(&str, Vec<u8>)> = Vec::new();
        for name in names {
            let named = format!("\"{name}\":");
            for other in [format!("\"{name}\":\"x\",{named}"), format!("\"x{name}\":")] {
                bad.push((JSON, good.replacen(&named, &other, 1).into_bytes()));
            }
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(good).unwrap();
            let empty = serde_json::json!("");
            let empty = (*name != "message").then_some(empty);
            for value in empty.into_iter().chain([
                serde_json::json!(null),
                serde_json::json!(["x"]),
                serde_json::json!({"a": 1}),
            ]) {
                let mut changed = object.clone();
                changed.insert((*name).to_owned(), value);
                bad.push((JSON, serde_json::to_vec(&changed).unwrap()));
            }
        }
        let long = good.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(1 << 20)), 1);
        for text in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            format!("[{good}]"),
            format!("{good} x"),
            good.replace('}', ""),
            "[".repeat(64 * 1024),
            long,
        ] {
            bad.push((JSON, text.into_bytes()));
        }
        bad.push((JSON, [good.as_bytes(), b"\xFF"].concat()));
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            bad.push((kind, good.as_bytes().to_vec()));
        }
        let answers: Vec<_> = bad
            .iter()
            .map(|(kind, body)| uniform(&post(&url, &headers(kind), body)))
            .collect();
        let first = answers.first().unwrap();
        assert!(first.starts_with("HTTP/1.1 400 "), "{first}");
        for (answer, (_, body)) in answers.iter().zip(&bad) {
            let shown: String = String::from_utf8_lossy(body).chars().take(200).collect();
            assert_eq!(answer, first, "{path}: {shown}");
        }
        assert!(shop.bills.claim().is_none());
        let answer = post(&url, &headers(JSON), good.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    assert!(shop.bills.claim().is_some());
}

#[test]
fn an_acknowledgement_fits_its_limits() {
    let headers = [("content-type", JSON), CALLER];
    let body = br#"{"requestId":"R-1","referenceId":"T","resultCode":0,"message":"","billId":"B","momoTransId":"M","amount":1}"#;
    let told = crate::shop::notifications()
        .receive(&inbound(&headers, body))
        .unwrap();
    // A text for people may be empty, and has to be there.
    assert_eq!(told.claims().message, "");
    let acknowledged = |reference: &str| one_payment::acknowledge(told.claims(), reference);
    assert!(acknowledged(&"7".repeat(50)).is_ok());
    for bad in [String::new(), "7".repeat(51)] {
        assert_eq!(acknowledged(&bad).unwrap_err().field(), "paymentRef");
    }
}

/// P2: the provider's own sample has `name` twice, which only the lenient reader takes.
#[test]
fn what_is_answered_to_init_has_each_field_once() {
    let sample = r#"{"requestId":"R-1","resultCode":0,"message":"Success","accountInfo":{"name":"PARTNER_USER_ID_asnfhiwur","name":"Nguyễn Văn A","email":"test@gmail.com","mobile":"0987654321"},"url":"https://momo.partner.com/login"}"#;
    assert!(read_init_answer(sample.as_bytes(), "R-1", InitReader::Strict).is_err());
    let read = read_init_answer(sample.as_bytes(), "R-1", InitReader::Lenient).unwrap();
    assert_eq!(
        (&*read.id, &*read.name),
        ("PARTNER_USER_ID_asnfhiwur", "Nguyễn Văn A")
    );

    let ack: payments_core::incoming::Ack<one_payment::Init> =
        payments_core::incoming::Ack::answer(&crate::shop::account("R-1"));
    let written = ack.response();
    assert_eq!(written.status().as_u16(), 200);
    for reader in [InitReader::Strict, InitReader::Lenient] {
        let read = read_init_answer(written.body(), "R-1", reader).unwrap();
        assert_eq!(read.reference_id.as_deref(), Some("REF-R-1"));
        assert_eq!(read.mobile, "0987654321");
    }
    let _ = (Config::new(), json_response(200, ""));
}
