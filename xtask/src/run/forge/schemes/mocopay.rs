//! MoCoPay's requests, as its sandbox verifies them: MD5 over the secret, the path and all parameters.

use payments_mocopay::sandbox::{PARAMETERS, SignedRequest, SignedValues, Signer};

use super::super::engine::Scheme;
use super::super::layout::{Canonical, Layout, Meaning, PATH, Proof};
use super::super::message::Message;
use super::{CONTROLS, OURS, THEIRS, form, meaning, target};

pub(crate) fn request() -> Scheme {
    let mut originals = vec![
        form(&[("mcc", "228"), ("mnc", "01"), ("pid", "12000")]),
        form(&[
            ("lang", "de"),
            ("mcc", "228"),
            ("mnc", "01"),
            ("pid", "12000"),
            ("userId", "123456789"),
        ]),
        form(&[
            ("callbackUrl", "https://shop.example/back?a=1&b=2"),
            ("country", "CH"),
            ("notifyUrl", "https://shop.example/notify"),
            ("pid", "CHMIBSUB"),
            ("referenceId", "Bestellung 7 / grün"),
        ]),
        form(&[("mcc", "228&mnc=01"), ("pid", "12000")]).blurred(),
    ];
    originals.extend(
        CONTROLS
            .iter()
            .zip(["userId", "callbackUrl"].iter().cycle())
            .map(|(text, name)| {
                form(&[("mcc", "228"), ("pid", "12000"), (*name, *text)]).blurred()
            }),
    );
    Scheme {
        name: "mocopay request, MD5",
        layout: Layout {
            prefix: "/v1/payment/initPayment/?",
            ..Layout::new(
                (Canonical::SecretFirst, Proof::Md5Base64),
                (OURS, THEIRS),
                originals,
            )
        },
        verify: Box::new(verify),
    }
}

fn verify(message: &Message) -> Option<Meaning> {
    let (path, query) = target(message)?.split_once('?')?;
    let request = SignedRequest::read(path, query, SignedValues::Decoded).ok()?;
    let header = match message.header.as_slice() {
        [] => None,
        [one] => Some(std::str::from_utf8(one).ok()?),
        _ => return None,
    };
    let given = match (header, request.signature()) {
        (Some(given), None) | (None, Some(given)) => given,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let merchant = Signer::new(OURS.public, OURS.secret);
    request.verify(merchant, given).ok()?;
    if request.unknown(&PARAMETERS).is_some() {
        return None;
    }
    let path = format!("{path}?");
    let fields = PARAMETERS.iter();
    let fields = fields.filter_map(|name| Some((*name, request.value(name)?)));
    Some(meaning(std::iter::once((PATH, &*path)).chain(fields)))
}
