//! The app's screen for deep links, in a browser that cannot open `momo://`.

use payments_core::sandbox::encode_form;
use payments_momo::sandbox::{BillState, Partner, PaymentState};
use serde_json::json;

use crate::bills::link;
use crate::config;
use crate::wire::{Endpoint, Shop};

fn base(shop: &Shop) -> &str {
    shop.sandbox.base_url()
}

fn screen(shop: &Shop, link: &str) -> String {
    format!("{}/app?{}", base(shop), encode_form(&[("link", link)]))
}

fn pressed(link: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("link", link)];
    fields.extend(more);
    encode_form(&fields)
}

#[test]
fn the_link_of_a_payment_opens_it() {
    let shop = Shop::open(config());
    let created = shop.created("A-1", &json!({}));
    let deeplink = created["deeplink"].as_str().unwrap();
    let url = screen(&shop, deeplink);
    let page = shop.get(created["payUrl"].as_str().unwrap());
    let target = url.strip_prefix(base(&shop)).unwrap();
    assert!(page.body.contains(target), "{}", page.body);
    let app = shop.get(&url);
    assert_eq!(app.status, 200);
    assert!(app.body.contains("A-1") && app.body.contains("33000 VND"));
    // Its buttons are those of the payment's page.
    let path = created["payUrl"].as_str().unwrap();
    let path = path.strip_prefix(base(&shop)).unwrap();
    assert!(app.body.contains(&format!("action=\"{path}\"")));
    let state = || shop.control().payment("A-1").unwrap().state();
    assert_eq!(state(), PaymentState::Waiting);
    let other = shop.get(&screen(&shop, "momo://app?action=payWithApp&sid=other"));
    assert_eq!(other.status, 404);
}

#[test]
fn the_link_of_a_bill_opens_it_if_its_checksum_holds() {
    let endpoint = Endpoint::listen(vec![(200, "{}".to_owned())]);
    let partner = Partner::new().notify_url(&format!("{}/notify", endpoint.base()));
    let shop = Shop::open(config().partner(partner));
    let genuine = link(|link| link);
    let cheaper = genuine.replace("amount=33000", "amount=3300");
    let refused = shop.get(&screen(&shop, &cheaper));
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("the checksum does not hold"));
    assert!(shop.control().bill("B-1").is_none());

    let shown = shop.get(&screen(&shop, &genuine));
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("B-1") && shown.body.contains("33000 VND"));
    let app = format!("{}/app", base(&shop));
    for odd in [
        &[("choice", "steal")][..],
        &[("choice", "fail"), ("code", "0")],
    ] {
        assert_eq!(shop.press(&app, &pressed(&genuine, odd)).status, 400);
    }
    let state = || shop.control().bill("B-1").unwrap().state();
    assert_eq!(state(), BillState::Open);
    let paid = shop.press(&app, &pressed(&genuine, &[("choice", "pay")]));
    assert!(paid.body.contains("This bill is paid."), "{}", paid.body);
    assert_eq!(state(), BillState::Paid);
    assert_eq!(endpoint.next().json()["billId"], "B-1");
    // What is over stays as it is.
    shop.press(
        &app,
        &pressed(&genuine, &[("choice", "fail"), ("code", "9")]),
    );
    assert_eq!(state(), BillState::Paid);
}

#[test]
fn without_a_link_the_app_asks_for_one() {
    let shop = Shop::open(config());
    let page = shop.get(&format!("{}/app", base(&shop)));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("name=\"link\""), "{}", page.body);
}
