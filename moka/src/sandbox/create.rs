//! `CreateWebPosRequest`: the rules of a page, and the page.

use payments_core::sandbox::{Context, JsonObject};

use super::amount::Amount;
use super::body::Block;
use super::codes::CREATE;
use super::config::{Config, Permission, RepeatedCode};
use super::gateway::{Gateway, guid};
use super::page;
use super::records::{Buyer, Payment, PaymentState};
use super::refusal::{Answer, Refusal};

pub(super) const FIELDS: [&str; 18] = [
    "Amount",
    "Currency",
    "InstallmentNumber",
    "OtherTrxCode",
    "ClientWebPosTypeId",
    "IsThreeD",
    "IsPoolPayment",
    "IsPreAuth",
    "IsTokenized",
    "Language",
    "SubMerchantName",
    "Description",
    "ReturnHash",
    "RedirectUrl",
    "RedirectType",
    "BuyerInformation",
    "BasketProduct",
    "CustomerInformation",
];

fn refuse<T>(code: &str) -> Result<T, Refusal> {
    Err(Refusal::Code(CREATE.code(code)))
}

fn check(holds: bool, code: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { refuse(code) }
}

/// Makes a page. Without a `ReturnHash` that is the number 1, `Data` is a bare string.
pub(super) fn answer(
    gateway: &mut Gateway,
    block: &Block,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let mut payment = read(gateway, block)?;
    payment.dealer_payment_id = gateway.number();
    payment.page_id = guid(context.random()).to_lowercase();
    payment.virtual_pos_order_id = format!("Test-{}", guid(context.random()).to_lowercase());
    payment.code_for_hash = guid(context.random());
    if gateway.config.lower_case_code {
        payment.code_for_hash = payment.code_for_hash.to_lowercase();
    }
    let url = format!("{}{}{}", context.base_url(), page::PATH, payment.page_id);
    context.record(
        "page",
        &payment.other_trx_code,
        Some(&payment.amount.to_string()),
    );
    let hashed = block.is_one("ReturnHash") && !gateway.config.bare_url;
    let answer = if hashed {
        let data = JsonObject::new()
            .text("Url", &url)
            .text("CodeForHash", &payment.code_for_hash);
        Answer::Data(data)
    } else {
        Answer::Text(url)
    };
    gateway.payments.push(payment);
    Ok(answer)
}

fn read(gateway: &mut Gateway, block: &Block) -> Result<Payment, Refusal> {
    let config = &gateway.config;
    let amount = block.amount("Amount").filter(|amount| !amount.is_zero());
    let Some(amount) = amount else {
        return refuse("InvalidAmount");
    };
    let redirect_url = block.text("RedirectUrl");
    check(is_web_address(&redirect_url), "RedirectURLNotGiven")?;
    let currency = currency(config, &block.text("Currency"))?;
    let installments = installments(config, block)?;
    let kind = block.integer("ClientWebPosTypeId");
    check(matches!(kind, Some(0 | 1)), "InvalidRequest")?;
    check(
        block.has("IsThreeD") && flag(block, "IsThreeD").is_some(),
        "InvalidRequest",
    )?;
    let language = block.text("Language");
    check(
        ["", "tr", "en"].contains(&language.as_str()),
        "InvalidRequest",
    )?;
    let description = block.text("Description");
    check(description.chars().count() <= 200, "InvalidRequest")?;
    let pre_auth = flag(block, "IsPreAuth").ok_or_else(invalid)?;
    match config.pre_auth {
        Permission::Required => check(pre_auth, "PaymentMustBeAuthorization")?,
        Permission::Forbidden => check(!pre_auth, "AuthorizationForbiddenForThisDealer")?,
        Permission::Allowed => {}
    }
    let pool = flag(block, "IsPoolPayment").ok_or_else(invalid)?;
    match config.pool {
        Permission::Required => check(pool, "PoolPaymentRequiredForDealer")?,
        Permission::Forbidden => check(!pool, "PoolPaymentNotAvailableForDealer")?,
        Permission::Allowed => {}
    }
    let sub_merchant = block.text("SubMerchantName");
    check(
        sub_merchant.is_empty() || config.sub_merchants.contains(&sub_merchant),
        "InvalidSubMerchantName",
    )?;
    let buyer = buyer(block)?;
    basket(config, block, amount)?;
    let tokenized = block.tiny("IsTokenized").ok_or_else(invalid)?;
    check(
        tokenized == 0 || config.tokenization != Permission::Forbidden,
        "TokenizationNotAvailableForDealer",
    )?;
    let other_trx_code = block.text("OtherTrxCode");
    let repeated = !other_trx_code.is_empty() && gateway.place(&other_trx_code).is_some();
    check(
        !repeated || gateway.config.repeated_code == RepeatedCode::SecondPage,
        "InvalidRequest",
    )?;
    customer(gateway, block, tokenized)?;
    Ok(Payment {
        dealer_payment_id: 0,
        page_id: String::new(),
        virtual_pos_order_id: String::new(),
        other_trx_code,
        amount,
        currency,
        installments,
        three_d: flag(block, "IsThreeD").unwrap_or(true),
        iframe: kind == Some(0),
        in_frame: block.integer("RedirectType") == Some(1),
        pool,
        pre_auth,
        tokenized,
        english: language == "en",
        description,
        buyer,
        code_for_hash: String::new(),
        redirect_url,
        state: PaymentState::Open,
        card: None,
        refunded: Amount::default(),
        refund_request: None,
        pool_approved: None,
        trxs: Vec::new(),
        outcome: None,
        notified: 0,
    })
}

fn invalid() -> Refusal {
    Refusal::Code(CREATE.code("InvalidRequest"))
}

/// A bool written 0 or 1.
fn flag(block: &Block, name: &str) -> Option<bool> {
    match block.tiny(name) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) | None => None,
    }
}

/// The lira is `TL` here, never `TRY`.
fn currency(config: &Config, text: &str) -> Result<&'static str, Refusal> {
    let foreign = match text {
        "" | "TL" => return Ok("TL"),
        "USD" => "USD",
        "EUR" => "EUR",
        "GBP" => "GBP",
        _ => return refuse("InvalidRequest"),
    };
    check(
        config.foreign_currency,
        "ForeignCurrencyNotAvailableForThisDealer",
    )?;
    Ok(foreign)
}

/// 0 for a single payment.
fn installments(config: &Config, block: &Block) -> Result<u64, Refusal> {
    let text = block.number_text("InstallmentNumber").unwrap_or_default();
    if ["", "0", "1"].contains(&text.as_str()) {
        return Ok(0);
    }
    let number: i64 = text.parse().unwrap_or_default();
    check((2..=12).contains(&number), "InvalidInstallmentNumber")?;
    check(
        number <= config.most_installments,
        "InstallmentNumberNotAvailableForDealer",
    )?;
    u64::try_from(number).map_err(|_| invalid())
}

fn buyer(block: &Block) -> Result<Buyer, Refusal> {
    if !block.has("BuyerInformation") {
        return Ok(Buyer::default());
    }
    let buyer = block.object("BuyerInformation").ok_or_else(invalid)?;
    let email = buyer.text("BuyerEmail");
    check(email.is_empty() || is_mail(&email), "InvalidBuyerEmail")?;
    let gsm_number = buyer.text("BuyerGsmNumber");
    let ten_digits = gsm_number.len() == 10 && is_digits(&gsm_number);
    check(gsm_number.is_empty() || ten_digits, "InvalidBuyerGsmNumber")?;
    Ok(Buyer {
        full_name: buyer.text("BuyerFullName"),
        email,
        gsm_number,
        address: buyer.text("BuyerAddress"),
    })
}

fn basket(config: &Config, block: &Block, amount: Amount) -> Result<(), Refusal> {
    if !block.has("BasketProduct") {
        return Ok(());
    }
    let products = block.objects("BasketProduct").ok_or_else(invalid)?;
    check(!products.is_empty(), "BasketProductNotFound")?;
    let mut sum = Amount::default();
    for product in &products {
        let (id, code) = (product.integer("ProductId"), product.text("ProductCode"));
        check(
            id.is_some() == code.is_empty(),
            "MustBeOneOfProductIdOrProductCode",
        )?;
        let listed = config
            .products
            .iter()
            .any(|(known_id, known_code)| id == Some(*known_id) || *known_code == code);
        check(listed, "BasketProductNotFoundInYourProductList")?;
        let price = product.amount("UnitPrice").filter(|price| !price.is_zero());
        let Some(price) = price else {
            return refuse("InvalidUnitPrice");
        };
        let quantity = product.integer("Quantity").filter(|count| *count > 0);
        let Some(quantity) = quantity else {
            return refuse("InvalidQuantityValue");
        };
        sum = sum.plus(price.times(quantity));
    }
    check(sum == amount, "BasketAmountIsNotEqualPaymentAmount")
}

/// A known customer, or the particulars of a new one. Only needed where a card is to be stored.
fn customer(gateway: &mut Gateway, block: &Block, tokenized: u8) -> Result<(), Refusal> {
    let Some(customer) = block.object("CustomerInformation") else {
        return check(tokenized == 0, "CustomerInfoIsRequiredToSaveTheCard");
    };
    let gsm_number = customer.text("GsmNumber");
    let good_number = gsm_number.len() <= 20 && is_digits(&gsm_number);
    check(gsm_number.is_empty() || good_number, "InvalidGsmNumber")?;
    let email = customer.text("Email");
    check(email.is_empty() || is_mail(&email), "InvalidEmail")?;
    let code = customer.text("CustomerCode");
    let known = gateway.customers.iter().find(|(_, known)| *known == code);
    let by_code = known.map(|(id, _)| *id).filter(|_| !code.is_empty());
    if let Some(id) = customer.integer("DealerCustomerId") {
        let exists = gateway.customers.iter().any(|(known, _)| *known == id);
        check(exists, "DealerCustomerNotExists")?;
        return check(
            code.is_empty() || by_code == Some(id),
            "DealerCustomerIdAndCustomerCodeConflicted",
        );
    }
    if tokenized == 0 || by_code.is_some() {
        return Ok(());
    }
    check(
        !customer.text("FirstName").is_empty(),
        "FirstNameIsRequiredToSaveTheCard",
    )?;
    let id = i64::try_from(gateway.number()).unwrap_or_default();
    gateway.customers.push((id, code));
    Ok(())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_mail(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// `http` or `https`, with a host, in visible ASCII.
fn is_web_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
            && rest.bytes().all(|byte| byte.is_ascii_graphic())
    })
}
