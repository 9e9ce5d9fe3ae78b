//! Neither secret, signature nor person is in anything that is printed.

use std::fmt;
use std::sync::{Arc, Mutex};

use payments_core::client::RetryPolicy;
use payments_core::incoming::{Endpoint, Receiver};
use payments_core::testing::{Act, ScriptedTransport, chain};
use payments_mocopay::auth::{Mocopay, RULES, SignaturePlace, SignedQuery};
use payments_mocopay::calls::{Client, Credentials, Environment};
use payments_mocopay::inbound::SessionNotification;
use payments_mocopay::sandbox::{Config, start};
use payments_mocopay::types::{InitPayment, VerifyBy};

use super::shop::{Shop, inbound, init, known, verify};

const SECRET: &str = "this.is.a.secret";
/// What must not be shown: the secret, the published digest, and who the buyer is.
const HIDDEN: [&str; 5] = [
    SECRET,
    "WETDyNQLx0",
    "123456789",
    "0099923026",
    "203.0.113.7",
];

fn check(shown: impl fmt::Display) {
    let shown = shown.to_string();
    for hidden in HIDDEN {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

fn call() -> InitPayment {
    let call = InitPayment::builder()
        .pid("12000")
        .mcc("228")
        .mnc("01")
        .user_id("123456789");
    call.phone("0099923026")
        .client_ip("203.0.113.7")
        .build()
        .unwrap()
}

#[tokio::test]
async fn nothing_that_is_printed_tells_a_secret() {
    let echo = r#"{"error":"app1:WETDyNQLx0+8BJ16vDgiVg==","userId":"123456789"}"#;
    for place in [SignaturePlace::Header, SignaturePlace::Parameter] {
        for act in [
            Act::json(echo),
            Act::status(500, echo),
            Act::NotSent,
            Act::Cut,
        ] {
            let credentials = Credentials::new("app1", SECRET).unwrap();
            let environment = Environment::At("https://pay.example/v1/payment".to_owned());
            let client = Client::builder(environment, credentials)
                .provider(Mocopay::new().signature_place(place))
                .transport(Arc::new(
                    ScriptedTransport::default().always("/v1/payment/initPayment/", act),
                ))
                .retry(RetryPolicy::never())
                .build()
                .unwrap();
            check(chain(&client.init_payment(call()).await.unwrap_err()));
            check(format!("{client:?}"));
        }
    }
}

#[test]
fn nothing_tells_a_buyer() {
    check(format!(
        "{:?} {:?}",
        call(),
        verify(VerifyBy::UserId("123456789".into()))
    ));
    let query = "sid=s1&status=x&userId=123456789&phone=0099923026";
    let found = Receiver::<SessionNotification>::new("sandbox", "shop", known())
        .receive(&inbound(&format!("/?{query}")));
    let found = found.unwrap();
    check(format!("{found:?} {:?}", found.claims()));
    check(format!(
        "{:?}",
        SignedQuery::parse("phone=0099923026&userId=123456789", &RULES).unwrap()
    ));
    check(format!("{:?}", Credentials::new("app1", SECRET).unwrap()));
    let config = Config::new().credentials("app1", SECRET);
    check(format!("{config:?}"));
    let sandbox = start(config).unwrap();
    check(format!("{sandbox:?} {:?}", sandbox.control()));
}

/// The client signs with one secret; that it is changed without a stop is the other side's doing.
#[tokio::test]
async fn a_secret_is_changed_without_a_stop() {
    let secret = Arc::new(Mutex::new(Config::API_SECRET.to_owned()));
    let asked = Arc::clone(&secret);
    let shop = Shop::with(Config::new(), |builder| {
        builder.credentials_from(move || {
            Ok(Credentials::new(Config::API_KEY, asked.lock().unwrap().clone()).unwrap())
        })
    })
    .await;
    let start = async |reference: &str| {
        let call = init(reference, Config::ONE_TIME);
        shop.client.init_payment(call).await.is_ok()
    };
    assert!(start("ORDER-1").await);
    shop.control()
        .change_secret("another-secret-of-that-service");
    assert!(start("ORDER-2").await, "with the previous one");
    *secret.lock().unwrap() = "another-secret-of-that-service".to_owned();
    assert!(start("ORDER-3").await, "with the new one");
    shop.control().end_secret_change();
    assert!(start("ORDER-4").await);
    *secret.lock().unwrap() = Config::API_SECRET.to_owned();
    assert!(
        !start("ORDER-5").await,
        "the previous one is no longer taken"
    );
}
