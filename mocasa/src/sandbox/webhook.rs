//! The webhook: its fields, its signature, and when it is sent again.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use payments_core::sandbox::{Callback, JsonNumber, JsonObject, RetryRules, encode_form};
use sha2::{Digest, Sha256};

use super::config::{Config, DigestForm, WebhookEncoding};

/// The one payment mode that the page knows.
pub(super) const PAYMENT_MODE: &str = "Mocasa BNPL";

/// 200 exactly; every minute, after three failures every hour; disabled after more than five
/// failures in a row. The page gives no figure but the five: minute, three and hour are ours.
pub(super) fn retry_rules() -> RetryRules {
    RetryRules::accept(200..=200)
        .every(Duration::from_secs(60))
        .slower_after(3, Duration::from_secs(3600))
        .disable_after(5)
}

/// The signature over `orderNo|txStatus|secret`.
///
/// ```
/// use payments_mocasa::sandbox::{DigestForm, webhook_signature};
///
/// let signature = webhook_signature("ORDER-1001", "success", "se1234", DigestForm::Base64);
/// assert_eq!(signature, "ymlZ2Na+E9So9yFM6S14271H9IGyHYExMbB2uSQZBaU=");
/// ```
#[must_use]
pub fn webhook_signature(
    order_no: &str,
    tx_status: &str,
    secret: &str,
    form: DigestForm,
) -> String {
    let digest = Sha256::digest(format!("{order_no}|{tx_status}|{secret}"));
    match form {
        DigestForm::Base64 => STANDARD.encode(digest),
        DigestForm::Hex => const_hex::encode(digest),
        DigestForm::Base64OfHex => STANDARD.encode(const_hex::encode(digest)),
    }
}

/// What a webhook says.
pub(super) struct Message<'a> {
    pub(super) order_no: &'a str,
    pub(super) amount: &'a str,
    pub(super) tx_status: &'a str,
    pub(super) tx_message: &'a str,
    pub(super) tx_time: u64,
}

impl Message<'_> {
    fn body(&self, encoding: WebhookEncoding) -> String {
        let Self {
            order_no,
            amount,
            tx_status,
            tx_message,
            tx_time,
        } = self;
        let tx_time = tx_time.to_string();
        match encoding {
            WebhookEncoding::Form => encode_form(&[
                ("orderNo", order_no),
                ("amount", amount),
                ("txStatus", tx_status),
                ("txMessage", tx_message),
                ("txTime", &tx_time),
                ("paymentMode", PAYMENT_MODE),
            ]),
            WebhookEncoding::Json => {
                let object = JsonObject::new().text("orderNo", order_no);
                // Only a forged amount is not a number.
                let object = match JsonNumber::parse(amount) {
                    Some(number) => object.number("amount", &number),
                    None => object.text("amount", amount),
                };
                object
                    .text("txStatus", tx_status)
                    .text("txMessage", tx_message)
                    .text("txTime", &tx_time)
                    .text("paymentMode", PAYMENT_MODE)
                    .finish()
            }
        }
    }

    /// The webhook to `url`, with `signature` in its header if there is one.
    pub(super) fn callback(
        &self,
        label: &str,
        url: &str,
        signature: Option<&str>,
        config: &Config,
    ) -> Callback {
        let encoding = config.webhook_encoding;
        let callback = Callback::post(label, self.order_no, url, retry_rules())
            .content(media_type(encoding), self.body(encoding));
        match signature {
            Some(signature) => callback.header("signature", signature),
            None => callback,
        }
    }
}

/// Any fields, as text, unsigned: the shape of payout events is unknown.
pub(super) fn raw_event(url: &str, fields: &[(&str, &str)], encoding: WebhookEncoding) -> Callback {
    let reference = fields
        .iter()
        .find(|(name, _)| *name == "transferSerialNo")
        .map_or("", |(_, value)| value);
    let body = match encoding {
        WebhookEncoding::Form => encode_form(fields),
        WebhookEncoding::Json => fields
            .iter()
            .fold(JsonObject::new(), |object, (name, value)| {
                object.text(name, value)
            })
            .finish(),
    };
    Callback::post("payout", reference, url, retry_rules()).content(media_type(encoding), body)
}

const fn media_type(encoding: WebhookEncoding) -> &'static str {
    match encoding {
        WebhookEncoding::Form => "application/x-www-form-urlencoded",
        WebhookEncoding::Json => "application/json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: DigestForm, expect: &str) {
        assert_eq!(
            webhook_signature("ORDER-1001", "success", "se1234", form),
            expect
        );
    }

    /// K1, and its other two forms by `sha256sum` and `base64`.
    #[test]
    fn signs_as_documented() {
        check(
            DigestForm::Base64,
            "ymlZ2Na+E9So9yFM6S14271H9IGyHYExMbB2uSQZBaU=",
        );
        check(
            DigestForm::Hex,
            "ca6959d8d6be13d4a8f7214ce92d78dbbd47f481b21d813131b076b9241905a5",
        );
        check(
            DigestForm::Base64OfHex,
            "Y2E2OTU5ZDhkNmJlMTNkNGE4ZjcyMTRjZTkyZDc4ZGJiZDQ3ZjQ4MWIyMWQ4MTMxMzFiMDc2YjkyNDE5MDVhNQ==",
        );
    }

    #[test]
    fn writes_numbers_as_each_encoding_has_them() {
        let message = Message {
            order_no: "A&1",
            amount: "100.50",
            tx_status: "success",
            tx_message: "ok",
            tx_time: 7,
        };
        assert_eq!(
            message.body(WebhookEncoding::Form),
            "orderNo=A%261&amount=100.50&txStatus=success&txMessage=ok&txTime=7&paymentMode=Mocasa+BNPL"
        );
        assert_eq!(
            message.body(WebhookEncoding::Json),
            r#"{"orderNo":"A&1","amount":100.50,"txStatus":"success","txMessage":"ok","txTime":"7","paymentMode":"Mocasa BNPL"}"#
        );
    }
}
