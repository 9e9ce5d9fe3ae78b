//! What the merchant gets wrong is told by field before anything is sent; what the description
//! does not know yet can be sent all the same.

use std::sync::Arc;

use payments_core::call::{Call, Extend};
use payments_core::error::Misuse;
use payments_core::exchange::Request;
use payments_core::testing::ScriptedTransport;
use payments_core::{Currency, Error, Money};
use payments_moka::calls::{Client, Live, LiveCredentials, Test, TestCredentials};
use payments_moka::codes::{CardStorage, Gender, Language, PageKind, RedirectType};
use payments_moka::types::{
    BasketProduct, BuyerInformation, CreatePage, CustomerInformation, ListPayments, PaymentKey,
    ProductKey, RefundAmount, RequestRefund,
};

use crate::shop::{CREATE, PageDraft, Shop, capture, credentials, kind, lira, refund};

fn check<T>(built: Result<T, Misuse>, field: &str, problem: &str) {
    let misuse = match built {
        Ok(_) => panic!("built in spite of `{field}`"),
        Err(misuse) => misuse,
    };
    assert_eq!(misuse.field(), field, "{misuse}");
    assert!(misuse.problem().contains(problem), "{misuse}");
}

fn priced(amount: Money) -> Result<CreatePage, Misuse> {
    CreatePage::builder()
        .amount(amount)
        .other_trx_code("A")
        .kind(PageKind::CommonPaymentPage)
        .three_d(true)
        .redirect_url("https://shop.example/r?t=1")
        .build()
}

#[test]
fn amounts_are_positive_and_exact() {
    for minor in [0, -1, i64::MIN] {
        let amount = Money::from_minor(minor, Currency::TRY);
        check(priced(amount), "Amount", "greater than zero");
        let part = RequestRefund::builder()
            .payment(PaymentKey::OtherTrxCode("A".to_owned()))
            .amount(RefundAmount::Amount(amount))
            .build();
        check(part, "Amount", "greater than zero");
    }
    for text in ["27.505", "0.001", "1.000000001"] {
        let error = Money::from_decimal(text, Currency::TRY).unwrap_err();
        assert!(error.to_string().contains("TRY"), "{error}");
    }
}

#[test]
fn other_currencies_are_refused() {
    for currency in [Currency::JPY, Currency::PHP] {
        check(priced(Money::from_minor(100, currency)), "Currency", "");
    }
}

#[test]
fn limits_are_kept() {
    let page = || {
        CreatePage::builder()
            .amount(lira("1"))
            .other_trx_code("A")
            .kind(PageKind::Iframe)
            .three_d(true)
            .redirect_url("https://shop.example/r?t=1")
    };
    for number in [-1, 0, 13] {
        check(
            page().installment_number(number).build(),
            "InstallmentNumber",
            "",
        );
    }
    for number in [1, 2, 12] {
        assert!(page().installment_number(number).build().is_ok());
    }
    check(
        page().description("ğ".repeat(201)).build(),
        "Description",
        "200",
    );
    assert!(page().description("ğ".repeat(200)).build().is_ok());
    for number in [
        "555111002",
        "05551110022",
        "555 111 00 22",
        "555111002x",
        "٥٥٥١١١٠٠٢٢",
    ] {
        let buyer = BuyerInformation::builder().buyer_gsm_number(number).build();
        check(buyer, "BuyerGsmNumber", "");
    }
    check(
        CustomerInformation::builder()
            .birth_date("31.01.1990")
            .build(),
        "BirthDate",
        "",
    );
    check(
        CustomerInformation::builder()
            .first_name("ş".repeat(51))
            .build(),
        "FirstName",
        "50",
    );
    let product = |quantity| {
        BasketProduct::builder()
            .product(ProductKey::ProductId(1))
            .unit_price(lira("1"))
            .quantity(quantity)
            .build()
    };
    check(product(0), "Quantity", "1");
    let list = ListPayments::builder()
        .payment_start_date("2026-01-01")
        .payment_end_date("2026-01-01 23:59")
        .build();
    check(list, "PaymentStartDate", "");
    let nobody = RequestRefund::builder()
        .payment(PaymentKey::OtherTrxCode(String::new()))
        .amount(RefundAmount::Everything)
        .build();
    check(nobody, "OtherTrxCode", "empty");
}

fn sent(call: &impl Call) -> String {
    let request = call.request().unwrap();
    String::from_utf8(request.body().bytes().to_vec()).unwrap()
}

#[test]
fn the_lira_is_tl_and_flags_are_numbers() {
    let body = sent(&PageDraft::of("A").build());
    for part in [
        r#""Amount":27.50,"#,
        r#""Currency":"TL""#,
        r#""IsThreeD":1"#,
        r#""IsPreAuth":0"#,
        r#""ReturnHash":1"#,
        "Çay & <börek>",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(
        !body.contains("TRY") && !body.contains("null") && !body.contains("true"),
        "{body}"
    );
    for (call, part) in [
        (
            sent(&refund("A", RefundAmount::Everything)),
            r#"{"VirtualPosOrderId":"","OtherTrxCode":"A"}"#,
        ),
        (
            sent(&refund("A", RefundAmount::Amount(lira("5.1")))),
            r#""Amount":5.10}"#,
        ),
        (sent(&capture("A", "10")), r#""Amount":10.00,"ClientIP":"#),
    ] {
        assert!(call.contains(part), "{part}: {call}");
    }
}

fn live(base: &str) -> Result<Client, Error> {
    let credentials = LiveCredentials::new("1", "u", "p").unwrap();
    Client::builder(Live::at(base), credentials).build()
}

#[test]
fn plain_http_stays_on_this_machine() {
    for base in [
        "http://service.mokaunited.com",
        "http://10.0.0.1",
        "http://127.0.0.1@service.example",
        "service.example",
        "",
    ] {
        assert_eq!(
            kind(&live(base).unwrap_err()),
            "misuse of base_url",
            "{base}"
        );
        let page = Client::builder(Test::new().page(base), credentials()).build();
        assert_eq!(kind(&page.unwrap_err()), "misuse of page", "{base}");
    }
    assert!(live("http://127.0.0.1:4010").is_ok());
    check(TestCredentials::new("", "u", "p"), "dealerCode", "empty");
    check(TestCredentials::new("1", "", "p"), "username", "empty");
    check(TestCredentials::new("1", "u", ""), "password", "empty");
}

/// Pages are made at one host, and everything else is asked for at the other.
#[tokio::test]
async fn each_call_goes_to_its_host() {
    for (environment, page, service) in [
        (
            Test::new(),
            "clientwebpos.refmokaunited.com",
            "service.refmokaunited.com",
        ),
        (
            Test::legacy(),
            "clientwebpos.refmoka.com",
            "service.refmoka.com",
        ),
        (
            Test::new().page("https://page.example/a"),
            "page.example/a",
            "service.refmokaunited.com",
        ),
    ] {
        let transport = ScriptedTransport::new([]);
        let client = Client::builder(environment, credentials())
            .transport(Arc::new(transport.clone()))
            .build()
            .unwrap();
        let _ = client.create_page(PageDraft::of("A").build()).await;
        let _ = client.capture(capture("A", "1")).await;
        let seen: Vec<String> = transport
            .seen()
            .iter()
            .map(|one| one.uri().to_string())
            .collect();
        let expect = [
            format!("https://{page}/Api/WebPos/CreateWebPosRequest"),
            format!("https://{service}/PaymentDealer/DoCapture"),
        ];
        assert_eq!(seen, expect);
    }
}

#[tokio::test]
async fn the_authentication_stands_first() {
    let transport = ScriptedTransport::new([]);
    let credentials = TestCredentials::new("1234", "kullanıcı", "şifreĞ").unwrap();
    let client = Client::builder(Test::new(), credentials)
        .transport(Arc::new(transport.clone()))
        .build()
        .unwrap();
    let _ = client.capture(capture("A", "1")).await;
    let seen = transport.seen();
    let body = String::from_utf8(seen.first().unwrap().body().to_vec()).unwrap();
    // K6, by tests/vectors/digests.sh.
    let expect = r#"{"PaymentDealerAuthentication":{"DealerCode":"1234","Username":"kullanıcı","Password":"şifreĞ","CheckKey":"f873d8c09ee2ac951bf3ad0ab58493fb1bb48f4db0c83eec69ba7cfa009dfa0f"},"PaymentDealerRequest":{"#;
    assert!(body.starts_with(expect), "{body}");
    let twice = capture("A", "1").with_extra("PaymentDealerAuthentication", "x");
    let refused = client.call(twice).await.unwrap_err();
    assert_eq!(kind(&refused), "misuse of PaymentDealerAuthentication");
    let _ = transport;
}

#[tokio::test]
async fn another_currency_is_refused_before_anything_is_sent() {
    let transport = ScriptedTransport::new([]);
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport.clone()))
        .build()
        .unwrap();
    let yen = payments_moka::types::Capture::builder()
        .payment(PaymentKey::OtherTrxCode("A".to_owned()))
        .amount(Money::from_minor(100, Currency::JPY))
        .client_ip("192.0.2.1")
        .build();
    let refused = client.capture(yen.unwrap()).await.unwrap_err();
    assert_eq!(kind(&refused), "misuse of Amount");
    assert!(transport.seen().is_empty());
}

/// Every field of the page, accepted by the provider's side.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_the_page_arrives() {
    let shop = Shop::open().await;
    let buyer = BuyerInformation::builder()
        .buyer_full_name("Işıl Ğümüş")
        .buyer_email("isil@example.com")
        .buyer_gsm_number("5551110022")
        .buyer_address("İstanbul")
        .build()
        .unwrap();
    let tea = BasketProduct::builder()
        .product(ProductKey::ProductCode("ÇAY-1".to_owned()))
        .unit_price(lira("10"))
        .quantity(2);
    let coffee = BasketProduct::builder()
        .product(ProductKey::ProductId(2))
        .unit_price(lira("7.50"))
        .quantity(1);
    let customer = CustomerInformation::builder()
        .customer_code("C-7")
        .first_name("Işıl")
        .last_name("Ğümüş")
        .gender(Gender::Female)
        .birth_date("19900131")
        .gsm_number("5551110022")
        .email("isil@example.com")
        .address("İstanbul")
        .card_name("Maaş kartım")
        .build()
        .unwrap();
    let page = CreatePage::builder()
        .amount(lira("27.50"))
        .other_trx_code("ORD-1")
        .kind(PageKind::Iframe)
        .three_d(false)
        .redirect_url(shop.address.clone())
        .installment_number(3)
        .pool_payment(true)
        .pre_auth(false)
        .card_storage(CardStorage::PayerChooses)
        .language(Language::English)
        .sub_merchant_name("Örnek Dükkân")
        .description("Çay ve kahve")
        .redirect_type(RedirectType::InFrame)
        .buyer_information(buyer)
        .basket_product(vec![tea.build().unwrap(), coffee.build().unwrap()])
        .customer_information(customer)
        .build()
        .unwrap();
    shop.client.create_page(page).await.unwrap();
    assert_eq!(shop.control().extra_fields(), []);
    shop.control().pay("ORD-1").unwrap();
    let found = shop
        .client
        .payment_details(crate::shop::details("ORD-1"))
        .await;
    let found = found.unwrap();
    let payment = found.payment.as_ref().unwrap();
    assert_eq!(payment.buyer_full_name.as_deref(), Some("Işıl Ğümüş"));
    assert_eq!(payment.installment_number, Some(3));
    assert_eq!(payment.three_d, Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_not_described_arrive() {
    let shop = Shop::open().await;
    let extended = PageDraft::of("ORD-1")
        .build()
        .with_extra("ClientIP", "192.0.2.1");
    let found = shop.client.call(extended).await;
    assert!(found.is_ok(), "{found:?}");
    let raw = Request::post(CREATE).with_body(payments_core::exchange::Body::Json(
        r#"{"WebPosRequest":{"Amount":1,"OtherTrxCode":"RAW","ClientWebPosTypeId":1,"IsThreeD":1,"ReturnHash":1,"RedirectUrl":"https://shop.example/"}}"#.to_owned(),
    ));
    let answer = shop.client.raw(raw).await.unwrap();
    let text = std::str::from_utf8(answer.body()).unwrap();
    assert!(text.contains(r#""ResultCode":"Success""#), "{text}");
    assert_eq!(shop.control().ledger().count("page", "RAW"), 1);
}
