//! Signatures: building and verifying them, against the digest of the ready-made string.

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use payments_core::incoming::{Fields, Notice as _};
use payments_core::signing::{Keys, Place, Scheme, SignatureRule, Signed, Signer, TagText, text};
use payments_core::{Canonical, Currency, Money, Secret};
use payments_mocasa::inbound::{OrderWebhook, OrderWebhookKeys};
use payments_momo::Credentials;
use payments_momo::codes::RequestType;
use payments_momo::inbound::{Ipn, IpnKeys};
use payments_momo::types::CreatePayment;
use sha2::{Digest as _, Sha256};

use super::pace::{Limit, against};
use super::row::Row;
use super::typical;
use crate::run::progress;

const SECRET: &str = "8d969eef6ecad3c29a3a629280e686cf";
const WEBHOOK: &str =
    "orderNo=ORDER-20261101-000042&txStatus=success&amount=14990.50&txTime=1718000000000";
const CODE_FOR_HASH: &str = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
const IPN: &str = r#"{"partnerCode":"MOMOBKUN20180529","orderId":"MM1540456472575","requestId":"MM1540456472575","amount":150000,"orderInfo":"Rice cooker, two pieces","orderType":"momo_wallet","transId":2302586804,"resultCode":0,"message":"Successful.","payType":"qr","responseTime":1633504902954,"extraData":"eyJ1c2VybmFtZSI6ICJtb21vIn0=","signature":""}"#;

/// What is signed of [`IPN`], and of [`create`].
const IPN_PAIRS: [(&str, &str); 13] = [
    ("accessKey", "klm05TvNBzhg7h7j"),
    ("amount", "150000"),
    ("extraData", "eyJ1c2VybmFtZSI6ICJtb21vIn0="),
    ("message", "Successful."),
    ("orderId", "MM1540456472575"),
    ("orderInfo", "Rice cooker, two pieces"),
    ("orderType", "momo_wallet"),
    ("partnerCode", "MOMOBKUN20180529"),
    ("payType", "qr"),
    ("requestId", "MM1540456472575"),
    ("responseTime", "1633504902954"),
    ("resultCode", "0"),
    ("transId", "2302586804"),
];
const CREATE_PAIRS: [(&str, &str); 10] = [
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

/// What Moka's return is hashed with.
struct ReturnKeys {
    code_for_hash: Secret<String>,
}

impl Keys for ReturnKeys {}

/// As that crate has it: one letter after the code.
#[derive(Canonical)]
#[canonical(keys = ReturnKeys, join = "", order("$codeForHash", "letter"))]
struct Return {
    #[wire("letter")]
    letter: &'static str,
}

impl Signed for Return {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::Sha256,
        text: TagText::Hex,
        place: Place::Field("hashValue"),
    };
}

/// One signature and what it is compared with.
struct Case<'a, M: Signed<Keys: Sized>> {
    message: &'a M,
    signer: &'a Signer<M::Keys>,
    /// The row of building, where the library builds it and not the provider.
    build: Option<Limit>,
    /// Names of the rows of verifying and of allocations.
    names: [&'static str; 2],
}

/// Every row about signatures: real messages of the providers, each the way that it goes.
///
/// # Errors
/// If a signature cannot be built, or is not the one that the floor computes.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = webhook()?;
    rows.extend(returned()?);
    rows.extend(create()?);
    rows.extend(ipn()?);
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
        ("secret", SECRET),
    ];
    let case = Case {
        message: &message,
        signer: &Signer::new(keys),
        build: Some(Limit {
            name: "build a signature: SHA-256, mocasa's webhook",
            hold: 1.5,
        }),
        names: [
            "verify a signature: SHA-256, mocasa's webhook",
            "allocations, both: mocasa's webhook",
        ],
    };
    hashed(
        &case,
        |digest| STANDARD.encode(digest),
        || typical::joined(&values, "|", |digest| STANDARD.encode(digest)),
    )
}

fn returned() -> Result<Vec<Row>, String> {
    let case = Case {
        message: &Return { letter: "T" },
        signer: &Signer::new(ReturnKeys {
            code_for_hash: Secret::from(CODE_FOR_HASH),
        }),
        build: Some(Limit {
            name: "build a signature: SHA-256, moka's return",
            hold: 1.5,
        }),
        names: [
            "verify a signature: SHA-256, moka's return",
            "allocations, both: moka's return",
        ],
    };
    let values = [("codeForHash", CODE_FOR_HASH), ("letter", "T")];
    hashed(
        &case,
        |digest| const_hex::encode(digest),
        || typical::joined(&values, "", |digest| const_hex::encode(digest)),
    )
}

fn create() -> Result<Vec<Row>, String> {
    let error = |error: payments_core::error::Misuse| error.to_string();
    let message = CreatePayment::builder()
        .request_id("MM1540456472575")
        .amount(Money::from_minor(150_000, Currency::VND))
        .order_id("MM1540456472575")
        .order_info("Rice cooker, two pieces")
        .redirect_url("https://shop.example/orders/thank-you")
        .ipn_url("https://shop.example/payments/callback")
        .request_type(RequestType::CaptureWallet)
        .extra_data("eyJ1c2VybmFtZSI6ICJtb21vIn0=")
        .build()
        .map_err(error)?;
    let keys = Credentials::new("MOMOBKUN20180529", "klm05TvNBzhg7h7j", SECRET).map_err(error)?;
    let case = Case {
        message: &message,
        signer: &Signer::new(keys),
        build: Some(Limit {
            name: "build a signature: HMAC-SHA256, momo's create",
            hold: 1.4,
        }),
        names: [
            "verify a signature: HMAC-SHA256, momo's create",
            "allocations, both: momo's create",
        ],
    };
    under_hmac(&case, &CREATE_PAIRS)
}

fn ipn() -> Result<Vec<Row>, String> {
    let fields =
        Fields::parse(IPN.as_bytes(), "application/json").map_err(|error| error.to_string())?;
    let message = Ipn::read(&fields).map_err(|error| error.to_string())?;
    let keys = IpnKeys::new("klm05TvNBzhg7h7j", SECRET).map_err(|error| error.to_string())?;
    let case = Case {
        message: &message,
        signer: &Signer::new(keys),
        build: None,
        names: [
            "verify a signature: HMAC-SHA256, momo's IPN",
            "allocations, both: momo's IPN",
        ],
    };
    under_hmac(&case, &IPN_PAIRS)
}

fn under_hmac<M: Signed<Keys: Keys + Sized>>(
    case: &Case<'_, M>,
    pairs: &[(&str, &str)],
) -> Result<Vec<Row>, String> {
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
        typical::paired(pairs, SECRET).unwrap_or_default()
    })
}

fn hashed<M: Signed<Keys: Keys + Sized>>(
    case: &Case<'_, M>,
    written: impl Fn(&[u8]) -> String,
    typical: impl Fn() -> String,
) -> Result<Vec<Row>, String> {
    let ready = text(case.message, case.signer.keys()).map_err(|error| error.to_string())?;
    let given = written(&Sha256::digest(&ready));
    case.rows(&given, || Sha256::digest(black_box(&ready)), typical)
}

impl<M: Signed<Keys: Keys + Sized>> Case<'_, M> {
    /// `given` is the signature as the floor's crate computes it.
    fn rows<F>(
        &self,
        given: &str,
        floor: impl Fn() -> F,
        typical: impl Fn() -> String,
    ) -> Result<Vec<Row>, String> {
        let [verify_name, allocations_name] = self.names;
        if typical() != given || self.build() != Some(true) || !self.verify(given) {
            return Err(format!("{verify_name}: the signatures differ"));
        }
        let mut rows = Vec::new();
        if let Some(limit) = &self.build {
            let typical = Some::<&mut dyn FnMut() -> bool>(&mut || typical().is_empty());
            rows.push(against(limit, &floor, || self.build(), typical));
        }
        let verify = against(
            &Limit {
                name: verify_name,
                hold: 1.7,
            },
            &floor,
            || self.verify(black_box(given)),
            Some(&mut || typical() == black_box(given)),
        );
        progress::now(&format!("counting: {allocations_name}"));
        let counted = allocation_counter::measure(|| {
            black_box(self.build());
            black_box(self.verify(black_box(given)));
        });
        let count = usize::try_from(counted.count_total).unwrap_or(usize::MAX);
        rows.push(verify);
        rows.push(Row::count(allocations_name, "allocations", count, 0));
        Ok(rows)
    }

    /// The signature as text on the stack; whether there is any.
    #[inline]
    fn build(&self) -> Option<bool> {
        let tag = self
            .signer
            .tag(black_box(self.message), M::SIGNATURE.scheme)
            .ok()?;
        let text = tag.text(M::SIGNATURE.text);
        Some(!black_box(text.as_str()).is_empty())
    }

    #[inline]
    fn verify(&self, given: &str) -> bool {
        self.signer
            .verify(black_box(self.message), M::SIGNATURE, given)
    }
}
