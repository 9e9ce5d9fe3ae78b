//! Where the commands meet on this machine: each started without arguments finds the others.

/// The sandbox's dashboard.
pub(crate) const DASHBOARD: u16 = 4000;

/// The demo shop.
pub(crate) const SHOP: u16 = 4100;

/// Nobody listens there: it is for throwing away.
pub(crate) const NOWHERE: u16 = 9;

/// The first of the sandboxes.
pub(crate) const FIRST: u16 = 4010;

/// The sandboxes, by the provider's name.
pub(crate) const SANDBOXES: [(&str, u16); 5] = [
    ("mobilepay", FIRST),
    ("mocasa", 4011),
    ("mocopay", 4012),
    ("moka", 4013),
    ("momo", 4014),
];

/// Where that port is reached, without a slash at the end.
pub(crate) fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Where a provider's sandbox is reached where the first is at that port; nobody listens there for a provider
/// that has none, and where there is no room for it.
pub(crate) fn sandbox_at(first: u16, provider: &str) -> String {
    address(sandbox_from(first, provider).unwrap_or(NOWHERE))
}

/// The port of a provider's sandbox where the first is at another port than usual; nothing for a provider
/// that has none, and where there is no room for it.
pub(crate) fn sandbox_from(first: u16, provider: &str) -> Option<u16> {
    first.checked_add(sandbox(provider)?.checked_sub(FIRST)?)
}

/// The port of a provider's sandbox.
pub(crate) fn sandbox(provider: &str) -> Option<u16> {
    let found = SANDBOXES.iter().find(|(name, _)| *name == provider);
    found.map(|(_, port)| *port)
}

/// The path at which the shop takes a provider's callbacks.
pub(crate) fn callback_path(provider: &str) -> String {
    format!("/callbacks/{provider}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_shares_a_port() {
        let mut ports: Vec<u16> = SANDBOXES.iter().map(|(_, port)| *port).collect();
        ports.extend([DASHBOARD, SHOP]);
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), SANDBOXES.len() + 2);
    }

    #[test]
    fn a_provider_has_a_place() {
        assert_eq!(
            sandbox("moka").map(address).as_deref(),
            Some("http://127.0.0.1:4013")
        );
        assert_eq!(sandbox("nobody"), None);
        assert_eq!(sandbox_from(5010, "moka"), Some(5013));
        assert_eq!(sandbox_from(u16::MAX, "moka"), None);
        assert_eq!(sandbox_at(5010, "moka"), "http://127.0.0.1:5013");
        assert_eq!(sandbox_at(5010, "nobody"), "http://127.0.0.1:9");
        assert_eq!(callback_path("moka"), "/callbacks/moka");
    }
}
