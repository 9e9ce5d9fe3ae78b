//! Capture, void, refund and pool, each on its own day.

use super::*;

fn code(answer: &Value) -> &str {
    let code = answer["ResultCode"].as_str().unwrap();
    code.rsplit_once('.').map_or(code, |(_, name)| name)
}

fn status(shop: &Shop, other_trx_code: &str) -> (u64, u64) {
    let answer = shop.about("GetDealerPaymentTrxDetailList", other_trx_code);
    let detail = &answer["Data"]["PaymentDetail"];
    (
        detail["PaymentStatus"].as_u64().unwrap(),
        detail["TrxStatus"].as_u64().unwrap(),
    )
}

fn capture(shop: &Shop, other_trx_code: &str, amount: Value) -> Value {
    let inner =
        json!({ "OtherTrxCode": other_trx_code, "Amount": amount, "ClientIP": "192.0.2.1" });
    shop.service("DoCapture", &inner)
}

fn refund(shop: &Shop, other_trx_code: &str, amount: Value) -> Value {
    let inner =
        json!({ "VirtualPosOrderId": "", "OtherTrxCode": other_trx_code, "Amount": amount });
    shop.service("DoCreateRefundRequest", &inner)
}

#[test]
fn what_is_authorised_is_captured_once() {
    let shop = shop();
    shop.paid("A", &json!({ "Amount": 100, "IsPreAuth": 1 }));
    assert_eq!(status(&shop, "A"), (1, 1));
    for amount in [json!(84.99), json!(115.01), json!(0), Value::Null] {
        assert_eq!(code(&capture(&shop, "A", amount)), "CaptureNotAvailable");
    }
    let done = capture(&shop, "A", json!(115));
    assert_eq!(done["Data"]["IsSuccessful"], true, "{done}");
    assert_eq!(done["Data"]["ResultCode"], "00");
    assert_eq!(status(&shop, "A"), (2, 1));
    assert_eq!(shop.control().payment("A").unwrap().amount(), "115.00");
    assert_eq!(
        code(&capture(&shop, "A", json!(100))),
        "CaptureNotAvailable"
    );
    assert_eq!(code(&capture(&shop, "?", json!(100))), "PaymentNotFound");
    assert_eq!(
        code(&capture(&shop, "", json!(100))),
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven"
    );
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("authorisation", "A"), 1);
    assert_eq!(ledger.count("capture", "A"), 1);
    assert_eq!(ledger.count("payment", "A"), 0);

    let shop = Shop::open(config().capture_limit(CaptureLimit::EqualOrLess));
    shop.paid("B", &json!({ "Amount": 100, "IsPreAuth": 1 }));
    assert_eq!(
        code(&capture(&shop, "B", json!(100.01))),
        "CaptureNotAvailable"
    );
    assert_eq!(code(&capture(&shop, "B", json!(10))), "Success");
}

#[test]
fn voids_end_at_ten_in_the_evening() {
    let shop = shop();
    for other_trx_code in ["A", "B", "C"] {
        shop.paid(
            other_trx_code,
            &json!({ "IsPreAuth": u8::from(other_trx_code == "C") }),
        );
    }
    for inner in [
        json!({ "OtherTrxCode": "", "ClientIP": "192.0.2.1", "VoidRefundReason": 2 }),
        json!({ "OtherTrxCode": "A", "VoidRefundReason": 2 }),
        json!({ "OtherTrxCode": "A", "ClientIP": "192.0.2.1" }),
    ] {
        assert_eq!(code(&shop.service("DoVoid", &inner)), "InvalidRequest");
    }
    let number = shop.control().payment("A").unwrap().dealer_payment_id();
    let by_number = json!({
        "VirtualPosOrderId": number.to_string(), "ClientIP": "192.0.2.1", "VoidRefundReason": 2,
    });
    assert_eq!(code(&shop.service("DoVoid", &by_number)), "PaymentNotFound");
    // From three in the morning to a minute before ten in the evening.
    shop.control().advance(HOUR * 19 - Duration::from_secs(60));
    assert_eq!(code(&shop.about("DoVoid", "A")), "Success");
    assert_eq!(status(&shop, "A"), (3, 1));
    assert_eq!(code(&shop.about("DoVoid", "A")), "PaymentNotAvailable");
    assert_eq!(code(&shop.about("DoVoid", "C")), "Success");
    shop.control().advance(Duration::from_secs(60));
    assert_eq!(code(&shop.about("DoVoid", "B")), "PaymentNotAvailable");
    assert_eq!(status(&shop, "B"), (2, 1));
    let answer = shop.about("GetDealerPaymentTrxDetailList", "A");
    let trx = &answer["Data"]["PaymentTrxDetailList"][1];
    assert_eq!(
        (trx["TrxType"].as_u64(), trx["VoidRefundReason"].as_u64()),
        (Some(3), Some(2))
    );
    assert_eq!(shop.control().ledger().count("void", "A"), 1);
}

#[test]
fn a_refund_request_becomes_a_refund_later() {
    let shop = shop();
    shop.paid("A", &json!({ "Amount": 100 }));
    assert_eq!(code(&refund(&shop, "A", Value::Null)), "InvalidRequest");
    // Three hours before midnight in Türkiye is the same day; a minute after it is not.
    shop.control().advance(HOUR * 21 - Duration::from_secs(1));
    assert_eq!(code(&refund(&shop, "A", json!(10))), "InvalidRequest");
    shop.control().advance(Duration::from_secs(1));
    for amount in [json!(100.01), json!(-1), json!("x")] {
        assert_eq!(code(&refund(&shop, "A", amount)), "InvalidAmount");
    }
    let accepted = refund(&shop, "A", json!(30.5));
    assert_eq!(accepted["Data"]["IsSuccessful"], true);
    assert!(accepted["Data"]["RefundRequestId"].is_string());
    assert_eq!(shop.control().payment("A").unwrap().refunded(), "0.00");
    assert_eq!(
        code(&refund(&shop, "A", json!(1))),
        "RefundRequestAlreadyExist"
    );
    shop.control().advance(HOUR);
    assert_eq!(shop.control().payment("A").unwrap().refunded(), "30.50");
    assert_eq!(status(&shop, "A"), (2, 1));
    assert_eq!(code(&refund(&shop, "A", json!(69.51))), "InvalidAmount");

    // 0 is everything that is left.
    assert_eq!(code(&refund(&shop, "A", json!(0))), "Success");
    shop.control().withdraw_refund("A").unwrap();
    assert_eq!(code(&refund(&shop, "A", Value::Null)), "Success");
    shop.control().complete_refund("A").unwrap();
    assert_eq!(
        shop.control().complete_refund("A"),
        Err(ControlError::NoRefundRequest)
    );
    assert_eq!(status(&shop, "A"), (4, 1));
    assert_eq!(code(&refund(&shop, "A", Value::Null)), "InvalidRequest");
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("refund_request", "A"), 3);
    assert_eq!(ledger.count("refund", "A"), 2);
    let last = ledger.effects().last().unwrap();
    assert_eq!((last.kind(), last.amount()), ("refund", Some("69.50")));

    let shop = Shop::open(config().numeric_refund_ids(true));
    shop.paid("B", &json!({}));
    shop.control().advance(DAY);
    assert!(refund(&shop, "B", json!("5"))["Data"]["RefundRequestId"].is_u64());
}

#[test]
fn either_identifier_will_do_and_both_must_belong_together() {
    let shop = shop();
    for other_trx_code in ["A", "B"] {
        shop.paid(other_trx_code, &json!({ "IsPoolPayment": 1 }));
    }
    shop.control().advance(DAY);
    let order_id = shop
        .control()
        .payment("A")
        .unwrap()
        .virtual_pos_order_id()
        .to_owned();
    let both = |service: &str, other_trx_code: &str| {
        let inner = json!({ "VirtualPosOrderId": order_id, "OtherTrxCode": other_trx_code });
        let answer = shop.service(service, &inner);
        code(&answer).to_owned()
    };
    assert_eq!(
        both("DoCreateRefundRequest", "B"),
        "OtherTrxCodeAndVirtualPosOrderIdMismatch"
    );
    assert_eq!(
        both("UndoApprovePoolPayment", "B"),
        "OtherTrxCodeAndVirtualPosOrderIdNotMatch"
    );
    assert_eq!(both("DoApprovePoolPayment", "A"), "Success");
    assert_eq!(both("DoCreateRefundRequest", ""), "Success");
}

#[test]
fn a_pool_payment_is_held_until_it_is_approved() {
    let shop = shop();
    shop.paid("A", &json!({ "IsPoolPayment": 1 }));
    shop.paid("B", &json!({}));
    let held = || shop.control().payment("A").unwrap().is_held();
    assert!(held());
    assert_eq!(status(&shop, "A"), (2, 1));
    assert_eq!(
        code(&shop.about("DoApprovePoolPayment", "B")),
        "PaymentIsNotPoolPayment"
    );
    assert_eq!(
        code(&shop.about("DoApprovePoolPayment", "?")),
        "DealerPaymentNotFound"
    );
    assert_eq!(
        code(&shop.about("DoApprovePoolPayment", "")),
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven"
    );
    assert_eq!(
        code(&shop.about("UndoApprovePoolPayment", "A")),
        "PaymentNotApprovedYet"
    );
    let approved = shop.about("DoApprovePoolPayment", "A");
    assert_eq!(approved["Data"]["IsSuccessful"], true);
    assert_eq!(approved["Data"]["ResultCode"], "");
    assert!(!held());
    assert_eq!(
        code(&shop.about("DoApprovePoolPayment", "A")),
        "PaymentAlreadyApproved"
    );
    assert_eq!(code(&shop.about("UndoApprovePoolPayment", "A")), "Success");
    assert!(held());
    assert_eq!(code(&shop.about("DoApprovePoolPayment", "A")), "Success");
    shop.control().advance(DAY);
    assert_eq!(
        code(&shop.about("UndoApprovePoolPayment", "A")),
        "SandboxDayIsOver"
    );
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("pool_approval", "A"), 2);
    assert_eq!(ledger.count("pool_undo", "A"), 1);
}

#[test]
fn services_fail_by_magic() {
    let shop = shop();
    let check = |service: &str, listed: &[&str]| {
        let common = ["InvalidRequest", "InvalidAccount", "VirtualPosNotFound"];
        for name in listed.iter().chain(&common) {
            let answer = shop.about(service, &format!("fail.{service}.{name}-1"));
            let prefix = if listed.contains(name) {
                format!("PaymentDealer.{service}.")
            } else {
                "PaymentDealer.CheckPaymentDealerAuthentication.".to_owned()
            };
            assert_eq!(answer["ResultCode"], format!("{prefix}{name}"));
        }
        let answer = shop.about(service, &format!("fail.{service}.EX"));
        assert_eq!(answer["ResultCode"], "EX");
        let declined = shop.about(service, &format!("fail.{service}.004-1"));
        assert_eq!(declined["ResultCode"], "Success");
        assert_eq!(declined["Data"]["IsSuccessful"], false);
        assert_eq!(declined["Data"]["ResultCode"], "004");
        assert_eq!(declined["Data"]["ResultMessage"], "Genel ret");
    };
    let neither = "OtherTrxCodeOrVirtualPosOrderIdMustGiven";
    check("GetDealerPaymentTrxDetailList", &["PaymentIdError"]);
    check(
        "DoCapture",
        &["PaymentNotFound", neither, "CaptureNotAvailable"],
    );
    check(
        "DoVoid",
        &["InvalidRequest", "PaymentNotFound", "PaymentNotAvailable"],
    );
    check(
        "DoCreateRefundRequest",
        &[
            "InvalidRequest",
            "InvalidAccount",
            neither,
            "InvalidAmount",
            "PaymentNotFound",
            "OtherTrxCodeAndVirtualPosOrderIdMismatch",
            "RefundRequestAlreadyExist",
        ],
    );
    check(
        "DoApprovePoolPayment",
        &[
            neither,
            "DealerPaymentNotFound",
            "PaymentAlreadyApproved",
            "PaymentIsNotPoolPayment",
        ],
    );
    check(
        "UndoApprovePoolPayment",
        &[
            "DealerPaymentNotFound",
            "OtherTrxCodeAndVirtualPosOrderIdNotMatch",
            neither,
            "PaymentNotApprovedYet",
            "PaymentIsNotPoolPayment",
            "PaymentNotApprovedYetForSubDealer",
        ],
    );
    // The lists carry no code of the merchant's.
    shop.control().fail_next("GetPaymentList", "EX").unwrap();
    assert_eq!(
        shop.service("GetPaymentList", &json!({}))["ResultCode"],
        "EX"
    );
    assert_eq!(
        code(&shop.service("GetPaymentList", &json!({}))),
        "InvalidRequest"
    );
    assert_eq!(
        shop.control().fail_next("DoVoid", "CaptureNotAvailable"),
        Err(ControlError::NoSuchCode)
    );
    // A payment may be made to be refused later, by either of its identifiers.
    shop.paid("fail.DoVoid.EX-7", &json!({}));
    let payment = shop.control().payment("fail.DoVoid.EX-7").unwrap();
    let by_order_id = json!({ "VirtualPosOrderId": payment.virtual_pos_order_id() });
    assert_eq!(code(&shop.service("DoVoid", &by_order_id)), "EX");
    assert_eq!(payment.state(), PaymentState::Paid);
}
