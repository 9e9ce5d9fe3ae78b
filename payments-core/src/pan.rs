//! Card numbers: masked in every output and wiped when dropped.

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
}
