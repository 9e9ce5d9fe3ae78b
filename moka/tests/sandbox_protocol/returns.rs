//! What the buyer's browser brings back, genuine and forged.

use super::*;

const FIELDS: [&str; 5] = [
    "hashValue",
    "resultCode",
    "resultMessage",
    "trxCode",
    "OtherTrxCode",
];

fn form(shop: &Shop, other_trx_code: &str) -> Vec<(String, String)> {
    shop.control().return_fields(other_trx_code).unwrap()
}

fn hash_is(shop: &Shop, other_trx_code: &str, code_for_hash: &Value, success: bool) -> bool {
    let expect = return_hash(
        code_for_hash["Data"]["CodeForHash"].as_str().unwrap(),
        success,
    );
    form(shop, other_trx_code)[0] == ("hashValue".to_owned(), expect)
}

#[test]
fn every_bank_code_can_decline() {
    let shop = shop();
    for number in 0..30 {
        let bank = format!("{number:03}");
        let ways = [
            format!("A-{bank}"),
            format!("fail.Page.{bank}-1"),
            format!("C-{bank}"),
        ];
        for (way, other_trx_code) in ways.iter().enumerate() {
            let created = shop.create(other_trx_code, &json!({}));
            match way {
                0 => drop(shop.control().decline(other_trx_code, &bank).unwrap()),
                1 => drop(shop.control().pay(other_trx_code).unwrap()),
                _ => {
                    let url = created["Data"]["Url"].as_str().unwrap();
                    let cvc = 100 + number;
                    let card = format!(
                        "step=card&cardNumber=5127541122223332&expMonth=12&expYear=2030&cvc={cvc}"
                    );
                    shop.post(url, &card);
                    let ended = shop.post(url, "step=three-d&code=123456");
                    assert!(ended.body.contains("Ödemeniz alınamadı."));
                }
            }
            assert!(
                hash_is(&shop, other_trx_code, &created, false),
                "{other_trx_code}"
            );
            let form = form(&shop, other_trx_code);
            let names: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, FIELDS);
            assert_eq!(form[1].1, bank, "{other_trx_code}");
            assert!(!form[2].1.is_empty());
            assert_eq!(shop.control().ledger().count("payment", other_trx_code), 0);
            assert_eq!(
                shop.control().payment(other_trx_code).unwrap().state(),
                PaymentState::Failed
            );
        }
    }
}

#[test]
fn a_failed_return_may_hide_a_payment() {
    let shop = shop();
    let created = shop.create("A", &json!({}));
    let state = shop.control().pay_unnoticed("A", "021").unwrap();
    assert_eq!(state, PaymentState::Paid);
    assert!(hash_is(&shop, "A", &created, false));
    assert_eq!(form(&shop, "A")[2].1, "Zaman aşımı");
    assert_eq!(shop.control().ledger().count("payment", "A"), 1);
}

#[test]
fn the_page_speaks_english_and_may_stand_in_a_frame() {
    let shop = shop();
    let english = json!({ "Language": "en", "ClientWebPosTypeId": 0, "IsPreAuth": 1 });
    let created = shop.create("A", &english);
    let url = created["Data"]["Url"].as_str().unwrap();
    let page = shop.get(url).body;
    for part in [
        "<html lang=\"en\">",
        "Secure payment",
        "Pre-authorisation",
        "Card number",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let refused = shop.post(url, "step=card&cardNumber=4111111111111111&cvc=000");
    assert!(refused.body.contains("This is not a test card."));
    shop.post(
        url,
        "step=card&cardNumber=4183441122223339&expMonth=12&expYear=30&cvc=000",
    );
    // Another code than the bank's, or going back, is no authentication.
    let ended = shop.post(url, "step=three-d&code=000000").body;
    assert!(ended.contains("value=\"001\"") && ended.contains("Cardholder not authenticated"));
    assert!(ended.contains(" target=\"_top\">"), "{ended}");

    let created = shop.create("B", &json!({ "ClientWebPosTypeId": 0, "RedirectType": 1 }));
    shop.control().pay("B").unwrap();
    let ended = shop.get(created["Data"]["Url"].as_str().unwrap()).body;
    assert!(
        ended.contains("hashValue") && !ended.contains("_top"),
        "{ended}"
    );
    let missing = shop.get(&format!(
        "{}/commonpaymentpage/none",
        shop.sandbox.base_url()
    ));
    assert_eq!(missing.status, 404);
}

#[test]
fn without_the_3d_step_the_return_may_be_missing() {
    let card = "step=card&cardNumber=4183441122223339&expMonth=12&expYear=2030&cvc=000";
    let check = |config: Config, three_d: bool, returns: bool| {
        let shop = Shop::open(config);
        let created = shop.create("A", &json!({ "IsThreeD": 0 }));
        let url = created["Data"]["Url"].as_str().unwrap();
        let mut answer = shop.post(url, card);
        assert_eq!(answer.body.contains("three-d"), three_d);
        if three_d {
            answer = shop.post(url, "step=three-d&code=123456");
        }
        assert_eq!(answer.body.contains("hashValue"), returns);
        assert_eq!(shop.control().ledger().count("payment", "A"), 1);
    };
    check(config(), false, true);
    check(config().direct_return(false), false, false);
    check(config().direct_sale(false), true, true);
}

#[test]
fn returns_come_in_every_wrong_way() {
    let endpoint = Endpoint::listen(vec![(200, ""); 20]);
    let shop = shop();
    let control = shop.control();
    let redirect = json!({ "RedirectUrl": endpoint.url() });
    let first = shop.create("A", &redirect);
    shop.create("B", &redirect);
    control.suppress_returns(true);
    control.pay("A").unwrap();
    shop.settle_down();
    assert!(control.returns("A").is_empty());
    control.suppress_returns(false);
    control.resend_return("A").unwrap();
    let genuine = endpoint.next();
    let hash = genuine.field("hashValue");
    let forged = |forgery: Forgery| {
        control.forge_return("A", &forgery).unwrap();
        endpoint.next()
    };
    assert_ne!(forged(Forgery::WrongHash).field("hashValue"), hash);
    assert_eq!(forged(Forgery::Garbage).field("hashValue").len(), 64);
    assert_eq!(
        forged(Forgery::UpperCaseHash).field("hashValue"),
        hash.to_uppercase()
    );
    assert_ne!(forged(Forgery::LowerCaseCode).field("hashValue"), hash);
    let of_other = forged(Forgery::OfPayment("B".to_owned())).field("hashValue");
    assert_ne!(of_other, hash);
    assert_eq!(
        forged(Forgery::Without("hashValue".to_owned()))
            .form()
            .len(),
        4
    );
    let doubled = forged(Forgery::Doubled("trxCode".to_owned(), "x".to_owned()));
    assert_eq!(doubled.form().len(), 6);
    let changed = forged(Forgery::Changed("OtherTrxCode".to_owned(), "ğ".to_owned()));
    assert_eq!(changed.field("OtherTrxCode"), "ğ");
    assert_eq!(changed.field("hashValue"), hash);
    // An undecided payment is made to look paid, with the hash of another.
    let code = first["Data"]["CodeForHash"].as_str().unwrap();
    control
        .forge_return("B", &Forgery::OfPayment("A".to_owned()))
        .unwrap();
    assert_eq!(endpoint.next().field("hashValue"), return_hash(code, true));
    assert_eq!(control.resend_return("B"), Err(ControlError::NoReturn));
    assert_eq!(
        control.forge_return("?", &Forgery::Garbage),
        Err(ControlError::NoSuchPayment)
    );
    assert_eq!(control.abandon("B"), Ok(PaymentState::Abandoned));
    assert_eq!(control.pay("B"), Ok(PaymentState::Abandoned));
    assert_eq!(control.pay("?"), Err(ControlError::NoSuchPayment));
    assert_eq!(control.decline("B", "030"), Err(ControlError::NoSuchCode));
    assert_eq!(control.ledger().count("payment", "B"), 0);

    control.callbacks().set_mode(CallbackMode::Twice);
    shop.create("C", &redirect);
    control.pay("C").unwrap();
    assert_eq!(endpoint.next().body, endpoint.next().body);
}

#[test]
fn notifications_want_an_ok() {
    let endpoint = Endpoint::listen(vec![(200, "ok?"), (500, "OK"), (200, ""), (200, "OK")]);
    let shop = Shop::open(config().notification(endpoint.url()));
    let control = shop.control();
    shop.create("A", &json!({}));
    control.decline("A", "002").unwrap();
    for _ in 0..3 {
        let told = endpoint.next();
        assert_eq!(told.field("resultCode"), "002");
        shop.settle_down();
        control.advance(Duration::from_secs(60));
    }
    control.advance(DAY);
    shop.settle_down();
    assert_eq!(control.notifications("A").len(), 3);
    shop.create("B", &json!({}));
    control.pay("B").unwrap();
    assert_eq!(endpoint.next().field("resultCode"), "");
    shop.settle_down();
    control.advance(DAY);
    assert_eq!(control.notifications("B").len(), 1);
}
