//! What counts as charged, by answers as MoCoPay would write them.

use std::error::Error;

use payments_mocopay::types::VerifyPaymentReply;

fn is_charged(
    kind: &str,
    status: &str,
    charged: &str,
    total: &str,
) -> Result<bool, Box<dyn Error>> {
    let text = format!(
        r#"{{"sessionId":"s1","pid":"CHMIBSUB","type":"{kind}","status":"{status}","series":2,"chargedAmount":{charged},"totalChargedAmount":{total},"currencyCode":"TES"}}"#
    );
    let reply: VerifyPaymentReply = serde_json::from_str(&text)?;
    Ok(reply.is_charged())
}

#[test]
fn a_series_is_not_paid_for_by_the_one_before() -> Result<(), Box<dyn Error>> {
    let check = |charged, total| is_charged("subscription", "Authorized", charged, total);
    assert!(check("10", "20")?);
    // As in the provider's sample: a series in progress, charged before, not yet now.
    assert!(!check("0", "10")?);
    assert!(!check("null", "10")?);
    assert!(!check("10", "0")?);
    Ok(())
}

#[test]
fn one_payment_is_charged_by_its_total() -> Result<(), Box<dyn Error>> {
    assert!(is_charged("onetime", "Authorized", "0", "10")?);
    assert!(!is_charged("onetime", "Authorized", "10", "null")?);
    assert!(!is_charged("onetime", "Initialized", "10", "10")?);
    Ok(())
}
