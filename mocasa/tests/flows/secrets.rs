//! Neither secret nor person is in anything that is printed.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Write};
use std::sync::{Arc, Mutex};

use payments_core::client::RetryPolicy;
use payments_core::testing::{Act, ScriptedTransport};
use payments_mocasa::Mocasa;
use payments_mocasa::auth::TokenHeader;
use payments_mocasa::calls::{Client, Environment};
use payments_mocasa::sandbox::{Config, DigestForm, webhook_signature};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

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

/// Everything that is traced, as text.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<String>>);

impl Visit for Traced {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), " {field}={value:?}").unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        write!(self.0.lock().unwrap(), " {field}={}", whole(value)).unwrap();
    }
}

impl Subscriber for Traced {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An error with all that is beneath it, in both forms.
fn whole(error: &(dyn StdError + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut next = error.source();
    while let Some(error) = next {
        write!(text, " {error} {error:?}").unwrap();
        next = error.source();
    }
    text
}

fn check(shown: impl fmt::Display) {
    let shown = shown.to_string();
    for hidden in HIDDEN {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_tells_a_secret() {
    let traced = Traced::default();
    let _guard = tracing::subscriber::set_default(traced.clone());
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
            check(whole(&client.create_order(order("A-1")).await.unwrap_err()));
            let asked = client.order_status(order_status("A-1")).await;
            check(whole(&asked.unwrap_err()));
            let created = client.create_beneficiary(beneficiary()).await;
            check(whole(&created.unwrap_err()));

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
    let told = traced.0.lock().unwrap().clone();
    assert!(
        told.contains("create_order") && told.contains("A-1"),
        "{told}"
    );
    check(told);
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
    check(whole(&error));
    let broken = ScriptedTransport::default().always(TOKEN, Act::json(&token.replace("true", "1")));
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        credentials(),
    )
    .transport(Arc::new(broken))
    .build()
    .unwrap();
    check(whole(&client.create_order(order("A-1")).await.unwrap_err()));
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
