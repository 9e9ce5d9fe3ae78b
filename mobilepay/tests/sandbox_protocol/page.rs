//! The landing page: what a person sees, and the message to the page around the frame.

use super::*;

/// The frame's page of a payment.
fn page(psp: &Psp, reference: &str) -> String {
    psp.browse(&psp.control().page_url(reference).unwrap(), None)
        .body
}

#[test]
fn the_page_posts_its_message_and_goes_on() {
    let psp = psp();
    psp.initiate("A", &json!({ "customerLanguageCode": "EN" }));
    let url = psp.control().page_url("A").unwrap();
    let open = psp.browse(&url, None);
    assert!(!open.head.contains("script-src") && !open.body.contains("<script"));
    assert_eq!(psp.control().page_message("A"), None);
    psp.browse(&url, Some("step=phone&phone=%2B4511111111"));
    let ended = psp.browse(&url, Some("step=reject"));
    assert_eq!(
        psp.control().payment("A").unwrap().state(),
        PaymentState::Rejected
    );
    for part in [
        r#"data-message="mobilepay:rc=1&amp;message=rejected""#,
        r#"data-next="https://shop.example/back?a=1&amp;b=2""#,
        "window.parent.postMessage(message,'*')",
        "window.location.replace(next)",
        r#"<a href="https://shop.example/back?a=1&amp;b=2""#,
    ] {
        assert!(ended.body.contains(part), "{part}: {}", ended.body);
    }
    let message = ended.body.find("postMessage").unwrap();
    assert!(
        message < ended.body.find("location.replace").unwrap(),
        "just before going on"
    );
    assert_eq!(ended.body.matches("<script").count(), 1);
    assert!(
        ended.head.contains("; script-src 'sha256-"),
        "{}",
        ended.head
    );
    // It may stand in a frame.
    for forbidding in ["x-frame-options", "frame-ancestors"] {
        assert!(!ended.head.contains(forbidding));
    }
}

#[test]
fn every_end_has_its_code() {
    let psp = psp();
    for (reference, step, expect) in [
        ("back", "step=back", "rc=4&amp;message=cancelled"),
        ("expire", "step=expire", "rc=3&amp;message=expired"),
    ] {
        psp.initiate(reference, &json!({}));
        let url = psp.control().page_url(reference).unwrap();
        assert!(psp.browse(&url, Some(step)).body.contains(expect));
        // A step that comes late changes nothing.
        assert!(
            psp.browse(&url, Some("step=phone&phone=1"))
                .body
                .contains(expect)
        );
    }
    psp.authorized("paid", &json!({}));
    assert!(page(&psp, "paid").contains("rc=0&amp;message=completed"));

    let psp = Psp::open(config().edition(Edition::Founding).withdrawn(true));
    let message = |reference: &str| psp.control().page_message(reference).unwrap();
    psp.authorized("paid", &json!({}));
    assert_eq!(message("paid"), "mobilepay:rc=0&message=Completed");
    let payment = psp.initiate("failed", &json!({}));
    let attempt = psp.accepted("failed");
    assert_eq!(psp.update(&payment, &attempt, &rejected(1000)).status, 204);
    psp.control().reject("failed").unwrap();
    assert_eq!(message("failed"), "mobilepay:rc=2&message=Failed");
    let payment = psp.initiate("other", &json!({}));
    let path = format!("/api/v1/payments/{payment}/invalidate");
    assert_eq!(psp.call("PUT", &path, &Value::Null).status, 200);
    assert_eq!(message("other"), "mobilepay:rc=9&message=Other");
    psp.initiate("rejected", &json!({}));
    psp.control().reject("rejected").unwrap();
    assert_eq!(message("rejected"), "mobilepay:rc=1&message=Rejected");
}

#[test]
fn the_phone_number_can_be_prefilled() {
    let psp = psp();
    psp.initiate("A", &json!({}));
    let url = psp.control().page_url("A").unwrap();
    for alias in ["%2B4512345678", "004512345678"] {
        let page = psp.browse(&format!("{url}&alias={alias}&disable-remember-me"), None);
        assert!(
            page.body.contains(r#"name="phone" value="+4512345678""#),
            "{}",
            page.body
        );
    }
    assert!(page(&psp, "A").contains(r#"name="phone" value="""#));
    psp.browse(&url, Some("step=phone&phone="));
    assert_eq!(
        psp.control().payment("A").unwrap().state(),
        PaymentState::Open
    );
}

#[test]
fn the_page_speaks_three_languages() {
    let psp = psp();
    for (language, expect) in [
        (json!("DA"), "<html lang=\"da\">"),
        (json!("FI"), "<html lang=\"fi\">"),
        (json!("EN"), "<html lang=\"en\">"),
        (json!("XX"), "<html lang=\"en\">"),
        (Value::Null, "<html lang=\"da\">"),
    ] {
        let reference = language.as_str().unwrap_or("none").to_owned();
        psp.initiate(&reference, &json!({ "customerLanguageCode": language }));
        assert!(page(&psp, &reference).contains(expect), "{reference}");
    }
    let url = psp.sandbox.base_url().to_owned() + "/remote-website/index.html";
    for query in ["", "?page=request", "?page=request&id=x", "?page=other"] {
        assert_eq!(
            psp.browse(&format!("{url}{query}"), None).status,
            404,
            "{query}"
        );
    }
    let put = psp.request(
        "PUT",
        &psp.control()
            .page_url("DA")
            .unwrap()
            .replace(psp.sandbox.base_url(), ""),
        "",
    );
    assert_eq!(psp.exchange(&put).status, 405);
}
