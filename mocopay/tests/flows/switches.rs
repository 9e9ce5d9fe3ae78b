//! The switches: slash, escaping, place, another signer; and which bases and secrets are taken.

use payments_core::Secret;
use payments_core::client::danger::plain_http;
use payments_core::error::Misuse;
use payments_core::testing::{Act, ScriptedTransport};
use payments_mocopay::auth::{Escaping, Mocopay, OBSERVED_BASE, Sign, SignaturePlace};
use payments_mocopay::calls::{Client, Credentials, Environment};
use payments_mocopay::sandbox::{Config, SignedValues};
use payments_mocopay::types::InitPayment;

use super::shop::{Shop, credentials, init, kind};

#[tokio::test]
async fn every_reading_is_spoken_by_both_sides() {
    for slash in [true, false] {
        for (escaping, signed) in [
            (Escaping::Decoded, SignedValues::Decoded),
            (Escaping::Percent, SignedValues::AsSent),
        ] {
            for place in [SignaturePlace::Header, SignaturePlace::Parameter] {
                let mocopay = Mocopay::new()
                    .trailing_slash(slash)
                    .escaping(escaping)
                    .signature_place(place);
                let config = Config::new().trailing_slash(slash).signed_values(signed);
                let shop = Shop::with(config, |builder| builder.provider(mocopay)).await;
                shop.start("Čaj & more".split('&').next().unwrap(), Config::ONE_TIME)
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn the_wrong_reading_is_refused() {
    for (name, mocopay) in [
        ("slash", Mocopay::new().trailing_slash(false)),
        ("escaping", Mocopay::new().escaping(Escaping::Percent)),
        ("signer", Mocopay::new().signer(Constant)),
    ] {
        let shop = Shop::with(Config::new(), |builder| builder.provider(mocopay)).await;
        let started = shop
            .client
            .init_payment(init("ORDER-1", Config::ONE_TIME))
            .await;
        assert_eq!(
            kind(&started.unwrap_err()),
            "unknown, moved: Maybe",
            "{name}"
        );
        assert_eq!(shop.control().ledger().effects().len(), 0, "{name}");
    }
}

#[derive(Debug)]
struct Constant;

impl Sign for Constant {
    fn sign(&self, canonical: &str, credentials: &Credentials) -> Result<String, Misuse> {
        assert!(!canonical.contains(credentials.api_secret().expose()));
        Ok(format!(
            "ApiKey {}:{}",
            credentials.api_key(),
            canonical.len()
        ))
    }
}

/// The request as it went out.
async fn sent(
    mocopay: Mocopay,
    base: &str,
    pid: &str,
) -> payments_core::http::Request<payments_core::bytes::Bytes> {
    let reply = r#"{"requestId":"r1","redirectUrl":"https://a.example/x"}"#;
    let transport = ScriptedTransport::new([Act::json(reply)]);
    let k1 = Credentials::new("app1", "this.is.a.secret").unwrap();
    let client = Client::builder(Environment::At(base.to_owned()), k1)
        .provider(mocopay)
        .transport(std::sync::Arc::new(transport.clone()))
        .build()
        .unwrap();
    let call = InitPayment::builder()
        .pid(pid)
        .user_id("123456789")
        .mnc("01")
        .mcc("228");
    client.init_payment(call.build().unwrap()).await.unwrap();
    transport.seen().remove(0)
}

/// K1 and K4, from a call to the bytes that leave.
#[tokio::test]
async fn the_published_request_is_sent() {
    let base = "https://payment.mocopay.com/v1/payment/";
    let request = sent(Mocopay::new(), base, "12000").await;
    assert_eq!(
        request.uri(),
        "https://payment.mocopay.com/v1/payment/initPayment/?mcc=228&mnc=01&pid=12000&userId=123456789"
    );
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.headers()["signature"],
        "app1:WETDyNQLx0+8BJ16vDgiVg=="
    );
    assert!(request.headers()["signature"].is_sensitive());
    assert_eq!(
        request.headers()["accept"],
        "application/json, application/*+json"
    );
    let request = sent(Mocopay::new().trailing_slash(false), base, "12000").await;
    assert_eq!(
        request.headers()["signature"],
        "app1:HpG3HgNCrp06rF0FkBIBiA=="
    );
    let place = Mocopay::new().signature_place(SignaturePlace::Parameter);
    let request = sent(place, base, "12000").await;
    assert!(request.headers().get("signature").is_none());
    assert_eq!(
        request.uri().query().unwrap(),
        "mcc=228&mnc=01&pid=12000&userId=123456789&signature=app1%3AWETDyNQLx0%2B8BJ16vDgiVg%3D%3D"
    );
    let request = sent(Mocopay::new().signer(Constant), base, "12000").await;
    assert_eq!(request.headers()["signature"], "ApiKey app1:66");
}

/// The path of the base is signed: another prefix, another signature.
#[tokio::test]
async fn the_path_that_is_sent_is_signed() {
    let request = sent(Mocopay::new(), "https://pay.example", "12000").await;
    assert_eq!(request.uri().path(), "/initPayment/");
    assert_ne!(
        request.headers()["signature"],
        "app1:WETDyNQLx0+8BJ16vDgiVg=="
    );
}

#[tokio::test]
async fn values_that_blur_the_signed_string_never_leave() {
    let shop = Shop::open().await;
    for value in ["a&pid=1", "a=b", "x?y", "#", "a\0", "a\nb"] {
        let call = InitPayment::builder()
            .pid(Config::ONE_TIME)
            .user_id(value)
            .build();
        let Ok(call) = call else {
            continue; // The builder refuses control characters.
        };
        let error = shop.client.init_payment(call).await.unwrap_err();
        assert_eq!(kind(&error), "misuse of userId", "{value:?}");
    }
    assert_eq!(shop.control().requests().len(), 0);
}

#[tokio::test]
async fn a_parameter_of_ones_own_is_signed_too() {
    use payments_core::call::Extend;
    let shop = Shop::open().await;
    let call = init("ORDER-1", Config::ONE_TIME).with_extra("Promo", "X1");
    let error = shop.client.call(call).await.unwrap_err();
    // The sandbox verifies the signature first, and then knows no such parameter.
    let body = error.response().unwrap().body().clone();
    assert!(
        body.starts_with(br#"{"error":"SANDBOX_PARAMETER""#),
        "{body:?}"
    );
}

#[test]
fn plain_http_has_to_be_asked_for() {
    let build = |base: &str, plain: bool| {
        let builder = Client::builder(Environment::At(base.to_owned()), credentials());
        let builder = if plain { plain_http(builder) } else { builder };
        builder.build().map(|_| ()).map_err(|error| kind(&error))
    };
    let refused = Err("misuse of base_url".to_owned());
    assert_eq!(
        build("http://payment.mocopay.com/v1/payment", false),
        refused
    );
    assert_eq!(build("http://payment.mocopay.com/v1/payment", true), Ok(()));
    assert_eq!(build("ftp://payment.mocopay.com/v1/payment", true), refused);
    assert_eq!(build(OBSERVED_BASE, false), Ok(()));
    assert!(OBSERVED_BASE.starts_with("https://"));
}

#[test]
fn a_client_is_not_built_with_a_short_secret() {
    for (key, secret, field) in [
        ("app1", "", "apiSecret"),
        ("app1", "short", "apiSecret"),
        ("", "this.is.a.secret", "apiKey"),
    ] {
        let credentials = Credentials::danger_unchecked(key, Secret::from(secret));
        let built = Client::builder(Environment::At(OBSERVED_BASE.to_owned()), credentials).build();
        assert_eq!(kind(&built.unwrap_err()), format!("misuse of {field}"));
    }
}
