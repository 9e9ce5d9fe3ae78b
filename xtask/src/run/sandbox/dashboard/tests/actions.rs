//! What can be done about each provider's payments, and what comes of it.

use std::time::{Duration, UNIX_EPOCH};

use payments_core::clock::{Clock as _, SystemClock};
use payments_core::sandbox::{Desk, NotDone};

use super::{Desktop, shop};

fn only(desk: &Desk, reference: &str) -> String {
    let payments = desk.payments();
    let mut found = payments.iter().filter(|one| one.reference() == reference);
    found.next().unwrap().id().to_owned()
}

/// An action, what is filled in, and the state after it.
struct Step<'a>(&'a str, &'a [(&'a str, &'a str)], &'a str);

/// Starts a payment, does these, and expects these states.
async fn check(provider: &str, other: bool, steps: &[Step<'_>]) {
    let desktop = Desktop::open().await;
    let desk = desktop.desk(provider);
    if provider == "moka" {
        // On to an hour after midnight in Istanbul: a payment is voided on its own day until 22:00.
        let since = SystemClock::new().wall().duration_since(UNIX_EPOCH);
        let hours = since.unwrap().as_secs().div_euclid(3600);
        let to_midnight = 24_u64.saturating_sub(hours.wrapping_add(3).rem_euclid(24));
        let hours = to_midnight.saturating_add(1);
        desk.advance(Duration::from_secs(hours.saturating_mul(3600)));
    }
    shop::start(provider, desk, "A-1", other).await;
    let id = only(desk, "A-1");
    for Step(action, inputs, expect) in steps {
        let inputs = inputs.iter();
        let inputs: Vec<_> = inputs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        desk.act(Some(&id), action, &inputs)
            .unwrap_or_else(|error| panic!("{provider} {action}: {error}"));
        let state = desk.payment(&id).unwrap().state().to_owned();
        assert_eq!(state, *expect, "{provider} after {action}");
        // Everything that is offered has a command of that name.
        for action in desk.actions(Some(&id)) {
            assert!(!action.label().is_empty() && !action.name().is_empty());
        }
    }
}

#[tokio::test]
async fn mocasa_is_paid_settled_or_refunded() {
    let paid = "success";
    let refund = Step("operator/refund", &[("reason", "broken")], "refunded");
    check("mocasa", false, &[Step("pay-twice", &[], paid), refund]).await;
    check("mocasa", false, &[Step("decline", &[], "failed")]).await;
    check(
        "mocasa",
        false,
        &[
            Step("forge-signature", &[], "unpaid"),
            Step("forge-unsigned", &[], "unpaid"),
            Step("forge-amount", &[], "unpaid"),
            Step("forge-status", &[], "unpaid"),
            Step("pay", &[], paid),
            Step("settle", &[], paid),
        ],
    )
    .await;
}

#[tokio::test]
async fn mocasa_pays_out() {
    let desktop = Desktop::open().await;
    let desk = desktop.desk("mocasa");
    assert_eq!(desk.act(None, "operator/payout", &[]), Err(NotDone::NotNow));
    desk.act(None, "operator/beneficiary", &[]).unwrap();
    desk.act(None, "operator/payout", &[]).unwrap();
    let again = [("transferSerialNo".to_owned(), "SANDBOX-1".to_owned())];
    let refused = desk.act(None, "operator/payout", &again).unwrap_err();
    assert!(
        refused.to_string().contains("SANDBOX_TRANSFER_EXISTS"),
        "{refused}"
    );
    let payouts = desk.payments();
    let [payout] = payouts.as_slice() else {
        panic!("one payout, not {}", payouts.len());
    };
    assert_eq!((payout.what(), payout.amount()), ("payout", "100.00 PHP"));
    desk.act(Some(payout.id()), "payout", &[]).unwrap();
    assert_eq!(desk.callbacks().about("SANDBOX-1").len(), 1);
}

#[tokio::test]
async fn mocopay_is_charged_renewed_and_ended() {
    let on = "Authorized";
    check(
        "mocopay",
        false,
        &[Step("pay-twice", &[], on), Step("notify/forged", &[], on)],
    )
    .await;
    check("mocopay", false, &[Step("cancel", &[], "Canceled")]).await;
    let renewed: &[Step<'_>] = &[
        Step("authorize", &[], on),
        Step("renew", &[], on),
        Step("fail-renewal", &[], on),
        Step("charge", &[], on),
        Step("cancel", &[], "Canceled"),
    ];
    check("mocopay", true, renewed).await;
}

#[tokio::test]
async fn moka_is_captured_voided_and_held_in_the_pool() {
    check(
        "moka",
        true,
        &[
            Step("return/forged", &[], "open"),
            Step("pay-twice", &[], "authorised"),
            Step("operator/capture", &[("amount", "27.00")], "paid"),
            Step("operator/void", &[], "voided"),
        ],
    )
    .await;
    check(
        "moka",
        false,
        &[
            Step("pay", &[], "paid, held in the pool"),
            Step("operator/approve", &[], "paid"),
            Step("operator/undo", &[], "paid, held in the pool"),
        ],
    )
    .await;
    check(
        "moka",
        false,
        &[Step("decline", &[("code", "005")], "failed")],
    )
    .await;
    check("moka", false, &[Step("abandon", &[], "abandoned")]).await;
    let unnoticed = [Step(
        "pay-unnoticed",
        &[("code", "005")],
        "paid, held in the pool",
    )];
    check("moka", false, &unnoticed).await;
}

#[tokio::test]
async fn moka_refunds_from_the_next_day_on() {
    let desktop = Desktop::open().await;
    let desk = desktop.desk("moka");
    shop::start("moka", desk, "A-1", true).await;
    let id = only(desk, "A-1");
    desk.act(Some(&id), "pay", &[]).unwrap();
    desk.act(Some(&id), "operator/capture", &[]).unwrap();
    let early = desk.act(Some(&id), "operator/refund", &[]).unwrap_err();
    assert!(early.to_string().contains("InvalidRequest"), "{early}");
    desk.advance(std::time::Duration::from_secs(24 * 3600));
    desk.act(Some(&id), "operator/refund", &[]).unwrap();
    desk.act(Some(&id), "refund", &[]).unwrap();
    assert_eq!(desk.payment(&id).unwrap().state(), "refunded");
}

#[tokio::test]
async fn momo_is_captured_let_go_and_refunded() {
    check(
        "momo",
        true,
        &[
            Step("ipn/forged", &[], "waiting (1000)"),
            Step("pay-twice", &[], "authorised (9000)"),
            Step("operator/capture", &[], "paid (0)"),
            Step("operator/refund", &[("amount", "10000")], "paid (0)"),
        ],
    )
    .await;
    let cancel: &[Step<'_>] = &[
        Step("pay", &[], "authorised (9000)"),
        Step("operator/cancel", &[], "failed (1017)"),
    ];
    check("momo", true, cancel).await;
    check(
        "momo",
        false,
        &[Step("decline", &[("code", "1001")], "failed (1001)")],
    )
    .await;
    check("momo", false, &[Step("expire", &[], "failed (1005)")]).await;
}

#[tokio::test]
async fn mobilepay_is_authorized_captured_and_refunded() {
    let amount: &[(&str, &str)] = &[("amount", "2345")];
    check(
        "mobilepay",
        false,
        &[
            Step("phone", &[], "choosing"),
            Step("reject", &[], "rejected"),
        ],
    )
    .await;
    check("mobilepay", false, &[Step("back", &[], "cancelled")]).await;
    check("mobilepay", false, &[Step("expire", &[], "expired")]).await;
    // Nobody takes the callbacks here, and the period until the next try never passes.
    let sending = "attempting: sending-card";
    check(
        "mobilepay",
        false,
        &[
            Step("accept", &[], sending),
            Step("forge-flipped", &[], sending),
            Step("forge-payment", &[], sending),
            Step("forge-padding", &[], sending),
            Step("forge-json", &[], sending),
            Step("operator/authorize", &[], "authorized"),
            Step("operator/capture", &[], "authorized"),
            Step("operator/refund", amount, "authorized"),
        ],
    )
    .await;
    let declined: &[Step<'_>] = &[
        Step("accept", &[], sending),
        Step("operator/decline", &[], "choosing"),
        Step("accept", &[], sending),
        Step("operator/authorize", &[], "authorized"),
        Step("operator/cancel", amount, "authorized"),
    ];
    check("mobilepay", false, declined).await;
}

#[tokio::test]
async fn a_payment_shows_its_amount_in_its_currency() {
    let desktop = Desktop::open().await;
    for (provider, amount) in [
        ("mobilepay", "123.45 DKK"),
        ("mocasa", "1499.50 PHP"),
        ("mocopay", "10 TES"),
        ("moka", "27.50 TL"),
        ("momo", "33000 VND"),
    ] {
        let desk = desktop.desk(provider);
        shop::start(provider, desk, "A-1", false).await;
        let payments = desk.payments();
        assert_eq!(payments[0].amount(), amount, "{provider}");
        let history = desk.history("A-1");
        assert!(history.len() >= 2, "{provider}: {history:?}");
    }
}
