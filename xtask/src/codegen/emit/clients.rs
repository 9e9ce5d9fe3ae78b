//! The clients at the end of `calls.rs`: one method for each call.

use super::super::model::{Call, Provider};
use super::calls::method_docs;
use super::doc_lines;

/// Which of the two clients.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    Async,
    Blocking,
}

pub(super) fn emit(provider: &Provider) -> Vec<String> {
    vec![
        "#[cfg(feature = \"client\")]\npub use client::Client;\n".to_owned(),
        module(provider, Driver::Async),
        module(provider, Driver::Blocking),
    ]
}

fn module(provider: &Provider, driver: Driver) -> String {
    let calls: Vec<&Call> = provider.calls.iter().filter(|call| !call.login).collect();
    let title = &provider.title;
    let of = &provider.type_name;
    let (head, what, core) = match driver {
        Driver::Async => (
            "#[cfg(feature = \"client\")]\nmod client {".to_owned(),
            format!("The async client of {title}: cheap to clone, to be shared."),
            "payments_core::client::Client",
        ),
        Driver::Blocking => (
            format!(
                "/// The blocking client of {title}.\n#[cfg(feature = \"blocking\")]\npub mod blocking {{"
            ),
            format!(
                "The blocking client of {title}: cheap to clone, to be shared. It has no runtime of its own."
            ),
            "payments_core::client::blocking::Client",
        ),
    };
    let reply = if calls.is_empty() { "" } else { ", Reply" };
    let (bound, environments, builder) = if provider.servers.is_empty() {
        let builder = format!(
            "pub fn builder(environment: Environment, credentials: Credentials) -> Builder<{of}, Self> {{\n\
             Builder::new(Default::default(), environment.base().to_owned(), credentials)\n}}\n"
        );
        ("", "use super::{Credentials, Environment};\n", builder)
    } else {
        let builder = format!(
            "pub fn builder<E>(environment: E, credentials: E::Credentials) -> Builder<{of}, Self, E::Credentials>\n\
             where\nE: Environment<Credentials: Into<Credentials>>,\n{{\n\
             Builder::new(Default::default(), environment.hosts(), credentials)\n}}\n"
        );
        ("Environment, ", "use super::Credentials;\n", builder)
    };
    let methods: String = calls.iter().map(|call| method(call, driver)).collect();
    let asked = || calls.iter().filter(|call| call.resolved_by.is_some());
    let call = if asked().next().is_some() {
        "use payments_core::call::Call;\n"
    } else {
        ""
    };
    let settle = settle(asked().copied(), title, driver);
    let (open_calls, open) = match driver {
        Driver::Async => (open_calls(of), "Asked, "),
        Driver::Blocking => (String::new(), ""),
    };
    let (by_hand, open_name, provider) = match driver {
        Driver::Async => ("ByHand, ", "OpenCalls, ", "Provider, "),
        Driver::Blocking => ("", "", ""),
    };
    format!(
        "{head}\n\
         {call}\
         use payments_core::client::{{{open}Builder, {by_hand}{bound}FromSetup, {open_name}{provider}Settled, Setup}};\n\
         use payments_core::journal::{{Journal, Row}};\n\
         use payments_core::{{Error{reply}}};\n\n\
         {types}\
         {environments}\
         use crate::auth::{of};\n\n\
         /// {what}\n\
         #[derive(Clone, Debug)]\n\
         pub struct Client({core}<{of}>);\n\n\
         impl Client {{\n\
         /// Starts a client of one account.\n\
         {builder}\n\
         /// The same client, with every call that is not a read recorded in `journal` before its first\n\
         /// byte leaves, and settled after.\n\
         #[must_use]\n\
         pub fn with_journal(&self, journal: Journal) -> Self {{\n\
         Self(self.0.with_journal(journal))\n}}\n\n\
         {settle}{methods}}}\n\n\
         impl std::ops::Deref for Client {{\n\
         type Target = {core}<{of}>;\n\n\
         fn deref(&self) -> &Self::Target {{\n&self.0\n}}\n}}\n\n\
         impl FromSetup<{of}> for Client {{\n\
         fn from_setup(setup: Setup<{of}>) -> Result<Self, Error> {{\n\
         FromSetup::from_setup(setup).map(Self)\n}}\n}}\n{open_calls}}}\n",
        types = types(&calls),
    )
}

/// What makes the async client one of many.
fn open_calls(of: &str) -> String {
    format!(
        "\nimpl OpenCalls for Client {{\n\
         fn provider(&self) -> &'static str {{\n{of}::NAME\n}}\n\n\
         fn open_calls(&self) -> Asked<'_, Vec<Row>> {{\nBox::pin(self.0.open_calls())\n}}\n\n\
         fn settle<'a>(&'a self, row: &'a Row) -> Asked<'a, Settled> {{\n\
         Box::pin(Client::settle(self, row))\n}}\n\n\
         fn settle_by_hand<'a>(\n&'a self,\nrow: &'a Row,\nfound: ByHand,\nwho: &'a str,\nwhy: &'a str,\n) \
         -> Asked<'a, ()> {{\nBox::pin(self.0.settle_by_hand(row, found, who, why))\n}}\n}}\n"
    )
}

/// The method that knows by which query each call is settled.
fn settle<'a>(
    asked: impl Iterator<Item = &'a Call> + Clone,
    title: &str,
    driver: Driver,
) -> String {
    let (keyword, wait) = match driver {
        Driver::Async => ("async ", ".await"),
        Driver::Blocking => ("", ""),
    };
    let arms: String = asked
        .clone()
        .map(|call| &call.message)
        .map(|name| format!("{name}::NAME => self.0.settle_by_query::<{name}>(row){wait},\n"))
        .collect();
    let to_read: Vec<String> = asked
        .filter(|call| {
            call.resolved_by
                .as_ref()
                .is_some_and(|by| by.answers_anyway)
        })
        .map(|call| format!("`{}`", call.id))
        .collect();
    let without = format!("self.0.settle_without_query(row){wait}");
    let (docs, body) = if arms.is_empty() {
        (
            format!(
                "/// Says what is known of an open call of the journal: {title} documents no query for any.\n"
            ),
            without,
        )
    } else {
        let mut paragraphs = vec![format!(
            "Asks {title} what became of an open call of the journal, and records it. A call without \
             a query stays open, and the answer says so."
        )];
        if !to_read.is_empty() {
            paragraphs.push(format!(
                "That {title} answers says nothing of {}: their rows stay open too, but where it \
                 documents that there is no such thing. What the answer shows is the caller's to \
                 read, with `settle_as`.",
                to_read.join(", ")
            ));
        }
        (
            doc_lines(&paragraphs, 8),
            format!("match row.record().call() {{\n{arms}_ => {without},\n}}"),
        )
    };
    format!(
        "{docs}///\n\
         /// # Errors\n\
         /// [`Error`] of the query or the journal: the row is open then.\n\
         pub {keyword}fn settle(&self, row: &Row) -> Result<Settled, Error> {{\n{body}\n}}\n"
    )
}

fn types(calls: &[&Call]) -> String {
    let mut names: Vec<&str> = calls
        .iter()
        .flat_map(|call| [Some(call.message.as_str()), call.reply.as_deref()])
        .flatten()
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        String::new()
    } else {
        format!("use super::super::types::{{{}}};\n", names.join(", "))
    }
}

fn method(call: &Call, driver: Driver) -> String {
    let reply = call.reply.as_deref().unwrap_or("()");
    let (keyword, wait) = match driver {
        Driver::Async => ("async ", ".await"),
        Driver::Blocking => ("", ""),
    };
    format!(
        "\n{}pub {keyword}fn {}(&self, call: {}) -> Result<Reply<{reply}>, Error> {{\nself.0.call(call){wait}\n}}\n",
        method_docs(call),
        call.id,
        call.message
    )
}
