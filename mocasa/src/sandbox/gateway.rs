//! The provider: what it remembers and who may ask.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use payments_core::sandbox::{
    Action, Callback, Context, Fields, JsonObject, Listed, Provider, Reply, Request,
};

use super::calls;
use super::config::{Config, TokenHeader};
use super::control::Forgery;
use super::desk;
use super::page;
use super::records::{ExtraField, Order, OrderState, Transfer};
use super::refusal::{Refusal, success};
use super::webhook::{Message, raw_event, webhook_signature};

/// The label of a webhook about an order.
pub(super) const WEBHOOK: &str = "webhook";

/// Mocasa's side of the protocol.
#[derive(Clone)]
pub(super) struct Gateway {
    pub(super) config: Config,
    /// When each token expires.
    pub(super) tokens: BTreeMap<String, Duration>,
    pub(super) orders: Vec<Order>,
    pub(super) beneficiaries: Vec<String>,
    pub(super) transfers: Vec<Transfer>,
    pub(super) extra_fields: Vec<ExtraField>,
}

impl Gateway {
    pub(super) const fn new(config: Config) -> Self {
        Self {
            config,
            tokens: BTreeMap::new(),
            orders: Vec::new(),
            beneficiaries: Vec::new(),
            transfers: Vec::new(),
            extra_fields: Vec::new(),
        }
    }

    /// The latest order of that number.
    pub(super) fn order(&self, order_no: &str) -> Option<&Order> {
        self.orders
            .iter()
            .rev()
            .find(|order| order.order_no == order_no)
    }

    pub(super) fn order_mut(&mut self, order_no: &str) -> Option<&mut Order> {
        self.orders
            .iter_mut()
            .rev()
            .find(|order| order.order_no == order_no)
    }

    /// Pays or declines the order behind a link, once: a second decision changes nothing.
    pub(super) fn decide(
        &mut self,
        link: &str,
        pay: bool,
        context: &mut Context<'_>,
    ) -> Option<&Order> {
        let Self { config, orders, .. } = self;
        let order = orders.iter_mut().find(|order| order.link == link)?;
        if order.state == OrderState::Unpaid {
            order.changed = context.unix_millis();
            if pay {
                order.state = OrderState::Success;
                order.settles_at = Some(context.now().saturating_add(config.settle_delay));
                context.record("payment", &order.order_no, Some(order.amount.text()));
            } else {
                order.state = OrderState::Failed;
            }
            if let Some(callback) = webhook(config, order, None) {
                context.send(callback);
            }
        }
        Some(order)
    }

    /// Makes an order settled now. `false` when it is not paid.
    pub(super) fn settle(&mut self, order_no: &str, now: Duration) -> bool {
        match self.order_mut(order_no) {
            Some(order) if order.state == OrderState::Success => {
                order.settles_at = Some(now);
                true
            }
            Some(_) | None => false,
        }
    }

    /// A webhook about an order with something wrong about it; `None` without order or endpoint.
    pub(super) fn forged(&self, order_no: &str, forgery: &Forgery) -> Option<Callback> {
        webhook(&self.config, self.order(order_no)?, Some(forgery)).map(Callback::unconditional)
    }

    /// A payout event of these fields; `None` without an endpoint.
    pub(super) fn payout_event(&self, fields: &[(&str, &str)]) -> Option<Callback> {
        let url = self.config.webhook.as_deref()?;
        Some(raw_event(url, fields, self.config.webhook_encoding))
    }

    /// Whether the request carries a token that is good, or what else is accepted.
    pub(super) fn authorize(&self, request: &Request, now: Duration) -> Result<(), Refusal> {
        if self.config.basic_auth && self.has_basic_auth(request) {
            return Ok(());
        }
        let authorization = || request.only_header("authorization");
        let token = match self.config.token_header {
            TokenHeader::AccessToken => request.only_header("accesstoken"),
            TokenHeader::Authorization => authorization(),
            TokenHeader::AuthorizationBearer => {
                authorization().and_then(|value| value.strip_prefix("Bearer "))
            }
        };
        let Some(token) = token else {
            return Err(Refusal::new(
                "SANDBOX_TOKEN_MISSING",
                "the token header is missing or stands twice",
            ));
        };
        match self.tokens.get(token) {
            None => Err(Refusal::new(
                "SANDBOX_TOKEN_UNKNOWN",
                "this token was never issued",
            )),
            Some(&expires) if expires <= now => Err(Refusal::new(
                "SANDBOX_TOKEN_EXPIRED",
                "this token has expired",
            )),
            Some(_) => Ok(()),
        }
    }

    /// Whether a login carries what is demanded of it beside its fields.
    pub(super) fn authorize_login(&self, request: &Request) -> Result<(), Refusal> {
        if self.config.basic_login && !self.has_basic_auth(request) {
            return Err(Refusal::new(
                "SANDBOX_BASIC_AUTH",
                "the login has no basic authentication, or a wrong one",
            ));
        }
        Ok(())
    }

    fn has_basic_auth(&self, request: &Request) -> bool {
        let Config {
            client_key,
            client_secret,
            ..
        } = &self.config;
        let expected = STANDARD.encode(format!("{client_key}:{client_secret}"));
        request.only_header("authorization") == Some(&format!("Basic {expected}"))
    }

    fn run_command(
        &mut self,
        name: &str,
        fields: &Fields,
        context: &mut Context<'_>,
    ) -> Option<bool> {
        let order_no = fields.value("order").unwrap_or_default();
        Some(match name {
            "pay" | "decline" => {
                let link = self.order(order_no).map(|order| order.link.clone());
                link.is_some_and(|link| self.decide(&link, name == "pay", context).is_some())
            }
            "settle" => self.settle(order_no, context.now()),
            "expire-tokens" => {
                self.expire_tokens(context.now());
                true
            }
            "webhook" => {
                let times = fields
                    .value("times")
                    .map_or(Some(1), |text| text.parse().ok());
                let last = context.last_callback(WEBHOOK, order_no);
                last.zip(times)
                    .is_some_and(|(id, times)| context.resend(id, times))
            }
            "webhook/forged" => desk::forgery(fields)
                .and_then(|forgery| self.forged(order_no, &forgery))
                .map(|callback| context.send(callback))
                .is_some(),
            "payout" => {
                let fields: Vec<_> = fields.iter().collect();
                self.payout_event(&fields)
                    .map(|callback| context.send(callback))
                    .is_some()
            }
            _ => return None,
        })
    }

    pub(super) fn expire_tokens(&mut self, now: Duration) {
        for expires in self.tokens.values_mut() {
            *expires = now.min(*expires);
        }
    }
}

impl Provider for Gateway {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        if request.path().starts_with("/pay/") {
            return page::serve(self, request, context);
        }
        let Some(call) = calls::find(request.path()) else {
            return Refusal::new("SANDBOX_NO_SUCH_CALL", "there is no such path").reply(404);
        };
        if request.method() != "POST" {
            return Refusal::new("SANDBOX_WRONG_METHOD", "every call is a POST")
                .reply(405)
                .header("allow", "POST");
        }
        match calls::answer(self, call, request, context) {
            Ok(data) => success(data),
            Err(refusal) => refusal.reply(self.config.error_status),
        }
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

    fn actions(&self, id: Option<&str>, now: Duration) -> Vec<Action> {
        desk::actions(self, id, now)
    }

    fn state(&self, now: Duration) -> JsonObject {
        let orders = self.orders.iter().map(|order| {
            JsonObject::new()
                .text("orderNo", &order.order_no)
                .text("amount", order.amount.text())
                .text("state", order.state.name())
                .boolean("settled", order.is_settled(now))
                .text("paymentLink", &order.link)
        });
        let transfers = self.transfers.iter().map(|transfer| {
            JsonObject::new()
                .text("transferSerialNo", &transfer.serial_no)
                .text("amount", transfer.amount.text())
                .text("payeeAccountNo", &transfer.payee)
                .text("state", transfer.texts().0)
        });
        let extra = self.extra_fields.iter().map(|field| {
            JsonObject::new()
                .text("path", &field.path)
                .text("name", &field.name)
        });
        JsonObject::new()
            .objects("orders", orders)
            .objects("transfers", transfers)
            .texts(
                "beneficiaries",
                self.beneficiaries.iter().map(String::as_str),
            )
            .objects("extraFields", extra)
    }
}

/// The webhook about a decided order, or about an undecided one if it is forged.
fn webhook(config: &Config, order: &Order, forgery: Option<&Forgery>) -> Option<Callback> {
    let url = config.webhook.as_deref()?;
    let genuine_status = match order.state {
        OrderState::Success | OrderState::Refunded => "success",
        OrderState::Unpaid | OrderState::Failed => "failed",
    };
    let sign = |secret: &str| {
        webhook_signature(&order.order_no, genuine_status, secret, config.digest_form)
    };
    let genuine = sign(config.signing_secret());
    let mut message = Message {
        order_no: &order.order_no,
        amount: order.amount.text(),
        tx_status: genuine_status,
        tx_message: order.tx_message(),
        tx_time: order.changed,
    };
    let (label, signature) = match forgery {
        None => (WEBHOOK, Some(genuine)),
        Some(Forgery::WrongSignature) => ("forged", Some(sign("not the merchant's secret"))),
        Some(Forgery::NoSignature) => ("forged", None),
        Some(Forgery::Amount(amount)) => {
            message.amount = amount;
            ("forged", Some(genuine))
        }
        Some(Forgery::Status(status)) => {
            message.tx_status = status;
            ("forged", Some(genuine))
        }
    };
    Some(message.callback(label, url, signature.as_deref(), config))
}
