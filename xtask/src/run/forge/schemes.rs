//! The schemes of the providers: what each signs, and who verifies it.

mod mobilepay;
mod mocasa;
mod mocopay;
mod moka;
mod momo;

use payments_core::error::Misuse;
use payments_core::http::header::CONTENT_TYPE;
use payments_core::http::{HeaderMap, HeaderName, HeaderValue, Method};
use payments_core::incoming::Inbound;

use super::engine::Scheme;
use super::layout::{Keys, Meaning, Original};
use super::message::{Draft, Field, Format, Message};

pub(super) use mobilepay::cards;
#[cfg(test)]
pub(super) use mocopay::request;
#[cfg(test)]
pub(super) use moka::payment_return;

/// Two tenants of one provider.
const OURS: Keys = Keys {
    public: "tenant-1",
    secret: "8d969eef6ecad3c29a3a629280e686cf",
};
const THEIRS: Keys = Keys {
    public: "tenant-2",
    secret: "3b1f0c8e5d7a4429b6e0d1c2f3a49587",
};

/// Texts that hold a control character, of one byte or two: at each end, in the middle, and behind so much
/// that whoever looks at many bytes at once looks there separately.
const CONTROLS: [&str; 8] = [
    "A-1\0",
    "\nA-1",
    "A\t1",
    "A-1\u{7f}",
    "A\u{85}1",
    "\u{1f}ORDER-20261101-000042",
    "ORDER-20261101\r000042-A",
    "ORDER-20261101-000042\u{9f}",
];

/// Every scheme that hashes.
///
/// # Errors
/// [`Misuse`] if keys are not taken.
pub(super) fn hashed() -> Result<Vec<Scheme>, Misuse> {
    Ok(vec![
        mocasa::order_webhook()?,
        moka::payment_return(),
        momo::ipn()?,
        momo::redirect_result()?,
        momo::bill_link()?,
        mocopay::request(),
    ])
}

/// A form or a query that has to be accepted.
fn form(fields: &[(&str, &str)]) -> Original {
    let fields = fields.iter().map(|(name, value)| Field::new(*name, *value));
    Original {
        draft: Draft {
            format: Format::Form,
            fields: fields.collect(),
            header: Vec::new(),
            letter: "",
        },
        is_blurred: false,
    }
}

/// The same as an object, with these fields as numbers.
fn json(fields: &[(&str, &str)], numbers: &[&str]) -> Original {
    let mut original = form(fields);
    original.draft.format = Format::Json;
    for field in &mut original.draft.fields {
        field.bare = numbers.contains(&field.name.as_str());
    }
    original
}

impl Original {
    /// A signed value holds what none may hold.
    fn blurred(mut self) -> Self {
        self.is_blurred = true;
        self
    }
}

/// A callback that is posted; nothing for what no header can carry.
fn posted(message: &Message, header: &'static str) -> Option<Inbound> {
    let content_type = match message.format {
        Format::Form => "application/x-www-form-urlencoded",
        Format::Json => "application/json",
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for tag in &message.header {
        let tag = HeaderValue::from_bytes(tag).ok()?;
        headers.append(HeaderName::from_static(header), tag);
    }
    let body = message.text.clone();
    Some(Inbound::new(Method::POST, "/callback", headers, body))
}

/// A query or a link, which is text.
fn target(message: &Message) -> Option<&str> {
    std::str::from_utf8(&message.text).ok()
}

fn meaning<'v>(values: impl IntoIterator<Item = (&'v str, &'v str)>) -> Meaning {
    let values = values.into_iter();
    Meaning(
        values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}
