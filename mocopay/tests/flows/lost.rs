//! Replies that get lost or are not as described.

use payments_core::Error;
use payments_core::exchange::Response;
use payments_core::http::{HeaderMap, StatusCode};
use payments_core::testing::Act;
use payments_mocopay::sandbox::{Config, Fault};
use payments_mocopay::types::VerifyBy;

use super::shop::{INIT, Shop, VERIFY, init, kind, scripted, verify};

#[tokio::test]
async fn a_started_payment_is_never_started_again() {
    for fault in [Fault::CloseAfter, Fault::CloseBefore] {
        let shop = Shop::open().await;
        shop.control().faults().next(INIT, fault);
        let error = shop
            .client
            .init_payment(init("ORDER-1", Config::ONE_TIME))
            .await
            .unwrap_err();
        assert_eq!(kind(&error), "unknown, moved: Maybe");
        let Error::Unknown(unknown) = error else {
            panic!("not unknown");
        };
        assert_eq!(unknown.record().reference(), Some("ORDER-1"));
        assert_eq!(shop.arrived(INIT), 1);
    }
}

#[tokio::test]
async fn a_lost_start_is_found_by_its_buyer() {
    let shop = Shop::open().await;
    shop.control().faults().next(INIT, Fault::CloseAfter);
    let lost = shop
        .client
        .init_payment(init("ORDER-1", Config::ONE_TIME))
        .await;
    assert!(lost.is_err());
    let by = VerifyBy::UserId("buyer of ORDER-1".into());
    let found = shop.client.verify_payment(verify(by)).await.unwrap();
    assert_eq!(found.session_id, Some(shop.session("ORDER-1")));
}

#[tokio::test]
async fn a_verification_is_asked_for_again() {
    let shop = Shop::open().await;
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    shop.control().faults().next(VERIFY, Fault::CloseAfter);
    let found = shop
        .client
        .verify_payment(verify(VerifyBy::SessionId(id.clone())))
        .await;
    assert!(found.unwrap().is_charged());
    assert_eq!(shop.arrived(VERIFY), 2);
    let shop = Shop::impatient().await;
    shop.control().faults().next(VERIFY, Fault::CloseAfter);
    let lost = shop
        .client
        .verify_payment(verify(VerifyBy::SessionId(id)))
        .await;
    assert_eq!(kind(&lost.unwrap_err()), "malformed, moved: No");
}

#[tokio::test]
async fn only_an_id_and_an_address_are_a_started_payment() {
    let check = async |status: u16, body: &'static str, expect: Option<&str>| {
        let client = scripted(Act::status(status, body));
        let found = client.init_payment(init("ORDER-1", Config::ONE_TIME)).await;
        assert_eq!(
            found.err().map(|error| kind(&error)).as_deref(),
            expect,
            "{status} {body}"
        );
    };
    let unknown = Some("unknown, moved: Maybe");
    check(
        200,
        r#"{"requestId":"r1","redirectUrl":"https://a.example/x"}"#,
        None,
    )
    .await;
    check(
        201,
        r#"{"requestId":"r1","redirectUrl":"http://a.example/x"}"#,
        None,
    )
    .await;
    for body in [
        r#"{"requestId":"r1"}"#,
        r#"{"redirectUrl":"https://a.example/x"}"#,
        r#"{"requestId":"","redirectUrl":"https://a.example/x"}"#,
        r#"{"requestId":"r1","redirectUrl":""}"#,
        r#"{"requestId":"r1","redirectUrl":"/x"}"#,
        r#"{"requestId":"r1","redirectUrl":"//a.example/x"}"#,
        r#"{"requestId":"r1","redirectUrl":"https://pay.example@a.example/x"}"#,
        r#"{"requestId":"r1","redirectUrl":"javascript:alert(1)"}"#,
        r#"{"requestId":"r1","redirectUrl":"https://a.example/x","requestId":"r2"}"#,
        r#"{"requestId":"r1","redirectUrl":null}"#,
        "<html>",
        "",
    ] {
        check(200, body, unknown).await;
    }
    for status in [302, 400, 401, 500] {
        let whole = r#"{"requestId":"r1","redirectUrl":"https://a.example/x"}"#;
        check(status, whole, unknown).await;
    }
}

#[tokio::test]
async fn two_spellings_are_one_field() {
    let read = async |body: &'static str| {
        let client = scripted(Act::status(200, body));
        let query = verify(VerifyBy::SessionId("s1".into()));
        client
            .verify_payment(query)
            .await
            .ok()
            .map(|reply| (reply.session_id.clone(), reply.kind.clone()))
    };
    let found = |kind: &str| Some((Some("s1".to_owned()), Some(kind.to_owned())));
    assert_eq!(
        read(r#"{"sid":"s1","sessionType":"onetime"}"#).await,
        found("onetime")
    );
    assert_eq!(
        read(r#"{"sid":"s1","sessionId":"s1","type":"x"}"#).await,
        found("x")
    );
    assert_eq!(read(r#"{"sid":"s1","sessionId":"s2"}"#).await, None);
    assert_eq!(
        read(r#"{"type":"onetime","sessionType":"subscription"}"#).await,
        None
    );
}

#[test]
fn amounts_are_exact() {
    use payments_core::call::Call;
    let body =
        r#"{"totalChargedAmount":0.1,"lastChargedAmount":"9007199254740993","chargedAmount":1e1}"#;
    let response = Response::new(StatusCode::OK, HeaderMap::new(), body);
    let reply = verify(VerifyBy::SessionId("s".into()))
        .reply(&response)
        .unwrap();
    let text = |amount: Option<payments_core::Decimal>| amount.unwrap().text().as_str().to_owned();
    assert_eq!(text(reply.total_charged_amount), "0.1");
    assert_eq!(text(reply.last_charged_amount), "9007199254740993");
    assert_eq!(text(reply.charged_amount), "10");
    assert!(!reply.is_charged());
}
