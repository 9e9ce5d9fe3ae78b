//! The provider: what it remembers, and how a payment goes on.

use std::time::Duration;

use payments_core::sandbox::{
    Action, CallbackAnswer, Context, Fields, JsonObject, Listed, Provider, Random, Reply, Request,
};

use super::amount::Amount;
use super::calendar::Local;
use super::calls;
use super::codes::{BankCode, Magic};
use super::commands;
use super::config::Config;
use super::desk;
use super::page;
use super::records::{Card, ExtraField, Payment, PaymentState, Trx, TrxKind};
use super::returns;

/// Moka's side of the protocol, both hosts in one.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) payments: Vec<Payment>,
    /// Customers by the provider's id and the dealer's code.
    pub(super) customers: Vec<(i64, String)>,
    pub(super) extra_fields: Vec<ExtraField>,
    /// What the next call of a service is answered.
    pub(super) armed: Vec<(String, Magic)>,
    pub(super) suppress_returns: bool,
    /// Notifications that were not acknowledged, by the payment's place.
    pub(super) unacknowledged: Vec<(Duration, usize)>,
    last_number: u64,
}

impl Gateway {
    pub(super) const fn new(config: Config) -> Self {
        Self {
            config,
            payments: Vec::new(),
            customers: Vec::new(),
            extra_fields: Vec::new(),
            armed: Vec::new(),
            suppress_returns: false,
            unacknowledged: Vec::new(),
            last_number: 27_400,
        }
    }

    /// The provider's next number of anything.
    pub(super) const fn number(&mut self) -> u64 {
        self.last_number = self.last_number.saturating_add(1);
        self.last_number
    }

    /// Where the latest payment of that code is.
    pub(super) fn place(&self, other_trx_code: &str) -> Option<usize> {
        self.payments
            .iter()
            .rposition(|payment| payment.other_trx_code == other_trx_code)
    }

    /// Takes a card: on to the 3-D step, or to the end where there is none.
    pub(super) fn take_card(&mut self, place: usize, card: Card, context: &mut Context<'_>) {
        let direct = self.config.direct_sale;
        let Some(payment) = self.payments.get_mut(place) else {
            return;
        };
        if payment.state != PaymentState::Open {
            return;
        }
        payment.card = Some(card);
        payment.state = PaymentState::Waiting;
        if payment.three_d || !direct {
            payment.three_d = true;
            self.happen(place, TrxKind::Request, 0, None, context);
        } else {
            self.decide(place, None, context);
        }
    }

    /// Ends a payment that waits: as its card has it, or declined with `code`.
    pub(super) fn decide(
        &mut self,
        place: usize,
        code: Option<&'static BankCode>,
        context: &mut Context<'_>,
    ) {
        let Some(payment) = self.payments.get_mut(place) else {
            return;
        };
        let Some(card) = &payment.card else {
            return;
        };
        if payment.state != PaymentState::Waiting {
            return;
        }
        let (outcome, taken) = match code {
            Some(bank) => (super::cards::failure(bank), false),
            None => (card.verdict, card.taken),
        };
        payment.outcome = Some(outcome);
        payment.trxs.retain(|trx| trx.kind != TrxKind::Request);
        let (kind, state, effect) = if payment.pre_auth {
            (
                TrxKind::Authorisation,
                PaymentState::Authorised,
                "authorisation",
            )
        } else {
            (TrxKind::Payment, PaymentState::Paid, "payment")
        };
        if taken {
            payment.state = state;
            context.record(
                effect,
                &payment.other_trx_code,
                Some(&payment.amount.to_string()),
            );
            if payment.is_card_stored() {
                context.record("stored_card", &payment.other_trx_code, None);
            }
            self.happen(place, kind, 1, None, context);
        } else {
            payment.state = PaymentState::Failed;
            self.happen(place, kind, 2, outcome.bank, context);
        }
        returns::notify(self, place, context);
    }

    /// The buyer goes away and never comes back.
    pub(super) fn abandon(&mut self, place: usize) -> bool {
        match self.payments.get_mut(place) {
            Some(payment) if payment.state.is_undecided() => {
                payment.state = PaymentState::Abandoned;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Writes a transaction of the payment's whole amount down.
    pub(super) fn happen(
        &mut self,
        place: usize,
        kind: TrxKind,
        status: u64,
        bank: Option<&'static BankCode>,
        context: &mut Context<'_>,
    ) {
        let amount = self.payments.get(place).map(|payment| payment.amount);
        self.happen_with(place, kind, amount.unwrap_or_default(), context);
        let last = self
            .payments
            .get_mut(place)
            .and_then(|payment| payment.trxs.last_mut());
        if let Some(trx) = last {
            trx.status = status;
            trx.bank = bank;
        }
    }

    /// Writes a transaction of another amount down.
    pub(super) fn happen_with(
        &mut self,
        place: usize,
        kind: TrxKind,
        amount: Amount,
        context: &mut Context<'_>,
    ) {
        let trx = Trx {
            id: self.number(),
            code: guid(context.random()).to_lowercase(),
            at: Local::from_unix_millis(context.unix_millis()),
            amount,
            kind,
            status: 1,
            void_refund_reason: 0,
            bank: None,
        };
        if let Some(payment) = self.payments.get_mut(place) {
            payment.trxs.push(trx);
        }
    }

    /// Turns a refund request into a refund.
    pub(super) fn refund(&mut self, place: usize, context: &mut Context<'_>) {
        let Some(payment) = self.payments.get_mut(place) else {
            return;
        };
        let Some(request) = payment.refund_request.take() else {
            return;
        };
        payment.refunded = payment.refunded.plus(request.amount);
        if payment.refunded == payment.amount {
            payment.state = PaymentState::Refunded;
        }
        context.record(
            "refund",
            &payment.other_trx_code,
            Some(&request.amount.to_string()),
        );
        self.happen_with(place, TrxKind::Refund, request.amount, context);
    }

    /// What the next call of `service` is answered, once.
    pub(super) fn disarm(&mut self, service: &str) -> Option<Magic> {
        let at = self.armed.iter().position(|(armed, _)| armed == service)?;
        Some(self.armed.remove(at).1)
    }
}

impl Provider for Gateway {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        if let Some(page_id) = request.path().strip_prefix(page::PATH) {
            return page::serve(self, page_id, request, context);
        }
        let Some(call) = calls::find(request.path()) else {
            let body = JsonObject::new().text("Message", "No such service.");
            return Reply::json(404, body.finish());
        };
        if request.method() != "POST" {
            let body = JsonObject::new().text("Message", "Every service is a POST.");
            return Reply::json(405, body.finish()).header("allow", "POST");
        }
        calls::answer(self, call, request, context)
    }

    /// A card that is none of the test cards is refused, and stays nowhere.
    fn may_rest(&self, request: &Request) -> bool {
        page::may_rest(request)
    }

    fn tick(&mut self, context: &mut Context<'_>) {
        let now = context.now();
        let due = |payment: &Payment| {
            let request = payment.refund_request.as_ref();
            request.is_some_and(|request| request.due <= now)
        };
        for place in 0..self.payments.len() {
            if self.payments.get(place).is_some_and(due) {
                self.refund(place, context);
            }
        }
        returns::notify_again(self, context);
    }

    fn answered(&mut self, answer: &CallbackAnswer, context: &mut Context<'_>) {
        returns::answered(self, answer, context);
    }

    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        if let Some(reply) = desk::command(self, name, fields, context) {
            return Some(reply);
        }
        let done = commands::run(self, name, fields, context)?;
        let body = JsonObject::new().boolean("ok", done).finish();
        Some(Reply::json(if done { 200 } else { 400 }, body))
    }

    fn payments(&self) -> Vec<Listed> {
        desk::payments(self)
    }

    fn actions(&self, id: Option<&str>, _: Duration) -> Vec<Action> {
        desk::actions(self, id)
    }

    fn state(&self, _: Duration) -> JsonObject {
        let payments = self.payments.iter().map(|payment| {
            JsonObject::new()
                .text("OtherTrxCode", &payment.other_trx_code)
                .text("VirtualPosOrderId", &payment.virtual_pos_order_id)
                .text("amount", &payment.amount())
                .text("currency", payment.currency)
                .text("refunded", &payment.refunded())
                .text("state", payment.state.name())
                .boolean("held", payment.is_held())
        });
        let extra = self.extra_fields.iter().map(|field| {
            JsonObject::new()
                .text("path", &field.path)
                .text("name", &field.name)
        });
        JsonObject::new()
            .objects("payments", payments)
            .objects("extraFields", extra)
    }
}

/// An upper-case GUID with hyphens and without braces.
pub(super) fn guid(random: &mut Random) -> String {
    let digits = format!("{}{}", random.hex(), random.hex()).to_uppercase();
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
