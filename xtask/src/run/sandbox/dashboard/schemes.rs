//! What each provider signs, and who explains it: the crates' own `explain`.

use payments_core::Secret;
use payments_core::error::Misuse;
use payments_core::http::Method;
use payments_core::incoming::{KeyRing, Verifier};
use payments_core::link::Links;
use payments_core::sandbox::{Delivery, Fields};
use payments_core::signing::Explanation;
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::inbound::OrderWebhookKeys;
use payments_mocopay::sandbox::{PARAMETERS, SignedRequest, SignedValues, Signer};
use payments_moka::ext::{Started, returns};
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::types::{Bill, BillKeys};

use super::super::all::Running;
use super::received::Received;

/// A canonical string part by part, secrets masked, and what is wrong with it.
pub(super) struct Explained {
    pub(super) parts: Vec<String>,
    pub(super) verdict: String,
}

impl Explained {
    /// Whether nothing is wrong with it.
    pub(super) fn is_verified(&self) -> bool {
        self.verdict.starts_with("verified")
    }
}

impl From<Explanation> for Explained {
    fn from(explanation: Explanation) -> Self {
        Self {
            parts: explanation.parts().to_vec(),
            verdict: explanation.verdict().to_owned(),
        }
    }
}

/// One thing that a provider signs.
pub(super) struct Scheme {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) label: &'static str,
    /// What the target is called; `None` where it does not matter.
    pub(super) target: Option<&'static str>,
    pub(super) has_body: bool,
    /// What stands among the headers unless something else is pasted.
    pub(super) headers: &'static str,
    /// The keys, each with the option of the sandbox that has it.
    pub(super) keys: &'static [(&'static str, &'static str)],
    explain: fn(&Received, &[String]) -> Result<Explained, String>,
}

impl Scheme {
    /// What is signed of it, with these keys in their order.
    pub(super) fn explain(&self, received: &Received, keys: &[String]) -> Explained {
        let explained = (self.explain)(received, keys);
        explained.unwrap_or_else(|verdict| Explained {
            parts: Vec::new(),
            verdict,
        })
    }

    /// The keys that the sandbox has.
    pub(super) fn keys_of(&self, one: &Running) -> Vec<String> {
        let options = self.keys.iter().map(|(_, option)| one.given.get(option));
        options.map(str::to_owned).collect()
    }
}

/// Every scheme. One of the five providers signs nothing: it encrypts.
pub(super) const SCHEMES: [Scheme; 6] = [
    Scheme {
        name: "mocasa-webhook",
        provider: "mocasa",
        label: "Mocasa: webhook about an order",
        target: None,
        has_body: true,
        headers: "content-type: application/x-www-form-urlencoded\nsignature: ",
        keys: &[("Client secret", "client-secret")],
        explain: mocasa_webhook,
    },
    Scheme {
        name: "mocopay-request",
        provider: "mocopay",
        label: "MoCoPay: request of the merchant",
        target: Some("Path and query"),
        has_body: false,
        headers: "signature: ",
        keys: &[("API key", "api-key"), ("API secret", "api-secret")],
        explain: mocopay_request,
    },
    Scheme {
        name: "moka-return",
        provider: "moka",
        label: "Moka: return of the buyer's browser",
        target: Some("Path and query"),
        has_body: true,
        headers: "content-type: application/x-www-form-urlencoded",
        keys: &[("CodeForHash of the payment", "")],
        explain: moka_return,
    },
    Scheme {
        name: "momo-ipn",
        provider: "momo",
        label: "MoMo: IPN of the gateway",
        target: None,
        has_body: true,
        headers: "content-type: application/json",
        keys: &[("Access key", "access-key"), ("Secret key", "secret-key")],
        explain: momo_ipn,
    },
    Scheme {
        name: "momo-redirect",
        provider: "momo",
        label: "MoMo: result in the buyer's browser",
        target: Some("Path and query"),
        has_body: false,
        headers: "",
        keys: &[("Access key", "access-key"), ("Secret key", "secret-key")],
        explain: momo_redirect,
    },
    Scheme {
        name: "momo-link",
        provider: "momo",
        label: "MoMo: link of the app (one-payment)",
        target: Some("Link"),
        has_body: false,
        headers: "",
        keys: &[("Secret key", "secret-key")],
        explain: momo_link,
    },
];

/// The scheme of that name.
pub(super) fn find(name: &str) -> Option<&'static Scheme> {
    SCHEMES.iter().find(|scheme| scheme.name == name)
}

/// What a sandbox signed of a callback of its own; `None` where it signs none of that kind.
pub(super) fn of_callback(one: &Running, delivery: &Delivery) -> Option<(&'static str, Explained)> {
    let received = Received::from(delivery);
    let name = match (one.provider, delivery.label()) {
        ("mocasa", "webhook" | "forged") => "mocasa-webhook",
        ("moka", _) => "moka-return",
        ("momo", "ipn") => "momo-ipn",
        ("momo", "forged") if received.body.contains("\"partnerCode\"") => "momo-ipn",
        _ => return None,
    };
    let scheme = find(name)?;
    let explained = scheme.explain(&received, &keys_for(one, scheme, delivery));
    Some((name, explained))
}

/// The keys for what a sandbox sent: its own, or that of the payment.
pub(super) fn keys_for(one: &Running, scheme: &Scheme, delivery: &Delivery) -> Vec<String> {
    match (one.serving.secret_of)(delivery.reference()) {
        Some(secret) => vec![secret],
        None => scheme.keys_of(one),
    }
}

fn key(keys: &[String], place: usize) -> &str {
    keys.get(place).map(String::as_str).unwrap_or_default()
}

fn said(misuse: Misuse) -> String {
    misuse.to_string()
}

fn mocasa_webhook(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let keys = OrderWebhookKeys::new(key(keys, 0)).map_err(said)?;
    let verifier = order_webhooks("sandbox", "dashboard", KeyRing::new("1", keys));
    let inbound = received.inbound(Method::POST)?;
    Ok(verifier.explain(&inbound).into())
}

fn mocopay_request(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let (path, query) = received
        .path_and_query()
        .split_once('?')
        .ok_or("the target has no query, and so no parameters")?;
    let request = SignedRequest::read(path, query, SignedValues::Decoded)
        .map_err(|error| error.to_string())?;
    let parts = request.parts();
    let given = match (received.header("signature"), request.signature()) {
        (Some(given), None) | (None, Some(given)) if !given.is_empty() => given,
        (Some(""), Some(given)) => given,
        (Some(_), Some(_)) => return Err("there are two signatures".to_owned()),
        _ => return Err("there is no signature, in the header or among the parameters".to_owned()),
    };
    let merchant = Signer::new(key(keys, 0), key(keys, 1));
    let verdict = match (
        request.verify(merchant, given),
        request.unknown(&PARAMETERS),
    ) {
        (Err(error), _) => {
            format!("{error}: another key or secret, or one of the parts above was changed")
        }
        (Ok(()), Some(name)) => format!("verified, but the parameter {name} is unknown"),
        (Ok(()), None) => "verified".to_owned(),
    };
    Ok(Explained { parts, verdict })
}

fn moka_return(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let code = key(keys, 0);
    if code.is_empty() {
        return Err(
            "CodeForHash is missing: the answer to the request for the page has it".to_owned(),
        );
    }
    let mut received = received.clone();
    // Only the shop's own routing needs the token; a notification has none.
    if !received.path_and_query().contains('?') {
        received.target = format!("{}?t=none", received.path_and_query());
    }
    let inbound = received.inbound(Method::POST)?;
    let started = Started::new("dashboard", &Secret::from(code));
    let explained = returns("sandbox", "dashboard").explain(&inbound, Some(&started));
    Ok(explained.into())
}

fn momo_ipn(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let keys = IpnKeys::new(key(keys, 0), key(keys, 1)).map_err(said)?;
    let verifier = Verifier::<Ipn>::new("sandbox", "dashboard", KeyRing::new("1", keys));
    let inbound = received.inbound(Method::POST)?;
    Ok(verifier.explain(&inbound).into())
}

fn momo_redirect(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let keys = RedirectResultKeys::new(key(keys, 0), key(keys, 1)).map_err(said)?;
    let verifier = Verifier::<RedirectResult>::new("sandbox", "dashboard", KeyRing::new("1", keys));
    let inbound = received.inbound(Method::GET)?;
    Ok(verifier.explain(&inbound).into())
}

/// Who the partner is, is taken from the link: what is looked at is its checksum.
fn momo_link(received: &Received, keys: &[String]) -> Result<Explained, String> {
    let link = received.target.trim();
    let query = link
        .split_once('?')
        .map(|(_, query)| query)
        .unwrap_or_default();
    let fields = Fields::parse(query.as_bytes()).map_err(|error| error.to_string())?;
    let value = |name| fields.value(name).unwrap_or_default();
    let keys = BillKeys::new(
        value("code"),
        value("serviceCode"),
        value("partnerName"),
        value("partnerId"),
        value("version"),
        key(keys, 0),
    );
    let links = Links::<Bill>::new(keys.map_err(said)?);
    let back = value("callbackUrl").split_once("://").map(|(_, rest)| rest);
    let host = back.map(|rest| rest.split(['/', ':', '?']).next().unwrap_or_default());
    let links = match host {
        Some(host) if !host.is_empty() => links.address_host(host),
        Some(_) | None => links,
    };
    Ok(links.explain(link).into())
}
