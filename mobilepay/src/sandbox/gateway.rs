//! The provider: what it remembers, what time does to it, and what it does when it is asked.

use std::time::Duration;

use payments_core::sandbox::{
    Action, CallbackAnswer, Context, Fields, JsonObject, Listed, Provider, Random, Reply, Request,
};

use super::callbacks;
use super::calls;
use super::cipher::Keys;
use super::commands;
use super::config::Config;
use super::desk;
use super::page;
use super::records::{AttemptState, Merchant, Payment, PaymentState};
use super::user;

/// MobilePay's side of the protocol.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) keys: Keys,
    pub(super) merchants: Vec<Merchant>,
    pub(super) payments: Vec<Payment>,
    /// Codes that the next calls are refused with.
    pub(super) armed: Vec<String>,
    /// Cards are sent before addresses.
    pub(super) out_of_order: bool,
}

impl Gateway {
    pub(super) fn new(config: Config, keys: Keys) -> Self {
        let merchant = |id: &str, external_id: &str, own, deleted| Merchant {
            id: id.to_owned(),
            external_id: external_id.to_owned(),
            category_code: 5732,
            name: "Butik Æble".to_owned(),
            billing_currency: "DKK".to_owned(),
            country_code: "DK".to_owned(),
            vat_number: "DK12345678".to_owned(),
            own,
            deleted,
        };
        Self {
            config,
            keys,
            merchants: vec![
                merchant(Config::MERCHANT_ID, "sandbox-merchant", true, false),
                merchant(Config::FOREIGN_MERCHANT_ID, "of-another-psp", false, false),
                merchant(Config::DELETED_MERCHANT_ID, "deleted-merchant", true, true),
            ],
            payments: Vec::new(),
            armed: Vec::new(),
            out_of_order: false,
        }
    }

    /// Where the latest payment of that `pspReferenceId` is.
    pub(super) fn place(&self, reference: &str) -> Option<usize> {
        let mut payments = self.payments.iter();
        payments.rposition(|payment| payment.reference == reference)
    }

    /// What is being done is about the payment of that id, if there is one.
    pub(super) fn concerns(&self, id: &str, context: &mut Context<'_>) {
        let payment = self.place_of_id(id);
        if let Some(payment) = payment.and_then(|place| self.payments.get(place)) {
            context.concerns(&payment.reference);
        }
    }

    /// Where the payment of that id is.
    pub(super) fn place_of_id(&self, id: &str) -> Option<usize> {
        let mut payments = self.payments.iter();
        payments.position(|payment| payment.id.eq_ignore_ascii_case(id))
    }
}

impl Provider for Gateway {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        match request.path() {
            page::PATH => page::serve(self, request, context),
            page::DONE_PATH => page::done(),
            _ => calls::answer(self, request, context),
        }
    }

    fn tick(&mut self, context: &mut Context<'_>) {
        let now = context.now();
        for place in 0..self.payments.len() {
            let Some(payment) = self.payments.get_mut(place) else {
                continue;
            };
            if !payment.state.is_undecided() {
                continue;
            }
            if payment.expires <= now {
                user::expire(self, place, context);
                continue;
            }
            if let Some(attempt) = payment.attempts.last_mut()
                && let AttemptState::Waiting(until) = attempt.state
                && until <= now
            {
                attempt.state = AttemptState::TimedOut;
                payment.state = PaymentState::Choosing;
                context.record("update_missed", &payment.reference, None);
            }
        }
    }

    fn answered(&mut self, answer: &CallbackAnswer, context: &mut Context<'_>) {
        callbacks::answered(self, answer.delivery(), context);
    }

    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        desk::command(self, name, fields, context)
            .or_else(|| commands::run(self, name, fields, context))
    }

    fn payments(&self) -> Vec<Listed> {
        desk::payments(self)
    }

    fn actions(&self, id: Option<&str>, _: Duration) -> Vec<Action> {
        desk::actions(self, id)
    }

    fn state(&self, _: Duration) -> JsonObject {
        let payments = self.payments.iter().map(|payment| {
            let attempts = payment.attempts.iter().map(|attempt| {
                JsonObject::new()
                    .text("authorizationAttemptId", &attempt.id)
                    .text("cardType", &attempt.card.card_type)
                    .text("state", attempt.state.name())
            });
            JsonObject::new()
                .text("paymentId", &payment.id)
                .text("pspReferenceId", &payment.reference)
                .text("amount", &payment.amount.to_string())
                .text("currency", payment.currency)
                .text("state", payment.state.name())
                .text("captured", &payment.captured().to_string())
                .text("cancelled", &payment.cancelled().to_string())
                .text("refunded", &payment.refunded().to_string())
                .objects("attempts", attempts)
        });
        let merchants = self.merchants.iter().map(|merchant| {
            JsonObject::new()
                .text("merchantId", &merchant.id)
                .text("externalId", &merchant.external_id)
                .boolean("deleted", merchant.deleted)
        });
        JsonObject::new()
            .objects("payments", payments)
            .objects("merchants", merchants)
    }
}

/// A lower-case GUID with hyphens.
pub(super) fn guid(random: &mut Random) -> String {
    let digits = format!("{}{}", random.hex(), random.hex());
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
