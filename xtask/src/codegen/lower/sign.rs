//! Signatures: what is signed in which order, and the vectors that prove it.

use serde_saphyr::{Location, Spanned};

use super::super::load::node::{Node, Value};
use super::super::load::raw;
use super::super::model::{Credential, Entry, Field, Kind, Place, Scheme, Signature, Vector};
use super::{Lowering, wire_names};

impl<'a> Lowering<'a> {
    pub(super) fn signature(
        &mut self,
        schema: &'a raw::Schema,
        fields: &[Field],
    ) -> Option<Signature> {
        let spanned = schema.signature.as_ref()?;
        let raw = &spanned.value;
        let (joiner, pairs) = match (&raw.layout.value.join, &raw.layout.value.pairs) {
            (Some(joiner), None) => (joiner.clone(), false),
            (None, Some(joiner)) => (joiner.clone(), true),
            (_, _) => {
                self.problems.add(
                    raw.layout.referenced,
                    "the layout is not clear",
                    "write either { join: \"|\" } or { pairs: \"&\" }",
                );
                return None;
            }
        };
        let before = self.problems.count();
        let mut order: Vec<Entry> = Vec::new();
        for node in &raw.order {
            let Some(entry) = self.entry(node, fields, pairs) else {
                continue;
            };
            let literal = matches!(entry, Entry::Literal(_));
            if !literal && order.contains(&entry) {
                self.twice(node.referenced, &shown(&entry));
            }
            order.push(entry);
        }
        let key = self.mac_key(raw, spanned.referenced);
        let place = self.place(&raw.place, fields)?;
        let used = |name: &str| {
            key.as_deref() == Some(name) || order.contains(&Entry::Credential(name.to_owned()))
        };
        let uses: Vec<Credential> = self
            .credential_names()
            .into_iter()
            .filter(|name| used(name))
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|name| self.credential(name))
            .collect();
        if uses.is_empty() && self.problems.count() == before {
            self.problems.add(
                spanned.referenced,
                "the signature uses no secret, so anyone could make it",
                "put a `$key` into the order, or take a scheme with a key",
            );
        }
        Some(Signature {
            scheme: raw.scheme,
            key,
            joiner,
            pairs,
            order,
            place,
            text: raw.text,
            uses,
        })
    }

    fn entry(&mut self, node: &'a Spanned<Node>, fields: &[Field], pairs: bool) -> Option<Entry> {
        let known = wire_names(fields);
        match &node.value {
            Node::Text(text) => {
                let name = Spanned::new(text.clone(), node.referenced, node.defined);
                let Some(credential) = text.strip_prefix('$') else {
                    return self.signed_field(&name, &known, fields, false);
                };
                let credentials = self.credential_names();
                if !credentials.contains(&credential) {
                    let credentials: Vec<_> =
                        credentials.iter().map(|name| format!("${name}")).collect();
                    let credentials: Vec<_> = credentials.iter().map(String::as_str).collect();
                    self.problems
                        .unknown_name(&name, "credential", &credentials);
                    return None;
                }
                Some(Entry::Credential(credential.to_owned()))
            }
            Node::Map(map) => {
                let mut entries = map.iter();
                let (Some((key, value)), None) = (entries.next(), entries.next()) else {
                    self.unclear_entry(node.referenced);
                    return None;
                };
                match (key.value.as_str(), &value.value) {
                    ("free", Node::Text(text)) => {
                        let name = Spanned::new(text.clone(), value.referenced, value.defined);
                        self.signed_field(&name, &known, fields, true)
                    }
                    ("free", Node::Map(_)) => match self.entry(value, fields, pairs)? {
                        Entry::Field {
                            name,
                            free: false,
                            skip_absent,
                        } => Some(Entry::Field {
                            name,
                            free: true,
                            skip_absent,
                        }),
                        Entry::Field { free: true, .. }
                        | Entry::Credential(_)
                        | Entry::Literal(_) => {
                            self.unclear_entry(key.referenced);
                            None
                        }
                    },
                    ("skip-absent", Node::Text(_)) if pairs => {
                        self.skipped_field(std::slice::from_ref(value), &known, fields)
                    }
                    ("skip-absent", Node::List(names)) if pairs => {
                        self.skipped_field(names, &known, fields)
                    }
                    ("literal", Node::Text(text)) if !pairs => Some(Entry::Literal(text.clone())),
                    (_, _) => {
                        self.unclear_entry(key.referenced);
                        None
                    }
                }
            }
            Node::Null | Node::Bool(_) | Node::Number | Node::List(_) => {
                self.unclear_entry(node.referenced);
                None
            }
        }
    }

    fn unclear_entry(&mut self, at: Location) {
        self.problems.add(
            at,
            "this cannot stand in an order list",
            "write a field, $credential, { free: field }, where parts are pairs { skip-absent: field } (both: { free: { skip-absent: field } }), or, where parts are joined, { literal: text }",
        );
    }

    fn signed_field(
        &mut self,
        name: &Spanned<String>,
        known: &[&str],
        fields: &[Field],
        free: bool,
    ) -> Option<Entry> {
        let Some(field) = fields.iter().find(|field| field.wire == name.value) else {
            self.problems.unknown_name(name, "signed field", known);
            return None;
        };
        match field.kind {
            _ if field.member => {
                self.problems.add(
                    name.referenced,
                    format!("`{}` is one of a choice and may be absent", name.value),
                    "sign what is always there",
                );
                None
            }
            Kind::Object(_) | Kind::List(_) | Kind::Texts | Kind::Secret => {
                self.problems.add(
                    name.referenced,
                    format!("`{}` has no exact text that could be signed", name.value),
                    "sign texts, integers, booleans, codes and money",
                );
                None
            }
            Kind::Text
            | Kind::LenientText
            | Kind::Bool
            | Kind::Flag
            | Kind::Integer
            | Kind::LenientInteger
            | Kind::Decimal
            | Kind::Money(_)
            | Kind::Code { .. } => Some(Entry::Field {
                name: name.value.clone(),
                free,
                skip_absent: Vec::new(),
            }),
        }
    }

    /// A field that is left out where it and those after it in the list are absent.
    fn skipped_field(
        &mut self,
        names: &'a [Spanned<Node>],
        known: &[&str],
        fields: &[Field],
    ) -> Option<Entry> {
        let mut group = Vec::new();
        for node in names {
            let Node::Text(text) = &node.value else {
                self.unclear_entry(node.referenced);
                return None;
            };
            let name = Spanned::new(text.clone(), node.referenced, node.defined);
            self.signed_field(&name, known, fields, false)?;
            if fields
                .iter()
                .any(|field| field.wire == *text && field.required)
            {
                self.problems.add(
                    node.referenced,
                    format!("`{text}` is required and never absent"),
                    "write its name alone, or take it out of `required`",
                );
                return None;
            }
            group.push(text.clone());
        }
        Some(Entry::Field {
            name: group.first()?.clone(),
            free: false,
            skip_absent: group,
        })
    }

    fn mac_key(&mut self, raw: &raw::Signature, at: Location) -> Option<String> {
        match (raw.scheme, &raw.key) {
            (Scheme::HmacSha256, Some(key)) => {
                let known = self.credential_names();
                if !known.contains(&key.value.as_str()) {
                    self.problems.unknown_name(key, "key", &known);
                    return None;
                }
                Some(key.value.clone())
            }
            (Scheme::HmacSha256, None) => {
                self.problems.add(
                    at,
                    "the MAC has no key",
                    "add `key:` with the name of a key",
                );
                None
            }
            (Scheme::Sha256 | Scheme::Md5, Some(key)) => {
                self.problems.add(
                    key.referenced,
                    "a plain digest takes no key",
                    "put `$name` into the order, or take hmac-sha256",
                );
                None
            }
            (Scheme::Sha256 | Scheme::Md5, None) => None,
        }
    }

    fn place(&mut self, place: &Spanned<raw::Place>, fields: &[Field]) -> Option<Place> {
        match (&place.value.header, &place.value.field) {
            (Some(header), None) => Some(Place::Header(header.value.to_ascii_lowercase())),
            (None, Some(field)) => {
                if fields.iter().any(|known| known.wire == field.value) {
                    self.problems.add(
                        field.referenced,
                        format!("`{}` is a property too", field.value),
                        "take it out of the properties: the signature is no part of the message",
                    );
                }
                Some(Place::Field(field.value.clone()))
            }
            (_, _) => {
                self.problems.add(
                    place.referenced,
                    "the place of the signature is not clear",
                    "write either { header: name } or { field: name }",
                );
                None
            }
        }
    }

    pub(super) fn vectors(
        &mut self,
        name: &Spanned<String>,
        schema: &'a raw::Schema,
        fields: &[Field],
        signature: Option<&Signature>,
    ) -> Vec<Vector> {
        let Some(signed) = &schema.signature else {
            for vector in &schema.vectors {
                self.problems.add(
                    vector.name.referenced,
                    format!("`{}` is not signed", name.value),
                    "add x-signature, or take x-vectors out",
                );
            }
            return Vec::new();
        };
        if schema
            .vectors
            .iter()
            .all(|vector| vector.rejected.is_some())
        {
            self.problems.add(
                signed.referenced,
                format!("`{}` is signed and has no vector", name.value),
                "add x-vectors with given, keys, canonical, signature and source; take the digest with another tool",
            );
        }
        let mut vectors = Vec::new();
        for raw in &schema.vectors {
            let vector = Vector {
                name: raw.name.value.clone(),
                given: self.value(&raw.given),
                keys: raw
                    .keys
                    .iter()
                    .map(|(name, value)| (name.value.clone(), value.clone()))
                    .collect(),
                canonical: raw.canonical.as_ref().map(|text| text.value.clone()),
                signature: raw.signature.as_ref().map(|text| text.value.clone()),
                rejected: raw.rejected.as_ref().map(|text| text.value.clone()),
                source: raw.source.clone(),
            };
            self.check_vector(raw, &vector, fields, signature);
            vectors.push(vector);
        }
        vectors
    }

    fn check_vector(
        &mut self,
        raw: &'a raw::Vector,
        vector: &Vector,
        fields: &[Field],
        signature: Option<&Signature>,
    ) {
        if vector.signature.is_some() == vector.rejected.is_some() {
            self.problems.add(
                raw.name.referenced,
                format!("the vector `{}` proves nothing, or two things", vector.name),
                "give it either `signature:` or `rejected:`",
            );
        }
        if vector.signature.is_some() && vector.canonical.is_none() {
            self.problems.add(
                raw.name.referenced,
                format!("the vector `{}` has no canonical string", vector.name),
                "add `canonical:`",
            );
        }
        let known = wire_names(fields);
        if let Node::Map(given) = &raw.given.value {
            for (name, _) in given.iter() {
                if !known.contains(&name.value.as_str()) {
                    self.problems.unknown_name(name, "field", &known);
                }
            }
        }
        let Some(signature) = signature else {
            return;
        };
        let mut complete = true;
        for used in &signature.uses {
            if raw.keys.get(&used.wire).is_none() {
                complete = false;
                self.problems.add(
                    raw.name.referenced,
                    format!("the vector `{}` lacks the key `{}`", vector.name, used.wire),
                    format!("add `keys: {{ {}: … }}`", used.wire),
                );
            }
        }
        if let Some(canonical) = raw.canonical.as_ref().filter(|_| complete) {
            let found = join(signature, vector);
            if canonical.value != found {
                self.problems.add(
                    canonical.referenced,
                    format!(
                        "the order list gives another canonical string for `{}`",
                        vector.name
                    ),
                    format!("it gives: {found}"),
                );
            }
        }
    }
}

fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Field { name, .. } => name.clone(),
        Entry::Credential(name) => format!("${name}"),
        Entry::Literal(text) => text.clone(),
    }
}

/// The canonical string by the shortest way there is: nothing here is shared with the library.
fn join(signature: &Signature, vector: &Vector) -> String {
    let parts: Vec<String> = signature
        .order
        .iter()
        .filter(|entry| match entry {
            Entry::Field { skip_absent, .. } => {
                let given = |name: &String| vector.given.field(name).is_some();
                skip_absent.is_empty() || skip_absent.iter().any(given)
            }
            Entry::Credential(_) | Entry::Literal(_) => true,
        })
        .map(|entry| {
            let (name, text) = match entry {
                Entry::Field { name, .. } => {
                    let text = vector.given.field(name).and_then(Value::scalar);
                    (name.as_str(), text.unwrap_or_default())
                }
                Entry::Credential(name) => {
                    let key = vector.keys.iter().find(|(known, _)| known == name);
                    let text = key.map(|(_, text)| text.clone()).unwrap_or_default();
                    (name.as_str(), text)
                }
                Entry::Literal(text) => ("", text.clone()),
            };
            if signature.pairs {
                format!("{name}={text}")
            } else {
                text
            }
        })
        .collect();
    parts.join(&signature.joiner)
}
