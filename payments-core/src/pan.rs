//! What is printed on cards: masked in every output, numbers wiped when dropped.

use std::fmt;

use crate::error::Misuse;
use crate::signing::Secret;

/// The number of a card, 12 to 19 digits. No `Display`, no `Serialize`; `Debug` shows how many digits
/// there are. Whether the last digit is right is not looked at: providers' samples are not.
///
/// ```
/// use payments_core::Pan;
///
/// let pan = Pan::parse("4111111111111111")?;
/// assert_eq!(pan.expose(), "4111111111111111");
/// assert_eq!(pan.last_four(), "1111");
/// assert_eq!(format!("{pan:?}"), "Pan(16 digits)");
/// assert!(Pan::parse("4111 1111 1111 1111").is_err());
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
#[derive(Clone)]
pub struct Pan(Secret<String>);

impl Pan {
    /// Reads digits, which are copied once.
    ///
    /// # Errors
    /// [`Misuse`] for anything but 12 to 19 ASCII digits; it does not repeat them.
    pub fn parse(digits: &str) -> Result<Self, Misuse> {
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        if all_digits && (12..=19).contains(&digits.len()) {
            Ok(Self(Secret::from(digits)))
        } else {
            Err(Misuse::new("pan", "must be 12 to 19 digits"))
        }
    }

    /// The digits. Whoever calls this answers for where they go.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The last four digits, which may be shown.
    #[must_use]
    pub fn last_four(&self) -> &str {
        let digits = self.0.expose();
        let from = digits.len().saturating_sub(4);
        digits.get(from..).unwrap_or_default()
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pan({} digits)", self.0.expose().len())
    }
}

/// The month in which a card expires. Its `Debug` does not show it.
///
/// ```
/// use payments_core::Expiry;
///
/// let expiry = Expiry::parse("5", "28")?;
/// assert_eq!((expiry.month(), expiry.year()), (5, 2028));
/// assert!(Expiry::parse("13", "28").is_err());
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    year: u16,
    month: u8,
}

impl Expiry {
    /// Reads digits: a month of one or two, and a year of four, or of one or two in this century.
    ///
    /// # Errors
    /// [`Misuse`] for anything else; it does not repeat it.
    pub fn parse(month: &str, year: &str) -> Result<Self, Misuse> {
        let odd = |field: &'static str| move || Misuse::new(field, "must be a month of a card");
        let month =
            number(month).filter(|(digits, month)| *digits <= 2 && (1..=12).contains(month));
        let year = number(year).and_then(|(digits, year)| match digits {
            1 | 2 => year.checked_add(2000),
            4 => Some(year),
            _ => None,
        });
        let (_, month) = month.ok_or_else(odd("expiryMonth"))?;
        Ok(Self {
            month: u8::try_from(month).map_err(|_| odd("expiryMonth")())?,
            year: year.ok_or_else(odd("expiryYear"))?,
        })
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// Four digits.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }
}

/// How many digits there are, and what they say.
fn number(digits: &str) -> Option<(usize, u16)> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| all_digits);
    number.map(|number| (digits.len(), number))
}

impl fmt::Debug for Expiry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Expiry(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_12_to_19_ascii_digits() {
        let check = |digits: &str, expect: bool| {
            assert_eq!(Pan::parse(digits).is_ok(), expect, "{digits}");
        };
        check("123456789012", true);
        check("1234567890123456789", true);
        check("12345678901", false);
        check("12345678901234567890", false);
        check("123456789012.", false);
        check("+12345678901", false);
        check(" 123456789012", false);
        check("\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}", false);
        check("", false);
    }

    #[test]
    fn months_are_read_from_digits_alone() {
        let check = |month: &str, year: &str, expect: Option<(u8, u16)>| {
            let found = Expiry::parse(month, year).ok();
            let found = found.map(|expiry| (expiry.month(), expiry.year()));
            assert_eq!(found, expect, "{month} {year}");
        };
        check("12", "28", Some((12, 2028)));
        check("05", "05", Some((5, 2005)));
        check("1", "0", Some((1, 2000)));
        check("1", "2031", Some((1, 2031)));
        for month in ["0", "13", "00", "012", "+1", "", "1.0", " 1"] {
            check(month, "28", None);
        }
        for year in ["100", "20288", "", "-28", "028", "+28"] {
            check("12", year, None);
        }
        let expiry = Expiry::parse("12", "28").unwrap();
        assert_eq!(format!("{expiry:?}"), "Expiry(..)");
    }
}
