//! What counts as charged, by answers as MoCoPay would write them.

use payments_mocopay::types::VerifyPaymentReply;

fn check(kind: &str, status: &str, charged: &str, total: &str, expect: bool) {
    let text = format!(
        r#"{{"sessionId":"s1","pid":"CHMIBSUB","type":"{kind}","status":"{status}","series":2,"chargedAmount":{charged},"totalChargedAmount":{total},"currencyCode":"TES"}}"#
    );
    let reply: VerifyPaymentReply = serde_json::from_str(&text).unwrap();
    assert_eq!(reply.is_charged(), expect, "{text}");
}

#[test]
fn a_series_is_not_paid_for_by_the_one_before() {
    check("subscription", "Authorized", "10", "20", true);
    // As in the provider's sample: a series in progress, charged before, not yet now.
    check("subscription", "Authorized", "0", "10", false);
    check("subscription", "Authorized", "null", "10", false);
    check("subscription", "Authorized", "10", "0", false);
}

#[test]
fn one_payment_is_charged_by_its_total() {
    check("onetime", "Authorized", "0", "10", true);
    check("onetime", "Authorized", "10", "null", false);
    check("onetime", "Initialized", "10", "10", false);
}
