//! Starting payments: the rules that fields have together, older names, and no request fishing.

use payments_core::error::Misuse;
use payments_core::exchange::Request;
use payments_core::{Link, Money, Recent};
use serde::Deserialize;

use crate::codes::{CardType, DisallowedReason, Language, currency_of};
use crate::types::{AllowedCardType, InitiatePayment};

/// The fields of a payment, by their present names and by those of the README of 2020.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    #[serde(alias = "MerchantId")]
    merchant_id: String,
    merchant_name: String,
    merchant_logo_url: String,
    #[serde(alias = "OrderId", alias = "orderId")]
    merchant_order_id: String,
    merchant_url: Option<String>,
    #[serde(alias = "PSPReferenceId")]
    psp_reference_id: String,
    amount: i64,
    currency_code: String,
    allowed_card_types: Vec<GivenCard>,
    #[serde(alias = "CardDataCallbackUrl")]
    card_data_callback_url: Option<String>,
    public_key_id: i64,
    redirect_from_mobile_pay_url: String,
    #[serde(alias = "FailedPaymentCallbackUrl")]
    failed_payment_callback_url: Option<String>,
    is_checkout: Option<bool>,
    #[serde(alias = "AddressCallbackUrl")]
    address_callback_url: Option<String>,
    delivery_address_allowed: Option<bool>,
    delivery_address_disallowed_reason_code: Option<i64>,
    delivery_limited_to: Option<Vec<String>>,
    valid_until: Option<String>,
    auto_capture: Option<bool>,
    prefer_visa_part_of_visa_dankort: Option<bool>,
    customer_language_code: Option<String>,
    minimum_mobile_pay_user_age: Option<i64>,
}

/// A card type as it is today, or its code alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum GivenCard {
    Code(String),
    #[serde(rename_all = "camelCase")]
    Whole {
        name: String,
        encrypted_pan_callback_url: String,
        token_callback_url: Option<String>,
    },
}

impl Given {
    fn read(json: &[u8]) -> Result<Self, Misuse> {
        serde_json::from_slice(json).map_err(|error| {
            // Not its text, which may repeat a value.
            let at = format!("line {}, column {}", error.line(), error.column());
            Misuse::new("payment", format!("is not as described at {at}"))
        })
    }

    fn check(&self) -> Result<(), Misuse> {
        let is_missing = |field: &'static str, why: &'static str| Err(Misuse::new(field, why));
        let mut links = vec![("merchantLogoUrl", Some(&self.merchant_logo_url))];
        links.push((
            "failedPaymentCallbackUrl",
            self.failed_payment_callback_url.as_ref(),
        ));
        links.push(("addressCallbackUrl", self.address_callback_url.as_ref()));
        if self.allowed_card_types.is_empty() {
            return is_missing("allowedCardTypes", "must name a card");
        }
        for card in &self.allowed_card_types {
            let name = match card {
                GivenCard::Code(name) => name,
                GivenCard::Whole {
                    name,
                    encrypted_pan_callback_url,
                    token_callback_url,
                } => {
                    links.push(("encryptedPanCallbackUrl", Some(encrypted_pan_callback_url)));
                    links.push(("tokenCallbackUrl", token_callback_url.as_ref()));
                    name
                }
            };
            if name == "VISA-DANKORT" {
                return is_missing(
                    "allowedCardTypes",
                    "has VISA-DANKORT, withdrawn in 2019: name both cards",
                );
            }
        }
        for (field, link) in links {
            let link = link.map(|link| link.parse::<Link>());
            if link.is_some_and(|link| !link.is_ok_and(|link| link.is_private())) {
                return is_missing(field, "must be an https link");
            }
        }
        if self.is_checkout == Some(true) && self.address_callback_url.is_none() {
            return is_missing("addressCallbackUrl", "is needed with isCheckout");
        }
        match (
            self.delivery_address_allowed,
            self.delivery_address_disallowed_reason_code,
        ) {
            (None, _) if self.is_checkout == Some(true) => {
                is_missing("deliveryAddressAllowed", "is needed with isCheckout")
            }
            (Some(false), reason) if !reason.is_some_and(|reason| (1..=5).contains(&reason)) => {
                let why = "must be 1 to 5 where no delivery address is allowed";
                is_missing("deliveryAddressDisallowedReasonCode", why)
            }
            (_, _) => Ok(()),
        }
    }
}

/// Reads a payment as merchants of a PSP wrote it over the years: the names of today, those of the
/// README of 2020 (`OrderId`, `PSPReferenceId`, card codes with one `CardDataCallbackUrl`), currencies
/// as letters or numbers. What is sent has the names of today. `merchant_url` stands in where the text
/// has none, as before 2020-10.
///
/// # Errors
/// [`Misuse`] naming the field that is missing, wrong, or there in both forms.
pub fn initiate_from_json(
    json: &str,
    merchant_url: Option<&str>,
) -> Result<InitiatePayment, Misuse> {
    let given = Given::read(json.as_bytes())?;
    let merchant_url = given.merchant_url.as_deref().or(merchant_url);
    let needed = |field: &'static str| move || Misuse::new(field, "is missing");
    let currency = currency_of(&given.currency_code);
    let currency = currency.ok_or_else(|| Misuse::new("currencyCode", "is none of MobilePay's"))?;
    let mut cards = Vec::new();
    for card in given.allowed_card_types {
        let (name, callback, token) = match (card, &given.card_data_callback_url) {
            (GivenCard::Code(name), callback) => {
                let callback = callback.clone();
                (
                    name,
                    callback.ok_or_else(needed("cardDataCallbackUrl"))?,
                    None,
                )
            }
            (
                GivenCard::Whole {
                    name,
                    encrypted_pan_callback_url,
                    token_callback_url,
                },
                None,
            ) => (name, encrypted_pan_callback_url, token_callback_url),
            (GivenCard::Whole { .. }, Some(_)) => {
                let problem = "stands beside card types that have callbacks of their own";
                return Err(Misuse::new("cardDataCallbackUrl", problem));
            }
        };
        let card = AllowedCardType::builder()
            .name(CardType::from(&*name))
            .encrypted_pan_callback_url(callback);
        cards.push(match token {
            Some(token) => card.token_callback_url(token).build()?,
            None => card.build()?,
        });
    }
    let mut payment = InitiatePayment::builder()
        .merchant_id(given.merchant_id)
        .merchant_name(given.merchant_name)
        .merchant_logo_url(given.merchant_logo_url)
        .merchant_order_id(given.merchant_order_id)
        .merchant_url(merchant_url.ok_or_else(needed("merchantUrl"))?)
        .psp_reference_id(given.psp_reference_id)
        .amount(Money::from_minor(given.amount, currency))
        .allowed_card_types(cards)
        .public_key_id(given.public_key_id)
        .redirect_from_mobile_pay_url(given.redirect_from_mobile_pay_url)
        .delivery_limited_to(given.delivery_limited_to.unwrap_or_default());
    macro_rules! perhaps {
        ($($field:ident = $value:expr;)*) => {
            $(if let Some(value) = $value {
                payment = payment.$field(value);
            })*
        };
    }
    let reason = given.delivery_address_disallowed_reason_code;
    perhaps! {
        failed_payment_callback_url = given.failed_payment_callback_url;
        is_checkout = given.is_checkout;
        address_callback_url = given.address_callback_url;
        delivery_address_allowed = given.delivery_address_allowed;
        delivery_address_disallowed_reason_code = reason.map(|code| DisallowedReason::from(&*code.to_string()));
        valid_until = given.valid_until;
        auto_capture = given.auto_capture;
        prefer_visa_part_of_visa_dankort = given.prefer_visa_part_of_visa_dankort;
        customer_language_code = given.customer_language_code.map(|code| Language::from(&*code));
        minimum_mobile_pay_user_age = given.minimum_mobile_pay_user_age;
    }
    payment.build()
}

/// Keeps what MobilePay takes for request fishing from being sent: another payment under a
/// pspReferenceId that was used, and a fourth payment on one order, which fails for good. In memory;
/// a client has one of its own unless several share one.
#[derive(Debug)]
pub struct Fishing {
    /// By merchant and pspReferenceId: the digest of the request.
    sent: Recent<(String, String), Option<[u8; 32]>>,
    /// By merchant and order: the pspReferenceIds.
    orders: Recent<(String, String), Vec<String>>,
}

impl Default for Fishing {
    fn default() -> Self {
        Self {
            sent: Recent::of(1 << 16),
            orders: Recent::of(1 << 16),
        }
    }
}

impl Fishing {
    /// Checks a request that starts a payment, whoever wrote it.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Misuse> {
        let given = Given::read(request.body().bytes())?;
        given.check()?;
        let digest = request.digest();
        let (merchant, psp) = (given.merchant_id, given.psp_reference_id);
        let key = (merchant.clone(), psp.clone());
        let problem = "was used for a payment that was not the same: take another";
        let reused = || Misuse::new("pspReferenceId", problem);
        if self.sent.with(key.clone(), |first| {
            first.is_some_and(|first| first != digest)
        }) {
            return Err(reused());
        }
        // Only what is about to be sent counts.
        let fits = self
            .orders
            .with((merchant, given.merchant_order_id), |known| {
                let is_new = !known.contains(&psp);
                if is_new && known.len() < 3 {
                    known.push(psp.clone());
                }
                known.contains(&psp)
            });
        if !fits {
            let problem = "has three payments: a fourth fails for good, take another order id";
            return Err(Misuse::new("merchantOrderId", problem));
        }
        // Again, for who asked at the same moment.
        if self
            .sent
            .with(key, |first| *first.get_or_insert(digest) != digest)
        {
            return Err(reused());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use payments_core::call::Call;

    use super::*;

    const TODAY: &str = r#"{"merchantId":"m","merchantName":"Shop","merchantLogoUrl":"https://no-logo.png","merchantOrderId":"o","merchantUrl":"https://shop.example","pspReferenceId":"p","amount":495,"currencyCode":"DKK","allowedCardTypes":[{"name":"DANKORT","encryptedPanCallbackUrl":"https://psp.example/card"}],"publicKeyId":7,"redirectFromMobilePayUrl":"https://shop.example/return"}"#;

    fn sent(json: &str) -> Result<String, String> {
        let payment = initiate_from_json(json, None).map_err(|misuse| misuse.to_string())?;
        let request = payment.request().map_err(|misuse| misuse.to_string())?;
        Fishing::default()
            .check(&request)
            .map_err(|misuse| misuse.to_string())?;
        Ok(String::from_utf8_lossy(request.body().bytes()).into_owned())
    }

    #[test]
    fn names_of_2020_become_those_of_today() {
        let old = r#"{"MerchantId":"m","merchantName":"Shop","merchantLogoUrl":"https://no-logo.png","OrderId":"o","merchantUrl":"https://shop.example","PSPReferenceId":"p","amount":495,"currencyCode":"208","allowedCardTypes":["DANKORT"],"CardDataCallbackUrl":"https://psp.example/card","publicKeyId":7,"redirectFromMobilePayUrl":"https://shop.example/return"}"#;
        assert_eq!(sent(TODAY), Ok(TODAY.to_owned()));
        assert_eq!(sent(old), Ok(TODAY.to_owned()));
        let without = old.replace(r#""merchantUrl":"https://shop.example","#, "");
        assert_eq!(sent(&without), Err("`merchantUrl` is missing".to_owned()));
        let payment = initiate_from_json(&without, Some("12345678")).unwrap();
        assert_eq!(payment.merchant_url(), "12345678");
        let both = TODAY.replace(
            r#""publicKeyId""#,
            r#""cardDataCallbackUrl":"https://a.example","publicKeyId""#,
        );
        let expect =
            "`cardDataCallbackUrl` stands beside card types that have callbacks of their own";
        assert_eq!(sent(&both), Err(expect.to_owned()));
        let none = old.replace(r#""CardDataCallbackUrl":"https://psp.example/card","#, "");
        assert_eq!(
            sent(&none),
            Err("`cardDataCallbackUrl` is missing".to_owned())
        );
        let twice = old.replace(r#""OrderId":"o""#, r#""OrderId":"o","merchantOrderId":"o""#);
        assert!(sent(&twice).is_err());
        assert!(sent(&TODAY.replace("495", "4.95")).is_err());
        assert!(
            sent(&TODAY.replace("DKK", "978"))
                .unwrap()
                .contains(r#""currencyCode":"EUR""#)
        );
        let expect = Err("`currencyCode` is none of MobilePay's".to_owned());
        assert_eq!(sent(&TODAY.replace("DKK", "PHP")), expect);
    }

    #[test]
    fn every_optional_field_is_carried() {
        let more = r#","failedPaymentCallbackUrl":"https://psp.example/failed","isCheckout":true,"addressCallbackUrl":"https://psp.example/address","deliveryAddressAllowed":false,"deliveryAddressDisallowedReasonCode":3,"deliveryLimitedTo":["DK","FI"],"validUntil":"2026-11-01T12:00:00Z","autoCapture":false,"preferVisaPartOfVisaDankort":true,"customerLanguageCode":"DA","minimumMobilePayUserAge":18}"#;
        let full = format!("{}{more}", TODAY.strip_suffix('}').unwrap());
        assert_eq!(sent(&full), Ok(full));
    }

    #[test]
    fn fields_fit_each_other() {
        let check = |from: &str, to: &str, field: &str| {
            let found = sent(&TODAY.replace(from, to));
            let named = found
                .as_ref()
                .err()
                .and_then(|error| error.split('`').nth(1));
            assert_eq!(named, Some(field), "{found:?}");
        };
        let last = r#""publicKeyId":7"#;
        check(
            "https://psp.example/card",
            "http://psp.example/card",
            "encryptedPanCallbackUrl",
        );
        check("https://no-logo.png", "logo.png", "merchantLogoUrl");
        check("DANKORT", "VISA-DANKORT", "allowedCardTypes");
        let checkout = r#""publicKeyId":7,"isCheckout":true"#;
        check(last, checkout, "addressCallbackUrl");
        let checkout = format!(r#"{checkout},"addressCallbackUrl":"https://psp.example/a""#);
        check(last, &checkout, "deliveryAddressAllowed");
        let checkout = format!(r#"{checkout},"deliveryAddressAllowed":false"#);
        check(last, &checkout, "deliveryAddressDisallowedReasonCode");
        let checkout = format!(r#"{checkout},"deliveryAddressDisallowedReasonCode":6"#);
        check(last, &checkout, "deliveryAddressDisallowedReasonCode");
        let loopback = TODAY.replace("https://psp.example/card", "http://127.0.0.1:9/card");
        assert!(sent(&loopback).is_ok());
    }

    #[test]
    fn nothing_is_sent_that_looks_like_fishing() {
        let fishing = Fishing::default();
        let check = |changed: &[(&str, &str)], expect: Option<&str>| {
            let json = changed
                .iter()
                .fold(TODAY.to_owned(), |json, (from, to)| json.replace(from, to));
            let request = initiate_from_json(&json, None).unwrap().request().unwrap();
            let found = fishing.check(&request).err();
            assert_eq!(found.as_ref().map(Misuse::field), expect, "{changed:?}");
        };
        let psp = |id: &'static str| (r#""pspReferenceId":"p""#, id);
        check(&[], None);
        check(&[], None);
        check(&[("495", "496")], Some("pspReferenceId"));
        check(&[("495", "496"), psp(r#""pspReferenceId":"p2""#)], None);
        check(&[psp(r#""pspReferenceId":"p3""#)], None);
        check(&[psp(r#""pspReferenceId":"p4""#)], Some("merchantOrderId"));
        check(&[psp(r#""pspReferenceId":"p3""#)], None);
        let order = (r#""merchantOrderId":"o""#, r#""merchantOrderId":"o2""#);
        check(&[psp(r#""pspReferenceId":"p4""#), order], None);
        check(&[(r#""merchantId":"m""#, r#""merchantId":"m2""#)], None);
    }
}
