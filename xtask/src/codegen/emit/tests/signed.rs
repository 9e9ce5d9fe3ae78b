//! Tests of what is signed: the examples of links, and the vectors.

use super::super::super::model::{
    Credential, CredentialKind, Entry, Linked, Message, Role, Signature, Value, Vector, Wire,
};
use super::super::expected::{form, parsed};
use super::super::{doc_lines, inbound, literal, raw_literal, signed_reply};
use super::Tests;
use crate::codegen::lower::snake_case;

impl Tests<'_> {
    /// Examples of a link: written as described, and read back.
    pub(super) fn linked(&mut self, linked: &Linked) {
        let Some(message) = self.provider.message(&linked.message) else {
            return;
        };
        let (type_name, keys) = (&message.name, inbound::keys_name(message));
        for example in &linked.examples {
            let name = format!("{}_{}", linked.id, snake_case(&example.name));
            let text = |wire: &str| {
                let given = example.value.field(wire).and_then(Value::scalar);
                given.or_else(|| linked.default_of(wire).map(str::to_owned))
            };
            let own_key = |used: &Credential| match used.kind {
                CredentialKind::Public => literal(&text(&used.wire).unwrap_or_default()),
                CredentialKind::Password | CredentialKind::Secret => {
                    literal("a key of no value at all")
                }
            };
            let arguments: Vec<String> = linked.keys.iter().map(own_key).collect();
            let hosts = linked.addresses.iter().filter_map(|wire| {
                let address = text(wire)?;
                let host = address.strip_prefix("https://")?.split(['/', '?']).next()?;
                Some(format!(".address_host({})", literal(host)))
            });
            let hosts: String = hosts.collect();
            let written = linked.fields.iter().filter_map(|(wire, _)| {
                let value = text(wire)?;
                Some((wire.clone(), Value::Text(value)))
            });
            let query = form(&written.collect::<Vec<_>>());
            let prefix = format!("{}://", linked.scheme);
            let built = self.build(message, &example.value);
            self.own("types", &keys);
            self.uses("std::error", &["Error"]);
            self.uses("payments_core::link", &["Links"]);
            self.page.item(format!(
                "fn {name}() -> Result<{type_name}, Box<dyn Error>> {{\nOk({built})\n}}\n"
            ));
            self.page.item(format!(
                "#[test]\nfn {name}_is_written_and_read_back() {{\n\
                 let keys = {keys}::danger_unchecked({arguments});\n\
                 let links = Links::<{type_name}>::new(keys){hosts};\n\
                 let link = links.write({prefix}, &{name}().unwrap()).unwrap();\n\
                 let (unsigned, _) = link.as_str().rsplit_once('&').unwrap();\n\
                 assert_eq!(unsigned, {expected});\n\
                 let read = links.read(link.as_str()).unwrap();\n\
                 assert_eq!(links.write({prefix}, &read).unwrap(), link);\n}}\n",
                arguments = arguments.join(", "),
                prefix = literal(&prefix),
                expected = literal(&format!("{prefix}?{query}")),
            ));
        }
    }

    /// The statements that make what the signature of a reply covers.
    fn signed_reply(
        &mut self,
        message: &Message,
        signature: &Signature,
        vector: &Vector,
    ) -> String {
        let name = signed_reply::name(message);
        self.own("types", &name);
        self.uses("payments_core::call", &["SignedReply"]);
        let fields = message.fields.iter().filter_map(|field| {
            let text = vector.given.field(&field.wire)?.scalar()?;
            Some(format!("{} => {},\n", literal(&field.wire), literal(&text)))
        });
        let fields: String = fields.collect();
        let lacks = |entry: &Entry| match entry {
            Entry::Field { name, .. } => {
                entry.may_be_left_out() && vector.given.field(name).is_none()
            }
            Entry::Credential(_) | Entry::Literal(_) => false,
        };
        let shorter = match signature.order.iter().any(lacks) {
            true => ".shorter().unwrap()",
            false => "",
        };
        format!(
            "let given = |name: &str| Some(match name {{\n{fields}_ => return None,\n}}.to_owned());\n\
             let message = {name}::read(&given){shorter};\n"
        )
    }

    pub(super) fn vector(&mut self, message: &Message, vector: &Vector) {
        let Some(signature) = &message.signature else {
            return;
        };
        let key = |wire: &str| {
            let found = vector.keys.iter().find(|(name, _)| name == wire);
            literal(found.map(|(_, text)| text.as_str()).unwrap_or_default())
        };
        let keys = if let Some(linked) = self.provider.linked(message) {
            self.own("types", &inbound::keys_name(message));
            let arguments = linked.keys.iter().map(|used| key(&used.wire));
            let arguments: Vec<String> = arguments.collect();
            let (name, arguments) = (inbound::keys_name(message), arguments.join(", "));
            format!("{name}::danger_unchecked({arguments})")
        } else if message.role != Role::Notice {
            self.own("calls", "Credentials");
            let arguments: Vec<String> = self
                .provider
                .credentials
                .iter()
                .map(|known| key(&known.wire))
                .collect();
            format!("Credentials::danger_unchecked({})", arguments.join(", "))
        } else {
            let name = inbound::keys_name(message);
            self.own("inbound", &name);
            let arguments: Vec<String> =
                signature.uses.iter().map(|used| key(&used.wire)).collect();
            format!("{name}::danger_unchecked({})", arguments.join(", "))
        };
        self.uses("payments_core::signing", &["Signed", "tag_text"]);
        let name = format!(
            "{}_vector_{}",
            snake_case(&message.name),
            snake_case(&vector.name)
        );
        let given = if message.role == Role::Request {
            let built = self.build(message, &vector.given);
            self.uses("std::error", &["Error"]);
            self.page.item(format!(
                "fn {name}() -> Result<{}, Box<dyn Error>> {{\nOk({built})\n}}\n",
                message.name
            ));
            format!("let message = {name}().unwrap();\n")
        } else if message.role == Role::Reply {
            self.signed_reply(message, signature, vector)
        } else {
            let wires = self
                .provider
                .notices
                .iter()
                .filter(|known| known.message == message.name);
            let json = wires
                .flat_map(|known| &known.examples)
                .any(|(wire, _)| *wire == Wire::Json);
            let wire = if json { Wire::Json } else { Wire::Form };
            format!(
                "{}let message = {}::read(&fields).unwrap();\n",
                parsed(wire, &vector.given),
                message.name
            )
        };
        let mut assertions = String::new();
        if let Some(canonical) = &vector.canonical {
            self.uses("payments_core::signing", &["text"]);
            assertions.push_str(&format!(
                "assert_eq!(text(&message, &keys).unwrap(), {});\n",
                raw_literal(canonical)
            ));
        }
        assertions.push_str(&format!(
            "let tag = tag_text(&message, &keys, {}::SIGNATURE).unwrap();\n",
            match message.role {
                Role::Reply => signed_reply::name(message),
                Role::Request | Role::Notice => message.name.clone(),
            }
        ));
        let end = if let Some(signature) = &vector.signature {
            assertions.push_str(&format!("assert_eq!(tag, {});\n", literal(signature)));
            "holds"
        } else {
            let rejected = vector.rejected.as_deref().unwrap_or_default();
            assertions.push_str(&format!("assert_ne!(tag, {});\n", literal(rejected)));
            "is_rejected"
        };
        let source = doc_lines(
            &[format!("Source: {}.", vector.source.trim_end_matches('.'))],
            4,
        );
        let source = source.replace("///", "//");
        self.page.item(format!(
            "#[test]\nfn {name}_{end}() {{\n{source}let keys = {keys};\n{given}{assertions}}}\n"
        ));
    }
}
