//! Messages in the query of a link: what is in it, and how it is read back.

use super::super::model::{Field, Kind, Linked, Message, Value};
use super::{Page, literal};

/// `impl Linked`
pub(super) fn implementation(linked: &Linked, message: &Message, page: &mut Page) -> String {
    for name in ["Linked", "Pairs"] {
        page.uses.add("payments_core::link", name);
    }
    page.uses.add("payments_core::error", "Misuse");
    let fields: Vec<String> = linked
        .fields
        .iter()
        .map(|(name, default)| match default {
            Some(default) => format!("({}, Some({})),\n", literal(name), literal(default)),
            None => format!("({}, None),\n", literal(name)),
        })
        .collect();
    let addresses: Vec<String> = linked.addresses.iter().map(|name| literal(name)).collect();
    let of_keys: Vec<String> = linked
        .of_keys()
        .map(|key| format!("{} => Some(&keys.{}),\n", literal(&key.wire), key.rust))
        .collect();
    let of_keys = if of_keys.is_empty() {
        "None".to_owned()
    } else {
        format!("match name {{\n{}_ => None,\n}}", of_keys.concat())
    };
    let parameters = match of_keys.as_str() {
        "None" => "_keys: &'k Self::Keys, _name: &str",
        _ => "keys: &'k Self::Keys, name: &str",
    };
    format!(
        "impl Linked for {name} {{\n\
         const SCHEME: &'static str = {scheme};\n\
         const FIELDS: &'static [(&'static str, Option<&'static str>)] = &[\n{fields}];\n\
         const ADDRESSES: &'static [&'static str] = &[{addresses}];\n\n\
         fn of_keys<'k>({parameters}) -> Option<&'k str> {{\n{of_keys}\n}}\n\n\
         fn read(pairs: &Pairs) -> Result<Self, Misuse> {{\n{read}}}\n}}\n",
        name = message.name,
        scheme = literal(&linked.scheme),
        fields = fields.concat(),
        addresses = addresses.join(", "),
        read = read(linked, message, page),
    )
}

/// The statements that read the message through its builder.
fn read(linked: &Linked, message: &Message, page: &mut Page) -> String {
    let mut code = String::new();
    for field in &message.fields {
        if let Some(Value::Text(text)) = &field.constant {
            let (name, text) = (literal(&field.wire), literal(text));
            code.push_str(&format!("pairs.always({name}, {text})?;\n"));
        }
    }
    let given = || message.fields.iter().filter(|field| field.is_given());
    let required: String = given()
        .filter(|field| field.required)
        .map(|field| format!(".{}({})", field.rust, value(field, page)))
        .collect();
    let optional: String = given()
        .filter(|field| !field.required)
        .map(|field| {
            let default = match linked.default_of(&field.wire) {
                Some(default) => format!("Some({})", literal(default)),
                None => "None".to_owned(),
            };
            let (name, rust) = (literal(&field.wire), &field.rust);
            format!(
                "if let Some(text) = pairs.other_than({name}, {default}) {{\nbuilder = builder.{rust}(text);\n}}\n"
            )
        })
        .collect();
    let mutable = if optional.is_empty() { "" } else { "mut " };
    code.push_str(&format!(
        "let {mutable}builder = Self::builder(){required};\n{optional}builder.build()\n"
    ));
    code
}

fn value(field: &Field, page: &mut Page) -> String {
    let name = literal(&field.wire);
    match (&field.kind, field.kind.fixed_money()) {
        (Kind::Money(_), Some((form, currency))) => {
            page.uses.add("payments_core::money::wire", "Form");
            page.uses.add("payments_core", "Currency");
            let form = form.variant();
            format!("pairs.money({name}, Form::{form}, Currency::{currency})?")
        }
        (_, _) => format!("pairs.required({name})?"),
    }
}
