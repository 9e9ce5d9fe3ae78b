//! Confirming: whose session, which product, and whether anything was charged.

use payments_core::incoming::{Basis, Confirmation, Expected};
use payments_core::testing::Act;
use payments_core::{Currency, Money};
use payments_mocopay::Stored;
use payments_mocopay::sandbox::Config;

use super::shop::{Shop, VERIFY, kind, scripted, stored};

#[tokio::test]
async fn a_charged_session_is_confirmed_by_the_query() {
    let shop = Shop::open().await;
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let stored = stored("ORDER-1", Config::ONE_TIME);
    let confirmed = shop
        .client
        .confirm(Some(&*id), &stored)
        .await
        .unwrap()
        .confirmed()
        .unwrap();
    assert_eq!(confirmed.basis(), Basis::Queried { amount: false });
    assert_eq!(confirmed.expected().reference(), "ORDER-1");
    let known = stored.and_session(&id);
    assert!(
        shop.client
            .confirm(Some(&*id), &known)
            .await
            .unwrap()
            .confirmed()
            .is_some()
    );
}

#[tokio::test]
async fn what_is_not_charged_stays_open() {
    let shop = Shop::with(Config::new().charges_at_once(false), |builder| builder).await;
    let id = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let stored = stored("ORDER-1", Config::ONE_TIME);
    let open = shop.client.confirm(Some(&*id), &stored).await.unwrap();
    assert!(matches!(open, Confirmation::Open(_)));
    shop.control().cancel("ORDER-1").unwrap();
    let open = shop.client.confirm(Some(&*id), &stored).await.unwrap();
    assert!(
        matches!(open, Confirmation::Open(_)),
        "no status is documented to be final"
    );
}

#[tokio::test]
async fn another_payments_session_confirms_nothing() {
    let shop = Shop::open().await;
    let mine = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let cheap = shop.paid("SUB-2", Config::SUBSCRIPTION).await;
    let theirs = shop.paid("ORDER-3", Config::ONE_TIME).await;
    let check = async |id: &str, stored, expect: &str| {
        let error = shop.client.confirm(Some(id), &stored).await.unwrap_err();
        assert_eq!(kind(&error), expect, "{id}");
    };
    let stored = || stored("ORDER-1", Config::ONE_TIME);
    check(&cheap, stored(), "misuse of pid").await;
    check(&theirs, stored(), "misuse of userId").await;
    check(&theirs, stored().and_session(&mine), "misuse of sessionId").await;
    check("nobody", stored(), "malformed, moved: No").await;
    check("", stored(), "misuse of sessionId").await;
    assert!(
        shop.client
            .confirm(Some(&*mine), &stored())
            .await
            .unwrap()
            .confirmed()
            .is_some()
    );
}

/// Without a buyer of its own for each payment, the session itself is what ties the two.
#[tokio::test]
async fn a_stored_session_pays_for_one_payment() {
    let shop = Shop::open().await;
    let mine = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let theirs = shop.paid("ORDER-2", Config::ONE_TIME).await;
    let price = Money::from_minor(1_000, Currency::EUR);
    let stored = Stored::of_session(Expected::new("ORDER-1", price), Config::ONE_TIME, &mine);
    let confirmed = shop.client.confirm(Some(&*mine), &stored).await.unwrap();
    assert!(confirmed.confirmed().is_some());
    let asked = shop.arrived(VERIFY);
    let error = shop
        .client
        .confirm(Some(&*theirs), &stored)
        .await
        .unwrap_err();
    assert_eq!(kind(&error), "misuse of sessionId");
    assert_eq!(shop.arrived(VERIFY), asked, "nothing was asked");
}

/// MoCoPay may say that another session of the same buyer and product is charged: it was not asked.
#[tokio::test]
async fn an_answer_about_another_session_confirms_nothing() {
    let answer = async |session: &str| {
        let body = format!(
            r#"{{{session}"pid":"12000","type":"onetime","endUser":{{"userId":"buyer of ORDER-1"}},"status":"Authorized","chargedAmount":10,"totalChargedAmount":10}}"#
        );
        let client = scripted(Act::json(&body));
        let stored = stored("ORDER-1", Config::ONE_TIME);
        let found = client.confirm(Some("s1"), &stored).await;
        found
            .map(|found| found.confirmed().is_some())
            .map_err(|error| kind(&error))
    };
    for same in [r#""sessionId":"s1","#, r#""sid":"s1","#] {
        assert_eq!(answer(same).await, Ok(true), "{same}");
    }
    for other in ["", r#""sessionId":"s2","#, r#""sessionId":"S1","#] {
        let expect = Err("misuse of sessionId".to_owned());
        assert_eq!(answer(other).await, expect, "{other}");
    }
}

/// Where no message came, MoCoPay is asked by what the shop stored.
#[tokio::test]
async fn a_payment_is_confirmed_without_a_message() {
    let shop = Shop::open().await;
    let session = shop.paid("ORDER-1", Config::ONE_TIME).await;
    let stored = stored("ORDER-1", Config::ONE_TIME);
    for stored in [stored.clone(), stored.clone().and_session(&session)] {
        let found = shop.client.confirm(None, &stored).await.unwrap();
        assert!(matches!(found, Confirmation::Confirmed(_)), "{found:?}");
    }
    // A session that was stored counts alone, also where MoCoPay tells of another one of the buyer's.
    let other = stored.and_session("another");
    assert!(shop.client.confirm(None, &other).await.is_err());
}
