//! The tamper suite: change any signed field and the callback is refused; change any other and it
//! still verifies, with the change nowhere among the signed fields.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::incoming::{Inbound, Notice, Place, Verifier};
use crate::signing::{Keys, Signed, TagText};

/// What the tamper suite tried, so that a test can see that it tried something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tampered {
    /// Changes that had to be refused, and were.
    pub refused: usize,
    /// Changes that had to verify, and did.
    pub verified: usize,
}

/// Runs the suite over a genuine message: its fields as text, its signature, and which of the
/// fields are signed. Only fields that the notice reads into its signed part count as signed.
///
/// # Errors
/// The first finding, as a sentence.
pub fn tamper<N>(
    verifier: &Verifier<N>,
    fields: &[(&str, &str)],
    signed: &[&str],
    signature: &str,
) -> Result<Tampered, String>
where
    N: Notice + Signed + PartialEq,
    N::Keys: Keys + Sized,
{
    let genuine = verifier
        .verify(&message::<N>(fields, Some(signature)))
        .map_err(|_| "the genuine message is refused".to_owned())?;
    let mut tried = Tampered::default();
    let mut refuse = |fields: &[(&str, &str)], signature: Option<&str>, what: String| {
        if verifier.verify(&message::<N>(fields, signature)).is_ok() {
            return Err(format!("verified although {what}"));
        }
        tried.refused = tried.refused.saturating_add(1);
        Ok(())
    };
    refuse(fields, None, "the signature was missing".to_owned())?;
    refuse(fields, Some(""), "the signature was empty".to_owned())?;
    // Hexadecimal digits are read in both cases.
    let same =
        |bad: &String| N::SIGNATURE.text == TagText::Hex && bad.eq_ignore_ascii_case(signature);
    for bad in changes(signature).into_iter().filter(|bad| !same(bad)) {
        refuse(fields, Some(&bad), format!("the signature was {bad:?}"))?;
    }
    for name in signed {
        let value = fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("`{name}` is not in the message"))?;
        for bad in changes(value).iter().map(String::as_str).chain([""]) {
            let changed = with(fields, name, Some(bad));
            refuse(&changed, Some(signature), format!("`{name}` was {bad:?}"))?;
        }
        let without = with(fields, name, None);
        refuse(&without, Some(signature), format!("`{name}` was missing"))?;
        let mut doubled = fields.to_vec();
        doubled.push((name, value));
        refuse(&doubled, Some(signature), format!("`{name}` stood twice"))?;
    }
    for (name, value) in fields.iter().filter(|(name, _)| !signed.contains(name)) {
        for change in changes(value) {
            let changed = with(fields, name, Some(&change));
            let found = verifier
                .verify(&message::<N>(&changed, Some(signature)))
                .map_err(|_| format!("refused although only `{name}` was changed"))?;
            if *found != *genuine {
                return Err(format!("`{name}` is reachable as signed"));
            }
            tried.verified = tried.verified.saturating_add(1);
        }
    }
    Ok(tried)
}

/// Values that look like the given one.
fn changes(value: &str) -> Vec<String> {
    let mut found = vec![
        format!("{value}x"),
        format!("x{value}"),
        format!("{value} "),
        format!(" {value}"),
        format!("{value}\n"),
        format!("{value}\0"),
        format!("{value}|x"),
        value.to_uppercase(),
        value.to_lowercase(),
        value.replace('-', "\u{2010}"),
    ];
    let mut shorter = value.to_owned();
    shorter.pop();
    found.push(shorter);
    found.retain(|change| change != value && !change.is_empty());
    found
}

fn with<'a>(
    fields: &[(&'a str, &'a str)],
    name: &str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    fields
        .iter()
        .filter_map(|(known, old)| {
            if *known == name {
                value.map(|value| (*known, value))
            } else {
                Some((*known, *old))
            }
        })
        .collect()
}

/// A form POST with the signature where the rule wants it.
fn message<N: Signed>(fields: &[(&str, &str)], signature: Option<&str>) -> Inbound {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    if let Some(signature) = signature {
        match N::SIGNATURE.place {
            Place::Header(name) => {
                // A text that no header can carry could not arrive either.
                if let (Ok(name), Ok(value)) = (
                    HeaderName::from_bytes(name.as_bytes()),
                    HeaderValue::from_str(signature),
                ) {
                    headers.insert(name, value);
                }
            }
            Place::Field(name) => {
                body.append_pair(name, signature);
            }
        }
    }
    Inbound::new(Method::POST, "/callback", headers, body.finish())
}
