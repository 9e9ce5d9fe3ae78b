//! Secrets: masked in every output and wiped when dropped.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroize;

use crate::error::Misuse;

/// A value that is never printed: no `Display`, no `Serialize`, masked `Debug`, wiped on drop.
///
/// ```
/// use payments_core::Secret;
/// let key = Secret::new(String::from("correct horse battery staple"));
/// assert_eq!(format!("{key:?}"), "Secret(***)");
/// assert_eq!(key.expose(), "correct horse battery staple");
/// ```
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, to be filled in place.
    pub(super) fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(***)")
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        T::deserialize(input).map(Self)
    }
}

/// Refuses a credential that was not given, or that brought the end of its line along.
///
/// # Errors
/// [`Misuse`] naming the field.
pub fn check_given(field: &'static str, value: &str) -> Result<(), Misuse> {
    if value.trim().is_empty() {
        Err(Misuse::new(field, "must not be empty"))
    } else if value.contains(char::is_control) {
        let problem = "must not hold control characters, such as a line break at its end";
        Err(Misuse::new(field, problem))
    } else {
        Ok(())
    }
}

/// A credential that can stand in a canonical string.
pub trait KeyPart {
    /// Its bytes.
    fn key_bytes(&self) -> &[u8];
}

impl KeyPart for Secret<String> {
    fn key_bytes(&self) -> &[u8] {
        self.expose().as_bytes()
    }
}

impl KeyPart for String {
    fn key_bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

/// The shortest signing secret that is accepted, in bytes.
pub const MIN_SECRET: usize = 16;

/// Refuses a signing secret that is too short to be one.
///
/// # Errors
/// [`Misuse`] naming the field, not the value.
pub fn check_secret(field: &'static str, secret: &Secret<String>) -> Result<(), Misuse> {
    check_secret_of(field, secret, MIN_SECRET)
}

/// The same for a provider whose secrets are known to have at least `least` bytes.
///
/// # Errors
/// [`Misuse`] naming the field, not the value.
pub fn check_secret_of(
    field: &'static str,
    secret: &Secret<String>,
    least: usize,
) -> Result<(), Misuse> {
    check_given(field, secret.expose())?;
    match secret.expose().len() {
        length if length < least => Err(Misuse::new(
            field,
            format!("must have at least {least} bytes, has {length}"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expect: Option<&str>) {
        let given = check_given("key", value);
        let given = given.err().map(|misuse| misuse.problem().to_owned());
        assert_eq!(given.as_deref(), expect, "{value:?}");
    }

    #[test]
    fn the_end_of_a_line_is_no_part_of_a_credential() {
        check("a key", None);
        check("", Some("must not be empty"));
        check(" \n", Some("must not be empty"));
        let line = Some("must not hold control characters, such as a line break at its end");
        check("key\n", line);
        check("key\r\n", line);
        check("k\0ey", line);
        assert!(check_secret("key", &Secret::new("0123456789abcdef".to_owned())).is_ok());
        assert!(check_secret("key", &Secret::new("0123456789abcdef\n".to_owned())).is_err());
        assert!(check_secret("key", &Secret::new("0123456789abcde".to_owned())).is_err());
    }
}
