//! Callbacks that come twice, late, wrong or not at all.

use payments_mobilepay::ext::Timing;
use payments_mobilepay::sandbox::{CallbackMode, Config, Delivery, Forgery, KeyCase, Periods};
use payments_mobilepay::types::InitiatePayment;

use super::psp::{Psp, dkk};

/// The statuses of every answer to these callbacks, without repeats.
fn answers(deliveries: &[Delivery]) -> Vec<Option<u16>> {
    let attempts = deliveries.iter().flat_map(|delivery| delivery.attempts());
    let mut statuses: Vec<Option<u16>> = attempts.map(|attempt| attempt.status()).collect();
    statuses.dedup();
    statuses
}

#[tokio::test]
async fn a_callback_that_comes_again_has_one_effect() {
    let psp = Psp::open().await;
    let attempt = psp.accepted("R-1").await;
    psp.control().resend_card("R-1", 5).unwrap();
    psp.settle().await;
    assert_eq!(answers(&psp.control().card_callbacks("R-1")), [Some(200)]);
    psp.succeed(&attempt).await.unwrap();
    psp.control().resend_card("R-1", 2).unwrap();
    psp.settle().await;
    assert_eq!(answers(&psp.control().card_callbacks("R-1")), [Some(200)]);
    assert_eq!(psp.kept.lock().unwrap().len(), 1);
    assert!(psp.cards.unreported().list().is_empty());
}

#[tokio::test]
async fn what_is_forged_is_refused_in_one_way() {
    let psp = Psp::open().await;
    psp.accepted("R-0").await;
    // The card of R-1 has not come yet, so that each forgery is the first that is heard of it.
    psp.begin(psp.payment("R-1")).await.unwrap();
    psp.control().callbacks().set_mode(CallbackMode::Held);
    psp.control().accept("R-1").unwrap();
    psp.control().callbacks().set_mode(CallbackMode::Now);
    let forgeries = [
        Forgery::MovedFrom("R-0".to_owned()),
        Forgery::UnknownPayment,
        Forgery::UnknownKey,
        Forgery::Flipped,
        Forgery::Short,
        Forgery::UrlSafe,
        Forgery::Pkcs1,
        Forgery::CutJson,
        Forgery::Month13,
        Forgery::Plain(r#"{"encryptedCardData":{"cardNumber":1234567812345678.0,"expiryMonth":1,"expiryYear":30}}"#.to_owned()),
        Forgery::KeysTwice,
    ];
    for forgery in &forgeries {
        psp.control().forge_card("R-1", forgery).unwrap();
        psp.settle().await;
    }
    let mut forged = psp.control().callbacks().about("R-1");
    forged.retain(|delivery| delivery.label() == "forged");
    assert_eq!(forged.len(), forgeries.len());
    assert_eq!(answers(&forged), [Some(400)]);
    assert_eq!(psp.kept.lock().unwrap().len(), 1);
    // The true one comes after all.
    psp.control().callbacks().release();
    psp.settle().await;
    assert_eq!(answers(&psp.control().card_callbacks("R-1")), [Some(200)]);
    assert_eq!(psp.kept.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_callback_that_was_not_accepted_comes_again() {
    let psp = Psp::open().await;
    let id = psp.begin(psp.payment("R-1")).await.unwrap();
    let awaiting = psp.waiting.lock().unwrap().remove(&id);
    psp.control().accept("R-1").unwrap();
    psp.settle().await;
    assert!(psp.kept.lock().unwrap().is_empty());
    psp.waiting.lock().unwrap().insert(id, awaiting.unwrap());
    psp.control()
        .advance(Periods::of(Default::default()).callback_pause);
    psp.settle().await;
    assert_eq!(
        answers(&psp.control().card_callbacks("R-1")),
        [Some(400), Some(200)]
    );
    assert_eq!(psp.kept.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn addresses_come_before_the_card_and_failures_when_the_time_is_over() {
    for case in [KeyCase::AsDocumented, KeyCase::Camel, KeyCase::Pascal] {
        let config = Config::new().key_case(case).separate_addresses(true);
        let psp = Psp::with(config, Timing::SHORTEST, |builder| builder).await;
        let checkout = InitiatePayment::builder()
            .merchant_id(Config::MERCHANT_ID)
            .merchant_name("Shop")
            .merchant_logo_url("https://no-logo.png")
            .merchant_order_id("ORDER-1")
            .merchant_url("https://shop.example")
            .psp_reference_id("R-1")
            .amount(dkk(495))
            .allowed_card_types(vec![psp.card_type("DANKORT", false)])
            .public_key_id(i64::from(Config::FIRST_KEY_ID))
            .redirect_from_mobile_pay_url("https://shop.example/return")
            .is_checkout(true)
            .delivery_address_allowed(true)
            .address_callback_url(format!("{}/address", psp.hooks))
            .build()
            .unwrap();
        psp.begin(checkout).await.unwrap();
        psp.accept_again("R-1").await;
        let mut addresses = 0;
        psp.inbox.work_blocking(|row| {
            use payments_mobilepay::auth::callbacks;
            use payments_mobilepay::inbound::AddressCallback;
            use payments_mobilepay::payments_core::incoming::{Endpoint, Outcome, danger};
            let everyone = danger::authenticated_elsewhere();
            let receiver = callbacks::<AddressCallback>("test", "psp", everyone);
            let message = receiver.receive(row.inbound().unwrap()).unwrap();
            let list = message.claims().addresses.as_deref().unwrap_or_default();
            addresses = list.len();
            assert_eq!(list[0].city.as_deref(), Some("Great city"), "{case:?}");
            assert_eq!(list[1].is_delivery_address, Some(true), "{case:?}");
            Outcome::Done
        });
        assert_eq!(addresses, 2);

        psp.begin(psp.payment("R-2")).await.unwrap();
        psp.control().advance(Timing::SHORTEST.payment);
        psp.settle().await;
        assert_eq!(answers(&psp.control().failed_callbacks("R-2")), [Some(200)]);
        assert_eq!(format!("{:?}", psp.inbox), "Inbox(2 rows, 0 dead)");
    }
}
