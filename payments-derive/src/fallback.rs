//! The code that is written after an error: as much as the rest of the program needs to be checked
//! without a second wave of errors. None of it ever runs, the errors stop the build.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Type};

use crate::ast::Message;
use crate::expand;

/// `impl Canonical` that streams nothing.
pub(crate) fn canonical(input: &DeriveInput, keys: Option<Type>) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    let keys = match keys {
        Some(keys) => quote!(#keys),
        None => quote!(()),
    };
    quote! {
        #[automatically_derived]
        impl #generics ::payments_core::signing::Canonical for #name #arguments #clause {
            type Keys = #keys;

            fn stream<S: ::payments_core::signing::Sink>(
                &self,
                _: &Self::Keys,
                _: &mut S,
            ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
                ::core::result::Result::Ok(())
            }
        }
    }
}

/// Builder and accessors as they would be, without checks; a wire form without fields.
pub(crate) fn request(message: &Message) -> TokenStream {
    let nothing = TokenStream::new();
    let mut out = expand::builder(message, &nothing);
    out.extend(expand::accessors(message));
    out.extend(expand::wire(message, &nothing));
    out.extend(expand::debug(message));
    out
}

/// The traits of a request for what is not even a struct with plain named fields.
pub(crate) fn request_without_fields(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    let mut out = quote! {
        #[automatically_derived]
        impl #generics ::payments_core::wire::Wire for #name #arguments #clause {
            fn visit(&self, _: &mut dyn ::payments_core::wire::Fields) {}
        }

        #[automatically_derived]
        impl #generics ::payments_core::wire::Value for #name #arguments #clause {
            fn put(&self, _: &::core::primitive::str, _: &mut dyn ::payments_core::wire::Fields) {}
        }
    };
    out.extend(masked(input));
    out
}

/// `impl Debug` that shows the name alone.
pub(crate) fn masked(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let shown = name.to_string();
    let (generics, arguments, clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::core::fmt::Debug for #name #arguments #clause {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                out.write_str(#shown)
            }
        }
    }
}

/// `impl Choice` without a check, and a wire form without fields.
pub(crate) fn choice(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    let mut out = quote! {
        #[automatically_derived]
        impl #generics ::payments_core::build::Choice for #name #arguments #clause {
            fn check(
                &self,
            ) -> ::core::result::Result<(), ::payments_core::error::Misuse> {
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        impl #generics ::payments_core::wire::Wire for #name #arguments #clause {
            fn visit(&self, _: &mut dyn ::payments_core::wire::Fields) {}
        }
    };
    out.extend(masked(input));
    out
}

/// `impl Deserialize` that reads nothing.
pub(crate) fn read(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (_, arguments, clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl<'de> ::payments_core::serde::Deserialize<'de> for #name #arguments #clause {
            fn deserialize<D: ::payments_core::serde::Deserializer<'de>>(
                _: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::core::result::Result::Err(::payments_core::serde::de::Error::custom(""))
            }
        }
    }
}

/// `impl FromJson` that reads nothing.
pub(crate) fn from_json(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::payments_core::json::FromJson for #name #arguments #clause {
            fn from_json(
                field: &'static ::core::primitive::str,
                _: &::core::primitive::str,
                _: ::payments_core::json::Reading,
            ) -> ::core::result::Result<Self, ::payments_core::error::Misuse> {
                ::core::result::Result::Err(::payments_core::error::Misuse::new(field, ""))
            }
        }
    }
}
