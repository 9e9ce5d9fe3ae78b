//! An amount in a database or a file of the merchant's own.
//!
//! ```
//! use payments_core::{Currency, Money};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Order {
//!     #[serde(with = "payments_core::money::stored")]
//!     amount: Money,
//! }
//!
//! let amount = Money::from_minor(149_900, Currency::PHP);
//! let text = serde_json::to_string(&Order { amount })?;
//! assert_eq!(text, r#"{"amount":"1499.00 PHP"}"#);
//! assert_eq!(serde_json::from_str::<Order>(&text)?.amount, amount);
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::{Deserializer, Serializer, de};

use super::Money;

/// Writes it as `Display` does: `1499.00 PHP`. No provider is ever sent this.
///
/// # Errors
/// Those of the format.
pub fn serialize<S: Serializer>(amount: &Money, output: S) -> Result<S::Ok, S::Error> {
    output.collect_str(amount)
}

/// Reads it as `FromStr` does.
///
/// # Errors
/// What is no text, and every [`MoneyError`](super::MoneyError).
pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Money, D::Error> {
    struct Text;

    impl de::Visitor<'_> for Text {
        type Value = Money;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("an amount such as `1499.00 PHP`")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
            text.parse().map_err(E::custom)
        }
    }

    input.deserialize_str(Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn only_the_text_is_read() {
        let read = |json: &str| {
            let mut input = serde_json::Deserializer::from_str(json);
            deserialize(&mut input).map_err(|error| error.to_string())
        };
        let amount = Money::from_minor(149_900, Currency::PHP);
        assert_eq!(read(r#""1499.00 PHP""#), Ok(amount));
        for other in [
            "1499.00",
            "149900",
            "null",
            r#""1499 PHP""#,
            r#"{"minor":1}"#,
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
