//! Cards, tokens and addresses, as each edition spells them.

use super::*;

#[test]
fn the_encrypted_text_has_four_forms() {
    for (numbers, ticks, expect) in [
        (
            false,
            false,
            r#"{"encryptedCardData":{"cardNumber":"5019717010103742","expiryMonth":"05","expiryYear":"30"}}"#,
        ),
        (
            true,
            false,
            r#"{"encryptedCardData":{"cardNumber":5019717010103742,"expiryMonth":5,"expiryYear":30}}"#,
        ),
        (
            false,
            true,
            r#"{"timestampticks":639028224000000000,"encryptedCardData":{"cardNumber":"5019717010103742","expiryMonth":"05","expiryYear":"30"}}"#,
        ),
    ] {
        let psp = Psp::open(config().card_text(CardText { numbers, ticks }));
        psp.initiate("A", &json!({}));
        psp.accepted("A");
        let callback = psp.endpoint.next_at("/card");
        assert_eq!(decrypt(&callback["EncryptedCardData"]).unwrap(), expect);
    }
    // The founding document has text without ticks, and no type.
    let psp = Psp::open(config().edition(Edition::Founding));
    psp.initiate("A", &json!({}));
    psp.accepted("A");
    let callback = psp.endpoint.next_at("/card");
    let plain = decrypt(&callback["EncryptedCardData"]).unwrap();
    assert!(plain.starts_with(r#"{"encryptedCardData":{"cardNumber":"5019"#));
    assert_eq!(callback.get("CardType"), None);
}

#[test]
fn keys_are_spelt_as_wanted() {
    let keys = |psp: &Psp, path: &str| -> Vec<String> {
        let body = psp.endpoint.next_at(path);
        body.as_object().unwrap().keys().cloned().collect()
    };
    let first = |key: &String| key.chars().next().unwrap().is_ascii_uppercase();
    for (case, card, token) in [
        (KeyCase::AsDocumented, true, false),
        (KeyCase::Pascal, true, true),
        (KeyCase::Camel, false, false),
    ] {
        let psp = Psp::open(config().key_case(case));
        let mut changes = psp.checkout(true);
        changes["allowedCardTypes"] = psp.with_tokens(1)["allowedCardTypes"].clone();
        psp.initiate("A", &changes);
        psp.accepted("A");
        psp.initiate("B", &json!({}));
        psp.accepted("B");
        psp.initiate("C", &json!({}));
        psp.control().expire("C").unwrap();
        psp.settle();
        for (path, expect) in [
            ("/address", card),
            ("/token", token),
            ("/card", card),
            ("/failed", card),
        ] {
            let keys = keys(&psp, path);
            assert!(
                keys.iter().all(|key| first(key) == expect),
                "{case:?} {path} {keys:?}"
            );
        }
    }
}

#[test]
fn a_visa_token_goes_first() {
    let psp = psp();
    let payment = psp.initiate("A", &psp.with_tokens(3200));
    psp.accepted("A");
    let attempt = psp.attempt("A");
    let token = psp.endpoint.next_at("/token");
    assert_eq!(
        token,
        json!({
            "paymentId": payment,
            "authorizationAttemptId": attempt,
            "cardType": "VISA-CREDIT",
            "cardIssuedInCountryCode": "DK",
            "maskedCardNumber": "41111111XXXX1111",
            "tokenMethod": "VTS",
            "tokenData": {
                "vPaymentDataID": "da17bd1568bdc8b418d71cf80c44ea02",
                "cryptogramInfo": { "cryptogram": "uxToh3Ep6gsR8AAkvZALN19Iz34=", "eci": "07" },
                "paymentInstrument": {
                    "last4": "1111",
                    "paymentType": { "cardBrand": "VISA" },
                    "paymentAccountReference": "V0010013020217426481676671969",
                },
                "tokenInfo": {
                    "token": "4111111111111111",
                    "last4": "1111",
                    "expirationDate": { "month": "03", "year": "2030" },
                },
            },
            "isDelegatedAuthentication": false,
        })
    );
    psp.advance(15);
    assert!(
        psp.endpoint.is_quiet(),
        "no card after a token that was taken"
    );
    assert_eq!(
        psp.update(&payment, &attempt, &json!({ "succeeded": true }))
            .status,
        204
    );
    assert_eq!(psp.control().token_callbacks("A").len(), 1);
    assert!(psp.control().card_callbacks("A").is_empty());
}

#[test]
fn a_mastercard_token_and_the_amounts() {
    let psp = psp();
    let token_of = |reference: &str, card: &str, amount: i64| {
        psp.initiate(reference, &psp.with_tokens(amount));
        psp.control()
            .accept_with(reference, Card::test(card).unwrap())
            .unwrap();
        psp.settle();
        psp.endpoint.next_at("/token")
    };
    let token = token_of("A", "MC-DEBIT", 5200);
    assert_eq!(token["maskedCardNumber"], "52266031XXXX8031");
    assert_eq!(token["tokenMethod"], "MC S4C");
    assert_eq!(token.get("isDelegatedAuthentication"), None);
    assert_eq!(
        token["tokenData"],
        json!({
            "token": {
                "paymentToken": "5413330089010442",
                "tokenExpirationMonth": "12",
                "tokenExpirationYear": "2025",
                "paymentAccountReference": "V0010013020217426481676671969",
            },
            "dynamicData": {
                "dynamicDataType": "CARD_APPLICATION_CRYPTOGRAM_SHORT_FORM",
                "dynamicDataValue": "AgAAAAAAAIR8CQrXSohbQAAAAAA=",
            },
            "eci": "02",
        })
    );
    for (amount, number, month, year, cryptogram) in [
        (
            4200,
            "4895370013193500",
            "03",
            "2030",
            "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
        ),
        (
            4400,
            "4895370012792682",
            "12",
            "2022",
            "AgAAAAAAAIR8CQrXSohbQAAAAAA=",
        ),
        (
            5100,
            "4268270087302871",
            "09",
            "2024",
            "AgAAAAAAAIR8CQrXSohbQAAAAAA=",
        ),
        (
            1,
            "4895370013193500",
            "05",
            "2025",
            "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
        ),
    ] {
        let data = token_of(&format!("V-{amount}"), "VISA-CREDIT", amount)["tokenData"].clone();
        let info = json!({
            "token": number, "last4": number[12..],
            "expirationDate": { "month": month, "year": year },
        });
        assert_eq!(data["tokenInfo"], info);
        assert_eq!(data["cryptogramInfo"]["cryptogram"], cryptogram);
    }
    for (amount, year) in [(2200, "2025"), (4300, "2030")] {
        let data = token_of(&format!("M-{amount}"), "MC-DEBIT", amount)["tokenData"].clone();
        assert_eq!(data["token"]["paymentToken"], "5226603115488031");
        assert_eq!(data["token"]["tokenExpirationYear"], year);
    }
    // Not eligible, and a type without tokens.
    psp.initiate("N", &psp.with_tokens(3100));
    psp.accepted("N");
    assert_eq!(psp.endpoint.next_at("/card")["CardType"], "VISA-CREDIT");
    psp.initiate("D", &psp.with_tokens(3200));
    psp.control()
        .accept_with("D", Card::test("DANKORT").unwrap())
        .unwrap();
    assert_eq!(psp.endpoint.next_at("/card")["CardType"], "DANKORT");

    let psp = Psp::open(config().edition(Edition::Founding));
    psp.initiate("A", &psp.with_tokens(3200));
    psp.accepted("A");
    assert_eq!(
        psp.endpoint.next_at("/token")["maskedCardNumber"],
        "411111XXXXXX1111"
    );
}

#[test]
fn a_token_that_is_not_taken_falls_back_to_the_card() {
    let psp = psp();
    let payment = psp.initiate("A", &psp.with_tokens(3200));
    psp.endpoint.answer(&[501, 500, 404]);
    psp.control().accept("A").unwrap();
    psp.settle();
    psp.advance(15);
    psp.advance(15);
    for _ in 0..3 {
        assert_eq!(psp.endpoint.next_at("/token")["paymentId"], payment);
    }
    let card = psp.endpoint.next_at("/card");
    assert_eq!(card["AuthorizationAttemptId"], psp.attempt("A"));
    assert!(
        decrypt(&card["EncryptedCardData"])
            .unwrap()
            .contains("4111111111111111")
    );
    assert_eq!(psp.control().payment("A").unwrap().attempts().len(), 1);
}

#[test]
fn an_address_precedes_the_card() {
    let psp = psp();
    let payment = psp.initiate("A", &psp.checkout(true));
    psp.control().enter_phone("A", "+4587654321").unwrap();
    psp.endpoint.answer(&[500]);
    psp.control().accept("A").unwrap();
    psp.settle();
    assert_eq!(psp.endpoint.next().path(), "/address");
    assert!(
        psp.endpoint.is_quiet(),
        "no card before the address is taken"
    );
    assert_eq!(
        psp.control().payment("A").unwrap().attempts()[0].state(),
        AttemptState::SendingAddress
    );
    psp.advance(15);
    let address = psp.endpoint.next_at("/address");
    assert_eq!(psp.endpoint.next_at("/card")["PaymentId"], payment);
    assert_eq!(address["PaymentId"], payment);
    assert_eq!(address["AuthorizationAttemptId"], psp.attempt("A"));
    assert_eq!(address["EmailAddressValidationMethod"], "EmailEnteredTwice");
    assert_eq!(address["PhoneNumber"], "+4587654321");
    assert_eq!(address["PhoneNumberValidationMethod"], "SMSChallenge");
    let flags = |address: &Value| -> Vec<(bool, bool)> {
        let list = address["Addresses"].as_array().unwrap();
        let flag = |one: &Value, name: &str| one[name].as_bool().unwrap();
        list.iter()
            .map(|one| {
                (
                    flag(one, "IsBillingAddress"),
                    flag(one, "IsDeliveryAddress"),
                )
            })
            .collect()
    };
    assert_eq!(flags(&address), [(true, true)]);
    assert_eq!(address["Addresses"][0]["AddressValidationMethod"], "DaWa");
    assert_eq!(address["Addresses"][0]["CompanyName"], "");

    psp.initiate("B", &psp.checkout(false));
    psp.accepted("B");
    assert_eq!(flags(&psp.endpoint.next_at("/address")), [(true, false)]);

    let psp = Psp::open(config().separate_addresses(true));
    psp.initiate("A", &psp.checkout(true));
    psp.accepted("A");
    assert_eq!(
        flags(&psp.endpoint.next_at("/address")),
        [(true, false), (false, true)]
    );

    // An address that nobody takes ends the attempt without a card.
    psp.endpoint.next_at("/card");
    psp.initiate("B", &psp.checkout(true));
    psp.endpoint.answer(&[500, 500, 500]);
    psp.control().accept("B").unwrap();
    psp.settle();
    psp.advance(15);
    psp.advance(15);
    let known = psp.control().payment("B").unwrap();
    assert_eq!(known.attempts()[0].state(), AttemptState::CallbackFailed);
    assert!(psp.control().card_callbacks("B").is_empty());
}
