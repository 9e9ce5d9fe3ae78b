//! Neither secret nor person is in anything that is printed.

use std::fmt;
use std::sync::Arc;

use payments_core::client::RetryPolicy;
use payments_core::testing::{Act, ScriptedTransport, chain};
use payments_mocasa::Mocasa;
use payments_mocasa::auth::TokenHeader;
use payments_mocasa::calls::{Client, Environment};
use payments_mocasa::sandbox::{Config, DigestForm, webhook_signature};

use crate::shop::{FORM, TOKEN, beneficiary, credentials, inbound, order, order_status, verifier};

const ACCESS: &str = "T0K3N-0F-4CC355";
/// What must not be shown: the token, the secret, and who the beneficiary is.
const HIDDEN: [&str; 5] = [
    ACCESS,
    Config::CLIENT_SECRET,
    "P-1234567",
    "+639170000001",
    "Ana Reyes",
];

fn check(shown: impl fmt::Display) {
    let shown = shown.to_string();
    for hidden in HIDDEN {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_tells_a_secret() {
    let echo = format!(r#"{{"success":"{ACCESS} P-1234567","message":"{ACCESS}"}}"#);
    let refusal = format!(r#"{{"success":false,"code":"7","message":"{ACCESS} P-1234567"}}"#);
    for header in [TokenHeader::AccessToken, TokenHeader::Bearer] {
        for act in [
            Act::json(&echo),
            Act::json(&refusal),
            Act::status(500, &echo),
            Act::NotSent,
            Act::Cut,
        ] {
            let token = format!(r#"{{"success":true,"data":{{"accessToken":"{ACCESS}"}}}}"#);
            let transport = ScriptedTransport::default()
                .always(TOKEN, Act::json(&token))
                .always("/payment/order/create", act.clone())
                .always("/payment/order/query", act.clone())
                .always("/payout/account/create", act);
            let client = Client::builder(
                Environment::At("https://pay.example".to_owned()),
                credentials(),
            )
            .provider(Mocasa::new().token_header(header).basic_login(true))
            .transport(Arc::new(transport.clone()))
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
            check(chain(&client.create_order(order("A-1")).await.unwrap_err()));
            let asked = client.order_status(order_status("A-1")).await;
            check(chain(&asked.unwrap_err()));
            let created = client.create_beneficiary(beneficiary()).await;
            check(chain(&created.unwrap_err()));

            let prepared = client.prepare(beneficiary()).unwrap();
            check(format!("{client:?} {prepared:?} {:?}", prepared.request()));
            check(serde_json::to_string(&prepared.pending()).unwrap());
            // What went out did hold them.
            let sent = transport.seen();
            let first = sent.first().unwrap();
            let body = String::from_utf8_lossy(first.body()).into_owned();
            assert!(body.contains(Config::CLIENT_SECRET));
            for request in &sent {
                check(format!("{:?}", request.headers()));
            }
        }
    }
    check(format!(
        "{:?} {:?} {:?}",
        credentials(),
        beneficiary(),
        order("A-1")
    ));
}

#[tokio::test]
async fn an_answer_with_the_token_does_not_show_it() {
    let token =
        format!(r#"{{"success":true,"data":{{"accessToken":"{ACCESS}","expireTime":"x"}}}}"#);
    let transport = ScriptedTransport::default().always(TOKEN, Act::json(&token));
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    )
    .transport(Arc::new(transport))
    .build()
    .unwrap();
    let error = client.create_order(order("A-1")).await.unwrap_err();
    check(chain(&error));
    let broken = ScriptedTransport::default().always(TOKEN, Act::json(&token.replace("true", "1")));
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    )
    .transport(Arc::new(broken))
    .build()
    .unwrap();
    check(chain(&client.create_order(order("A-1")).await.unwrap_err()));
}

#[test]
fn a_webhook_shows_neither_key_nor_buyer() {
    let genuine = webhook_signature("A-1", "success", Config::CLIENT_SECRET, DigestForm::Base64);
    let headers: [(&str, &[u8]); 2] = [
        ("content-type", FORM.as_bytes()),
        ("signature", genuine.as_bytes()),
    ];
    let message = inbound(
        &headers,
        b"orderNo=A-1&txStatus=success&txMessage=Ana+Reyes",
    );
    let verifier = verifier();
    let verified = verifier.verify(&message).unwrap();
    check(format!("{verifier:?} {message:?} {verified:?}"));
    check(verifier.explain(&message));
}
