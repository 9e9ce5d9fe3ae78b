//! What the provider sends: signed callbacks of two providers to two merchants each, who number their
//! orders alike.

use payments_core::incoming::{KeyRing, Row, Verifier};
use payments_core::sandbox::{JsonObject, Random, encode_form};
use payments_mocasa::auth::order_webhooks;
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_mocasa::sandbox::{DigestForm, webhook_signature};
use payments_momo::inbound::{Ipn, IpnKeys};
use payments_momo::sandbox::hmac_sha256;

use super::said;

/// The merchant's names for its accounts at either provider.
pub(super) const ACCOUNTS: [&str; 2] = ["north", "south"];

/// So many different callbacks are about one number of an order: two providers, two accounts, two
/// messages each.
const OF_AN_ORDER: u64 = 8;

const ENVIRONMENT: &str = "sandbox";
const ACCESS_KEY: &str = "crash-access-key";

/// Who tells what; the number says all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Callback(pub(super) u64);

/// What a callback has the merchant do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Effect {
    pub(super) provider: String,
    pub(super) account: String,
    pub(super) reference: String,
    pub(super) event: String,
}

/// A callback as it is sent.
pub(super) struct Letter {
    pub(super) path: String,
    pub(super) content_type: &'static str,
    pub(super) signature: Option<String>,
    pub(super) body: String,
    /// What the provider takes for an acknowledgement.
    pub(super) acknowledgement: u16,
}

impl Callback {
    fn account(self) -> &'static str {
        if self.0 & 1 == 0 { "north" } else { "south" }
    }

    fn is_mocasa(self) -> bool {
        self.0 & 2 == 0
    }

    fn is_paid(self) -> bool {
        self.0 & 4 == 0
    }

    fn reference(self) -> String {
        format!("ORDER-{}", self.0.div_euclid(OF_AN_ORDER))
    }

    /// What has to be found once in the merchant's table.
    pub(super) fn effect(self) -> Effect {
        let (provider, event) = match (self.is_mocasa(), self.is_paid()) {
            (true, true) => ("mocasa", "success"),
            (true, false) => ("mocasa", "failed"),
            (false, true) => ("momo", "0"),
            (false, false) => ("momo", "1006"),
        };
        Effect {
            provider: provider.to_owned(),
            account: self.account().to_owned(),
            reference: self.reference(),
            event: event.to_owned(),
        }
    }

    pub(super) fn letter(self) -> Letter {
        if self.is_mocasa() {
            self.webhook()
        } else {
            self.ipn()
        }
    }

    fn webhook(self) -> Letter {
        let Effect {
            account,
            reference,
            event,
            ..
        } = self.effect();
        let secret = secret(&account);
        let signature = webhook_signature(&reference, &event, &secret, DigestForm::Base64);
        let body = encode_form(&[
            ("orderNo", &*reference),
            ("amount", "100.00"),
            ("txStatus", &*event),
            ("txMessage", "ok"),
            ("txTime", "1700000000000"),
            ("paymentMode", "Mocasa BNPL"),
        ]);
        Letter {
            path: mocasa_path(&account),
            content_type: "application/x-www-form-urlencoded",
            signature: Some(signature),
            body,
            acknowledgement: 200,
        }
    }

    fn ipn(self) -> Letter {
        let Effect {
            account,
            reference,
            event,
            ..
        } = self.effect();
        let numbers = ["amount", "responseTime", "resultCode", "transId"];
        let request = format!("R-{reference}");
        // As the provider's reference orders them.
        let fields = [
            ("amount", "33000"),
            ("extraData", ""),
            ("message", "Giao dịch"),
            ("orderId", &*reference),
            ("orderInfo", "Trà sữa"),
            ("orderType", "momo_wallet"),
            ("partnerCode", &*account),
            ("payType", "qr"),
            ("requestId", &*request),
            ("responseTime", "1700000000000"),
            ("resultCode", &*event),
            ("transId", "4014083999"),
        ];
        let mut signed = format!("accessKey={ACCESS_KEY}");
        let mut object = JsonObject::new();
        for (name, value) in fields {
            signed.push_str(&format!("&{name}={value}"));
            object = match value.parse() {
                Ok(digits) if numbers.contains(&name) => object.integer(name, digits),
                Ok(_) | Err(_) => object.text(name, value),
            };
        }
        let signature = hmac_sha256(&secret(&account), &signed);
        Letter {
            path: momo_path(&account),
            content_type: "application/json; charset=UTF-8",
            signature: None,
            body: object.text("signature", &signature).finish(),
            acknowledgement: 204,
        }
    }
}

/// `count` callbacks in the order in which they are sent: three of ten are repeats, and what belongs
/// together is a few hundred places apart.
pub(super) fn plan(count: u64, random: &mut Random) -> Vec<Callback> {
    const APART: u64 = 400;
    let repeats = count.saturating_mul(3).div_euclid(10);
    let different = count.saturating_sub(repeats);
    let mut places: Vec<(u64, Callback)> = Vec::new();
    for number in 0..different {
        let place = number.saturating_add(random.below(APART));
        places.push((place, Callback(number)));
    }
    for _ in 0..repeats {
        let number = random.below(different);
        // Some beside the first, so that both arrive at once; some long before or after it.
        let place = number.saturating_add(random.below(APART));
        places.push((place, Callback(number)));
    }
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, callback)| callback).collect()
}

pub(super) fn mocasa_path(account: &str) -> String {
    format!("/mocasa/{account}")
}

pub(super) fn momo_path(account: &str) -> String {
    format!("/momo/{account}")
}

fn secret(account: &str) -> String {
    format!("the-secret-of-{account}-that-is-of-no-value")
}

/// What an account's callbacks are believed by. `called` is what the merchant calls an account: part of
/// what tells two callbacks apart.
pub(super) struct Verifiers {
    /// By path.
    pub(super) mocasa: Vec<(String, Verifier<OrderWebhook>)>,
    pub(super) momo: Vec<(String, Verifier<Ipn>)>,
}

impl Verifiers {
    /// # Errors
    /// For a key that is too short.
    pub(super) fn new(called: fn(&'static str) -> &'static str) -> Result<Self, String> {
        let mut made = Self {
            mocasa: Vec::new(),
            momo: Vec::new(),
        };
        for account in ACCOUNTS {
            let keys = OrderWebhookKeys::new(secret(account)).map_err(said)?;
            let keys = KeyRing::new("first", keys);
            let verifier = order_webhooks(ENVIRONMENT, called(account), keys);
            made.mocasa.push((mocasa_path(account), verifier));
            let keys = IpnKeys::new(ACCESS_KEY, secret(account)).map_err(said)?;
            let keys = KeyRing::new("first", keys);
            let verifier = Verifier::new(ENVIRONMENT, called(account), keys);
            made.momo.push((momo_path(account), verifier));
        }
        Ok(made)
    }

    /// What a row has the merchant do, read again from the bytes that were kept; nothing where they do
    /// not hold.
    pub(super) fn read(&self, row: &Row) -> Option<Effect> {
        let raw = row.inbound()?;
        let (reference, event) = match row.scope().provider() {
            "mocasa" => self.mocasa.iter().find_map(|(_, verifier)| {
                let is_its = verifier.scope() == row.scope();
                let webhook = is_its.then(|| verifier.verify(raw))?.ok()?;
                let status = webhook.tx_status.as_str().to_owned();
                Some((webhook.order_no.clone(), status))
            }),
            "momo" => self.momo.iter().find_map(|(_, verifier)| {
                let is_its = verifier.scope() == row.scope();
                let ipn = is_its.then(|| verifier.verify(raw))?.ok()?;
                let code = ipn.result_code.as_str().to_owned();
                Some((ipn.order_id.clone(), code))
            }),
            _ => None,
        }?;
        Some(Effect {
            provider: row.scope().provider().to_owned(),
            account: row.scope().account().to_owned(),
            reference,
            event,
        })
    }
}
