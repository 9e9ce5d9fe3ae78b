//! The card in the plaintext.

use std::time::Duration;

use payments_core::incoming::Sealed;
use payments_core::json::Object;
use payments_core::{Expiry, Pan};

use crate::codes::CardType;

/// A card. Its number is masked in every output and wiped when it is dropped.
#[derive(Clone, Debug)]
pub struct CardData {
    number: Pan,
    expiry: Expiry,
    ticks: Option<u64>,
    card_type: Option<CardType>,
}

impl CardData {
    /// Reads the plaintext: the three documented forms, texts or integers. No number goes through a
    /// float or through anything that is not wiped. Nothing for everything that is not as described.
    pub(crate) fn parse(plain: &[u8], card_type: Option<CardType>) -> Option<Self> {
        let whole = Object::parse(plain).ok()?.in_any_case().ok()?;
        let card = whole.get("encryptedCardData")?.get().as_bytes();
        let card = Object::parse(card).ok()?.in_any_case().ok()?;
        let ticks = match whole.get("timestampticks") {
            Some(_) => Some(whole.digits("timestampticks")?.parse().ok()?),
            None => None,
        };
        Some(Self {
            number: Pan::parse(card.digits("cardNumber")?).ok()?,
            expiry: Expiry::parse(card.digits("expiryMonth")?, card.digits("expiryYear")?).ok()?,
            ticks,
            card_type,
        })
    }

    /// The number of the card.
    #[must_use]
    pub fn number(&self) -> &Pan {
        &self.number
    }

    /// The month in which it expires.
    #[must_use]
    pub fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// Which card; it decides for co-branded ones.
    #[must_use]
    pub fn card_type(&self) -> Option<&CardType> {
        self.card_type.as_ref()
    }

    /// When it was encrypted, since 2020-10-14. Likely counted as .NET does, 100 nanoseconds since the
    /// year 1; whether in UTC or in Danish time is not documented.
    #[must_use]
    pub fn timestamp_ticks(&self) -> Option<u64> {
        self.ticks
    }
}

/// By ticks as .NET's in UTC.
impl Sealed for CardData {
    fn sealed_at(&self) -> Option<Duration> {
        let since_year_1 = Duration::from_micros(self.ticks?.checked_div(10)?);
        since_year_1.checked_sub(Duration::from_secs(62_135_596_800))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plain: &str, expect: Option<(&str, u8, u16, Option<u64>)>) {
        let found = CardData::parse(plain.as_bytes(), None);
        let found = found.as_ref().map(|card| {
            let number = card.number().expose();
            (
                number,
                card.expiry().month(),
                card.expiry().year(),
                card.timestamp_ticks(),
            )
        });
        assert_eq!(found, expect, "{plain}");
    }

    fn card(number: &str, month: &str, year: &str) -> String {
        format!(
            r#"{{"encryptedCardData":{{"cardNumber":{number},"expiryMonth":{month},"expiryYear":{year}}}}}"#
        )
    }

    #[test]
    fn the_documented_forms_are_read() {
        let pan = "1234567812345678";
        check(
            &card(r#""1234567812345678""#, r#""12""#, r#""28""#),
            Some((pan, 12, 2028, None)),
        );
        check(
            &card("1234567812345678", "12", "28"),
            Some((pan, 12, 2028, None)),
        );
        let ticks = r#"{"timestampticks":123456789123456789,"encryptedCardData":{"cardNumber":1234567812345678,"expiryMonth":12,"expiryYear":28}}"#;
        check(ticks, Some((pan, 12, 2028, Some(123_456_789_123_456_789))));
    }

    #[test]
    fn numbers_are_exact() {
        // Both are over 2^53.
        let long = "9999999999999999999";
        check(&card(long, "5", "5"), Some((long, 5, 2005, None)));
        check(
            &card(r#""123456789012""#, r#""05""#, r#""05""#),
            Some(("123456789012", 5, 2005, None)),
        );
        check(
            &card("123456789012", "1", "2031"),
            Some(("123456789012", 1, 2031, None)),
        );
        let ticks = format!(
            r#"{{"TimestampTicks":{},"other":[1.5],{}"#,
            u64::MAX,
            card("123456789012", "1", "0").get(1..).unwrap()
        );
        check(&ticks, Some(("123456789012", 1, 2000, Some(u64::MAX))));
    }

    #[test]
    fn anything_else_is_refused() {
        let good = card("1234567812345678", "12", "28");
        for month in [
            "0", "13", "\"00\"", "\"012\"", "-1", "1.0", "1e0", "null", "\" 1\"", "\"\"",
        ] {
            check(&card("1234567812345678", month, "28"), None);
        }
        for year in ["100", "20288", "\"\"", "-28", "28.0", "null", "\"028\""] {
            check(&card("1234567812345678", "12", year), None);
        }
        for number in [
            "12345678901",
            "12345678901234567890",
            "1234567812345678.0",
            "1.2345678e15",
            "-123456789012",
            "\"1234 5678 1234 5678\"",
            "\"\\u0031234567812345678\"",
            "null",
            "[1234567812345678]",
        ] {
            check(&card(number, "12", "28"), None);
        }
        check(good.strip_suffix('}').unwrap(), None);
        check(&format!("{good}x"), None);
        check(&format!("[{good}]"), None);
        check("", None);
        let doubled = good.replace(
            "\"expiryMonth\":12",
            "\"expiryMonth\":12,\"ExpiryMonth\":12",
        );
        check(&doubled, None);
        let doubled = good.replace(
            "\"expiryMonth\":12",
            "\"expiryMonth\":12,\"expiryMonth\":12",
        );
        check(&doubled, None);
        let stamped = |ticks: &str| {
            let rest = good.get(1..).unwrap();
            format!(r#"{{"timestampticks":{ticks},{rest}"#)
        };
        check(&stamped("1"), Some(("1234567812345678", 12, 2028, Some(1))));
        for ticks in ["18446744073709551616", "1.0", "-1", "1e3", "true"] {
            check(&stamped(ticks), None);
        }
    }

    #[test]
    fn nothing_of_a_card_is_printed() {
        let plain = card("1234567812345678", "12", "28");
        let card = CardData::parse(plain.as_bytes(), None).unwrap();
        let expect =
            "CardData { number: Pan(16 digits), expiry: Expiry(..), ticks: None, card_type: None }";
        assert_eq!(format!("{card:?}"), expect);
    }
}
