//! Reading amounts of replies: functions for serde, and methods where the currency comes from beside.

use super::super::model::{Currency, Field, Form, Kind, Message, Money, Provider, Role};
use super::messages::reader_name;
use super::{Page, doc_lines};

/// One function for each form and currency that a reply is read with.
pub(super) fn readers(provider: &Provider, page: &mut Page) -> Vec<String> {
    let mut seen: Vec<(Form, &str, bool)> = Vec::new();
    for message in &provider.messages {
        for field in &message.fields {
            if let (Role::Reply, Some((form, currency))) = (message.role, field.kind.fixed_money())
            {
                let key = (form, currency, !field.required);
                if !seen.contains(&key) {
                    seen.push(key);
                }
            }
        }
    }
    if !seen.is_empty() {
        page.uses.add("payments_core", "Currency");
        page.uses.add("payments_core", "Money");
        page.uses.add("payments_core::money::wire", "Form");
    }
    seen.into_iter()
        .map(|(form, currency, optional)| {
            let name = reader_name(form, currency, optional);
            let form = form.variant();
            let (result, function) = if optional {
                ("Option<Money>", "optional_money")
            } else {
                ("Money", "money")
            };
            format!(
                "fn {name}<'de, D: serde::Deserializer<'de>>(input: D) -> Result<{result}, D::Error> {{\n\
                 payments_core::json::{function}(input, Form::{form}, Currency::{currency})\n}}\n"
            )
        })
        .collect()
}

/// Methods for the amounts whose form is known and whose currency is not in the description.
pub(super) fn amounts(message: &Message, page: &mut Page) -> Option<String> {
    let methods: Vec<String> = message.fields.iter().filter_map(method).collect();
    if methods.is_empty() {
        return None;
    }
    for name in ["Currency", "Money"] {
        page.uses.add("payments_core", name);
    }
    page.uses.add("payments_core::money", "MoneyError");
    page.uses.add("payments_core::money::wire", "Form");
    Some(format!(
        "impl {} {{\n{}}}\n",
        message.name,
        methods.join("\n")
    ))
}

fn method(field: &Field) -> Option<String> {
    let Kind::Money(Money {
        form: Some(form),
        currency,
        ..
    }) = &field.kind
    else {
        return None;
    };
    let rust = &field.rust;
    // What stands beside is read with the message.
    let (Currency::Configured { .. }, name) = (currency, format!("{rust}_in")) else {
        return None;
    };
    let mut text = doc_lines(
        &[
            format!("`{rust}` as money in the currency of the account."),
            "# Errors".to_owned(),
        ],
        4,
    );
    text.push_str("    /// [`MoneyError`] if it is not written as described.\n");
    let variant = form.variant();
    let (result, body) = if field.required {
        (
            "Money",
            format!("Form::{variant}.parse(self.{rust}.text().as_str(), currency)"),
        )
    } else {
        (
            "Option<Money>",
            format!(
                "self.{rust}.map(|amount| Form::{variant}.parse(amount.text().as_str(), currency)).transpose()"
            ),
        )
    };
    text.push_str(&format!(
        "    pub fn {name}(&self, currency: Currency) -> Result<{result}, MoneyError> {{\n{body}\n}}\n"
    ));
    Some(text)
}
