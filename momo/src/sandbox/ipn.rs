//! What the gateway tells of a payment: the IPN to the merchant, the result in the buyer's browser.

use std::time::Duration;

use payments_core::sandbox::{Callback, JsonObject, RetryRules, with_query};

use super::codes;
use super::config::Config;
use super::records::Payment;
use super::signing::{hmac_sha256, raw};

/// The label of a genuine IPN.
pub(super) const IPN: &str = "ipn";

/// 204 within 15 seconds. Whether MoMo sends again is unknown.
fn rules(config: &Config) -> RetryRules {
    let rules = RetryRules::accept(204..=204).answer_within(Duration::from_secs(15));
    match config.ipn_retries {
        Some((pause, attempts)) => rules.every(pause).at_most(attempts),
        None => rules,
    }
}

/// What is wrong with a forged IPN.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forgery {
    /// It is signed with a key that is not the merchant's.
    WrongSignature,
    /// It has no `signature`.
    NoSignature,
    /// This signed field says something else; the signature is that of the genuine one.
    Changed(&'static str, String),
    /// This signed field says something else, and the message is signed anew with the genuine key:
    /// what a mix-up at the provider would look like.
    Resigned(&'static str, String),
    /// A field outside the signature says something else, or is added.
    Unsigned(&'static str, String),
}

/// The fields of a result, by name.
pub(super) struct Message {
    /// Those under the signature, in the order of the reference, `accessKey` left out.
    signed: Vec<(&'static str, String)>,
    unsigned: Vec<(&'static str, String)>,
    signature: Option<String>,
}

const NUMBERS: [&str; 5] = ["amount", "transId", "responseTime", "resultCode", "userFee"];

impl Message {
    pub(super) fn about(payment: &Payment, config: &Config) -> Self {
        let code = payment.state.code();
        let mut signed = vec![("amount", payment.amount.to_string())];
        if payment.partner_client_id.is_some() {
            signed.push(("callbackToken", payment.callback_token.clone()));
        }
        signed.extend([
            ("extraData", payment.extra_data.clone()),
            ("message", codes::message(code).to_owned()),
            ("orderId", payment.order_id.clone()),
            ("orderInfo", payment.order_info.clone()),
            ("orderType", "momo_wallet".to_owned()),
        ]);
        if let Some(id) = &payment.partner_client_id {
            signed.push(("partnerClientId", id.clone()));
        }
        signed.extend([
            ("partnerCode", config.partner_code.clone()),
            ("payType", "qr".to_owned()),
            ("requestId", payment.request_id.clone()),
            ("responseTime", payment.changed.to_string()),
            ("resultCode", code.to_string()),
            ("transId", payment.trans_id.to_string()),
        ]);
        let mut unsigned = vec![("paymentOption", "momo".to_owned())];
        if let Some(store_id) = &payment.store_id {
            unsigned.push(("storeId", store_id.clone()));
        }
        let mut message = Self {
            signed,
            unsigned,
            signature: None,
        };
        message.sign(config, &config.secret_key);
        message
    }

    fn sign(&mut self, config: &Config, key: &str) {
        let mut pairs = vec![("accessKey", config.access_key.as_str())];
        pairs.extend(
            self.signed
                .iter()
                .map(|(name, value)| (*name, value.as_str())),
        );
        self.signature = Some(hmac_sha256(key, &raw(&pairs)));
    }

    pub(super) fn forge(mut self, forgery: &Forgery, config: &Config) -> Self {
        match forgery {
            Forgery::WrongSignature => self.sign(config, "a key that is not the merchant's"),
            Forgery::NoSignature => self.signature = None,
            Forgery::Changed(name, value) => self.change(name, value),
            Forgery::Resigned(name, value) => {
                self.change(name, value);
                self.sign(config, &config.secret_key);
            }
            Forgery::Unsigned(name, value) => {
                self.unsigned.retain(|(known, _)| known != name);
                self.unsigned.push((name, value.clone()));
            }
        }
        self
    }

    fn change(&mut self, name: &str, value: &str) {
        for (known, old) in &mut self.signed {
            if *known == name {
                value.clone_into(old);
            }
        }
    }

    fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.signed
            .iter()
            .chain(&self.unsigned)
            .map(|(name, value)| (*name, value.as_str()))
            .chain(self.signature.as_deref().map(|text| ("signature", text)))
    }

    fn json(&self, numbers_as_text: bool) -> String {
        let mut object = JsonObject::new();
        for (name, value) in self.fields() {
            let number = NUMBERS.contains(&name) && !numbers_as_text;
            object = match value.parse() {
                Ok(digits) if number => object.integer(name, digits),
                Ok(_) | Err(_) => object.text(name, value),
            };
        }
        object.objects("promotionInfo", []).finish()
    }

    /// The IPN to the merchant.
    pub(super) fn callback(&self, label: &str, payment: &Payment, config: &Config) -> Callback {
        Callback::post(label, &payment.order_id, &payment.ipn_url, rules(config)).content(
            "application/json; charset=UTF-8",
            self.json(config.numbers_as_text),
        )
    }

    /// Where the browser is sent.
    pub(super) fn redirect(&self, payment: &Payment) -> String {
        let pairs: Vec<_> = self.fields().collect();
        with_query(&payment.redirect_url, &pairs)
    }
}
