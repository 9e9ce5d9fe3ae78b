//! The code that is written for a type that passed every check.

mod builder;
mod canonical;
mod choice;
mod json;
mod read;
mod rules;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::ast::{Field, Kind, Message, Presence};
use crate::check::{Rules, form};

pub(crate) use self::builder::builder;
pub(crate) use self::canonical::canonical;
pub(crate) use self::choice::choice;
pub(crate) use self::json::from_json;
pub(crate) use self::read::read;

/// The builder, the accessors, `Wire`, `Value` and `Debug`.
pub(crate) fn request(message: &Message, rules: &Rules<'_>) -> TokenStream {
    let mut out = builder(message, &builder::checks(message, rules));
    out.extend(accessors(message));
    out.extend(wire(message, &visits(message)));
    out.extend(debug(message));
    out
}

/// One per field: text as `&str`, small types by value, all others by reference.
pub(crate) fn accessors(message: &Message) -> TokenStream {
    let Message { vis, name, fields } = message;
    if fields.is_empty() {
        return TokenStream::new();
    }
    // A field called `builder` has been reported; one function of that name is enough.
    let fields = fields.iter().filter(|field| field.name != "builder");
    let accessors = fields.map(|field| {
        let Field { name, inner, .. } = field;
        let docs = docs(field, "The field");
        let (ty, value) = accessor(field, name, inner);
        quote! {
            #docs
            #[must_use]
            #vis fn #name(&self) -> #ty {
                #value
            }
        }
    });
    quote! {
        #[automatically_derived]
        #[allow(
            clippy::should_implement_trait,
            clippy::wrong_self_convention,
            reason = "an accessor is called as its field"
        )]
        impl #name {
            #(#accessors)*
        }
    }
}

fn accessor(field: &Field, name: &Ident, inner: &Type) -> (TokenStream, TokenStream) {
    let text = quote!(&::core::primitive::str);
    match (field.presence, field.kind) {
        (Presence::Made, _) => (quote!(#inner), quote!(self.#name)),
        (Presence::Optional, Kind::Text) => (
            quote!(::core::option::Option<#text>),
            quote!(self.#name.as_deref()),
        ),
        (Presence::Optional, Kind::Money | Kind::Plain | Kind::Float) => {
            (quote!(::core::option::Option<#inner>), quote!(self.#name))
        }
        (Presence::Optional, Kind::Secret | Kind::List | Kind::Other) => (
            quote!(::core::option::Option<&#inner>),
            quote!(self.#name.as_ref()),
        ),
        (Presence::Required | Presence::List, Kind::Text) => (text, quote!(&self.#name)),
        (Presence::Required | Presence::List, Kind::Money | Kind::Plain | Kind::Float) => {
            (quote!(#inner), quote!(self.#name))
        }
        (Presence::Required | Presence::List, Kind::Secret | Kind::List | Kind::Other) => {
            (quote!(&#inner), quote!(&self.#name))
        }
    }
}

fn visits(message: &Message) -> TokenStream {
    let out = Ident::new("out", Span::mixed_site());
    let fields = message.fields.iter().filter(|field| !field.is_in_path());
    let visits = fields.map(|field| {
        let Field { name, .. } = field;
        if field.choice {
            return quote!(::payments_core::wire::Wire::visit(&self.#name, #out););
        }
        let by_value = form(field).is_some() || field.is_flag();
        if field.is_optional() && (by_value || field.is_number()) {
            let visit = visit(field, &quote!(#name), &quote!(*#name));
            return quote! {
                if let ::core::option::Option::Some(#name) = &self.#name {
                    #visit
                }
            };
        }
        // Standing on the type, for what the compiler says of one that cannot be written.
        let borrowed = quote_spanned!(field.ty.span()=> &self.#name);
        visit(field, &borrowed, &quote!(self.#name))
    });
    quote!(#(#visits)*)
}

/// Writes one present value, given as a reference and as itself.
pub(crate) fn visit(field: &Field, borrowed: &TokenStream, itself: &TokenStream) -> TokenStream {
    let out = Ident::new("out", Span::mixed_site());
    let wire_name = field.wire_name();
    if let Some(form) = form(field) {
        return quote! {
            ::payments_core::wire::put_money(
                #wire_name, ::payments_core::money::wire::Form::#form, #itself, #out,
            );
        };
    }
    if field.is_flag() {
        return quote!(::payments_core::wire::put_flag(#wire_name, #itself, #out););
    }
    if field.is_number() {
        let Field { inner, .. } = field;
        return quote! {
            ::payments_core::wire::put_number(#wire_name, <#inner>::as_str(#borrowed), #out);
        };
    }
    quote!(::payments_core::wire::Value::put(#borrowed, #wire_name, #out);)
}

/// `impl Wire` with these visits, and `impl Value` by it.
pub(crate) fn wire(message: &Message, visits: &TokenStream) -> TokenStream {
    let Message { name, .. } = message;
    let out = match visits.is_empty() {
        true => Ident::new("_out", Span::mixed_site()),
        false => Ident::new("out", Span::mixed_site()),
    };
    quote! {
        #[automatically_derived]
        impl ::payments_core::wire::Wire for #name {
            fn visit(&self, #out: &mut dyn ::payments_core::wire::Fields) {
                #visits
            }
        }

        #[automatically_derived]
        impl ::payments_core::wire::Value for #name {
            fn put(&self, name: &::core::primitive::str, out: &mut dyn ::payments_core::wire::Fields) {
                out.object(name, self);
            }
        }
    }
}

/// `impl Debug`, with `***` for what is sensitive.
pub(crate) fn debug(message: &Message) -> TokenStream {
    let Message { name, fields, .. } = message;
    let type_name = name.to_string();
    let fields = fields.iter().map(|field| {
        let Field { name, .. } = field;
        let shown = match (field.is_sensitive(), field.is_optional()) {
            (false, _) => quote!(&self.#name),
            (true, false) => quote!(&::core::format_args!("***")),
            (true, true) => quote! {
                &match &self.#name {
                    ::core::option::Option::Some(_) => ::core::format_args!("Some(***)"),
                    ::core::option::Option::None => ::core::format_args!("None"),
                }
            },
        };
        let label = field.rust_name();
        quote!(.field(#label, #shown))
    });
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                out.debug_struct(#type_name)#(#fields)*.finish()
            }
        }
    }
}

/// The field's own docs, or a sentence in their place.
fn docs(field: &Field, verb: &str) -> TokenStream {
    if field.docs.is_empty() {
        let sentence = format!("{verb} `{}`.", field.wire_name());
        return quote!(#[doc = #sentence]);
    }
    let docs = &field.docs;
    quote!(#(#docs)*)
}
