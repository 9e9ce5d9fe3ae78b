//! What is written for a choice: an accessor per member, the check, the wire form and `Debug`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::builder::value_check;
use super::{docs, visit};
use crate::ast::{Choice, Field, Kind, Member};

/// The accessors, `Choice`, `Wire` and `Debug`.
pub(crate) fn choice(choice: &Choice) -> TokenStream {
    let Choice {
        name,
        unused_empty,
        members,
        ..
    } = choice;
    let out = Ident::new("out", Span::mixed_site());
    let accessors = members.iter().filter_map(|member| accessor(choice, member));
    let checks = members.iter().map(|member| {
        let Member { variant, content } = member;
        match content {
            Some(field) => {
                let (value, check) = (&field.name, value_check(field, true));
                match check.is_empty() {
                    true => quote!(Self::#variant(_) => {}),
                    false => quote!(Self::#variant(#value) => { #check }),
                }
            }
            None => quote!(Self::#variant => {}),
        }
    });
    // The members stand in their order, whichever is chosen.
    let visits = members.iter().filter_map(|member| {
        let Member { variant, content } = member;
        let field = content.as_ref()?;
        let (value, wire_name) = (&field.name, field.wire_name());
        let visit = visit(field, &quote!(#value), &quote!(*#value));
        let otherwise = unused_empty.then(|| quote!(else { #out.text(#wire_name, ""); }));
        Some(quote! {
            if let Self::#variant(#value) = self {
                #visit
            } #otherwise
        })
    });
    let shown = members.iter().map(|member| {
        let Member { variant, content } = member;
        let label = variant.to_string();
        match content {
            None => quote!(Self::#variant => #out.write_str(#label)),
            Some(field) if field.is_sensitive() => quote! {
                Self::#variant(_) => #out.debug_tuple(#label).field(&::core::format_args!("***")).finish()
            },
            Some(field) => {
                let value = &field.name;
                quote!(Self::#variant(#value) => #out.debug_tuple(#label).field(#value).finish())
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #name {
            #(#accessors)*
        }

        #[automatically_derived]
        impl ::payments_core::build::Choice for #name {
            fn check(
                &self,
            ) -> ::core::result::Result<(), ::payments_core::error::Misuse> {
                match self {
                    #(#checks)*
                }
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        impl ::payments_core::wire::Wire for #name {
            fn visit(&self, #out: &mut dyn ::payments_core::wire::Fields) {
                #(#visits)*
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, #out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#shown,)*
                }
            }
        }
    }
}

fn accessor(choice: &Choice, member: &Member) -> Option<TokenStream> {
    let Choice { vis, members, .. } = choice;
    let Member { variant, content } = member;
    let field = content.as_ref()?;
    let Field { name, inner, .. } = field;
    let docs = docs(field, "The member");
    let (ty, value) = match field.kind {
        Kind::Text => (quote!(&::core::primitive::str), quote!(#name.as_str())),
        Kind::Money | Kind::Plain | Kind::Float => (quote!(#inner), quote!(*#name)),
        Kind::Secret | Kind::List | Kind::Other => (quote!(&#inner), quote!(#name)),
    };
    let otherwise = (members.len() > 1).then(|| quote!(_ => ::core::option::Option::None,));
    Some(quote! {
        #docs
        ///
        /// Nothing where another is chosen.
        #[must_use]
        #vis fn #name(&self) -> ::core::option::Option<#ty> {
            match self {
                Self::#variant(#name) => ::core::option::Option::Some(#value),
                #otherwise
            }
        }
    })
}
