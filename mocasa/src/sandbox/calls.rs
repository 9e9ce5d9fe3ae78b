//! The seven calls of the page.

use payments_core::http::Uri;
use payments_core::sandbox::{Context, Fields, JsonObject, Request};

use super::amount::Amount;
use super::config::{ExpireTime, RepeatedOrder, RepeatedTransfer, TransferOutcome};
use super::gateway::Gateway;
use super::records::{ExtraField, Order, OrderState, Transfer};
use super::refusal::Refusal;
use super::webhook::PAYMENT_MODE;

/// A call and its fields, as the page lists them.
pub(super) struct Call {
    path: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    answer: fn(&mut Gateway, &Fields, &mut Context<'_>) -> Result<JsonObject, Refusal>,
}

const TOKEN: &str = "/auth/token/apply";

const CALLS: [Call; 7] = [
    Call {
        path: TOKEN,
        required: &["clientKey", "clientSecret"],
        optional: &[],
        answer: apply_token,
    },
    Call {
        path: "/payment/order/create",
        required: &[
            "orderNo",
            "amount",
            "productName",
            "customerId",
            "returnUrl",
        ],
        optional: &[],
        answer: create_order,
    },
    Call {
        path: "/payment/order/query",
        required: &["orderNo"],
        optional: &[],
        answer: query_order,
    },
    Call {
        path: "/payment/order/refund",
        required: &["orderNo", "reason"],
        optional: &[],
        answer: refund,
    },
    Call {
        path: "/payout/account/create",
        required: &[
            "idType",
            "idNo",
            "beneficiaryName",
            "businessLisence",
            "shopName",
        ],
        optional: &["phone", "email", "businessScope", "shopAddress"],
        answer: create_beneficiary,
    },
    Call {
        path: "/payout/transfer/initiate",
        required: &["transferSerialNo", "amount", "payeeAccountNo", "purpose"],
        optional: &[],
        answer: transfer,
    },
    Call {
        path: "/payout/transfer/query",
        required: &["transferSerialNo"],
        optional: &[],
        answer: query_transfer,
    },
];

pub(super) fn find(path: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.path == path)
}

/// Checks what is the same for every call, then does this one.
pub(super) fn answer(
    gateway: &mut Gateway,
    call: &Call,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    if !request.is_media_type("application/x-www-form-urlencoded") {
        return Err(Refusal::new(
            "SANDBOX_WRONG_CONTENT_TYPE",
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    if call.path == TOKEN {
        gateway.authorize_login(request)?;
    } else {
        gateway.authorize(request, context.now())?;
    }
    let fields = Fields::parse(request.bytes())
        .map_err(|error| Refusal::new("SANDBOX_BODY_MALFORMED", error.to_string()))?;
    if let Some(name) = fields.repeated() {
        return Err(Refusal::new(
            "SANDBOX_FIELD_REPEATED",
            format!("{name} stands twice"),
        ));
    }
    for name in call.required {
        if fields.value(name).is_none_or(str::is_empty) {
            return Err(Refusal::new(
                "SANDBOX_FIELD_MISSING",
                format!("{name} is missing or empty"),
            ));
        }
    }
    for (name, value) in fields.iter() {
        if !call.required.contains(&name) && !call.optional.contains(&name) {
            gateway.extra_fields.push(ExtraField {
                path: call.path.to_owned(),
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
    }
    (call.answer)(gateway, &fields, context)
}

fn apply_token(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let config = &gateway.config;
    if field(fields, "clientKey") != config.client_key
        || field(fields, "clientSecret") != config.client_secret
    {
        return Err(Refusal::new(
            "SANDBOX_WRONG_CREDENTIALS",
            "clientKey or clientSecret is wrong",
        ));
    }
    let lifetime = config.token_lifetime;
    let millis = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
    let expire_time = match config.expire_time {
        ExpireTime::Seconds => lifetime.as_secs(),
        ExpireTime::Millis => millis,
        ExpireTime::UnixMillis => context.unix_millis().saturating_add(millis),
    };
    let token = format!("{}{}", context.random().hex(), context.random().hex());
    let expires = context.now().saturating_add(lifetime);
    gateway.tokens.insert(token.clone(), expires);
    Ok(JsonObject::new()
        .text("accessToken", &token)
        .integer("expireTime", expire_time))
}

fn create_order(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let order_no = field(fields, "orderNo");
    if !is_order_no(order_no) {
        return Err(Refusal::new(
            "SANDBOX_ORDER_NO",
            "orderNo holds something else than letters, digits, _ and -",
        ));
    }
    let amount = amount(fields)?;
    let return_url = field(fields, "returnUrl");
    if !is_web_address(return_url) {
        return Err(Refusal::new(
            "SANDBOX_RETURN_URL",
            "returnUrl is not an http or https address with a host",
        ));
    }
    if let Some(first) = gateway.order(order_no) {
        match gateway.config.repeated_order {
            RepeatedOrder::SecondOrder => {}
            RepeatedOrder::SameLink if first.amount.equals(&amount) => {
                return Ok(link_and_number(first));
            }
            RepeatedOrder::SameLink | RepeatedOrder::Refuse => {
                return Err(Refusal::new(
                    "SANDBOX_ORDER_EXISTS",
                    "there is an order of this orderNo",
                ));
            }
        }
    }
    let link = format!("{}/pay/{}", context.base_url(), context.random().hex());
    let order = Order {
        order_no: order_no.to_owned(),
        amount,
        product_name: field(fields, "productName").to_owned(),
        return_url: return_url.to_owned(),
        link,
        state: OrderState::Unpaid,
        changed: context.unix_millis(),
        settles_at: None,
    };
    context.record("order", order_no, Some(order.amount.text()));
    let data = link_and_number(&order);
    gateway.orders.push(order);
    Ok(data)
}

fn query_order(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    context.concerns(field(fields, "orderNo"));
    let order = gateway
        .order(field(fields, "orderNo"))
        .ok_or_else(no_such_order)?;
    let tx_status = match order.state {
        OrderState::Unpaid => &gateway.config.unpaid_text,
        OrderState::Success => "success",
        OrderState::Failed => "failed",
        OrderState::Refunded => &gateway.config.refunded_text,
    };
    Ok(link_and_number(order)
        .text("txStatus", tx_status)
        .text("txMessage", order.tx_message())
        .integer("txTime", order.changed)
        .text("paymentMode", PAYMENT_MODE))
}

pub(super) fn refund(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let order_no = field(fields, "orderNo");
    let order = gateway.order_mut(order_no).ok_or_else(no_such_order)?;
    match order.state {
        OrderState::Unpaid | OrderState::Failed => {
            return Err(Refusal::new(
                "SANDBOX_ORDER_NOT_PAID",
                "only a paid order can be refunded",
            ));
        }
        OrderState::Refunded => {
            return Err(Refusal::new(
                "SANDBOX_ORDER_REFUNDED",
                "this order was refunded before",
            ));
        }
        OrderState::Success if order.is_settled(context.now()) => {
            return Err(Refusal::new(
                "SANDBOX_ORDER_SETTLED",
                "a settled order cannot be refunded",
            ));
        }
        OrderState::Success => {}
    }
    order.state = OrderState::Refunded;
    order.changed = context.unix_millis();
    context.record("refund", order_no, Some(order.amount.text()));
    Ok(JsonObject::new()
        .text("refundStatus", "success")
        .text("orderNo", order_no)
        .text("refundRef", &format!("RF{}", context.random().hex())))
}

/// Keeps nothing of the person but the account number it gives out.
pub(super) fn create_beneficiary(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let is_given = |name| fields.value(name).is_some_and(|value| !value.is_empty());
    if gateway.config.beneficiary_needs_contact && !is_given("phone") && !is_given("email") {
        return Err(Refusal::new(
            "SANDBOX_CONTACT_MISSING",
            "phone or email is needed",
        ));
    }
    let account_no = format!("AC{}", context.random().hex());
    context.record("beneficiary", &account_no, None);
    gateway.beneficiaries.push(account_no.clone());
    Ok(JsonObject::new()
        .text("accountNo", &account_no)
        .text("status", "active"))
}

pub(super) fn transfer(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    let serial_no = field(fields, "transferSerialNo");
    let amount = amount(fields)?;
    let payee = field(fields, "payeeAccountNo");
    if !gateway.beneficiaries.iter().any(|account| account == payee) {
        return Err(Refusal::new(
            "SANDBOX_BENEFICIARY_NOT_FOUND",
            "there is no beneficiary of this payeeAccountNo",
        ));
    }
    if let Some(first) = last_transfer(gateway, serial_no) {
        match gateway.config.repeated_transfer {
            RepeatedTransfer::SecondTransfer => {}
            RepeatedTransfer::Replay if first.amount.equals(&amount) && first.payee == payee => {
                return Ok(transfer_data(first));
            }
            RepeatedTransfer::Replay | RepeatedTransfer::Refuse => {
                return Err(Refusal::new(
                    "SANDBOX_TRANSFER_EXISTS",
                    "there is a transfer of this transferSerialNo",
                ));
            }
        }
    }
    let transfer = Transfer {
        serial_no: serial_no.to_owned(),
        amount,
        payee: payee.to_owned(),
        outcome: gateway.config.transfer_outcome,
        time: context.unix_millis(),
    };
    match transfer.outcome {
        TransferOutcome::Success => {
            context.record("transfer", serial_no, Some(transfer.amount.text()));
        }
        TransferOutcome::Failed => {}
    }
    let data = transfer_data(&transfer);
    gateway.transfers.push(transfer);
    Ok(data)
}

fn query_transfer(
    gateway: &mut Gateway,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Result<JsonObject, Refusal> {
    context.concerns(field(fields, "transferSerialNo"));
    last_transfer(gateway, field(fields, "transferSerialNo"))
        .ok_or_else(|| {
            Refusal::new(
                "SANDBOX_TRANSFER_NOT_FOUND",
                "there is no transfer of this transferSerialNo",
            )
        })
        .map(transfer_data)
}

fn last_transfer<'a>(gateway: &'a Gateway, serial_no: &str) -> Option<&'a Transfer> {
    gateway
        .transfers
        .iter()
        .rev()
        .find(|transfer| transfer.serial_no == serial_no)
}

fn transfer_data(transfer: &Transfer) -> JsonObject {
    let (tx_status, tx_message) = transfer.texts();
    JsonObject::new()
        .text("transferSerialNo", &transfer.serial_no)
        .text("txStatus", tx_status)
        .text("txMessage", tx_message)
        .integer("txTime", transfer.time)
}

fn link_and_number(order: &Order) -> JsonObject {
    JsonObject::new()
        .text("paymentLink", &order.link)
        .text("orderNo", &order.order_no)
}

/// A field that was checked to be there.
fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.value(name).unwrap_or_default()
}

fn amount(fields: &Fields) -> Result<Amount, Refusal> {
    Amount::parse(field(fields, "amount")).ok_or_else(|| {
        Refusal::new(
            "SANDBOX_AMOUNT",
            "amount is not a plain positive decimal with at most two digits behind the point",
        )
    })
}

fn no_such_order() -> Refusal {
    Refusal::new(
        "SANDBOX_ORDER_NOT_FOUND",
        "there is no order of this orderNo",
    )
}

/// What can be signed in one way only: the webhook's signature joins it with `|`, and the page does not
/// say what becomes of one that holds that.
fn is_order_no(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Where a browser can be sent back to: all of it visible ASCII, so that it can stand in a header.
fn is_web_address(text: &str) -> bool {
    let uri = text.parse::<Uri>().ok();
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_urls_are_of_the_web() {
        for good in [
            "https://shop.example/back?a=1",
            "http://localhost:1",
            "HTTPS://shop.example",
        ] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "",
            "/back",
            "shop.example/back",
            "https:",
            "https://",
            "http://a/\r\nb",
            "1a://b",
            "http://ä/",
            "my-shop://back",
            "javascript:alert(1)",
            "javascript://a/%0aalert(1)",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
