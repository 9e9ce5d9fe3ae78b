//! The type that a derive stands on: its fields, and what their types mean for the derive.

use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, Ident, PathArguments, Type, Visibility,
};

use crate::attr::{Errors, Wire};

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
            let (presence, inner) = match argument(&field.ty, "Option") {
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
                wire: Wire::read(&field.attrs, errors),
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
