//! Network tokens: the same care, and the body as it came.

use payments_mobilepay::auth::callbacks;
use payments_mobilepay::codes::{CardType, TokenMethod};
use payments_mobilepay::ext::keys::AwsLc;
use payments_mobilepay::ext::{Awaiting, Refusal};
use payments_mobilepay::inbound::{AddressCallback, TokenCallback};
use payments_mobilepay::payments_core::incoming::{Endpoint, Unverified, danger};

use super::desk::{Desk, fixture, inbound};

/// The documented sample of Visa.
const VISA: &str = r#"{"paymentId":"8dab9219-ab03-4524-bae7-f0ad55119da5","authorizationAttemptId":"32eedb2b-a536-4eb6-b618-c2d6c1bf7aab","cardType":"VISA-CREDIT","cardIssuedInCountryCode":"DK","maskedCardNumber":"479694XXXXXX1234","tokenMethod":"VTS","tokenData":{"vPaymentDataID":"da17bd1568bdc8b418d71cf80c44ea02","cryptogramInfo":{"cryptogram":"/wAAAAwAUkMTObMAAAAAgS0AAAA=","eci":"07"},"paymentInstrument":{"last4":"1234","paymentType":{"cardBrand":"VISA"},"paymentAccountReference":"V0010013020217426481676671969"},"tokenInfo":{"token":"4895737462013403","last4":"3403","expirationDate":{"month":"02","year":"2023"}}},"isDelegatedAuthentication":false}"#;
const PAYMENT: &str = "8dab9219-ab03-4524-bae7-f0ad55119da5";

fn token(body: &str) -> Unverified<TokenCallback> {
    let receiver = callbacks::<TokenCallback>("test", "psp", danger::authenticated_elsewhere());
    receiver.receive(&inbound(body)).unwrap()
}

#[test]
fn a_token_is_taken_in_once_with_its_body() {
    let desk = Desk::<AwsLc>::new();
    let awaiting = Awaiting::new(PAYMENT, [CardType::VisaCredit]);
    let callback = token(VISA);
    assert_eq!(
        desk.cards.token(&callback, None).err(),
        Some(Refusal::NotAwaited)
    );
    let dankort = Awaiting::new(PAYMENT, [CardType::Dankort]);
    let found = desk.cards.token(&callback, Some(&dankort));
    assert_eq!(found.err(), Some(Refusal::CardType));
    let accepted = desk
        .cards
        .token(&callback, Some(&awaiting))
        .unwrap()
        .unwrap();
    assert_eq!(accepted.inbound().body(), VISA.as_bytes());
    let claims = accepted.claims();
    assert_eq!(claims.token_method, TokenMethod::Visa);
    let info = claims.token_data.token_info.as_ref().unwrap();
    assert_eq!(info.token.expose(), "4895737462013403");
    assert_eq!(info.expiration_date.year, "2023");
    let open = desk.cards.unreported().list();
    assert_eq!(open.len(), 1);
    assert!(
        desk.cards
            .token(&callback, Some(&awaiting))
            .unwrap()
            .is_none()
    );
}

#[test]
fn names_within_a_token_that_differ_in_case_only_are_refused() {
    let receiver = callbacks::<TokenCallback>("test", "psp", danger::authenticated_elsewhere());
    let check = |from: &str, to: &str, expect: bool| {
        let body = VISA.replace(from, to);
        assert_ne!(body, VISA);
        assert_eq!(receiver.receive(&inbound(&body)).is_ok(), expect, "{to}");
    };
    let eci = r#""eci":"07""#;
    check(eci, r#""ECI":"07""#, true);
    check(eci, r#""eci":"07","ECI":"05""#, false);
    check(eci, r#""eci":"07","eci":"07""#, false);
    let token = r#""token":"4895737462013403""#;
    check(token, r#""Token":"4895737462013403""#, true);
    let twice = r#""token":"4895737462013403","Token":"4895737462013404""#;
    check(token, twice, false);
    check(
        r#""tokenInfo":{"#,
        r#""TokenInfo":{"last4":"1"},"tokenInfo":{"#,
        false,
    );
}

#[test]
fn names_within_an_address_that_differ_in_case_only_are_refused() {
    let receiver = callbacks::<AddressCallback>("test", "psp", danger::authenticated_elsewhere());
    let check = |address: &str, expect: bool| {
        let body = format!(
            r#"{{"PaymentId":"p","AuthorizationAttemptId":"a","Addresses":[{{"City":"Great city"}},{{{address}}}]}}"#
        );
        assert_eq!(
            receiver.receive(&inbound(&body)).is_ok(),
            expect,
            "{address}"
        );
    };
    check(r#""City":"Great city""#, true);
    check(r#""city":"Great city""#, true);
    check(r#""City":"Great city","city":"Other city""#, false);
    check(r#""City":"Great city","City":"Great city""#, false);
}

#[test]
fn nothing_of_a_token_is_printed() {
    let callback = token(VISA);
    let debug = format!("{callback:?} {:?}", callback.claims());
    for secret in ["4895737462013403", "/wAAAAwA", "V00100", "479694"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[tokio::test]
async fn a_card_may_follow_the_token_of_its_attempt() {
    // MobilePay falls back from the token to the card; they are told apart by their kind.
    let desk = Desk::<AwsLc>::new();
    let body = VISA
        .replace(PAYMENT, "p")
        .replace("VISA-CREDIT", "VISA-DEBIT");
    let awaiting = super::desk::awaiting("p");
    let attempt = "32eedb2b-a536-4eb6-b618-c2d6c1bf7aab";
    assert!(
        desk.cards
            .token(&token(&body), Some(&awaiting))
            .unwrap()
            .is_some()
    );
    assert!(
        desk.card(&fixture("text"), "p", attempt)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(desk.cards.unreported().list().len(), 1);
}
