//! `POST /api/v3/payments`: the rules of a payment, and the payment.

use payments_core::sandbox::{Context, JsonObject, Reply, Request};
use serde::Deserialize;
use serde_json::Value;

use super::calls::{filled, read, wished};
use super::cards::CARD_TYPES;
use super::checks;
use super::edition::Edition;
use super::gateway::{Gateway, guid};
use super::page;
use super::records::{AllowedCard, Payment, PaymentState};
use super::refusal::{Refusal, domain, invalid, require};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CardType {
    name: String,
    encrypted_pan_callback_url: String,
    token_callback_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Initiate {
    merchant_id: String,
    merchant_name: String,
    merchant_logo_url: String,
    merchant_order_id: String,
    merchant_url: String,
    psp_reference_id: String,
    amount: i64,
    currency_code: String,
    allowed_card_types: Option<Vec<CardType>>,
    public_key_id: i32,
    redirect_from_mobile_pay_url: String,
    failed_payment_callback_url: Option<String>,
    is_checkout: Option<bool>,
    address_callback_url: Option<String>,
    delivery_address_allowed: Option<bool>,
    delivery_address_disallowed_reason_code: Option<i32>,
    delivery_limited_to: Option<Vec<String>>,
    valid_until: Option<String>,
    auto_capture: Option<bool>,
    // Which of a co-branded card's types the user takes is the user's choice here.
    #[serde(rename = "preferVisaPartOfVisaDankort")]
    _prefer_visa_part_of_visa_dankort: Option<bool>,
    customer_language_code: Option<String>,
    #[serde(rename = "minimumMobilePayUserAge")]
    minimum_age: Option<i32>,
}

/// The most payments on one order.
const MOST: usize = 3;

pub(super) fn answer(
    gateway: &mut Gateway,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let (initiate, value) = read::<Initiate>(request)?;
    check(&initiate)?;
    wished(&initiate.psp_reference_id)?;
    if let Some(payment) = repeated(gateway, &initiate, &value)? {
        return Ok(reply(gateway, payment, context));
    }
    let currency = rules(gateway, &initiate)?;
    let payment = payment(gateway, initiate, currency, value, context)?;
    context.record(
        "payment",
        &payment.reference,
        Some(&payment.amount.to_string()),
    );
    context.wake_at(payment.expires);
    let answer = reply(gateway, &payment, context);
    gateway.payments.push(payment);
    Ok(answer)
}

/// What the schema says.
fn check(initiate: &Initiate) -> Result<(), Refusal> {
    require(checks::guid(&initiate.merchant_id).is_some(), || {
        invalid("merchantId is not a GUID")
    })?;
    for (name, text) in [
        ("merchantName", &initiate.merchant_name),
        ("merchantOrderId", &initiate.merchant_order_id),
        ("merchantUrl", &initiate.merchant_url),
        ("pspReferenceId", &initiate.psp_reference_id),
        ("currencyCode", &initiate.currency_code),
    ] {
        filled(name, text)?;
    }
    for (name, text, most) in [
        ("merchantUrl", &initiate.merchant_url, 150),
        ("pspReferenceId", &initiate.psp_reference_id, 50),
    ] {
        require(text.chars().count() <= most, || {
            invalid(format!("{name} has more than {most} characters"))
        })?;
    }
    require(initiate.amount > 0, || invalid("amount is not above 0"))?;
    let mut urls = vec![("merchantLogoUrl", Some(&initiate.merchant_logo_url))];
    for card in initiate.allowed_card_types.iter().flatten() {
        filled("allowedCardTypes.name", &card.name)?;
        urls.push((
            "encryptedPanCallbackUrl",
            Some(&card.encrypted_pan_callback_url),
        ));
        urls.push(("tokenCallbackUrl", card.token_callback_url.as_ref()));
    }
    urls.push((
        "failedPaymentCallbackUrl",
        initiate.failed_payment_callback_url.as_ref(),
    ));
    urls.push(("addressCallbackUrl", initiate.address_callback_url.as_ref()));
    for (name, url) in urls {
        require(url.is_none_or(|url| checks::is_url(url)), || {
            invalid(format!("{name} is neither https nor http on this machine"))
        })?;
    }
    require(
        checks::is_redirect(&initiate.redirect_from_mobile_pay_url),
        || {
            invalid(
                "redirectFromMobilePayUrl is neither https, http on this machine nor an app's link",
            )
        },
    )?;
    let until = initiate.valid_until.as_deref();
    require(
        until.is_none_or(|text| checks::instant(text).is_some()),
        || invalid("validUntil is not a date-time"),
    )?;
    require(
        initiate
            .minimum_age
            .is_none_or(|age| (0..=150).contains(&age)),
        || invalid("minimumMobilePayUserAge is not 0 to 150"),
    )?;
    checkout(initiate)
}

fn checkout(initiate: &Initiate) -> Result<(), Refusal> {
    let is_checkout = initiate.is_checkout == Some(true);
    require(
        !is_checkout || initiate.address_callback_url.is_some(),
        || invalid("isCheckout needs addressCallbackUrl"),
    )?;
    require(
        !is_checkout || initiate.delivery_address_allowed.is_some(),
        || invalid("isCheckout needs deliveryAddressAllowed"),
    )?;
    let reason = initiate.delivery_address_disallowed_reason_code;
    let disallowed = initiate.delivery_address_allowed == Some(false);
    let good = reason.map_or(!disallowed, |reason| (1..=5).contains(&reason));
    require(good, || {
        invalid("deliveryAddressDisallowedReasonCode is not 1 to 5")
    })?;
    let mut countries = initiate.delivery_limited_to.iter().flatten();
    let good =
        countries.all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()));
    require(good, || {
        invalid("deliveryLimitedTo is not of country codes")
    })
}

/// The payment that this request made before. Request fishing: the same key with anything else
/// changed is refused, and so is a fourth payment on one order.
fn repeated<'a>(
    gateway: &'a Gateway,
    initiate: &Initiate,
    value: &Value,
) -> Result<Option<&'a Payment>, Refusal> {
    let founding = gateway.config.edition == Edition::Founding;
    let of_merchant = |one: &&Payment| one.merchant_id.eq_ignore_ascii_case(&initiate.merchant_id);
    let of_order = |one: &&Payment| one.order_id == initiate.merchant_order_id;
    let mut earlier = gateway.payments.iter().filter(of_merchant);
    if let Some(same) = earlier.clone().find(|one| one.request == *value) {
        return Ok(Some(same));
    }
    // The older key leaves room for a further payment only when the earlier ones are decided.
    let fishing = if founding {
        earlier
            .clone()
            .filter(of_order)
            .any(|one| one.state.is_undecided())
    } else {
        earlier.any(|one| one.reference == initiate.psp_reference_id)
    };
    require(!fishing, || {
        domain(
            "sandbox.request-fishing",
            "The same key with other content.",
        )
    })?;
    let payments = gateway.payments.iter().filter(of_merchant).filter(of_order);
    require(payments.count() < MOST, || {
        domain(
            "sandbox.order-exhausted",
            "More than three payments on one order.",
        )
    })?;
    Ok(None)
}

/// What answers with a domain error.
fn rules(gateway: &Gateway, initiate: &Initiate) -> Result<&'static str, Refusal> {
    let mut merchants = gateway.merchants.iter();
    let merchant = merchants.find(|one| one.id.eq_ignore_ascii_case(&initiate.merchant_id));
    let Some(merchant) = merchant else {
        return Err(domain("2000", "The merchant does not exist."));
    };
    require(merchant.own, || {
        domain("2010", "The merchant was not created by this PSP.")
    })?;
    require(!merchant.deleted, || {
        domain("2020", "The merchant is deleted.")
    })?;
    let cards = initiate.allowed_card_types.as_deref().unwrap_or_default();
    require(!cards.is_empty(), || {
        domain("2030", "The allowed card types are not set.")
    })?;
    let known = |card: &CardType| CARD_TYPES.contains(&card.name.as_str());
    require(cards.iter().all(known), || {
        domain("2040", "A card type is invalid.")
    })?;
    let currency = match initiate.currency_code.as_str() {
        "DKK" | "208" => "DKK",
        "EUR" | "978" => "EUR",
        "NOK" | "578" => "NOK",
        "SEK" | "752" => "SEK",
        "USD" | "840" => "USD",
        "GBP" | "826" => "GBP",
        _ => return Err(domain("2050", "The currency code is invalid.")),
    };
    require(gateway.keys.find(initiate.public_key_id).is_some(), || {
        domain("sandbox.public-key-unknown", "No such public key.")
    })?;
    Ok(currency)
}

fn payment(
    gateway: &Gateway,
    initiate: Initiate,
    currency: &'static str,
    request: Value,
    context: &mut Context<'_>,
) -> Result<Payment, Refusal> {
    let founding = gateway.config.edition == Edition::Founding;
    let is_checkout = initiate.is_checkout == Some(true);
    let periods = gateway.config.periods;
    let mut period = periods.payment;
    // Ignored since 2024.
    if let Some(until) = initiate.valid_until.as_deref().filter(|_| founding) {
        let now = i64::try_from(context.unix_millis()).unwrap_or(i64::MAX);
        let left = checks::instant(until).and_then(|until| until.checked_sub(now));
        let left = left.and_then(|left| u64::try_from(left).ok());
        let left = left.ok_or_else(|| invalid("validUntil is over"))?;
        period = std::time::Duration::from_millis(left);
    }
    if is_checkout {
        period = period.saturating_add(periods.extra);
    }
    let allowed = initiate.allowed_card_types.into_iter().flatten();
    Ok(Payment {
        id: guid(context.random()),
        merchant_id: initiate.merchant_id.to_ascii_lowercase(),
        merchant_name: initiate.merchant_name,
        order_id: initiate.merchant_order_id,
        reference: initiate.psp_reference_id,
        amount: initiate.amount,
        currency,
        allowed: allowed
            .map(|card| AllowedCard {
                name: card.name,
                card_url: card.encrypted_pan_callback_url,
                token_url: card.token_callback_url,
            })
            .collect(),
        public_key_id: initiate.public_key_id,
        redirect_url: initiate.redirect_from_mobile_pay_url,
        failed_url: initiate.failed_payment_callback_url,
        address_url: initiate.address_callback_url.filter(|_| is_checkout),
        delivery_allowed: initiate.delivery_address_allowed.unwrap_or_default(),
        auto_capture: initiate.auto_capture.unwrap_or_default(),
        language: initiate.customer_language_code,
        request,
        expires: context.now().saturating_add(period),
        extended: is_checkout,
        phone: None,
        state: PaymentState::Open,
        attempts: Vec::new(),
        captures: Vec::new(),
        cancels: Vec::new(),
        refunds: Vec::new(),
        auto_captured: 0,
        reservation_expires: None,
    })
}

/// The founding document has another name, and no link to the app.
fn reply(gateway: &Gateway, payment: &Payment, context: &Context<'_>) -> Reply {
    let page = page::url(context.base_url(), &payment.id);
    let body = JsonObject::new().text("paymentId", &payment.id);
    let body = match gateway.config.edition {
        Edition::Founding => body.text("redirectToMPUrl", &page),
        Edition::Newest => body.text("redirectToMobilePayUrl", &page).text(
            "redirectToMobilePayAppUrl",
            &format!("vipps://?token={}", payment.id),
        ),
    };
    Reply::json(200, body.finish())
}
