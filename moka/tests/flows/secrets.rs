//! Neither secret nor person is in anything that is printed.

use std::fmt;
use std::sync::Arc;

use payments_core::Secret;
use payments_core::client::RetryPolicy;
use payments_core::testing::{Act, ScriptedTransport, chain};
use payments_moka::calls::{Client, Test};
use payments_moka::ext::{Started, returns};
use payments_moka::sandbox::{Config, check_key, return_hash};
use payments_moka::types::{BuyerInformation, CustomerInformation};

use crate::shop::{CREATE, DETAILS, PageDraft, credentials, details, inbound};

const CODE: &str = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
/// What must not be shown: the password, the code of the hash, and who the buyer is.
const HIDDEN: [&str; 6] = [
    Config::PASSWORD,
    CODE,
    "Ayşe Gül",
    "5551110022",
    "ayse@example.com",
    "19900131",
];

fn check(shown: impl fmt::Display) {
    let shown = shown.to_string();
    let key = check_key(Config::DEALER_CODE, Config::USERNAME, Config::PASSWORD);
    for hidden in HIDDEN.iter().copied().chain([&*key]) {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_tells_a_secret() {
    let echo = format!(
        r#"{{"Data":{{"Url":7,"CodeForHash":"{CODE}","x":"Ayşe Gül"}},"ResultCode":"Success"}}"#
    );
    let refusal = format!(
        r#"{{"Data":null,"ResultCode":"EX","ResultMessage":"","Exception":"{} {CODE} Ayşe Gül"}}"#,
        Config::PASSWORD
    );
    for act in [
        Act::json(&echo),
        Act::json(&refusal),
        Act::status(500, &echo),
        Act::NotSent,
        Act::Cut,
    ] {
        let transport = ScriptedTransport::default()
            .always(CREATE, act.clone())
            .always(DETAILS, act);
        let client = Client::builder(Test::new(), credentials())
            .transport(Arc::new(transport.clone()))
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let page = PageDraft::of("ORD-1").build();
        check(chain(&client.create_page(page).await.unwrap_err()));
        let asked = client.payment_details(details("ORD-1")).await;
        check(chain(&asked.unwrap_err()));
        let prepared = client.prepare(PageDraft::of("ORD-1").build()).unwrap();
        check(format!("{client:?} {prepared:?} {:?}", prepared.request()));
        check(serde_json::to_string(&prepared.pending()).unwrap());
        // What went out did hold them.
        let sent = transport.seen();
        let body = String::from_utf8_lossy(sent.first().unwrap().body()).into_owned();
        assert!(body.contains(Config::PASSWORD));
        for request in &sent {
            check(format!("{:?}", request.headers()));
        }
    }
}

#[tokio::test]
async fn a_page_and_a_payment_show_neither_code_nor_buyer() {
    let page = format!(
        r#"{{"Data":{{"Url":"https://a.example/","CodeForHash":"{CODE}"}},"ResultCode":"Success"}}"#
    );
    let payment = r#"{"Data":{"IsSuccessful":true,"PaymentDetail":{"OtherTrxCode":"ORD-1","Amount":1,
        "CurrencyCode":"TL","PaymentStatus":2,"TrxStatus":1,"CardHolderFullName":"Ayşe Gül",
        "BuyerGsmNumber":"5551110022","BuyerEmail":"ayse@example.com"}},"ResultCode":"Success"}"#;
    let transport = ScriptedTransport::default()
        .always(CREATE, Act::json(&page))
        .always(DETAILS, Act::json(payment));
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport))
        .build()
        .unwrap();
    let page = client
        .create_page(PageDraft::of("ORD-1").build())
        .await
        .unwrap();
    assert_eq!(page.code_for_hash.expose(), CODE);
    check(format!("{page:?} {:?}", *page));
    let found = client.payment_details(details("ORD-1")).await.unwrap();
    check(format!("{found:?}"));
    let buyer = BuyerInformation::builder()
        .buyer_full_name("Ayşe Gül")
        .buyer_email("ayse@example.com")
        .buyer_gsm_number("5551110022");
    let customer = CustomerInformation::builder()
        .first_name("Ayşe Gül")
        .birth_date("19900131");
    check(format!(
        "{:?} {:?} {:?}",
        buyer.build().unwrap(),
        customer.build().unwrap(),
        credentials()
    ));
}

#[test]
fn a_return_shows_neither_code_nor_hash() {
    let hash = return_hash(CODE, true);
    let started = Started::new("ORD-1", &Secret::from(CODE));
    let body = format!("hashValue={hash}&resultCode=&resultMessage=&trxCode=x&OtherTrxCode=ORD-1");
    let message = inbound("/moka/return?t=abc", &body);
    let returns = returns("live", "shop");
    let event = returns.verify(&message, &started).unwrap();
    let shown = format!("{started:?} {returns:?} {message:?} {event:?}");
    check(&shown);
    assert!(!shown.contains(&hash), "{shown}");
}
