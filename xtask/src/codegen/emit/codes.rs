//! `codes.rs`: open enums.

use super::super::model::{Codes, Provider};
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
    page.finish()
}

fn item(codes: &Codes) -> String {
    let mut variants = String::new();
    for code in &codes.codes {
        variants.push_str(&docs(&code.doc, 8));
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
