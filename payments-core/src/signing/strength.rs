//! How hard a secret is to guess, as far as its look tells.

use super::secret::Secret;

/// Warns in the trace where a secret seems to have fewer than `bits`, and takes it all the same. The
/// secret is named, not shown. Says whether it warned.
///
/// ```
/// use payments_core::Secret;
/// use payments_core::signing::expect_strong;
///
/// assert!(expect_strong("apiSecret", &Secret::from("this.is.a.secret"), 128));
/// assert!(!expect_strong("apiSecret", &Secret::from("7KQ2ZP9XH4M1VB6RT8WD3NF5GJ0CLS"), 128));
/// ```
pub fn expect_strong(name: &'static str, secret: &Secret<String>, bits: usize) -> bool {
    let weak = apparent_bits(secret.expose()) < bits;
    if weak {
        warn(name);
    }
    weak
}

#[cfg(any(feature = "client", feature = "blocking"))]
fn warn(name: &'static str) {
    tracing::warn!("`{name}` seems weak: ask the provider for a longer one");
}

/// Without a client there is no trace.
#[cfg(not(any(feature = "client", feature = "blocking")))]
fn warn(_name: &'static str) {}

/// An upper bound by length and by the kinds of characters, in bits.
#[must_use]
pub fn apparent_bits(secret: &str) -> usize {
    let has = |kind: fn(&char) -> bool| secret.chars().any(|character| kind(&character));
    // Tenths of a bit for each character.
    let tenths = match (
        has(char::is_ascii_digit),
        has(char::is_ascii_lowercase) || has(char::is_ascii_uppercase),
        has(|character| !character.is_ascii_alphanumeric()),
    ) {
        (true, false, false) => 33,
        (false, true, false)
            if !has(char::is_ascii_lowercase) || !has(char::is_ascii_uppercase) =>
        {
            47
        }
        (true, true, false) if !has(char::is_ascii_lowercase) || !has(char::is_ascii_uppercase) => {
            51
        }
        (_, true, false) => 59,
        (_, _, _) => 65,
    };
    let mut seen: Vec<char> = secret.chars().collect();
    let length = seen.len();
    seen.sort_unstable();
    seen.dedup();
    // A few characters over and over say less than their kind does.
    let tenths = if seen.len() < 8 {
        tenths.min(30)
    } else {
        tenths
    };
    length.saturating_mul(tenths).checked_div(10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_seem_weak() {
        let check = |secret: &str, expect: bool| {
            assert_eq!(apparent_bits(secret) >= 128, expect, "{secret}");
        };
        // The form that was seen in use: 30 upper-case letters and digits.
        check("7KQ2ZP9XH4M1VB6RT8WD3NF5GJ0CLS", true);
        check("this.is.a.secret", false);
        check("1234567890123456789012345678901234", false);
        check("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false);
        check("0123456789abcdef0123456789abcdef", true);
        check("", false);
    }
}
