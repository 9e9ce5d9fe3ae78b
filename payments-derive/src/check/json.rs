//! Whether a request can be read from JSON, and what its fields are called there.

use syn::{Data, DeriveInput, LitStr, Path};

use super::form;
use crate::ast::{Field, Kind, Message};
use crate::attr::{Errors, spelling, spellings};

/// What reading takes beside the fields themselves.
pub(crate) struct Readable<'a> {
    message: &'a Message,
    /// The other spellings of each field, in the order of the fields.
    others: Vec<Vec<LitStr>>,
    /// The function that reads a currency, where there is one to be read.
    spelling: Option<Path>,
}

impl<'a> Readable<'a> {
    /// Every name of a field, the one that it is written under first.
    pub(crate) fn names(&self, field: &Field) -> Vec<LitStr> {
        let at = self.message.fields.iter();
        let at = at.zip(&self.others).find(|(own, _)| own.name == field.name);
        let own = LitStr::new(&field.wire_name(), field.name.span());
        let others = at.map(|(_, others)| others.clone()).unwrap_or_default();
        std::iter::once(own).chain(others).collect()
    }

    /// The names of the field with the currency of an amount, and what reads it.
    pub(crate) fn currency_of(&self, amount: &Field) -> Option<(Vec<LitStr>, &Path)> {
        let beside = self.message.fields.iter().find(|field| {
            let wire = field.wire.as_ref();
            let amounts = wire.and_then(|wire| wire.currency_of.as_ref());
            amounts.is_some_and(|amounts| {
                let mut names = amounts.value.iter();
                names.any(|name| name.value() == amount.wire_name())
            })
        })?;
        Some((self.names(beside), self.spelling.as_ref()?))
    }
}

/// Checks that every field can be read.
pub(crate) fn from_json<'a>(
    input: &DeriveInput,
    message: &'a Message,
    errors: &mut Errors,
) -> Readable<'a> {
    let fields = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(_) | Data::Union(_) => Vec::new(),
    };
    let mut taken = message.wire_names();
    let others = fields
        .into_iter()
        .map(|field| {
            let others = spellings(&field.attrs, errors);
            for other in &others {
                if taken.contains(&other.value()) {
                    errors.at(other.span(), format!("`{}` stands twice", other.value()));
                }
                taken.push(other.value());
            }
            others
        })
        .collect();
    let is_priced = |field: &Field| {
        let wire = field.wire.as_ref();
        wire.is_some_and(|wire| wire.currency_of.is_some())
    };
    let priced = message.fields.iter().any(is_priced);
    let readable = Readable {
        message,
        others,
        spelling: priced.then(|| spelling(input, errors)).flatten(),
    };
    for field in &message.fields {
        let priced = form(field).is_none() || readable.currency_of(field).is_some();
        let text = if field.is_in_path() {
            "stands in the path"
        } else if field.choice {
            "is a choice"
        } else if field.is_flag() || field.kind == Kind::Secret {
            "is a flag or a secret"
        } else if !priced && errors.is_empty() {
            "has no currency beside it"
        } else {
            continue;
        };
        let name = field.rust_name();
        let text = format!("`{name}` {text}: such a request is not read from JSON");
        errors.at(field.name.span(), text);
    }
    readable
}
