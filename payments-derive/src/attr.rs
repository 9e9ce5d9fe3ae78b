//! The attributes as they are written: `#[canonical(…)]`, `#[request(…)]` and `#[wire(…)]`.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, DeriveInput, Ident, Lit, LitInt, LitStr, Meta, Path, Token, Type, parenthesized,
};

use crate::check::known;

mod read;
mod rules;

pub(crate) use self::read::{Spelt, priced, spelling, spellings, spelt};
pub(crate) use self::rules::{Request, Rule, Test};

/// Everything that is wrong with one type, told at once.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.0.push(syn::Error::new(span, message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &syn::Error> {
        self.0.iter()
    }
}

/// A value together with the key that it was written for.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// `#[wire("name", min = 1, max = 64, chars = "A-Z", money = "minor", positive, sensitive, path)]`
pub(crate) struct Wire {
    pub(crate) name: LitStr,
    pub(crate) min: Option<Keyed<i64>>,
    pub(crate) max: Option<Keyed<i64>>,
    pub(crate) chars: Option<Keyed<LitStr>>,
    pub(crate) money: Option<Keyed<LitStr>>,
    pub(crate) positive: Option<Ident>,
    /// The one currency that the amount may be in.
    pub(crate) only: Option<Keyed<LitStr>>,
    pub(crate) sensitive: Option<Ident>,
    /// A link that nobody can listen to.
    pub(crate) link: Option<Ident>,
    /// A time in UTC as RFC 3339 has it.
    pub(crate) time: Option<Ident>,
    pub(crate) path: Option<Ident>,
    /// A truth value that is written as 0 or 1.
    pub(crate) flag: Option<Ident>,
    /// A code that is written as a number.
    pub(crate) number: Option<Ident>,
    /// The one value that there is.
    pub(crate) always: Option<Keyed<Lit>>,
    /// The amounts whose currency it is.
    pub(crate) currency_of: Option<Keyed<Vec<LitStr>>>,
    /// The function that writes a currency as the provider does.
    pub(crate) spelling: Option<Keyed<Path>>,
}

const WIRE_KEYS: [&str; 15] = [
    "min",
    "max",
    "chars",
    "money",
    "positive",
    "only",
    "sensitive",
    "link",
    "time",
    "path",
    "flag",
    "number",
    "always",
    "currency_of",
    "spelling",
];

impl Wire {
    /// The wire attribute of a field, if it has a usable one.
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Option<Self> {
        let mut found = None;
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("wire")) {
            if found.is_some() {
                errors.push(syn::Error::new_spanned(
                    attr.path(),
                    "one `#[wire(…)]` per field: put everything into the first",
                ));
                continue;
            }
            match attr.parse_args_with(|input: ParseStream<'_>| Self::parse(input, errors)) {
                Ok(wire) => found = Some(wire),
                Err(error) => errors.push(error),
            }
        }
        found
    }

    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let Ok(name) = input.parse::<LitStr>() else {
            let message = "begin with the wire name, as in `#[wire(\"orderNo\")]`";
            return Err(syn::Error::new(input.span(), message));
        };
        if name.value().is_empty() {
            errors.at(name.span(), "the wire name must not be empty");
        }
        let mut wire = Self {
            name,
            min: None,
            max: None,
            chars: None,
            money: None,
            positive: None,
            only: None,
            sensitive: None,
            link: None,
            time: None,
            path: None,
            flag: None,
            number: None,
            always: None,
            currency_of: None,
            spelling: None,
        };
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        items(input, errors, |input, errors| {
            let key = input.call(Ident::parse_any)?;
            let twice = match key.to_string().as_str() {
                "min" => put(
                    &mut wire.min,
                    keyed(key.clone(), bound(input, &key, "min = 1")?),
                ),
                "max" => put(
                    &mut wire.max,
                    keyed(key.clone(), bound(input, &key, "max = 64")?),
                ),
                "chars" => {
                    let class = value(input, &key, "chars = \"A-Za-z0-9_-\"")?;
                    put(&mut wire.chars, keyed(key.clone(), class))
                }
                "money" => {
                    let form = value(input, &key, "money = \"minor\"")?;
                    put(&mut wire.money, keyed(key.clone(), form))
                }
                "positive" => put(&mut wire.positive, key.clone()),
                "only" => {
                    let code = value(input, &key, "only = \"VND\"")?;
                    put(&mut wire.only, keyed(key.clone(), code))
                }
                "sensitive" => put(&mut wire.sensitive, key.clone()),
                "link" => put(&mut wire.link, key.clone()),
                "time" => put(&mut wire.time, key.clone()),
                "path" => put(&mut wire.path, key.clone()),
                "flag" => put(&mut wire.flag, key.clone()),
                "number" => put(&mut wire.number, key.clone()),
                "always" => {
                    let text = value(input, &key, "always = \"WEB\"")?;
                    put(&mut wire.always, keyed(key.clone(), text))
                }
                "currency_of" => {
                    let content = list(input, "currency_of(\"amount\")")?;
                    let names = names(&content, errors)?;
                    put(&mut wire.currency_of, keyed(key.clone(), names))
                }
                "spelling" => {
                    let function = value(input, &key, "spelling = currency_text")?;
                    put(&mut wire.spelling, keyed(key.clone(), function))
                }
                other => {
                    errors.at(key.span(), unknown_key(other, "#[wire]", &WIRE_KEYS));
                    skip_item(input)?;
                    false
                }
            };
            if twice {
                errors.at(key.span(), format!("`{key}` is already given"));
            }
            Ok(())
        })?;
        Ok(wire)
    }
}

/// `#[canonical(keys = Keys, join = "|", order("orderNo", "$secret"))]`
pub(crate) struct Canonical {
    pub(crate) keys: Option<Type>,
    pub(crate) layout: Option<Layout>,
    pub(crate) order: Vec<Entry>,
}

/// How the parts are put together.
pub(crate) enum Layout {
    /// Values with a text between them.
    Join(LitStr),
    /// `name=value` with a text between them.
    Pairs(LitStr),
}

/// One entry of the order.
pub(crate) enum Entry {
    /// A field by its wire name.
    Value {
        name: LitStr,
        free: bool,
        skip_absent: Option<Ident>,
        /// With `skip_absent`: the fields that must be absent with it.
        with: Vec<LitStr>,
    },
    /// A credential: `"$secret"`.
    Credential(LitStr),
    /// A constant text: `lit("MK")`.
    Text { keyword: Ident, text: LitStr },
}

const CANONICAL_KEYS: [&str; 4] = ["keys", "join", "pairs", "order"];
const ENTRY_KEYS: [&str; 3] = ["lit", "free", "skip_absent"];
const ENTRY: &str = "write a wire name as in `\"orderNo\"`, a credential as in `\"$secret\"`, \
                     `lit(\"…\")`, `free(\"…\")` or `skip_absent(\"…\")`";

impl Canonical {
    /// The canonical attribute of a type; what is missing from it has been reported.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let mut found = None;
        let attrs = input.attrs.iter();
        for attr in attrs.filter(|attr| attr.path().is_ident("canonical")) {
            if found.is_some() {
                errors.push(syn::Error::new_spanned(
                    attr.path(),
                    "one `#[canonical(…)]` per type: a message has one canonical string",
                ));
                continue;
            }
            match attr.parse_args_with(|input: ParseStream<'_>| Self::parse(input, errors)) {
                Ok(written) => {
                    let mut lacks = |keys: &[&str], what: &str| {
                        if !mentions(attr, keys) {
                            errors.push(syn::Error::new_spanned(attr.path(), what));
                        }
                    };
                    lacks(
                        &["join", "pairs"],
                        "say how the parts are joined: `join = \"|\"` for values alone, \
                         `pairs = \"&\"` for `name=value`",
                    );
                    lacks(
                        &["order"],
                        "say what is signed: `order(\"…\", \"$…\")` with the wire names in the \
                         provider's order",
                    );
                    found = Some(written);
                }
                Err(error) => {
                    errors.push(error);
                    return None;
                }
            }
        }
        if found.is_none() {
            errors.at(
                input.ident.span(),
                "`Canonical` needs the order of the parts: write \
                 `#[canonical(join = \"|\", order(\"…\", \"$…\"))]`",
            );
        }
        found
    }

    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut keys = None;
        let mut layout = None;
        let mut order = None;
        items(input, errors, |input, errors| {
            let key = input.call(Ident::parse_any)?;
            let twice = match key.to_string().as_str() {
                "keys" => put(&mut keys, value(input, &key, "keys = WebhookKeys")?),
                "join" => put(
                    &mut layout,
                    Layout::Join(value(input, &key, "join = \"|\"")?),
                ),
                "pairs" => put(
                    &mut layout,
                    Layout::Pairs(value(input, &key, "pairs = \"&\"")?),
                ),
                "order" => {
                    let content = list(input, "order(\"orderNo\", \"$secret\")")?;
                    if content.is_empty() {
                        errors.at(key.span(), "nothing would be signed: write the wire names");
                    }
                    let mut entries = Vec::new();
                    items(&content, errors, |input, errors| {
                        entries.extend(entry(input, errors)?);
                        Ok(())
                    })?;
                    put(&mut order, entries)
                }
                other => {
                    errors.at(
                        key.span(),
                        unknown_key(other, "#[canonical]", &CANONICAL_KEYS),
                    );
                    skip_item(input)?;
                    false
                }
            };
            if twice {
                errors.at(
                    key.span(),
                    match key.to_string().as_str() {
                        "join" | "pairs" => "one layout only: either `join` or `pairs`".to_owned(),
                        other => format!("`{other}` is already given"),
                    },
                );
            }
            Ok(())
        })?;
        Ok(Self {
            keys,
            layout,
            order: order.unwrap_or_default(),
        })
    }
}

/// Whether one of the keys stands in the attribute, be its value readable or not.
fn mentions(attr: &Attribute, keys: &[&str]) -> bool {
    let Meta::List(list) = &attr.meta else {
        return false;
    };
    let mut tokens = list.tokens.clone().into_iter();
    tokens.any(|token| match token {
        TokenTree::Ident(ident) => keys.iter().any(|key| ident == key),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn entry(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Entry>> {
    if input.peek(LitStr) {
        let name = input.parse::<LitStr>()?;
        return Ok(Some(if name.value().starts_with('$') {
            Entry::Credential(name)
        } else {
            Entry::Value {
                name,
                free: false,
                skip_absent: None,
                with: Vec::new(),
            }
        }));
    }
    if !input.peek(Ident::peek_any) {
        return Err(syn::Error::new(input.span(), ENTRY));
    }
    let keyword = input.call(Ident::parse_any)?;
    match keyword.to_string().as_str() {
        "lit" => {
            let content = list(input, "lit(\"MK\")")?;
            let at = content.span();
            match content.parse() {
                Ok(text) => Ok(Some(Entry::Text { keyword, text })),
                Err(_) => {
                    let rest = skip_item(&content);
                    rest.and(Err(syn::Error::new(at, "write `lit(\"MK\")`")))
                }
            }
        }
        marker @ ("free" | "skip_absent") => {
            let content = list(input, &format!("{marker}(\"orderInfo\")"))?;
            let span = content.span();
            match entry(&content, errors)? {
                Some(Entry::Value {
                    name,
                    free,
                    skip_absent,
                    with,
                }) => Ok(Some(if marker == "free" {
                    Entry::Value {
                        name,
                        free: true,
                        skip_absent,
                        with,
                    }
                } else {
                    if content.peek(Token![,]) {
                        content.parse::<Token![,]>()?;
                    }
                    Entry::Value {
                        name,
                        free,
                        skip_absent: Some(keyword),
                        with: names(&content, errors)?,
                    }
                })),
                Some(Entry::Credential(_) | Entry::Text { .. }) => {
                    let message = format!("`{marker}` marks a field: write its wire name here");
                    errors.at(span, message);
                    Ok(None)
                }
                None => Ok(None),
            }
        }
        other => {
            let message = format!("there is no `{other}`{}", known(other, &ENTRY_KEYS));
            errors.at(keyword.span(), message);
            skip_item(input)?;
            Ok(None)
        }
    }
}

/// `#[choice]` on a field, and `#[choice(unused_empty)]` on an enum.
pub(crate) struct Choice;

impl Choice {
    /// Whether the field carries a bare `#[choice]`.
    pub(crate) fn marks(attrs: &[Attribute]) -> bool {
        attrs.iter().any(|attr| attr.path().is_ident("choice"))
    }

    /// Whether what is not chosen is written as empty text.
    pub(crate) fn unused_empty(attrs: &[Attribute], errors: &mut Errors) -> bool {
        let mut empty = false;
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("choice")) {
            match attr.parse_args::<Ident>() {
                Ok(word) if word == "unused_empty" => empty = true,
                Ok(_) | Err(_) => errors.push(syn::Error::new_spanned(
                    attr,
                    "write `#[choice(unused_empty)]`, or leave it out: what is not chosen is not written",
                )),
            }
        }
        empty
    }
}

fn keyed<T>(key: Ident, value: T) -> Keyed<T> {
    Keyed { key, value }
}

/// Fills the slot if it is free, and says whether it was taken.
fn put<T>(slot: &mut Option<T>, value: T) -> bool {
    let taken = slot.is_some();
    if !taken {
        *slot = Some(value);
    }
    taken
}

/// Reads items with commas between them. An item that cannot be read is reported and skipped, so
/// that the others are looked at as well.
fn items(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut item: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        match item(input, errors) {
            Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
            Ok(()) => errors.push(input.error("a comma belongs here")),
            Err(error) => errors.push(error),
        }
        skip_item(input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Reads `= value`; `example` is what to write instead if it is not there.
fn value<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<T> {
    let wrong = |at| syn::Error::new(at, format!("write `{example}`"));
    if input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]) {
        return Err(wrong(key.span()));
    }
    let at = input.span();
    input.parse().map_err(|_: syn::Error| wrong(at))
}

/// A whole number with its sign.
struct Bound(i64);

impl Parse for Bound {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let minus = input.parse::<Option<Token![-]>>()?;
        let digits = input.parse::<LitInt>()?;
        let sign = if minus.is_some() { "-" } else { "" };
        let number = format!("{sign}{}{}", digits.base10_digits(), digits.suffix());
        let number = number.parse();
        number.map(Self).map_err(|_| input.error("not a number"))
    }
}

fn bound(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<i64> {
    value::<Bound>(input, key, example).map(|bound| bound.0)
}

/// Wire names with commas between them.
fn names(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<LitStr>> {
    let mut names = Vec::new();
    items(input, errors, |input, _| {
        names.push(input.parse::<LitStr>()?);
        Ok(())
    })?;
    Ok(names)
}

/// Opens the parentheses after a keyword; `example` is what to write if there are none.
fn list<'a>(input: ParseStream<'a>, example: &str) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    let open = |input: ParseStream<'a>| {
        let content;
        parenthesized!(content in input);
        Ok(content)
    };
    open(input).map_err(|_: syn::Error| input.error(format!("write `{example}`")))
}

fn unknown_key(key: &str, place: &str, keys: &[&str]) -> String {
    format!("`{place}` has no `{key}`{}", known(key, keys))
}
