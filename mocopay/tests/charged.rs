//! What counts as charged, by answers as MoCoPay would write them.

use std::error::Error;

use payments_mocopay::types::VerifyPaymentReply;

/// An answer; `kind` is what it says about being a subscription, if anything.
fn reply(
    kind: &str,
    status: &str,
    charged: &str,
    total: &str,
) -> Result<VerifyPaymentReply, Box<dyn Error>> {
    let text = format!(
        r#"{{"sessionId":"s1","pid":"CHMIBSUB",{kind}"status":"{status}","series":2,"chargedAmount":{charged},"totalChargedAmount":{total},"currencyCode":"TES"}}"#
    );
    Ok(serde_json::from_str(&text)?)
}

fn is_charged(
    kind: &str,
    status: &str,
    charged: &str,
    total: &str,
) -> Result<bool, Box<dyn Error>> {
    let kind = format!(r#""type":"{kind}","#);
    Ok(reply(&kind, status, charged, total)?.is_charged())
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

#[test]
fn what_may_be_a_subscription_is_charged_by_its_series() -> Result<(), Box<dyn Error>> {
    for kind in [
        "",
        r#""type":null,"#,
        r#""type":"","#,
        r#""type":"Subscription","#,
        r#""type":"OneTime","#,
        r#""type":"onetime ","#,
        r#""recurrent":true,"#,
        r#""type":"Subscription","recurrent":true,"#,
        r#""type":"subscription","recurrent":false,"#,
        r#""type":"onetime","recurrent":true,"#,
    ] {
        let open = reply(kind, "Authorized", "0", "10")?;
        assert!(open.is_subscription() && !open.is_charged(), "{kind}");
        assert!(
            !reply(kind, "Authorized", "null", "10")?.is_charged(),
            "{kind}"
        );
        assert!(
            reply(kind, "Authorized", "10", "20")?.is_charged(),
            "{kind}"
        );
    }
    for kind in [
        r#""type":"onetime","#,
        r#""sessionType":"onetime","recurrent":false,"#,
    ] {
        let paid = reply(kind, "Authorized", "0", "10")?;
        assert!(!paid.is_subscription() && paid.is_charged(), "{kind}");
    }
    Ok(())
}
