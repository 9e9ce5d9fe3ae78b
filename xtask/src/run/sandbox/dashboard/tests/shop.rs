//! A merchant of all five: starts a payment with each, by the crates' own clients.

use payments_core::sandbox::Desk;
use payments_mobilepay::sandbox as mobilepay;
use payments_mocasa::sandbox as mocasa;
use payments_mocopay::sandbox as mocopay;
use payments_moka::sandbox as moka;
use payments_momo::sandbox as momo;

/// Starts a payment of that reference; in two steps, held in a pool or as a subscription where the
/// provider has it and it is asked for.
pub(crate) async fn start(provider: &str, desk: &Desk, reference: &str, other: bool) {
    match provider {
        "mobilepay" => mobilepay(desk, reference).await,
        "mocasa" => mocasa(desk, reference).await,
        "mocopay" => mocopay(desk, reference, other).await,
        "moka" => moka(desk, reference, other).await,
        "momo" => momo(desk, reference, other).await,
        other => panic!("no sandbox of {other}"),
    }
}

async fn mobilepay(desk: &Desk, reference: &str) {
    use payments_mobilepay::codes::CardType;
    use payments_mobilepay::types::{AllowedCardType, InitiatePayment};
    use payments_mobilepay::{Client, Currency, Money, Test, TestCredentials};
    let (id, secret) = (
        mobilepay::Config::CLIENT_ID,
        mobilepay::Config::CLIENT_SECRET,
    );
    let credentials = TestCredentials::new(id, secret).unwrap();
    let client = Client::builder(Test::at(desk.base_url()), credentials);
    let card = AllowedCardType::builder().name(CardType::VisaDebit);
    let card = card.encrypted_pan_callback_url("https://psp.example/card");
    let payment = InitiatePayment::builder()
        .merchant_id(mobilepay::Config::MERCHANT_ID)
        .merchant_name("Aarhus Trading")
        .merchant_logo_url("https://no-logo.png")
        .merchant_order_id(reference)
        .merchant_url("https://shop.example")
        .psp_reference_id(reference)
        .amount(Money::from_minor(12_345, Currency::DKK))
        .allowed_card_types(vec![card.build().unwrap()])
        .public_key_id(i64::from(mobilepay::Config::FIRST_KEY_ID))
        .redirect_from_mobile_pay_url("https://shop.example/return")
        .build();
    let client = client.build().unwrap();
    client.initiate_payment(payment.unwrap()).await.unwrap();
}

async fn mocasa(desk: &Desk, reference: &str) {
    use payments_mocasa::types::CreateOrder;
    use payments_mocasa::{Client, Credentials, Currency, Environment, Money};
    let (key, secret) = (mocasa::Config::CLIENT_KEY, mocasa::Config::CLIENT_SECRET);
    let credentials = Credentials::new(key, secret).unwrap();
    let client = Client::builder(Environment::At(desk.base_url().to_owned()), credentials);
    let order = CreateOrder::builder()
        .order_no(reference)
        .amount(Money::from_decimal("1499.50", Currency::PHP).unwrap())
        .product_name("Rice <cooker>")
        .customer_id("customer-7")
        .return_url("https://shop.example/return")
        .build();
    let client = client.build().unwrap();
    client.create_order(order.unwrap()).await.unwrap();
}

async fn mocopay(desk: &Desk, reference: &str, subscription: bool) {
    use payments_mocopay::types::InitPayment;
    use payments_mocopay::{Client, Credentials, Environment};
    let (key, secret) = (mocopay::Config::API_KEY, mocopay::Config::API_SECRET);
    let credentials = Credentials::new(key, secret).unwrap();
    let base = format!("{}/v1/payment", desk.base_url());
    let client = Client::builder(Environment::At(base), credentials);
    let product = if subscription {
        mocopay::Config::SUBSCRIPTION
    } else {
        mocopay::Config::ONE_TIME
    };
    let payment = InitPayment::builder().pid(product).reference_id(reference);
    let client = client.build().unwrap();
    client.init_payment(payment.build().unwrap()).await.unwrap();
}

async fn moka(desk: &Desk, reference: &str, in_two_steps: bool) {
    use payments_moka::codes::PageKind;
    use payments_moka::types::CreatePage;
    use payments_moka::{Client, Currency, Money, Test, TestCredentials};
    let credentials = TestCredentials::new(
        moka::Config::DEALER_CODE,
        moka::Config::USERNAME,
        moka::Config::PASSWORD,
    );
    let client = Client::builder(Test::at(desk.base_url()), credentials.unwrap());
    let page = CreatePage::builder()
        .amount(Money::from_decimal("27.50", Currency::TRY).unwrap())
        .other_trx_code(reference)
        .kind(PageKind::CommonPaymentPage)
        .three_d(true)
        .pre_auth(in_two_steps)
        .pool_payment(!in_two_steps)
        .description("Çay ve kahve")
        .redirect_url("http://127.0.0.1:9/return?t=0123456789abcdef0123456789abcdef")
        .build();
    let client = client.build().unwrap();
    client.create_page(page.unwrap()).await.unwrap();
}

async fn momo(desk: &Desk, reference: &str, in_two_steps: bool) {
    use payments_momo::codes::RequestType;
    use payments_momo::types::CreatePayment;
    use payments_momo::{Client, Currency, Money, Test, TestCredentials};
    let credentials = TestCredentials::new(
        momo::Config::PARTNER_CODE,
        momo::Config::ACCESS_KEY,
        momo::Config::SECRET_KEY,
    );
    let client = Client::builder(Test::at(desk.base_url()), credentials.unwrap());
    let payment = CreatePayment::builder()
        .request_id(format!("R-{reference}"))
        .amount(Money::from_minor(33_000, Currency::VND))
        .order_id(reference)
        .order_info("Trà sữa")
        .redirect_url("http://127.0.0.1:9/return")
        .ipn_url("http://127.0.0.1:9/ipn")
        .request_type(RequestType::CaptureWallet)
        .auto_capture(!in_two_steps)
        .build();
    let client = client.build().unwrap();
    client.create_payment(payment.unwrap()).await.unwrap();
}
