//! The sandbox as Moka's pages have the provider, spoken to in raw HTTP.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "sandbox_protocol/creation.rs"]
mod creation;
#[path = "sandbox_protocol/money.rs"]
mod money;
#[path = "sandbox_protocol/returns.rs"]
mod returns;
#[path = "sandbox_protocol/trouble.rs"]
mod trouble;
#[path = "sandbox_protocol/wire.rs"]
mod wire;

use std::time::Duration;

use payments_moka::sandbox::{
    CallbackMode, CaptureLimit, Config, ControlError, Fault, Forgery, PaymentState, Permission,
    RepeatedCode, SandboxClock, StartError, UnknownPayment, return_hash, start,
};
use serde_json::{Value, json};
use wire::{CHECK_KEY, CREATE, Endpoint, Shop, arguments, body, page_request};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Three in the morning in Türkiye, as the clock stands still at midnight UTC.
fn config() -> Config {
    Config::new().kit(|kit| kit.clock(SandboxClock::still()))
}

fn shop() -> Shop {
    Shop::open(config())
}

#[test]
fn a_card_pays_on_the_page_with_the_3d_step() {
    let endpoint = Endpoint::listen(vec![(200, ""); 2]);
    let shop = shop();
    let redirect = format!("{}?t=abc", endpoint.url());
    let created = shop.create("ORD-1", &json!({ "RedirectUrl": redirect }));
    assert_eq!(created["ResultCode"], "Success");
    assert_eq!(created["ResultMessage"], "");
    assert_eq!(created["Exception"], Value::Null);
    let code = created["Data"]["CodeForHash"].as_str().unwrap().to_owned();
    assert_eq!((code.len(), code.matches('-').count()), (36, 4));
    assert_eq!(code, code.to_uppercase());
    let url = created["Data"]["Url"].as_str().unwrap();
    assert!(url.contains("/commonpaymentpage/"));

    let page = shop.get(url);
    assert_eq!(page.status, 200);
    for part in [
        "<html lang=\"tr\">",
        "Güvenli ödeme",
        "ORD-1",
        "Çay &amp; &lt;börek&gt;",
        "27.50 TL",
        "Kart numarası",
        "This is a sandbox",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert_eq!(
        shop.control().payment("ORD-1").unwrap().state(),
        PaymentState::Open
    );
    let card = "step=card&cardHolder=Ay%C5%9Fe+G%C3%BCl&cardNumber=4183441122223339\
                &expMonth=12&expYear=2030&cvc=000";
    let step = shop.post(url, card);
    assert!(
        step.body.contains("3D Güvenlik doğrulaması"),
        "{}",
        step.body
    );
    let waiting = shop.about("GetDealerPaymentTrxDetailList", "ORD-1");
    assert_eq!(waiting["Data"]["PaymentDetail"]["PaymentStatus"], 0);
    assert_eq!(waiting["Data"]["PaymentDetail"]["TrxStatus"], 0);

    let ended = shop.post(url, "step=three-d&code=123456");
    assert!(ended.body.contains("Ödemeniz alındı."), "{}", ended.body);
    let hash = return_hash(&code, true);
    for part in [
        format!("action=\"{redirect}\">"),
        format!("name=\"hashValue\" value=\"{hash}\""),
        "name=\"resultCode\" value=\"\"".to_owned(),
        "name=\"resultMessage\" value=\"\"".to_owned(),
        "name=\"OtherTrxCode\" value=\"ORD-1\"".to_owned(),
    ] {
        assert!(ended.body.contains(&part), "{part}: {}", ended.body);
    }
    assert!(!ended.body.contains(&code), "{}", ended.body);
    // A second card changes nothing.
    shop.post(url, card);
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("page", "ORD-1"), 1);
    assert_eq!(ledger.count("payment", "ORD-1"), 1);

    shop.control().resend_return("ORD-1").unwrap();
    let back = endpoint.next();
    assert!(back.head.starts_with("POST /moka?t=abc HTTP/1.1\r\n"));
    assert_eq!(back.field("hashValue"), hash);
    assert_eq!(back.field("resultCode"), "");
    let payment = shop.control().payment("ORD-1").unwrap();
    assert_eq!(back.field("trxCode"), payment.virtual_pos_order_id());
    assert!(payment.virtual_pos_order_id().starts_with("Test-"));
}

#[test]
fn the_detail_list_tells_all_about_a_payment() {
    let shop = shop();
    let buyer = json!({ "BuyerFullName": "Işıl Ğümüş", "BuyerGsmNumber": "5551110022" });
    shop.paid(
        "ORD-1",
        &json!({ "InstallmentNumber": 3, "BuyerInformation": buyer, "Currency": "EUR" }),
    );
    let answer = shop.about("GetDealerPaymentTrxDetailList", "ORD-1");
    let data = &answer["Data"];
    assert_eq!(data["IsSuccessful"], true);
    assert_eq!(data["ResultCode"], "00");
    assert_eq!(data["ListItemCount"], 1);
    let detail = &data["PaymentDetail"];
    for (name, expect) in [
        ("OtherTrxCode", json!("ORD-1")),
        ("CardHolderFullName", json!("Ayşe Gül")),
        ("CardNumberFirstSix", json!("512754")),
        ("CardNumberLastFour", json!("3332")),
        ("PaymentDate", json!("2026-01-01T03:00:00")),
        ("Amount", json!(27.50)),
        ("RefAmount", json!(0.0)),
        ("CurrencyCode", json!("EUR")),
        ("InstallmentNumber", json!(3)),
        ("IsThreeD", json!(true)),
        ("Description", json!("Çay & <börek>")),
        ("PaymentStatus", json!(2)),
        ("TrxStatus", json!(1)),
        ("BuyerFullName", json!("Işıl Ğümüş")),
        ("BuyerGsmNumber", json!("5551110022")),
    ] {
        assert_eq!(detail[name], expect, "{name}");
    }
    let payment = shop.control().payment("ORD-1").unwrap();
    let trx = &data["PaymentTrxDetailList"][0];
    assert_eq!(trx["TrxType"], 2);
    assert_eq!(trx["TrxStatus"], 1);
    assert_eq!(
        trx["VirtualPosOrderId"],
        format!(" {}", payment.virtual_pos_order_id())
    );
    // The same by the provider's number, as a string or a number.
    let number = payment.dealer_payment_id();
    for id in [json!(number), json!(number.to_string())] {
        let by_id = shop.service("GetDealerPaymentTrxDetailList", &json!({ "PaymentId": id }));
        assert_eq!(by_id, answer);
    }
    for id in [json!(""), json!("0"), json!("x"), Value::Null] {
        let refused = shop.service("GetDealerPaymentTrxDetailList", &json!({ "PaymentId": id }));
        assert_eq!(
            refused["ResultCode"],
            "PaymentDealer.GetDealerPaymentTrxDetailList.PaymentIdError"
        );
        assert_eq!(refused["Data"], Value::Null);
    }
}

#[test]
fn a_payment_that_is_not_there_is_answered_as_the_switch_says() {
    let check = |how: UnknownPayment, expect: Value| {
        let shop = Shop::open(config().unknown_payment(how));
        shop.create("ORD-1", &json!({}));
        let answer = shop.about("GetDealerPaymentTrxDetailList", "ORD-1");
        let data = &answer["Data"];
        let seen = json!([
            answer["ResultCode"] == "Success",
            data["IsSuccessful"],
            data.as_object()
                .is_some_and(|data| data.contains_key("PaymentDetail")),
        ]);
        assert_eq!(seen, expect, "{how:?}");
    };
    check(UnknownPayment::NullDetail, json!([true, true, true]));
    check(UnknownPayment::NoDetail, json!([true, true, false]));
    check(UnknownPayment::NotSuccessful, json!([true, false, false]));
    check(UnknownPayment::PaymentIdError, json!([false, null, false]));
}

#[test]
fn lists_are_by_date_and_status() {
    let shop = shop();
    shop.paid("A", &json!({}));
    shop.control().advance(DAY);
    shop.paid("B", &json!({ "IsPreAuth": 1 }));
    shop.create("C", &json!({}));
    shop.control().decline("C", "002").unwrap();
    let codes = |more: Value| -> Vec<String> {
        let mut inner = json!({
            "PaymentStartDate": "2026-01-01 03:00", "PaymentEndDate": "2026-01-02 03:00",
        });
        for (name, value) in more.as_object().unwrap() {
            inner[name] = value.clone();
        }
        let answer = shop.service("GetPaymentList", &inner);
        let list = answer["Data"]["PaymentList"].as_array().unwrap();
        assert_eq!(answer["Data"]["ListItemCount"], list.len());
        list.iter()
            .map(|payment| payment["OtherTrxCode"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(codes(json!({})), ["A", "B", "C"]);
    assert_eq!(codes(json!({ "PaymentStatus": 1 })), ["B"]);
    assert_eq!(codes(json!({ "PaymentStatus": 2 })), ["A", "C"]);
    assert_eq!(codes(json!({ "PaymentStatus": 2, "TrxStatus": 2 })), ["C"]);
    assert_eq!(
        codes(json!({ "PaymentEndDate": "2026-01-02 02:59" })),
        ["A"]
    );
    assert_eq!(
        codes(json!({ "PaymentStartDate": "2026-01-01 03:01" })),
        ["B", "C"]
    );

    let trxs = |kind: Value, status: Value| {
        let answer = shop.service(
            "GetPaymentTrxList",
            &json!({
                "TrxStartDate": "2026-01-01 00:00", "TrxEndDate": "2026-12-31 23:59",
                "TrxType": kind, "TrxStatus": status,
            }),
        );
        answer["Data"]["PaymentTrxList"].as_array().unwrap().len()
    };
    assert_eq!(trxs(Value::Null, Value::Null), 3);
    assert_eq!(trxs(json!(2), Value::Null), 2);
    assert_eq!(trxs(json!(2), json!(1)), 1);
    assert_eq!(trxs(json!(1), json!(1)), 1);
    for bad in [json!({}), json!({ "TrxStartDate": "2026-01-01" })] {
        assert_eq!(
            shop.service("GetPaymentTrxList", &bad)["ResultCode"],
            "PaymentDealer.GetPaymentTrxList.InvalidRequest"
        );
    }
}
