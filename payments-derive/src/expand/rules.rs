//! What `build` checks of several fields together.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ast::{Field, Presence};
use crate::attr::Test;
use crate::check::Between;

pub(super) fn check(rule: &Between<'_>) -> TokenStream {
    let none = quote!(::core::option::Option::None);
    let when = match rule.when {
        Some(_) => quote!(::core::option::Option::Some(&when)),
        None => none,
    };
    let needs = rule.needs.iter().map(|field| {
        let (name, given) = (field.wire_name(), given(field));
        quote!(::payments_core::build::needed(#name, #given, #when)?;)
    });
    let lacks = rule.lacks.iter().map(|field| {
        let (name, given) = (field.wire_name(), given(field));
        quote!(::payments_core::build::lacking(#name, #given, #when)?;)
    });
    let fits = rule.fits.iter().map(|(field, written)| {
        let (name, value, test) = (field.wire_name(), value(field), test(written));
        quote!(::payments_core::build::fitting(#name, #value, &#test, #when)?;)
    });
    let at_most = rule.at_most.iter().map(|(field, most)| {
        let (name, list) = (field.wire_name(), &field.name);
        let most = Literal::usize_unsuffixed(*most);
        quote!(::payments_core::build::at_most(#name, #list.len(), #most, #when)?;)
    });
    let checks = quote!(#(#needs)* #(#lacks)* #(#fits)* #(#at_most)*);
    let Some((field, written, unless)) = rule.when else {
        return checks;
    };
    let (name, value, test) = (field.wire_name(), value(field), test(written));
    quote! {
        {
            let when = ::payments_core::build::When {
                field: #name,
                test: #test,
                unless: #unless,
            };
            if when.applies(#value) {
                #checks
            }
        }
    }
}

/// The field's value, if it has one.
fn value(field: &Field) -> TokenStream {
    let name = &field.name;
    if field.is_optional() {
        quote!(#name.as_ref())
    } else {
        quote!(::core::option::Option::Some(&#name))
    }
}

/// Whether it has one.
fn given(field: &Field) -> TokenStream {
    let name = &field.name;
    if field.presence == Presence::List {
        quote!(!#name.is_empty())
    } else {
        quote!(#name.is_some())
    }
}

fn test(test: &Test) -> TokenStream {
    let bound = |bound: Option<i64>| match bound {
        Some(bound) => {
            let bound = Literal::i64_unsuffixed(bound);
            quote!(::core::option::Option::Some(#bound))
        }
        None => quote!(::core::option::Option::None),
    };
    let (is, not, min, max) = (&test.is, &test.not, bound(test.min), bound(test.max));
    quote! {
        ::payments_core::build::Test {
            is: &[#(#is),*],
            not: &[#(#not),*],
            min: #min,
            max: #max,
        }
    }
}
