//! Keys as PEM files hold them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Secret;
use crate::error::Misuse;

/// The bytes (DER) of a PEM text with one block of this label, such as `PRIVATE KEY`. Text before the
/// block is passed over.
///
/// ```
/// use payments_core::signing::pem;
///
/// let text = "-----BEGIN THING-----\naGVs\nbG8=\n-----END THING-----\n";
/// assert_eq!(pem("key", text, "THING")?.expose(), b"hello");
/// assert!(pem("key", text, "PRIVATE KEY").is_err());
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] for `field` if there is no such block, or if it is broken. Where there is a block of
/// another label, it names that one.
pub fn pem(field: &'static str, text: &str, label: &str) -> Result<Secret<Vec<u8>>, Misuse> {
    let begin = format!("-----BEGIN {label}-----");
    let Some((_, after)) = text.split_once(&begin) else {
        let other = text.split_once("-----BEGIN ");
        let other = other.and_then(|(_, rest)| rest.split_once("-----"));
        return Err(Misuse::new(
            field,
            match other {
                Some((other, _)) => format!("has a block `{other}`, `{label}` is needed"),
                None => format!("is no PEM with a block `{label}`"),
            },
        ));
    };
    let broken = || {
        Misuse::new(
            field,
            "is broken: its block is not base64 up to its end line",
        )
    };
    let block = after.split_once(&format!("-----END {label}-----"));
    let (block, _) = block.ok_or_else(broken)?;
    let mut digits = Secret::new(String::with_capacity(block.len()));
    digits.fill(block);
    let bytes = STANDARD.decode(digits.expose()).map_err(|_| broken())?;
    Ok(Secret::new(bytes))
}

impl Secret<String> {
    /// Takes over the text without its white space. It was made large enough, so that nothing is
    /// left behind by growing.
    fn fill(&mut self, text: &str) {
        let visible = text.chars().filter(|letter| !letter.is_ascii_whitespace());
        self.expose_mut().extend(visible);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_strictly() {
        let check = |text: &str, expect: Result<&[u8], &str>| {
            let found = pem("key", text, "A KEY");
            let found = found
                .as_ref()
                .map(|bytes| bytes.expose().as_slice())
                .map_err(|misuse| misuse.problem());
            assert_eq!(found, expect, "{text}");
        };
        check(
            "-----BEGIN A KEY-----\r\nAQID\r\n-----END A KEY-----",
            Ok(&[1, 2, 3]),
        );
        check(
            "note\n-----BEGIN A KEY-----\nAQ\nID\n-----END A KEY-----\n",
            Ok(&[1, 2, 3]),
        );
        check("", Err("is no PEM with a block `A KEY`"));
        check("AQID", Err("is no PEM with a block `A KEY`"));
        let other = "-----BEGIN ENCRYPTED A KEY-----\nAQID\n-----END ENCRYPTED A KEY-----";
        check(
            other,
            Err("has a block `ENCRYPTED A KEY`, `A KEY` is needed"),
        );
        let broken = "is broken: its block is not base64 up to its end line";
        check("-----BEGIN A KEY-----\nAQID\n", Err(broken));
        check(
            "-----BEGIN A KEY-----\nAQ=D\n-----END A KEY-----",
            Err(broken),
        );
        check(
            "-----BEGIN A KEY-----\nAQID\n-----END B KEY-----",
            Err(broken),
        );
    }
}
