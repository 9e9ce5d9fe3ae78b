//! A code of another shape is taken all the same, and the warning does not tell it. A program of its own,
//! because who listens is a matter of the whole process.
#![cfg(all(feature = "client", feature = "sandbox"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;

use payments_core::testing::{Act, Overheard, ScriptedTransport};
use payments_moka::calls::{Client, Test};
use payments_moka::codes::PageKind;
use payments_moka::types::CreatePage;
use payments_moka::{Currency, Money, TestCredentials};

const CREATE: &str = "/Api/WebPos/CreateWebPosRequest";

fn page() -> CreatePage {
    let page = CreatePage::builder().kind(PageKind::CommonPaymentPage);
    let page = page.amount(Money::from_minor(2_750, Currency::TRY));
    let page = page.other_trx_code("ORD-1").three_d(true).pre_auth(false);
    let page = page.redirect_url("https://shop.example/return");
    page.build().unwrap()
}

#[tokio::test]
async fn a_code_that_is_no_guid_is_warned_of_and_not_shown() {
    let overheard = Overheard::everything().unwrap();
    let mut before = 0;
    for (code, warned) in [
        ("9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC", false),
        ("9fdfbdfc-42c5-417e-aa93-e4d9d5312aac", false),
        ("{9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC}", true),
        ("9FDFBDFC42C5417EAA93E4D9D5312AAC", true),
        ("9FDFBDFC-42C5-417E-AA93-E4D9D5312AAZ", true),
        ("another-code", true),
    ] {
        let answer = format!(
            r#"{{"Data":{{"Url":"https://a.example/","CodeForHash":"{code}"}},"ResultCode":"Success"}}"#
        );
        let transport = ScriptedTransport::default().always(CREATE, Act::json(&answer));
        let credentials = TestCredentials::new("1", "shop", "secret").unwrap();
        let client = Client::builder(Test::new(), credentials)
            .transport(Arc::new(transport))
            .build()
            .unwrap();
        let reply = client.create_page(page()).await.unwrap();
        assert_eq!(reply.code_for_hash.expose(), code);
        let texts = overheard.texts();
        let told = texts.get(before..).unwrap().concat();
        before = texts.len();
        assert_eq!(told.contains("shape of a GUID"), warned, "{code}: {told}");
        assert!(!told.contains(code), "{told}");
    }
}
