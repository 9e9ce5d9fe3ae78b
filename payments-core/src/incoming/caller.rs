//! Who sent a callback, where nothing in it proves that.

use core::net::IpAddr;
use core::str::FromStr;
use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use super::fields::BodyFormat;
use super::inbound::Inbound;
use super::inbox::Row;
use super::message::Endpoint;
use super::notice::Notice;
use super::verified::{Headers, Scope, Unverified};
use crate::error::{Misuse, Rejected};

/// How the caller of an unsigned callback is known. There is no default: whoever can reach the
/// endpoint could send anything.
#[derive(Clone)]
pub struct CallerAuth {
    kind: Kind,
    proxies: Vec<Network>,
}

#[derive(Clone)]
enum Kind {
    Address(Vec<Network>),
    Check(&'static str, Arc<dyn Fn(&Inbound) -> bool + Send + Sync>),
}

impl CallerAuth {
    /// The caller has one of these addresses, as [`Inbound::peer`] tells them. An address is only
    /// as good as the network between; an address that the provider documents may change.
    #[must_use]
    pub fn address(allowed: impl IntoIterator<Item = Network>) -> Self {
        Self::of(Kind::Address(allowed.into_iter().collect()))
    }

    /// The caller has shown a client certificate: `check` looks at what the TLS terminator made of
    /// it. Where that is a header, the terminator must be the only one that can set it.
    #[must_use]
    pub fn client_certificate(check: impl Fn(&Inbound) -> bool + Send + Sync + 'static) -> Self {
        Self::of(Kind::Check("certificate", Arc::new(check)))
    }

    /// The caller proves itself in a way agreed upon with the provider, which `check` checks: by
    /// headers and body. No header that it reads is stored, unless [`Receiver::keeping`] says so; the
    /// path with its query and the body are.
    #[must_use]
    pub fn check(check: impl Fn(&Inbound) -> bool + Send + Sync + 'static) -> Self {
        Self::of(Kind::Check("check", Arc::new(check)))
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            proxies: Vec::new(),
        }
    }

    /// The same behind these proxies: where the peer is one of them, the address is the last one
    /// in `X-Forwarded-For` that is none of them. What others write into that header counts for
    /// nothing.
    #[must_use]
    pub fn behind(mut self, proxies: impl IntoIterator<Item = Network>) -> Self {
        self.proxies.extend(proxies);
        self
    }

    fn accepts(&self, inbound: &Inbound) -> bool {
        match &self.kind {
            Kind::Address(allowed) => self
                .address_of(inbound)
                .is_some_and(|address| listed(allowed, address)),
            Kind::Check(_, check) => check(inbound),
        }
    }

    fn address_of(&self, inbound: &Inbound) -> Option<IpAddr> {
        let peer = inbound.peer()?.ip();
        if !listed(&self.proxies, peer) {
            return Some(peer);
        }
        let mut forwarded = Vec::new();
        for line in inbound.headers().get_all("x-forwarded-for") {
            forwarded.extend(line.to_str().ok()?.split(','));
        }
        // From the right: each proxy appends whom it heard.
        for hop in forwarded.iter().rev() {
            let address = hop.trim().parse().ok()?;
            if !listed(&self.proxies, address) {
                return Some(address);
            }
        }
        None
    }
}

impl fmt::Debug for CallerAuth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Address(allowed) => write!(out, "CallerAuth({allowed:?})"),
            Kind::Check(name, _) => write!(out, "CallerAuth({name})"),
        }
    }
}

/// Ways around a check.
pub mod danger {
    use super::CallerAuth;

    /// Whoever reaches the endpoint has been authenticated before, by the network or a gateway.
    /// Where that is not so, anyone can report a payment.
    #[must_use]
    pub fn authenticated_elsewhere() -> CallerAuth {
        CallerAuth::check(|_| true)
    }
}

/// An address, or all that begin with the same bits.
///
/// ```
/// use payments_core::incoming::Network;
///
/// let network: Network = "203.0.113.0/24".parse()?;
/// assert!(network.contains("203.0.113.9".parse().unwrap()));
/// assert!(!network.contains("203.0.114.9".parse().unwrap()));
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether the address is in it. IPv4 addresses written as IPv6 are IPv4 addresses.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, width) = number(self.address);
        let (theirs, other) = number(address);
        let ignored = width.saturating_sub(self.bits);
        width == other && (ours ^ theirs).checked_shr(ignored).unwrap_or(0) == 0
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let bits = number(address).1;
        Self { address, bits }
    }
}

impl FromStr for Network {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        let refuse = || Misuse::new("network", "is none: write 203.0.113.7 or 203.0.113.0/24");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let whole = Self::from(address.parse::<IpAddr>().map_err(|_| refuse())?);
        let Some(bits) = bits else {
            return Ok(whole);
        };
        let bits = bits
            .parse()
            .ok()
            .filter(|bits| *bits <= whole.bits)
            .ok_or_else(refuse)?;
        Ok(Self { bits, ..whole })
    }
}

/// The address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

fn listed(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// Takes in the callbacks of one kind that nobody signs, from a caller who is known.
#[derive(Clone, Debug)]
pub struct Receiver<N> {
    scope: Scope,
    caller: CallerAuth,
    body: Option<BodyFormat>,
    any_case: bool,
    kept: Headers,
    notice: std::marker::PhantomData<fn() -> N>,
}

impl<N: Notice> Receiver<N> {
    /// A receiver for one endpoint, whose caller is known by `caller`. `environment` and `account` are
    /// the merchant's own names; they keep two accounts with the same order numbers apart.
    #[must_use]
    pub fn new(
        environment: impl Into<String>,
        account: impl Into<String>,
        caller: CallerAuth,
    ) -> Self {
        Self {
            scope: Scope::of::<N>(environment, account),
            caller,
            body: None,
            any_case: false,
            kept: Headers::default(),
            notice: std::marker::PhantomData,
        }
    }

    /// The same, for bodies of this format whatever their content type says.
    #[must_use]
    pub fn with_body(mut self, format: BodyFormat) -> Self {
        self.body = Some(format);
        self
    }

    /// The same, for fields named in any case; two names that differ in nothing else are refused.
    #[must_use]
    pub fn in_any_case(mut self) -> Self {
        self.any_case = true;
        self
    }

    /// The same, for an inbox that is to keep these headers too, for people or for a handler: never one
    /// that the caller is known by. It keeps the content type anyway, and no other.
    #[must_use]
    pub fn keeping(mut self, headers: impl IntoIterator<Item = HeaderName>) -> Self {
        self.kept = self.kept.asked_for(headers);
        self
    }

    /// Reads a message again that the inbox kept, without asking who sent it: that was asked before
    /// it was kept, and what a caller is known by is not stored.
    ///
    /// # Errors
    /// [`Rejected`] for a row of another account or kind, and for one without its request.
    pub fn reread(&self, row: &Row) -> Result<Unverified<N>, Rejected> {
        let is_ours = *row.scope() == self.scope && row.key().notice() == N::NAME;
        let inbound = row.inbound().filter(|_| is_ours).ok_or(Rejected)?;
        self.read(inbound)
    }

    fn read(&self, inbound: &Inbound) -> Result<Unverified<N>, Rejected> {
        let mut fields = inbound.fields(self.body)?;
        if self.any_case {
            fields = fields.in_any_case()?;
        }
        let claims = N::read(&fields)?;
        let message = Unverified::new(claims, self.scope.clone(), inbound.clone());
        Ok(message.keeping(self.kept.clone()))
    }

    /// Whose callbacks it takes in.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl<N: Notice> Endpoint for Receiver<N> {
    type Message = Unverified<N>;

    fn receive(&self, inbound: &Inbound) -> Result<Unverified<N>, Rejected> {
        if !self.caller.accepts(inbound) {
            return Err(Rejected);
        }
        self.read(inbound)
    }

    fn reread(&self, row: &Row) -> Result<Unverified<N>, Rejected> {
        Receiver::reread(self, row)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn networks(list: &[&str]) -> Vec<Network> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn check(auth: &CallerAuth, peer: &str, forwarded: &[&'static str], expect: bool) {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let inbound = Inbound::new(Method::POST, "/", headers, "");
        let inbound = match peer.parse::<IpAddr>() {
            Ok(ip) => inbound.from_peer((ip, 4000).into()),
            Err(_) => inbound,
        };
        assert_eq!(auth.accepts(&inbound), expect, "{peer} {forwarded:?}");
    }

    #[test]
    fn addresses_are_those_of_the_peer() {
        let auth = CallerAuth::address(networks(&["203.0.113.7", "2001:db8::/32"]));
        check(&auth, "203.0.113.7", &[], true);
        check(&auth, "::ffff:203.0.113.7", &[], true);
        check(&auth, "203.0.113.8", &[], false);
        check(&auth, "2001:db8:1::9", &[], true);
        check(&auth, "2001:db9::9", &[], false);
        check(&auth, "unknown", &[], false);
        // Anyone can write the header.
        check(&auth, "198.51.100.1", &["203.0.113.7"], false);
        check(&CallerAuth::address([]), "203.0.113.7", &[], false);
    }

    #[test]
    fn proxies_are_named_and_peeled_off_from_the_right() {
        let auth =
            CallerAuth::address(networks(&["203.0.113.7"])).behind(networks(&["10.0.0.0/8"]));
        check(&auth, "10.0.0.1", &["203.0.113.7"], true);
        check(&auth, "10.0.0.1", &["203.0.113.7, 10.0.0.2"], true);
        check(&auth, "10.0.0.1", &["203.0.113.7", "10.0.0.2"], true);
        check(&auth, "10.0.0.1", &["203.0.113.7, 198.51.100.1"], false);
        check(&auth, "10.0.0.1", &["203.0.113.7, unknown"], false);
        check(&auth, "10.0.0.1", &["10.0.0.2"], false);
        check(&auth, "10.0.0.1", &[], false);
        check(&auth, "203.0.113.7", &["198.51.100.1"], true);
        check(&auth, "198.51.100.1", &["203.0.113.7"], false);
    }

    #[test]
    fn networks_are_read_strictly() {
        for bad in [
            "",
            "/24",
            "203.0.113.0/",
            "203.0.113.0/33",
            "203.0.113.0/-1",
            "a/8",
            "::/129",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("198.51.100.1".parse().unwrap()));
        assert!(!all.contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn only_danger_lets_everyone_in() {
        check(
            &danger::authenticated_elsewhere(),
            "198.51.100.1",
            &[],
            true,
        );
        check(&CallerAuth::check(|_| false), "198.51.100.1", &[], false);
        let by_header = |inbound: &Inbound| inbound.headers().contains_key("x-forwarded-for");
        let auth = CallerAuth::client_certificate(by_header);
        check(&auth, "unknown", &["a"], true);
        check(&auth, "unknown", &[], false);
        assert_eq!(format!("{auth:?}"), "CallerAuth(certificate)");
    }
}
