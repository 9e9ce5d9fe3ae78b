//! Who may create a page, with which fields, and every code of the refusals.

use super::*;

/// The codes of the founding document, in its order, without their prefix.
const CODES: [&str; 31] = [
    "InvalidRequest",
    "InvalidAccount",
    "InvalidAmount",
    "RedirectURLNotGiven",
    "IpAddressNotAllowed",
    "ForeignCurrencyNotAvailableForThisDealer",
    "InstallmentNumberNotAvailableForDealer",
    "InvalidInstallmentNumber",
    "DailyDealerLimitExceeded",
    "MonthlyDealerLimitExceeded",
    "ChannelPermissionNotAvailable",
    "InvalidSubMerchantName",
    "InvalidBuyerEmail",
    "InvalidBuyerGsmNumber",
    "InvalidUnitPrice",
    "InvalidQuantityValue",
    "BasketProductNotFoundInYourProductList",
    "MustBeOneOfProductIdOrProductCode",
    "BasketProductNotFound",
    "BasketAmountIsNotEqualPaymentAmount",
    "PaymentMustBeAuthorization",
    "AuthorizationForbiddenForThisDealer",
    "PoolPaymentNotAvailableForDealer",
    "PoolPaymentRequiredForDealer",
    "TokenizationNotAvailableForDealer",
    "CustomerInfoIsRequiredToSaveTheCard",
    "FirstNameIsRequiredToSaveTheCard",
    "InvalidGsmNumber",
    "InvalidEmail",
    "DealerCustomerNotExists",
    "DealerCustomerIdAndCustomerCodeConflicted",
];

const PREFIX: &str = "ClientWebPos.CreateWebPosRequest.";

fn refused(shop: &Shop, changes: &Value) -> String {
    let answer = shop.create("ORD-1", changes);
    let code = answer["ResultCode"].as_str().unwrap();
    if code == "Success" {
        return code.to_owned();
    }
    assert_eq!(answer["Data"], Value::Null, "{answer}");
    assert_eq!(answer["Exception"], Value::Null, "{answer}");
    code.strip_prefix(PREFIX).unwrap().to_owned()
}

#[test]
fn every_code_has_its_magic_value() {
    let shop = shop();
    for code in CODES {
        for magic in [
            format!("fail.{code}-17"),
            format!("fail.CreateWebPosRequest.{code}"),
        ] {
            let answer = shop.create(&magic, &json!({}));
            assert_eq!(answer["ResultCode"], format!("{PREFIX}{code}"));
        }
    }
    let answer = shop.create("fail.EX", &json!({}));
    assert_eq!(answer["ResultCode"], "EX");
    assert!(answer["Exception"].as_str().unwrap().contains("oluştu"));
    assert!(shop.control().ledger().effects().is_empty());
}

#[test]
fn who_asks_must_be_known() {
    let shop = shop();
    let good = body(CREATE, &page_request("ORD-1", &json!({})));
    let check = |body: &str, expect: &str| {
        let answer = shop.exchange(&shop.request(CREATE, body));
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.json()["ResultCode"],
            format!("{PREFIX}{expect}"),
            "{body}"
        );
    };
    check("", "InvalidRequest");
    check("[]", "InvalidRequest");
    check(
        &good.replace("PaymentDealerAuthentication", "DealerAuthentication"),
        "InvalidRequest",
    );
    check(
        &good.replace("WebPosRequest", "PaymentDealerRequest"),
        "InvalidRequest",
    );
    check(
        &good.replace(CHECK_KEY, &CHECK_KEY.to_uppercase()),
        "InvalidRequest",
    );
    check(&good.replace(CHECK_KEY, &"0".repeat(64)), "InvalidRequest");
    check(&good.replace(Config::PASSWORD, "wrong"), "InvalidAccount");
    check(&good.replace(Config::USERNAME, "wrong"), "InvalidAccount");
    check(&good.replace("\"1730\"", "\"1731\""), "InvalidAccount");
    let typed = shop.request(CREATE, &good);
    let answer = shop.exchange(&typed.replace("application/json", "text/plain"));
    assert_eq!(
        answer.json()["ResultCode"],
        format!("{PREFIX}InvalidRequest")
    );

    let path = "/PaymentDealer/DoVoid";
    let void = body(path, &arguments("DoVoid", "ORD-1"));
    for (from, to, expect) in [
        ("PaymentDealerRequest", "WebPosRequest", "InvalidRequest"),
        (CHECK_KEY, "0", "InvalidRequest"),
        (Config::PASSWORD, "wrong", "InvalidAccount"),
    ] {
        let answer = shop.exchange(&shop.request(path, &void.replace(from, to)));
        assert_eq!(
            answer.json()["ResultCode"],
            format!("PaymentDealer.CheckPaymentDealerAuthentication.{expect}")
        );
    }
    assert_eq!(
        shop.exchange(&shop.request("/PaymentDealer/DoNothing", "{}"))
            .status,
        404
    );
    let answer = shop.exchange(&typed.replacen("POST", "PUT", 1));
    assert_eq!(
        (answer.status, answer.head.contains("allow: POST")),
        (405, true)
    );
    assert!(shop.control().payments().is_empty());
}

#[test]
fn each_field_is_checked() {
    let shop = shop();
    let check =
        |changes: Value, expect: &str| assert_eq!(refused(&shop, &changes), expect, "{changes}");
    for amount in [
        json!(0),
        json!("0.00"),
        json!(-1),
        json!(1.234),
        json!("1,50"),
        Value::Null,
    ] {
        check(json!({ "Amount": amount }), "InvalidAmount");
    }
    check(json!({ "Amount": "1.00" }), "Success");
    for url in [
        json!(""),
        Value::Null,
        json!("/return"),
        json!("javascript:alert(1)"),
    ] {
        check(json!({ "RedirectUrl": url }), "RedirectURLNotGiven");
    }
    for currency in ["", "TL", "USD", "EUR", "GBP"] {
        check(json!({ "Currency": currency }), "Success");
    }
    check(json!({ "Currency": "TRY" }), "InvalidRequest");
    for number in [
        json!(""),
        json!(0),
        json!(1),
        json!(2),
        json!(12),
        Value::Null,
    ] {
        check(json!({ "InstallmentNumber": number }), "Success");
    }
    for number in [json!(13), json!(-1), json!("x")] {
        check(
            json!({ "InstallmentNumber": number }),
            "InvalidInstallmentNumber",
        );
    }
    check(json!({ "ClientWebPosTypeId": 2 }), "InvalidRequest");
    check(json!({ "IsThreeD": Value::Null }), "InvalidRequest");
    check(json!({ "IsThreeD": true }), "Success");
    check(json!({ "IsPreAuth": 2 }), "InvalidRequest");
    check(json!({ "Language": "de" }), "InvalidRequest");
    check(json!({ "Description": "ğ".repeat(200) }), "Success");
    check(json!({ "Description": "ğ".repeat(201) }), "InvalidRequest");
    check(json!({ "SubMerchantName": "Örnek Dükkân" }), "Success");
    check(
        json!({ "SubMerchantName": "Başka" }),
        "InvalidSubMerchantName",
    );
    let buyer = |name: &str, value: &str| json!({ "BuyerInformation": { name: value } });
    check(buyer("BuyerEmail", "a@b.example"), "Success");
    check(buyer("BuyerEmail", "nobody"), "InvalidBuyerEmail");
    check(
        buyer("BuyerGsmNumber", "05551110022"),
        "InvalidBuyerGsmNumber",
    );
    check(json!({ "Unheard": 1, "ClientIP": "192.0.2.1" }), "Success");
    let extra = shop.control().extra_fields();
    assert_eq!(extra.len(), 2);
    assert_eq!((extra[0].path(), extra[0].name()), (CREATE, "ClientIP"));
}

#[test]
fn a_basket_adds_up() {
    let shop = shop();
    let check = |products: Value, expect: &str| {
        assert_eq!(
            refused(&shop, &json!({ "BasketProduct": products })),
            expect
        );
    };
    let tea = json!({ "ProductCode": "ÇAY-1", "UnitPrice": 10, "Quantity": 2 });
    let coffee = json!({ "ProductId": 2, "UnitPrice": "7.5", "Quantity": 1 });
    check(json!([tea, coffee]), "Success");
    check(json!([tea]), "BasketAmountIsNotEqualPaymentAmount");
    check(json!([]), "BasketProductNotFound");
    check(json!({}), "InvalidRequest");
    let product = |name: &str, value: Value| {
        let mut product = tea.clone();
        product[name] = value;
        json!([product])
    };
    check(
        product("ProductId", json!(1)),
        "MustBeOneOfProductIdOrProductCode",
    );
    check(
        product("ProductCode", json!("")),
        "MustBeOneOfProductIdOrProductCode",
    );
    check(
        product("ProductCode", json!("ŞEKER")),
        "BasketProductNotFoundInYourProductList",
    );
    check(product("UnitPrice", json!(0)), "InvalidUnitPrice");
    check(product("Quantity", json!(0)), "InvalidQuantityValue");
}

#[test]
fn a_card_is_stored_for_a_known_customer() {
    let shop = shop();
    let check = |customer: Value, expect: &str| {
        let changes = json!({ "IsTokenized": 1, "CustomerInformation": customer });
        assert_eq!(refused(&shop, &changes), expect, "{changes}");
    };
    check(Value::Null, "CustomerInfoIsRequiredToSaveTheCard");
    check(
        json!({ "CustomerCode": "C-1" }),
        "FirstNameIsRequiredToSaveTheCard",
    );
    check(json!({ "GsmNumber": "x" }), "InvalidGsmNumber");
    check(json!({ "Email": "x" }), "InvalidEmail");
    check(json!({ "DealerCustomerId": 7 }), "DealerCustomerNotExists");
    check(
        json!({ "CustomerCode": "C-1", "FirstName": "Ayşe" }),
        "Success",
    );
    check(
        json!({ "CustomerCode": "C-2", "FirstName": "Işık" }),
        "Success",
    );
    let id = shop.control().payments()[0].dealer_payment_id() - 1;
    check(
        json!({ "DealerCustomerId": id, "CustomerCode": "C-1" }),
        "Success",
    );
    check(
        json!({ "DealerCustomerId": id, "CustomerCode": "C-2" }),
        "DealerCustomerIdAndCustomerCodeConflicted",
    );
    shop.control().pay("ORD-1").unwrap();
    assert_eq!(shop.control().ledger().count("stored_card", "ORD-1"), 0);

    // With 2 the payer chooses.
    let changes = json!({ "IsTokenized": 2, "CustomerInformation": { "CustomerCode": "C-1" } });
    for (other_trx_code, keep, stored) in [("KEEP", "1", true), ("DROP", "0", false)] {
        let created = shop.create(other_trx_code, &changes);
        let url = created["Data"]["Url"].as_str().unwrap();
        assert!(shop.get(url).body.contains("name=\"keepCard\""));
        let card = format!(
            "step=card&cardNumber=9792061122223337&expMonth=12&expYear=30&cvc=000&keepCard={keep}"
        );
        shop.post(url, &card);
        shop.post(url, "step=three-d&code=123456");
        let payment = shop.control().payment(other_trx_code).unwrap();
        assert_eq!(payment.is_card_stored(), stored);
    }
}

#[test]
fn a_dealer_may_not_do_everything() {
    let check = |config: Config, changes: Value, expect: &str| {
        assert_eq!(refused(&Shop::open(config), &changes), expect, "{changes}");
    };
    let (none, must) = (Permission::Forbidden, Permission::Required);
    check(
        config().pre_auth(none),
        json!({ "IsPreAuth": 1 }),
        "AuthorizationForbiddenForThisDealer",
    );
    check(
        config().pre_auth(must),
        json!({}),
        "PaymentMustBeAuthorization",
    );
    check(
        config().pool(none),
        json!({ "IsPoolPayment": 1 }),
        "PoolPaymentNotAvailableForDealer",
    );
    check(
        config().pool(must),
        json!({}),
        "PoolPaymentRequiredForDealer",
    );
    check(
        config().tokenization(none),
        json!({ "IsTokenized": 1 }),
        "TokenizationNotAvailableForDealer",
    );
    check(
        config().foreign_currency(false),
        json!({ "Currency": "USD" }),
        "ForeignCurrencyNotAvailableForThisDealer",
    );
    check(
        config().most_installments(6),
        json!({ "InstallmentNumber": 9 }),
        "InstallmentNumberNotAvailableForDealer",
    );
    check(
        config().sub_merchant("Çarşı"),
        json!({ "SubMerchantName": "Çarşı" }),
        "Success",
    );
}

#[test]
fn without_return_hash_the_answer_is_a_bare_string() {
    let shop = shop();
    for hash in [json!(0), Value::Null, json!("1")] {
        let answer = shop.create("ORD-1", &json!({ "ReturnHash": hash }));
        assert!(
            answer["Data"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:")
        );
    }
    let shop = Shop::open(config().bare_url(true));
    assert!(shop.create("ORD-1", &json!({}))["Data"].is_string());
}

#[test]
fn a_repeated_code_does_what_the_switch_says() {
    let check = |config: Config, expect: (&str, usize)| {
        let shop = Shop::open(config);
        let urls: Vec<Value> = (0..2)
            .map(|_| shop.create("ORD-1", &json!({}))["Data"]["Url"].clone())
            .collect();
        let second = if urls[1].is_null() { "refused" } else { "page" };
        assert_ne!(urls[0], urls[1]);
        assert_eq!(
            (second, shop.control().ledger().count("page", "ORD-1")),
            expect
        );
    };
    check(config(), ("page", 2));
    check(config().repeated_code(RepeatedCode::Refuse), ("refused", 1));
}

#[test]
fn the_case_of_the_code_and_blanks_behind_codes_are_switches() {
    let shop = Shop::open(config().lower_case_code(true));
    let created = shop.create("ORD-1", &json!({}));
    let code = created["Data"]["CodeForHash"].as_str().unwrap();
    assert_eq!(code, code.to_lowercase());
    shop.control().pay("ORD-1").unwrap();
    let fields = shop.control().return_fields("ORD-1").unwrap();
    assert_eq!(fields[0].1, return_hash(&code.to_uppercase(), true));

    let shop = Shop::open(config().trailing_blank(true).exception_in_message(true));
    let answer = shop.create("fail.InvalidAmount", &json!({}));
    assert_eq!(answer["ResultCode"], format!("{PREFIX}InvalidAmount "));
    let answer = shop.create("fail.EX", &json!({}));
    assert_eq!(answer["Exception"], Value::Null);
    assert!(!answer["ResultMessage"].as_str().unwrap().is_empty());

    let shop = Shop::open(config().error_status(400));
    let text = body(CREATE, &page_request("fail.EX", &json!({})));
    assert_eq!(shop.exchange(&shop.request(CREATE, &text)).status, 400);
}
