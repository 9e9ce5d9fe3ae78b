//! What the PSP says of an authorization attempt.

use payments_core::sandbox::{Context, Reply, Request};
use serde::Deserialize;
use serde_json::Value;

use super::calls::{read, wished};
use super::checks;
use super::gateway::Gateway;
use super::records::{AttemptState, PaymentState};
use super::refusal::{Refusal, domain, invalid, require};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Update {
    succeeded: bool,
    reason_code: Option<i32>,
    reason_message: Option<String>,
    acquirer_vat_number: Option<String>,
    acquirer_merchant_id: Option<String>,
    acquirer_payment_reference: Option<String>,
    three_d_secure_url: Option<String>,
}

const STEP_UP: i32 = 1008;
const STEP_UP_DONE: i32 = 1009;

/// Every reason that a document lists.
const REASONS: [i32; 14] = [
    1000,
    1001,
    1003,
    1004,
    1005,
    1006,
    1007,
    STEP_UP,
    STEP_UP_DONE,
    1010,
    2000,
    2001,
    2002,
    3000,
];

impl Update {
    fn check(&self) -> Result<(), Refusal> {
        if self.succeeded {
            return Ok(());
        }
        let reason = self.reason_code.unwrap_or_default();
        require(REASONS.contains(&reason), || {
            invalid("reasonCode is needed, and one of the documented")
        })?;
        require(self.reason_message.is_some(), || {
            invalid("reasonMessage is needed")
        })?;
        let acquirer = [
            ("acquirerVatNumber", &self.acquirer_vat_number),
            ("acquirerMerchantId", &self.acquirer_merchant_id),
            ("acquirerPaymentReference", &self.acquirer_payment_reference),
        ];
        // With the last two reasons, no acquirer may have been asked.
        if (1000..=STEP_UP).contains(&reason) {
            for (name, text) in acquirer {
                require(text.as_deref().is_some_and(|text| !text.is_empty()), || {
                    invalid(format!("{name} is needed with {reason}"))
                })?;
            }
        }
        let url = self.three_d_secure_url.as_deref();
        require(url.is_none_or(checks::is_url), || {
            invalid("threeDSecureUrl is neither https nor http on this machine")
        })?;
        require(reason != STEP_UP || url.is_some(), || {
            invalid("threeDSecureUrl is needed with 1008")
        })
    }
}

pub(super) fn update(
    gateway: &mut Gateway,
    payment_id: &str,
    attempt_id: &str,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let (update, value) = read::<Update>(request)?;
    update.check()?;
    wished(update.reason_message.as_deref().unwrap_or_default())?;
    let place = gateway.place_of_id(payment_id);
    let late = gateway.config.late_updates;
    let payment = place.and_then(|place| gateway.payments.get_mut(place));
    let payment = payment.ok_or_else(|| domain("sandbox.payment-unknown", "No such payment."))?;
    let mut attempts = payment.attempts.iter_mut().rev().enumerate();
    let found = attempts.find(|(_, one)| one.id.eq_ignore_ascii_case(attempt_id));
    let (newer, attempt) =
        found.ok_or_else(|| domain("sandbox.attempt-unknown", "No such attempt."))?;
    if attempt.update.as_ref() == Some(&value) {
        return Ok(Reply::new(204));
    }
    match payment.state {
        PaymentState::Expired => Err(domain("sandbox.payment-expired", "The payment is over.")),
        state if state.is_undecided() => Ok(()),
        _ => Err(domain("sandbox.payment-decided", "The payment is decided.")),
    }?;
    match attempt.state {
        AttemptState::TimedOut if late && newer == 0 => Ok(()),
        AttemptState::TimedOut => Err(domain("sandbox.update-late", "The period is over.")),
        state if state.is_open() => Ok(()),
        _ => Err(domain("sandbox.attempt-decided", "The attempt is decided.")),
    }?;
    apply(gateway, place, newer, &update, value, context)
}

fn apply(
    gateway: &mut Gateway,
    place: Option<usize>,
    newer: usize,
    update: &Update,
    value: Value,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let extra = gateway.config.periods.extra;
    let gone = || domain("sandbox.attempt-unknown", "No such attempt.");
    let payment = place
        .and_then(|place| gateway.payments.get_mut(place))
        .ok_or_else(gone)?;
    let attempt = payment
        .attempts
        .iter_mut()
        .rev()
        .nth(newer)
        .ok_or_else(gone)?;
    let reason = update.reason_code.unwrap_or_default();
    let reference = payment.reference.as_str();
    if update.succeeded {
        attempt.state = AttemptState::Succeeded;
        payment.state = PaymentState::Authorized;
        let amount = payment.amount.to_string();
        context.record("authorization", reference, Some(&amount));
        if payment.auto_capture {
            payment.auto_captured = payment.amount;
            context.record("capture", reference, Some(&amount));
        }
    } else if reason == STEP_UP {
        attempt.state = AttemptState::StepUp;
        attempt
            .three_d_secure_url
            .clone_from(&update.three_d_secure_url);
        payment.state = PaymentState::Attempting;
        if !payment.extended {
            payment.extended = true;
            payment.expires = payment.expires.saturating_add(extra);
            context.wake_at(payment.expires);
        }
        context.record("step_up", reference, None);
    } else if reason == STEP_UP_DONE {
        require(attempt.state == AttemptState::StepUp, || {
            domain("sandbox.no-step-up", "There was no step-up.")
        })?;
        attempt.state = AttemptState::StepUpDone;
    } else {
        attempt.state = AttemptState::Failed(reason);
        payment.state = PaymentState::Choosing;
        context.record("attempt_failed", reference, None);
    }
    attempt.update = Some(value);
    Ok(Reply::new(204))
}
