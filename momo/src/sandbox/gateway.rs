//! The provider: both families in one server, each with a memory of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use payments_core::sandbox::{
    Action, CallbackAnswer, Context, Fields, JsonObject, Listed, Provider, Reply, Request,
};

use super::app;
use super::calls;
use super::codes;
use super::config::Config;
use super::desk;
use super::ipn::{Forgery, IPN, Message};
use super::one_payment::OnePayment;
use super::page;
use super::records::{Payment, PaymentState, Refund, Taken};

/// MoMo's side of both families.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) config: Config,
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    /// What was taken on, by `requestId`.
    pub(super) taken: BTreeMap<String, Taken>,
    /// Path and name of request fields that the pages do not list.
    pub(super) extra_fields: Vec<(String, String)>,
    pub(super) one_payment: OnePayment,
    last_trans_id: u64,
}

/// What the buyer or the wallet decides.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    Approve,
    Decline(u64),
    /// What is pending comes out well.
    Settle,
}

impl Gateway {
    pub(super) fn new(config: Config) -> Self {
        Self {
            one_payment: OnePayment::new(&config),
            config,
            payments: Vec::new(),
            refunds: Vec::new(),
            taken: BTreeMap::new(),
            extra_fields: Vec::new(),
            last_trans_id: 4_000_000_000,
        }
    }

    pub(super) fn payment(&self, order_id: &str) -> Option<&Payment> {
        self.payments.iter().find(|one| one.order_id == order_id)
    }

    pub(super) fn payment_mut(&mut self, order_id: &str) -> Option<&mut Payment> {
        self.payments
            .iter_mut()
            .find(|one| one.order_id == order_id)
    }

    /// Payments and refunds share their numbers.
    pub(super) fn knows_order(&self, order_id: &str) -> bool {
        self.payment(order_id).is_some() || self.refunds.iter().any(|one| one.order_id == order_id)
    }

    pub(super) fn next_trans_id(&mut self) -> u64 {
        self.last_trans_id = self.last_trans_id.saturating_add(1);
        self.last_trans_id
    }

    /// Decides a payment once: a second decision changes nothing.
    pub(super) fn decide(
        &mut self,
        order_id: &str,
        decision: Decision,
        context: &mut Context<'_>,
    ) -> Option<PaymentState> {
        let trans_id = self.next_trans_id();
        let Self {
            config, payments, ..
        } = self;
        let payment = payments.iter_mut().find(|one| one.order_id == order_id)?;
        let state = match (payment.state, decision) {
            (PaymentState::Waiting, Decision::Approve) => {
                let wished = codes::magic(&payment.order_info, "pay");
                match wished.unwrap_or(codes::DONE) {
                    codes::DONE if payment.auto_capture => PaymentState::Paid,
                    codes::DONE | codes::AUTHORISED => PaymentState::Authorised,
                    code if codes::is_pending(code) => PaymentState::Pending(code),
                    code => PaymentState::Failed(code),
                }
            }
            (PaymentState::Waiting | PaymentState::Pending(_), Decision::Decline(code)) => {
                PaymentState::Failed(code)
            }
            (PaymentState::Pending(_), Decision::Settle) if payment.auto_capture => {
                PaymentState::Paid
            }
            (PaymentState::Pending(_), Decision::Settle) => PaymentState::Authorised,
            (state, _) => return Some(state),
        };
        payment.state = state;
        payment.changed = context.unix_millis();
        if payment.trans_id == 0 {
            payment.trans_id = trans_id;
        }
        let amount = payment.amount.to_string();
        let kind = match state {
            PaymentState::Paid if payment.amount > 0 => Some("payment"),
            PaymentState::Paid => Some("link"),
            PaymentState::Authorised => Some("authorisation"),
            PaymentState::Waiting | PaymentState::Pending(_) | PaymentState::Failed(_) => None,
        };
        if let Some(kind) = kind {
            context.record(kind, &payment.order_id, Some(&amount));
        }
        if !matches!(state, PaymentState::Pending(_)) {
            context.send(Message::about(payment, config).callback(IPN, payment, config));
        }
        Some(state)
    }

    /// Lets what has waited too long expire.
    pub(super) fn expire_due(&mut self, context: &mut Context<'_>) {
        let now = context.now();
        let due: Vec<String> = self
            .payments
            .iter()
            .filter(|one| one.state == PaymentState::Waiting && one.expires <= now)
            .map(|one| one.order_id.clone())
            .collect();
        for order_id in due {
            self.decide(&order_id, Decision::Decline(codes::EXPIRED), context);
        }
    }

    /// Where the browser goes after a payment, with the signed result.
    pub(super) fn return_url(&self, order_id: &str) -> Option<String> {
        let payment = self.payment(order_id)?;
        Some(Message::about(payment, &self.config).redirect(payment))
    }

    /// The result in the browser with something wrong about it.
    pub(super) fn forged_return(&self, order_id: &str, forgery: &Forgery) -> Option<String> {
        let payment = self.payment(order_id)?;
        let message = Message::about(payment, &self.config).forge(forgery, &self.config);
        Some(message.redirect(payment))
    }

    /// Sends an IPN with something wrong about it, at once.
    pub(super) fn forge(
        &self,
        order_id: &str,
        forgery: &Forgery,
        context: &mut Context<'_>,
    ) -> bool {
        let Some(payment) = self.payment(order_id) else {
            return false;
        };
        let message = Message::about(payment, &self.config).forge(forgery, &self.config);
        let callback = message.callback("forged", payment, &self.config);
        context.send(callback.unconditional());
        true
    }

    /// Lets a pending refund come out well, or with a code.
    pub(super) fn settle_refund(
        &mut self,
        order_id: &str,
        code: u64,
        context: &mut Context<'_>,
    ) -> bool {
        let found = self
            .refunds
            .iter_mut()
            .find(|one| one.order_id == order_id && codes::is_pending(one.code));
        let Some(refund) = found else {
            return false;
        };
        refund.code = code;
        if code == codes::DONE {
            let amount = refund.amount.to_string();
            context.record("refund", &refund.order_id, Some(&amount));
        }
        true
    }

    /// Lets the first request of that id count as still in flight, or as answered.
    pub(super) fn set_in_flight(&mut self, request_id: &str, in_flight: bool) -> bool {
        match self.taken.get_mut(request_id) {
            Some(taken) => {
                taken.in_flight = in_flight;
                true
            }
            None => false,
        }
    }

    fn run_command(
        &mut self,
        name: &str,
        fields: &Fields,
        context: &mut Context<'_>,
    ) -> Option<bool> {
        let order_id = fields.value("order").unwrap_or_default();
        let code = fields.value("code").and_then(|text| text.parse().ok());
        let decision = match name {
            "pay" => Some(Decision::Approve),
            "decline" => Some(Decision::Decline(code.unwrap_or(codes::DENIED_BY_USER))),
            "expire" => Some(Decision::Decline(codes::EXPIRED)),
            "settle" => Some(Decision::Settle),
            _ => None,
        };
        if let Some(decision) = decision {
            return Some(self.decide(order_id, decision, context).is_some());
        }
        Some(match name {
            "settle-refund" => self.settle_refund(order_id, code.unwrap_or(codes::DONE), context),
            "ipn" => {
                let times = fields
                    .value("times")
                    .map_or(Some(1), |text| text.parse().ok());
                let last = context.last_callback(IPN, order_id);
                last.zip(times)
                    .is_some_and(|(id, times)| context.resend(id, times))
            }
            "ipn/forged" => self.forge(order_id, &Forgery::WrongSignature, context),
            _ => return self.one_payment.run_command(name, fields, context),
        })
    }
}

impl Provider for Gateway {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        if request.path().starts_with("/pay/") {
            return page::serve(self, request, context);
        }
        if request.path() == app::PATH {
            return app::serve(self, request, context);
        }
        let Some(call) = calls::find(request.path()) else {
            return Reply::new(404);
        };
        if request.method() != "POST" {
            return Reply::new(405).header("allow", "POST");
        }
        calls::answer(self, call, request, context)
    }

    fn tick(&mut self, context: &mut Context<'_>) {
        self.expire_due(context);
    }

    fn answered(&mut self, answer: &CallbackAnswer, _: &mut Context<'_>) {
        self.one_payment.answered(answer);
    }

    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        if let Some(reply) = desk::command(self, name, fields, context) {
            return Some(reply);
        }
        let done = self.run_command(name, fields, context)?;
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
        let payments = self.payments.iter().map(|one| {
            JsonObject::new()
                .text("orderId", &one.order_id)
                .integer("amount", one.amount)
                .text("requestType", &one.request_type)
                .integer("resultCode", one.state.code())
                .integer("transId", one.trans_id)
                .text("payUrl", &one.link)
        });
        let refunds = self.refunds.iter().map(|one| {
            JsonObject::new()
                .text("orderId", &one.order_id)
                .text("payment", &one.payment)
                .integer("amount", one.amount)
                .integer("resultCode", one.code)
        });
        let extra = self
            .extra_fields
            .iter()
            .map(|(path, name)| JsonObject::new().text("path", path).text("name", name));
        JsonObject::new()
            .objects("payments", payments)
            .objects("refunds", refunds)
            .objects("extraFields", extra)
            .object("onePayment", self.one_payment.state())
    }
}
