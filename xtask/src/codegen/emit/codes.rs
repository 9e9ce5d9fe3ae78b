//! `codes.rs`: open enums.

use super::super::model::{Codes, Provider, Spelling};
use super::{Page, docs, literal};

pub(super) fn emit(provider: &Provider) -> String {
    let what = format!(
        "Statuses and codes of {}, open: what is not listed is kept as `Other`.",
        provider.title
    );
    let mut page = Page::new(provider, &what);
    for codes in &provider.codes {
        page.item(item(codes));
    }
    if provider.spells_currencies() {
        page.uses.add("payments_core", "Currency");
        page.item(currencies(provider));
    }
    page.finish()
}

/// The functions from and to the provider's spelling of currencies.
fn currencies(provider: &Provider) -> String {
    let (mut written, mut read) = (String::new(), String::new());
    let mut all = Vec::new();
    for Spelling { code, wire, also } in &provider.currencies {
        all.push(format!("Currency::{code}"));
        written.push_str(&format!("Currency::{code} => Some({}),\n", literal(wire)));
        let texts = std::iter::once(wire).chain(also);
        let texts: Vec<String> = texts.map(|text| literal(text)).collect();
        read.push_str(&format!(
            "{} => Some(Currency::{code}),\n",
            texts.join(" | ")
        ));
    }
    let title = &provider.title;
    let all = all.join(", ");
    format!(
        "/// The currencies that {title} takes.\n\
         pub const CURRENCIES: &[Currency] = &[{all}];\n\n\
         /// The currency as {title} writes it; nothing for one that it does not take.\n\
         #[must_use]\n\
         pub fn currency_text(currency: Currency) -> Option<&'static str> {{\n\
         match currency {{\n{written}_ => None,\n}}\n}}\n\n\
         /// The currency that {title} means by a text, space around it apart.\n\
         #[must_use]\n\
         pub fn currency_of(text: &str) -> Option<Currency> {{\n\
         match text.trim() {{\n{read}_ => None,\n}}\n}}\n"
    )
}

fn item(codes: &Codes) -> String {
    let mut variants = String::new();
    for code in &codes.codes {
        variants.push_str(&docs(&code.doc, 8));
        if code.deprecated {
            let note = literal(&code.doc.text);
            variants.push_str(&format!("        #[deprecated(note = {note})]\n"));
        }
        variants.push_str(&format!(
            "        {} = {} => {},\n",
            code.name,
            literal(&code.code),
            code.meaning
        ));
    }
    if let Some(meaning) = codes.others {
        variants.push_str(&format!("        _ => {meaning},\n"));
    }
    let body = if variants.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{\n{variants}    }}")
    };
    format!(
        "payments_core::codes! {{\n{}    pub enum {} {body}\n}}\n",
        docs(&codes.doc, 4),
        codes.name
    )
}
