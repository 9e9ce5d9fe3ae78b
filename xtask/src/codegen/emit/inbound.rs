//! `inbound.rs`: what the provider sends on its own.

use super::super::model::{
    Credential, CredentialKind, Doc, Entry, Field, Kind, Message, Notice, Provider, Sensitive,
    Signature, Tag,
};
use super::messages::{canonical, comparable, signed};
use super::{Page, doc_lines, docs, literal, open, read_type};

pub(super) fn emit(provider: &Provider) -> String {
    let what = format!("What {} sends to the merchant.", provider.title);
    let mut page = Page::new(provider, &what);
    for notice in &provider.notices {
        let Some(message) = provider.message(&notice.message) else {
            continue;
        };
        if message.open {
            let item = open::structs(message, &mut page);
            page.item(item);
            let answered = answered(notice, &message.name, &mut page);
            let item = open::implementation(provider, notice, &answered, &mut page);
            page.item(item);
            continue;
        }
        if let Some(signature) = &message.signature {
            let name = keys_name(message);
            page.uses
                .add_secret("payments_core::signing", &signature.uses);
            let item = keys(&name, message, &signature.uses, signature, &mut page);
            page.item(item);
        }
        let item = structs(message, provider, &mut page);
        page.item(item);
        let item = implementation(notice, message, provider, &mut page);
        page.item(item);
        if let Some(signature) = &message.signature {
            let item = signed(
                &message.name,
                signature,
                &mut page,
                "payments_core::incoming",
            );
            page.item(item);
        }
    }
    page.finish()
}

/// The struct that holds what a notice is verified with.
pub(super) fn keys_name(message: &Message) -> String {
    format!("{}Keys", message.name)
}

/// The struct `name`, which holds `uses`.
pub(super) fn keys(
    name: &str,
    message: &Message,
    uses: &[Credential],
    signature: &Signature,
    page: &mut Page,
) -> String {
    page.uses.add("payments_core::error", "Misuse");
    let what = Doc {
        text: if message.linked {
            format!(
                "What is the account's in a `{}`, and what it is signed with.",
                message.name
            )
        } else {
            format!("What `{}` is signed with.", message.name)
        },
        evidence: None,
    };
    let mut fields = String::new();
    let mut arguments = Vec::new();
    let mut names = Vec::new();
    let mut checks = String::new();
    let mut kinds: Vec<&str> = Vec::new();
    for used in uses {
        let rust = &used.rust;
        fields.push_str(&docs(&used.doc, 4));
        let (of_type, kind) = match used.kind {
            CredentialKind::Public => ("String", "an empty value"),
            CredentialKind::Password => ("Secret<String>", "an empty value"),
            CredentialKind::Secret => ("Secret<String>", "a secret of under 16 bytes"),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
        fields.push_str(&format!("    pub(crate) {rust}: {of_type},\n"));
        arguments.push(format!("{rust}: impl Into<{of_type}>"));
        names.push(format!("{rust}: {rust}.into()"));
        checks.push_str(&key_check(used, "keys", page));
        // What others know may be written in a message, where it must not run into its neighbours.
        let is_signed = signature
            .order
            .contains(&Entry::Credential(used.wire.clone()));
        if is_signed && used.kind == CredentialKind::Public {
            page.uses.add("payments_core::signing", "canonical");
            let (wire, joining) = (literal(&used.wire), literal(&signature.joining()));
            checks.push_str(&format!(
                "canonical::check({wire}, {joining}, &keys.{rust})?;\n"
            ));
            let kind = "a character that joins what is signed";
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    let (arguments, names, kinds) = (
        arguments.join(", "),
        names.join(", "),
        kinds.join(" and for "),
    );
    let errors = doc_lines(&[format!("[`Misuse`] for {kinds}.")], 4);
    let takes = match message.linked {
        true => "Takes what the provider gave the account.",
        false => "Takes the keys of one version.",
    };
    let mut text = format!(
        "{docs}#[derive(Clone, Debug)]\npub struct {name} {{\n{fields}}}\n\n\
         impl {name} {{\n\
         /// {takes}\n///\n/// # Errors\n{errors}\
         pub fn new({arguments}) -> Result<Self, Misuse> {{\n\
         let keys = Self {{ {names} }};\n{checks}Ok(keys)\n}}\n\n\
         /// Takes published test keys, which may be shorter than a key ever should be.\n\
         #[must_use]\n\
         pub fn danger_unchecked({arguments}) -> Self {{\nSelf {{ {names} }}\n}}\n}}\n",
        docs = docs(&what, 0),
    );
    text.push('\n');
    text.push_str(&signing_keys(name, signature, page));
    text
}

/// The statement that refuses a credential that cannot be one.
pub(super) fn key_check(credential: &Credential, holder: &str, page: &mut Page) -> String {
    let (wire, rust) = (literal(&credential.wire), &credential.rust);
    let (function, value) = match credential.kind {
        CredentialKind::Public => ("check_given", format!("&{holder}.{rust}")),
        CredentialKind::Password => ("check_given", format!("{holder}.{rust}.expose()")),
        CredentialKind::Secret => ("check_secret", format!("&{holder}.{rust}")),
    };
    if let Some(min) = credential.min {
        page.uses.add("payments_core::signing", "check_secret_of");
        return format!("check_secret_of({wire}, {value}, {min})?;\n");
    }
    page.uses.add("payments_core::signing", function);
    format!("{function}({wire}, {value})?;\n")
}

/// `impl Keys`: what a MAC is keyed with, where the scheme has a key beside the message.
pub(super) fn signing_keys(name: &str, signature: &Signature, page: &mut Page) -> String {
    page.uses.add("payments_core::signing", "Keys");
    let key = signature.key.as_deref();
    let key = key.and_then(|key| signature.uses.iter().find(|used| used.wire == key));
    let Some(key) = key else {
        return format!("impl Keys for {name} {{}}\n");
    };
    page.uses.add("payments_core::signing", "KeyPart");
    format!(
        "impl Keys for {name} {{\nfn mac_key(&self) -> Option<&[u8]> {{\nSome(self.{}.key_bytes())\n}}\n}}\n",
        key.rust
    )
}

/// The fields under the signature, and those beside it.
fn split(message: &Message) -> (Vec<&Field>, Vec<&Field>) {
    message.fields.iter().partition(|field| {
        message
            .signature
            .as_ref()
            .is_none_or(|signature| signature.covers(&field.wire))
    })
}

fn structs(message: &Message, provider: &Provider, page: &mut Page) -> String {
    let (signed, unsigned) = split(message);
    let name = &message.name;
    let mut fields = String::new();
    for field in &signed {
        fields.push_str(&docs(&field.doc, 4));
        if message.signature.is_some() || personal(field) {
            fields.push_str(&format!("    #[wire({})]\n", wire_attribute(field)));
        }
        let inner = read_type(&field.kind, page, false);
        let full = if field.required {
            inner
        } else {
            format!("Option<{inner}>")
        };
        fields.push_str(&format!("    pub {}: {full},\n", field.rust));
    }
    let debug = |fields: &[&Field]| {
        if fields.iter().any(|field| personal(field)) {
            "payments_core::Masked"
        } else {
            "Debug"
        }
    };
    let equal = |fields: &[&Field]| {
        let all = fields.iter().all(|field| comparable(field, provider));
        if all { ", PartialEq, Eq" } else { "" }
    };
    let (derive, attribute) = match &message.signature {
        Some(signature) => {
            page.uses.add("payments_core", "Canonical");
            (", Canonical", canonical(signature, &keys_name(message)))
        }
        None => ("", String::new()),
    };
    let mut text = format!(
        "{}#[derive(Clone, {}{}{derive})]\n#[non_exhaustive]\n{attribute}pub struct {name} {{\n{fields}}}\n",
        docs(&message.doc, 0),
        debug(&signed),
        equal(&signed),
    );
    if !unsigned.is_empty() {
        page.uses.add("payments_core::incoming", "Claim");
        let mut fields = String::new();
        for field in &unsigned {
            fields.push_str(&docs(&field.doc, 4));
            if personal(field) {
                fields.push_str(&format!(
                    "    #[wire({}, sensitive)]\n",
                    literal(&field.wire)
                ));
            }
            let inner = read_type(&field.kind, page, false);
            fields.push_str(&format!("    pub {}: Claim<{inner}>,\n", field.rust));
        }
        let what = format!(
            "The fields of `{name}` that the signature does not cover: anyone on the way may have changed them."
        );
        text.push_str(&format!(
            "\n{}#[derive(Clone, {}{})]\n#[non_exhaustive]\npub struct {name}Unsigned {{\n{fields}}}\n",
            doc_lines(&[what], 0),
            debug(&unsigned),
            equal(&unsigned),
        ));
    }
    text
}

fn personal(field: &Field) -> bool {
    field.sensitive == Some(Sensitive::Personal)
}

/// What stands in `#[wire(…)]`: of what the provider sends, only what signing and masking need.
fn wire_attribute(field: &Field) -> String {
    let mut parts = vec![literal(&field.wire)];
    if let Some((form, _)) = field.kind.fixed_money() {
        parts.push(format!("money = {}", literal(form.attribute())));
    }
    if field.kind == Kind::Flag {
        parts.push("flag".to_owned());
    }
    if personal(field) {
        parts.push("sensitive".to_owned());
    }
    parts.join(", ")
}

fn implementation(
    notice: &Notice,
    message: &Message,
    provider: &Provider,
    page: &mut Page,
) -> String {
    let (signed, unsigned) = split(message);
    for used in ["Fields", "Notice"] {
        page.uses.add("payments_core::incoming", used);
    }
    page.uses.add("payments_core::error", "Rejected");
    let name = &message.name;
    let mut reads = String::new();
    for field in &signed {
        let way = match (field.required, field.rule.min) {
            (true, Some(0)) => "present",
            (true, _) => "required",
            (false, _) => "optional",
        };
        reads.push_str(&format!(
            "{}: {}?,\n",
            field.rust,
            read_call(field, way, page)
        ));
    }
    let mut claims = String::new();
    for field in &unsigned {
        claims.push_str(&format!(
            "{}: {},\n",
            field.rust,
            read_call(field, "claim", page)
        ));
    }
    let (of_type, read_unsigned) = if unsigned.is_empty() {
        (
            "()".to_owned(),
            "fn read_unsigned(_fields: &Fields<'_>) {}".to_owned(),
        )
    } else {
        let of_type = format!("{name}Unsigned");
        let read = format!(
            "fn read_unsigned(fields: &Fields<'_>) -> {of_type} {{\n{of_type} {{\n{claims}}}\n}}"
        );
        (of_type, read)
    };
    let dedupe: Vec<String> = notice
        .dedupe
        .iter()
        .filter_map(|wire| message.field(wire))
        .map(|field| {
            if matches!(field.kind, Kind::Code { .. }) {
                format!("self.{}.as_str()", field.rust)
            } else if !field.required {
                format!("self.{}.as_deref().unwrap_or_default()", field.rust)
            } else {
                format!("&self.{}", field.rust)
            }
        })
        .collect();
    let reference = notice
        .dedupe
        .first()
        .and_then(|wire| message.field(wire))
        .map(|field| field.rust.clone())
        .unwrap_or_default();
    let repeat = repeat(notice, message);
    let answered = answered(notice, name, page);
    format!(
        "impl Notice for {name} {{\n\
         type Unsigned = {of_type};\n\
         const PROVIDER: &'static str = {provider};\n\
         const NAME: &'static str = {id};\n{rest}\n\
         fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {{\nOk(Self {{\n{reads}}})\n}}\n\n\
         {read_unsigned}\n\n\
         fn dedupe(&self) -> Vec<&str> {{\nvec![{dedupe}]\n}}\n\n{repeat}\
         fn reference(&self) -> &str {{\n&self.{reference}\n}}\n}}\n\n{answered}",
        provider = literal(&provider.folder),
        id = literal(&notice.id),
        rest = rest(notice),
        dedupe = dedupe.join(", "),
    )
}

/// That it must not be stored, of a message with card data.
pub(super) fn rest(notice: &Notice) -> &'static str {
    if notice.tags.contains(&Tag::Card) {
        "const MAY_REST: bool = false;\n"
    } else {
        ""
    }
}

/// What else a repeat must say, where it need not be the same to the byte.
fn repeat(notice: &Notice, message: &Message) -> String {
    let Some(names) = &notice.repeat else {
        return String::new();
    };
    let fields = names.iter().filter_map(|wire| message.field(wire));
    let values: Vec<String> = fields
        .map(|field| match field.kind {
            Kind::Code { .. } => format!("self.{}.as_str().to_owned()", field.rust),
            Kind::Money(_) => format!("self.{}.to_string()", field.rust),
            _ => format!("self.{}.clone()", field.rust),
        })
        .collect();
    format!(
        "fn repeat(&self) -> Option<Vec<String>> {{\nSome(vec![{}])\n}}\n\n",
        values.join(", ")
    )
}

/// What the provider takes for "received".
fn answered(notice: &Notice, name: &str, page: &mut Page) -> String {
    page.uses.add("payments_core::http", "StatusCode");
    let status = match notice.acknowledgement.status {
        201 => "CREATED",
        202 => "ACCEPTED",
        204 => "NO_CONTENT",
        _ => "OK",
    };
    match &notice.acknowledgement.message {
        Some(answer) => {
            page.uses.add("payments_core::incoming", "Answered");
            page.uses.add("super::types", answer);
            format!(
                "impl Answered for {name} {{\nconst STATUS: StatusCode = StatusCode::{status};\ntype Answer = {answer};\n}}\n"
            )
        }
        None => {
            for used in ["AckRule", "Acknowledged"] {
                page.uses.add("payments_core::incoming", used);
            }
            format!(
                "impl Acknowledged for {name} {{\nconst ACK: AckRule = AckRule::empty(StatusCode::{status});\n}}\n"
            )
        }
    }
}

/// The call that reads one field; `way` is `required`, `optional` or `claim`.
fn read_call(field: &Field, way: &str, page: &mut Page) -> String {
    let names: Vec<String> = field.spellings().map(literal).collect();
    let wire = match names.as_slice() {
        [name] => name.clone(),
        names => format!("[{}]", names.join(", ")),
    };
    match field.kind.fixed_money() {
        Some((form, currency)) => {
            page.uses.add("payments_core::money::wire", "Form");
            page.uses.add("payments_core", "Currency");
            format!(
                "fields.{way}_money({wire}, Form::{}, Currency::{currency})",
                form.variant()
            )
        }
        None if matches!(field.kind, Kind::Object(_) | Kind::List(_) | Kind::Texts) => {
            format!("fields.{way}_json({wire})")
        }
        None => format!("fields.{way}({wire})"),
    }
}
