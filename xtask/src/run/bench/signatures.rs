//! Signatures: building and verifying them, against the digest of the ready-made string.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use payments_core::incoming::{Fields, Notice as _};
use payments_core::signing::{
    Canonical, Keys, Place, Scheme, SignatureRule, Signed as _, Signer, TagText, text,
};
use payments_core::{Canonical, Secret};
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use sha2::{Digest as _, Sha256};

use super::pace::{Limit, against};
use super::row::Row;
use super::typical;
use crate::complain;

const SECRET: &str = "8d969eef6ecad3c29a3a629280e686cf";
const WEBHOOK: &str =
    "orderNo=ORDER-20261101-000042&txStatus=success&amount=14990.50&txTime=1718000000000";

/// A key in the string, or of the MAC.
struct TenKeys {
    secret: Secret<String>,
}

impl Keys for TenKeys {
    fn mac_key(&self) -> Option<&[u8]> {
        Some(self.secret.expose().as_bytes())
    }
}

/// Ten fields, as a hash wants them.
#[derive(Canonical)]
#[canonical(keys = TenKeys, join = "|", order(
    "accessKey", "amount", "extraData", "ipnUrl", "orderId", "orderInfo", "partnerCode",
    "redirectUrl", "requestId", "requestType", "$secret"
))]
struct Joined {
    #[wire("accessKey")]
    access_key: String,
    #[wire("amount")]
    amount: i64,
    #[wire("extraData")]
    extra_data: String,
    #[wire("ipnUrl")]
    ipn_url: String,
    #[wire("orderId")]
    order_id: String,
    #[wire("orderInfo")]
    order_info: String,
    #[wire("partnerCode")]
    partner_code: String,
    #[wire("redirectUrl")]
    redirect_url: String,
    #[wire("requestId")]
    request_id: String,
    #[wire("requestType")]
    request_type: String,
}

/// The same fields, as a MAC wants them.
#[derive(Canonical)]
#[canonical(keys = TenKeys, pairs = "&", order(
    "accessKey", "amount", free("extraData"), "ipnUrl", "orderId", "orderInfo", "partnerCode",
    "redirectUrl", "requestId", "requestType"
))]
struct Paired {
    #[wire("accessKey")]
    access_key: String,
    #[wire("amount")]
    amount: i64,
    #[wire("extraData")]
    extra_data: String,
    #[wire("ipnUrl")]
    ipn_url: String,
    #[wire("orderId")]
    order_id: String,
    #[wire("orderInfo")]
    order_info: String,
    #[wire("partnerCode")]
    partner_code: String,
    #[wire("redirectUrl")]
    redirect_url: String,
    #[wire("requestId")]
    request_id: String,
    #[wire("requestType")]
    request_type: String,
}

/// An order of common length, with two addresses.
const TEN: [(&str, &str); 10] = [
    ("accessKey", "klm05TvNBzhg7h7j"),
    ("amount", "150000"),
    ("extraData", "eyJ1c2VybmFtZSI6ICJtb21vIn0="),
    ("ipnUrl", "https://shop.example/payments/callback"),
    ("orderId", "MM1540456472575"),
    ("orderInfo", "Rice cooker, two pieces"),
    ("partnerCode", "MOMOBKUN20180529"),
    ("redirectUrl", "https://shop.example/orders/thank-you"),
    ("requestId", "MM1540456472575"),
    ("requestType", "captureWallet"),
];

/// One signature and what it is compared with.
struct Case<'a, M: Canonical<Keys: Sized>> {
    message: &'a M,
    signer: &'a Signer<M::Keys>,
    rule: SignatureRule,
    /// Names of the rows: building, verifying, allocations.
    names: [&'static str; 3],
    build_hold: f64,
}

/// Every row about signatures.
///
/// # Errors
/// If a signature cannot be built, or is not the one that the floor computes.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = webhook()?;
    rows.extend(joined()?);
    rows.extend(paired()?);
    Ok(rows)
}

fn webhook() -> Result<Vec<Row>, String> {
    let fields = Fields::parse(WEBHOOK.as_bytes(), "application/x-www-form-urlencoded")
        .map_err(|error| error.to_string())?;
    let message = OrderWebhook::read(&fields).map_err(|error| error.to_string())?;
    let keys = OrderWebhookKeys::new(SECRET).map_err(|error| error.to_string())?;
    let values = [
        ("orderNo", message.order_no.as_str()),
        ("txStatus", message.tx_status.as_str()),
    ];
    let case = Case {
        message: &message,
        signer: &Signer::new(keys),
        rule: OrderWebhook::SIGNATURE,
        names: [
            "build a signature: SHA-256, mocasa's webhook",
            "verify a signature: SHA-256, mocasa's webhook",
            "allocations, both: mocasa's webhook",
        ],
        build_hold: 1.5,
    };
    hashed(&case, || typical::joined(&values, SECRET))
}

fn joined() -> Result<Vec<Row>, String> {
    let [
        access_key,
        _,
        extra_data,
        ipn_url,
        order_id,
        order_info,
        partner_code,
        redirect_url,
        request_id,
        request_type,
    ] = TEN.map(|(_, value)| value.to_owned());
    let case = Case {
        message: &Joined {
            access_key,
            amount: 150_000,
            extra_data,
            ipn_url,
            order_id,
            order_info,
            partner_code,
            redirect_url,
            request_id,
            request_type,
        },
        signer: &Signer::new(ten_keys()),
        rule: rule(Scheme::Sha256, TagText::Base64),
        names: [
            "build a signature: SHA-256, ten fields",
            "verify a signature: SHA-256, ten fields",
            "allocations, both: SHA-256, ten fields",
        ],
        build_hold: 1.5,
    };
    hashed(&case, || typical::joined(&TEN, SECRET))
}

fn paired() -> Result<Vec<Row>, String> {
    let [
        access_key,
        _,
        extra_data,
        ipn_url,
        order_id,
        order_info,
        partner_code,
        redirect_url,
        request_id,
        request_type,
    ] = TEN.map(|(_, value)| value.to_owned());
    let case = Case {
        message: &Paired {
            access_key,
            amount: 150_000,
            extra_data,
            ipn_url,
            order_id,
            order_info,
            partner_code,
            redirect_url,
            request_id,
            request_type,
        },
        signer: &Signer::new(ten_keys()),
        rule: rule(Scheme::HmacSha256, TagText::Hex),
        names: [
            "build a signature: HMAC-SHA256, ten pairs",
            "verify a signature: HMAC-SHA256, ten pairs",
            "allocations, both: HMAC-SHA256, ten pairs",
        ],
        build_hold: 1.4,
    };
    let ready = text(case.message, case.signer.keys()).map_err(|error| error.to_string())?;
    let prepared =
        Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map_err(|error| error.to_string())?;
    let floor = || {
        let mut mac = prepared.clone();
        mac.update(black_box(&ready).as_bytes());
        mac.finalize().into_bytes()
    };
    let given = const_hex::encode(floor());
    case.rows(&given, floor, || {
        typical::paired(&TEN, SECRET).unwrap_or_default()
    })
}

fn hashed<M: Canonical<Keys: Keys + Sized>>(
    case: &Case<'_, M>,
    typical: impl Fn() -> String,
) -> Result<Vec<Row>, String> {
    let ready = text(case.message, case.signer.keys()).map_err(|error| error.to_string())?;
    let given = STANDARD.encode(Sha256::digest(&ready));
    case.rows(&given, || Sha256::digest(black_box(&ready)), typical)
}

fn ten_keys() -> TenKeys {
    TenKeys {
        secret: Secret::from(SECRET),
    }
}

fn rule(scheme: Scheme, text: TagText) -> SignatureRule {
    SignatureRule {
        scheme,
        text,
        place: Place::Field("signature"),
    }
}

impl<M: Canonical<Keys: Keys + Sized>> Case<'_, M> {
    /// `given` is the signature as the floor's crate computes it.
    fn rows<F>(
        &self,
        given: &str,
        floor: impl Fn() -> F,
        typical: impl Fn() -> String,
    ) -> Result<Vec<Row>, String> {
        let [build_name, verify_name, allocations_name] = self.names;
        if typical() != given || self.build() != Some(true) || !self.verify(given) {
            return Err(format!("{build_name}: the signatures differ"));
        }
        let build = against(
            &Limit {
                name: build_name,
                hold: self.build_hold,
            },
            &floor,
            || self.build(),
            Some(&mut || typical().is_empty()),
        );
        let verify = against(
            &Limit {
                name: verify_name,
                hold: 1.7,
            },
            &floor,
            || self.verify(black_box(given)),
            Some(&mut || typical() == black_box(given)),
        );
        complain(&format!("counting: {allocations_name} …"));
        let counted = allocation_counter::measure(|| {
            black_box(self.build());
            black_box(self.verify(black_box(given)));
        });
        let count = usize::try_from(counted.count_total).unwrap_or(usize::MAX);
        let allocations = Row::count(allocations_name, "allocations", count, 0);
        Ok(vec![build, verify, allocations])
    }

    /// The signature as text on the stack; whether there is any.
    #[inline]
    fn build(&self) -> Option<bool> {
        let tag = self
            .signer
            .tag(black_box(self.message), self.rule.scheme)
            .ok()?;
        let text = tag.text(self.rule.text);
        Some(!black_box(text.as_str()).is_empty())
    }

    #[inline]
    fn verify(&self, given: &str) -> bool {
        self.signer
            .verify(black_box(self.message), self.rule, given)
    }
}
