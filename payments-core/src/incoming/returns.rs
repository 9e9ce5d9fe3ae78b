//! Browsers that a provider sends back, found by a token of the merchant's own.

use std::fmt;
use std::marker::PhantomData;

use super::fields::{BodyFormat, Fields};
use super::inbound::Inbound;
use super::notice::Notice;
use super::verified::{Scope, Verified};
use crate::error::{Misuse, Rejected};
use crate::link::Link;

/// The field of the return address that carries the token.
const TOKEN: &str = "t";

/// What a merchant keeps on its server of a page that it made: what the return is verified against,
/// where the proof is another for each page.
pub trait Kept {
    /// The return.
    type Notice: Notice;

    /// Verifies the fields of a return.
    ///
    /// # Errors
    /// [`Rejected`] for what is not to be believed.
    fn verify(
        &self,
        fields: &Fields<'_>,
    ) -> Result<(Self::Notice, <Self::Notice as Notice>::Unsigned), Rejected>;
}

/// An endpoint that browsers are sent back to by a form. Each page has an address with a token that
/// nobody can guess, under which the merchant keeps `K`.
pub struct Returns<K> {
    scope: Scope,
    kept: PhantomData<fn() -> K>,
}

impl<K: Kept> Returns<K> {
    /// One endpoint. `environment` and `account` are the merchant's own names; they keep two accounts
    /// with the same references apart.
    #[must_use]
    pub fn new(environment: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            scope: Scope::of::<K::Notice>(environment, account),
            kept: PhantomData,
        }
    }

    /// Whose returns these are.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The address that a page sends its buyer back to: the merchant's own, with the token in its
    /// query.
    ///
    /// # Errors
    /// [`Misuse`] for `address` if it is neither https nor http on this machine, if a parameter stands
    /// twice in its query, or if it has one called `t`: the return to it would be rejected. For
    /// `token` if it is empty.
    pub fn url(&self, address: &str, token: &str) -> Result<String, Misuse> {
        let refuse = |problem: String| Misuse::new("address", problem);
        let read = |misuse: Misuse| refuse(misuse.problem().to_owned());
        let link: Link = address.parse().map_err(read)?;
        if !link.is_private() {
            return Err(refuse(
                "must be https; http is for loopback only".to_owned(),
            ));
        }
        if link
            .pairs()
            .map_err(read)?
            .iter()
            .any(|(name, _)| name == TOKEN)
        {
            return Err(refuse(format!(
                "has `{TOKEN}` in its query, which is where the token goes: take it out"
            )));
        }
        if token.is_empty() {
            return Err(Misuse::new("token", "must not be empty"));
        }
        Ok(link.with(TOKEN, token).as_str().to_owned())
    }

    /// The token of a return. Look up by this, and by nothing else of the request.
    ///
    /// # Errors
    /// [`Rejected`] where it is missing, empty or stands twice.
    pub fn token(&self, inbound: &Inbound) -> Result<String, Rejected> {
        Fields::read(inbound.query().as_bytes(), BodyFormat::Form)?.required(TOKEN)
    }

    /// Verifies a return against what was kept under its token. The body is read as a form,
    /// whatever type it comes with.
    ///
    /// # Errors
    /// [`Rejected`]: change nothing.
    pub fn verify(&self, inbound: &Inbound, kept: &K) -> Result<Verified<K::Notice>, Rejected> {
        let fields = Fields::read(inbound.body(), BodyFormat::Form)?;
        let (notice, unsigned) = kept.verify(&fields)?;
        Ok(Verified::by_provider_crate(
            notice,
            unsigned,
            self.scope.clone(),
            "kept".to_owned(),
            inbound.clone(),
        ))
    }
}

impl<K> Clone for Returns<K> {
    fn clone(&self) -> Self {
        Self {
            scope: self.scope.clone(),
            kept: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Returns<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Returns").field(&self.scope).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    struct Page(&'static str);

    #[derive(Debug)]
    struct Back;

    impl Notice for Back {
        type Unsigned = Option<String>;
        const PROVIDER: &'static str = "toy";
        const NAME: &'static str = "back";

        fn read(_: &Fields<'_>) -> Result<Self, Rejected> {
            Err(Rejected)
        }

        fn read_unsigned(fields: &Fields<'_>) -> Option<String> {
            fields.text("note").map(str::to_owned)
        }

        fn dedupe(&self) -> Vec<&str> {
            vec!["back"]
        }

        fn reference(&self) -> &str {
            "back"
        }
    }

    impl Kept for Page {
        type Notice = Back;

        fn verify(&self, fields: &Fields<'_>) -> Result<(Back, Option<String>), Rejected> {
            let proof: String = fields.required("proof")?;
            let held = (proof == self.0).then_some(Back).ok_or(Rejected)?;
            Ok((held, Back::read_unsigned(fields)))
        }
    }

    fn returns() -> Returns<Page> {
        Returns::new("test", "shop")
    }

    fn inbound(target: &str, body: &'static str) -> Inbound {
        Inbound::new(Method::POST, target, HeaderMap::new(), body)
    }

    #[test]
    fn a_return_is_verified_by_what_was_kept() {
        let message = inbound("/back?t=1", "proof=x&note=n");
        let found = returns().verify(&message, &Page("x")).unwrap();
        assert_eq!(found.unsigned().as_deref(), Some("n"));
        assert_eq!(found.scope(), returns().scope());
        assert!(returns().verify(&message, &Page("y")).is_err());
        let twice = inbound("/back?t=1", "proof=x&proof=x");
        assert!(returns().verify(&twice, &Page("x")).is_err());
        // The proof stands in the body, never in the address.
        let elsewhere = inbound("/back?t=1&proof=x", "");
        assert!(returns().verify(&elsewhere, &Page("x")).is_err());
    }

    #[test]
    fn the_token_travels_in_the_query() {
        let token = |target: &str| returns().token(&inbound(target, "")).ok();
        for address in ["https://a.example/back", "https://a.example/back?lang=tr"] {
            let url = returns().url(address, "a b&c").unwrap();
            let target = url.strip_prefix("https://a.example").unwrap();
            assert_eq!(token(target).as_deref(), Some("a b&c"), "{url}");
        }
        for none in [
            "/back",
            "/back?t=",
            "/back?t=1&t=1",
            "/back?T=1",
            "/back?t=%4",
        ] {
            assert_eq!(token(none), None, "{none}");
        }
    }

    /// A return to such an address would be rejected, whatever the buyer did.
    #[test]
    fn an_address_that_no_return_would_reach_is_refused() {
        let check = |address: &str, token: &str, expect: Result<(), (&str, &str)>| {
            let found = returns().url(address, token);
            let found = found.as_ref().map(|_| ());
            let found = found.map_err(|misuse| (misuse.field(), misuse.problem()));
            assert_eq!(found, expect, "{address}");
        };
        for good in [
            "https://shop.example",
            "https://shop.example/back?T=1&tt=2",
            "http://127.0.0.1:8080/back",
            "http://localhost/back",
        ] {
            check(good, "1", Ok(()));
        }
        let refused = |problem| Err(("address", problem));
        let there = "has `t` in its query, which is where the token goes: take it out";
        for taken in ["?t=old", "?lang=tr&t=", "?t", "?%74=old"] {
            let address = format!("https://shop.example/back{taken}");
            check(&address, "1", refused(there));
        }
        let twice = refused("has a name in its query twice");
        check("https://shop.example/back?a=1&%61=2", "1", twice);
        check("https://shop.example/back?t=1&t=2", "1", twice);
        let plain = refused("must be https; http is for loopback only");
        for open in [
            "http://shop.example/back",
            "wallet://back",
            "ftp://127.0.0.1/",
        ] {
            check(open, "1", plain);
        }
        let none = "has no scheme: write it as https://host/path or app://path";
        check("a.example/back", "1", refused(none));
        let broken = refused("has a broken escape in its query");
        check("https://shop.example/?a=%4", "1", broken);
        check(
            "https://shop.example/",
            "",
            Err(("token", "must not be empty")),
        );
    }
}
