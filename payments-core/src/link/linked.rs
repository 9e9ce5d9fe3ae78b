//! Messages that travel in the query of a link, under a signature.

use std::fmt;

use super::{AllowedLinks, Link};
use crate::error::Misuse;
use crate::money::wire::Form;
use crate::money::{Currency, Money};
use crate::signing::explained::{mismatch, shown};
use crate::signing::{Explanation, Keys, Place, Signed, Signer, tag_text};
use crate::wire::{Fields, Wire};

/// A message that travels in the query of a link. Implemented by generated code.
pub trait Linked: Wire + Signed<Keys: Keys + Clone> + Sized {
    /// What links begin with, without `://`.
    const SCHEME: &'static str;

    /// What the query holds before the signature, in order: the name, and what is written where
    /// neither the message nor the keys have a value.
    const FIELDS: &'static [(&'static str, Option<&'static str>)];

    /// The fields that are addresses: a buyer is sent there.
    const ADDRESSES: &'static [&'static str];

    /// The value of a field that is the same for all messages of an account.
    fn of_keys<'k>(keys: &'k Self::Keys, name: &str) -> Option<&'k str>;

    /// Reads the message and checks it as its builder does.
    ///
    /// # Errors
    /// [`Misuse`] naming the field that is missing or not as described.
    fn read(pairs: &Pairs) -> Result<Self, Misuse>;
}

/// Links of one account that carry a message of one kind: how they are written and read back, and
/// which are taken. The keys are the account's, never a field of the link.
pub struct Links<M: Linked> {
    keys: M::Keys,
    prefixes: AllowedLinks,
    addresses: AllowedLinks,
    without: Vec<&'static str>,
    percent_blanks: bool,
}

impl<M: Linked> Links<M> {
    /// Links of the provider's own scheme, every field written, blanks as `+`.
    #[must_use]
    pub fn new(keys: M::Keys) -> Self {
        Self {
            keys,
            prefixes: AllowedLinks::default().scheme(M::SCHEME),
            addresses: AllowedLinks::default(),
            without: Vec::new(),
            percent_blanks: false,
        }
    }

    /// The same, for links that begin with https and this host too.
    #[must_use]
    pub fn https_host(mut self, host: &str) -> Self {
        self.prefixes = self.prefixes.https_host(host);
        self
    }

    /// The same, for links of this scheme too, whatever their host: whoever says what a link begins
    /// with chooses then where the buyer goes.
    #[must_use]
    pub fn danger_scheme(mut self, scheme: &str) -> Self {
        self.prefixes = self.prefixes.scheme(scheme);
        self
    }

    /// The same, for messages whose buyer is sent back to https addresses of this host. No other
    /// address is written or read, whether the signature covers it or not.
    #[must_use]
    pub fn address_host(mut self, host: &str) -> Self {
        self.addresses = self.addresses.https_host(host);
        self
    }

    /// The same with blanks written as `%20`, not `+`.
    #[must_use]
    pub fn percent_blanks(mut self) -> Self {
        self.percent_blanks = true;
        self
    }

    /// The same without a field that has a default, and is not signed: it is not written unless the
    /// message has a value for it, and may be missing.
    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        self.without.push(name);
        self
    }

    /// The link that carries `message`. `prefix` is what it begins with, such as `app://`.
    ///
    /// # Errors
    /// [`Misuse`] for a prefix or an address that is not allowed, and for what cannot be signed: a
    /// control character, or a character that joins what is signed.
    pub fn write(&self, prefix: &str, message: &M) -> Result<Link, Misuse> {
        let mut own = Pairs::default();
        message.visit(&mut own);
        self.check_addresses(&own)?;
        let checksum = tag_text(message, &self.keys, M::SIGNATURE)?;
        let mut link = self.prefixes.read("link", prefix)?;
        let written = M::FIELDS.iter().filter_map(|(name, default)| {
            let default = default.filter(|_| !self.without.contains(name));
            let of_keys = || M::of_keys(&self.keys, name);
            let value = own.get(name).or_else(of_keys).or(default)?;
            Some((*name, value))
        });
        for (name, value) in written.chain([(signature::<M>(), &*checksum)]) {
            link = if self.percent_blanks {
                link.with_percent(name, value)
            } else {
                link.with(name, value)
            };
        }
        link.pairs()?; // The prefix may hold one of these names.
        Ok(link)
    }

    /// Reads a link back and checks it as the other side would.
    ///
    /// # Errors
    /// [`Misuse`] for a link that is not allowed or not one of this account, for what
    /// [`Self::write`] would not write, and for a signature that does not hold.
    pub fn read(&self, link: &str) -> Result<M, Misuse> {
        let (message, given) = self.unproven(link)?;
        if self.holds(&message, &given) {
            Ok(message)
        } else {
            Err(Misuse::new(signature::<M>(), "does not hold"))
        }
    }

    /// Why [`Self::read`] takes a link or does not: what is signed of it, part by part, secrets
    /// and what is sensitive masked. For people, never in a reply.
    #[must_use]
    pub fn explain(&self, link: &str) -> Explanation {
        let (message, given) = match self.unproven(link) {
            Ok(found) => found,
            Err(misuse) => return Explanation::new(Vec::new(), misuse),
        };
        match shown(&message, &self.keys) {
            (parts, Some(refusal)) => Explanation::new(parts, refusal),
            (parts, None) if self.holds(&message, &given) => Explanation::new(parts, "verified"),
            (parts, None) => Explanation::new(parts, mismatch(M::SIGNATURE, &given)),
        }
    }

    fn holds(&self, message: &M, given: &str) -> bool {
        Signer::new(self.keys.clone()).verify(message, M::SIGNATURE, given)
    }

    /// The message of a link, and the signature that is to be looked at.
    fn unproven(&self, link: &str) -> Result<(M, String), Misuse> {
        let pairs = Pairs(self.prefixes.read("link", link)?.pairs()?);
        for (name, default) in M::FIELDS {
            let ours = M::of_keys(&self.keys, name);
            if ours.is_some() && pairs.required(name)? != ours.unwrap_or_default() {
                return Err(Misuse::new(*name, "is not that of this account"));
            }
            if default.is_some() && !self.without.contains(name) {
                pairs.required(name)?;
            }
        }
        let message = M::read(&pairs)?;
        self.check_addresses(&pairs)?;
        let given = pairs.required(signature::<M>())?;
        Ok((message, given.to_owned()))
    }

    fn check_addresses(&self, pairs: &Pairs) -> Result<(), Misuse> {
        for name in M::ADDRESSES {
            if let Some(address) = pairs.get(name).filter(|address| !address.is_empty()) {
                self.addresses.read(name, address)?;
            }
        }
        Ok(())
    }
}

/// Where the signature stands; a link has no headers.
fn signature<M: Linked>() -> &'static str {
    match M::SIGNATURE.place {
        Place::Field(name) | Place::Header(name) => name,
    }
}

impl<M: Linked> Clone for Links<M> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            prefixes: self.prefixes.clone(),
            addresses: self.addresses.clone(),
            without: self.without.clone(),
            percent_blanks: self.percent_blanks,
        }
    }
}

impl<M: Linked> fmt::Debug for Links<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Links")
            .field("prefixes", &self.prefixes)
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// The names and values of a query.
#[derive(Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// The value under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value that has to be there.
    ///
    /// # Errors
    /// [`Misuse`] naming it.
    pub fn required(&self, name: &'static str) -> Result<&str, Misuse> {
        self.get(name)
            .ok_or_else(|| Misuse::new(name, "is missing"))
    }

    /// The value where there is one that is not the default.
    #[must_use]
    pub fn other_than(&self, name: &str, default: Option<&str>) -> Option<&str> {
        self.get(name).filter(|value| Some(*value) != default)
    }

    /// Checks the one value that a name may have.
    ///
    /// # Errors
    /// [`Misuse`] naming it.
    pub fn always(&self, name: &'static str, value: &str) -> Result<(), Misuse> {
        if self.required(name)? == value {
            Ok(())
        } else {
            Err(Misuse::new(name, "is not what it always is"))
        }
    }

    /// An amount that has to be there.
    ///
    /// # Errors
    /// [`Misuse`] naming it where it is missing or not written in the form.
    pub fn money(
        &self,
        name: &'static str,
        form: Form,
        currency: Currency,
    ) -> Result<Money, Misuse> {
        let read = form.parse(self.required(name)?, currency);
        read.map_err(|error| Misuse::new(name, format!("cannot be read: {error}")))
    }
}

/// Texts and numbers: descriptions are checked for that.
impl Fields for Pairs {
    fn text(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn number(&mut self, name: &str, digits: &str) {
        self.text(name, digits);
    }

    fn boolean(&mut self, name: &str, value: bool) {
        self.text(name, if value { "true" } else { "false" });
    }

    fn object(&mut self, _name: &str, _value: &dyn Wire) {}

    fn list(&mut self, _name: &str, _values: &[&dyn Wire]) {}

    fn texts(&mut self, _name: &str, _values: &[String]) {}
}
