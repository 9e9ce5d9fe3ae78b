//! Who may call, with which fields, and every code of the refusals.

use super::*;

#[test]
fn who_asks_must_be_known() {
    let psp = psp();
    let good = psp.request("GET", MERCHANTS, "");
    assert_eq!(psp.exchange(&good).status, 200);
    for (from, to) in [
        (Config::CLIENT_ID, "wrong"),
        (Config::CLIENT_SECRET, "wrong"),
        ("X-IBM-Client-Id", "X-Other"),
        ("x-ibm-client-secret", "X-Other"),
    ] {
        let answer = psp.exchange(&good.replace(from, to));
        assert_eq!(answer.status, 401, "{from}");
        assert!(answer.head.contains("application/problem+json"));
    }
    let call = |method: &str, path: &str| psp.call(method, path, &Value::Null).status;
    assert_eq!(call("GET", "/api/v1/merchants"), 200);
    assert_eq!(call("PUT", MERCHANTS), 405);
    assert_eq!(call("GET", PAYMENTS), 405);
    assert_eq!(call("GET", "/api/v1/psp/platforms"), 404);
    assert_eq!(call("POST", "/api/v1/payments"), 404);
    assert_eq!(call("GET", "/"), 404);
    let body = psp.payment("A", &json!({})).to_string();
    let typed = psp.request("POST", PAYMENTS, &body);
    assert_eq!(
        psp.exchange(&typed.replace("application/json", "text/json"))
            .status,
        415
    );
    assert!(psp.control().payments().is_empty());
}

#[test]
fn a_payment_fits_its_schema() {
    let psp = psp();
    for name in [
        "merchantId",
        "merchantName",
        "merchantLogoUrl",
        "merchantOrderId",
        "merchantUrl",
        "pspReferenceId",
        "amount",
        "currencyCode",
        "publicKeyId",
        "redirectFromMobilePayUrl",
    ] {
        let detail = psp.try_initiate("A", &json!({ name: null })).detail();
        assert!(
            detail.contains(&format!("missing field `{name}`")),
            "{detail}"
        );
    }
    let check = |changes: Value, expect: &str| {
        let detail = psp.try_initiate("A", &changes).detail();
        assert!(detail.contains(expect), "{changes}: {detail}");
    };
    check(json!({ "OrderId": "1" }), "unknown field `OrderId`");
    check(
        json!({ "cardDataCallbackUrl": "https://psp.example/" }),
        "unknown field",
    );
    check(json!({ "merchantId": "shop" }), "merchantId");
    for name in [
        "merchantName",
        "merchantOrderId",
        "merchantUrl",
        "pspReferenceId",
        "currencyCode",
    ] {
        check(json!({ name: "" }), name);
    }
    check(
        json!({ "merchantUrl": "x".repeat(151) }),
        "merchantUrl has more than 150",
    );
    check(
        json!({ "pspReferenceId": "x".repeat(51) }),
        "pspReferenceId has more than 50",
    );
    for amount in [json!(0), json!(-1), json!(4.95), json!("495"), json!(1e3)] {
        let detail = psp.try_initiate("A", &json!({ "amount": amount })).detail();
        assert!(!detail.is_empty());
    }
    check(json!({ "publicKeyId": 2_147_483_648_i64 }), "expected i32");
    check(
        json!({ "merchantLogoUrl": "http://shop.example/logo.png" }),
        "merchantLogoUrl",
    );
    check(
        json!({ "redirectFromMobilePayUrl": "http://shop.example/" }),
        "redirectFromMobilePayUrl",
    );
    check(
        json!({ "failedPaymentCallbackUrl": "http://psp.example/" }),
        "failedPaymentCallbackUrl",
    );
    check(json!({ "validUntil": "tomorrow" }), "validUntil");
    check(
        json!({ "minimumMobilePayUserAge": 151 }),
        "minimumMobilePayUserAge",
    );
    check(
        json!({ "deliveryLimitedTo": ["Denmark"] }),
        "deliveryLimitedTo",
    );
    check(
        json!({ "isCheckout": true, "deliveryAddressAllowed": true }),
        "addressCallbackUrl",
    );
    check(
        json!({ "isCheckout": true, "addressCallbackUrl": "https://psp.example/" }),
        "deliveryAddressAllowed",
    );
    check(
        json!({ "deliveryAddressAllowed": false }),
        "deliveryAddressDisallowedReasonCode",
    );
    check(
        json!({ "deliveryAddressAllowed": false, "deliveryAddressDisallowedReasonCode": 6 }),
        "deliveryAddressDisallowedReasonCode",
    );
    for (field, value) in [
        ("name", json!("")),
        ("encryptedPanCallbackUrl", json!("http://psp.example/")),
        ("tokenCallbackUrl", json!("ftp://psp.example/")),
        ("cardDataCallbackUrl", json!("https://psp.example/")),
    ] {
        let mut card =
            json!({ "name": "DANKORT", "encryptedPanCallbackUrl": "https://psp.example/" });
        card[field] = value;
        check(json!({ "allowedCardTypes": [card] }), field);
    }
    let doubled = psp
        .payment("A", &json!({}))
        .to_string()
        .replacen('{', r#"{"amount":1,"#, 1);
    let answer = psp.exchange(&psp.request("POST", PAYMENTS, &doubled));
    assert!(answer.detail().contains("duplicate field `amount`"));
    assert!(psp.control().payments().is_empty());

    psp.initiate(
        "A",
        &json!({
            "merchantUrl": "é".repeat(150),
            "isCheckout": false,
            "addressCallbackUrl": "https://psp.example/",
            "deliveryAddressAllowed": true,
            "deliveryAddressDisallowedReasonCode": 5,
            "deliveryLimitedTo": ["DK", "FI"],
            "validUntil": "2026-01-01T01:00:00.1234567+01:00",
            "autoCapture": false,
            "preferVisaPartOfVisaDankort": true,
            "customerLanguageCode": "FI",
            "minimumMobilePayUserAge": 18,
            "redirectFromMobilePayUrl": "myshop://paid",
            "amount": i64::MAX,
        }),
    );
    let reference = "é".repeat(50);
    psp.initiate(&reference, &json!({ "isCheckout": true, "addressCallbackUrl": "https://psp.example/", "deliveryAddressAllowed": false, "deliveryAddressDisallowedReasonCode": 1 }));
    assert_eq!(
        psp.control().payment(&reference).unwrap().reference(),
        reference
    );
}

#[test]
fn every_documented_code_has_a_cause() {
    let psp = psp();
    let check = |changes: Value, expect: &str| {
        assert_eq!(psp.try_initiate("A", &changes).code(), expect, "{changes}");
    };
    check(
        json!({ "merchantId": "00000000-0000-4000-8000-000000000000" }),
        "2000",
    );
    check(json!({ "merchantId": Config::FOREIGN_MERCHANT_ID }), "2010");
    check(json!({ "merchantId": Config::DELETED_MERCHANT_ID }), "2020");
    check(json!({ "allowedCardTypes": [] }), "2030");
    check(json!({ "allowedCardTypes": null }), "2030");
    for name in ["VISA-DANKORT", "VISA_DEBIT", "dankort"] {
        let card = json!({ "name": name, "encryptedPanCallbackUrl": "https://psp.example/" });
        check(json!({ "allowedCardTypes": [card] }), "2040");
    }
    for currency in ["XYZ", "dkk", "999", "PLN"] {
        check(json!({ "currencyCode": currency }), "2050");
    }
    check(json!({ "publicKeyId": 1 }), "sandbox.public-key-unknown");
    let card = json!({ "name": "DANKORT", "encryptedPanCallbackUrl": "https://psp.example/" });
    for code in [
        "2000", "2010", "2020", "2030", "2040", "2050", "2110", "9999",
    ] {
        let reference = format!("fail.{code}-17");
        let answer = psp.try_initiate(&reference, &json!({ "allowedCardTypes": [card] }));
        assert_eq!(answer.code(), code);
    }
    assert!(psp.control().payments().is_empty());

    for (code, expect) in [
        ("DKK", "DKK"),
        ("208", "DKK"),
        ("EUR", "EUR"),
        ("978", "EUR"),
        ("NOK", "NOK"),
        ("578", "NOK"),
        ("SEK", "SEK"),
        ("752", "SEK"),
        ("USD", "USD"),
        ("840", "USD"),
        ("GBP", "GBP"),
        ("826", "GBP"),
    ] {
        psp.initiate(code, &json!({ "currencyCode": code }));
        assert_eq!(psp.control().payment(code).unwrap().currency(), expect);
    }

    psp.control().fail_next("4711");
    let id = "a84781b3-af34-42ae-b296-260cfb6859fe";
    let mut request = psp.request("GET", MERCHANTS, "");
    request = request.replace("Connection", &format!("CorrelationId: {id}\r\nConnection"));
    let answer = psp.exchange(&request);
    assert_eq!(answer.code(), "4711");
    assert_eq!(answer.json()["correlationId"], id);
    assert_eq!(psp.exchange(&request).status, 200);
}

#[test]
fn merchants_come_and_go() {
    let psp = psp();
    let good = json!({
        "externalId": "aarhus-trading-20018",
        "merchantCategoryCode": 5732,
        "name": "Aarhus Trading",
        "billingCurrency": "EUR",
        "countryCode": "FI",
        "vatNumber": "FI12345678",
    });
    for (name, value) in [
        ("externalId", json!("")),
        ("merchantCategoryCode", json!(0)),
        ("merchantCategoryCode", json!(10_000)),
        ("merchantCategoryCode", json!("5732")),
        ("name", json!("x".repeat(256))),
        ("name", json!("")),
        ("billingCurrency", json!("USD")),
        ("countryCode", json!("FIN")),
        ("countryCode", json!("fi")),
        ("vatNumber", Value::Null),
        ("platformId", json!("a84781b3-af34-42ae-b296-260cfb6859fe")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let detail = psp.call("POST", MERCHANTS, &bad).detail();
        assert!(!detail.is_empty(), "{name}");
    }
    let created = psp.call("POST", MERCHANTS, &good).json();
    let id = created["merchantId"].as_str().unwrap();
    let path = format!("{MERCHANTS}/{id}");
    let mut expect = good.clone();
    expect["merchantId"] = json!(id);
    assert_eq!(psp.call("GET", &path, &Value::Null).json(), expect);
    let list = psp.call("GET", MERCHANTS, &Value::Null).json();
    assert_eq!(list["merchants"].as_array().unwrap().len(), 2);
    assert_eq!(list["merchants"][1], expect);

    let payment = psp.initiate("A", &json!({ "merchantId": id.to_uppercase() }));
    let attempt = psp.accepted("A");
    let deleted = psp.call("DELETE", &path, &Value::Null);
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    for method in ["DELETE", "GET"] {
        let answer = psp.call(method, &path, &Value::Null);
        assert_eq!(answer.code(), "sandbox.merchant-deleted");
    }
    let nobody = format!("{MERCHANTS}/{}", Config::FOREIGN_MERCHANT_ID);
    assert_eq!(
        psp.call("GET", &nobody, &Value::Null).code(),
        "sandbox.merchant-unknown"
    );
    assert_eq!(
        psp.try_initiate("B", &json!({ "merchantId": id })).code(),
        "2020"
    );
    // What is under way goes on.
    assert_eq!(
        psp.update(&payment, &attempt, &json!({ "succeeded": true }))
            .status,
        204
    );
    assert_eq!(psp.tell("capture", &payment, "c", 495).status, 200);
    let ledger = psp.control().ledger();
    assert_eq!(ledger.count("merchant", "aarhus-trading-20018"), 1);
    assert_eq!(ledger.count("merchant_deleted", "aarhus-trading-20018"), 1);
    assert!(psp.control().merchants().last().unwrap().is_deleted());
}

#[test]
fn initiating_twice_is_one_payment_and_fishing_is_none() {
    let psp = psp();
    let first = psp.try_initiate("A", &json!({ "merchantOrderId": "O" }));
    let again = psp.try_initiate("A", &json!({ "merchantOrderId": "O" }));
    assert_eq!((again.status, &again.body), (200, &first.body));
    for changes in [
        json!({ "merchantOrderId": "O", "amount": 496 }),
        json!({ "merchantOrderId": "O2" }),
        json!({ "merchantOrderId": "O", "customerLanguageCode": "DA" }),
    ] {
        assert_eq!(
            psp.try_initiate("A", &changes).code(),
            "sandbox.request-fishing"
        );
    }
    psp.initiate("B", &json!({ "merchantOrderId": "O" }));
    psp.initiate("C", &json!({ "merchantOrderId": "O" }));
    let fourth = psp.try_initiate("D", &json!({ "merchantOrderId": "O" }));
    assert_eq!(fourth.code(), "sandbox.order-exhausted");
    assert_eq!(
        psp.try_initiate("A", &json!({ "merchantOrderId": "O" }))
            .body,
        first.body
    );
    assert_eq!(psp.control().payments().len(), 3);
    assert_eq!(psp.control().ledger().count("payment", "A"), 1);

    let psp = Psp::open(config().edition(Edition::Founding));
    let order = json!({ "merchantOrderId": "O" });
    let first = psp.try_initiate("A", &order);
    let initiated = first.json();
    assert!(initiated["redirectToMPUrl"].is_string() && initiated.as_object().unwrap().len() == 2);
    assert_eq!(
        psp.try_initiate("B", &order).code(),
        "sandbox.request-fishing"
    );
    psp.control().reject("A").unwrap();
    psp.initiate("B", &order);
    assert_eq!(psp.try_initiate("A", &order).body, first.body);
}

#[test]
fn a_payment_is_changed_and_its_user_simulated() {
    let psp = psp();
    let payment = psp.initiate("A", &psp.with_tokens(495));
    let path = format!("/cardpassthrough-restapi/api/v1/payments/{payment}");
    let changed = json!({
        "reservationExpireTimestamp": "2026-02-01T00:00:00+01:00",
        "redirectFromMobilePayUrl": "https://shop.example/other",
    });
    assert_eq!(psp.call("PATCH", &path, &changed).status, 204);
    assert_eq!(psp.call("PATCH", &path, &json!({})).status, 204);
    let known = psp.control().payment("A").unwrap();
    assert_eq!(known.redirect_url(), "https://shop.example/other");
    assert_eq!(
        known.reservation_expires(),
        Some("2026-02-01T00:00:00+01:00")
    );
    for bad in [
        json!({ "reservationExpireTimestamp": "2026-02-01" }),
        json!({ "redirectFromMobilePayUrl": "http://shop.example/" }),
        json!({ "amount": 1 }),
    ] {
        assert!(!psp.call("PATCH", &path, &bad).detail().is_empty());
    }

    let simulation = format!(
        "/cardpassthrough-regressiontester-restapi/api/v1/product/payments/simulation/enter-phone-and-swipe/{payment}"
    );
    let swipe = |digits: &str| {
        let body = json!({ "phoneNumber": "+4587654321", "lastFourDigits": digits }).to_string();
        let request = psp.request("POST", &simulation, &body);
        psp.exchange(&request.replace("X-IBM-Client-Id", "X-Other"))
    };
    assert_eq!(swipe("0000").code(), "sandbox.card-unknown");
    assert_eq!(swipe("3742").status, 200);
    assert_eq!(swipe("3742").code(), "sandbox.payment-decided");
    psp.settle();
    assert_eq!(psp.endpoint.next_at("/card")["CardType"], "DANKORT");
}

#[test]
fn what_was_withdrawn_is_served_where_it_is_wanted() {
    let none = Value::Null;
    let psp = psp();
    let payment = psp.initiate("A", &json!({}));
    let invalidate =
        |payment: &str| format!("/cardpassthrough-restapi/api/v1/payments/{payment}/invalidate");
    let merchant = format!("{MERCHANTS}/{}", Config::MERCHANT_ID);
    assert_eq!(
        psp.call("GET", &format!("{PAYMENTS}/{payment}"), &none)
            .status,
        404
    );
    assert_eq!(psp.call("PUT", &invalidate(&payment), &none).status, 404);
    assert_eq!(psp.call("PATCH", &merchant, &json!({})).status, 405);

    let psp = Psp::open(config().withdrawn(true));
    let update = json!({ "vatNumber": "DK87654321", "name": "Other", "externalId": null });
    assert_eq!(psp.call("PATCH", &merchant, &update).status, 204);
    let details = psp.call("GET", &merchant, &none).json();
    assert_eq!(
        (&details["vatNumber"], &details["name"]),
        (&json!("DK87654321"), &json!("Butik Æble"))
    );

    let payment = psp.initiate("A", &json!({ "currencyCode": "208" }));
    let details = psp
        .call("GET", &format!("{PAYMENTS}/{payment}"), &none)
        .json();
    assert_eq!(
        (&details["currencyCode"], &details["amount"]),
        (&json!("DKK"), &json!(495))
    );
    assert_eq!(details["allowedCardTypes"][0]["name"], "DANKORT");
    assert_eq!(details.get("status"), None);

    let attempt = psp.accepted("A");
    assert_eq!(psp.call("PUT", &invalidate(&payment), &none).code(), "2101");
    let give_up = json!({ "succeeded": false, "reasonCode": 1010, "reasonMessage": "gone" });
    assert_eq!(psp.update(&payment, &attempt, &give_up).status, 204);
    assert_eq!(psp.call("PUT", &invalidate(&payment), &none).status, 200);
    assert_eq!(
        psp.control().payment("A").unwrap().state(),
        PaymentState::Invalidated
    );
    let paid = psp.authorized("B", &json!({}));
    assert_eq!(psp.call("PUT", &invalidate(&paid), &none).code(), "2100");
    let untouched = psp.initiate("C", &json!({}));
    assert_eq!(psp.call("PUT", &invalidate(&untouched), &none).status, 200);
    assert_eq!(psp.control().accept("C"), Err(ControlError::NotNow));
}
