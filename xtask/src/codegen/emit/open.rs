//! Messages of which nothing is described: kept as they come, in their order.

use super::super::model::{Message, Notice, Provider, Value};
use super::{Page, docs, inbound, literal};

pub(super) fn structs(message: &Message, page: &mut Page) -> String {
    page.uses.add("payments_core::incoming", "RawFields");
    format!(
        "{}#[derive(Clone, Debug, PartialEq, Eq)]\n#[non_exhaustive]\npub struct {} {{\n\
         /// All that it holds, in its order.\npub fields: RawFields,\n}}\n",
        docs(&message.doc, 0),
        message.name
    )
}

/// `answered` is what answers it.
pub(super) fn implementation(
    provider: &Provider,
    notice: &Notice,
    answered: &str,
    page: &mut Page,
) -> String {
    for used in ["Fields", "Notice"] {
        page.uses.add("payments_core::incoming", used);
    }
    page.uses.add("payments_core::error", "Rejected");
    let names: Vec<String> = notice.dedupe.iter().map(|name| literal(name)).collect();
    let reference = match names.first() {
        Some(name) => format!("self.fields.get({name}).unwrap_or(self.fields.key())"),
        None => "self.fields.key()".to_owned(),
    };
    // None of its fields is known, so that none is compared.
    let repeat = match notice.repeat {
        Some(_) => "fn repeat(&self) -> Option<Vec<String>> {\nSome(vec![])\n}\n\n",
        None => "",
    };
    format!(
        "impl Notice for {name} {{\n\
         type Unsigned = ();\n\
         const PROVIDER: &'static str = {provider};\n\
         const NAME: &'static str = {id};\n{rest}\n\
         fn read(fields: &Fields<'_>) -> Result<Self, Rejected> {{\n\
         let fields = RawFields::read(fields)?;\nOk(Self {{ fields }})\n}}\n\n\
         fn read_unsigned(_fields: &Fields<'_>) {{}}\n\n\
         fn dedupe(&self) -> Vec<&str> {{\nself.fields.told_apart_by(&[{names}])\n}}\n\n{repeat}\
         fn reference(&self) -> &str {{\n{reference}\n}}\n}}\n\n{answered}",
        name = notice.message,
        provider = literal(&provider.folder),
        id = literal(&notice.id),
        rest = inbound::rest(notice),
        names = names.join(", "),
    )
}

/// That everything is there, in its order.
pub(super) fn assertion(example: &Value) -> String {
    let Value::Object(fields) = example else {
        return String::new();
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let text = value.scalar().unwrap_or_else(|| value.json());
            format!("({}, {})", literal(name), literal(&text))
        })
        .collect();
    format!(
        "let expected = [{}];\nassert_eq!(notice.fields.iter().collect::<Vec<_>>(), expected);\n",
        pairs.join(", ")
    )
}
