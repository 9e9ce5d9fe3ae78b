//! Mistakes in requests that others write as JSON.

#[derive(FromJson)]
pub struct Unreadable {
    #[wire("id", path)]
    id: String,
    #[wire("quick", flag)]
    quick: bool,
    #[wire("password", sensitive)]
    password: Secret<String>,
    #[choice]
    key: Key,
}

#[derive(FromJson)]
pub struct Spellings {
    #[wire("first")]
    #[spelt("second")]
    first: String,
    #[wire("second")]
    #[spelt()]
    second: String,
    #[wire("third")]
    #[spelt("other", "other")]
    third: Option<String>,
}

#[derive(FromJson)]
pub struct Unpriced {
    #[wire("amount", money = "minor")]
    amount: Money,
}

#[derive(FromJson)]
pub struct WithoutSpelling {
    #[wire("amount", money = "minor")]
    amount: Money,
    #[wire("currency", currency_of("amount"), spelling = currency_text)]
    currency: &'static str,
}

#[derive(FromJson)]
pub enum Kind {}
