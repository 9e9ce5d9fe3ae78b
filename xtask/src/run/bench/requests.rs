//! Signatures over a whole request: path and sorted query, against the digest of the ready-made string.

use std::collections::BTreeMap;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use payments_mocopay::Credentials;
use payments_mocopay::auth::{Escaping, RULES, SignedQuery, canonical, signature};
use payments_mocopay::sandbox::{SignedRequest, SignedValues, Signer};

use super::pace::{Limit, against};
use super::row::Row;
use crate::run::progress;

const KEY: &str = "DEMOAPP1";
const SECRET: &str = "7KQ2ZP9XH4M1VB6RT8WD3NF5GJ0CLS";
const PATH: &str = "/v1/payment/initPayment/";
/// A request of common length, with an address.
const FIELDS: [(&str, &str); 7] = [
    ("callbackUrl", "https://shop.example/orders/thank-you"),
    ("lang", "en"),
    ("mcc", "219"),
    ("mnc", "01"),
    ("pid", "PP00012000"),
    ("referenceId", "ORDER-20261101-000042"),
    ("userId", "customer-000042"),
];

/// Every row about signed requests.
///
/// # Errors
/// If a signature is not the one that the floor computes.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let credentials = Credentials::new(KEY, SECRET).map_err(|error| error.to_string())?;
    let query = SignedQuery::new(FIELDS, &RULES).map_err(|error| error.to_string())?;
    let escaping = Escaping::Decoded;
    let ready = format!("{SECRET}{}", canonical(PATH, &query, escaping));
    let given = format!("{KEY}:{}", STANDARD.encode(Md5::digest(&ready)));
    let floor = || Md5::digest(black_box(&ready));
    let build = || signature(black_box(PATH), black_box(&query), escaping, &credentials);
    let request = SignedRequest::read(PATH, query.sent(), SignedValues::Decoded)
        .map_err(|error| error.to_string())?;
    let merchant = Signer::new(KEY, SECRET);
    let verify = |given: &str| black_box(&request).verify(merchant, given).is_ok();
    if build() != given || typical() != given || !verify(&given) {
        return Err("a request's signature: the signatures differ".to_owned());
    }
    let built = against(
        &Limit {
            name: "build a signature: MD5, mocopay's request",
            hold: 1.5,
        },
        floor,
        build,
        Some(&mut || typical().is_empty()),
    );
    let verified = against(
        &Limit {
            name: "verify a signature: MD5, mocopay's request",
            hold: 1.7,
        },
        floor,
        || verify(black_box(&given)),
        Some(&mut || typical() == black_box(&*given)),
    );
    let name = "allocations, both, beyond the text that goes out: mocopay's request";
    progress::now(&format!("counting: {name}"));
    let counted = allocation_counter::measure(|| {
        black_box(build());
        black_box(verify(black_box(&given)));
    });
    let count = usize::try_from(counted.count_total).unwrap_or(usize::MAX);
    let beyond = count.saturating_sub(1);
    Ok(vec![
        built,
        verified,
        Row::count(name, "allocations", beyond, 0),
    ])
}

/// How it is usually written.
fn typical() -> String {
    let map: BTreeMap<String, String> = FIELDS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let query = map
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    let digest = Md5::digest(format!("{SECRET}{PATH}?{query}"));
    format!("{KEY}:{}", STANDARD.encode(digest))
}
