//! Who may look and act, and what bad input is answered.

use axum::http::StatusCode;

use super::{Desktop, form_id, read, shop};

const SAYS_SO: &str = "This is a sandbox. No money moves.";

#[tokio::test]
async fn only_who_has_the_token_is_let_in() {
    let mut desktop = Desktop::open().await;
    assert!(desktop.cookie.starts_with("sandbox-"), "{}", desktop.cookie);
    assert_eq!(desktop.get("/").await.status, StatusCode::OK);
    let entry = desktop
        .get(&format!("/signature?token={}", desktop.token))
        .await;
    assert_eq!(entry.status, StatusCode::SEE_OTHER);
    assert_eq!(entry.header("location"), "/signature");
    let cookie = entry.header("set-cookie");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let elsewhere = desktop
        .get(&format!("//evil.example/?token={}", desktop.token))
        .await;
    assert_eq!(elsewhere.header("location"), "/");

    let good = std::mem::take(&mut desktop.cookie);
    for cookie in [
        "",
        "sandbox-1=x",
        good.split('=').next().unwrap(),
        &format!("{good}x"),
    ] {
        cookie.clone_into(&mut desktop.cookie);
        for path in ["/", "/sandboxes/moka", "/live", "/?token=wrong", "/nothing"] {
            let reply = desktop.get(path).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{cookie} {path}");
            assert!(reply.text.contains("Open the address that was printed"));
            assert!(reply.text.contains(SAYS_SO));
        }
        let reply = desktop
            .post("/sandboxes/moka/disarm", &[("form", "x")])
            .await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn only_this_machine_is_answered() {
    let desktop = Desktop::open().await;
    for host in ["rebound.example", "127.0.0.1.example:4000", "10.0.0.1"] {
        let request = desktop.browser.get(format!("{}/", desktop.base));
        let request = request
            .header("cookie", &desktop.cookie)
            .header("host", host);
        let reply = read(request).await;
        assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(reply.text.contains("not a name of this machine"));
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_it_once() {
    let desktop = Desktop::open().await;
    let desk = desktop.desk("mocopay");
    shop::start("mocopay", desk, "A-1", true).await;
    let id = desk.payments()[0].id().to_owned();
    let page = format!("/payments/mocopay/{id}");
    let act = format!("{page}/act");
    let done = desktop.send(&page, &act, &[("action", "authorize")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(done.header("location").starts_with(&page));

    let form = form_id(&desktop.get(&page).await.text);
    let fields = [("form", form.as_str()), ("action", "charge")];
    assert_eq!(
        desktop.post(&act, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let again = desktop.post(&act, &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("sent before") && again.text.contains(&page));
    let charged = desk.payments()[0].facts()[2].1.clone();
    assert_eq!(charged, "20 TES");

    for foreign in ["", "x"] {
        let fields = [("form", foreign), ("action", "charge")];
        let reply = desktop.post(&act, &fields).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(desk.payments()[0].facts()[2].1, charged);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_readably() {
    let desktop = Desktop::open().await;
    let desk = desktop.desk("moka");
    shop::start("moka", desk, "A-1", false).await;
    let id = desk.payments()[0].id().to_owned();
    let page = format!("/payments/moka/{id}");
    let act = format!("{page}/act");
    let gone = desktop
        .send(&page, &act, &[("action", "operator/void")])
        .await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    assert!(gone.text.contains("cannot be done now"), "{}", gone.text);
    desk.act(Some(&id), "pay", &[]).unwrap();
    let refund = [("action", "operator/refund"), ("amount", "9999")];
    let refused = desktop.send(&page, &act, &refund).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("InvalidRequest"), "{}", refused.text);

    let check = async |path: &str, status: StatusCode, says: &str| {
        let reply = desktop.get(path).await;
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.text.contains(says), "{path}: {}", reply.text);
        assert!(reply.text.contains(SAYS_SO));
    };
    let none = StatusCode::NOT_FOUND;
    check("/payments/moka/nothing", none, "no such payment").await;
    check(
        "/payments/moka/%00%ff",
        StatusCode::BAD_REQUEST,
        "cannot be read",
    )
    .await;
    check("/payments/paypal/x", none, "no sandbox of that name").await;
    check("/sandboxes/paypal", none, "no sandbox of that name").await;
    check("/signature?scheme=x", none, "no such scheme").await;
    check(
        "/signature?scheme=a&scheme=b",
        StatusCode::BAD_REQUEST,
        "cannot be read",
    )
    .await;
    check("/nothing", none, "no such page").await;
    check(
        "/sandboxes/moka/clock",
        StatusCode::METHOD_NOT_ALLOWED,
        "cannot be done",
    )
    .await;
    let posted = desktop.post("/payments/moka/nothing/act", &[]).await;
    assert_eq!(posted.status, none);
}

#[tokio::test]
async fn every_page_says_what_it_is_and_runs_nothing_else() {
    let desktop = Desktop::open().await;
    let desk = desktop.desk("mocasa");
    shop::start("mocasa", desk, "A-1", false).await;
    let id = desk.payments()[0].id().to_owned();
    let payment = format!("/payments/mocasa/{id}");
    let signature = "/signature?scheme=momo-ipn";
    for path in ["/", &payment, "/sandboxes/mocasa", "/signature", signature] {
        let reply = desktop.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(reply.text.contains(SAYS_SO) && reply.text.contains("<html lang=\"en\">"));
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!reply.text.contains("Rice <cooker>"), "{path}");
        // A label for every field that is seen, and headings in order.
        let seen = reply.text.matches("<input id=").count()
            + reply.text.matches("<select id=").count()
            + reply.text.matches("<textarea id=").count();
        assert_eq!(reply.text.matches("<label for=").count(), seen, "{path}");
        assert_eq!(reply.text.matches("<h1>").count(), 1);
        for outside in ["http://www", "https://", "//cdn"] {
            assert!(!reply.text.contains(&format!("src=\"{outside}")), "{path}");
        }
    }
    assert!(
        desktop
            .get(&payment)
            .await
            .text
            .contains("Rice &lt;cooker&gt;")
    );
}

#[tokio::test]
async fn a_form_that_was_refused_can_be_corrected() {
    let desktop = Desktop::open().await;
    let id = form_id(&desktop.get("/sandboxes/moka").await.text);
    let arm = async |times: &str| {
        let fields = [("form", &*id), ("fault", "html"), ("times", times)];
        desktop.post("/sandboxes/moka/fault", &fields).await.status
    };
    assert_eq!(arm("many").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(arm("2").await, StatusCode::SEE_OTHER);
    assert_eq!(arm("2").await, StatusCode::CONFLICT);
    assert_eq!(desktop.desk("moka").faults().armed().len(), 1);
}
