//! What MobilePay refuses, and what is not even sent.

use payments_mobilepay::ext::initiate_from_json;
use payments_mobilepay::sandbox::Config;
use payments_mobilepay::{Client, Test, TestCredentials};

use super::psp::{PAYMENTS, Psp, code};

#[tokio::test]
async fn documented_codes_settle_and_others_leave_open() {
    let psp = Psp::open().await;
    for documented in ["2000", "2010", "2020", "2030", "2040", "2050"] {
        let payment = psp.payment(&format!("fail.{documented}"));
        let found = code(psp.begin(payment).await);
        assert_eq!(found, ("refused", Some(documented.to_owned())));
    }
    let found = code(psp.begin(psp.payment("fail.4711")).await);
    assert_eq!(found, ("unknown", Some("4711".to_owned())));
    assert_eq!(psp.control().payments().len(), 0);
}

#[tokio::test]
async fn fishing_is_kept_from_being_sent_and_refused_where_another_process_does_it() {
    let psp = Psp::open().await;
    let json = |reference: &str, amount: i64| {
        format!(
            r#"{{"MerchantId":"{}","merchantName":"Shop","merchantLogoUrl":"https://no-logo.png","OrderId":"ORDER-1","PSPReferenceId":"{reference}","amount":{amount},"currencyCode":"208","allowedCardTypes":["DANKORT"],"CardDataCallbackUrl":"{}/card","publicKeyId":{},"redirectFromMobilePayUrl":"https://shop.example/return"}}"#,
            Config::MERCHANT_ID,
            psp.hooks,
            Config::FIRST_KEY_ID,
        )
    };
    let payment = |reference: &str, amount: i64| {
        initiate_from_json(&json(reference, amount), Some("12345678")).unwrap()
    };
    let first = psp.begin(payment("P-1", 495)).await.unwrap();
    assert_eq!(psp.begin(payment("P-1", 495)).await.unwrap(), first);
    let changed = psp.begin(payment("P-1", 496)).await;
    assert_eq!(code(changed), ("misuse", Some("pspReferenceId".to_owned())));
    psp.begin(payment("P-2", 495)).await.unwrap();
    psp.begin(payment("P-3", 495)).await.unwrap();
    let fourth = psp.begin(payment("P-4", 495)).await;
    assert_eq!(code(fourth), ("misuse", Some("merchantOrderId".to_owned())));
    assert_eq!(psp.arrived(PAYMENTS), 4);

    // A client that knows nothing of them: MobilePay says it.
    let credentials = TestCredentials::new(Config::CLIENT_ID, Config::CLIENT_SECRET).unwrap();
    let other = Client::builder(Test::at(psp.sandbox.base_url()), credentials)
        .build()
        .unwrap();
    let changed = other.initiate_payment(payment("P-1", 496)).await;
    assert_eq!(
        code(changed),
        ("unknown", Some("sandbox.request-fishing".to_owned()))
    );
    let fourth = other.initiate_payment(payment("P-4", 495)).await;
    assert_eq!(
        code(fourth),
        ("unknown", Some("sandbox.order-exhausted".to_owned()))
    );
    assert_eq!(psp.control().payments().len(), 3);
}

#[tokio::test]
async fn wrong_credentials_leave_nothing_behind() {
    let psp = Psp::open().await;
    let wrong = TestCredentials::new(Config::CLIENT_ID, "wrong-secret").unwrap();
    let other = Client::builder(Test::at(psp.sandbox.base_url()), wrong)
        .build()
        .unwrap();
    let found = other.initiate_payment(psp.payment("R-1")).await;
    // The answer to wrong credentials is not documented.
    assert_eq!(code(found), ("unknown", None));
    assert!(psp.control().payments().is_empty());
    let error = other
        .initiate_payment(psp.payment("R-1"))
        .await
        .err()
        .unwrap();
    let told = format!("{error} {error:?} {other:?}");
    assert!(!told.contains("wrong-secret"), "{told}");
}
