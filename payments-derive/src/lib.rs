#![doc = include_str!("../README.md")]

mod ast;
mod attr;
mod check;
mod expand;
mod fallback;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use syn::DeriveInput;

use crate::attr::Errors;

/// Streams the fields of a message into a hash, a MAC or a text, in the provider's order:
/// `impl payments_core::signing::Canonical`. The attributes are listed on the crate's front page.
#[proc_macro_derive(Canonical, attributes(canonical, wire))]
pub fn derive_canonical(input: TokenStream) -> TokenStream {
    derive(input, canonical)
}

/// Makes a message one that can be sent: its builder with its checks, its accessors, its wire form
/// and a `Debug` that masks. The attributes are listed on the crate's front page.
#[proc_macro_derive(Request, attributes(request, wire, choice))]
pub fn derive_request(input: TokenStream) -> TokenStream {
    derive(input, request)
}

/// Makes an enum one of which a request takes one: `impl payments_core::build::Choice`, an accessor
/// per member, its wire form and a `Debug` that masks. The attributes are listed on the crate's front
/// page.
#[proc_macro_derive(Choice, attributes(choice, wire))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    derive(input, choice)
}

/// Reads a reply whose amounts are in a currency that stands beside them: `impl Deserialize`, which
/// gives them as `Money`. The attributes are listed on the crate's front page.
#[proc_macro_derive(Priced, attributes(priced, spelt, serde))]
pub fn derive_priced(input: TokenStream) -> TokenStream {
    derive(input, priced)
}

/// Reads a reply whose fields the provider spells in several ways: `impl Deserialize`, which takes
/// each under any of its names. The attributes are listed on the crate's front page.
#[proc_macro_derive(Respelt, attributes(spelt, serde))]
pub fn derive_respelt(input: TokenStream) -> TokenStream {
    derive(input, respelt)
}

/// Reads a request from JSON, through its builder: `from_object` and `impl payments_core::json::FromJson`.
/// Stands beside `Request`. The attributes are listed on the crate's front page.
#[proc_macro_derive(FromJson, attributes(priced, spelt, request, wire, choice))]
pub fn derive_from_json(input: TokenStream) -> TokenStream {
    derive(input, from_json)
}

/// A `Debug` that prints the fields marked `sensitive` as `***`, for replies.
#[proc_macro_derive(Masked, attributes(wire))]
pub fn derive_masked(input: TokenStream) -> TokenStream {
    derive(input, masked)
}

type Derive = fn(&DeriveInput, &mut Errors) -> TokenStream2;

fn derive(input: TokenStream, run: Derive) -> TokenStream {
    let mut errors = Errors::default();
    let code = match syn::parse::<DeriveInput>(input) {
        Ok(input) => run(&input, &mut errors),
        Err(error) => {
            errors.push(error);
            TokenStream2::new()
        }
    };
    let mut out = errors.to_compile_errors();
    out.extend(code);
    out.into()
}

fn canonical(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    let message = ast::Message::read(input, "Canonical", errors);
    let written = attr::Canonical::read(input, errors);
    let checked = match (&message, &written) {
        (Some(message), Some(written)) => check::canonical(message, written, errors),
        _ => None,
    };
    match (&message, checked) {
        (Some(message), Some(signed)) if errors.is_empty() => expand::canonical(message, &signed),
        _ => fallback::canonical(input, written.and_then(|written| written.keys)),
    }
}

fn request(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    let message = ast::Message::read(input, "Request", errors);
    let written = attr::Request::read(input, errors);
    let Some(message) = message else {
        return fallback::request_without_fields(input);
    };
    let rules = check::request(&message, &written, errors);
    if errors.is_empty() {
        expand::request(&message, &rules)
    } else {
        fallback::request(&message)
    }
}

fn choice(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    let choice = ast::Choice::read(input, errors);
    if let Some(choice) = &choice {
        check::choice(choice, errors);
    }
    match choice {
        Some(choice) if errors.is_empty() => expand::choice(&choice),
        Some(_) | None => fallback::choice(input),
    }
}

fn priced(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    read(input, "Priced", errors)
}

fn respelt(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    read(input, "Respelt", errors)
}

fn read(input: &DeriveInput, derive: &str, errors: &mut Errors) -> TokenStream2 {
    match ast::Read::of(input, derive, errors) {
        Some(read) if errors.is_empty() => expand::read(&read),
        Some(_) | None => fallback::read(input),
    }
}

fn from_json(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    let Some(message) = ast::Message::read(input, "FromJson", errors) else {
        return fallback::from_json(input);
    };
    let readable = check::from_json(input, &message, errors);
    if errors.is_empty() {
        expand::from_json(&message, &readable)
    } else {
        fallback::from_json(input)
    }
}

fn masked(input: &DeriveInput, errors: &mut Errors) -> TokenStream2 {
    match ast::Message::read(input, "Masked", errors) {
        Some(message) => expand::debug(&message),
        None => fallback::masked(input),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;
    use std::fs;
    use std::path::{Path, PathBuf};

    use expect_test::expect_file;
    use syn::{Attribute, Item};

    use super::*;

    const HEADER: &str = "// Written by `UPDATE_EXPECT=1 cargo test -p payments-derive`.\n";

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
    }

    /// The cases of which there is `<case>` with this ending, and not with a longer one.
    fn cases(ending: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(folder()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let cases = names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned));
        cases.filter(|case| !case.contains('.')).collect()
    }

    /// What every derive of every type in the file writes: the errors with where they stand, and
    /// the code.
    fn expand(source: &str, code_too: bool) -> String {
        let mut out = HEADER.to_owned();
        for item in syn::parse_file(source).unwrap().items {
            let input = match item {
                Item::Struct(item) => item.into(),
                Item::Enum(item) => item.into(),
                _ => continue,
            };
            for (name, run) in derives(&input) {
                let mut errors = Errors::default();
                let code = run(&input, &mut errors);
                writeln!(out, "\n// {name} of {}", input.ident).unwrap();
                for error in errors.iter() {
                    let (start, text) = (error.span().start(), error.span().source_text());
                    let (line, text) = (start.line, text.unwrap_or_default());
                    writeln!(out, "// error in line {line} at {text}").unwrap();
                    writeln!(out, "//     {error}").unwrap();
                }
                let file = syn::parse2(code).expect("the code written is Rust");
                if code_too {
                    out.push_str(&prettyplease::unparse(&file));
                }
            }
        }
        out
    }

    fn derives(input: &DeriveInput) -> Vec<(&'static str, Derive)> {
        let mut found: Vec<(&'static str, Derive)> = Vec::new();
        let is_derive = |attr: &&Attribute| attr.path().is_ident("derive");
        for attr in input.attrs.iter().filter(is_derive) {
            attr.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("Canonical") => found.push(("Canonical", canonical)),
                    Some("Request") => found.push(("Request", request)),
                    Some("Choice") => found.push(("Choice", choice)),
                    Some("Priced") => found.push(("Priced", priced)),
                    Some("Respelt") => found.push(("Respelt", respelt)),
                    Some("FromJson") => found.push(("FromJson", from_json)),
                    Some("Masked") => found.push(("Masked", masked)),
                    Some(_) | None => {}
                }
                Ok(())
            })
            .unwrap();
        }
        found
    }

    #[test]
    fn expansions_are_as_written_down() {
        for case in cases(".rs") {
            let source = fs::read_to_string(folder().join(format!("{case}.rs"))).unwrap();
            let found = expand(&source, !case.starts_with("errors_"));
            assert_ne!(found, HEADER, "{case} derives nothing");
            assert_eq!(
                found.contains("// error"),
                case.starts_with("errors_") || case.starts_with("fallback_"),
                "{case}: a case is called errors_… or fallback_… if and only if it has errors"
            );
            expect_file![folder().join(format!("{case}.expanded.rs"))].assert_eq(&found);
        }
    }

    #[test]
    fn every_expansion_has_its_input() {
        assert_eq!(cases(".expanded.rs"), cases(".rs"));
    }

    #[test]
    fn every_case_without_errors_is_compiled() {
        let compiled = include_str!("../tests/derives.rs");
        for case in cases(".rs") {
            if !case.starts_with("errors_") && !case.starts_with("fallback_") {
                assert!(
                    compiled.contains(&format!("pub mod {case};")),
                    "tests/derives.rs does not compile tests/expand/{case}.rs"
                );
            }
        }
    }
}
