//! Payments: create, query, and confirm after an authorisation.

use payments_core::sandbox::{Context, JsonObject};
use serde_json::value::RawValue;

use super::body::Body;
use super::calls::{Answer, Outcome, Refusal, amount, scalar};
use super::codes;
use super::config::ReplySignature;
use super::gateway::Gateway;
use super::records::{Payment, PaymentState};
use super::signing::{hmac_sha256, raw};

const REQUEST_TYPES: [&str; 9] = [
    "captureWallet",
    "payWithATM",
    "payWithCC",
    "payWithMethod",
    "payWithVTS",
    "linkWallet",
    "subscription",
    "initiate",
    "payWithInstallmentFlik",
];

fn bad(detail: impl Into<String>) -> Refusal {
    Refusal::new(codes::BAD_FORMAT, detail)
}

pub(super) fn create(gateway: &mut Gateway, body: &Body, context: &mut Context<'_>) -> Answer {
    let order_id = scalar(body, "orderId");
    let order_info = scalar(body, "orderInfo");
    let request_type = scalar(body, "requestType");
    if gateway.config.strict_order_id && !is_order_id(&order_id) {
        return Err(bad("orderId does not match its expression"));
    }
    if !REQUEST_TYPES.contains(&request_type.as_str()) {
        return Err(bad("requestType is none of the list"));
    }
    let amount = amount(body)?;
    let linking = matches!(request_type.as_str(), "linkWallet" | "subscription");
    let bind_only = linking && amount == 0;
    if !bind_only && !gateway.config.amounts.contains(&amount) {
        return Err(Refusal::new(codes::OUT_OF_RANGE, "amount is out of range"));
    }
    let partner_client_id = body.text("partnerClientId");
    if linking && partner_client_id.as_deref().is_none_or(str::is_empty) {
        return Err(bad("partnerClientId is missing"));
    }
    let auto_capture = match body.raw("autoCapture") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(bad("autoCapture is not a truth value")),
    };
    let vietnamese = match body.text("lang").as_deref() {
        None | Some("vi") => true,
        Some("en") => false,
        Some(_) => return Err(bad("lang is neither vi nor en")),
    };
    for name in ["redirectUrl", "ipnUrl"] {
        if !is_absolute_url(&scalar(body, name)) {
            return Err(bad(format!("{name} is not an absolute URL")));
        }
    }
    check_items(body)?;
    if let Some(code) = codes::magic(&order_info, "create") {
        return Err(Refusal::new(code, "asked for in orderInfo"));
    }
    if gateway.knows_order(&order_id) {
        return Err(Refusal::new(
            codes::REPEATED_ORDER,
            "this orderId was used before",
        ));
    }
    let payment = Payment {
        request_id: scalar(body, "requestId"),
        amount,
        order_info,
        redirect_url: scalar(body, "redirectUrl"),
        ipn_url: scalar(body, "ipnUrl"),
        request_type,
        extra_data: scalar(body, "extraData"),
        auto_capture,
        vietnamese,
        store_id: body.text("storeId"),
        partner_client_id: partner_client_id.filter(|_| linking),
        // As Base64 may have it.
        callback_token: format!("{}/+==", context.random().hex()),
        link: format!("{}/pay/{}", context.base_url(), context.random().hex()),
        trans_id: 0,
        state: PaymentState::Waiting,
        changed: context.unix_millis(),
        expires: context
            .now()
            .saturating_add(gateway.config.payment_lifetime),
        order_id,
    };
    context.record("order", &payment.order_id, Some(&amount.to_string()));
    context.wake_at(payment.expires);
    let mut fields = JsonObject::new()
        .text("orderId", &payment.order_id)
        .number_or_text("amount", amount, gateway.config.numbers_as_text)
        .text("payUrl", &payment.link);
    if gateway.config.app_links {
        fields = fields
            .text("deeplink", &payment.app_link("payWithApp"))
            .text("qrCodeUrl", &payment.app_link("payWithQR"))
            .text("deeplinkMiniApp", &payment.app_link("miniApp"));
    }
    let pay_url = Some(payment.link.clone());
    gateway.payments.push(payment);
    Ok(Outcome {
        pay_url,
        ..Outcome::new(codes::DONE, fields)
    })
}

/// At most fifty items, each with what the table requires, no id twice.
fn check_items(body: &Body) -> Result<(), Refusal> {
    let Some(items) = body.raw("items") else {
        return Ok(());
    };
    let items: Vec<&RawValue> =
        serde_json::from_str(items).map_err(|_| bad("items is not a list"))?;
    if items.len() > 50 {
        return Err(bad("items has more than 50 members"));
    }
    let mut ids = Vec::new();
    for item in items {
        let item = Body::parse(item.get().as_bytes()).unwrap_or_default();
        let (Some(id), Some(_)) = (item.text("id"), item.text("name")) else {
            return Err(bad("an item has no id or no name"));
        };
        let number = |name| item.scalar(name).and_then(|raw| raw.parse::<u64>().ok());
        let prices = [number("price"), number("totalPrice")];
        if prices.contains(&None) || number("quantity").is_none_or(|quantity| quantity == 0) {
            return Err(bad("an item has no price, totalPrice or quantity above 0"));
        }
        if ids.contains(&id) {
            return Err(Refusal::new(codes::REPEATED_ITEM, "two items have one id"));
        }
        ids.push(id);
    }
    Ok(())
}

pub(super) fn query(gateway: &mut Gateway, body: &Body, context: &mut Context<'_>) -> Answer {
    gateway.expire_due(context);
    let payment = gateway
        .payment(&scalar(body, "orderId"))
        .ok_or_else(no_such_order)?;
    if let Some(code) = codes::magic(&payment.order_info, "query") {
        return Err(Refusal::new(code, "asked for in orderInfo"));
    }
    let text = gateway.config.numbers_as_text;
    let refunds = gateway
        .refunds
        .iter()
        .filter(|refund| refund.payment == payment.order_id)
        .map(|refund| {
            JsonObject::new()
                .text("orderId", &refund.order_id)
                .number_or_text("amount", refund.amount, text)
                .number_or_text("resultCode", refund.code, text)
                .number_or_text("transId", refund.trans_id, text)
                .number_or_text("createdTime", refund.created, text)
        });
    let fields = JsonObject::new()
        .text("orderId", &payment.order_id)
        .text("extraData", &payment.extra_data)
        .number_or_text("amount", payment.amount, text)
        .number_or_text("transId", payment.trans_id, text)
        .text("payType", if payment.trans_id == 0 { "" } else { "qr" })
        .objects("refundTrans", refunds)
        .text("paymentOption", "momo")
        .objects("promotionInfo", [])
        .null("signature");
    Ok(Outcome::new(payment.state.code(), fields))
}

pub(super) fn confirm(gateway: &mut Gateway, body: &Body, context: &mut Context<'_>) -> Answer {
    let amount = amount(body)?;
    let text = gateway.config.numbers_as_text;
    let capture = match scalar(body, "requestType").as_str() {
        "capture" => true,
        "cancel" => false,
        _ => return Err(bad("requestType is neither capture nor cancel")),
    };
    let payment = gateway
        .payment_mut(&scalar(body, "orderId"))
        .ok_or_else(no_such_order)?;
    if payment.state != PaymentState::Authorised {
        return Err(Refusal::new(codes::INAPPLICABLE, "nothing is held"));
    }
    if payment.amount != amount {
        return Err(Refusal::new(
            codes::OUT_OF_RANGE,
            "amount is not what is held",
        ));
    }
    if let Some(code) = codes::magic(&scalar(body, "description"), "confirm") {
        return Err(Refusal::new(code, "asked for in description"));
    }
    let (kind, state) = if capture {
        ("capture", PaymentState::Paid)
    } else {
        ("cancel", PaymentState::Failed(codes::CANCELLED))
    };
    payment.state = state;
    payment.changed = context.unix_millis();
    context.record(kind, &payment.order_id, Some(&amount.to_string()));
    let fields = JsonObject::new()
        .text("orderId", &payment.order_id)
        .number_or_text("amount", amount, text)
        .number_or_text("transId", payment.trans_id, text)
        .text("requestType", if capture { "capture" } else { "cancel" });
    Ok(Outcome::new(codes::DONE, fields))
}

/// Puts the common fields around those of the outcome, and the signature of a create reply.
pub(super) fn finish(
    gateway: &Gateway,
    body: &Body,
    outcome: Outcome,
    context: &Context<'_>,
) -> String {
    let config = &gateway.config;
    let request_id = scalar(body, "requestId");
    let response_time = context.unix_millis();
    let Outcome {
        code,
        fields,
        pay_url,
    } = outcome;
    let message = codes::message(code);
    let object = fields
        .text("partnerCode", &config.partner_code)
        .text("requestId", &request_id)
        .number_or_text("responseTime", response_time, config.numbers_as_text)
        .text("message", message)
        .number_or_text("resultCode", code, config.numbers_as_text);
    let Some(pay_url) = pay_url else {
        return object.finish();
    };
    let (amount, order_id) = (scalar(body, "amount"), scalar(body, "orderId"));
    let (response_time, code) = (response_time.to_string(), code.to_string());
    let mut pairs = vec![
        ("accessKey", config.access_key.as_str()),
        ("amount", &amount),
        ("message", message),
        ("orderId", &order_id),
        ("partnerCode", &config.partner_code),
        ("payUrl", &pay_url),
        ("requestId", &request_id),
        ("responseTime", &response_time),
        ("resultCode", &code),
    ];
    let signature = match config.reply_signature {
        ReplySignature::None => return object.finish(),
        ReplySignature::ListB => hmac_sha256(&config.secret_key, &raw(&pairs)),
        ReplySignature::ListA => {
            pairs.retain(|(name, _)| *name != "message");
            hmac_sha256(&config.secret_key, &raw(&pairs))
        }
        ReplySignature::Wrong => hmac_sha256("a key that is not the merchant's", &raw(&pairs)),
    };
    object.text("signature", &signature).finish()
}

/// A number, or its digits as text.
pub(super) trait NumberOrText {
    fn number_or_text(self, name: &str, value: u64, as_text: bool) -> Self;
}

impl NumberOrText for JsonObject {
    fn number_or_text(self, name: &str, value: u64, as_text: bool) -> Self {
        if as_text {
            self.text(name, &value.to_string())
        } else {
            self.integer(name, value)
        }
    }
}

pub(super) fn no_such_order() -> Refusal {
    Refusal::new(codes::NO_SUCH_ORDER, "there is no such orderId")
}

/// `^[0-9a-zA-Z]([-_.]*[0-9a-zA-Z]+)*$`, without the nested quantifiers.
pub(super) fn is_order_id(text: &str) -> bool {
    let solid = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    solid(text.chars().next())
        && solid(text.chars().next_back())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A scheme, a colon and more, all of it visible ASCII, so that it can stand in a header.
fn is_absolute_url(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            && !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_are_as_documented() {
        for good in ["1", "A-1", "a_.-b", "1629181466064"] {
            assert!(is_order_id(good), "{good}");
        }
        for bad in [
            "",
            "-1",
            "1-",
            "a b",
            "1629181466064:0123456778",
            "é",
            "a&b",
        ] {
            assert!(!is_order_id(bad), "{bad}");
        }
    }
}
