//! Browsers that a provider sends back, found by a token of the merchant's own.

mod explain;

use std::fmt;
use std::marker::PhantomData;

use super::fields::{BodyFormat, Fields};
use super::inbound::Inbound;
use super::inbox::Row;
use super::notice::Notice;
use super::verified::{Scope, Verified};
use crate::error::{Misuse, Rejected};
use crate::link::Link;
use crate::signing::{Canonical, Explanation, Keys, Place, Signed, Sink, tag};

/// The field of the return address that carries the token.
const TOKEN: &str = "t";

/// What a merchant keeps on its server of a page that it made: what the return is verified against,
/// where the proof is another for each page. The secret of the proof is of it.
pub trait Kept: Keys + Sized {
    /// The return.
    type Notice: Notice;
    /// What is hashed, and where the hash of it stands in a return.
    type Proof: Signed<Keys = Self>;
    /// The other fields of a return. One that lacks any of them is rejected, as one with a field
    /// twice is.
    const FIELDS: &'static [&'static str];

    /// All that a return can say, each with what proves it.
    fn proofs(&self) -> Vec<(Self::Proof, Self::Notice)>;
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
    /// [`Rejected`]: change nothing. [`Returns::explain`] says why.
    pub fn verify(&self, inbound: &Inbound, kept: &K) -> Result<Verified<K::Notice>, Rejected> {
        let fields = Fields::read(inbound.body(), BodyFormat::Form)?;
        if K::FIELDS.iter().any(|name| fields.text(name).is_none()) {
            return Err(Rejected);
        }
        let given = given::<K>(inbound, &fields).ok_or(Rejected)?;
        let mut proven = None;
        // All are compared, so that the time tells nothing.
        for (proof, notice) in kept.proofs() {
            if is_proof(kept, &proof, given) && is_secret(kept, &proof) {
                proven = Some(notice);
            }
        }
        Ok(Verified::by_provider_crate(
            proven.ok_or(Rejected)?,
            K::Notice::read_unsigned(&fields),
            self.scope.clone(),
            "kept".to_owned(),
            inbound.clone(),
        ))
    }

    /// Verifies a return again that the inbox kept, against what was kept under its token.
    ///
    /// # Errors
    /// [`Rejected`] for a row of another account or kind, for one without its request, and for one
    /// that `kept` does not prove.
    pub fn reread(&self, row: &Row, kept: &K) -> Result<Verified<K::Notice>, Rejected> {
        let is_ours = *row.scope() == self.scope && row.key().notice() == K::Notice::NAME;
        let inbound = row.inbound().filter(|_| is_ours).ok_or(Rejected)?;
        self.verify(inbound, kept)
    }

    /// Says for people why a return was or was not verified: the strings that were hashed, with the
    /// secret masked. `kept` is what was found under the token, if anything was. Never send it
    /// anywhere.
    #[must_use]
    pub fn explain(&self, inbound: &Inbound, kept: Option<&K>) -> Explanation {
        explain::explain(self, inbound, kept)
    }
}

/// The proof that came with a return, if there is exactly one.
fn given<'a, K: Kept>(inbound: &'a Inbound, fields: &'a Fields<'_>) -> Option<&'a str> {
    match K::Proof::SIGNATURE.place {
        Place::Header(name) => inbound.header_once(name),
        Place::Field(name) => fields.text(name),
    }
}

fn is_proof<K: Kept>(kept: &K, proof: &K::Proof, given: &str) -> bool {
    let rule = K::Proof::SIGNATURE;
    tag(proof, kept, rule.scheme).is_ok_and(|tag| tag.matches(given, rule.text))
}

/// Whether the proof has a secret, and no blank one: else anyone can make it.
fn is_secret<K: Kept>(kept: &K, proof: &K::Proof) -> bool {
    #[derive(Default)]
    struct Secrets {
        any: bool,
        blank: bool,
    }

    impl Sink for Secrets {
        fn literal(&mut self, _text: &'static str) {}

        fn value(&mut self, _name: &'static str, _text: &str) {}

        fn secret(&mut self, _name: &'static str, bytes: &[u8]) {
            self.any = true;
            self.blank |= std::str::from_utf8(bytes).is_ok_and(|text| text.trim().is_empty());
        }
    }

    let mut secrets = Secrets::default();
    proof.stream(kept, &mut secrets).is_ok() && secrets.any && !secrets.blank
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
    use crate::incoming::{Accepted, Inbox};
    use crate::signing::{Refusal, Scheme, SignatureRule, TagText, tag_text};

    pub(super) struct Page(pub(super) &'static str);

    impl Keys for Page {}

    pub(super) struct Word(&'static str);

    impl Canonical for Word {
        type Keys = Page;

        fn stream<S: Sink>(&self, keys: &Page, sink: &mut S) -> Result<(), Refusal> {
            sink.secret("code", keys.0.as_bytes());
            sink.value("word", self.0);
            Ok(())
        }
    }

    impl Signed for Word {
        const SIGNATURE: SignatureRule = SignatureRule {
            scheme: Scheme::Sha256,
            text: TagText::Hex,
            place: Place::Field("proof"),
        };
    }

    pub(super) fn proof(code: &'static str, word: &'static str) -> String {
        tag_text(&Word(word), &Page(code), Word::SIGNATURE).unwrap()
    }

    #[derive(Debug)]
    pub(super) struct Back(&'static str);

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
            vec![self.0]
        }

        fn reference(&self) -> &str {
            "back"
        }
    }

    impl Kept for Page {
        type Notice = Back;
        type Proof = Word;
        const FIELDS: &'static [&'static str] = &["note"];

        fn proofs(&self) -> Vec<(Word, Back)> {
            ["yes", "no"].map(|word| (Word(word), Back(word))).into()
        }
    }

    pub(super) fn returns() -> Returns<Page> {
        Returns::new("test", "shop")
    }

    pub(super) fn inbound(target: &str, body: &str) -> Inbound {
        Inbound::new(Method::POST, target, HeaderMap::new(), body.to_owned())
    }

    #[test]
    fn a_return_is_verified_by_what_was_kept() {
        let check = |target: &str, body: &str, code: &'static str, expect: Option<&str>| {
            let found = returns().verify(&inbound(target, body), &Page(code));
            let said = found.as_ref().ok().map(|found| found.0);
            assert_eq!(said, expect, "{target} {body} {code}");
            found.ok()
        };
        for word in ["yes", "no"] {
            let body = format!("proof={}&note=n", proof("x", word));
            let found = check("/back?t=1", &body, "x", Some(word)).unwrap();
            assert_eq!(found.unsigned().as_deref(), Some("n"));
            assert_eq!(found.scope(), returns().scope());
            check("/back?t=1", &body, "y", None);
            check("/back?t=1", &body.replace("&note=n", ""), "x", None);
            check("/back?t=1", &body.replace("proof=", "prove="), "x", None);
            check("/back?t=1", &format!("{body}&proof=x"), "x", None);
            // The proof stands in the body, never in the address.
            check(&format!("/back?t=1&{body}"), "", "x", None);
            // Without a secret anyone can make it.
            for blank in ["", "\t "] {
                let body = format!("proof={}&note=n", proof(blank, word));
                check("/back?t=1", &body, blank, None);
            }
        }
    }

    #[test]
    fn a_row_is_verified_again_by_what_was_kept() {
        let inbox = Inbox::in_memory();
        let body = format!("proof={}&note=n", proof("x", "yes"));
        let came = inbound("/back?t=1", &body);
        let message = returns().verify(&came, &Page("x")).unwrap();
        assert_eq!(inbox.accept(&message), Accepted::New);
        let claimed = inbox.claim().unwrap();
        let row = claimed.row();
        assert_eq!(returns().reread(row, &Page("x")).unwrap().0, "yes");
        assert!(returns().reread(row, &Page("y")).is_err());
        let other = Returns::<Page>::new("test", "other");
        assert!(other.reread(row, &Page("x")).is_err());
    }

    /// Another message of the same account, in which the same stands.
    #[derive(Debug)]
    struct Other;

    impl Notice for Other {
        type Unsigned = ();
        const PROVIDER: &'static str = Back::PROVIDER;
        const NAME: &'static str = "other";

        fn read(_: &Fields<'_>) -> Result<Self, Rejected> {
            Err(Rejected)
        }

        fn read_unsigned(_: &Fields<'_>) {}

        fn dedupe(&self) -> Vec<&str> {
            vec!["other"]
        }

        fn reference(&self) -> &str {
            "back"
        }
    }

    #[test]
    fn a_row_of_another_kind_is_not_read_again() {
        let body = format!("proof={}&note=n", proof("x", "yes"));
        let (came, scope) = (inbound("/back?t=1", &body), returns().scope().clone());
        let other = Verified::by_provider_crate(Other, (), scope, "one".to_owned(), came);
        let inbox = Inbox::in_memory();
        assert_eq!(inbox.accept(&other), Accepted::New);
        let claimed = inbox.claim().unwrap();
        assert!(
            returns()
                .verify(claimed.row().inbound().unwrap(), &Page("x"))
                .is_ok()
        );
        assert!(returns().reread(claimed.row(), &Page("x")).is_err());
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
