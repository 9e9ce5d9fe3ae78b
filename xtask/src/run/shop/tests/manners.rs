//! What the shop does with what it should not have been sent, and when something is not there.

use payments_core::sandbox::{Fault, SandboxClock};

use super::*;
use crate::run::local::free_ports;

#[tokio::test]
async fn a_form_that_is_sent_twice_does_one_thing() {
    let town = town().await;
    let front = town.open("/").await;
    let first = town.browser.send(&front, "with Mocasa", &[]).await;
    let second = town.browser.send(&front, "with Mocasa", &[]).await;
    assert_eq!(first.url, second.url);
    town.browser.send(&first, "value=\"pay\"", &[]).await;
    town.settle().await;
    let admin = town.open("/admin").await;
    let refund = "/admin/refund\"";
    town.browser.send(&admin, refund, &[]).await;
    let again = town.browser.send(&admin, refund, &[]).await;
    assert_eq!(again.status, 200, "{}", again.html);
    let ledger = town.mocasa.control().ledger();
    check(
        &ledger,
        &[("order", "1499"), ("payment", "1499"), ("refund", "1499")],
    );
    assert_eq!(again.url, format!("http://{}/admin", town.shop.address));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let town = town().await;
    let (_, page) = town.order("Mocasa").await;
    town.browser.send(&page, "value=\"pay\"", &[]).await;
    town.settle().await;
    let admin = town.open("/admin").await;
    let (_, fields) = form(&admin, "/admin/refund\"", &[]);
    let url = format!("http://{}/admin/refund", town.shop.address);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let page = town.browser.post(&url, origin, &fields).await;
        assert_eq!(page.status, 403, "{origin}");
    }
    assert_eq!(town.mocasa.control().ledger().effects().len(), 2);
    assert_eq!(town.operate("refund").await.status, 200);
    assert_eq!(town.mocasa.control().ledger().effects().len(), 3);
}

#[tokio::test]
async fn another_host_is_refused() {
    let town = town().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |host: &str| {
        let url = format!("http://{}/", town.shop.address);
        let answer = client.get(url).header("host", host).send().await.unwrap();
        answer.status().as_u16()
    };
    let port = town.shop.address.port();
    assert_eq!(status(&format!("localhost:{port}")).await, 200);
    assert_eq!(status("shop.example").await, 421);
    assert_eq!(status(&format!("shop.example:{port}")).await, 421);
    assert_eq!(status("10.0.0.1").await, 421);
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let town = town().await;
    for path in ["/orders/no-such-order", "/orders/x/frame", "/nowhere"] {
        let page = town.open(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(
            page.html.contains("demo shop on sandboxes"),
            "{}",
            page.html
        );
    }
    let (id, page) = town.order("Mocasa").await;
    drop(page);
    // The same order in another way is another order.
    let url = format!("http://{}/pay", town.shop.address);
    let origin = format!("http://{}", town.shop.address);
    let fields = |order: &str, provider: &str| {
        [("order", order), ("provider", provider)].map(|(a, b)| (a.to_owned(), b.to_owned()))
    };
    for (order, provider, status) in [
        (&*id, "momo", 409),
        (&*id, "paypal", 400),
        ("1", "momo", 400),
    ] {
        let page = town
            .browser
            .post(&url, &origin, &fields(order, provider))
            .await;
        assert_eq!(page.status, status, "{order} {provider}");
    }
    let page = town.browser.post(&url, &origin, &[]).await;
    assert_eq!(page.status, 400, "{}", page.html);
    // Only MobilePay's page stands in a frame; and what names no order is about none.
    let page = town.open(&format!("/orders/{id}/frame")).await;
    assert_eq!(page.status, 404, "{}", page.html);
    for path in ["/admin/refund", "/admin/ask", "/ended"] {
        let url = format!("http://{}{path}", town.shop.address);
        let page = town
            .browser
            .post(&url, &origin, &fields("", "mocasa"))
            .await;
        assert_eq!(page.status, 404, "{path}");
    }
    assert_eq!(town.state(&id).await, "waiting");
}

#[tokio::test]
async fn a_sandbox_that_is_not_running_loses_nothing() {
    let nobody = free_ports(1);
    let store = Sqlite::in_memory().unwrap();
    let base = |_: &str| format!("http://127.0.0.1:{nobody}");
    let shop = Shop::open(0, store, &base).await.unwrap();
    let browser = Browser::new();
    let front = browser.open(&shop.url("/")).await;
    let failed = browser.send(&front, "with Mocasa", &[]).await;
    assert_eq!(failed.status, 503);
    assert!(
        failed.html.contains("start `cargo xtask sandbox`"),
        "{}",
        failed.html
    );
    // When it runs, the same order goes on.
    let config = mocasa::Config::new().kit(|kit| kit.port(nobody));
    let _sandbox = mocasa::start(config).unwrap();
    let (_, fields) = form(&front, "with Mocasa", &[]);
    let page = browser
        .open(&shop.url(&format!("/orders/{}", fields[0].1)))
        .await;
    let payment = browser.send(&page, "Try again", &[]).await;
    assert!(payment.html.contains("Pay with Mocasa"), "{}", payment.html);
}

/// An answer is lost after the money went back: the refund stays open until somebody knows.
#[tokio::test]
async fn a_refund_of_unknown_outcome_is_settled_by_hand() {
    let town = town().await;
    let (id, page) = town.order("Mocasa").await;
    town.browser.send(&page, "value=\"pay\"", &[]).await;
    town.settle().await;
    let faults = town.mocasa.control().faults();
    faults.next("/payment/order/refund", Fault::CloseAfter);
    town.operate("refund").await;
    assert_eq!(town.state(&id).await, "refunding");
    let admin = town.open("/admin").await;
    assert!(admin.html.contains("mocasa refund"), "{}", admin.html);
    let asked = town.browser.send(&admin, "value=\"ask\"", &[]).await;
    assert_eq!(asked.status, 409, "{}", asked.html);
    let found = [("who", "Ana"), ("why", "seen in the portal")];
    let settled = town.browser.send(&admin, "value=\"done\"", &found).await;
    assert!(!settled.html.contains("mocasa refund"), "{}", settled.html);
    let again = town.operate("refund").await;
    assert_eq!(again.status, 200);
    assert_eq!(town.state(&id).await, "refunded");
    let refunds = effects(&town.mocasa.control().ledger());
    assert_eq!(
        refunds.iter().filter(|(kind, _)| kind == "refund").count(),
        1
    );
}

/// A callback about an order that nobody made is tried, set aside, and tried again on demand.
#[tokio::test]
async fn a_dead_letter_can_be_tried_again() {
    let clock = SandboxClock::still();
    let store = Sqlite::in_memory().unwrap();
    let town = town_on(store.with_clock(Arc::new(clock.clone()))).await;
    let fields = [
        ("sessionId", "1"),
        ("status", "Authorized"),
        ("referenceId", "nobody's"),
    ];
    town.mocopay.control().forge(&fields).unwrap();
    for _ in 0..town.shop.inbox.options().attempts {
        town.settle().await;
        clock.advance(town.shop.inbox.options().longest_pause);
    }
    let why = "about an order that this shop does not have";
    let admin = town.open("/admin").await;
    assert!(admin.html.contains(why), "{}", admin.html);
    let revived = town.browser.send(&admin, "/admin/callbacks\"", &[]).await;
    assert!(!revived.html.contains(why), "{}", revived.html);
    assert_eq!(town.shop.inbox.dead_letters(9).unwrap().len(), 0);
}
