//! `cargo xtask capabilities`: which provider has what, as a table made of the descriptions.

use std::fs;
use std::path::Path;

use super::load::Source;
use super::load::raw::Tag;
use super::model::{Call, Field, Kind, Message, Notice, Provider, Scheme};
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
    text.push_str(" callbacks, and what proves them |\n| --- |");
    text.push_str(&" --- |".repeat(COLUMNS.len().saturating_add(1)));
    text.push('\n');
    for folder in providers(root)? {
        let source = Source::read(root, &format!("{folder}/openapi.yaml"))?;
        text.push_str(&row(&understand(&source)?));
        text.push('\n');
    }
    Ok(text)
}

/// Makes the root's README hold the table, or, with `check`, says that it does not. True if it changed.
///
/// # Errors
/// A stale or missing table.
pub(super) fn ensure_readme(root: &Path, check: bool) -> Result<bool, String> {
    let path = root.join(README);
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
        list(found.map(|call| capability(provider, tag, call)))
    });
    let callbacks = list(provider.notices.iter().map(|it| callback(provider, it)));
    format!(
        "| [{}]({}) | {} | {callbacks} |",
        provider.title,
        provider.folder,
        cells.join(" | ")
    )
}

fn list(found: impl Iterator<Item = String>) -> String {
    let found: Vec<String> = found.collect();
    match found.is_empty() {
        true => "–".to_owned(),
        false => found.join(", "),
    }
}

fn capability(provider: &Provider, tag: Tag, call: &Call) -> String {
    let note = match tag {
        Tag::Query => Some(match reads_amount(provider, call) {
            true => "with amount",
            false => "without amount",
        }),
        Tag::Capture | Tag::Refund => provider.message(&call.message).map(extent),
        Tag::Start | Tag::Void | Tag::Payout | Tag::Subscription => None,
        // Of webhooks.
        Tag::Unsigned | Tag::Proof => None,
    };
    match note {
        Some(note) => format!("`{}` ({note})", call.id),
        None => format!("`{}`", call.id),
    }
}

/// Whether the answer says how much.
fn reads_amount(provider: &Provider, call: &Call) -> bool {
    let reply = call
        .reply
        .as_deref()
        .and_then(|name| provider.message(name));
    reply.is_some_and(|reply| has_amount(provider, reply))
}

fn has_amount(provider: &Provider, message: &Message) -> bool {
    message.fields.iter().any(|field| match &field.kind {
        Kind::Money(_) => true,
        Kind::Object(name) | Kind::List(name) => provider
            .message(name)
            .is_some_and(|inner| has_amount(provider, inner)),
        Kind::Text
        | Kind::LenientText
        | Kind::Secret
        | Kind::Bool
        | Kind::Flag
        | Kind::Integer
        | Kind::LenientInteger
        | Kind::Decimal
        | Kind::Code { .. }
        | Kind::Texts => false,
    })
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

fn callback(provider: &Provider, notice: &Notice) -> String {
    let signature = provider
        .message(&notice.message)
        .and_then(|message| message.signature.as_ref());
    let proof = match signature.map(|signature| signature.scheme) {
        Some(Scheme::Sha256) => "SHA-256",
        Some(Scheme::HmacSha256) => "HMAC-SHA256",
        Some(Scheme::Md5) => "MD5",
        None if notice.tags.contains(&Tag::Proof) => "a proof of the provider's own",
        None => "nothing: the caller must be known",
    };
    format!("`{}` ({proof})", notice.id)
}
