//! The card in the plaintext.

use std::fmt;

use payments_core::Pan;
use payments_core::json::Object;

/// A card. Its number is masked in every output and wiped when it is dropped.
#[derive(Clone)]
pub struct CardData {
    number: Pan,
    month: u8,
    year: u16,
    ticks: Option<u64>,
}

impl CardData {
    /// Reads the plaintext: the three documented forms, texts or integers. No number goes through a
    /// float or through anything that is not wiped. Nothing for everything that is not as described.
    pub(crate) fn parse(plain: &[u8]) -> Option<Self> {
        let whole = Object::parse(plain).ok()?.in_any_case().ok()?;
        let card = whole.get("encryptedCardData")?.get();
        let card = Object::parse(card.as_bytes()).ok()?.in_any_case().ok()?;
        let ticks = match whole.get("timestampticks") {
            Some(raw) => Some(digits(raw.get(), 20)?.parse().ok()?),
            None => None,
        };
        let year = digits(card.get("expiryYear")?.get(), 4)?;
        let year = match (year.len(), year.parse().ok()?) {
            (1 | 2, of_century) => 2000_u16.checked_add(of_century)?,
            (4, year) => year,
            (_, _) => return None,
        };
        let month = digits(card.get("expiryMonth")?.get(), 2)?.parse().ok()?;
        Some(Self {
            number: Pan::parse(digits(card.get("cardNumber")?.get(), 19)?).ok()?,
            month: (1..=12).contains(&month).then_some(month)?,
            year,
            ticks,
        })
    }

    /// The number of the card.
    #[must_use]
    pub fn number(&self) -> &Pan {
        &self.number
    }

    /// The month in which it expires, 1 to 12.
    #[must_use]
    pub fn expiry_month(&self) -> u8 {
        self.month
    }

    /// The year in which it expires, four digits.
    #[must_use]
    pub fn expiry_year(&self) -> u16 {
        self.year
    }

    /// When it was encrypted, since 2020-10-14. Likely counted as .NET does, 100 nanoseconds since the
    /// year 1; whether in UTC or in Danish time is not documented.
    #[must_use]
    pub fn timestamp_ticks(&self) -> Option<u64> {
        self.ticks
    }
}

/// The digits of a JSON text or integer, where they are nothing else: no sign, fraction, exponent,
/// blank or escape. The slice is one of the plaintext.
fn digits(raw: &str, most: usize) -> Option<&str> {
    let text = raw
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let digits = text.unwrap_or(raw);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (1..=most).contains(&digits.len())).then_some(digits)
}

/// Without the card.
impl fmt::Debug for CardData {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CardData({:?}, ..)", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(plain: &str, expect: Option<(&str, u8, u16, Option<u64>)>) {
        let found = CardData::parse(plain.as_bytes());
        let found = found.as_ref().map(|card| {
            let number = card.number().expose();
            (
                number,
                card.expiry_month(),
                card.expiry_year(),
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
        let card = CardData::parse(plain.as_bytes()).unwrap();
        assert_eq!(format!("{card:?}"), "CardData(Pan(16 digits), ..)");
    }
}
