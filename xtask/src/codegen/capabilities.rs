//! `cargo xtask capabilities`: which provider has what, as a table made of the descriptions.

use std::fs;
use std::path::Path;

use super::load::Source;
use super::load::raw::Tag;
use super::model::{Call, Field, Kind, Message, Money, Notice, Provider, Scheme};
use super::{ensure_file_contents, providers, understand};

const README: &str = "README.md";
const START: &str = "<!-- capabilities, by cargo xtask codegen -->\n";
const END: &str = "<!-- end of capabilities -->\n";

/// The columns between the provider's name and its callbacks.
const COLUMNS: [(Tag, &str); 7] = [
    (Tag::Start, "start"),
    (Tag::Query, "query"),
    (Tag::Capture, "capture"),
    (Tag::Void, "void"),
    (Tag::Refund, "refund"),
    (Tag::Payout, "payout"),
    (Tag::Subscription, "subscription"),
];

/// The table, in Markdown.
///
/// # Errors
/// What is wrong with a description.
pub(crate) fn table(root: &Path) -> Result<String, String> {
    let mut text = String::from("| provider |");
    for (_, title) in COLUMNS {
        text.push_str(&format!(" {title} |"));
    }
    text.push_str(" callbacks, by what proves them |\n| --- |");
    text.push_str(&" --- |".repeat(COLUMNS.len().saturating_add(1)));
    text.push('\n');
    for folder in providers(root)? {
        let source = Source::read(root, &format!("{folder}/openapi.yaml"))?;
        text.push_str(&row(&understand(&source)?));
        text.push('\n');
    }
    Ok(text)
}

/// Makes the root's README, if there is one, hold the table, or, with `check`, says that it does not. True if it changed.
///
/// # Errors
/// A stale or missing table.
pub(super) fn ensure_readme(root: &Path, check: bool) -> Result<bool, String> {
    let path = root.join(README);
    if !path.exists() {
        return Ok(false);
    }
    let readme =
        fs::read_to_string(&path).map_err(|error| format!("{README}: cannot be read: {error}"))?;
    let (before, rest) = readme
        .split_once(START)
        .ok_or_else(|| format!("{README}: the line `{}` is missing", START.trim_end()))?;
    let (_, after) = rest
        .split_once(END)
        .ok_or_else(|| format!("{README}: the line `{}` is missing", END.trim_end()))?;
    let text = format!("{before}{START}{}{END}{after}", table(root)?);
    ensure_file_contents(&path, &text, check).map_err(|error| format!("{README}: {error}"))
}

fn row(provider: &Provider) -> String {
    let cells = COLUMNS.map(|(tag, _)| {
        let calls = provider.calls.iter();
        let found = calls.filter(|call| call.tags.contains(&tag));
        list(found.map(|call| capability(provider, tag, call)), ", ")
    });
    let callbacks = list(callbacks(provider), "; ");
    format!(
        "| [{}]({}) | {} | {callbacks} |",
        provider.title,
        provider.folder,
        cells.join(" | ")
    )
}

fn list(found: impl Iterator<Item = String>, between: &str) -> String {
    let found: Vec<String> = found.collect();
    match found.is_empty() {
        true => "–".to_owned(),
        false => found.join(between),
    }
}

fn capability(provider: &Provider, tag: Tag, call: &Call) -> String {
    let note = match tag {
        Tag::Query => Some(told(provider, call)),
        Tag::Capture | Tag::Refund => provider.message(&call.message).map(extent),
        Tag::Start | Tag::Void | Tag::Payout | Tag::Subscription => None,
        // Of webhooks.
        Tag::Unsigned | Tag::Proof | Tag::Card => None,
    };
    match note {
        Some(note) => format!("`{}` ({note})", call.id),
        None => format!("`{}`", call.id),
    }
}

/// What the answer says of how much.
fn told(provider: &Provider, call: &Call) -> &'static str {
    let reply = call
        .reply
        .as_deref()
        .and_then(|name| provider.message(name));
    let amounts = reply.map_or_else(Vec::new, |reply| amounts(provider, reply));
    if amounts.iter().any(|amount| amount.form.is_some()) {
        "with amount"
    } else if amounts.is_empty() {
        "without amount"
    } else {
        "with an amount of unknown unit"
    }
}

/// The amounts in a message and in those within it.
fn amounts<'a>(provider: &'a Provider, message: &'a Message) -> Vec<&'a Money> {
    let of_field = |field: &'a Field| match &field.kind {
        Kind::Money(money) => vec![money],
        Kind::Object(name) | Kind::List(name) => provider
            .message(name)
            .map_or_else(Vec::new, |inner| amounts(provider, inner)),
        Kind::Text
        | Kind::LenientText
        | Kind::Secret
        | Kind::Bool
        | Kind::Flag
        | Kind::Integer
        | Kind::LenientInteger
        | Kind::Decimal
        | Kind::Code { .. }
        | Kind::Texts => Vec::new(),
    };
    message.fields.iter().flat_map(of_field).collect()
}

/// How much can be taken or given back.
fn extent(message: &Message) -> &'static str {
    let is_money = |field: &&Field| matches!(field.kind, Kind::Money(_));
    let may_be_left_out = |field: &Field| match message.choice_of(&field.wire) {
        Some(choice) => choice.none.is_some(),
        None => !field.required,
    };
    match message.fields.iter().find(is_money) {
        None => "in full",
        Some(amount) if may_be_left_out(amount) => "in full or in part",
        Some(_) => "by amount",
    }
}

/// The callbacks, by what proves them, in the order of the description.
fn callbacks(provider: &Provider) -> impl Iterator<Item = String> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for notice in &provider.notices {
        let proof = proof(provider, notice);
        let name = format!("`{}`", notice.id);
        match groups.iter_mut().find(|(known, _)| *known == proof) {
            Some((_, names)) => names.push(name),
            None => groups.push((proof, vec![name])),
        }
    }
    let told = |(proof, names): (&str, Vec<String>)| format!("{proof}: {}", names.join(", "));
    groups.into_iter().map(told)
}

fn proof(provider: &Provider, notice: &Notice) -> &'static str {
    let signature = provider
        .message(&notice.message)
        .and_then(|message| message.signature.as_ref());
    match signature.map(|signature| signature.scheme) {
        Some(Scheme::Sha256) => "SHA-256",
        Some(Scheme::HmacSha256) => "HMAC-SHA256",
        Some(Scheme::Md5) => "MD5",
        None if notice.tags.contains(&Tag::Proof) => "a proof of its own",
        None => "unsigned",
    }
}
