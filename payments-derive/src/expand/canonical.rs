//! `impl Canonical`: the parts of the canonical string, streamed in order.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::ast::{Field, Kind, Message};
use crate::attr::Layout;
use crate::check::{Part, Signed, form};

/// `impl Canonical`
pub(crate) fn canonical(message: &Message, signed: &Signed<'_>) -> TokenStream {
    let Message { name, .. } = message;
    let Signed {
        keys,
        layout,
        parts,
    } = signed;
    let body = Body::new(layout, parts);
    let sink = Body::sink();
    let keys_name = match parts
        .iter()
        .any(|part| matches!(part, Part::Credential { .. }))
    {
        true => Ident::new("keys", Span::mixed_site()),
        false => Ident::new("_keys", Span::mixed_site()),
    };
    let sink_name = match body.writes() {
        true => sink,
        false => Ident::new("_sink", Span::mixed_site()),
    };
    let fields = destructured(message, parts);
    let reads_one_way = reads_one_way(message, layout, parts);
    let sensitive = sensitive(parts);
    let body = body.finish();
    quote! {
        #[automatically_derived]
        impl ::payments_core::signing::Canonical for #name {
            type Keys = #keys;
            #sensitive

            fn stream<S: ::payments_core::signing::Sink>(
                &self,
                #keys_name: &Self::Keys,
                #sink_name: &mut S,
            ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
                #fields
                #body
                ::core::result::Result::Ok(())
            }

            #reads_one_way
        }
    }
}

/// The names of the parts that are shown to nobody; nothing where there are none.
fn sensitive(parts: &[Part<'_>]) -> Option<TokenStream> {
    let names = parts.iter().filter_map(|part| match part {
        Part::Value { field, at, .. } if field.is_sensitive() => Some(at.value()),
        Part::Value { .. } | Part::Credential { .. } | Part::Text(_) => None,
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| {
        quote! {
            const SENSITIVE: &'static [&'static str] = &[#(#names),*];
        }
    })
}

/// The look at free values for names of parts; nothing where no value can hold one.
fn reads_one_way(message: &Message, layout: &Layout, parts: &[Part<'_>]) -> Option<TokenStream> {
    let Layout::Pairs(joiner) = layout else {
        return None;
    };
    let names = parts.iter().filter_map(|part| match part {
        Part::Value { at, .. } => Some(at.value()),
        Part::Credential { name, .. } => Some(name.clone()),
        Part::Text(_) => None,
    });
    let free = parts.iter().filter_map(|part| match part {
        // The text of an amount or a flag is digits.
        Part::Value {
            field, free: true, ..
        } if field.kind != Kind::Money && !field.is_flag() => Some(*field),
        Part::Value { .. } | Part::Credential { .. } | Part::Text(_) => None,
    });
    let free: Vec<&Field> = free.collect();
    let rest = (free.len() < message.fields.len()).then(|| quote!(..));
    // Not one of the fields, whatever they are called.
    let list = Ident::new("names", Span::mixed_site());
    let bindings = free.iter().map(|field| &field.name);
    let checks = free.iter().map(|field| {
        let (binding, name) = (&field.name, field.wire_name());
        quote! {
            ::payments_core::signing::canonical::check_names(#name, #joiner, #list, #binding)?;
        }
    });
    (!free.is_empty()).then(|| {
        quote! {
            fn reads_one_way(
                &self,
            ) -> ::core::result::Result<(), ::payments_core::signing::Refusal> {
                let Self { #(#bindings,)* #rest } = self;
                let #list = &[#(#names),*];
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// Takes the signed fields out of `self`, in the order of the type. Without `..` where all are
/// signed.
fn destructured(message: &Message, parts: &[Part<'_>]) -> TokenStream {
    let is_signed = |wanted: &&Field| {
        parts.iter().any(|part| match part {
            Part::Value { field, with, .. } => {
                field.name == wanted.name || with.iter().any(|other| other.name == wanted.name)
            }
            Part::Credential { .. } | Part::Text(_) => false,
        })
    };
    let names: Vec<&Ident> = message
        .fields
        .iter()
        .filter(is_signed)
        .map(|field| &field.name)
        .collect();
    if names.is_empty() {
        return TokenStream::new();
    }
    let rest = (names.len() < message.fields.len()).then(|| quote!(..));
    quote!(let Self { #(#names,)* #rest } = self;)
}

/// The statements of `stream`. Literals are kept back until something else follows, so that
/// neighbours become one.
struct Body {
    literal: String,
    code: TokenStream,
}

/// What is known about the parts before the next one.
enum Before {
    /// There are none.
    Nothing,
    /// Perhaps: if one of these is present.
    Perhaps(Vec<Ident>),
    /// There is one in any case.
    Something,
}

impl Body {
    fn new(layout: &Layout, parts: &[Part<'_>]) -> Self {
        let (text, pairs) = match layout {
            Layout::Join(text) => (text.value(), false),
            Layout::Pairs(text) => (text.value(), true),
        };
        let joining = if pairs {
            format!("{text}=")
        } else {
            text.clone()
        };
        let label = |name: &str| {
            if pairs {
                format!("{name}=")
            } else {
                String::new()
            }
        };
        let mut body = Self::empty();
        let mut before = Before::Nothing;
        for part in parts {
            match part {
                Part::Value {
                    field,
                    at,
                    free,
                    skip_absent,
                    with,
                } => {
                    let joining = if *free { "" } else { joining.as_str() };
                    let wire_name = at.value();
                    // The name of the binding, standing where the order names it.
                    let span = field.name.span().located_at(at.span());
                    let mut value = field.name.clone();
                    value.set_span(span);
                    if !skip_absent {
                        body.separate(&text, &before);
                        body.literal.push_str(&label(&wire_name));
                        body.value(field, &value, &wire_name, joining);
                        before = Before::Something;
                        continue;
                    }
                    let mut present = Self::empty();
                    present.separate(&text, &before);
                    present.literal.push_str(&label(&wire_name));
                    let mut any = vec![value.clone()];
                    any.extend(with.iter().map(|other| other.name.clone()));
                    body.push(if with.is_empty() {
                        present.present(field, &value, &wire_name, joining);
                        let present = present.finish();
                        quote! {
                            if let ::core::option::Option::Some(#value) = #value {
                                #present
                            }
                        }
                    } else {
                        // Nothing stands for one that is absent where another is there.
                        present.value(field, &value, &wire_name, joining);
                        let present = present.finish();
                        quote! {
                            if #(#any.is_some())||* {
                                #present
                            }
                        }
                    });
                    before = match before {
                        Before::Nothing => Before::Perhaps(any),
                        Before::Perhaps(mut values) => {
                            values.extend(any);
                            Before::Perhaps(values)
                        }
                        Before::Something => Before::Something,
                    };
                }
                Part::Credential { name, field } => {
                    body.separate(&text, &before);
                    body.literal.push_str(&label(name));
                    let sink = Self::sink();
                    // The whole argument stands on the name, for what the compiler says of it.
                    let at = field.span();
                    let keys = Ident::new("keys", Span::mixed_site().located_at(at));
                    let part = quote_spanned!(at=> &#keys.#field);
                    body.push(quote! {
                        #sink.secret(#name, ::payments_core::signing::check_key(
                            #name,
                            ::payments_core::signing::KeyPart::key_bytes(#part),
                        )?);
                    });
                    before = Before::Something;
                }
                Part::Text(constant) => {
                    body.separate(&text, &before);
                    body.literal.push_str(constant);
                    before = Before::Something;
                }
            }
        }
        body
    }

    fn empty() -> Self {
        Self {
            literal: String::new(),
            code: TokenStream::new(),
        }
    }

    fn sink() -> Ident {
        Ident::new("sink", Span::mixed_site())
    }

    fn writes(&self) -> bool {
        !self.code.is_empty() || !self.literal.is_empty()
    }

    fn separate(&mut self, text: &str, before: &Before) {
        match before {
            Before::Nothing => {}
            Before::Perhaps(values) => {
                let sink = Self::sink();
                self.push(quote! {
                    if #(#values.is_some())||* {
                        #sink.literal(#text);
                    }
                });
            }
            Before::Something => self.literal.push_str(text),
        }
    }

    /// A value that may be an `Option`: nothing stands for one that is absent.
    fn value(&mut self, field: &Field, value: &Ident, name: &str, joining: &str) {
        if (field.kind == Kind::Money || field.is_flag()) && field.is_optional() {
            let sink = Self::sink();
            let mut present = Self::empty();
            present.present(field, value, name, joining);
            let present = present.finish();
            self.push(quote! {
                match #value {
                    ::core::option::Option::Some(#value) => { #present }
                    ::core::option::Option::None => #sink.value(#name, ""),
                }
            });
        } else {
            self.present(field, value, name, joining);
        }
    }

    fn present(&mut self, field: &Field, value: &Ident, name: &str, joining: &str) {
        let sink = Self::sink();
        self.push(match form(field) {
            Some(form) => quote! {
                ::payments_core::signing::canonical::stream_money(
                    #sink, #name, #joining, ::payments_core::money::wire::Form::#form, *#value,
                )?;
            },
            None if field.is_flag() => quote! {
                ::payments_core::signing::canonical::stream_value(
                    #sink, #name, #joining, &::core::primitive::u32::from(*#value),
                )?;
            },
            None => quote! {
                ::payments_core::signing::canonical::stream_value(#sink, #name, #joining, #value)?;
            },
        });
    }

    fn push(&mut self, code: TokenStream) {
        self.flush();
        self.code.extend(code);
    }

    fn flush(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        if !literal.is_empty() {
            let sink = Self::sink();
            self.code.extend(quote!(#sink.literal(#literal);));
        }
    }

    fn finish(mut self) -> TokenStream {
        self.flush();
        self.code
    }
}
