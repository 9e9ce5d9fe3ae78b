//! The provider's test cards, and what comes of a card.

use super::codes::{BankCode, bank_code, page_magic};
use super::records::{Card, Outcome};

/// Three of the provider's 36, each of another scheme; no others are taken.
pub(super) const TEST_CARDS: [&str; 3] =
    ["5127541122223332", "4183441122223339", "9792061122223337"];

/// Whether it is the number of a test card, with or without blanks.
pub(super) fn is_test_card(number: &str) -> bool {
    let number: String = number.split_whitespace().collect();
    TEST_CARDS.contains(&number.as_str())
}

/// What the buyer writes into the card form.
#[derive(Default)]
pub(super) struct CardForm<'a> {
    pub(super) holder: &'a str,
    pub(super) number: &'a str,
    pub(super) exp_month: &'a str,
    pub(super) exp_year: &'a str,
    pub(super) cvc: &'a str,
    pub(super) keep: bool,
}

impl CardForm<'static> {
    /// The card that a test pays with, with this CVC.
    pub(super) const fn test(cvc: &'static str) -> Self {
        Self {
            holder: "Ayşe Gül",
            number: "5127541122223332",
            exp_month: "12",
            exp_year: "2030",
            cvc,
            keep: false,
        }
    }
}

impl CardForm<'_> {
    /// The card, if it is one of the test cards.
    pub(super) fn read(&self, other_trx_code: &str) -> Option<Card> {
        let number: String = self.number.split_whitespace().collect();
        if !TEST_CARDS.contains(&number.as_str()) {
            return None;
        }
        let (verdict, taken) = self.verdict(other_trx_code);
        Some(Card {
            holder: self.holder.to_owned(),
            first_six: number.get(..6)?.to_owned(),
            last_four: number.get(12..)?.to_owned(),
            keep: self.keep,
            verdict,
            taken,
        })
    }

    /// What the return will say, and whether the money is taken.
    fn verdict(&self, other_trx_code: &str) -> (Outcome, bool) {
        if let Some(bank) = page_magic(other_trx_code) {
            return (failure(bank), false);
        }
        if self.exp_month != "12" || !["30", "2030"].contains(&self.exp_year) {
            return declined("006");
        }
        let detail = self.cvc.get(1..).unwrap_or_default();
        match self.cvc.get(..1) {
            Some("0") if detail == "00" => (SUCCESS, true),
            Some("1") => bank_code(&format!("0{detail}"))
                .map_or_else(|| declined("015"), |bank| (failure(bank), false)),
            Some("2") => bank_code(&format!("0{detail}"))
                .map_or_else(|| declined("015"), |bank| (failure(bank), true)),
            Some(_) | None => declined("015"),
        }
    }
}

const SUCCESS: Outcome = Outcome {
    success: true,
    bank: None,
};

pub(super) const fn failure(bank: &'static BankCode) -> Outcome {
    Outcome {
        success: false,
        bank: Some(bank),
    }
}

fn declined(code: &str) -> (Outcome, bool) {
    let outcome = Outcome {
        success: false,
        bank: bank_code(code),
    };
    (outcome, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &CardForm<'_>, expect: (Option<&str>, bool)) {
        let card = form.read("ORD-1").unwrap();
        let bank = card.verdict.bank.map(|bank| bank.code);
        assert_eq!((bank, card.taken), expect);
        assert_eq!(card.verdict.success, bank.is_none());
    }

    #[test]
    fn the_cvc_says_what_comes_of_it() {
        check(&CardForm::test("000"), (None, true));
        check(&CardForm::test("100"), (Some("000"), false));
        check(&CardForm::test("129"), (Some("029"), false));
        check(&CardForm::test("221"), (Some("021"), true));
        for cvc in ["001", "130", "300", "", "0000", "ğ"] {
            check(&CardForm::test(cvc), (Some("015"), false));
        }
        let old = CardForm {
            exp_year: "2029",
            ..CardForm::test("000")
        };
        check(&old, (Some("006"), false));
    }

    #[test]
    fn takes_test_cards_only() {
        let spaced = CardForm {
            number: "9792 0611 2222 3337",
            ..CardForm::test("000")
        };
        let card = spaced.read("fail.Page.002-1").unwrap();
        assert_eq!(
            (card.first_six.as_str(), card.last_four.as_str()),
            ("979206", "3337")
        );
        assert_eq!(card.verdict.bank.unwrap().code, "002");
        let real = CardForm {
            number: "4111111111111111",
            ..CardForm::test("000")
        };
        assert!(real.read("ORD-1").is_none());
    }
}
