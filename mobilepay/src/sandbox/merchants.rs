//! Merchants: create, list, read, delete; and change, which was withdrawn.

use payments_core::sandbox::{Context, JsonNumber, JsonObject, Reply, Request};
use serde::Deserialize;

use super::calls::{filled, read as body, wished};
use super::gateway::{Gateway, guid};
use super::records::Merchant;
use super::refusal::{Refusal, domain, invalid, require};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Create {
    external_id: String,
    merchant_category_code: i32,
    name: String,
    billing_currency: String,
    country_code: String,
    vat_number: String,
}

pub(super) fn create(
    gateway: &mut Gateway,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let (create, _) = body::<Create>(request)?;
    for (name, text) in [
        ("externalId", &create.external_id),
        ("name", &create.name),
        ("vatNumber", &create.vat_number),
    ] {
        filled(name, text)?;
    }
    require((1..=9999).contains(&create.merchant_category_code), || {
        invalid("merchantCategoryCode is not 1 to 9999")
    })?;
    require(create.name.chars().count() <= 255, || {
        invalid("name has more than 255 characters")
    })?;
    let currency = create.billing_currency.as_str();
    require(["DKK", "EUR", "SEK", "NOK"].contains(&currency), || {
        invalid("billingCurrency is not DKK, EUR, SEK or NOK")
    })?;
    let country = create.country_code.as_bytes();
    let letters = country.iter().all(u8::is_ascii_uppercase);
    require(country.len() == 2 && letters, || {
        invalid("countryCode is not two capital letters")
    })?;
    wished(&create.external_id)?;
    let id = guid(context.random());
    context.record("merchant", &create.external_id, None);
    gateway.merchants.push(Merchant {
        id: id.clone(),
        external_id: create.external_id,
        category_code: create.merchant_category_code,
        name: create.name,
        billing_currency: create.billing_currency,
        country_code: create.country_code,
        vat_number: create.vat_number,
        own: true,
        deleted: false,
    });
    Ok(Reply::json(
        200,
        JsonObject::new().text("merchantId", &id).finish(),
    ))
}

fn details(merchant: &Merchant) -> JsonObject {
    let Merchant {
        id,
        external_id,
        category_code,
        name,
        billing_currency,
        country_code,
        vat_number,
        own: _,
        deleted: _,
    } = merchant;
    let object = JsonObject::new()
        .text("merchantId", id)
        .text("externalId", external_id)
        .text("name", name)
        .text("billingCurrency", billing_currency)
        .text("countryCode", country_code)
        .text("vatNumber", vat_number);
    match JsonNumber::parse(&category_code.to_string()) {
        Some(code) => object.number("merchantCategoryCode", &code),
        None => object.null("merchantCategoryCode"),
    }
}

pub(super) fn list(gateway: &Gateway) -> Reply {
    let own = gateway
        .merchants
        .iter()
        .filter(|one| one.own && !one.deleted);
    let list = JsonObject::new().objects("merchants", own.map(details));
    Reply::json(200, list.finish())
}

/// The PSP's merchant of that id. The documents give these endpoints no codes.
fn find<'a>(gateway: &'a mut Gateway, id: &str) -> Result<&'a mut Merchant, Refusal> {
    let mut merchants = gateway.merchants.iter_mut();
    let found = merchants.find(|one| one.id.eq_ignore_ascii_case(id) && one.own);
    let merchant = found.ok_or_else(|| domain("sandbox.merchant-unknown", "No such merchant."))?;
    require(!merchant.deleted, || {
        domain("sandbox.merchant-deleted", "The merchant is deleted.")
    })?;
    Ok(merchant)
}

pub(super) fn read(gateway: &mut Gateway, id: &str) -> Result<Reply, Refusal> {
    let merchant = find(gateway, id)?;
    Ok(Reply::json(200, details(merchant).finish()))
}

pub(super) fn delete(
    gateway: &mut Gateway,
    id: &str,
    context: &mut Context<'_>,
) -> Result<Reply, Refusal> {
    let merchant = find(gateway, id)?;
    merchant.deleted = true;
    context.record("merchant_deleted", &merchant.external_id, None);
    Ok(Reply::new(204))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Update {
    vat_number: Option<String>,
    // Null, empty or not: without effect in the last months of this call.
    #[serde(rename = "externalId")]
    _external_id: Option<String>,
    #[serde(rename = "merchantCategoryCode")]
    _merchant_category_code: Option<i32>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "billingCurrency")]
    _billing_currency: Option<String>,
    #[serde(rename = "countryCode")]
    _country_code: Option<String>,
}

pub(super) fn update(gateway: &mut Gateway, id: &str, request: &Request) -> Result<Reply, Refusal> {
    let merchant = find(gateway, id)?;
    let (update, _) = body::<Update>(request)?;
    if let Some(vat_number) = update.vat_number.filter(|number| !number.is_empty()) {
        merchant.vat_number = vat_number;
    }
    Ok(Reply::new(204))
}
