//! The type that a derive stands on: its fields, and what their types mean for the derive.

use quote::format_ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, Ident, Path, PathArguments, Type,
    Variant, Visibility,
};

use crate::attr::{self, Errors, Wire};
use crate::check::snake_case;

/// A struct with named fields.
pub(crate) struct Message {
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) fields: Vec<Field>,
}

/// A field of it.
pub(crate) struct Field {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The type as written.
    pub(crate) ty: Type,
    /// Without the `Option` around it, if it is optional.
    pub(crate) inner: Type,
    pub(crate) presence: Presence,
    pub(crate) kind: Kind,
    pub(crate) wire: Option<Wire>,
    /// Whether it is an enum of the fields that may be given.
    pub(crate) choice: bool,
    /// Whether there is a `#[wire]`, readable or not.
    wired: bool,
}

/// Whether a field has to be given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// `Option<T>`
    Optional,
    /// `Vec<T>`: empty if it is not given.
    List,
    /// Follows from its attribute: a constant, or the currency of an amount.
    Made,
}

/// What a type means for the derives, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `String`
    Text,
    /// `Secret<String>`
    Secret,
    /// `Money`
    Money,
    /// `f32`, `f64`
    Float,
    /// Small and `Copy`: integers, `bool`, `Decimal`, `Currency`.
    Plain,
    /// `Vec<T>`
    List,
    /// An open enum, another message, or what the compiler will refuse.
    Other,
}

/// An enum of the fields of which a request has one.
pub(crate) struct Choice {
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// Whether what is not chosen is written as empty text.
    pub(crate) unused_empty: bool,
    pub(crate) members: Vec<Member>,
}

/// A variant of it.
pub(crate) struct Member {
    pub(crate) variant: Ident,
    /// Nothing for the variant that stands for none of them.
    pub(crate) content: Option<Field>,
}

impl Choice {
    /// Reads the enum; `None`, reported, if it is not one of a value or none in each variant.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let Data::Enum(data) = &input.data else {
            errors.at(
                input.ident.span(),
                "`Choice` stands on an enum with a value in each variant",
            );
            return None;
        };
        if !input.generics.params.is_empty() {
            errors.push(syn::Error::new_spanned(
                &input.generics.params,
                "`Choice` takes no generics and no lifetimes",
            ));
            return None;
        }
        let unused_empty = attr::Choice::unused_empty(&input.attrs, errors);
        let mut members: Vec<Member> = Vec::new();
        for variant in &data.variants {
            let content = match &variant.fields {
                Fields::Unit => None,
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields
                    .unnamed
                    .first()
                    .map(|field| Field::of_variant(variant, &field.ty, errors)),
                Fields::Unnamed(_) | Fields::Named(_) => {
                    errors.at(
                        variant.ident.span(),
                        format!("write one value: `{}(String)`", variant.ident),
                    );
                    continue;
                }
            };
            members.push(Member {
                variant: variant.ident.clone(),
                content,
            });
        }
        Some(Self {
            vis: input.vis.clone(),
            name: input.ident.clone(),
            unused_empty,
            members,
        })
    }
}

/// A reply that is not read field by field: with amounts whose currency stands beside them, or with
/// fields that the provider spells in several ways.
pub(crate) struct Read {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<ReadField>,
    /// The function that reads a currency as the provider writes it, where there are amounts.
    pub(crate) spelling: Option<Path>,
}

/// A field of it.
pub(crate) struct ReadField {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) presence: Presence,
    pub(crate) serde: Vec<Attribute>,
    /// The form of an amount and the field that names its currency.
    pub(crate) form: Option<(Ident, Ident)>,
    pub(crate) spelt: Option<attr::Spelt>,
}

impl Read {
    /// Reads the type; `None`, reported, if it has no fields, or does not say how currencies are read
    /// and `derive` has amounts.
    pub(crate) fn of(input: &DeriveInput, derive: &str, errors: &mut Errors) -> Option<Self> {
        let priced = derive == "Priced";
        let spelling = priced.then(|| attr::spelling(input, errors));
        let (Data::Struct(data), true) = (&input.data, input.generics.params.is_empty()) else {
            errors.at(
                input.ident.span(),
                format!("`{derive}` stands on a struct without generics"),
            );
            return None;
        };
        let fields = data.fields.iter().filter_map(|field| {
            let (presence, inner) = match argument(&field.ty, "Option") {
                Some(inner) => (Presence::Optional, inner),
                None => (Presence::Required, &field.ty),
            };
            let form = attr::priced(&field.attrs, errors);
            if let Some((_, beside)) = &form {
                let known = |known: &syn::Field| known.ident.as_ref() == Some(beside);
                if kind(inner) != Kind::Money {
                    errors.push(syn::Error::new_spanned(
                        &field.ty,
                        "an amount is `Money` or `Option<Money>`",
                    ));
                }
                if !data.fields.iter().any(known) {
                    errors.at(beside.span(), format!("there is no field `{beside}`"));
                }
            }
            let is_serde = |attr: &&Attribute| attr.path().is_ident("serde");
            let name = field.ident.clone()?;
            Some(ReadField {
                ty: field.ty.clone(),
                presence,
                serde: field.attrs.iter().filter(is_serde).cloned().collect(),
                form,
                spelt: attr::spelt(&name, &field.attrs, errors),
                name,
            })
        });
        let fields: Vec<ReadField> = fields.collect();
        if !priced && fields.iter().all(|field| field.spelt.is_none()) {
            errors.at(
                input.ident.span(),
                "no field has another spelling: derive serde's `Deserialize`",
            );
        }
        Some(Self {
            name: input.ident.clone(),
            fields,
            spelling: match spelling {
                Some(spelling) => Some(spelling?),
                None => None,
            },
        })
    }
}

impl Message {
    /// Reads the type; `None`, reported, if it is not a plain struct with named fields.
    pub(crate) fn read(input: &DeriveInput, derive: &str, errors: &mut Errors) -> Option<Self> {
        let generics = &input.generics;
        if !generics.params.is_empty() {
            errors.push(syn::Error::new_spanned(
                &generics.params,
                format!(
                    "`{derive}` takes no generics and no lifetimes: a message owns plain fields"
                ),
            ));
            return None;
        }
        if let Some(clause) = &generics.where_clause {
            errors.at(
                clause.where_token.span(),
                format!("`{derive}` takes no `where` clause"),
            );
            return None;
        }
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => fields,
                Fields::Unnamed(_) | Fields::Unit => {
                    errors.at(
                        input.ident.span(),
                        format!(
                            "`{derive}` needs named fields: write `struct {} {{ … }}`",
                            input.ident
                        ),
                    );
                    return None;
                }
            },
            Data::Enum(data) => {
                errors.at(
                    data.enum_token.span(),
                    format!("`{derive}` stands on a struct; an open enum is written with `codes!`"),
                );
                return None;
            }
            Data::Union(data) => {
                errors.at(
                    data.union_token.span(),
                    format!("`{derive}` stands on a struct"),
                );
                return None;
            }
        };
        let read = fields.named.iter().filter_map(|field| {
            let name = field.ident.clone()?;
            let is_doc = |attr: &&Attribute| attr.path().is_ident("doc");
            let wire = Wire::read(&field.attrs, errors);
            let made = wire
                .as_ref()
                .is_some_and(|wire| wire.always.is_some() || wire.currency_of.is_some());
            let (presence, inner) = match argument(&field.ty, "Option") {
                _ if made => (Presence::Made, field.ty.clone()),
                Some(inner) => (Presence::Optional, inner.clone()),
                None if argument(&field.ty, "Vec").is_some() => (Presence::List, field.ty.clone()),
                None => (Presence::Required, field.ty.clone()),
            };
            Some(Field {
                docs: field.attrs.iter().filter(is_doc).cloned().collect(),
                vis: field.vis.clone(),
                name,
                ty: field.ty.clone(),
                kind: kind(&inner),
                inner,
                presence,
                wire,
                choice: attr::Choice::marks(&field.attrs),
                wired: field.attrs.iter().any(|attr| attr.path().is_ident("wire")),
            })
        });
        Some(Self {
            vis: input.vis.clone(),
            name: input.ident.clone(),
            fields: read.collect(),
        })
    }

    /// The field with this wire name.
    pub(crate) fn by_wire_name(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| {
            let wire = field.wire.as_ref();
            wire.is_some_and(|wire| wire.name.value() == name)
        })
    }

    /// All wire names, as they stand in the type.
    pub(crate) fn wire_names(&self) -> Vec<String> {
        let wires = self.fields.iter().filter_map(|field| field.wire.as_ref());
        wires.map(|wire| wire.name.value()).collect()
    }
}

impl Field {
    /// The name on the wire; the Rust name where none is given.
    pub(crate) fn wire_name(&self) -> String {
        match &self.wire {
            Some(wire) => wire.name.value(),
            None => self.rust_name(),
        }
    }

    /// The Rust name without `r#`.
    pub(crate) fn rust_name(&self) -> String {
        self.name.unraw().to_string()
    }

    /// Whether its `#[wire]` could not be read, which has been reported.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.wired && self.wire.is_none()
    }

    pub(crate) fn is_sensitive(&self) -> bool {
        let wire = self.wire.as_ref();
        wire.is_some_and(|wire| wire.sensitive.is_some())
    }

    /// The content of an enum's variant, under a name in snake case.
    pub(crate) fn of_variant(variant: &Variant, ty: &Type, errors: &mut Errors) -> Self {
        let is_doc = |attr: &&Attribute| attr.path().is_ident("doc");
        let name = snake_case(&variant.ident.unraw().to_string());
        let name = syn::parse_str::<Ident>(&name)
            .unwrap_or_else(|_| format_ident!("{name}_"))
            .to_string();
        Self {
            docs: variant.attrs.iter().filter(is_doc).cloned().collect(),
            vis: Visibility::Inherited,
            name: Ident::new(&name, variant.ident.span()),
            ty: ty.clone(),
            kind: kind(ty),
            inner: ty.clone(),
            presence: Presence::Required,
            wire: Wire::read(&variant.attrs, errors),
            choice: false,
            wired: variant
                .attrs
                .iter()
                .any(|attr| attr.path().is_ident("wire")),
        }
    }

    /// Whether it is a truth value that is written as 0 or 1.
    pub(crate) fn is_flag(&self) -> bool {
        let wire = self.wire.as_ref();
        wire.is_some_and(|wire| wire.flag.is_some())
    }

    /// Whether it is a code that is written as a number.
    pub(crate) fn is_number(&self) -> bool {
        let wire = self.wire.as_ref();
        wire.is_some_and(|wire| wire.number.is_some())
    }

    /// Whether its type is the one called `name`.
    pub(crate) fn is_of_type(&self, name: &str) -> bool {
        last_segment(&self.inner).is_some_and(|segment| segment.ident == name)
    }

    /// Whether it goes into the path of the request.
    pub(crate) fn is_in_path(&self) -> bool {
        let wire = self.wire.as_ref();
        wire.is_some_and(|wire| wire.path.is_some())
    }

    pub(crate) fn is_optional(&self) -> bool {
        self.presence == Presence::Optional
    }

    /// The float in the type, however deep, if there is one.
    pub(crate) fn float(&self) -> Option<&Ident> {
        float(&self.ty)
    }
}

fn kind(ty: &Type) -> Kind {
    let Some(segment) = last_segment(ty) else {
        return Kind::Other;
    };
    match segment.ident.to_string().as_str() {
        "String" => Kind::Text,
        "Secret" => match argument(ty, "Secret").map(kind) {
            Some(Kind::Text) => Kind::Secret,
            Some(_) | None => Kind::Other,
        },
        "Money" => Kind::Money,
        "f32" | "f64" => Kind::Float,
        "Decimal" | "Currency" | "bool" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize"
        | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Kind::Plain,
        "Vec" => Kind::List,
        _ => Kind::Other,
    }
}

fn float(ty: &Type) -> Option<&Ident> {
    let segment = last_segment(ty)?;
    if segment.ident == "f32" || segment.ident == "f64" {
        return Some(&segment.ident);
    }
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => float(ty),
        _ => None,
    })
}

/// `T` of `Wrapper<T>`.
fn argument<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let segment = last_segment(ty)?;
    if segment.ident != wrapper {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}
