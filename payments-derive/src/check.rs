//! What has to hold before anything is written: every mistake is reported where it stands, with
//! what to write instead.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{Ident, LitStr, Type, Visibility, parse_quote};

use self::wire::fields;
use crate::ast::{Field, Message, Presence};
use crate::attr::{Canonical, Entry, Errors, Keyed, Layout, Request};

pub(crate) use self::json::{Readable, from_json};
pub(crate) use self::rules::Between;
use self::rules::between;
pub(crate) use self::wire::choice;

mod json;
mod rules;
mod wire;

/// The wire forms of money: as written in `money = "…"`, and the variant of
/// `payments_core::money::wire::Form`.
const FORMS: [(&str, &str); 6] = [
    ("minor", "Minor"),
    ("major", "Major"),
    ("decimal", "Decimal"),
    ("decimal_number", "DecimalNumber"),
    ("trimmed", "Trimmed"),
    ("trimmed_number", "TrimmedNumber"),
];

/// A canonical string that holds together.
pub(crate) struct Signed<'a> {
    pub(crate) keys: Type,
    pub(crate) layout: &'a Layout,
    pub(crate) parts: Vec<Part<'a>>,
}

/// One part of it.
pub(crate) enum Part<'a> {
    Value {
        field: &'a Field,
        at: &'a LitStr,
        free: bool,
        skip_absent: bool,
        /// With `skip_absent`: the fields that must be absent with it.
        with: Vec<&'a Field>,
    },
    Credential {
        /// Its name as written, without the `$`.
        name: String,
        /// The field of the keys, standing where the name is written.
        field: Ident,
    },
    Text(String),
}

/// The fields that are absent or present together with another one.
fn companions<'a>(names: &[LitStr], message: &'a Message, errors: &mut Errors) -> Vec<&'a Field> {
    let mut fields = Vec::new();
    for name in names {
        match message.by_wire_name(&name.value()) {
            None => unknown_field(name, message, errors),
            Some(field) if field.is_optional() => fields.push(field),
            Some(_) => {
                let message = format!("`{}` is never absent: take it out here", name.value());
                errors.at(name.span(), message);
            }
        }
    }
    fields
}

pub(crate) fn canonical<'a>(
    message: &'a Message,
    written: &'a Canonical,
    errors: &mut Errors,
) -> Option<Signed<'a>> {
    fields(message, errors);
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    let pairs = match &written.layout {
        Some(Layout::Pairs(text)) => {
            if text.value().is_empty() {
                errors.at(
                    text.span(),
                    "the pairs would run into each other: write what stands between them, as in \
                     `pairs = \"&\"`",
                );
            }
            true
        }
        Some(Layout::Join(_)) | None => false,
    };
    for entry in &written.order {
        if let Entry::Credential(text) | Entry::Value { name: text, .. } = entry
            && !seen.insert(text.value())
        {
            let message = format!("`{}` is already in the order", text.value());
            errors.at(text.span(), message);
            continue;
        }
        match entry {
            Entry::Value {
                name,
                free,
                skip_absent,
                with,
            } => {
                let Some(field) = message.by_wire_name(&name.value()) else {
                    unknown_field(name, message, errors);
                    continue;
                };
                if let Some(float) = unreported_float(field) {
                    errors.at(
                        float.span(),
                        format!(
                            "`{}` is signed, and a float has no exact text: use `Decimal`, or \
                             `Money` with a wire form",
                            name.value()
                        ),
                    );
                }
                if field.presence == Presence::List {
                    errors.at(
                        name.span(),
                        format!(
                            "`{}` is a list, which has no one text to sign",
                            name.value()
                        ),
                    );
                }
                if let Some(keyword) = skip_absent {
                    if !pairs {
                        errors.at(
                            keyword.span(),
                            "without names, a part that is left out moves the others: \
                             `skip_absent` goes with `pairs`",
                        );
                    }
                    if !field.is_optional() {
                        let message = format!(
                            "`{}` is never absent: write `\"{0}\"`, or make its type an `Option`",
                            name.value()
                        );
                        errors.at(keyword.span(), message);
                    }
                }
                parts.push(Part::Value {
                    field,
                    at: name,
                    free: *free,
                    skip_absent: skip_absent.is_some(),
                    with: companions(with, message, errors),
                });
            }
            Entry::Credential(text) => {
                let value = text.value();
                let name = value.strip_prefix('$').unwrap_or(&value);
                match key_field(name, text.span()) {
                    Some(field) => parts.push(Part::Credential {
                        name: name.to_owned(),
                        field,
                    }),
                    None => errors.at(
                        text.span(),
                        "write the name of a credential after the `$`, as in `\"$accessKey\"`",
                    ),
                }
            }
            Entry::Text { keyword, text } => {
                if pairs {
                    errors.at(
                        keyword.span(),
                        "every part of a `pairs` layout has a name: `lit` goes with `join`",
                    );
                }
                parts.push(Part::Text(text.value()));
            }
        }
    }
    if written.keys.is_none() {
        let credential = written.order.iter().find_map(|entry| match entry {
            Entry::Credential(text) => Some(text),
            Entry::Value { .. } | Entry::Text { .. } => None,
        });
        if let Some(text) = credential {
            errors.at(
                text.span(),
                format!(
                    "`{}` is read from the keys: name their type, `#[canonical(keys = …Keys, …)]`",
                    text.value()
                ),
            );
        }
    }
    Some(Signed {
        keys: written.keys.clone().unwrap_or_else(|| parse_quote!(())),
        layout: written.layout.as_ref()?,
        parts,
    })
}

/// The rules of a request over more than one field.
pub(crate) struct Rules<'a> {
    pub(crate) exactly_one: Vec<Group<'a>>,
    pub(crate) between: Vec<Between<'a>>,
}

/// Fields of which exactly one is given.
pub(crate) struct Group<'a> {
    /// `a, b or c`
    pub(crate) names: String,
    pub(crate) fields: Vec<&'a Field>,
}

pub(crate) fn request<'a>(
    message: &'a Message,
    written: &'a Request,
    errors: &mut Errors,
) -> Rules<'a> {
    fields(message, errors);
    for field in &message.fields {
        private_and_named(field, errors);
        if let Some(float) = unreported_float(field) {
            errors.at(
                float.span(),
                "a float has no exact text: use `Decimal`, or `Money` with a wire form",
            );
        }
    }
    let groups = written.exactly_one.iter();
    Rules {
        exactly_one: groups
            .map(|written| group(message, written, errors))
            .collect(),
        between: between(message, &written.rules, errors),
    }
}

fn private_and_named(field: &Field, errors: &mut Errors) {
    if !matches!(field.vis, Visibility::Inherited) {
        errors.push(syn::Error::new_spanned(
            &field.vis,
            "fields of a request are private, so that only its builder makes one; an accessor is \
             written for each",
        ));
    }
    if field.wire.is_none() && !field.is_unreadable() && !field.choice {
        errors.at(
            field.name.span(),
            format!(
                "`{}` has no wire name: write `#[wire(\"…\")]` above it",
                field.rust_name()
            ),
        );
    }
    if field.name == "builder" || field.name == "build" {
        errors.at(
            field.name.span(),
            format!(
                "`{}` is a method that the derive writes: give the field another Rust name, the \
                 wire name stays",
                field.name
            ),
        );
    }
}

fn group<'a>(message: &'a Message, written: &Keyed<Vec<LitStr>>, errors: &mut Errors) -> Group<'a> {
    let names: Vec<String> = written.value.iter().map(LitStr::value).collect();
    if names.len() < 2 {
        errors.at(
            written.key.span(),
            "`exactly_one` chooses between at least two fields",
        );
    }
    let mut seen = BTreeSet::new();
    let mut members = Vec::new();
    for name in &written.value {
        let text = name.value();
        if !seen.insert(name.value()) {
            errors.at(name.span(), format!("`{text}` is already in the group"));
            continue;
        }
        match message.by_wire_name(&text) {
            Some(field) if field.is_optional() => members.push(field),
            Some(_) => errors.at(
                name.span(),
                format!("`{text}` is always given: a member of `exactly_one` is an `Option`"),
            ),
            None => unknown_field(name, message, errors),
        }
    }
    Group {
        names: alternatives(&names),
        fields: members,
    }
}

/// The float in a field that is not an amount; one in an amount has been reported as that.
fn unreported_float(field: &Field) -> Option<&Ident> {
    let wire = field.wire.as_ref();
    let is_amount = wire.is_some_and(|wire| wire.money.is_some());
    field.float().filter(|_| !is_amount)
}

/// The variant of `payments_core::money::wire::Form` that a text names.
pub(crate) fn form_named(name: &LitStr) -> syn::Result<Ident> {
    let (written, names) = (name.value(), FORMS.map(|(name, _)| name));
    let found = FORMS.iter().find(|(name, _)| *name == written);
    let Some((_, variant)) = found else {
        let message = format!(
            "there is no wire form `{written}`{}",
            known(&written, &names)
        );
        return Err(syn::Error::new(name.span(), message));
    };
    Ok(Ident::new(variant, Span::call_site()))
}

/// The variant of `payments_core::money::wire::Form` that the field names.
pub(crate) fn form(field: &Field) -> Option<Ident> {
    let money = field.wire.as_ref()?.money.as_ref()?;
    let written = money.value.value();
    let (_, variant) = FORMS.iter().find(|(name, _)| *name == written)?;
    Some(Ident::new(variant, Span::call_site()))
}

/// The field of the keys for a credential: `accessKey` is `access_key`.
fn key_field(name: &str, at: Span) -> Option<Ident> {
    let ident = snake_case(name);
    let mut parsed = syn::parse_str::<Ident>(&ident)
        .or_else(|_| syn::parse_str::<Ident>(&format!("r#{ident}")))
        .ok()?;
    parsed.set_span(at);
    Some(parsed)
}

/// `accessKey`, `AccessKey` and `ACCESSKey` are `access_key`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut chars = name.chars().peekable();
    let mut before = None::<char>;
    while let Some(c) = chars.next() {
        let starts_word = match before {
            Some(before) if before.is_uppercase() => {
                chars.peek().is_some_and(|next| next.is_lowercase())
            }
            Some(before) => before != '_',
            None => false,
        };
        if c.is_uppercase() && starts_word {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
        before = Some(c);
    }
    snake
}

fn unknown_field(name: &LitStr, message: &Message, errors: &mut Errors) {
    if message.fields.iter().any(Field::is_unreadable) {
        // Reported already; it may well be that field.
        return;
    }
    let (text, names) = (name.value(), message.wire_names());
    let mut same = message
        .fields
        .iter()
        .filter(|field| field.rust_name() == text);
    let hint = match same.find_map(|field| field.wire.as_ref()) {
        Some(wire) => format!(": that is the Rust name, write `\"{}\"`", wire.name.value()),
        None if names.is_empty() => ": no field has a `#[wire(\"…\")]`".to_owned(),
        None => known(&text, &names),
    };
    errors.at(
        name.span(),
        format!("no field has the wire name `{text}`{hint}"),
    );
}

/// What to say after an unknown name: the name that was probably meant, and all there are.
pub(crate) fn known(name: &str, names: &[impl AsRef<str>]) -> String {
    let hint = match nearest(name, names) {
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    };
    format!("{hint}; known: {}", sentence(&quoted(names), "and"))
}

fn quoted(names: &[impl AsRef<str>]) -> Vec<String> {
    let names = names.iter().map(|name| format!("`{}`", name.as_ref()));
    names.collect()
}

/// `a, b or c`
fn alternatives(names: &[String]) -> String {
    sentence(names, "or")
}

fn sentence(words: &[String], conjunction: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {conjunction} {last}", most.join(", ")),
    }
}

/// The name that was probably meant.
fn nearest<'a>(name: &str, names: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let near = names.iter().map(|name| {
        let name = name.as_ref();
        (distance(&wanted, &name.to_lowercase()), name)
    });
    let (distance, near) = near.min_by_key(|(distance, _)| *distance)?;
    let longer = wanted.chars().count().max(near.chars().count());
    (distance <= longer.div_euclid(2)).then_some(near)
}

/// Insertions, deletions and replacements between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, x) in a.chars().enumerate() {
        let mut left = line.saturating_add(1);
        let mut next = vec![left];
        for (y, pair) in b.chars().zip(row.windows(2)) {
            let [diagonal, above] = pair else {
                continue;
            };
            let replaced = diagonal.saturating_add(usize::from(x != y));
            left = left.min(*above).saturating_add(1).min(replaced);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_snake_case_fields() {
        let check = |name: &str, expect: &str| assert_eq!(snake_case(name), expect);
        check("secret", "secret");
        check("accessKey", "access_key");
        check("DealerCode", "dealer_code");
        check("ipnURL", "ipn_url");
        check("APIKey", "api_key");
        check("access_key", "access_key");
        check("Access_Key", "access_key");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["orderNo", "txStatus"];
        assert_eq!(nearest("orderNumber", &names), Some("orderNo"));
        assert_eq!(nearest("orderno", &names), Some("orderNo"));
        assert_eq!(nearest("amount", &names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
