//! The builder of a request, with what its `build` checks.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::docs;
use crate::ast::{Field, Kind, Message, Presence};
use crate::attr::Keyed;
use crate::check::{Group, Rules, form};

/// A required field, with what the builder calls it.
struct Slot<'a> {
    field: &'a Field,
    /// The type parameter that says whether it was given.
    parameter: Ident,
    /// The trait that says that it was.
    given: Ident,
}

fn slots(message: &Message) -> Vec<Slot<'_>> {
    let mut taken = BTreeSet::new();
    let required = message
        .fields
        .iter()
        .filter(|field| field.presence == Presence::Required);
    let slots = required.map(|field| {
        let mut camel = camel_case(&field.rust_name());
        while !taken.insert(camel.clone()) {
            camel.push('_');
        }
        Slot {
            field,
            parameter: format_ident!("T{camel}"),
            given: format_ident!("Has{camel}"),
        }
    });
    slots.collect()
}

fn camel_case(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut chars = word.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        first.chain(chars).collect::<String>()
    });
    words.collect()
}

/// The builder; `checks` stand in its `build`, where every field is a variable.
pub(crate) fn builder(message: &Message, checks: &TokenStream) -> TokenStream {
    let Message { vis, name, fields } = message;
    let slots = slots(message);
    let builder = format_ident!("{name}Builder", span = name.span());
    let parameters: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    let parameter_of = |field: &Field| {
        let slot = slots.iter().find(|slot| slot.field.name == field.name);
        slot.map(|slot| &slot.parameter)
    };
    let all_names = fields.iter().map(|field| &field.name);
    let given: Vec<&Field> = fields.iter().filter(|field| is_given(field)).collect();
    let field_names: Vec<&Ident> = given.iter().map(|field| &field.name).collect();
    let field_types = given.iter().map(|field| match parameter_of(field) {
        Some(parameter) => parameter.to_token_stream(),
        None => field.ty.to_token_stream(),
    });
    let starts = given.iter().map(|field| match field.presence {
        Presence::Required | Presence::Made => quote!(::payments_core::build::Missing),
        Presence::Optional => quote!(::core::option::Option::None),
        Presence::List => quote!(::std::vec::Vec::new()),
    });
    // A field called `build` has been reported; one method of that name is enough.
    let setters = given.iter().filter(|field| field.name != "build");
    let setters = setters.map(|field| setter(message, &builder, &slots, field));
    let traits = slots.iter().map(|slot| given_trait(message, slot));
    let (givens, required): (Vec<&Ident>, Vec<&Ident>) = slots
        .iter()
        .map(|slot| (&slot.given, &slot.field.name))
        .unzip();
    let about =
        format!("Builds a [`{name}`]: give every required field, then [`build`](Self::build).");
    let starting = format!("Starts a [`{name}`], which the builder's `build` finishes.");
    let finishing = format!("Checks the fields and makes the [`{name}`].");
    let unbuilt = format!("a `{name}` is made by `.build()`");
    quote! {
        #[doc = #about]
        #[must_use = #unbuilt]
        #vis struct #builder<#(#parameters = ::payments_core::build::Missing),*> {
            #(#field_names: #field_types,)*
        }

        const _: () = {
            #(#traits)*

            #[automatically_derived]
            impl #name {
                #[doc = #starting]
                #vis fn builder() -> #builder {
                    #builder {
                        #(#field_names: #starts,)*
                    }
                }
            }

            #[automatically_derived]
            #[allow(
                clippy::should_implement_trait,
                clippy::wrong_self_convention,
                reason = "a setter is called as its field"
            )]
            impl<#(#parameters),*> #builder<#(#parameters),*> {
                #(#setters)*

                #[doc = #finishing]
                ///
                /// # Errors
                /// [`Misuse`](::payments_core::error::Misuse) with the wire name of a field that is
                /// not as described, and what it must be.
                #vis fn build(
                    self,
                ) -> ::core::result::Result<#name, ::payments_core::error::Misuse>
                where
                    #(#parameters: #givens,)*
                {
                    let Self { #(#field_names,)* } = self;
                    #(let #required = #givens::given(#required);)*
                    #checks
                    ::core::result::Result::Ok(#name { #(#all_names,)* })
                }
            }
        };
    }
}

/// The trait by which the compiler names a field that is missing.
fn given_trait(message: &Message, slot: &Slot<'_>) -> TokenStream {
    let Message { vis, name, .. } = message;
    let Slot { field, given, .. } = slot;
    let Field { ty, .. } = field;
    let field_name = field.rust_name();
    let lacks = format!("`{name}` lacks its `{field_name}`");
    let call = format!("call `.{}(…)` before `.build()`", field.name);
    let note = format!(
        "`{field_name}` is `{}` on the wire and is required",
        field.wire_name()
    );
    quote! {
        #[diagnostic::on_unimplemented(message = #lacks, label = #call, note = #note)]
        #[doc(hidden)]
        #vis trait #given {
            fn given(self) -> #ty;
        }

        #[automatically_derived]
        impl #given for ::payments_core::build::Given<#ty> {
            fn given(self) -> #ty {
                self.0
            }
        }
    }
}

fn setter(message: &Message, builder: &Ident, slots: &[Slot<'_>], field: &Field) -> TokenStream {
    let Message { vis, fields, .. } = message;
    let Field { name, inner, .. } = field;
    let docs = docs(field, "Sets");
    let (argument, value) = match field.kind {
        Kind::Text | Kind::Secret | Kind::Other => (
            quote!(impl ::core::convert::Into<#inner>),
            quote!(::core::convert::Into::into(#name)),
        ),
        Kind::Money | Kind::Plain | Kind::Float | Kind::List => (quote!(#inner), quote!(#name)),
    };
    let assigned = match field.presence {
        Presence::Required => {
            let parameters = slots.iter().map(|slot| match slot.field.name == *name {
                true => quote!(::payments_core::build::Given<#inner>),
                false => slot.parameter.to_token_stream(),
            });
            let others = fields
                .iter()
                .filter(|field| is_given(field))
                .map(|field| &field.name)
                .filter(|other| *other != name);
            return quote! {
                #docs
                #vis fn #name(self, #name: #argument) -> #builder<#(#parameters),*> {
                    #builder {
                        #name: ::payments_core::build::Given(#value),
                        #(#others: self.#others,)*
                    }
                }
            };
        }
        Presence::Optional => quote!(::core::option::Option::Some(#value)),
        Presence::List | Presence::Made => value,
    };
    quote! {
        #docs
        #vis fn #name(mut self, #name: #argument) -> Self {
            self.#name = #assigned;
            self
        }
    }
}

/// Whether the caller gives it; what does not follows from its attribute.
fn is_given(field: &Field) -> bool {
    field.presence != Presence::Made
}

/// What the fields, and then the groups of fields, have to keep to; and after that what follows.
pub(super) fn checks(message: &Message, rules: &Rules<'_>) -> TokenStream {
    let fields = message.fields.iter().map(field_check);
    let groups = rules.exactly_one.iter().map(group_check);
    let made = message.fields.iter().map(|field| made(message, field));
    let between = rules.between.iter().map(super::rules::check);
    quote!(#(#fields)* #(#groups)* #(#between)* #(#made)*)
}

/// The variable of a field that is not given.
fn made(message: &Message, field: &Field) -> TokenStream {
    let Field { name, wire, .. } = field;
    let Some(wire) = wire else {
        return TokenStream::new();
    };
    if let Some(always) = &wire.always {
        let value = &always.value;
        return quote!(let #name = #value;);
    }
    let (Some(amounts), Some(spelling)) = (&wire.currency_of, &wire.spelling) else {
        return TokenStream::new();
    };
    let found: Vec<&Field> = amounts
        .value
        .iter()
        .filter_map(|amount| message.by_wire_name(&amount.value()))
        .collect();
    let (wire_name, spelling) = (wire.name.value(), &spelling.value);
    let currencies = found.iter().map(|field| {
        let Field { name, .. } = field;
        if field.is_optional() {
            quote!(#name.map(|amount| amount.currency()))
        } else {
            quote!(::core::option::Option::Some(#name.currency()))
        }
    });
    let currencies = quote!(&[#(#currencies),*]);
    match found.iter().find(|field| !field.is_optional()) {
        Some(Field { name: amount, .. }) => quote! {
            let #name = ::payments_core::build::currency(
                #wire_name, #amount.currency(), #currencies, #spelling,
            )?;
        },
        None => quote! {
            let #name = ::payments_core::build::optional_currency(
                #wire_name, #currencies, #spelling,
            )?;
        },
    }
}

fn field_check(field: &Field) -> TokenStream {
    let Field { name, .. } = field;
    if field.choice {
        return quote!(::payments_core::build::Choice::check(&#name)?;);
    }
    // Inside an `Option`, the variable of the pattern is a reference.
    let check = value_check(field, field.is_optional());
    if field.is_optional() && !check.is_empty() {
        quote! {
            if let ::core::option::Option::Some(#name) = &#name {
                #check
            }
        }
    } else {
        check
    }
}

/// What one present value has to keep to; `borrowed` where its variable is a reference.
pub(super) fn value_check(field: &Field, borrowed: bool) -> TokenStream {
    let Field { name, wire, .. } = field;
    let Some(wire) = wire.as_ref().filter(|_| is_given(field)) else {
        return TokenStream::new();
    };
    let wire_name = wire.name.value();
    let value = if borrowed {
        quote!(*#name)
    } else {
        quote!(#name)
    };
    let bound = |written: &Option<Keyed<i64>>| {
        let written = written.as_ref();
        written.map(|bound| Literal::i64_unsuffixed(bound.value).to_token_stream())
    };
    let (min, max) = (bound(&wire.min), bound(&wire.max));
    match field.kind {
        Kind::Text | Kind::Secret => {
            let min = min.unwrap_or_else(|| quote!(0));
            let max = max.unwrap_or_else(|| quote!(::core::primitive::usize::MAX));
            let chars = wire
                .chars
                .as_ref()
                .map(|chars| chars.value.value())
                .unwrap_or_default();
            let text = match (field.kind, borrowed) {
                (Kind::Secret, _) => quote!(#name.expose()),
                (_, true) => quote!(#name),
                (_, false) => quote!(&#name),
            };
            let link = wire
                .link
                .as_ref()
                .map(|_| quote!(::payments_core::build::link(#wire_name, #text)?;));
            let time = wire
                .time
                .as_ref()
                .map(|_| quote!(::payments_core::build::time(#wire_name, #text)?;));
            quote! {
                ::payments_core::build::text(
                    #wire_name,
                    #text,
                    ::payments_core::build::TextRule { min: #min, max: #max, chars: #chars },
                )?;
                #link
                #time
            }
        }
        Kind::Money => {
            let positive = wire
                .positive
                .as_ref()
                .map(|_| quote!(::payments_core::build::positive(#wire_name, #value)?;));
            let fits = form(field).map(|form| {
                quote! {
                    ::payments_core::build::money(
                        #wire_name, #value, ::payments_core::money::wire::Form::#form,
                    )?;
                }
            });
            let only = wire.only.as_ref().map(|only| {
                let code = &only.value;
                quote!(::payments_core::build::only_in(#wire_name, #value, #code)?;)
            });
            quote!(#only #positive #fits)
        }
        Kind::Plain if min.is_some() || max.is_some() => {
            let min = min.unwrap_or_else(|| quote!(::core::primitive::i64::MIN));
            let max = max.unwrap_or_else(|| quote!(::core::primitive::i64::MAX));
            quote!(::payments_core::build::integer(#wire_name, #value, #min, #max)?;)
        }
        Kind::Other if field.is_number() => {
            quote!(::payments_core::build::number(#wire_name, #name.as_str())?;)
        }
        Kind::Plain | Kind::Float | Kind::List | Kind::Other => TokenStream::new(),
    }
}

fn group_check(group: &Group<'_>) -> TokenStream {
    let Group { names, fields } = group;
    let names_of_fields = fields.iter().map(|field| &field.name);
    quote! {
        ::payments_core::build::exactly_one(#names, &[#(#names_of_fields.is_some()),*])?;
    }
}
