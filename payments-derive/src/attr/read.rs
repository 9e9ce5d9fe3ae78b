//! The attributes of what is read: `#[priced(…)]` and `#[spelt(…)]`.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Ident, LitStr, Path, Token};

use super::{Errors, value};
use crate::check::form_named;

/// The function of `#[priced(spelling = currency_of)]` on a type.
pub(crate) fn spelling(input: &DeriveInput, errors: &mut Errors) -> Option<Path> {
    let attr = input
        .attrs
        .iter()
        .find(|attr| attr.path().is_ident("priced"));
    let Some(attr) = attr else {
        errors.at(
            input.ident.span(),
            "say how currencies are read: `#[priced(spelling = currency_of)]`",
        );
        return None;
    };
    let read = attr.parse_args_with(|input: ParseStream<'_>| {
        let key = input.call(Ident::parse_any)?;
        value(input, &key, "spelling = currency_of")
    });
    read.map_err(|error| errors.push(error)).ok()
}

/// Form and currency of `#[priced("decimal_number", by = currency_code)]` on a field.
pub(crate) fn priced(attrs: &[Attribute], errors: &mut Errors) -> Option<(Ident, Ident)> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("priced"))?;
    let read = attr.parse_args_with(|input: ParseStream<'_>| {
        let name = input.parse::<LitStr>()?;
        let form = form_named(&name)?;
        input.parse::<Token![,]>()?;
        let key = input.call(Ident::parse_any)?;
        Ok((form, value(input, &key, "by = currency_code")?))
    });
    read.map_err(|error| errors.push(error)).ok()
}

/// What a field is called that has several spellings, and how one of its values is read.
pub(crate) struct Spelt {
    /// The name first.
    pub(crate) names: Vec<LitStr>,
    pub(crate) with: Option<LitStr>,
}

/// `#[spelt("sid")]` on a field, with what serde's attribute says.
pub(crate) fn spelt(field: &Ident, attrs: &[Attribute], errors: &mut Errors) -> Option<Spelt> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("spelt"))?;
    let mut found = Spelt {
        names: vec![LitStr::new(&field.unraw().to_string(), field.span())],
        with: None,
    };
    for serde in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let read = serde.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found.names = vec![meta.value()?.parse()?];
            } else if meta.path.is_ident("deserialize_with") {
                found.with = Some(meta.value()?.parse()?);
            } else if !meta.path.is_ident("default") {
                return Err(meta.error(
                    "a field with other spellings takes `rename`, `default` and `deserialize_with`",
                ));
            }
            Ok(())
        });
        if let Err(error) = read {
            errors.push(error);
        }
    }
    for other in others(attr, errors) {
        let mut known = found.names.iter();
        if known.any(|known| known.value() == other.value()) {
            errors.at(other.span(), format!("`{}` stands twice", other.value()));
        }
        found.names.push(other);
    }
    Some(found)
}

/// The other names of a field of a request: `#[spelt("OrderId")]`.
pub(crate) fn spellings(attrs: &[Attribute], errors: &mut Errors) -> Vec<LitStr> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("spelt"));
    attr.map(|attr| others(attr, errors)).unwrap_or_default()
}

fn others(attr: &Attribute, errors: &mut Errors) -> Vec<LitStr> {
    let others = attr.parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated);
    match others {
        Ok(others) if others.is_empty() => errors.push(syn::Error::new_spanned(
            attr,
            "write the other spellings: `#[spelt(\"sid\")]`",
        )),
        Ok(others) => return others.into_iter().collect(),
        Err(error) => errors.push(error),
    }
    Vec::new()
}
