//! `#[request(…)]`: the rules that fields have together.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{DeriveInput, Ident, LitInt, LitStr, Token};

use super::{Errors, Keyed, bound, items, keyed, list, names, skip_item, unknown_key};

/// `#[request(exactly_one("PaymentId", "OtherTrxCode"))]` and
/// `#[request(when("succeeded", is("false")), needs("reasonCode"))]`, as often as needed.
#[derive(Default)]
pub(crate) struct Request {
    pub(crate) exactly_one: Vec<Keyed<Vec<LitStr>>>,
    pub(crate) rules: Vec<Rule>,
}

/// What holds for some fields, always or where another one says so.
#[derive(Default)]
pub(crate) struct Rule {
    /// The field that says so, and whether it applies where the test does not hold.
    pub(crate) when: Option<(Test, bool)>,
    pub(crate) needs: Vec<LitStr>,
    pub(crate) lacks: Vec<LitStr>,
    pub(crate) fits: Vec<Test>,
    /// Lists, and how many entries each may have.
    pub(crate) at_most: Vec<(LitStr, usize)>,
}

/// `"reasonCode", min = 1000, max = 1999, not("1009")`
pub(crate) struct Test {
    pub(crate) field: LitStr,
    pub(crate) is: Vec<LitStr>,
    pub(crate) not: Vec<LitStr>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

const KEYS: [&str; 7] = [
    "exactly_one",
    "when",
    "unless",
    "needs",
    "lacks",
    "fits",
    "at_most",
];
const TEST_KEYS: [&str; 4] = ["is", "not", "min", "max"];

impl Request {
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut found = Self::default();
        let attrs = input.attrs.iter();
        for attr in attrs.filter(|attr| attr.path().is_ident("request")) {
            let mut rule = Rule::default();
            let parsed = attr.parse_args_with(|input: ParseStream<'_>| {
                items(input, errors, |input, errors| {
                    found.item(&mut rule, input, errors)
                })
            });
            if let Err(error) = parsed {
                errors.push(error);
            }
            let says_nothing = [&rule.needs, &rule.lacks]
                .iter()
                .all(|names| names.is_empty());
            if !(says_nothing && rule.fits.is_empty() && rule.at_most.is_empty()) {
                found.rules.push(rule);
            } else if rule.when.is_some() {
                let message =
                    "nothing follows: add `needs(\"…\")`, `lacks(\"…\")` or `fits(\"…\", …)`";
                errors.push(syn::Error::new_spanned(attr, message));
            }
        }
        found
    }

    fn item(
        &mut self,
        rule: &mut Rule,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        match key.to_string().as_str() {
            "exactly_one" => {
                let content = list(input, "exactly_one(\"PaymentId\", \"OtherTrxCode\")")?;
                self.exactly_one.push(keyed(key, names(&content, errors)?));
            }
            word @ ("when" | "unless") => {
                let content = list(input, &format!("{word}(\"succeeded\", is(\"false\"))"))?;
                let test = Test::read(&content, errors)?;
                if rule.when.replace((test, word == "unless")).is_some() {
                    errors.at(key.span(), "one condition per `#[request(…)]`");
                }
            }
            "needs" => rule
                .needs
                .extend(names(&list(input, "needs(\"reasonCode\")")?, errors)?),
            "lacks" => rule
                .lacks
                .extend(names(&list(input, "lacks(\"reasonCode\")")?, errors)?),
            "fits" => {
                let content = list(input, "fits(\"reasonCode\", min = 1)")?;
                rule.fits.push(Test::read(&content, errors)?);
            }
            "at_most" => {
                let example = "at_most(\"items\", 50)";
                let content = list(input, example)?;
                let unclear = |_| content.error(format!("write `{example}`"));
                let name: LitStr = content.parse().map_err(unclear)?;
                content.parse::<Token![,]>().map_err(unclear)?;
                let most: LitInt = content.parse().map_err(unclear)?;
                rule.at_most.push((name, most.base10_parse()?));
            }
            other => {
                errors.at(key.span(), unknown_key(other, "#[request]", &KEYS));
                skip_item(input)?;
            }
        }
        Ok(())
    }
}

impl Test {
    fn read(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut test = Self {
            field: input.parse()?,
            is: Vec::new(),
            not: Vec::new(),
            min: None,
            max: None,
        };
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        items(input, errors, |input, errors| {
            let key = input.call(Ident::parse_any)?;
            match key.to_string().as_str() {
                "is" => test.is = names(&list(input, "is(\"false\")")?, errors)?,
                "not" => test.not = names(&list(input, "not(\"1009\")")?, errors)?,
                "min" => test.min = Some(bound(input, &key, "min = 1")?),
                "max" => test.max = Some(bound(input, &key, "max = 1")?),
                other => {
                    errors.at(key.span(), unknown_key(other, "a test", &TEST_KEYS));
                    skip_item(input)?;
                }
            }
            Ok(())
        })?;
        Ok(test)
    }
}
