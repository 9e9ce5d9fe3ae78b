//! Every code of the gateway, and what it means for whoever gets it.

use payments_core::error::Meaning;
use payments_core::incoming::Confirmation;
use payments_momo::Outcome;
use payments_momo::codes::{BillCode, ResultCode};

use crate::shop::{Shop, expected, kind, payment_status};

/// The codes that MoMo does not flag as final.
const NOT_FINAL: [u64; 18] = [
    10, 11, 12, 13, 20, 21, 22, 40, 41, 42, 43, 45, 47, 1000, 7000, 7002, 8000, 9000,
];
/// Those it does, success left out.
const FINAL: [u64; 18] = [
    98, 99, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1017, 1026, 1080, 1081, 1088, 2019, 4001,
    4002, 4100,
];

#[test]
fn only_a_final_code_is_a_failure() {
    assert_eq!(ResultCode::from("0").outcome(), Outcome::Paid);
    for code in FINAL {
        let code = ResultCode::from(code.to_string().as_str());
        assert!(code.is_final());
        let Outcome::Failed(last) = code.outcome() else {
            panic!("{code}");
        };
        assert_eq!(last.code(), &code);
    }
    for text in NOT_FINAL
        .iter()
        .map(u64::to_string)
        .chain(["5555".to_owned(), String::new()])
    {
        let code = ResultCode::from(text.as_str());
        assert!(!code.is_final(), "{text}");
        let expect = match text.as_str() {
            "9000" => Outcome::Authorised,
            "1000" | "7000" | "7002" | "8000" => Outcome::Pending,
            _ => Outcome::Open(code.clone()),
        };
        assert_eq!(code.outcome(), expect, "{text}");
    }
    assert_eq!(BillCode::from("1006").meaning(), Meaning::Unknown);
}

/// A call that does something is refused for good by a final code only.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_not_refused_for_good_is_open() {
    let shop = Shop::open().await;
    let codes = FINAL.iter().map(|code| (*code, "refused"));
    let codes = codes.chain(NOT_FINAL.iter().map(|code| (*code, "unknown")));
    for (code, expect) in codes.chain([(5555, "unknown")]) {
        let call = shop.payment_saying(&format!("A-{code}"), &format!("create={code}"));
        let error = shop.client.create_payment(call).await.unwrap_err();
        assert_eq!(kind(&error), format!("{expect} with {code}"));
        assert!(error.response().is_some());
    }
    assert_eq!(shop.happened("order"), 0);
}

/// What failed is told beside a 4xx, and is the answer to the question all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_failed_is_declined_beside_a_4xx() {
    let shop = Shop::open().await;
    for code in [1001, 1006, 2019] {
        let order_id = format!("A-{code}");
        let call = shop.payment_saying(&order_id, &format!("pay={code}"));
        shop.client.create_payment(call).await.unwrap();
        shop.control().pay(&order_id).unwrap();
        let found = shop.client.confirm(None, &expected(&order_id)).await;
        assert!(
            matches!(found.unwrap(), Confirmation::Declined(_)),
            "{code}"
        );
        let reply = shop.client.payment_status(payment_status(&order_id)).await;
        let status = reply.unwrap().response().status().as_u16();
        assert_eq!(status == 200, code != 2019, "{code}");
    }
}

/// A question that was refused says nothing of the payment; every other code is the payment's.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_question_is_no_answer() {
    let shop = Shop::open().await;
    for code in [10, 11, 12, 13, 20, 40, 42, 47] {
        let order_id = format!("A-{code}");
        let call = shop.payment_saying(&order_id, &format!("query={code}"));
        shop.client.create_payment(call).await.unwrap();
        let error = shop.client.confirm(None, &expected(&order_id)).await;
        assert_eq!(kind(&error.unwrap_err()), format!("refused with {code}"));
    }
}
