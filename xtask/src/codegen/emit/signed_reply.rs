//! What the signature of a reply covers: texts as they came.

use super::super::model::{Entry, Message, Signature};
use super::messages::{canonical, signed};
use super::{Page, doc_lines, literal};

/// The struct of the texts that a reply's signature covers.
pub(super) fn name(message: &Message) -> String {
    format!("{}Signed", message.name)
}

/// The struct, its rule, and how it is read.
pub(super) fn items(message: &Message, signature: &Signature, page: &mut Page) -> Vec<String> {
    page.uses.add("super::calls", "Credentials");
    page.uses.add("payments_core", "Canonical");
    page.uses.add("payments_core::call", "SignedReply");
    let name = name(message);
    let (mut fields, mut reads, mut shorter) = (String::new(), String::new(), String::new());
    for entry in &signature.order {
        let Entry::Field { name, .. } = entry else {
            continue;
        };
        let Some(field) = message.field(name) else {
            continue;
        };
        let (wire, rust) = (literal(name), &field.rust);
        fields.push_str(&format!("#[wire({wire})]\n{rust}: Option<String>,\n"));
        if entry.may_be_left_out() {
            reads.push_str(&format!(
                "{rust}: Some(text({wire}).unwrap_or_default()),\n"
            ));
            shorter.push_str(&format!("{rust}: None,\n"));
        } else {
            reads.push_str(&format!("{rust}: text({wire}),\n"));
        }
    }
    let shorter = match shorter.is_empty() {
        true => "None".to_owned(),
        false => format!("Some(Self {{\n{shorter}..self\n}})"),
    };
    let what = format!(
        "The texts of a `{}` that its signature covers.",
        message.name
    );
    vec![
        format!(
            "{}#[derive(Canonical)]\n{}pub struct {name} {{\n{fields}}}\n",
            doc_lines(&[what], 0),
            canonical(signature, "Credentials"),
        ),
        signed(&name, signature, page, "payments_core::signing"),
        format!(
            "impl SignedReply for {name} {{\n\
             fn read(text: &dyn Fn(&str) -> Option<String>) -> Self {{\nSelf {{\n{reads}}}\n}}\n\n\
             fn shorter(self) -> Option<Self> {{\n{shorter}\n}}\n}}\n"
        ),
    ]
}
