//! Mistakes in choices, and in what the builder does not ask for.

#[derive(Choice)]
#[choice(unused = "empty")]
pub enum Wrong {
    Nothing,
    NothingEither,
    Unnamed(String),
    Two(String, String),
    #[wire("a", flag)]
    A(String),
    #[wire("a", number)]
    Twice(i64),
    #[wire("b", path, always = "b")]
    B(String),
    #[wire("c", money = "minor")]
    Float(f64),
}

#[derive(Choice)]
pub enum One {
    #[wire("a")]
    A(String),
}

#[derive(Choice)]
pub struct Struct {
    #[wire("a")]
    a: String,
}

#[derive(Request)]
pub struct Made {
    #[wire("text", min = -1)]
    text: String,
    #[wire("truth", min = 1)]
    truth: bool,
    #[wire("letters", chars = "A-Z")]
    letters: i64,
    #[wire("alone", currency_of("amount"))]
    alone: &'static str,
    #[wire("spelt", spelling = currency_text)]
    spelt: String,
    #[wire("both", always = "TL", currency_of("text", "amuont"), spelling = currency_text)]
    both: &'static str,
    #[wire("none", currency_of(), spelling = currency_text)]
    none: &'static str,
    #[wire("constant", always)]
    constant: &'static str,
}
