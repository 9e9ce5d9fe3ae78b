//! Links that a buyer opens: of the web, and of apps.

mod allowed;
mod linked;

use core::net::IpAddr;
use core::str::FromStr;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Misuse;
use crate::wire::text::decoded;

pub use allowed::AllowedLinks;
pub use linked::{Linked, Links, Pairs};

/// A link such as `https://pay.example/p?id=1` or `wallet://?action=pay`. Schemes of apps are no
/// business of `http::Uri`, which refuses a link without a host.
///
/// ```
/// use payments_core::Link;
///
/// let link: Link = "wallet://?action=pay".parse()?;
/// let link = link.with("text", "a & b");
/// assert_eq!(link.as_str(), "wallet://?action=pay&text=a+%26+b");
/// assert_eq!(link.scheme(), "wallet");
/// assert_eq!(link.host(), "");
/// assert_eq!(link.pairs()?[1], ("text".to_owned(), "a & b".to_owned()));
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Link {
    text: String,
    scheme: String,
    host: String,
}

/// What of a query is written as it is: letters, digits and these.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl FromStr for Link {
    type Err = Misuse;

    /// Reads a link.
    ///
    /// # Errors
    /// [`Misuse`] for `link` if it has no `scheme://`, a user, a fragment, blanks or control
    /// characters before its query, or control characters in it.
    fn from_str(text: &str) -> Result<Self, Misuse> {
        let refuse = |problem: &'static str| Err(Misuse::new("link", problem));
        let Some((scheme, rest)) = text.split_once("://") else {
            return refuse("has no scheme: write it as https://host/path or app://path");
        };
        let mut letters = scheme.bytes();
        let begins = letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic());
        if !begins || !letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return refuse("has a scheme that is none");
        }
        if text.contains('#') {
            return refuse("must not have a fragment");
        }
        if text.chars().any(char::is_control) {
            return refuse("holds a control character");
        }
        let before_query = rest.split('?').next().unwrap_or_default();
        if before_query.contains([' ', '\\']) || !before_query.is_ascii() {
            return refuse("holds a character that cannot stand before its query");
        }
        let authority = before_query.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return refuse("must not hold a user");
        }
        let port = authority.rfind(':').filter(|at| {
            let after = authority.get(at.saturating_add(1)..).unwrap_or_default();
            after.bytes().all(|byte| byte.is_ascii_digit())
        });
        let host = port.and_then(|at| authority.get(..at)).unwrap_or(authority);
        let scheme = scheme.to_ascii_lowercase();
        if matches!(&*scheme, "http" | "https") && host.is_empty() {
            return refuse("has no host");
        }
        Ok(Self {
            text: text.to_owned(),
            host: host.to_ascii_lowercase(),
            scheme,
        })
    }
}

impl Link {
    /// The link as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its scheme, in lower case.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Its host without the port, in lower case; empty where an app's link has none.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its origin as browsers write it, in an `Origin` header, in `event.origin` and in a content
    /// security policy: scheme, host, and the port where it is not the scheme's own. Nothing for an
    /// app's link, which has none.
    ///
    /// ```
    /// use payments_core::Link;
    ///
    /// let page: Link = "https://Pay.example:443/p?id=1".parse()?;
    /// assert_eq!(page.origin().as_deref(), Some("https://pay.example"));
    /// # Ok::<(), payments_core::error::Misuse>(())
    /// ```
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let own = match &*self.scheme {
            "https" => "443",
            "http" => "80",
            _ => return None,
        };
        let (scheme, host) = (&self.scheme, &self.host);
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let port = authority.get(host.len()..).unwrap_or_default();
        let port = port.trim_start_matches(':').trim_start_matches('0');
        Some(if port.is_empty() || port == own {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        })
    }

    /// Whether what goes there cannot be read on the way: https, or http on loopback.
    #[must_use]
    pub fn is_private(&self) -> bool {
        match &*self.scheme {
            "https" => true,
            "http" => is_loopback(&self.host),
            _ => false,
        }
    }

    /// Its query as it stands there; nothing where there is no question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.text.split_once('?').map(|(_, query)| query)
    }

    /// The names and values of its query, decoded, in their order.
    ///
    /// # Errors
    /// [`Misuse`] for `link` if an escape is broken, if what it gives is not UTF-8, or if a name
    /// stands twice.
    pub fn pairs(&self) -> Result<Vec<(String, String)>, Misuse> {
        let refuse = |problem: &'static str| Misuse::new("link", problem);
        let mut pairs: Vec<(String, String)> = Vec::new();
        let parts = self.query().unwrap_or_default().split('&');
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let read = |text| {
                decoded(text)
                    .map(std::borrow::Cow::into_owned)
                    .ok_or_else(|| refuse("has a broken escape in its query"))
            };
            let name = read(name)?;
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(refuse("has a name in its query twice"));
            }
            pairs.push((name, read(value)?));
        }
        Ok(pairs)
    }

    /// The same link with one more name and value in its query, a blank written as `+`.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let written: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        self.append(name, &written)
    }

    /// The same with a blank written as `%20`.
    #[must_use]
    pub fn with_percent(self, name: &str, value: &str) -> Self {
        let written = utf8_percent_encode(value, ESCAPED).to_string();
        self.append(name, &written)
    }

    /// The same with a name alone in its query, without a value.
    ///
    /// ```
    /// use payments_core::Link;
    ///
    /// let link: Link = "https://shop.example/?a=1".parse()?;
    /// assert_eq!(link.with_name("quiet").as_str(), "https://shop.example/?a=1&quiet");
    /// # Ok::<(), payments_core::error::Misuse>(())
    /// ```
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        match self.query() {
            None => self.text.push('?'),
            Some(query) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => self.text.push('&'),
        }
        self.text
            .extend(form_urlencoded::byte_serialize(name.as_bytes()));
        self
    }

    fn append(self, name: &str, written: &str) -> Self {
        let mut named = self.with_name(name);
        named.text.push('=');
        named.text.push_str(written);
        named
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Link {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Scheme and host only: queries hold what only the buyer should have.
impl fmt::Debug for Link {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Link({}://{}…)", self.scheme, self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(&str, &str), &str>) {
        let found = text.parse::<Link>();
        let found = match &found {
            Ok(link) => Ok((link.scheme(), link.host())),
            Err(misuse) => Err(misuse.problem()),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn links_of_the_web_and_of_apps() {
        check("wallet://", Ok(("wallet", "")));
        check("wallet://?action=pay", Ok(("wallet", "")));
        check("WALLET://x/y?a=b c", Ok(("wallet", "x")));
        check(
            "https://Pay.Example:8443/p?a=ị",
            Ok(("https", "pay.example")),
        );
        check("https://[::1]:1/", Ok(("https", "[::1]")));
        check("https://[::1]/", Ok(("https", "[::1]")));
        check("https:///p", Err("has no host"));
        let none = "has no scheme: write it as https://host/path or app://path";
        check("javascript:alert(1)", Err(none));
        check("", Err(none));
        check("1a://x", Err("has a scheme that is none"));
        check(" https://x", Err("has a scheme that is none"));
        check("://x", Err("has a scheme that is none"));
        check("https://a@b/", Err("must not hold a user"));
        check("https://b/#a", Err("must not have a fragment"));
        check("https://b/?\n", Err("holds a control character"));
        let place = "holds a character that cannot stand before its query";
        check("https://b /", Err(place));
        check("https://b\\@c/", Err(place));
        check("https://bị.example/", Err(place));
    }

    #[test]
    fn https_and_this_machine_are_private() {
        let check = |text: &str, expect: bool| {
            assert_eq!(text.parse::<Link>().unwrap().is_private(), expect, "{text}");
        };
        for private in [
            "https://a.example/",
            "HTTP://LOCALHOST:1/",
            "http://127.0.0.7",
            "http://[::1]:1/x",
        ] {
            check(private, true);
        }
        for other in [
            "http://a.example/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://0.0.0.0/",
            "wallet://localhost/",
        ] {
            check(other, false);
        }
    }

    #[test]
    fn queries_are_appended_and_read_back() {
        let link: Link = "wallet://".parse().unwrap();
        let link = link
            .with("a", "Dịch vụ")
            .with("b", "")
            .with_percent("c&", "1 + 1=2");
        let expect = "wallet://?a=D%E1%BB%8Bch+v%E1%BB%A5&b=&c%26=1%20%2B%201%3D2";
        assert_eq!(link.as_str(), expect);
        let pairs = link.pairs().unwrap();
        let expect = [("a", "Dịch vụ"), ("b", ""), ("c&", "1 + 1=2")];
        assert_eq!(pairs, expect.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let with = |text: &str| text.parse::<Link>().unwrap().with("x", "1").to_string();
        assert_eq!(with("wallet://?"), "wallet://?x=1");
        assert_eq!(with("wallet://?a=b"), "wallet://?a=b&x=1");
        assert_eq!(with("wallet://?a=b&"), "wallet://?a=b&x=1");
        assert_eq!(with("https://b/p"), "https://b/p?x=1");
    }

    #[test]
    fn broken_queries_are_refused() {
        for text in [
            "wallet://?a=%4",
            "wallet://?a=%zz",
            "wallet://?a=%FF",
            "wallet://?a=1&a=2",
        ] {
            assert!(text.parse::<Link>().unwrap().pairs().is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_says() {
        for (link, origin) in [
            ("https://a.example", Some("https://a.example")),
            (
                "HTTPS://A.example/p:8?q=http://b.example/",
                Some("https://a.example"),
            ),
            ("https://a.example:443/", Some("https://a.example")),
            ("http://a.example:443?q", Some("http://a.example:443")),
            ("http://127.0.0.1:080/", Some("http://127.0.0.1")),
            ("http://[::1]:4010/p", Some("http://[::1]:4010")),
            ("http://a.example:/p", Some("http://a.example")),
            ("wallet://pay?id=1", None),
        ] {
            let found = link.parse::<Link>().unwrap().origin();
            assert_eq!(found.as_deref(), origin, "{link}");
        }
    }
}
