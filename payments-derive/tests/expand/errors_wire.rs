//! Mistakes in `#[wire(…)]`.

#[derive(Request)]
pub struct Wire {
    no_wire: String,
    #[wire]
    no_arguments: String,
    #[wire()]
    no_name: String,
    #[wire("")]
    empty_name: String,
    #[wire("same")]
    same: String,
    #[wire("same")]
    same_again: String,
    #[wire("twice")]
    #[wire("twice")]
    twice: String,
    #[wire("keys", mim = 1, min = 1, min = 2, optional)]
    keys: String,
    #[wire("values", min, max = "a", chars = 7, money = 1)]
    values: String,
    #[wire("range", min = 5, max = 3)]
    range: String,
    #[wire("large", max = 99999999999999999999999)]
    large: String,
    #[wire("reversed", chars = "z-a")]
    reversed: String,
    #[wire("regex", chars = "[a-z]")]
    regex: String,
    #[wire("escape", chars = "\\d")]
    escape: String,
    #[wire("negated", chars = "^a")]
    negated: String,
    #[wire("none", chars = "")]
    none: String,
    #[wire("number", min = 1, max = 2, chars = "0-9")]
    number: i64,
    #[wire("text_money", money = "minor", positive, only = "VND")]
    text_money: String,
    #[wire("formless")]
    formless: Money,
    #[wire("form", money = "decimals")]
    form: Option<Money>,
    #[wire("other", money = "cents")]
    other: Money,
    #[wire("float")]
    float: f64,
    #[wire("floats")]
    floats: Option<Vec<f32>>,
    #[wire("amount", money = "minor", positive)]
    amount: f64,
    #[wire("path_number", path)]
    path_number: i64,
    #[wire("path_optional", path)]
    path_optional: Option<String>,
    #[wire("path_secret", path)]
    path_secret: Secret<String>,
}
