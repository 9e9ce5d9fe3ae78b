//! What the merchant gets wrong is told by field before anything is sent; what the description
//! does not know yet can be sent all the same.

use std::sync::Arc;
use std::time::Duration;

use payments_core::call::Extend;
use payments_core::error::Misuse;
use payments_core::exchange::{Body, Request};
use payments_core::testing::ScriptedTransport;
use payments_core::{Currency, Error, Money};
use payments_mocasa::Mocasa;
use payments_mocasa::calls::{Client, Credentials, Environment};
use payments_mocasa::inbound::OrderWebhookKeys;
use payments_mocasa::types::{
    CreateBeneficiary, CreateOrder, OrderStatus, Refund, Transfer, TransferStatus,
};

use crate::shop::{CREATE, QUERY, Shop, credentials, kind, order, php};

fn check<T>(built: Result<T, Misuse>, field: &str, problem: &str) {
    let misuse = match built {
        Ok(_) => panic!("built in spite of `{field}`"),
        Err(misuse) => misuse,
    };
    assert_eq!(misuse.field(), field, "{misuse}");
    assert!(misuse.problem().contains(problem), "{misuse}");
}

fn priced(amount: Money) -> Result<CreateOrder, Misuse> {
    CreateOrder::builder()
        .order_no("A-1")
        .amount(amount)
        .product_name("Tea")
        .customer_id("C-1")
        .return_url("https://shop.example/back")
        .build()
}

fn sent_out(amount: Money) -> Result<Transfer, Misuse> {
    Transfer::builder()
        .transfer_serial_no("T-1")
        .amount(amount)
        .payee_account_no("AC1")
        .purpose("payout")
        .build()
}

#[test]
fn amounts_are_positive() {
    for minor in [0, -1, i64::MIN] {
        let amount = Money::from_minor(minor, Currency::PHP);
        check(priced(amount), "amount", "greater than zero");
        check(sent_out(amount), "amount", "greater than zero");
    }
}

#[test]
fn an_amount_has_no_more_digits_than_its_currency() {
    for text in ["1.005", "0.001", "1499.000000001"] {
        let error = Money::from_decimal(text, Currency::PHP).unwrap_err();
        assert!(error.to_string().contains("PHP"), "{error}");
    }
    assert!(Money::from_decimal("1.5", Currency::JPY).is_err());
}

#[test]
fn numbers_are_of_the_alphabet_that_cannot_be_confused() {
    for bad in [
        "", " ", "A 1", "A|1", "A/1", "A.1", "A-1\n", "A\0", "ä", "A%31", "A+1",
    ] {
        let status = OrderStatus::builder().order_no(bad).build();
        check(status, "orderNo", "");
        let refund = Refund::builder().order_no(bad).reason("r").build();
        check(refund, "orderNo", "");
        let created = CreateOrder::builder()
            .order_no(bad)
            .amount(php("1"))
            .product_name("Tea")
            .customer_id("C-1")
            .return_url("https://shop.example/back")
            .build();
        check(created, "orderNo", "");
        let asked = TransferStatus::builder().transfer_serial_no(bad).build();
        check(asked, "transferSerialNo", "");
    }
}

/// That all are given is checked when the merchant's code is compiled.
#[test]
fn what_is_required_is_not_empty() {
    let no_reason = Refund::builder().order_no("A-1").reason("").build();
    check(no_reason, "reason", "empty");
    let no_product = CreateOrder::builder()
        .order_no("A-1")
        .amount(php("1"))
        .product_name("")
        .customer_id("C-1")
        .return_url("https://shop.example/back")
        .build();
    check(no_product, "productName", "empty");
    let no_license = CreateBeneficiary::builder()
        .id_type("passport")
        .id_no("P-1")
        .beneficiary_name("Ana")
        .business_license("")
        .shop_name("Ana's")
        .build();
    check(no_license, "businessLisence", "empty");
}

#[test]
fn secrets_are_given_and_long_enough() {
    check(Credentials::new("", "secret"), "clientKey", "empty");
    check(Credentials::new("key", ""), "clientSecret", "empty");
    check(OrderWebhookKeys::new(""), "secret", "empty");
    for short in ["se1234", "fifteen-letters"] {
        check(OrderWebhookKeys::new(short), "secret", "16 bytes");
        let misuse = OrderWebhookKeys::new(short).unwrap_err();
        assert!(!misuse.to_string().contains(short));
    }
    assert!(OrderWebhookKeys::new("sixteen-letters!").is_ok());
}

fn built(base: &str) -> Result<(Client, ScriptedTransport), Error> {
    let transport = ScriptedTransport::new([]);
    let client = Client::builder(Environment::At(base.to_owned()), credentials())
        .transport(Arc::new(transport.clone()))
        .build()?;
    Ok((client, transport))
}

#[test]
fn plain_http_stays_on_this_machine() {
    for base in [
        "http://pay.example",
        "http://10.0.0.1",
        "http://127.0.0.1@pay.example",
        "http://localhost.example",
        "pay.example",
        "",
    ] {
        let error = built(base).map(|_| ()).unwrap_err();
        assert_eq!(kind(&error), "misuse of base_url", "{base}");
    }
    assert!(built("http://127.0.0.1:4010").is_ok());
}

#[test]
fn options_that_cannot_be_met_are_refused() {
    let builder = || {
        Client::builder(
            Environment::At("https://a.example".to_owned()),
            credentials(),
        )
    };
    let second = Duration::from_secs(1);
    for (made, field) in [
        (
            builder().timeouts(Duration::ZERO, second, second),
            "connect_timeout",
        ),
        (builder().max_reply(0), "max_body"),
        (builder().proxy("no proxy"), "proxy"),
        (builder().root_certificate("no PEM"), "root_certificates"),
    ] {
        let error = made.build().map(|_| ()).unwrap_err();
        assert_eq!(kind(&error), format!("misuse of {field}"));
    }
}

#[tokio::test]
async fn another_currency_is_refused_before_anything_is_sent() {
    let (client, transport) = built("https://pay.example").unwrap();
    for currency in [Currency::USD, Currency::JPY] {
        let amount = Money::from_minor(100, currency);
        let created = client.create_order(priced(amount).unwrap()).await;
        assert_eq!(kind(&created.unwrap_err()), "misuse of amount");
        let sent = client.transfer(sent_out(amount).unwrap()).await;
        assert_eq!(kind(&sent.unwrap_err()), "misuse of amount");
        assert!(client.prepare(priced(amount).unwrap()).is_err());
    }
    let twice = order("A-1").with_extra("orderNo", "A-2");
    assert_eq!(
        kind(&client.call(twice).await.unwrap_err()),
        "misuse of orderNo"
    );
    assert!(transport.seen().is_empty());
}

#[tokio::test]
async fn another_currency_is_a_switch() {
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    )
    .provider(Mocasa::new().currency(Currency::USD))
    .build()
    .unwrap();
    let dollar = Money::from_minor(100, Currency::USD);
    assert!(client.prepare(priced(dollar).unwrap()).is_ok());
    assert!(client.prepare(order("A-1")).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_not_described_arrive() {
    let shop = Shop::open().await;
    let extended = order("A-1")
        .with_extra("installments", "3 & more")
        .and_extra("channel", "web");
    shop.client.call(extended).await.unwrap();
    let extra = shop.control().extra_fields();
    let extra: Vec<_> = extra
        .iter()
        .map(|field| (field.path(), field.name(), field.value()))
        .collect();
    assert_eq!(
        extra,
        [
            (CREATE, "installments", "3 & more"),
            (CREATE, "channel", "web")
        ]
    );
    assert_eq!(shop.control().ledger().count("order", "A-1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_not_described_arrive_with_the_token() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    let query = Request::post(QUERY).with_body(Body::Form("orderNo=A-1".to_owned()));
    let answer = shop.client.raw_read(query).await.unwrap();
    let text = std::str::from_utf8(answer.body()).unwrap();
    assert!(text.contains(r#""txStatus":"success""#), "{text}");

    let new = Request::post("/payment/order/hold").with_body(Body::Form("a=b".to_owned()));
    let error = shop.client.raw(new).await.unwrap_err();
    assert_eq!(kind(&error), "unknown, moved: Maybe");
    assert_eq!(error.response().unwrap().status().as_u16(), 404);
    let requests = shop.control().requests();
    let last = requests.last().unwrap();
    assert_eq!(last.path(), "/payment/order/hold");
    assert!(last.header_names().iter().any(|name| name == "accesstoken"));
}
