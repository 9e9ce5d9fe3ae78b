//! Which links may be opened or given away, where somebody else chooses them.

use super::Link;
use crate::error::Misuse;

/// A list of schemes and hosts. What is not on it is refused; a new list allows nothing.
///
/// ```
/// use payments_core::AllowedLinks;
///
/// let allowed = AllowedLinks::default().scheme("wallet").https_host("pay.example");
/// assert!(allowed.read("link", "wallet://?a=1").is_ok());
/// assert!(allowed.read("link", "https://Pay.Example:8443/p").is_ok());
/// let refused = allowed.read("link", "https://evil.example/?pay.example").unwrap_err();
/// assert_eq!(refused.field(), "link");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedLinks {
    schemes: Vec<String>,
    hosts: Vec<String>,
}

impl AllowedLinks {
    /// The same with https links to this host, at any port.
    #[must_use]
    pub fn https_host(mut self, host: &str) -> Self {
        self.hosts.push(host.to_ascii_lowercase());
        self
    }

    /// The same with links of this scheme, whatever their host.
    #[must_use]
    pub fn scheme(mut self, scheme: &str) -> Self {
        self.schemes.push(scheme.to_ascii_lowercase());
        self
    }

    /// Reads a link that is on the list.
    ///
    /// # Errors
    /// [`Misuse`] for `field` if it is no link, or has a scheme or a host that is not allowed.
    pub fn read(&self, field: &'static str, text: &str) -> Result<Link, Misuse> {
        let link = text.parse::<Link>();
        let link = link.map_err(|misuse| Misuse::new(field, misuse.problem().to_owned()))?;
        let is_listed = |list: &[String], text| list.iter().any(|known| known == text);
        if is_listed(&self.schemes, link.scheme())
            || (link.scheme() == "https" && is_listed(&self.hosts, link.host()))
        {
            Ok(link)
        } else {
            Err(Misuse::new(
                field,
                "has a scheme or host that is not allowed",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_refused() {
        let allowed = AllowedLinks::default()
            .scheme("Wallet")
            .https_host("A.example");
        let check = |text: &str, expect: Result<(), &str>| {
            let found = allowed.read("back", text);
            let found = found.as_ref().map(|_| ()).map_err(Misuse::problem);
            assert_eq!(found, expect, "{text}");
            assert!(
                AllowedLinks::default().read("back", text).is_err(),
                "{text}"
            );
        };
        for good in [
            "wallet://",
            "WALLET://x?y",
            "https://a.example",
            "https://a.EXAMPLE:1/p",
        ] {
            check(good, Ok(()));
        }
        let refused = Err("has a scheme or host that is not allowed");
        for other in [
            "http://a.example/",
            "https://b.a.example/",
            "https://a.example.evil/",
            "https://evil.example/a.example",
            "walletx://",
            "javascript://a.example/%0a",
        ] {
            check(other, refused);
        }
        check(
            "https://a.example@evil.example/",
            Err("must not hold a user"),
        );
        check(
            "a.example",
            Err("has no scheme: write it as https://host/path or app://path"),
        );
    }
}
