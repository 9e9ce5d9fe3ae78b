//! What the pages show and do.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use payments_core::sandbox::{Armed, CallbackMode};
use tokio::sync::mpsc;

use super::{Desktop, shop};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

/// A shop that acknowledges everything and tells of it: path and body.
async fn listening() -> (String, mpsc::UnboundedReceiver<(String, String)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sender = Arc::new(sender);
    let app = Router::new().fallback(move |uri: axum::http::Uri, body: String| {
        let sender = Arc::clone(&sender);
        async move {
            let _ = sender.send((uri.path().to_owned(), body));
            "OK"
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}"), receiver)
}

/// A paid order of Mocasa's, whose webhook has arrived.
struct Paid {
    desktop: Desktop,
    page: String,
    heard: mpsc::UnboundedReceiver<(String, String)>,
}

impl Paid {
    async fn new() -> Self {
        let (shop, heard) = listening().await;
        let desktop = Desktop::with_shop(&shop).await;
        let desk = desktop.desk("mocasa");
        shop::start("mocasa", desk, "A-1", false).await;
        let id = desk.payments()[0].id().to_owned();
        let page = format!("/payments/mocasa/{id}");
        let act = format!("{page}/act");
        let done = desktop.send(&page, &act, &[("action", "pay")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let mut paid = Self {
            desktop,
            page,
            heard,
        };
        assert_eq!(paid.next().await.0, "/callbacks/mocasa");
        paid.desktop.desk("mocasa").callbacks().idle().await;
        paid
    }

    async fn next(&mut self) -> (String, String) {
        let heard = tokio::time::timeout(LONG, self.heard.recv()).await;
        heard.expect("nothing was sent").unwrap()
    }

    async fn callback(&self, fields: &[(&str, &str)]) -> StatusCode {
        let to = format!("{}/callback", self.page);
        self.desktop.send(&self.page, &to, fields).await.status
    }
}

#[tokio::test]
async fn a_timeline_shows_what_happened_and_no_secret() {
    let paid = Paid::new().await;
    let text = paid.desktop.get(&paid.page).await.text;
    let mut rest = text.as_str();
    for expect in [
        "<dt>State</dt><dd>success</dd>",
        "<dt>Amount</dt><dd>1499.50 PHP</dd>",
        "Request <code>POST /payment/order/create</code>, answered 200",
        "In the ledger: order of 1499.5",
        "By hand: pay",
        "In the ledger: payment of 1499.5",
        "Callback webhook #0: <code>POST http://127.0.0.1:",
        "orderNo = &quot;A-1&quot;",
        "secret = ***",
        "Verdict: <strong>verified with key",
        "Sent webhook #0, answered 200: acknowledged",
    ] {
        let at = rest.find(expect);
        let at = at.unwrap_or_else(|| panic!("{expect} is not, or not in its place, in {text}"));
        rest = &rest[at..];
    }
    assert!(!text.contains(payments_mocasa::sandbox::Config::CLIENT_SECRET));
    let list = paid.desktop.get("/").await.text;
    assert!(list.contains("1499.50 PHP</td><td>success</td>"), "{list}");
}

#[tokio::test]
async fn a_callback_goes_out_again_twice_late_and_out_of_order() {
    let mut paid = Paid::new().await;
    let desk = paid.desktop.desk("mocasa").clone();
    let one = ("callback", "0");
    let done = StatusCode::SEE_OTHER;
    assert_eq!(paid.callback(&[("how", "again"), one]).await, done);
    let first = paid.next().await;
    assert_eq!(paid.callback(&[("how", "twice"), one]).await, done);
    assert_eq!(
        (paid.next().await, paid.next().await),
        (first.clone(), first.clone())
    );

    let late = [("how", "late"), one, ("seconds", "7200")];
    assert_eq!(paid.callback(&late).await, done);
    desk.callbacks().idle().await;
    assert!(paid.heard.try_recv().is_err(), "it is not late");
    desk.advance(Duration::from_secs(7200));
    assert_eq!(paid.next().await, first);

    let id = paid.page.rsplit('/').next().unwrap();
    desk.act(Some(id), "forge-amount", &[]).unwrap();
    let forged = paid.next().await;
    assert!(forged.1.contains("amount=0.01"), "{}", forged.1);
    assert_eq!(paid.callback(&[("how", "reversed")]).await, done);
    assert_eq!((paid.next().await, paid.next().await), (forged, first));

    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(
        paid.callback(&[("how", "again"), ("callback", "99")]).await,
        bad
    );
    assert_eq!(paid.callback(&[("how", "sideways"), one]).await, bad);
    assert_eq!(
        paid.callback(&[("how", "late"), one, ("seconds", "-1")])
            .await,
        bad
    );
    let text = paid.desktop.get(&paid.page).await.text;
    assert!(text.contains("the signature does not match") || text.contains("verified"));
}

#[tokio::test]
async fn callbacks_of_a_sandbox_are_held_and_released() {
    let desktop = Desktop::open().await;
    let (page, desk) = ("/sandboxes/moka", desktop.desk("moka"));
    let to = |what: &str| format!("{page}/{what}");
    let send = async |what: &str, fields: &[(&str, &str)]| {
        desktop.send(page, &to(what), fields).await.status
    };
    let done = StatusCode::SEE_OTHER;
    assert_eq!(send("mode", &[("mode", "held")]).await, done);
    assert_eq!(desk.callbacks().mode(), CallbackMode::Held);
    assert!(
        desktop
            .get(page)
            .await
            .text
            .contains("<option selected>held")
    );
    let late = [("mode", "late"), ("seconds", "5")];
    assert_eq!(send("mode", &late).await, done);
    let mode = CallbackMode::After(Duration::from_secs(5));
    assert_eq!(desk.callbacks().mode(), mode);
    assert_eq!(send("release", &[("order", "reversed")]).await, done);
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(send("mode", &[("mode", "never mind")]).await, bad);
    assert_eq!(send("release", &[]).await, bad);
    let before = desk.now();
    assert_eq!(send("clock", &[("seconds", "3600")]).await, done);
    assert!(desk.now() >= before + Duration::from_secs(3600));
    assert_eq!(send("clock", &[("seconds", "99999999999")]).await, bad);
}

#[tokio::test]
async fn faults_are_armed_for_the_next_request_or_a_share() {
    let desktop = Desktop::open().await;
    let (page, desk) = ("/sandboxes/momo", desktop.desk("momo"));
    let arm = async |fields: &[(&str, &str)]| {
        let reply = desktop.send(page, "/sandboxes/momo/fault", fields).await;
        (reply.status, reply.text)
    };
    let done = StatusCode::SEE_OTHER;
    let next = [
        ("fault", "status-before:503"),
        ("path", "/x"),
        ("times", "2"),
    ];
    assert_eq!(arm(&next).await.0, done);
    let share = [
        ("written", "html"),
        ("fault", "stale"),
        ("per-mille", "250"),
    ];
    assert_eq!(arm(&share).await.0, done);
    let armed = desk.faults().armed();
    let Armed::Next { fault, left: 2, .. } = &armed[0] else {
        panic!("{armed:?}");
    };
    assert_eq!(fault, "status-before:503");
    assert!(matches!(armed[1], Armed::Share { per_mille: 250, .. }));
    let text = desktop.get(page).await.text;
    assert!(
        text.contains("status-before:503: the next 2 to /x"),
        "{text}"
    );
    assert!(text.contains("html: 250 of a thousand to /*"), "{text}");

    let struck = desktop.browser.get(format!("{}/x", desk.base_url()));
    let struck = struck.send().await.unwrap();
    assert_eq!(struck.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        desktop
            .get(page)
            .await
            .text
            .contains("struck by status-before")
    );

    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let (status, text) = arm(&[("written", "explode")]).await;
    assert_eq!(status, bad);
    assert!(text.contains("explode is not a fault: write"), "{text}");
    assert_eq!(arm(&[("fault", "html"), ("times", "many")]).await.0, bad);
    assert_eq!(
        arm(&[("fault", "html"), ("per-mille", "1001")]).await.0,
        bad
    );
    assert_eq!(
        desktop
            .send(page, "/sandboxes/momo/disarm", &[])
            .await
            .status,
        done
    );
    assert!(desk.faults().armed().is_empty());
}

#[tokio::test]
async fn a_page_hears_of_a_change_without_being_asked() {
    let desktop = Desktop::open().await;
    let request = desktop.browser.get(format!("{}/live", desktop.base));
    let request = request.header("cookie", &desktop.cookie);
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut heard = String::new();
    let mut changes = 0;
    // The first may be of the sandboxes' start.
    while changes < 3 {
        let desk = desktop.desk("mocasa");
        shop::start("mocasa", desk, &format!("A-{changes}"), false).await;
        let wanted = changes + 1;
        while heard.matches("data: changed\n\n").count() < wanted {
            let chunk = tokio::time::timeout(LONG, stream.chunk()).await;
            let chunk = chunk.expect("nothing is told").unwrap().unwrap();
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
        changes = wanted;
    }
}

#[tokio::test]
async fn a_change_before_the_page_listens_is_told_too() {
    let desktop = Desktop::open().await;
    let version = |text: &str| {
        let (_, rest) = text.split_once("data-version=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let old = version(&desktop.get("/").await.text);
    shop::start("mocasa", desktop.desk("mocasa"), "A-1", false).await;
    // The dashboard has heard of it by the time that its version is another one.
    while version(&desktop.get("/").await.text) == old {}
    let live = format!("{}/live?since={old}", desktop.base);
    let request = desktop.browser.get(live).header("cookie", &desktop.cookie);
    let mut stream = request.send().await.unwrap();
    let mut heard = String::new();
    while !heard.contains("data: changed") {
        let chunk = tokio::time::timeout(LONG, stream.chunk()).await;
        let chunk = chunk.expect("nothing is told").unwrap().unwrap();
        heard.push_str(&String::from_utf8_lossy(&chunk));
    }
}

#[tokio::test]
async fn a_signature_is_explained_part_by_part() {
    let desktop = Desktop::open().await;
    let explain = async |fields: &[(&str, &str)]| {
        let reply = desktop
            .send("/signature?scheme=momo-ipn", "/signature", fields)
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        reply.text
    };
    // The signature is that of the provider's page: `orderNo|txStatus|secret`, SHA-256, base64.
    let webhook = |status: &'static str| {
        [
            ("scheme", "mocasa-webhook"),
            (
                "body",
                match status {
                    "success" => "orderNo=ORDER-1001&txStatus=success",
                    _ => "orderNo=ORDER-1001&txStatus=failed",
                },
            ),
            (
                "headers",
                "content-type: application/x-www-form-urlencoded\r\nsignature: ymlZ2Na+E9So9yFM6S14271H9IGyHYExMbB2uSQZBaU=",
            ),
            ("key-0", "se1234"),
        ]
    };
    let text = explain(&webhook("success")).await;
    assert!(
        text.contains("at least"),
        "a short secret is refused: {text}"
    );
    let mocopay = |query: &'static str| {
        [
            ("scheme", "mocopay-request"),
            ("target", query),
            ("headers", "signature: app1:WETDyNQLx0+8BJ16vDgiVg=="),
            ("key-0", "app1"),
            ("key-1", "this.is.a.secret"),
        ]
    };
    let good = "/v1/payment/initPayment/?pid=12000&mcc=228&mnc=01&userId=123456789";
    let text = explain(&mocopay(good)).await;
    assert!(text.contains("<strong>verified</strong>"), "{text}");
    assert!(text.contains("API secret = ***") && text.contains("&quot;mcc=228&quot;"));
    let text = explain(&mocopay(
        "/v1/payment/initPayment/?pid=12001&mcc=228&mnc=01",
    ))
    .await;
    assert!(
        text.contains("one of the parts above was changed"),
        "{text}"
    );
    let text = explain(&[
        ("scheme", "momo-ipn"),
        ("headers", "nonsense"),
        ("key-0", "access"),
        ("key-1", "a-secret-of-no-value-and-32-bytes-long"),
    ])
    .await;
    assert!(text.contains("not a header"), "{text}");
    let text = explain(&[("scheme", "moka-return"), ("body", "a=1")]).await;
    assert!(text.contains("CodeForHash is missing"), "{text}");
    let reply = desktop.post("/signature", &[("scheme", "momo-ipn")]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_a_sandbox_sent_stands_on_the_signature_page() {
    for (provider, scheme, other) in [
        ("mocasa", "mocasa-webhook", false),
        ("moka", "moka-return", true),
        ("momo", "momo-ipn", false),
    ] {
        let desktop = Desktop::open().await;
        let desk = desktop.desk(provider);
        shop::start(provider, desk, "A-1", other).await;
        let id = desk.payments()[0].id().to_owned();
        desk.act(Some(&id), "pay", &[]).unwrap();
        let page = format!("/payments/{provider}/{id}");
        let text = desktop.get(&page).await.text;
        assert!(
            text.contains("Verdict: <strong>verified"),
            "{provider}: {text}"
        );
        let link = format!("/signature?scheme={scheme}&amp;callback=0");
        assert!(text.contains(&link), "{provider}: {text}");
        let text = desktop.get(&link.replace("&amp;", "&")).await.text;
        assert!(text.contains("A-1"), "{provider}: {text}");
    }
}
