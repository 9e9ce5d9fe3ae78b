//! A signed success against a query that has not caught up.

use payments_core::incoming::{Confirmation, Expected, Inbound, KeyRing};
use payments_core::signing::TagText;
use payments_core::testing::{Act, ScriptedTransport};
use payments_core::{Currency, Money};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::ext::signature;
use payments_mocasa::inbound::OrderWebhookKeys;
use payments_mocasa::{Client, Credentials, Environment};

const SECRET: &str = "a-secret-of-no-value";

fn webhook(status: &str) -> Inbound {
    let tag = signature("ORDER-1", status, &SECRET.into(), TagText::Base64).unwrap();
    let request = payments_core::http::Request::post("/webhooks")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("signature", tag)
        .body(format!("orderNo=ORDER-1&txStatus={status}").into())
        .unwrap();
    Inbound::from(request)
}

async fn answer(signed: &str, queried: &str) -> &'static str {
    let body =
        format!(r#"{{"success":true,"data":{{"orderNo":"ORDER-1","txStatus":"{queried}"}}}}"#);
    let token = r#"{"success":true,"data":{"accessToken":"t"}}"#;
    let transport = ScriptedTransport::new([Act::json(token), Act::json(&body)]);
    let client = Client::builder(
        Environment::At("https://pay.example".to_owned()),
        Credentials::new("key", SECRET).unwrap(),
    )
    .transport(std::sync::Arc::new(transport))
    .build()
    .unwrap();
    let keys = KeyRing::new("now", OrderWebhookKeys::new(SECRET).unwrap());
    let event = order_webhooks("test", "shop", keys)
        .verify(&webhook(signed))
        .unwrap();
    let expected = Expected::new("ORDER-1", Money::from_minor(149_900, Currency::PHP));
    match client.confirm(Some(&event), &expected).await.unwrap() {
        Confirmation::Confirmed(_) => "confirmed",
        Confirmation::Declined(_) => "declined",
        _ => "open",
    }
}

#[tokio::test]
async fn the_two_have_to_agree_before_anything_is_final() {
    assert_eq!(answer("success", "success").await, "confirmed");
    assert_eq!(answer("failed", "success").await, "confirmed");
    assert_eq!(answer("failed", "failed").await, "declined");
    assert_eq!(answer("success", "failed").await, "open");
    assert_eq!(answer("success", "unpaid").await, "open");
}
