//! A request that is read from JSON, through its builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{LitStr, Path};

use crate::ast::{Field, Message, Presence};
use crate::check::{Readable, form};

/// `from_object`, and `impl FromJson` by it.
pub(crate) fn from_json(message: &Message, readable: &Readable<'_>) -> TokenStream {
    let Message { vis, name, .. } = message;
    let builder = format_ident!("{name}Builder", span = name.span());
    let given = message
        .fields
        .iter()
        .filter(|field| field.presence != Presence::Made);
    let values = given.map(|field| {
        let Field { name, .. } = field;
        let value = value(field, readable);
        quote!(#name: #value)
    });
    let names = message.fields.iter();
    let names = names.flat_map(|field| readable.names(field));
    quote! {
        #[automatically_derived]
        impl #name {
            /// Reads it from JSON, under any of the names of its fields, and checks it as its builder
            /// does. Whether other fields are passed over, the object says.
            ///
            /// # Errors
            /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
            /// missing, doubled, or not as described; it does not repeat the value.
            #vis fn from_object(
                object: &::payments_core::json::Object<'_>,
            ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
                object.refuse_others(&[#(#names),*])?;
                #builder { #(#values,)* }.build()
            }
        }

        #[automatically_derived]
        impl ::payments_core::json::FromJson for #name {
            fn from_json(
                field: &'static ::core::primitive::str,
                text: &::core::primitive::str,
                reading: ::payments_core::json::Reading,
            ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
                Self::from_object(&reading.object(field, text)?)
            }
        }
    }
}

/// The value of one field in the builder.
fn value(field: &Field, readable: &Readable<'_>) -> TokenStream {
    let Field { inner, .. } = field;
    // The wire name first.
    let names = readable.names(field);
    let read = match (form(field), readable.currency_of(field)) {
        (Some(form), Some((beside, spelling))) => amount(form, &names, &beside, spelling),
        (_, _) if field.is_number() => quote!(object.read_number::<#inner>(&[#(#names),*])?),
        (_, _) => quote!(object.read::<#inner>(&[#(#names),*])?),
    };
    let wire_name = field.wire_name();
    match field.presence {
        Presence::Required => quote! {
            ::payments_core::build::Given(::payments_core::build::required(#wire_name, #read)?)
        },
        Presence::List => quote!(#read.unwrap_or_default()),
        Presence::Optional | Presence::Made => read,
    }
}

fn amount(
    form: impl quote::ToTokens,
    names: &[LitStr],
    beside: &[LitStr],
    spelling: &Path,
) -> TokenStream {
    quote! {
        object.read_money(
            &[#(#names),*],
            ::payments_core::money::wire::Form::#form,
            &[#(#beside),*],
            #spelling,
        )?
    }
}
