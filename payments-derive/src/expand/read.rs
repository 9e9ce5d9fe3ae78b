//! `impl Deserialize` for a reply with amounts in a currency that stands beside them, or with fields
//! of several spellings.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type};

use crate::ast::{Presence, Read, ReadField};
use crate::attr::Spelt;

/// Reads the reply as it is written, and then what needs more than one field.
pub(crate) fn read(read: &Read) -> TokenStream {
    let Read {
        name,
        fields,
        spelling,
    } = read;
    let written = fields.iter().enumerate().map(written);
    let names = fields.iter().flat_map(names);
    let holders = fields.iter().enumerate().filter_map(holder);
    let merged = fields.iter().filter_map(merged);
    let amounts = fields.iter().filter_map(|field| {
        let (form, beside) = field.form.as_ref()?;
        let name = &field.name;
        let read = quote! {
            ::payments_core::json::priced(
                amount, ::payments_core::money::wire::Form::#form, &#beside, #spelling,
            )
        };
        Some(match field.presence {
            Presence::Optional => quote! {
                let #name = #name.map(|amount| #read).transpose()?;
            },
            Presence::Required | Presence::List | Presence::Made => quote! {
                let amount = #name;
                let #name = #read?;
            },
        })
    });
    let fields = fields.iter().map(|field| &field.name);
    quote! {
        const _: () = {
            #(#holders)*
            #[derive(::payments_core::serde::Deserialize)]
            #[serde(crate = "::payments_core::serde")]
            struct AsWritten {
                #(#written,)*
            }

            #[automatically_derived]
            impl<'de> ::payments_core::serde::Deserialize<'de> for #name {
                fn deserialize<D: ::payments_core::serde::Deserializer<'de>>(
                    input: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let AsWritten { #(#names,)* } =
                        ::payments_core::serde::Deserialize::deserialize(input)?;
                    #(#merged)*
                    #(#amounts)*
                    ::core::result::Result::Ok(Self { #(#fields,)* })
                }
            }
        };
    }
}

/// The type of the field as it is written.
fn plain(field: &ReadField) -> TokenStream {
    let ty: &Type = &field.ty;
    match (&field.form, field.presence) {
        (None, _) => quote!(#ty),
        (Some(_), Presence::Optional) => quote!(::core::option::Option<::payments_core::Decimal>),
        (Some(_), _) => quote!(::payments_core::Decimal),
    }
}

/// The fields of `AsWritten`: one, or one for each spelling.
fn written((at, field): (usize, &ReadField)) -> TokenStream {
    let (name, serde) = (&field.name, &field.serde);
    let Some(spelt) = &field.spelt else {
        let ty = plain(field);
        return quote!(#(#serde)* #name: #ty);
    };
    let names = names(field);
    let holder = holder_name(at);
    let wires = &spelt.names;
    quote!(#(#[serde(rename = #wires, default)] #names: ::core::option::Option<#holder>),*)
}

/// What those are called.
fn names(field: &ReadField) -> Vec<Ident> {
    let count = field.spelt.as_ref().map_or(1, |spelt| spelt.names.len());
    (0..count)
        .map(|at| match at {
            0 => field.name.clone(),
            _ => format_ident!("{}_{at}", field.name),
        })
        .collect()
}

fn holder_name(at: usize) -> Ident {
    format_ident!("Field{at}")
}

/// The type that holds one value of a field with several spellings.
fn holder((at, field): (usize, &ReadField)) -> Option<TokenStream> {
    let Spelt { with, .. } = field.spelt.as_ref()?;
    let (name, ty) = (holder_name(at), plain(field));
    let with = with
        .iter()
        .map(|with| quote!(#[serde(deserialize_with = #with)]));
    Some(quote! {
        #[derive(::payments_core::serde::Deserialize)]
        #[serde(crate = "::payments_core::serde", transparent)]
        struct #name(#(#with)* #ty);
    })
}

/// One value from those of all spellings.
fn merged(field: &ReadField) -> Option<TokenStream> {
    let Spelt { names: wires, .. } = field.spelt.as_ref()?;
    let (name, names, wire) = (&field.name, names(field), wires.first()?);
    let found = quote! {
        ::payments_core::json::one_value([#(#names.map(|one| one.0)),*])?
    };
    Some(match field.presence {
        Presence::Optional => quote!(let #name = #found.flatten();),
        Presence::Required | Presence::List | Presence::Made => quote! {
            let #name = #found.ok_or_else(|| {
                <D::Error as ::payments_core::serde::de::Error>::missing_field(#wire)
            })?;
        },
    })
}
