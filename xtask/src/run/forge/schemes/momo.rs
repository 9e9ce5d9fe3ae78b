//! MoMo's schemes: HMAC-SHA256 over pairs, of its gateway's messages and of one-payment's link.

use payments_core::error::Misuse;
use payments_core::http::{HeaderMap, Method};
use payments_core::incoming::{Inbound, KeyRing, Verifier};
use payments_core::link::Links;
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::types::{Bill, BillKeys};

use super::super::engine::Scheme;
use super::super::layout::{Canonical, Layout, Original, Proof};
use super::{CONTROLS, OURS, THEIRS, form, json, meaning, posted, target};

const NUMBERS: [&str; 4] = ["amount", "transId", "resultCode", "responseTime"];
const WALLET: [&str; 2] = ["callbackToken", "partnerClientId"];

/// A result of a payment, with these fields set or changed.
fn result<'f>(changes: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("partnerCode", "MOMOBKUN20180529"),
        ("orderId", "MM1540456472575"),
        ("requestId", "MM1540456472575-1"),
        ("amount", "150000"),
        ("orderInfo", "Rice cooker, two pieces"),
        ("orderType", "momo_wallet"),
        ("transId", "2302586804"),
        ("resultCode", "0"),
        ("message", "Successful."),
        ("payType", "qr"),
        ("responseTime", "1633504902954"),
        ("extraData", "eyJ1c2VybmFtZSI6ICJtb21vIn0="),
        ("paymentOption", "momo"),
    ];
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

/// The same messages as objects or as queries.
fn results(write: impl Fn(&[(&str, &str)]) -> Original) -> Vec<Original> {
    let blurred = |changes: &[_]| write(&result(changes)).blurred();
    let mut originals = vec![
        write(&result(&[])),
        write(&result(&[
            ("amount", "500000"),
            ("orderId", "DH1775574778191"),
            ("orderInfo", "Trà sữa & bánh = ngon?"),
            ("resultCode", "1002"),
            ("message", "Giao dịch bị từ chối do nhà phát hành."),
            ("extraData", ""),
        ])),
        write(&result(&[
            ("callbackToken", "v2/token"),
            ("partnerClientId", "buyer-7"),
        ])),
        // In Base64.
        write(&result(&[
            ("callbackToken", "dG9rZW4/+w=="),
            ("partnerClientId", "Y2xpZW50MQ=="),
        ])),
        blurred(&[("callbackToken", "t&extraData=x"), ("partnerClientId", "c")]),
        blurred(&[
            ("callbackToken", "t"),
            ("partnerClientId", "c&partnerCode=z"),
        ]),
        // A text that ends as the one after it begins, and goes on as the message does.
        blurred(&[("message", "ok&orderId=MM1&orderInfo=x")]),
        blurred(&[("extraData", "e&message=ok&orderId=MM1&orderInfo=x")]),
        blurred(&[("orderInfo", "x&orderType=y&partnerCode=z")]),
        // One that may not even hold what joins two.
        blurred(&[("orderId", "MM1&"), ("orderInfo", "x")]),
    ];
    // Some of them may hold what joins two, and control characters no more than the others.
    let names = ["orderId", "message", "extraData", "orderInfo", "orderType"];
    let texts = CONTROLS.iter().zip(names.iter().cycle());
    originals.extend(texts.map(|(text, name)| blurred(&[(*name, *text)])));
    originals
}

fn layout(prefix: &'static str, originals: Vec<Original>) -> Layout {
    Layout {
        prefix,
        signed: &[
            "amount",
            "callbackToken",
            "extraData",
            "message",
            "orderId",
            "orderInfo",
            "orderType",
            "partnerClientId",
            "partnerCode",
            "payType",
            "requestId",
            "responseTime",
            "resultCode",
            "transId",
        ],
        optional: &[
            "callbackToken",
            "extraData",
            "message",
            "orderInfo",
            "orderType",
            "partnerClientId",
            "payType",
        ],
        together: &WALLET,
        tag_field: Some("signature"),
        ..Layout::new(
            (Canonical::Pairs(Some("accessKey")), Proof::HmacHex),
            (OURS, THEIRS),
            originals,
        )
    }
}

/// What a merchant reads of one of the two, which have the same fields.
macro_rules! read {
    ($result:expr) => {{
        let result = $result;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let linked = result.callback_token.is_some() || result.partner_client_id.is_some();
        let pay_type = result.pay_type.as_ref().map_or("", |it| it.as_str());
        let values = [
            ("amount", result.amount.minor().to_string()),
            ("callbackToken", text(&result.callback_token)),
            ("extraData", text(&result.extra_data)),
            ("message", text(&result.message)),
            ("orderId", result.order_id.clone()),
            ("orderInfo", text(&result.order_info)),
            ("orderType", text(&result.order_type)),
            ("partnerClientId", text(&result.partner_client_id)),
            ("partnerCode", result.partner_code.clone()),
            ("payType", pay_type.to_owned()),
            ("requestId", result.request_id.clone()),
            ("responseTime", result.response_time.to_string()),
            ("resultCode", result.result_code.as_str().to_owned()),
            ("transId", result.trans_id.to_string()),
        ];
        let values = values.iter().map(|(name, value)| (*name, &**value));
        meaning(values.filter(|(name, _)| linked || !WALLET.contains(name)))
    }};
}

/// # Errors
/// [`Misuse`] if the keys are not taken.
pub(crate) fn ipn() -> Result<Scheme, Misuse> {
    let keys = IpnKeys::new(OURS.public, OURS.secret)?;
    let verifier = Verifier::<Ipn>::new("live", "shop", KeyRing::new("1", keys));
    Ok(Scheme {
        name: "momo ipn, HMAC-SHA256",
        layout: layout("", results(|fields| json(fields, &NUMBERS))),
        verify: Box::new(move |message| {
            let verified = verifier.verify(&posted(message, "signature")?);
            Some(read!(&*verified.ok()?))
        }),
    })
}

/// # Errors
/// [`Misuse`] if the keys are not taken.
pub(crate) fn redirect_result() -> Result<Scheme, Misuse> {
    let keys = RedirectResultKeys::new(OURS.public, OURS.secret)?;
    let verifier = Verifier::<RedirectResult>::new("live", "shop", KeyRing::new("1", keys));
    Ok(Scheme {
        name: "momo redirect_result, HMAC-SHA256",
        layout: layout("/momo/return?", results(form)),
        verify: Box::new(move |message| {
            let target = target(message)?;
            let inbound = Inbound::new(Method::GET, target, HeaderMap::new(), "");
            Some(read!(&*verifier.verify(&inbound).ok()?))
        }),
    })
}

/// The link, which the partner writes and MoMo's app reads. Nothing else of one-payment is signed.
///
/// # Errors
/// [`Misuse`] if the keys are not taken.
pub(crate) fn bill_link() -> Result<Scheme, Misuse> {
    let bill = |request: &str, bill: &str, amount: &str, description: &str, back: &str| {
        form(&[
            ("action", "payment"),
            ("client", "webinapp"),
            ("initTransBE", "true"),
            ("code", "MoMo2020"),
            ("serviceCode", "MoMo2020"),
            ("description", description),
            ("formData", ""),
            ("partnerId", OURS.public),
            ("partnerName", "Dịch vụ"),
            ("version", "v1"),
            ("requestId", request),
            ("callbackUrl", back),
            ("billId", bill),
            ("amount", amount),
        ])
    };
    let mut originals = vec![
        bill(
            "1610439037",
            "12343905834",
            "33000",
            "Payment in MoMo app",
            "",
        ),
        bill(
            "request-7",
            "rice-cooker-7",
            "1000",
            "Trà sữa & bánh",
            "https://shop.example/back?a=1&b=2",
        ),
        bill("R&billId=1", "2", "7", "", "").blurred(),
        bill("R", "1&amount=1", "7000", "", "").blurred(),
    ];
    for text in CONTROLS {
        originals.push(bill(text, "B-7", "1000", "", "").blurred());
        originals.push(bill("R-7", text, "1000", "", "").blurred());
    }
    let keys = BillKeys::new(
        "MoMo2020",
        "MoMo2020",
        "Dịch vụ",
        OURS.public,
        "v1",
        OURS.secret,
    )?;
    let links = Links::<Bill>::new(keys).address_host("shop.example");
    Ok(Scheme {
        name: "momo one-payment link, HMAC-SHA256",
        layout: Layout {
            prefix: "momo://?",
            signed: &["partnerId", "requestId", "billId", "amount"],
            tag_field: Some("checksum"),
            ..Layout::new(
                (Canonical::Pairs(None), Proof::HmacHex),
                (OURS, THEIRS),
                originals,
            )
        },
        verify: Box::new(move |message| {
            let bill = links.read(target(message)?).ok()?;
            let amount = bill.amount().minor().to_string();
            Some(meaning([
                ("partnerId", OURS.public),
                ("requestId", bill.request_id()),
                ("billId", bill.bill_id()),
                ("amount", &amount),
            ]))
        }),
    })
}
