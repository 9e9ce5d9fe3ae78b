//! Starting payments: older names, and no request fishing.

use payments_core::Recent;
use payments_core::build::required;
use payments_core::error::Misuse;
use payments_core::exchange::Request;
use payments_core::json::{Object, Reading};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::types::InitiatePayment;

fn refuse<T>(field: &'static str, problem: &'static str) -> Result<T, Misuse> {
    Err(Misuse::new(field, problem))
}

/// Reads a payment as merchants of a PSP wrote it over the years: the names of today, those of the
/// README of 2020 (`OrderId`, `PSPReferenceId`, card codes with one `CardDataCallbackUrl`), currencies
/// as letters or numbers, names in any case. What is sent has the names of today; a field that is none
/// of a payment is refused, so that none is dropped in silence. `merchant_url` stands in where the text
/// has none, as before 2020-10.
///
/// # Errors
/// [`Misuse`] naming the field that is missing, wrong, or there in both forms.
pub fn initiate_from_json(
    json: &str,
    merchant_url: Option<&str>,
) -> Result<InitiatePayment, Misuse> {
    let reading = Reading::default().in_any_case().refusing_others();
    let given = reading.object("payment", json)?;
    let callback = given.read::<String>(&["cardDataCallbackUrl"])?;
    let codes = given.read::<Vec<String>>(&["allowedCardTypes"]).ok();
    let codes = codes.flatten().filter(|codes| !codes.is_empty());
    let cards = match (codes, callback) {
        (Some(codes), callback) => {
            let callback = required("cardDataCallbackUrl", callback)?;
            let card = |name| json!({ "name": name, "encryptedPanCallbackUrl": callback });
            Some(codes.into_iter().map(card).collect())
        }
        (None, Some(_)) => {
            let problem = "stands beside card types that have callbacks of their own";
            return refuse("cardDataCallbackUrl", problem);
        }
        (None, None) => None,
    };
    let raw = |value: serde_json::Value| to_raw_value(&value).ok();
    let cards = cards.and_then(raw);
    let cards = cards.as_deref().or_else(|| given.get("allowedCardTypes"));
    let url = merchant_url.and_then(|url| raw(json!(url)));
    let url = given.get("merchantUrl").or(url.as_deref());
    let given = given.with("cardDataCallbackUrl", None);
    let given = given.with("allowedCardTypes", cards);
    InitiatePayment::from_object(&given.with("merchantUrl", url))
}

/// Keeps what MobilePay takes for request fishing from being sent: another payment under a
/// pspReferenceId that was used, and a fourth payment on one order, which fails for good. In memory;
/// a client has one of its own unless several share one.
#[derive(Debug, Default)]
pub struct Fishing {
    /// By merchant and pspReferenceId: the digest of the request.
    sent: Recent<(String, String), Option<[u8; 32]>>,
    /// By merchant and order: the pspReferenceIds.
    orders: Recent<(String, String), Vec<String>>,
}

impl Fishing {
    /// Checks a request that starts a payment, whoever wrote it.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Misuse> {
        let body = Object::parse(request.body().bytes());
        let body = body.or_else(|_| refuse("payment", "is not as described"))?;
        let payment = InitiatePayment::from_object(&body)?;
        let by_merchant = |id: &str| (payment.merchant_id().to_owned(), id.to_owned());
        let psp = payment.psp_reference_id();
        let (key, digest) = (by_merchant(psp), request.digest());
        let reused = "was used for a payment that was not the same: take another";
        if !self.sent.may_bind(&key, &digest) {
            return refuse("pspReferenceId", reused);
        }
        // Only what is about to be sent counts.
        let order = by_merchant(payment.merchant_order_id());
        if !self.orders.admit(order, psp.to_owned(), 3) {
            let problem = "has three payments: a fourth fails for good, take another order id";
            return refuse("merchantOrderId", problem);
        }
        // Again, for who asked at the same moment.
        if !self.sent.bind(key, digest) {
            return refuse("pspReferenceId", reused);
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
        let expect = Err("`currencyCode` is no currency that the provider takes".to_owned());
        assert_eq!(sent(&TODAY.replace("DKK", "PHP")), expect);
    }

    #[test]
    fn nothing_is_dropped_in_silence() {
        let unknown = TODAY.replace(r#""amount""#, r#""autoCaptured":true,"amount""#);
        let expect = Err("`autoCaptured` is no field of it".to_owned());
        assert_eq!(sent(&unknown), expect);
        let inside = TODAY.replace(r#""name""#, r#""cardDataCallbackUrl":null,"name""#);
        let expect = Err("`cardDataCallbackUrl` is no field of it".to_owned());
        assert_eq!(sent(&inside), expect);
        let twice = TODAY.replace(r#""amount""#, r#""Amount":495,"amount""#);
        let expect = Err("`payment` is not as described".to_owned());
        assert_eq!(sent(&twice), expect);
    }

    #[test]
    fn every_optional_field_is_carried() {
        let more = r#","failedPaymentCallbackUrl":"https://psp.example/failed","isCheckout":true,"addressCallbackUrl":"https://psp.example/address","deliveryAddressAllowed":false,"deliveryAddressDisallowedReasonCode":3,"deliveryLimitedTo":["DK","FI"],"validUntil":"2026-11-01T12:00:00Z","autoCapture":false,"preferVisaPartOfVisaDankort":true,"customerLanguageCode":"DA","minimumMobilePayUserAge":18}"#;
        let full = format!("{}{more}", TODAY.strip_suffix('}').unwrap());
        assert_eq!(sent(&full), Ok(full.clone()));
        let pascal = full
            .replace("\"autoCapture", "\"AutoCapture")
            .replace("\"is", "\"Is");
        let pascal = pascal
            .replace("\"valid", "\"Valid")
            .replace("\"token", "\"Token");
        assert_eq!(sent(&pascal), Ok(full));
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
        check("DANKORT", "VISA-DANKORT", "name");
        let card = r#"{"name":"DANKORT","encryptedPanCallbackUrl":"https://psp.example/card"}"#;
        check(card, "", "allowedCardTypes");
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
