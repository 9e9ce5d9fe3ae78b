//! `impl Deserialize` for a reply whose amounts are in a currency that stands beside them.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Presence, Priced};

/// Reads the reply as it is written, and then its amounts.
pub(crate) fn priced(priced: &Priced) -> TokenStream {
    let Priced {
        name,
        spelling,
        fields,
    } = priced;
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let written = fields.iter().map(|field| {
        let (name, ty, serde) = (&field.name, &field.ty, &field.serde);
        let ty = match (&field.form, field.presence) {
            (None, _) => quote!(#ty),
            (Some(_), Presence::Optional) => {
                quote!(::core::option::Option<::payments_core::Decimal>)
            }
            (Some(_), _) => quote!(::payments_core::Decimal),
        };
        quote!(#(#serde)* #name: #ty)
    });
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
    quote! {
        const _: () = {
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
                    #(#amounts)*
                    ::core::result::Result::Ok(Self { #(#names,)* })
                }
            }
        };
    }
}
