//! The cards that users have in the app, and the tokens behind them.

use std::fmt;

/// Every card type that MobilePay lists.
pub(super) const CARD_TYPES: [&str; 7] = [
    "ELEC-DEBIT",
    "MC-CREDIT",
    "MC-DEBIT",
    "VISA-CREDIT",
    "VISA-DEBIT",
    "MTRO-DEBIT",
    "DANKORT",
];

/// A card in the user's app.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    pub(super) card_type: String,
    pub(super) number: String,
    pub(super) month: u8,
    pub(super) year: u8,
}

impl Card {
    /// A card of this type, number (digits), month and two-digit year.
    #[must_use]
    pub fn new(card_type: &str, number: &str, month: u8, year: u8) -> Self {
        Self {
            card_type: card_type.to_owned(),
            number: number.to_owned(),
            month,
            year,
        }
    }

    /// The one that every user of the sandbox has of this type. Numbers are test numbers.
    #[must_use]
    pub fn test(card_type: &str) -> Option<Self> {
        let number = match card_type {
            "ELEC-DEBIT" => "4917300800000000",
            "MC-CREDIT" => "5413330089010442",
            "MC-DEBIT" => "5226603115488031",
            "VISA-CREDIT" => "4111111111111111",
            "VISA-DEBIT" => "4895370013193500",
            "MTRO-DEBIT" => "6759649826438453",
            "DANKORT" => "5019717010103742",
            _ => return None,
        };
        Some(Self::new(card_type, number, 5, 30))
    }

    pub(super) fn last(&self, count: usize) -> &str {
        let from = self.number.len().saturating_sub(count);
        self.number.get(from..).unwrap_or_default()
    }

    pub(super) fn is_visa(&self) -> bool {
        self.card_type.starts_with("VISA-") || self.card_type == "ELEC-DEBIT"
    }

    pub(super) fn is_mastercard(&self) -> bool {
        self.card_type.starts_with("MC-")
    }

    /// The token for a payment of this amount; `None` for a card that has none.
    pub(super) fn token(&self, amount: i64) -> Option<&'static Token> {
        if amount == NOT_ELIGIBLE {
            return None;
        }
        let fits = |token: &Token| {
            let visa = token.number.starts_with('4');
            (visa && self.is_visa()) || (!visa && self.is_mastercard())
        };
        let by_amount = TOKENS.iter().find(|token| token.amount == amount);
        let defaults = [&OTHER, &OTHER_MASTERCARD];
        let mut candidates = by_amount.into_iter().chain(defaults);
        candidates.find(|token| fits(token))
    }
}

/// Type and the last four digits.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("card_type", &self.card_type)
            .field("last", &self.last(4))
            .finish_non_exhaustive()
    }
}

/// A network token of the provider's test page.
#[derive(Debug)]
pub(super) struct Token {
    amount: i64,
    pub(super) number: &'static str,
    pub(super) month: &'static str,
    /// Two digits.
    pub(super) year: &'static str,
    pub(super) cryptogram: &'static str,
}

const fn token(
    amount: i64,
    number: &'static str,
    month: &'static str,
    year: &'static str,
    cryptogram: &'static str,
) -> Token {
    Token {
        amount,
        number,
        month,
        year,
        cryptogram,
    }
}

/// "Card not eligible".
const NOT_ELIGIBLE: i64 = 3100;

const USUAL: &str = "AlhlvxmN2ZKuAAESNFZ4GoABFA==";
const RARE: &str = "AgAAAAAAAIR8CQrXSohbQAAAAAA=";

const TOKENS: [Token; 7] = [
    token(2200, "5226603115488031", "05", "25", USUAL),
    token(
        3200,
        "4111111111111111",
        "03",
        "30",
        "uxToh3Ep6gsR8AAkvZALN19Iz34=",
    ),
    token(4200, "4895370013193500", "03", "30", USUAL),
    token(4300, "5226603115488031", "03", "30", USUAL),
    token(4400, "4895370012792682", "12", "22", RARE),
    token(5100, "4268270087302871", "09", "24", RARE),
    token(5200, "5413330089010442", "12", "25", RARE),
];

/// Of any other amount.
const OTHER: Token = token(0, "4895370013193500", "05", "25", USUAL);

/// The test page has no Mastercard of any other amount: that of 2200.
const OTHER_MASTERCARD: Token = token(0, "5226603115488031", "05", "25", USUAL);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_card() {
        for card_type in CARD_TYPES {
            let card = Card::test(card_type).unwrap();
            assert!(!format!("{card:?}").contains(&card.number));
        }
        assert_eq!(Card::test("VISA-DANKORT"), None);
    }

    #[test]
    fn the_amount_picks_the_token() {
        let number = |card_type: &str, amount| {
            let card = Card::test(card_type).unwrap();
            card.token(amount).map(|token| (token.number, token.year))
        };
        assert_eq!(
            number("VISA-CREDIT", 3200),
            Some(("4111111111111111", "30"))
        );
        assert_eq!(number("VISA-DEBIT", 99), Some(("4895370013193500", "25")));
        assert_eq!(number("MC-DEBIT", 5200), Some(("5413330089010442", "25")));
        assert_eq!(number("MC-DEBIT", 3200), Some(("5226603115488031", "25")));
        assert_eq!(number("VISA-DEBIT", 2200), Some(("4895370013193500", "25")));
        assert_eq!(number("VISA-DEBIT", 3100), None);
        assert_eq!(number("DANKORT", 3200), None);
    }
}
