//! Rust names from wire names.

use serde_saphyr::Spanned;

use super::Lowering;

const KEYWORDS: [&str; 52] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "where", "while", "abstract", "become", "box", "do", "final", "gen", "macro", "override",
    "priv", "try", "typeof", "unsized", "virtual", "yield", "build",
];

impl Lowering<'_> {
    /// The Rust name of a field: its title, or its wire name in snake case.
    pub(super) fn rust_name(
        &mut self,
        wire: &Spanned<String>,
        title: Option<&Spanned<String>>,
    ) -> String {
        let (name, at) = match title {
            Some(title) => (title.value.clone(), title.referenced),
            None => (snake_case(&wire.value), wire.referenced),
        };
        if !is_snake_case(&name) || KEYWORDS.contains(&name.as_str()) {
            self.problems.add(
                at,
                format!("`{name}` cannot be the name of a Rust field"),
                "add `title:` with a name in snake_case that is no Rust keyword",
            );
        }
        name
    }
}

/// `BuyerGsmNumber`, `buyerGSMNumber` and `buyer-gsm-number` as `buyer_gsm_number`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if matches!(letter, '-' | '.' | ' ') {
            out.push('_');
            continue;
        }
        if letter.is_uppercase() {
            let before = index.checked_sub(1).and_then(|before| letters.get(before));
            let after = letters.get(index.saturating_add(1));
            let starts_word = before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
            if starts_word {
                out.push('_');
            }
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// `create_order` and `one-payment` as `CreateOrder` and `OnePayment`.
pub(crate) fn pascal_case(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(['_', '-']) {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            out.extend(first.to_uppercase());
            out.push_str(letters.as_str());
        }
    }
    out
}

pub(super) fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

pub(super) fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wire: &str, expect: &str) {
        assert_eq!(snake_case(wire), expect);
    }

    #[test]
    fn wire_names_become_rust_names() {
        check("orderNo", "order_no");
        check("BuyerGsmNumber", "buyer_gsm_number");
        check("returnURL", "return_url");
        check("IPNUrl", "ipn_url");
        check("reference1", "reference1");
        check("three3DSecure", "three3_d_secure");
        check("x-request-id", "x_request_id");
    }
}
